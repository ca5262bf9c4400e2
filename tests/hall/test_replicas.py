"""A room that more than one process serves, and a Redis that goes away and comes back."""

import asyncio
import json

import pytest

from dropviz.hall import channels, shared
from dropviz.hall.limits import Limits
from dropviz.hall.routes import Hall
from dropviz.story.held import MemoryShelf
from tests.hall.conftest import VOTER, mounted
from tests.hall.test_wire import state, vote


def hall_at(url):
    limits = Limits()
    return Hall(shared.SharedStore(url, limits), MemoryShelf(), limits)


def test_a_room_made_on_one_process_is_followed_on_another(redis_url):
    pytest.importorskip("redis")

    async def talk():
        halls = [hall_at(redis_url), hall_at(redis_url)]
        here, there = map(mounted, halls)
        code, key = await here.open()
        async with here.follow(code) as screen, there.follow(code, VOTER) as phone:
            await screen.until(present=1)
            await here("PUT", f"hall/{code}/state", state(scene=2), authorization=key)
            await phone.until(scene=2)
            assert (await there("POST", f"hall/{code}/votes", vote(2, option=1))).status == 204
            await screen.until(answered=1)
            assert (await here("POST", f"hall/{code}/votes", vote(2, option=2))).status == 204
            await there("PUT", f"hall/{code}/state", state(revealed=True), authorization=key)
            assert (await screen.until(revealed=True))["counts"] == [0, 0, 1]
            await there("DELETE", f"hall/{code}", authorization=key)
            for follower in (screen, phone):
                while (block := await follower.block()) != "event: closed\ndata: {}":
                    assert block is not None
        for hall in halls:
            await hall.stop()

    asyncio.run(talk())


def test_phones_stay_while_redis_is_away_and_hear_of_it_when_it_is_back(with_redis, tmp_path, monkeypatch):
    monkeypatch.setattr(channels, "AWAY", 0.1)
    monkeypatch.setattr(shared, "REST", 0.0)

    async def talk(first):
        with first as url:
            hall = hall_at(url)
            ask = mounted(hall)
            code, key = await ask.open()
            stream = ask.follow(code, VOTER)
            phone = await stream.__aenter__()
            await phone.until(present=1)
        room = hall.channels[code].room
        for method, path, body in (
            ("POST", "hall", b"{}"),
            ("POST", f"hall/{code}/votes", vote()),
            ("PUT", f"hall/{code}/state", state(scene=2)),
        ):
            answer = await ask(method, path, body, authorization=key)
            assert (answer.status, answer.headers["retry-after"]) == (503, "2")
            assert json.loads(answer.body)["error"].startswith("The rooms cannot be reached")
        assert (await ask("GET", f"hall/{code}")).status == 200
        async with ask.follow(code) as late:
            assert (await late.state())["present"] == 1
        with with_redis(tmp_path) as url:
            kept = shared.SharedStore(url, Limits())
            await kept.create(room)  # as a Redis that keeps what it has
            await kept.stop()
            assert (await ask("PUT", f"hall/{code}/state", state(scene=3), authorization=key)).status == 204
            await phone.until(scene=3)
            await stream.__aexit__(None, None, None)
            await hall.stop()

    asyncio.run(talk(with_redis(tmp_path)))
