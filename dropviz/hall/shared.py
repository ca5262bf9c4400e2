"""Rooms in Redis, for as many processes as there are; each of its keys is gone when the room ends.

What must hold together is one script each: a vote and its tally, the limits and the room they let in. Whoever changes a
room says its code on one channel, which every process hears.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager, suppress
from dataclasses import asdict, fields
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from dropviz.hall.limits import Limits
from dropviz.hall.refusals import Refusal
from dropviz.hall.rooms import Change, Look, Room, State, hashed
from dropviz.hall.store import STAYS, no_room, revealed_already, too_many, too_many_voters
from dropviz.settings.story import MOST_SCENES

PREFIX, ROOMS = "dropviz:hall:", "dropviz:rooms"
CHANNEL = "dropviz:hall"
OF_A_SCENE = ("votes", "tally", "addresses")  # voter → slot, slot → votes, address → voters
PATIENCE = 2.0  # seconds for one answer of Redis
REST = (
    0.5  # seconds after a failure in which nobody asks Redis, and all who wait for a turn are refused at once
)
CONNECTIONS = 32
AWAY = "The rooms cannot be reached at the moment; try again in 2 s."
LISTENS = 0.5  # seconds at a time
AGAIN = 0.5  # seconds until it is tried again, where Redis is away
EVERY_ROOM = ""  # may have changed

# KEYS: rooms, rooms of the address, the room. ARGV: now, ends, most, most of the address, code, fields and values
CREATE = """
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[1])
if redis.call('EXISTS', KEYS[3]) == 1 then return 'taken' end
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[3]) then return 'rooms' end
if redis.call('ZCARD', KEYS[2]) >= tonumber(ARGV[4]) then return 'address' end
redis.call('HSET', KEYS[3], unpack(ARGV, 6))
redis.call('EXPIREAT', KEYS[3], ARGV[2])
for at = 1, 2 do
  redis.call('ZADD', KEYS[at], ARGV[2], ARGV[5])
  local last = redis.call('ZRANGE', KEYS[at], -1, -1, 'WITHSCORES')[2]
  redis.call('EXPIREAT', KEYS[at], last)
end
return 'open'
"""
# KEYS: the room, what is revealed, who is present, and without their numbers the tallies. ARGV: now
LOOK = """
local room = redis.call('HMGET', KEYS[1], 'scene', 'rate')
if not room[1] then return false end
return {room[1], room[2], redis.call('SMEMBERS', KEYS[2]), redis.call('ZCOUNT', KEYS[3], ARGV[1], '+inf'),
  redis.call('HGETALL', KEYS[4] .. room[1])}
"""
# KEYS: the room, what is revealed. ARGV: ends, scene or '', '1', '0' or '' for revealed, rate ('' forgets it) or 'kept'
CHANGE = """
local before = redis.call('HGET', KEYS[1], 'scene')
if not before then return 0 end
local scene = ARGV[2] ~= '' and ARGV[2] or before
local rate = ARGV[4]
if rate == 'kept' and scene ~= before then rate = '' end
redis.call('HSET', KEYS[1], 'scene', scene)
if rate ~= 'kept' then redis.call('HSET', KEYS[1], 'rate', rate) end
if ARGV[3] == '1' then redis.call('SADD', KEYS[2], scene) end
if ARGV[3] == '0' then redis.call('SREM', KEYS[2], scene) end
redis.call('EXPIREAT', KEYS[2], ARGV[1])
return 1
"""
# KEYS: the room, what is revealed, votes, tally, voters by address
# ARGV: ends, scene, voter, slot, most voters, address, most voters of it
VOTE = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 'none' end
if redis.call('SISMEMBER', KEYS[2], ARGV[2]) == 1 then return 'revealed' end
local before = redis.call('HGET', KEYS[3], ARGV[3])
if before then
  redis.call('HINCRBY', KEYS[4], before, -1)
else
  if redis.call('HLEN', KEYS[3]) >= tonumber(ARGV[5]) then return 'full' end
  if tonumber(redis.call('HGET', KEYS[5], ARGV[6]) or 0) >= tonumber(ARGV[7]) then return 'address' end
  redis.call('HINCRBY', KEYS[5], ARGV[6], 1)
end
redis.call('HSET', KEYS[3], ARGV[3], ARGV[4])
redis.call('HINCRBY', KEYS[4], ARGV[4], 1)
for at = 3, 5 do redis.call('EXPIREAT', KEYS[at], ARGV[1]) end
return 'in'
"""
# KEYS: the room, who is present. ARGV: ends, until when, voters
JOIN = """
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local new = 0
for at = 3, #ARGV do new = new + redis.call('ZADD', KEYS[2], ARGV[2], ARGV[at]) end
redis.call('EXPIREAT', KEYS[2], ARGV[1])
return new
"""
# KEYS: who is present. ARGV: voter, until when this process said that it is here; if another has said so since, it is
LEAVE = """
local said = redis.call('ZSCORE', KEYS[1], ARGV[1])
if not said or tonumber(said) ~= tonumber(ARGV[2]) then return 0 end
return redis.call('ZREM', KEYS[1], ARGV[1])
"""


