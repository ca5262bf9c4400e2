import asyncio
import json

from dropviz.hall import watched
from dropviz.hall.refusals import Refusal
from dropviz.serving.exposition import written
from tests.hall.conftest import VOTER, mounted
from tests.serving.test_exposition import read


def counted(hall):
    return {name: value for (name, _), value in read(written(watched.metrics(hall)())).items()}


def test_rooms_phones_and_votes_are_counted(memory_hall):
    async def talk():
        ask = mounted(memory_hall)
        room, _ = await ask.open()
        vote = {"scene": 1, "option": 0, "voter": VOTER}
        answers = [await ask("POST", f"hall/{room}/votes", json.dumps(vote).encode()) for _ in range(2)]
        wrong = await ask("POST", f"hall/{room}/votes", b"{}")
        return [answer.status for answer in (*answers, wrong)]

    before = counted(memory_hall)
    assert set(before.values()) == {0}
    assert asyncio.run(talk()) == [204, 204, 422]
    after = {name: value for name, value in counted(memory_hall).items() if value}
    assert after == {"dropviz_hall_rooms_opened_total": 1, "dropviz_hall_votes_total": 2}


def test_a_store_that_is_away_is_said(memory_hall, monkeypatch):
    check = watched.reachable(memory_hall)
    assert asyncio.run(check()) == ""

    async def away(code):
        raise Refusal(503, "away")

    monkeypatch.setattr(memory_hall.store, "find", away)
    assert asyncio.run(check()) == "The rooms cannot be reached: Redis does not answer."
