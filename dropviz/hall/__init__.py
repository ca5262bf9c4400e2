"""The hall: rooms that phones follow, and where they vote, without a session behind them."""

import asyncio
import signal
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from types import FrameType
from typing import Any

from starlette.routing import BaseRoute, Route

from dropviz.hall.limits import Limits
from dropviz.hall.memory import MemoryStore
from dropviz.hall.routes import Hall
from dropviz.hall.store import Store
from dropviz.story.shelf import redis_url, shelf


def hall() -> Hall:
    """Return the hall of this server, as its settings say."""
    limits, url = Limits.from_environment(), redis_url()
    store: Store = MemoryStore(limits)
    if url:
        from dropviz.hall.shared import SharedStore

        store = SharedStore(url, limits)
    return Hall(store, shelf(), limits)


def hall_routes(hall: Hall, base: str) -> list[BaseRoute]:
    """Return where the hall stands below the app's own path ``base``, which may be empty."""
    root = f"/{base.strip('/')}".rstrip("/") + "/hall"
    return [Route(root, hall), Route(f"{root}/{{rest:path}}", hall)]


def lifespan(hall: Hall) -> Callable[[Any], AbstractAsyncContextManager[None]]:
    """Return what ends all streams when the server is asked to stop: it waits for every answer to be complete."""

    @asynccontextmanager
    async def serving(_: Any) -> AsyncIterator[None]:
        loop = asyncio.get_running_loop()
        with _before_the_end(lambda: loop.call_soon_threadsafe(hall.end_streams)):
            yield
        await hall.stop()

    return serving


@contextmanager
def _before_the_end(act: Callable[[], object]) -> Iterator[None]:
    """Act when a signal asks the process to end, before what the server itself does then."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def end(number: int, frame: FrameType | None) -> None:
        act()
        then = before[signal.Signals(number)]
        if callable(then):
            then(number, frame)

    for number in before:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number, then in before.items():
            signal.signal(number, then)
