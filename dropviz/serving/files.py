"""Files that do not change while the server runs: compressed once, kept in memory, answered before Streamlit."""

import asyncio
import gzip
import hashlib
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit import file_util

from dropviz.live.scripts import Script
from dropviz.serving.addresses import address_below, base_path
from dropviz.serving.edits import edited
from dropviz.serving.kept import Kept

# What gets smaller. Written down, as a browser that must not guess refuses a script of another type.
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}
SMALLEST = 500  # bytes; below, the headers cost more than is gained
MOST_KEPT = 16_000_000  # bytes, compressed: about twice all there is
HASHED = re.compile(r"[.-][\w-]{8,}\.(min\.)?(js|css)$")
FOR_EVER = "public, max-age=31536000, immutable"


File = Path | Script  # on the disk, or in memory
Version = tuple[File, int]


class Compressed(NamedTuple):
    """A file as it is sent, and what tells it from other versions of it."""

    content: bytes
    etag: str


def compress(file: File, style: str = "") -> Compressed:
    """Read a file and compress it as far as gzip can; pages get ``style``."""
    content = file.content if isinstance(file, Script) else edited(file, file.read_bytes(), style)
    return Compressed(
        gzip.compress(content, compresslevel=9, mtime=0), f'"{hashlib.sha256(content).hexdigest()[:16]}-gzip"'
    )


def version(file: File) -> Version:
    """Return a file and when it was changed; what is in memory never is."""
    return file, 0 if isinstance(file, Script) else file.stat().st_mtime_ns


def kept_files(style: str = "", most: int = MOST_KEPT) -> Kept[Version, Compressed]:
    """Return what keeps versions of files compressed; pages have ``style``."""

    async def make(of: Version) -> Compressed:
        return await asyncio.to_thread(compress, of[0], style)

    return Kept(make, lambda one: len(one.content), most)


class CompressedFiles:
    """Middleware that answers Streamlit's own static files, and ``own`` ones, compressed.

    What is not wanted compressed, is asked for in part, is small, or is no file of these, goes the way it went.

    Parameters
    ----------
    own
        Our files by their address below the app's. Those below ``static/`` pass wherever Streamlit's own do.
    pages
        The addresses of our pages; each is Streamlit's one.
    kept
        Where they are kept.
    """

    def __init__(
        self, app: ASGIApp, own: Mapping[str, File], pages: Iterable[str], kept: Kept[Version, Compressed]
    ) -> None:
        self.app = app
        self.base = base_path()
        self.own = dict(own)
        self.files: dict[str, File] = {**streamlit_files(), **self.own}
        self.files |= dict.fromkeys(pages, self.files["index.html"])
        self.kept = kept

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request for one of the files; hand on every other."""
        address = None
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            address = address_below(scope, self.base)
            address = "index.html" if address == "" else address
        if address is None or address not in self.files:
            await self.app(scope, receive, send)
            return
        file, asked = self.files[address], Headers(scope=scope)
        if accepts_gzip(asked.get("accept-encoding", "")) and "range" not in asked:
            answer = await self._answer(address, file, asked, scope["method"])
            await answer(scope, receive, send)
        elif address in self.own:
            cached = {"Cache-Control": _cache(address), "Vary": "Accept-Encoding"}
            whole: Response
            if isinstance(file, Script):
                whole = Response(file.content, headers=cached, media_type=_type(file))
            else:
                whole = FileResponse(file, headers=cached, media_type=_type(file))
            await whole(scope, receive, send)
        else:
            await self.app(scope, receive, _varying(send))

    async def _answer(self, address: str, file: File, asked: Headers, method: str) -> Response:
        compressed = await self.kept.get(version(file))
        headers = {"Cache-Control": _cache(address), "ETag": compressed.etag, "Vary": "Accept-Encoding"}
        known = [tag.strip().removeprefix("W/") for tag in asked.get("if-none-match", "").split(",")]
        if compressed.etag in known or "*" in known:
            return Response(status_code=304, headers=headers)
        headers |= {"Content-Encoding": "gzip", "Content-Length": str(len(compressed.content))}
        content = b"" if method == "HEAD" else compressed.content
        return Response(content, headers=headers, media_type=_type(file))


def streamlit_files() -> dict[str, Path]:
    """Return Streamlit's own static files that are worth compressing, by address."""
    folder = Path(file_util.get_static_dir())
    return {
        file.relative_to(folder).as_posix(): file
        for file in folder.rglob("*")
        if file.suffix in TYPES and file.is_file() and file.stat().st_size >= SMALLEST
    }


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding asks for gzip: by name or as ``*``, and not with a quality of 0."""
    qualities = {}
    for part in accept_encoding.lower().split(","):
        name, _, quality = part.partition(";")
        qualities[name.strip()] = re.fullmatch(r"\s*q\s*=\s*0(\.0*)?\s*", quality) is None
    return qualities.get("gzip", qualities.get("*", False))


def _type(file: File) -> str:
    return TYPES[Path(file.address if isinstance(file, Script) else file).suffix]


def _cache(address: str) -> str:
    return FOR_EVER if HASHED.search(address) else "no-cache"


def _varying(send: Send) -> Send:
    async def with_vary(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
        await send(message)

    return with_vary
