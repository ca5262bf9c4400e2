"""What rooms do must not depend on where they live: every test runs on memory and on Redis."""

import asyncio
import random
import socket
import time
from collections import Counter
from dataclasses import replace

import pytest

from dropviz.hall.limits import Limits
from dropviz.hall.memory import MemoryStore
from dropviz.hall.refusals import Refusal
from dropviz.hall.rooms import Change, State, new_room
from dropviz.hall.store import STAYS

USUAL = Limits()
HISTORIES = 1000
HERE, THERE = "192.0.2.7", "192.0.2.8"


def room_of(address=HERE, lasts=3600):
    return new_room("", "", int(time.time()) + lasts, address)[0]


@pytest.fixture
def on(make_store):
    """Run what is given a store, or as many processes' stores as there shall be."""

    def run(scenario, limits=USUAL, processes=1, **more):
        async def whole():
            stores = [make_store(limits, **more) for _ in range(processes)]
            try:
                return await scenario(*stores)
            finally:
                for store in stores:
                    await store.stop()

        return asyncio.run(whole())

    return run


def refused(status):
    return pytest.raises(Refusal, check=lambda refusal: refusal.status == status)


def test_a_room_is_found_as_it_was_opened_until_it_is_closed(on):
    async def scenario(store):
        room = room_of()
        await store.create(room)
        assert (await store.find(room.code), await store.find("XXXXX")) == (room, None)
        with pytest.raises(KeyError):
            await store.create(room)
        look = await store.look(room)
        assert (look.state, look.present, look.answered) == (State(), 0, 0)
        await store.vote(room, 1, "voter", 0, HERE)
        await store.join(room, ["voter"])
        await store.close(room)
        assert (await store.find(room.code), await store.look(room)) == (None, None)
        for late in (store.vote(room, 1, "voter", 0, HERE), store.change(room, Change(scene=2))):
            with refused(404):
                await late
        await store.join(room, ["voter"])
        await store.leave(room, "voter")
        await store.create(room)  # nothing is left of the first
        look = await store.look(room)
        assert (look.state, look.present, look.answered) == (State(), 0, 0)

    on(scenario)


def test_the_lecturer_stands_where_the_rules_say(on):
    changes = [
        Change(scene=3), Change(rate=0.25), Change(revealed=True), Change(rate=0.5), Change(scene=4), Change(scene=3),
        Change(scene=3, rate=0.1), Change(scene=5, revealed=True, rate=1e3), Change(forgets_rate=True), Change(scene=3),
        Change(revealed=False), Change(scene=5),
    ]  # fmt: skip

    async def scenario(store):
        room, state = room_of(), State()
        await store.create(room)
        for change in changes:
            await store.change(room, change)
            state = state.after(change)
            assert (await store.look(room)).state == state

    on(scenario)


def test_a_voter_counts_once_in_each_scene_and_may_change_until_the_reveal(on):
    async def scenario(store):
        room = room_of()
        await store.create(room)
        for voter, slot in (("a", 0), ("b", 0), ("a", 2), ("a", 2), ("c", 1)):
            await store.vote(room, 1, voter, slot, HERE)
        await store.vote(room, 2, "a", 79, HERE)
        look = await store.look(room)
        assert ({slot: n for slot, n in look.tally.items() if n}, look.answered) == ({0: 1, 2: 1, 1: 1}, 3)
        await store.change(room, Change(revealed=True))
        with refused(409):
            await store.vote(room, 1, "b", 1, HERE)
        await store.change(room, Change(revealed=False))
        await store.vote(room, 1, "b", 1, HERE)
        assert (await store.look(room)).tally[1] == 2
        await store.change(room, Change(scene=2))
        assert {slot: n for slot, n in (await store.look(room)).tally.items() if n} == {79: 1}

    on(scenario)


def test_votes_at_the_same_time_are_all_counted_once(on):
    async def scenario(one, other):
        room = room_of()
        await one.create(room)
        stores = [one, other if type(other).__name__ == "SharedStore" else one]
        votes = [stores[at % 2].vote(room, 1, f"voter {at % 60}", at % 4, HERE) for at in range(240)]
        await asyncio.gather(*votes)
        look = await one.look(room)
        assert look.answered == 60
        assert sum(look.tally.values()) == 60

    on(scenario, processes=2)


