"""The wire of the hall, kept stable: rooms, their events, where the lecturer stands, and votes.

``POST hall`` opens a room; ``GET hall/{room}`` is the page of a phone, ``GET hall/{room}/story`` its data;
``GET hall/{room}/events`` sends the whole state again and again; ``PUT hall/{room}/state`` and ``DELETE hall/{room}``
need the key; ``POST hall/{room}/votes`` counts. A state has ``scene``, ``revealed``, ``rate``, ``present``,
``answered`` and, after the reveal or with the key, ``counts``: the votes of every option in their order, or of a value
``{"low", "high", "log", "bins", "right"}`` (see `ballots`). A refusal is ``{"error": sentence}``; a browser that opens
a page gets one with the sentence.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from dropviz.hall.asked import address_of, body_of, key_of, of_another_site, wants_gzip, wants_page
from dropviz.hall.channels import HEADERS, Channel
from dropviz.hall.images import image, qr_code
from dropviz.hall.limits import Buckets, Limits
from dropviz.hall.messages import checked_voter, read_change, read_opening, read_vote
from dropviz.hall.page import compressed_page, entrance, page, sentence_page
from dropviz.hall.refusals import Refusal
from dropviz.hall.rooms import CODE, LENGTH, Room, new_room
from dropviz.hall.store import Store, no_room, too_many
from dropviz.hall.stories import Stories
from dropviz.story.held import Shelf

FRESH = {"Cache-Control": "no-store"}
TRIES = 10  # of a code that may be taken


class Hall:
    """The ASGI app behind ``hall`` and all below it."""

    def __init__(self, store: Store, shelf: Shelf, limits: Limits) -> None:
        self.store, self.shelf, self.limits = store, shelf, limits
        self.stories = Stories(shelf)
        self.channels: dict[str, Channel] = {}
        self.streams: Counter[str] = Counter()  # by address
        self.opened = self.votes = 0  # since the start
        self.ending = False
        self.everyone = Buckets(limits.requests_per_second, 10.0 * limits.requests_per_second)
        self.addresses = Buckets(limits.requests_per_address, 10.0 * limits.requests_per_address)
        self.misses = Buckets(limits.misses_per_second, 10.0 * limits.misses_per_second)
        self.openings = Buckets(limits.rooms_per_minute / 60.0, limits.rooms_per_minute)
        self.drawings = Buckets(limits.drawings_per_minute / 60.0, limits.drawings_per_minute)
        self.voters = Buckets(limits.votes_per_second, 10.0 * limits.votes_per_second)
        self.outside: Mapping[str, Callable[[Request], Awaitable[ASGIApp]]] = {
            "GET": self._entrance,
            "POST": self._open,
        }
        self.inside: Mapping[str, Mapping[str, Callable[[Request, Room], Awaitable[ASGIApp]]]] = {
            "": {"GET": self._page, "DELETE": self._close},
            "story": {"GET": self._story},
            "images": {"GET": self._image},
            "qr.svg": {"GET": self._qr},
            "events": {"GET": self._events},
            "state": {"PUT": self._change},
            "votes": {"POST": self._vote},
        }
        store.listen(self._hear)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            answer = await self._answer(request)
        except Refusal as refusal:
            answer = _refused(refusal, request)
        except ClientDisconnect:
            return
        await answer(scope, receive, send)

    async def _answer(self, request: Request) -> ASGIApp:
        address = address_of(request, self.limits.proxies)
        self.addresses.take(
            address, "requests from this address"
        )  # first: one that floods takes little from all
        self.everyone.take("", "requests at the moment")
        if request.method not in ("GET", "HEAD") and of_another_site(request):
            raise Refusal(403, "A page of another site may not do this.")
        code, part, beyond = (str(request.path_params.get("rest", "")).strip("/") + "//").split("/", 2)
        if not code:
            return await _by_method(self.outside, request)(request)
        if part not in self.inside or (beyond.strip("/") and part != "images"):
            raise Refusal(404, "There is nothing of that name in a room.")
        answer = _by_method(self.inside[part], request)
        room = await self._find(code.upper()) if len(code) == LENGTH else None
        if room is None:
            self.misses.take(address, "rooms asked for that there are not")
            raise no_room()
        return await answer(request, room)

    async def _find(self, code: str) -> Room | None:
        """An open room; while the store is away, one that is followed here."""
        try:
            return await self.store.find(code)
        except Refusal:
            if code in self.channels:
                return self.channels[code].room
            raise

    # ---- outside of a room ------------------------------------------------------------------------------------------

    async def _entrance(self, request: Request) -> Response:
        """The way in for those who type a code: where they have, on to its room."""
        code = request.query_params.get("room", "").strip().upper()
        if not code:
            return HTMLResponse(entrance())
        if not CODE.fullmatch(code):
            raise no_room()
        here = "" if request.url.path.endswith("/") else "hall/"
        return RedirectResponse(f"{here}{code}", 303, FRESH)

    async def _open(self, request: Request) -> Response:
        address = address_of(request, self.limits.proxies)
        mark, order = read_opening(await body_of(request, self.limits.body))
        self.openings.take(address, "rooms opened from this address")
        await self.stories.get(mark, order)
        ends = int(time.time()) + 3600 * self.limits.hours
        for _ in range(TRIES):
            room, key = new_room(mark, order, ends, address)
            try:
                await self.store.create(room)
            except KeyError:
                continue
            await self._keep_story(room)
            self.opened += 1
            return JSONResponse({"room": room.code, "key": key}, 201, FRESH)
        raise too_many("rooms", self.limits.rooms)

    async def _keep_story(self, room: Room) -> None:
        if room.story:
            try:
                await asyncio.to_thread(self.shelf.keep, room.story, room.code, room.ends)
            except (LookupError, ConnectionError):  # pushed out since it was read, or Redis is away
                await self.store.close(room)
                raise Refusal(422, "story is not held here (any longer); load its file again.") from None

    # ---- in a room --------------------------------------------------------------------------------------------------

    async def _page(self, request: Request, room: Room) -> Response:
        if "/" in request.path_params["rest"]:  # the page finds the rest from its own address
            return RedirectResponse(f"../{room.code}", 303, FRESH)
        title = (await self.stories.of(room)).title
        headers = FRESH | {"Vary": "Accept-Encoding"}
        if not wants_gzip(request):
            return HTMLResponse(page(room.code, title), headers=headers)
        headers["Content-Encoding"] = "gzip"
        return HTMLResponse(compressed_page(room.code, title), headers=headers)

    async def _story(self, request: Request, room: Room) -> Response:
        told = await self.stories.of(room)
        headers = {"ETag": told.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if told.etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        if not wants_gzip(request):
            return Response(told.content(), headers=headers, media_type="application/json")
        headers["Content-Encoding"] = "gzip"
        return Response(told.compressed, headers=headers, media_type="application/json")

    async def _image(self, request: Request, room: Room) -> Response:
        told = await self.stories.of(room)
        kind, content = image(told.images, request.url.path.rpartition("/")[2])
        return Response(content, headers={"Cache-Control": "private, max-age=86400"}, media_type=kind)

    async def _qr(self, request: Request, room: Room) -> Response:
        self.drawings.take(address_of(request, self.limits.proxies), "QR codes for this address")
        address = request.query_params.get("address", "")
        content = await asyncio.to_thread(qr_code, room.code, address)  # a part of a second
        return Response(content, headers=FRESH, media_type="image/svg+xml")

    async def _events(self, request: Request, room: Room) -> ASGIApp:
        if request.method == "HEAD":
            return Response(headers=HEADERS)
        keyed = "authorization" in request.headers
        if keyed:
            _check_key(request, room)
        voter = request.query_params.get("voter", "")
        if voter:
            checked_voter(voter)
        told = await self.stories.of(room)
        address = address_of(request, self.limits.proxies)
        self._check_streams(room.code, address)

        async def stream(_: Scope, receive: Receive, send: Send) -> None:
            channel = self.channels.get(room.code)
            if channel is None:
                channel = Channel(room, told, self.store, lambda: self._end(room.code))
                self.channels[room.code] = channel
            self.streams[address] += 1
            try:
                await channel.follow(receive, send, keyed, voter)
            finally:
                self.streams[address] -= 1
                if not self.streams[address]:
                    del self.streams[address]

        return stream

    def _end(self, code: str) -> None:
        self.channels.pop(code, None)

    def _check_streams(self, code: str, address: str) -> None:
        if self.ending:
            raise Refusal(503, "The server is about to stop; try again in 1 s.", retry_after=1)
        limits, channel = self.limits, self.channels.get(code)
        for count, most, where in (
            (self.streams.total(), limits.phones, "phones"),
            (self.streams[address], limits.phones_per_address, "phones of this address"),
            (channel.followers if channel else 0, limits.phones_per_room, "phones in this room"),
        ):
            if count >= most:
                raise too_many(where, most)

    async def _change(self, request: Request, room: Room) -> Response:
        _check_key(request, room)
        told = await self.stories.of(room)
        await self.store.change(room, read_change(await body_of(request, self.limits.body), told.scenes))
        return Response(status_code=204, headers=FRESH)

    async def _vote(self, request: Request, room: Room) -> Response:
        told = await self.stories.of(room)
        vote = read_vote(await body_of(request, self.limits.body), told.scenes)
        slot = told.ballot(vote.scene).slot(vote.option, vote.value)
        self.voters.take(f"{room.code} {vote.voter}", "votes of this phone")
        address = address_of(request, self.limits.proxies)
        await self.store.vote(room, vote.scene, vote.voter, slot, address)
        self.votes += 1
        return Response(status_code=204, headers=FRESH)

    async def _close(self, request: Request, room: Room) -> Response:
        _check_key(request, room)
        await self.store.close(room)
        if room.story:
            await asyncio.to_thread(self.shelf.let_go, room.story, room.code)
        return Response(status_code=204, headers=FRESH)

    # ---- beside the requests ----------------------------------------------------------------------------------------

    def _hear(self, code: str) -> None:
        for channel in (self.channels.get(code),) if code else self.channels.values():
            if channel:
                channel.changed.set()

    def end_streams(self) -> None:
        """End all streams, and begin no other: the server is about to stop, and phones come back to the next one."""
        self.ending = True
        for channel in list(self.channels.values()):
            channel.stop()

    async def stop(self) -> None:
        """Leave the store."""
        self.end_streams()
        await self.store.stop()


Answer = TypeVar("Answer")


def _by_method(answers: Mapping[str, Answer], request: Request) -> Answer:
    method = "GET" if request.method == "HEAD" else request.method
    if method not in answers:
        possible = f"{' and '.join(answers)} {'are' if len(answers) > 1 else 'is'}"
        raise Refusal(
            405, f"{request.method[:20]} is not possible here; {possible}.", allow=", ".join(answers)
        )
    return answers[method]


def _check_key(request: Request, room: Room) -> None:
    if not room.opens_with(key_of(request)):
        raise Refusal(403, "This needs the key of the room, as Authorization: Bearer KEY.")


def _refused(refusal: Refusal, request: Request) -> Response:
    headers = dict(FRESH)
    if refusal.retry_after:
        headers["Retry-After"] = str(refusal.retry_after)
    if refusal.allow:
        headers["Allow"] = refusal.allow
    if wants_page(request):
        below = request.path_params.get("rest")  # the hall itself, without a slash, has none
        entrance = f"{'' if below is None else '../' * (1 + below.count('/'))}hall"
        return HTMLResponse(sentence_page(refusal.sentence, entrance), refusal.status, headers)
    return JSONResponse({"error": refusal.sentence}, refusal.status, headers)
