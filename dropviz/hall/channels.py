"""Server-sent events: the state of a room goes to everyone who follows it, written once, however many they are."""

import asyncio
import json
import logging
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from starlette.types import Receive, Send

from dropviz.hall.refusals import Refusal
from dropviz.hall.rooms import Look, Room, State
from dropviz.hall.store import Store
from dropviz.hall.stories import Told

log = logging.getLogger(__name__)
BEAT = 15.0  # seconds between two signs of life
PAUSE = 0.05  # seconds between two states of a room, at least
MOST_A_SECOND = 1000  # events of a room: what a phone may hear later, the counts, waits for the others' turn
GRACE = 1.0  # seconds that a stream has to end
AWAY = 1.0  # seconds after which a store that is away is asked again
RETRY_MS = (
    300,
    1300,
)  # after which a phone that lost the line comes back, spread so that not all come at once
HEADERS = {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    "X-Accel-Buffering": "no",  # nginx
}
COMMENT = b":\n\n"
END = b"event: closed\ndata: {}\n\n"


def said(look: Look, told: Told, keyed: bool = False) -> dict[str, Any]:
    """Return the whole state as it goes over the wire: with the votes only after the reveal, or with the key."""
    scene = look.state.scene
    revealed = scene in look.state.revealed
    ballot = told.ballots[scene - 1] if scene <= len(told.ballots) else None
    whole = {
        "scene": scene,
        "revealed": revealed,
        "rate": look.state.rate,
        "present": look.present,
        "answered": look.answered,
    }
    return whole | {"counts": ballot.counts(look.tally)} if ballot and (revealed or keyed) else whole


def event(whole: dict[str, Any]) -> bytes:
    """Return a state as one event."""
    return b"data: " + json.dumps(whole, separators=(",", ":")).encode() + b"\n\n"


class Channel:
    """Those in this process who follow one room: a task looks when something has changed, and wakes them."""

    def __init__(self, room: Room, told: Told, store: Store, end: Callable[[], None]) -> None:
        self.room, self.told, self.store, self.end = room, told, store, end
        self.phones: Counter[str] = Counter()
        self._streams: set[asyncio.Task[Any]] = set()
        self.frames: dict[bool, bytes] = {}  # by whether one has the key
        self.number = 0  # of the state that the frames hold
        self.closed = self.stopped = False
        self.changed = asyncio.Event()
        self._stands: State | None = None
        self._said = self._refreshed = time.monotonic()
        self._turned: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._task = asyncio.create_task(self._watch())

    async def _watch(self) -> None:
        try:
            await self._tell_while_open()
        except Exception:  # nothing that may happen here may leave phones without news: they come back
            log.exception("Room %s is no longer told; its phones come back.", self.room.code)
            self.stop()

    async def _tell_while_open(self) -> None:
        while not self.closed:
            self.changed.clear()
            wait = await self._look()
            await asyncio.sleep(PAUSE)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.changed.wait(), max(0.0, wait))
            now = time.monotonic()
            if now - self._refreshed >= BEAT:
                self._refreshed = now
                await _unless_away(self.store.join(self.room, list(self.phones)))
            if now - self._said >= BEAT:
                self._turn()

    async def _look(self) -> float:
        """Tell what is new; return the seconds after which to look again.

        Where the lecturer stands goes out at once; what else has changed waits until there is time for everyone.
        """
        try:
            look = await self.store.look(self.room)
        except Refusal:  # the store is away: what was last known stays until it is back
            return AWAY
        if look is None:
            self.closed = True
            self._turn()
            return 0.0
        frames = {keyed: event(said(look, self.told, keyed)) for keyed in (False, True)}
        waited = time.monotonic() - self._said
        if frames == self.frames:
            return BEAT - waited
        rest = self.followers / MOST_A_SECOND - waited
        if look.state == self._stands and rest > 0.0:
            return rest
        self.frames, self._stands = frames, look.state
        self.number += 1
        self._turn()
        return BEAT

    @property
    def followers(self) -> int:
        """How many follow: phones, screens and windows of notes."""
        return len(self._streams)

    def _turn(self) -> None:
        self._said = time.monotonic()
        self._turned.set_result(None)
        self._turned = asyncio.get_running_loop().create_future()

    def stop(self) -> None:
        """End all streams: nobody follows any longer, or the server stops and phones come back to another one."""
        if not self.stopped:
            self.stopped = True
            self._task.cancel()
            self._turn()
            self.end()
            asyncio.get_running_loop().call_later(GRACE, self._cut)

    def _cut(self) -> None:
        """End those streams that wait for phones which take nothing."""
        for stream in self._streams:
            stream.cancel()

    async def follow(self, receive: Receive, send: Send, keyed: bool, voter: str) -> None:
        """Send states until the room closes, the server stops or the phone is gone."""
        stream = asyncio.current_task()
        assert stream is not None
        self._streams.add(stream)
        gone = asyncio.ensure_future(_gone(receive))
        try:
            await self._arrive(voter)
            await self._send_until(gone, send, keyed)
        except asyncio.CancelledError:
            if not self.stopped:
                raise
        finally:
            gone.cancel()
            self._streams.discard(stream)
            if not self._streams:
                self.stop()
            await self._depart(voter)

    async def _send_until(self, gone: asyncio.Future[None], send: Send, keyed: bool) -> None:
        await _start(send)
        seen = 0
        while not (self.closed or self.stopped or gone.done()):
            turned = self._turned
            if seen < self.number:
                seen = self.number
                await _part(send, self.frames[keyed])
                continue
            await asyncio.wait({turned, gone}, return_when=asyncio.FIRST_COMPLETED)
            if turned.done() and seen == self.number and not (self.closed or self.stopped):
                await _part(send, COMMENT)
        await _part(send, END if self.closed else b"", more=False)

    async def _arrive(self, voter: str) -> None:
        if voter:
            self.phones[voter] += 1
            if self.phones[voter] == 1:
                await _unless_away(self.store.join(self.room, [voter]))

    async def _depart(self, voter: str) -> None:
        if voter:
            self.phones[voter] -= 1
            if not self.phones[voter]:
                del self.phones[voter]
                await _unless_away(self.store.leave(self.room, voter))


async def _unless_away(asked: Awaitable[None]) -> None:
    try:
        await asked
    except Refusal:
        return


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _start(send: Send) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await _part(send, f"retry: {random.randint(*RETRY_MS)}\n\n".encode())


async def _part(send: Send, body: bytes, more: bool = True) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": more})
