"""A hall in this process, asked as a server asks it, on memory and on a Redis of the tests' own."""

import asyncio
import contextlib
import json
from functools import cache
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette

from dropviz.hall import hall_routes, stories
from dropviz.hall.limits import Limits
from dropviz.hall.memory import MemoryStore
from dropviz.hall.routes import Hall
from dropviz.story.held import MemoryShelf

VOTER = "phone-of-a-test-0001"


class Asked:
    """An ASGI app, and what it answers."""

    def __init__(self, app, base=""):
        self.app, self.base = app, base

    async def __call__(self, method, path, body=b"", query="", **headers):
        """Return status, headers and body of one answer, which must be complete."""
        sent = []

        async def send(message):
            sent.append(message)

        await self.app(self.scope(method, path, query, headers), _receiving(body), send)
        heads = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return SimpleNamespace(
            status=sent[0]["status"],
            headers=heads,
            body=b"".join(message.get("body", b"") for message in sent[1:]),
        )

    def scope(self, method, path, query, headers):
        raw = [(name.replace("_", "-").lower().encode(), value.encode()) for name, value in headers.items()]
        client = dict(raw).get(b"test-client", b"192.0.2.7").decode()
        return {
            "type": "http", "http_version": "1.1", "scheme": "http", "server": ("hall.test", 80), "client": (client, 1),
            "method": method, "path": f"{self.base}/{path}", "root_path": "", "query_string": query.encode(),
            "headers": raw,
        }  # fmt: skip

    async def open(self, **story):
        """Open a room; return its code and the header of its key."""
        answer = await self("POST", "hall", json.dumps({"story": "", **story}).encode())
        assert answer.status == 201, answer.body
        given = json.loads(answer.body)
        return given["room"], f"Bearer {given['key']}"

    @contextlib.asynccontextmanager
    async def follow(self, code, voter="", **headers):
        """Follow a room; give a function that returns the next event, or comment, and the head of the answer."""
        messages, gone = asyncio.Queue(), asyncio.Event()

        async def receive():
            await gone.wait()
            return {"type": "http.disconnect"}

        scope = self.scope("GET", f"hall/{code}/events", f"voter={voter}" if voter else "", headers)
        task = asyncio.create_task(self.app(scope, receive, messages.put))
        follower = Follower(messages, await asyncio.wait_for(messages.get(), 5))
        try:
            yield follower
        finally:
            gone.set()
            await asyncio.wait_for(task, 5)


class Follower:
    """The events of a room, one after the other."""

    def __init__(self, messages, head):
        self.messages, self.status = messages, head["status"]
        self.headers = {name.decode(): value.decode() for name, value in head["headers"]}
        self.text = ""

    async def block(self, wait=5.0):
        """The next lines up to an empty one; None at the end."""
        while "\n\n" not in self.text:
            message = await asyncio.wait_for(self.messages.get(), wait)
            assert message["type"] == "http.response.body"
            self.text += message.get("body", b"").decode()
            if not message["more_body"]:
                block, self.text = self.text.strip(), ""
                return block or None
        block, _, self.text = self.text.partition("\n\n")
        return block

    async def state(self, wait=5.0):
        """The next state."""
        while True:
            block = await self.block(wait)
            assert block is not None, "the stream has ended"
            if block.startswith("data: "):
                return json.loads(block.removeprefix("data: "))

    async def until(self, **wanted):
        """The first state from now on that has all of these."""
        while True:
            state = await self.state()
            if all(state.get(name) == value for name, value in wanted.items()):
                return state


def _receiving(body):
    parts = [body] if isinstance(body, bytes) else list(body)
    messages = [
        {"type": "http.request", "body": part, "more_body": at + 1 < len(parts)}
        for at, part in enumerate(parts)
    ]

    async def receive():
        return messages.pop(0) if messages else await asyncio.Event().wait()

    return receive


def mounted(hall, base=""):
    """A hall below a path, in an app of its own."""
    return Asked(Starlette(routes=hall_routes(hall, base)), base)


@pytest.fixture(params=["memory", "redis"])
def make_store(request):
    """What makes a store of each kind, of given limits."""
    if request.param == "memory":
        return MemoryStore
    url = request.getfixturevalue("redis_url")
    import redis

    from dropviz.hall.shared import SharedStore

    with redis.Redis.from_url(url) as client:
        client.flushall()
    return lambda limits, **more: SharedStore(url, limits, **more)


@pytest.fixture(autouse=True, scope="session")
def told_once():
    """Each story is told once for all tests: that takes a part of a second."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stories, "tell", cache(stories.tell))
        yield


@pytest.fixture
def memory_hall():
    """A hall on memory, with its shelf."""
    limits = Limits()
    return Hall(MemoryStore(limits), MemoryShelf(), limits)
