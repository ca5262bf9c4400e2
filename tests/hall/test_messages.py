"""Whatever is sent, the answer is a sentence and never an error of the server."""

import asyncio
import json
import random

import pytest

from dropviz.hall import asked
from dropviz.hall.limits import Limits
from dropviz.hall.memory import MemoryStore
from dropviz.hall.messages import read_change, read_opening, read_vote
from dropviz.hall.refusals import Refusal
from dropviz.hall.rooms import Change
from dropviz.hall.routes import Hall
from dropviz.story.held import MemoryShelf
from tests.hall.conftest import VOTER, mounted

HOSTILE = 2000
VOTE = {"scene": 1, "option": 0, "voter": VOTER}


def vote(**changed):
    return json.dumps(VOTE | changed).encode()


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"", 400, "The message is not JSON: Expecting value: line 1 column 1 (char 0)."),
        (b"{", 400, "The message is not JSON: Expecting property name enclosed in double quotes: line 1 column 2"),
        (b'{"scene": "\xff"}', 400, "The message is not UTF-8 text: invalid start byte at byte 11."),
        (b'{"scene": NaN}', 400, "The message is not JSON: NaN is no number."),
        (b'{"value": -Infinity}', 400, "The message is not JSON: -Infinity is no number."),
        (b'{"scene": 1, "scene": 2}', 400, "scene stands twice in the message."),
        (b"[" * 1900, 400, "The message is nested too deeply."),
        (b'{"a":' * 380 + b"1", 400, "The message is not JSON: Expecting ',' delimiter: line 1 column 190"),
        (b"[1]", 422, "The message must be a JSON object with scene, option, value, voter; got [1]."),
        (vote(name="Ada"), 422, "name is not known here; send scene, option, value, voter."),
        (vote(scene=12), 422, "scene must be a whole number from 1 to 11; got 12."),
        (vote(scene=True), 422, "scene must be a whole number from 1 to 11; got true."),
        (vote(scene=1.0), 422, "scene must be a whole number from 1 to 11; got 1.0."),
        (vote(scene=int("9" * 1800)), 422, f"scene must be a whole number from 1 to 11; got {'9' * 39}…."),
        (vote(option=-1), 422, "option must be a whole number from 0 to 99; got -1."),
        (vote(option=None), 422, "option must be a whole number from 0 to 99; got nothing."),
        (vote(value=1.0), 422, "A vote has either option or value."),
        (b'{"scene": 1, "value": 1e999, "voter": "%b"}' % VOTER.encode(), 422,
         "value must be a number from -1e+300 to 1e+300; got Infinity."),
        (b'{"scene": 1, "value": "1", "voter": "x"}', 422, 'value must be a number from -1e+300 to 1e+300; got "1".'),
        (vote(voter="short"), 422, 'voter must be 16 to 64 letters, digits, _ or -; got "short".'),
        (vote(voter="\ud800" * 20), 422, f'voter must be 16 to 64 letters, digits, _ or -; got "{chr(92)}ud800'),
        (vote(voter=VOTER + "\n"), 422, "voter must be 16 to 64"),
        (b'{"scene": 1, "option": 0}', 422, "voter must be 16 to 64 letters, digits, _ or -; got nothing."),
    ],
)  # fmt: skip
def test_a_vote_that_is_none_is_refused_in_a_sentence(body, status, sentence):
    with pytest.raises(Refusal) as refusal:
        read_vote(body, 11)
    assert refusal.value.status == status
    assert str(refusal.value).startswith(sentence)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"{}", "The message changes nothing; send scene, revealed or rate."),
        (b'{"scene": 0}', "scene must be a whole number from 1 to 11; got 0."),
        (b'{"scene": null}', "scene must be a whole number from 1 to 11; got nothing."),
        (b'{"revealed": 1}', "revealed must be true or false; got 1."),
        (b'{"revealed": null}', "revealed must be true or false; got nothing."),
        (b'{"rate": -0.1}', "rate must be a number from 0 to 1e+09; got -0.1."),
        (b'{"rate": true}', "rate must be a number from 0 to 1e+09; got true."),
    ],
)
def test_a_change_that_is_none_is_refused_in_a_sentence(body, sentence):
    with pytest.raises(Refusal) as refusal:
        read_change(body, 11)
    assert (refusal.value.status, str(refusal.value)) == (422, sentence)


def test_changes_are_read_as_they_were_meant():
    assert read_change(b'{"rate": null}', 11) == Change(forgets_rate=True)
    assert read_change(b'{"rate": 1, "scene": 2, "revealed": false}', 11) == Change(2, False, 1.0)


@pytest.mark.parametrize(
    "body", [b'{"story": 1}', b'{"story": "0123456789ABCDEF"}', b'{"order": "1,1"}', b'{"order": [1]}']
)
def test_a_story_that_is_none_is_refused(body):
    with pytest.raises(Refusal, match=r"(story|order) must be the"):
        read_opening(body)


