"""How long a connection may keep the server waiting: for the head of a request, and for a sign that answers arrive."""

import socket
from asyncio import TimerHandle, Transport
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

HEAD = 10.0  # seconds from the connection, or from its first byte after an answer, until a request's head is whole
UNHEARD = (
    30.0  # seconds for which nothing of what was sent arrives, after which the other side counts as gone
)
USER_TIMEOUT = getattr(
    socket, "TCP_USER_TIMEOUT", None
)  # Linux alone has it; elsewhere the system's patience holds


def bound_connections() -> None:
    """End what only waits; uvicorn itself waits for ever for the rest of a head.

    A phone that is out of reach without a word is noticed at the next sign of life that is sent to it.
    """
    made, received = H11Protocol.connection_made, H11Protocol.data_received
    due: dict[H11Protocol, TimerHandle] = {}

    def end(one: H11Protocol) -> None:
        due.pop(one, None)
        if _waits(one):
            one.transport.close()

    def look(one: H11Protocol) -> None:
        if not _waits(one):
            if one in due:
                due.pop(one).cancel()
        elif one not in due:
            due[one] = one.loop.call_later(HEAD, end, one)

    def connection_made(self: H11Protocol, transport: Transport) -> None:
        made(self, transport)
        _end_if_unheard(transport.get_extra_info("socket"))
        look(self)

    def data_received(self: H11Protocol, data: bytes) -> None:
        received(self, data)
        look(self)

    H11Protocol.connection_made = connection_made  # type: ignore[method-assign]
    H11Protocol.data_received = data_received  # type: ignore[method-assign]


def _waits(one: H11Protocol) -> bool:
    """Whether a connection has no request under way, and is no socket of a page."""
    begun = one.cycle is not None and not one.cycle.response_complete
    return not begun and one.transport.get_protocol() is one and not one.transport.is_closing()


def _end_if_unheard(line: Any) -> None:
    if USER_TIMEOUT is not None and line is not None and line.family in (socket.AF_INET, socket.AF_INET6):
        line.setsockopt(socket.IPPROTO_TCP, USER_TIMEOUT, int(1000 * UNHEARD))


class Leaving:
    """Middleware: who leaves a socket is noticed where it is read, and not where something is sent to it meanwhile.

    Streamlit's reader takes a socket that failed to send for one that sends text: the log would grow by a traceback.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what comes; of a socket, nothing that is sent to who is gone fails."""
        gone = False

        async def send_if_there(message: Message) -> None:
            nonlocal gone
            if not gone:
                try:
                    await send(message)
                except OSError:  # what the ASGI specification has a server raise
                    gone = True

        await self.app(scope, receive, send_if_there if scope["type"] == "websocket" else send)
