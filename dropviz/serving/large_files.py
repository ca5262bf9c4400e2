"""Files that are too large to be held: they are read as they come, and what is left of one goes on in its place."""

import re
from collections.abc import Callable
from typing import Protocol

from anyio import CapacityLimiter, fail_after, to_thread
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

AT_ONCE = 4  # files; each has a process of some 50 MB, and who comes later waits
SECONDS = 900  # for a file, on however slow a line
PIECE = 1 << 20  # bytes that go to the process at a time
AROUND = 1 << 16  # bytes of a request around its file
BOUNDARY = "dropviz-reduced"
_NO_FILE = "an upload must be one file, as a form sends it"


class Reads(Protocol):
    """What reads a file as it comes."""

    def write(self, data: bytes) -> None:
        """Read on."""

    def result(self) -> bytes:
        """What is left of the file."""

    def stop(self) -> None:
        """Read no more, whatever comes."""


class LargeFiles:
    """Middleware: of an upload of more than ``whole`` and at most ``most`` bytes, what is left of it goes on.

    ``upload`` finds the session in the path of an upload, ``known`` says whether that is there, ``read`` begins to read
    a file of that name.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        upload: re.Pattern[str],
        known: Callable[[str], bool],
        read: Callable[[str], Reads],
        whole: int,
        most: int,
    ) -> None:
        self.app, self.upload, self.known, self.read = app, upload, known, read
        self.whole, self.most = whole, most
        self._places: CapacityLimiter | None = None  # of the loop in which it is first asked for

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on the request; of a large file what is left of it, after reading."""
        if not self._is_large(scope):
            await self.app(scope, receive, send)
            return
        self._places = self._places or CapacityLimiter(AT_ONCE)
        try:
            with fail_after(SECONDS):
                async with self._places:
                    body = await self._reduced(Headers(scope=scope), receive)
        except (ValueError, TimeoutError) as problem:
            await PlainTextResponse(str(problem), 400)(scope, receive, send)
            return
        await self.app(*_replaced(scope, receive, body), send)

    def _is_large(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] != "PUT":
            return False
        found = self.upload.search(scope["path"])
        length = Headers(scope=scope).get("content-length", "")
        if found is None or not length.isdecimal():
            return False
        return self.whole < int(length) <= self.most + AROUND and self.known(found[1])

    async def _reduced(self, headers: Headers, receive: Receive) -> bytes:
        form = _Form(headers)
        reading: Reads | None = None
        try:
            more = True
            while more:
                message = await receive()
                if message["type"] != "http.request":
                    raise ValueError("the file must come whole; its sender has left")
                more = message.get("more_body", False)
                form.write(message.get("body", b""))
                if reading is None and form.name is not None:
                    reading = await to_thread.run_sync(self.read, form.name)
                if reading is not None and (form.waiting >= PIECE or not more):
                    await to_thread.run_sync(reading.write, form.taken())
            if reading is None:
                raise ValueError(_NO_FILE)
            return _form_of(form.disposition, await to_thread.run_sync(reading.result))
        finally:
            if reading is not None:
                reading.stop()


class _Form:
    """The one file in a form, piece by piece; ValueError if the form is none, or has another part."""

    def __init__(self, headers: Headers) -> None:
        _, options = parse_options_header(headers.get("content-type", ""))
        if not options.get(b"boundary"):
            raise ValueError(_NO_FILE)
        self.disposition, self.waiting = b"", 0
        self.name: str | None = None
        self._pieces: list[bytes] = []
        self._header = [b"", b""]  # the field and its value, which may come in pieces
        parts = {f"on_header_{part}": self._adding(at) for at, part in enumerate(("field", "value"))}
        calls = {
            "on_part_begin": self._begin,
            "on_part_data": self._data,
            "on_header_end": self._ended,
            **parts,
        }
        self._parser = MultipartParser(options[b"boundary"], calls)  # type: ignore[arg-type]

    def write(self, data: bytes) -> None:
        """Read on in the form."""
        self._parser.write(data)

    def taken(self) -> bytes:
        """The bytes of the file that came since the last time."""
        data, self._pieces, self.waiting = b"".join(self._pieces), [], 0
        return data

    def _begin(self) -> None:
        if self.name is not None:
            raise ValueError(_NO_FILE)

    def _adding(self, at: int) -> Callable[[bytes, int, int], None]:
        def add(data: bytes, start: int, end: int) -> None:
            self._header[at] += data[start:end]

        return add

    def _ended(self) -> None:
        field, value = self._header
        if field.lower() == b"content-disposition":
            name = parse_options_header(value)[1].get(b"filename", b"")
            self.disposition, self.name = value, name.decode("utf-8", "replace")
        self._header = [b"", b""]

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._pieces.append(data[start:end])
        self.waiting += end - start


def _form_of(disposition: bytes, content: bytes) -> bytes:
    """A form of one file."""
    edge = f"--{BOUNDARY}".encode()
    head = b"\r\n".join(
        (edge, b"Content-Disposition: " + disposition, b"Content-Type: application/octet-stream")
    )
    return b"".join((head, b"\r\n\r\n", content, b"\r\n", edge, b"--\r\n"))


def _replaced(scope: Scope, receive: Receive, body: bytes) -> tuple[Scope, Receive]:
    """The same request with another body."""
    headers = MutableHeaders(raw=list(scope["headers"]))
    headers["content-type"] = f"multipart/form-data; boundary={BOUNDARY}"
    headers["content-length"] = str(len(body))
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return messages.pop() if messages else await receive()

    return {**scope, "headers": headers.raw}, again