def hostile(seed):
    """A message as nobody should send it: a good one whose values, form or bytes are spoilt."""
    chance = random.Random(seed)
    odd = [
        None, True, -1, 0, 1, 2, 11, 12, 1e308, -0.0, 0.5, 10**400, "", "1", "\ud800", "\0", "x" * 900, [], {}, [[]],
        VOTER, {"a": {"b": [None]}}, "0123456789abcdef", "3,1,2", 2**63, 1e-320,
    ]  # fmt: skip
    message = dict(
        chance.choice([VOTE, VOTE | {"scene": 4}, {"scene": 1, "revealed": True, "rate": 0.5}, {"story": ""}])
    )
    for _ in range(chance.randrange(3)):
        name = chance.choice(
            [*message, "value", "option", "order", "voter", "rate", chance.choice(["", "é", "__proto__"])]
        )
        message[name] = chance.choice(odd)
    body = json.dumps(message, ensure_ascii=chance.random() < 0.5).encode("utf-8", "surrogatepass")
    for _ in range(chance.choice([0, 0, 1, 3])):
        at = chance.randrange(len(body) + 1)
        body = (
            body[:at]
            + chance.choice([b"", b"\xff", b"NaN", b"{", b'"', b"[" * 300, b"\0", body])
            + body[at + chance.randrange(4) :]
        )
    return body


def test_thousands_of_hostile_messages_get_no_error_of_the_server():
    limits = Limits(rooms_per_minute=10**6, rooms=10**6, rooms_per_address=10**6, votes_per_second=10**6)
    hall = Hall(MemoryStore(limits), MemoryShelf(), limits)
    hall.everyone.burst = hall.addresses.burst = 10**6

    async def storm():
        ask = mounted(hall)
        code, key = await ask.open()
        ways = [("POST", f"hall/{code}/votes"), ("PUT", f"hall/{code}/state"), ("POST", "hall")]
        seen = set()
        for seed in range(HOSTILE):
            method, path = ways[seed % 3]
            answer = await ask(method, path, hostile(seed), authorization=key)
            seen.add(answer.status)
            if answer.status >= 400:
                assert 10 < len(json.loads(answer.body)["error"]) < 250, answer.body
        assert seen == {201, 204, 400, 409, 413, 422}
        assert len(hall.channels) == 0

    asyncio.run(storm())


@pytest.mark.parametrize("length", ["2001", "9" * 400, "-1", "1e3"])
def test_a_message_that_says_it_is_too_long_is_not_read(memory_hall, length):
    answer = asyncio.run(mounted(memory_hall)("POST", "hall", iter(()), content_length=length))
    assert (answer.status, json.loads(answer.body)["error"]) == (413, "A message has at most 2,000 bytes.")


def answer_to(hall, receive):
    """What a server gets that hands over the parts of a message as ``receive`` does."""
    ask, sent = mounted(hall), []

    async def send(message):
        sent.append(message)

    async def once():
        await asyncio.wait_for(ask.app(ask.scope("POST", "hall", "", {}), receive, send), 5)

    asyncio.run(once())
    return sent[0]["status"]


def test_no_more_of_a_message_is_read_than_may_be(memory_hall):
    parts = []

    async def endless():
        parts.append(b" " * 999)
        return {"type": "http.request", "body": parts[-1], "more_body": True}

    assert answer_to(memory_hall, endless) == 413
    assert len(parts) == 3


def test_a_message_that_does_not_arrive_is_not_waited_for(memory_hall, monkeypatch):
    monkeypatch.setattr(asked, "MOST_SECONDS", 0.05)

    async def silent():
        await asyncio.Event().wait()

    assert answer_to(memory_hall, silent) == 408


@pytest.mark.parametrize(
    "query", ["voter=short", "voter=%00", "voter=" + "a" * 65, "voter=a%0aaaaaaaaaaaaaaaaaaaa"]
)
def test_a_phone_without_a_proper_token_is_refused(memory_hall, query):
    async def look():
        ask = mounted(memory_hall)
        code, _ = await ask.open()
        answer = await ask("GET", f"hall/{code}/events", query=query)
        assert answer.status == 422
        assert json.loads(answer.body)["error"].startswith("voter must be")

    asyncio.run(look())


@pytest.mark.parametrize(
    "path", ["hall/" + "A" * 5000, "hall/é", "hall/CDFG\0", "hall/.../events", "hall//", "hall/CDFGH/votes/1"]
)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_odd_paths_get_a_sentence(memory_hall, method, path):
    answer = asyncio.run(mounted(memory_hall)(method, path, b"{}"))
    assert answer.status < 500
