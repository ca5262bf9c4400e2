"""How much of the server anybody gets, over the wire."""

import asyncio

import pytest

from dropviz.hall.limits import Limits
from dropviz.hall.memory import MemoryStore
from dropviz.hall.routes import Hall
from dropviz.story.held import MemoryShelf
from tests.hall.conftest import mounted
from tests.hall.test_wire import error, vote


def limited(**limits):
    limits = Limits(**limits)
    return mounted(Hall(MemoryStore(limits), MemoryShelf(), limits))


def test_phones_are_bounded_in_a_room_at_an_address_and_in_all():
    async def crowd(ask, first, second, statuses):
        rooms = [(await ask.open())[0], (await ask.open())[0]]
        async with ask.follow(rooms[0], **first):
            for room, who, status in statuses:
                async with ask.follow(rooms[room], **who) as phone:
                    assert phone.status == status
        async with ask.follow(rooms[0], **second) as phone:
            assert phone.status == 200  # who left makes room

    here, there = {"test_client": "192.0.2.1"}, {"test_client": "192.0.2.2"}
    asyncio.run(crowd(limited(phones_per_room=1), here, there, [(0, there, 429), (1, here, 200)]))
    asyncio.run(crowd(limited(phones_per_address=1), here, there, [(1, here, 429), (0, there, 200)]))
    asyncio.run(crowd(limited(phones=1), here, there, [(1, there, 429)]))


def test_requests_rooms_and_votes_have_a_rate():
    async def hurry():
        ask = limited(requests_per_address=1)
        statuses = [(await ask("GET", "hall")).status for _ in range(12)]
        assert (statuses[:10], statuses[-1]) == ([200] * 10, 429)
        answer = await ask("GET", "hall")
        assert (int(answer.headers["retry-after"]), error(answer)[:34]) == (
            1,
            "Too many requests from this addres",
        )
        assert (await ask("GET", "hall", test_client="192.0.2.1")).status == 200
        ask = limited(rooms_per_minute=2)
        statuses = [(await ask("POST", "hall", b"{}")).status for _ in range(3)]
        assert statuses == [201, 201, 429]
        ask = limited(votes_per_second=1, drawings_per_minute=2)
        code, _ = await ask.open()
        query = f"address=https://a.org/hall/{code}"
        drawn = [(await ask("GET", f"hall/{code}/qr.svg", query=query)).status for _ in range(3)]
        assert drawn == [200, 200, 429]  # one keeps a processor busy for a part of a second
        statuses = [(await ask("POST", f"hall/{code}/votes", vote())).status for _ in range(11)]
        assert statuses == [204] * 10 + [429]
        assert (await ask("POST", f"hall/{code}/votes", vote(voter="phone-of-a-test-0002"))).status == 204

    asyncio.run(hurry())


def test_an_address_that_floods_leaves_room_for_others():
    async def flood():
        ask = limited(requests_per_address=1, requests_per_second=2)
        for _ in range(100):
            await ask("GET", "hall")
        assert (await ask("GET", "hall")).status == 429
        assert (await ask("GET", "hall", test_client="192.0.2.1")).status == 200

    asyncio.run(flood())


def test_codes_cannot_be_tried_at_will():
    async def guess():
        ask = limited(misses_per_second=1)
        code, _ = await ask.open()
        statuses = [(await ask("GET", f"hall/CDFG{letter}/story")).status for letter in "CDFGHJKMNPQ"]
        assert statuses == [404] * 10 + [429]
        assert (await ask("GET", f"hall/{code}/story")).status == 200

    asyncio.run(guess())


def test_an_address_of_ipv6_is_its_network():
    async def many():
        ask = limited(rooms_per_minute=1)
        addresses = (
            "2001:db8::1",
            "2001:db8::ffff:1",
            "2001:db8:0:1::1",
            "::ffff:192.0.2.1",
            "::ffff:192.0.2.2",
            "::ffff:192.0.2.1",
        )
        statuses = [(await ask("POST", "hall", b"{}", test_client=address)).status for address in addresses]
        assert statuses == [201, 429, 201, 201, 201, 429]

    asyncio.run(many())


@pytest.mark.parametrize(
    ("proxies", "forwarded", "shared"),
    [
        (0, "{}", True),
        (1, "{}", False),
        (1, "{}, 10.0.0.1", True),
        (2, "{}, 10.0.0.1", False),
        (2, "{}", True),
    ],
)
def test_the_address_is_what_the_named_proxies_say_and_no_other(proxies, forwarded, shared):
    async def ask_twice():
        ask = limited(proxies=proxies, rooms_per_minute=1)
        statuses = [
            (await ask("POST", "hall", b"{}", x_forwarded_for=forwarded.format(address))).status
            for address in ("203.0.113.1", "203.0.113.2")
        ]
        assert statuses == [201, 429 if shared else 201]

    asyncio.run(ask_twice())
