"""Headers on every answer: what a page may load and run, and who may show it in a frame."""

import base64
import hashlib
import re
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

ANCESTORS = "DROPVIZ_FRAME_ANCESTORS"
# Streamlit's pages need: styles written by scripts, components' scripts as blob:, fonts and pictures as data:.
ALLOWED = {
    "default-src": "'self'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "media-src": "'self' data: blob:",
    "worker-src": "'self' blob:",
    "frame-src": "'none'",
    "object-src": "'none'",
    "base-uri": "'self'",
    "form-action": "'self'",
}
SOURCE = re.compile(
    r"\*|'self'|'none'|[a-z][a-z0-9+.-]*:|([a-z][a-z0-9+.-]*://)?[\w*.-]+(:(\d+|\*))?(/[\w./~%-]*)?"
)


def inline_scripts(html: str) -> list[str]:
    """Return the scripts that are written into a page itself."""
    return re.findall(r"<script>(.*?)</script>", html, re.DOTALL)


def content_policy(html: str, ancestors: str = "") -> str:
    """Return the Content-Security-Policy of a page, whose own scripts it allows by their hash.

    ``ancestors`` lists who may show the page in a frame; nothing said, everyone may.

    Raises
    ------
    ValueError
        ``ancestors`` holds something that is not ``'self'``, ``'none'``, ``*``, a scheme, a host or an address.
    """
    scripts = ["'self'", "blob:"]
    for script in inline_scripts(html):
        scripts.append(f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'")
    rules = ALLOWED | {"script-src": " ".join(scripts)}
    sources = ancestors.split()
    for source in sources:
        if SOURCE.fullmatch(source) is None:
            raise ValueError(
                f"{ANCESTORS} is {ancestors!r}; expected are 'self', 'none', or addresses like "
                "https://course.example.org with a space between them"
            )
    if sources:
        rules["frame-ancestors"] = " ".join(sources)
    return "; ".join(f"{name} {value}" for name, value in rules.items())


class SecurityHeaders:
    """Middleware that sets the headers on every answer over HTTP; see `content_policy` for ``ancestors``."""

    def __init__(self, app: ASGIApp, ancestors: str = "") -> None:
        self.app = app
        html = Path(file_util.get_static_dir(), "index.html").read_text(encoding="utf-8")
        self.headers = {
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "strict-origin-when-cross-origin",
            "Content-Security-Policy": content_policy(html, ancestors),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on the request, and the answer with the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(self.headers)
            await send(message)

        await self.app(scope, receive, with_headers if scope["type"] == "http" else send)