def test_limits_of_rooms_and_voters_hold(on):
    async def scenario(store):
        rooms = [room_of("a"), room_of("a"), room_of("b")]
        for room in rooms:
            await store.create(room)
        with refused(429):
            await store.create(room_of("c"))
        await store.close(rooms[2])
        with refused(429):
            await store.create(room_of("a"))
        await store.create(room_of("b"))
        for voter in ("x", "y"):
            await store.vote(rooms[0], 1, voter, 0, HERE)
        with refused(429):
            await store.vote(rooms[0], 1, "z", 0, HERE)
        await store.vote(rooms[0], 1, "y", 1, HERE)
        await store.vote(rooms[0], 2, "z", 0, HERE)

    on(scenario, Limits(rooms=3, rooms_per_address=2, phones_per_room=2))


def test_made_up_voters_of_one_address_leave_places_for_others(on):
    async def scenario(store):
        room, other = room_of(), room_of()
        for one in (room, other):
            await store.create(one)
        for voter in ("x", "y"):
            await store.vote(room, 1, voter, 0, HERE)
        with refused(429):
            await store.vote(room, 1, "made up", 0, HERE)
        await store.vote(room, 1, "z", 0, THERE)
        await store.vote(room, 1, "x", 1, THERE)  # a phone that has changed its network is the same phone
        for one, scene in ((room, 2), (other, 1)):
            await store.vote(one, scene, "w", 0, HERE)
        assert (await store.look(room)).tally == {0: 2, 1: 1}

    on(scenario, Limits(voters_per_address=2))


@pytest.mark.parametrize("make_store", ["memory"], indirect=True)
def test_nothing_of_a_room_is_kept_that_has_ended_though_nobody_asks(on):
    room = room_of()

    async def scenario(store):
        await store.create(room)
        assert len(store._rooms) == 1
        while store._rooms:
            await asyncio.sleep(0.01)

    on(scenario, clock=lambda: room.ends + 0.99)


@pytest.mark.parametrize("make_store", ["memory"], indirect=True)
def test_votes_that_are_kept_are_bounded_and_leave_with_their_room(on):
    async def scenario(store):
        rooms = [room_of(), room_of()]
        for room in rooms:
            await store.create(room)
        for scene in (1, 2):
            await store.vote(rooms[0], scene, "a", 0, HERE)
        with refused(429):
            await store.vote(rooms[1], 1, "a", 0, HERE)
        await store.vote(rooms[0], 1, "a", 1, HERE)
        await store.close(rooms[0])
        for scene in (1, 2):
            await store.vote(rooms[1], scene, "a", 0, HERE)

    on(scenario, Limits(votes=2))


def test_a_room_ends_by_itself_and_makes_room_for_another(on):
    now = [time.time()]

    async def scenario(store):
        room = room_of(lasts=100)
        await store.create(room)
        now[0] += 101
        assert await store.find(room.code) is None
        later = new_room("", "", int(now[0]) + 100, "192.0.2.7")[0]
        await store.create(later)
        assert await store.find(later.code) == later

    on(scenario, Limits(rooms=1), clock=lambda: now[0])


def test_phones_are_counted_while_they_are_here(on):
    async def scenario(store):
        room = room_of()
        await store.create(room)
        await store.join(room, ["a", "b"])
        await store.join(room, ["a"])
        assert (await store.look(room)).present == 2
        await store.leave(room, "a")
        await store.leave(room, "a")
        assert (await store.look(room)).present == 1

    on(scenario)


def test_whoever_listens_hears_of_every_change(on):
    async def scenario(store):
        heard = []
        store.listen(heard.append)
        room = room_of()
        await store.create(room)
        for act in (
            store.change(room, Change(scene=2)),
            store.vote(room, 2, "a", 0, HERE),
            store.join(room, ["a"]),
            store.leave(room, "a"),
            store.close(room),
        ):
            heard.clear()
            await act
            assert room.code in heard

    on(scenario)


# ---- of Redis alone -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make_store", ["redis"], indirect=True)
def test_a_change_on_one_process_is_heard_on_another(on):
    async def scenario(one, other):
        heard = asyncio.Queue()
        other.listen(heard.put_nowait)
        room = room_of()
        await one.create(room)
        await other.look(room)  # begins to listen
        assert await asyncio.wait_for(heard.get(), 5) == ""
        await one.change(room, Change(scene=2))
        assert await asyncio.wait_for(heard.get(), 5) == room.code

    on(scenario, processes=2)


