"""How answers leave the server: compressed once, and with headers that tell the browser what a page may do."""

import os
from collections.abc import Sequence
from contextlib import suppress

from starlette.middleware import Middleware

from dropviz.live.library import PLOTLY_ADDRESS, PLOTLY_FILE
from dropviz.serving.files import CompressedFiles, Kept
from dropviz.serving.headers import ANCESTORS, SecurityHeaders

try:
    import resource
except ModuleNotFoundError:  # Windows has no such limit
    resource = None  # type: ignore[assignment]

OPEN_FILES = 65_536


def middleware(pages: Sequence[str], style: str) -> list[Middleware]:
    """Return what stands before Streamlit, the outermost first.

    ``pages`` are the addresses of the pages, ``style`` their style sheet, which is there before anything is drawn.
    """
    return [
        Middleware(SecurityHeaders, ancestors=os.environ.get(ANCESTORS, "")),
        Middleware(CompressedFiles, own={PLOTLY_ADDRESS: PLOTLY_FILE}, pages=pages, kept=Kept(style)),
    ]


def allow_many_files() -> None:
    """Raise the soft limit of open files as far as the system allows: a visitor holds four of them."""
    if resource is None:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(ValueError, OSError):  # macOS has a second limit below the hard one
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