class SharedStore:
    """See `Store`, which says what each function does."""

    def __init__(self, url: str, limits: Limits, clock: Callable[[], float] = time.time) -> None:
        self.limits, self.clock = limits, clock
        self._redis = Redis.from_url(
            url,
            socket_timeout=PATIENCE,
            socket_connect_timeout=PATIENCE,
            health_check_interval=10,
            decode_responses=True,
        )
        self._turns = asyncio.Semaphore(CONNECTIONS)  # as many ask at once; who comes later waits
        self._rests_until = 0.0  # of the monotonic clock
        self._scripts = {
            text: self._redis.register_script(text) for text in (CREATE, LOOK, CHANGE, VOTE, JOIN, LEAVE)
        }
        self._said: dict[
            tuple[str, str], str
        ] = {}  # until when this process has said that a phone is in a room
        self._hear: Callable[[str], object] = str
        self._stopped = False
        self._listener: asyncio.Task[None] | None = None

    async def create(self, room: Room) -> None:  # noqa: D102
        record = [part for pair in asdict(room).items() for part in pair] + ["scene", 1, "rate", ""]
        now, limits = self.clock(), self.limits
        keys = [ROOMS, f"{ROOMS}:{room.address}", _key(room)]
        outcome = await self._run(
            CREATE, keys, [now, room.ends, limits.rooms, limits.rooms_per_address, room.code, *record]
        )
        if outcome == "taken":
            raise KeyError(room.code)
        if outcome != "open":
            of_address = outcome == "address"
            raise too_many(
                "rooms of this address" if of_address else "rooms",
                limits.rooms_per_address if of_address else limits.rooms,
            )

    async def find(self, code: str) -> Room | None:  # noqa: D102
        async with self._reached():
            given: Any = await self._redis.hgetall(PREFIX + code)
        if not given or int(given["ends"]) <= self.clock():
            return None
        record = {field.name: given[field.name] for field in fields(Room)}
        return Room(**record | {"ends": int(given["ends"])})

    async def look(self, room: Room) -> Look | None:  # noqa: D102
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        keys = [_key(room), *(_key(room, name) for name in ("revealed", "present", "tally:"))]
        found = await self._run(LOOK, keys, [self.clock()])
        if not found:
            return None
        scene, rate, revealed, present, tally = found
        state = State(int(scene), frozenset(map(int, revealed)), float(rate) if rate else None)
        votes = {int(slot): int(count) for slot, count in zip(tally[::2], tally[1::2], strict=True)}
        return Look(state, int(present), votes)

    async def change(self, room: Room, change: Change) -> None:  # noqa: D102
        rate = (
            "kept"
            if change.rate is None and not change.forgets_rate
            else ""
            if change.rate is None
            else repr(change.rate)
        )
        revealed = "" if change.revealed is None else str(int(change.revealed))
        keys = [_key(room), _key(room, "revealed")]
        if not await self._run(CHANGE, keys, [room.ends, change.scene or "", revealed, rate]):
            raise no_room()
        await self._say(room)

    async def vote(self, room: Room, scene: int, voter: str, slot: int, address: str) -> None:  # noqa: D102
        keys = [_key(room), _key(room, "revealed"), *(_key(room, f"{kind}:{scene}") for kind in OF_A_SCENE)]
        most, of_address = self.limits.phones_per_room, self.limits.voters_per_address
        given = [room.ends, scene, voter, slot, most, hashed(f"{room.key_hash} {address}"), of_address]
        outcome = await self._run(VOTE, keys, given)
        if outcome != "in":
            raise {
                "none": no_room(), "revealed": revealed_already(scene), "full": too_many_voters(most),
                "address": too_many_voters(of_address, of_address=True),
            }[outcome]  # fmt: skip
        await self._say(room)

    async def close(self, room: Room) -> None:  # noqa: D102
        names = ["revealed", "present"]
        names += [f"{kind}:{scene}" for kind in OF_A_SCENE for scene in range(1, MOST_SCENES + 2)]
        async with self._reached(), self._redis.pipeline() as together:
            together.delete(_key(room), *(_key(room, name) for name in names))
            together.zrem(ROOMS, room.code)
            together.zrem(f"{ROOMS}:{room.address}", room.code)
            await together.execute()
        await self._say(room)

    async def join(self, room: Room, voters: Collection[str]) -> None:  # noqa: D102
        if not voters:
            return
        until = f"{self.clock() + STAYS:.6f}"
        self._said |= {(room.code, voter): until for voter in voters}
        keys = [_key(room), _key(room, "present")]
        if await self._run(JOIN, keys, [room.ends, until, *voters]):
            await self._say(room)

    async def leave(self, room: Room, voter: str) -> None:  # noqa: D102
        until = self._said.pop((room.code, voter), None)
        if until and await self._run(LEAVE, [_key(room, "present")], [voter, until]):
            await self._say(room)

    def listen(self, hear: Callable[[str], object]) -> None:  # noqa: D102
        self._hear = hear

    async def stop(self) -> None:  # noqa: D102
        self._stopped = True
        if self._listener:
            self._listener.cancel()  # which is lost where an answer comes in the same moment
            await asyncio.wait({self._listener})
        await self._redis.aclose()

    async def _run(self, script: str, keys: list[str], arguments: list[Any]) -> Any:
        async with self._reached():
            return await self._scripts[script](keys=keys, args=arguments)

    @asynccontextmanager
    async def _reached(self) -> AsyncIterator[None]:
        async with self._turns:
            if time.monotonic() < self._rests_until:
                raise Refusal(503, AWAY, retry_after=2)
            try:
                async with asyncio.timeout(PATIENCE):  # the client would try again, each time as long
                    yield
            except (RedisError, OSError) as error:
                if not isinstance(error, ResponseError):  # which is an answer
                    self._rests_until = time.monotonic() + REST
                raise Refusal(503, AWAY, retry_after=2) from error

    async def _say(self, room: Room) -> None:
        self._hear(room.code)
        async with self._reached():
            await self._redis.publish(CHANNEL, room.code)

    async def _listen(self) -> None:
        """Hear of changes elsewhere, for as long as the process lives; after a silence, any room may have changed."""
        while not self._stopped:
            with suppress(RedisError, OSError):
                async with self._redis.pubsub() as line:
                    await line.subscribe(CHANNEL)
                    self._hear(EVERY_ROOM)
                    while not self._stopped:
                        message = await line.get_message(ignore_subscribe_messages=True, timeout=LISTENS)
                        if message:
                            self._hear(message["data"])
            await asyncio.sleep(AGAIN)


def _key(room: Room, name: str = "") -> str:
    return f"{PREFIX}{room.code}:{name}" if name else PREFIX + room.code