@pytest.mark.parametrize("make_store", ["redis"], indirect=True)
def test_a_phone_that_came_back_on_another_process_is_not_taken_for_gone(on):
    now = [time.time()]

    async def scenario(one, other):
        room = room_of()
        await one.create(room)
        await one.join(room, ["a"])
        now[0] += 1
        await other.join(room, ["a"])
        await one.leave(room, "a")
        assert (await one.look(room)).present == 1
        now[0] += STAYS + 1  # the other process was killed
        assert (await one.look(room)).present == 0

    on(scenario, processes=2, clock=lambda: now[0])


@pytest.mark.parametrize("make_store", ["redis"], indirect=True)
def test_every_key_of_a_room_ends_with_it_and_none_outlives_its_closing(on, redis_url):
    import redis

    async def scenario(store):
        room = room_of(lasts=500)
        await store.create(room)
        await store.change(room, Change(scene=2, revealed=True))
        await store.vote(room, 1, "a", 0, HERE)
        await store.join(room, ["a"])
        with redis.Redis.from_url(redis_url) as client:
            lasting = {key: client.ttl(key) for key in client.keys("*")}
            assert len(lasting) == 8
            assert all(490 < left <= 501 for left in lasting.values()), lasting
            await store.close(room)
            assert client.keys("*") == []

    on(scenario)


def test_without_redis_there_is_a_sentence_and_no_traceback():
    pytest.importorskip("redis")
    from dropviz.hall.shared import SharedStore

    async def scenario():
        store = SharedStore("redis://127.0.0.1:1/0", Limits())
        room = room_of()
        for asked in (store.find("CDFGH"), store.look(room), store.create(room), store.close(room)):
            with refused(503):
                await asked
        await store.stop()

    asyncio.run(scenario())


def test_of_a_redis_that_hangs_all_hear_after_one_patience_however_many_wait(monkeypatch):
    pytest.importorskip("redis")
    from dropviz.hall import shared

    monkeypatch.setattr(shared, "PATIENCE", 0.2)

    async def scenario(port):
        store = shared.SharedStore(f"redis://127.0.0.1:{port}/0", Limits())
        began = time.monotonic()
        asked = (store.find("CDFGH") for _ in range(5 * shared.CONNECTIONS))
        found = await asyncio.gather(*asked, return_exceptions=True)
        assert {one.status for one in found} == {503}
        assert time.monotonic() - began < 4 * shared.PATIENCE
        await store.stop()

    with socket.create_server(("127.0.0.1", 0), backlog=5 * shared.CONNECTIONS) as silent:
        asyncio.run(scenario(silent.getsockname()[1]))


def history(rng):
    """What may happen in a room, as calls of a store without the room."""
    scene, voter, address = (lambda: rng.randint(1, 3)), (lambda: rng.choice("abcd")), (HERE, THERE)
    return [
        rng.choice(
            [
                (
                    "change",
                    Change(rng.choice([None, scene()]), rng.choice([None, True, False]), rate, forgets),
                )
                for rate, forgets in ((None, False), (None, True), (0.25, False), (1e-7, False))
            ]
            + [("vote", scene(), voter(), rng.randrange(3), rng.choice(address))] * 4
            + [("join", [voter(), voter()]), ("leave", voter())]
        )
        for _ in range(6)
    ]


async def outcome(store, room, call):
    """What a store answers: nothing, or the status and sentence of a refusal."""
    try:
        return await getattr(store, call[0])(room, *call[1:])
    except Refusal as refusal:
        return refusal.status, refusal.sentence


@pytest.mark.parametrize("make_store", ["redis"], indirect=True)
def test_redis_tells_every_history_as_memory_does(on):
    limits = Limits(rooms=10_000, rooms_per_address=10_000, phones_per_room=3, voters_per_address=2)

    async def scenario(store):
        memory, rng = MemoryStore(limits), random.Random(11)

        async def live(number, calls):
            room = replace(
                room_of(), code=f"{number:05}"
            )  # of a thousand drawn codes, two are often the same
            for one in (store, memory):
                await one.create(room)
            for call in calls:
                assert await outcome(store, room, call) == await outcome(memory, room, call), calls
            ours, theirs = await memory.look(room), await store.look(room)
            assert (theirs.state, theirs.present, +Counter(theirs.tally)) == (
                ours.state,
                ours.present,
                +Counter(ours.tally),
            ), calls
            await store.close(room)

        await asyncio.gather(*(live(number, history(rng)) for number in range(HISTORIES)))

    on(scenario, limits)
