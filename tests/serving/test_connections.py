"""Half a request is not waited for, nor a phone that is gone; whoever follows a room for long is left alone."""

import asyncio
import socket
from contextlib import asynccontextmanager, suppress

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.web.server.starlette.starlette_websocket import create_websocket_routes
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from dropviz.serving import connections

HEAD = 0.2
WHOLE = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
LINES = "one ", "after ", "the other"


async def short(_):
    return PlainTextResponse("here")


async def long(_):
    async def lines():
        for line in LINES:
            yield line
            await asyncio.sleep(HEAD)

    return StreamingResponse(lines())


async def rest(reader):
    """What comes until the line ends, as it does at once where something is still on the way."""
    with suppress(ConnectionResetError):
        return await reader.read()
    return b""


@pytest.fixture
def asking(monkeypatch):
    """Run what is given a function that opens a line to a server of its own."""
    for name in ("connection_made", "data_received"):
        monkeypatch.setattr(H11Protocol, name, getattr(H11Protocol, name))
    monkeypatch.setattr(connections, "HEAD", HEAD)
    connections.bound_connections()

    def run(scenario):
        async def whole():
            app = Starlette(routes=[Route("/", short), Route("/long", long)])
            config, state = (
                uvicorn.Config(app, lifespan="off", log_config=None, access_log=False),
                ServerState(),
            )
            server = await asyncio.get_running_loop().create_server(
                lambda: H11Protocol(config, state, {}), "127.0.0.1", 0
            )
            port = server.sockets[0].getsockname()[1]

            @asynccontextmanager
            async def line():
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                yield reader, writer
                writer.close()

            async with server, asyncio.timeout(20):
                await scenario(line, state)

        asyncio.run(whole())

    return run


@pytest.mark.parametrize("sent", [b"", b"GET", b"GET / HTTP/1.1\r\nHost: a\r\nX-More: "])
def test_half_a_request_ends(asking, sent):
    async def scenario(line, _):
        async with line() as (reader, writer):
            writer.write(sent)
            assert await rest(reader) == b""

    asking(scenario)


def test_half_of_a_later_request_ends_too_and_trickling_does_not_help(asking):
    async def scenario(line, _):
        async with line() as (reader, writer):
            for _ in range(2):
                writer.write(WHOLE)
                assert (await reader.readuntil(b"here")).startswith(b"HTTP/1.1 200")
            ended = asyncio.ensure_future(rest(reader))
            for at in range(len(WHOLE) - 2):
                writer.write(WHOLE[at : at + 1])
                await asyncio.wait({ended}, timeout=HEAD / 8)
                if ended.done():
                    break
            assert await ended == b""

    asking(scenario)


def test_an_answer_may_take_longer(asking):
    async def scenario(line, _):
        async with line() as (reader, writer):
            writer.write(WHOLE.replace(b"/", b"/long", 1))
            answer = await reader.readuntil(b"\r\n0\r\n\r\n")
            assert all(text.encode() in answer for text in LINES)

    asking(scenario)


@pytest.mark.skipif(connections.USER_TIMEOUT is None, reason="only Linux has it")
def test_a_line_ends_where_nothing_arrives_any_more(asking):
    async def scenario(line, state):
        async with line() as (reader, writer):
            writer.write(WHOLE)
            await reader.readuntil(b"here")
            (one,) = state.connections
            given = one.transport.get_extra_info("socket").getsockopt(
                socket.IPPROTO_TCP, connections.USER_TIMEOUT
            )
            assert given == 1000 * connections.UNHEARD

    asking(scenario)


class Runtime:
    """Streamlit's, of which only the messages count: it has something to say to everybody who comes."""

    def __init__(self):
        self.said = []

    def connect_session(self, client, **_):
        client.write_forward_msg(ForwardMsg(hash="a"))
        return "session"

    def handle_backmsg(self, session, message, client):
        self.said.append(message.WhichOneof("type"))

    def disconnect_session(self, session, client):
        self.said.append("left")


def test_who_leaves_while_a_page_is_sent_and_a_message_waits_leaves_no_traceback():
    runtime = Runtime()
    app = Starlette(routes=create_websocket_routes(runtime, ""))
    last = BackMsg(load_git_info=True).SerializeToString()

    async def leave(app):
        failed = asyncio.Event()
        coming = [{"type": "websocket.connect"}, {"type": "websocket.receive", "bytes": last}]

        async def receive():
            if len(coming) == 1:
                await failed.wait()
            return coming.pop(0) if coming else {"type": "websocket.disconnect", "code": 1005}

        async def send(message):
            if message["type"] == "websocket.send":
                failed.set()
                raise OSError

        scope = {
            "type": "websocket",
            "path": "/_stcore/stream",
            "headers": [(b"host", b"a")],
            "query_string": b"",
        }
        await app(scope, receive, send)

    with pytest.raises(RuntimeError):  # as it is without ours; else ours may go
        asyncio.run(leave(app))
    asyncio.run(leave(connections.Leaving(app)))
    assert runtime.said == ["load_git_info", "left"] * 2
