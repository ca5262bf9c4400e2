"""The wire, as the page of a phone, the lecturer's screen and strangers use it."""

import asyncio
import gzip
import json

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from dropviz.hall import channels, stories
from dropviz.story.reading import OWN_STORY
from tests.hall.conftest import VOTER, Asked, mounted

DRAGGED = 4  # the scene of our story that asks for a value
POINT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg=="
OWN = f"""title = "</script><b>Mine</b>"
[[scene]]
title = "An image"
sentence = "Look at <i>this</i>."
image = "data:image/png;base64,{POINT}"
alt = "A point."
notes = "Not for phones."
[[scene]]
title = "A question"
sentence = "Think."
[scene.ask]
text = "Which?"
options = [{{text = "this"}}, {{text = "that", right = true}}]
""".encode()


def vote(scene=1, voter=VOTER, **choice):
    return json.dumps({"scene": scene, "voter": voter, **(choice or {"option": 0})}).encode()


def state(**changes):
    return json.dumps(changes).encode()


def error(answer):
    said = json.loads(answer.body)
    assert set(said) == {"error"}
    assert answer.headers["content-type"] == "application/json"
    return said["error"]


@pytest.fixture
def ask(memory_hall):
    return mounted(memory_hall)


def test_a_talk_from_the_opening_to_the_end(ask):
    async def talk():
        code, key = await ask.open()
        async with ask.follow(code, VOTER) as phone, ask.follow(code, authorization=key) as notes:
            assert phone.status == 200
            assert phone.headers["content-type"].startswith("text/event-stream")
            assert phone.headers["cache-control"] == "no-store"
            assert phone.headers["x-accel-buffering"] == "no"
            assert (await phone.block()).startswith("retry: ")
            first = await phone.state()
            assert first == {"scene": 1, "revealed": False, "rate": None, "present": 1, "answered": 0}
            assert (await notes.until(present=1))["counts"] == [0, 0, 0]
            assert (await ask("POST", f"hall/{code}/votes", vote(option=2))).status == 204
            assert "counts" not in await phone.until(answered=1)
            assert (await notes.until(answered=1))["counts"] == [0, 0, 1]
            assert (await ask("POST", f"hall/{code}/votes", vote(option=1))).status == 204
            assert (
                await ask("PUT", f"hall/{code}/state", state(revealed=True), authorization=key)
            ).status == 204
            assert (await phone.until(revealed=True))["counts"] == [0, 1, 0]
            late = await ask("POST", f"hall/{code}/votes", vote(option=1))
            assert (late.status, error(late)) == (409, "Scene 1 is revealed; its votes no longer change.")
            await ask("PUT", f"hall/{code}/state", state(scene=DRAGGED, rate=0.5), authorization=key)
            moved = await phone.until(scene=DRAGGED)
            assert (moved["revealed"], moved["rate"], moved["answered"]) == (False, 0.5, 0)
            assert (await ask("POST", f"hall/{code}/votes", vote(DRAGGED, value=2.5))).status == 204
            await ask("PUT", f"hall/{code}/state", state(revealed=True), authorization=key)
            counts = (await phone.until(revealed=True))["counts"]
            assert (sum(counts["bins"]), counts["right"], counts["log"]) == (1, 1, True)
            assert len(json.dumps(counts)) < 1000
            assert (await ask("DELETE", f"hall/{code}", authorization=key)).status == 204
            assert await phone.block() == "event: closed\ndata: {}"
        assert (await ask("GET", f"hall/{code}/events")).status == 404
        assert (await ask("POST", f"hall/{code}/votes", vote())).status == 404

    asyncio.run(talk())


def test_who_comes_later_has_the_whole_state_at_once(ask):
    async def later():
        code, key = await ask.open()
        await ask("PUT", f"hall/{code}/state", state(scene=2, revealed=True, rate=0.75), authorization=key)
        async with ask.follow(code) as screen:
            whole = {
                "scene": 2,
                "revealed": True,
                "rate": 0.75,
                "present": 0,
                "answered": 0,
                "counts": [0, 0, 0],
            }
            assert await screen.state() == whole

    asyncio.run(later())


def test_a_silent_room_shows_signs_of_life(ask, monkeypatch):
    monkeypatch.setattr(channels, "BEAT", 0.1)

    async def wait():
        code, _ = await ask.open()
        async with ask.follow(code) as screen:
            await screen.state()
            assert [await screen.block(), await screen.block()] == [":", ":"]

    asyncio.run(wait())


def test_a_phone_that_takes_nothing_does_not_hold_up_a_server_that_stops(memory_hall, monkeypatch):
    monkeypatch.setattr(channels, "GRACE", 0.05)
    ask = mounted(memory_hall)

    async def stop():
        code, _ = await ask.open()
        full = asyncio.Event()

        async def stuck(message):
            if b"data: " in message.get("body", b""):
                full.set()
                await asyncio.Event().wait()

        scope = ask.scope("GET", f"hall/{code}/events", "", {})
        stream = asyncio.create_task(ask.app(scope, asyncio.Event().wait, stuck))
        await asyncio.wait_for(full.wait(), 5)
        memory_hall.end_streams()
        await asyncio.wait_for(stream, 5)
        assert (await ask("GET", f"hall/{code}/events")).status == 503
        assert (await ask("HEAD", f"hall/{code}/events")).status == 200

    asyncio.run(stop())


def test_a_burst_of_votes_is_told_a_few_times_and_ends_with_all(ask):
    async def burst():
        code, _ = await ask.open()
        async with ask.follow(code) as screen:
            await screen.state()
            for number in range(200):
                await ask("POST", f"hall/{code}/votes", vote(voter=f"phone-of-a-test-{number:04}"))
            told = [await screen.state()]
            while told[-1]["answered"] < 200:
                told.append(await screen.state())
        assert len(told) < 40

    asyncio.run(burst())


def test_a_phone_in_two_windows_is_one_and_a_screen_is_none(ask):
    async def crowd():
        code, _ = await ask.open()
        async with ask.follow(code, VOTER), ask.follow(code, VOTER), ask.follow(code) as screen:
            async with ask.follow(code, "phone-of-a-test-0002"):
                assert (await screen.until(present=2))["present"] == 2
            await screen.until(present=1)

    asyncio.run(crowd())


def test_only_the_key_moves_a_room_or_ends_it(ask):
    async def strangers():
        code, key = await ask.open()
        for wrong in (
            {},
            {"authorization": f"{key}x"},
            {"authorization": key.removeprefix("Bearer ")},
            {"authorization": "Bearer \xff"},
        ):
            for method, path in (("PUT", f"hall/{code}/state"), ("DELETE", f"hall/{code}")):
                answer = await ask(method, path, state(scene=2), **wrong)
                assert answer.status == 403, (wrong, answer.body)
                assert error(answer).startswith("This needs the key")
        assert (await ask("GET", f"hall/{code}/events", authorization="Bearer wrong")).status == 403
        assert (await ask("GET", f"hall/{code}")).status == 200
        assert (
            await ask(
                "PUT", f"hall/{code}/state", state(scene=2), authorization=key.replace("Bearer", "bearer")
            )
        ).status == 204

    asyncio.run(strangers())


def test_a_page_of_another_site_may_not_vote(ask):
    async def foreign():
        code, _ = await ask.open()
        for site, status in (("cross-site", 403), ("same-origin", 204), ("none", 204)):
            assert (await ask("POST", f"hall/{code}/votes", vote(), sec_fetch_site=site)).status == status
        # No browser says its site where there is no TLS, but every one its origin; a proxy may ask under its own name.
        for origin, heads, status in (
            ("http://a.org:8501", {"host": "A.org:8501"}, 204),
            ("http://a.org", {"host": "app:8501", "x_forwarded_host": "a.org"}, 204),
            ("https://a.org", {"host": "app:8501", "sec_fetch_site": "same-origin"}, 204),
            ("http://b.org", {"host": "a.org"}, 403),
            ("http://a.org.b.org", {"host": "a.org"}, 403),
            ("http://a.org:81", {"host": "a.org"}, 403),
            ("null", {"host": "a.org"}, 403),
        ):
            assert (await ask("POST", f"hall/{code}/votes", vote(), origin=origin, **heads)).status == status

    asyncio.run(foreign())


@pytest.mark.parametrize("base", ["", "/course/dropout", "/another/app"])
def test_pages_and_where_they_lead(memory_hall, base):
    ask = mounted(memory_hall, base)
    if base == "/another/app":  # which this one is mounted in
        ask = Asked(Starlette(routes=[Mount(base, mounted(memory_hall).app)]), base)

    async def look():
        code, _ = await ask.open()
        page = await ask("GET", f"hall/{code}", accept="text/html")
        assert page.headers["content-type"].startswith("text/html")
        assert code in page.body.decode()
        assert (await ask("GET", f"hall/{code.lower()}", accept="text/html")).body == page.body
        for slashes in (
            f"{code}/",
            f"/{code}",
            f"/{code.lower()}//",
        ):  # from there the page would not find its script
            whole = await ask("GET", f"hall/{slashes}", accept="text/html")
            assert (whole.status, whole.headers["location"]) == (303, f"../{code}")
        ways = [await ask("GET", path, accept="text/html") for path in ("hall", "hall/")]
        assert all(way.status == 200 and b"<form class" in way.body for way in ways)
        assert not any(
            b"action=" in way.body for way in ways
        )  # it asks where it stands, with a slash or without
        typed = await ask("GET", "hall", query=f"room=+{code.lower()}")
        assert (typed.status, typed.headers["location"]) == (303, f"hall/{code}")
        typed = await ask("GET", "hall/", query=f"room={code}")
        assert (typed.status, typed.headers["location"]) == (303, code)
        for path, query, entrance in (
            ("hall/ZZZZZ", "", "../hall"),
            ("hall", "room=Z", "hall"),
            ("hall/", "room=Z", "../hall"),
            ("hall/%2e%2e", "", "../hall"),
            (f"hall/{code}/other", "", "../../hall"),
        ):
            none = await ask("GET", path, query=query, accept="text/html,*/*")
            assert none.status == 404
            assert "<p>There is no" in none.body.decode()
            assert f'href="{entrance}"' in none.body.decode()
            assert error(await ask("GET", path, query=query)).startswith("There is no")

    asyncio.run(look())


def test_a_story_is_sent_as_data_once_made_and_compressed(ask):
    async def look():
        code, _ = await ask.open()
        packed = await ask("GET", f"hall/{code}/story", accept_encoding="gzip, br")
        plain = await ask("GET", f"hall/{code}/story")
        assert gzip.decompress(packed.body) == plain.body
        for refused in ("gzip;q=0", "br, gzip; q=0.0", "x-gzip-not"):
            assert (await ask("GET", f"hall/{code}/story", accept_encoding=refused)).body == plain.body
        assert packed.headers["content-type"] == plain.headers["content-type"] == "application/json"
        assert len(packed.body) < 60_000
        assert len(json.loads(plain.body)["scenes"]) == 10
        known = await ask("GET", f"hall/{code}/story", if_none_match=packed.headers["etag"])
        assert (known.status, known.body) == (304, b"")

    asyncio.run(look())


def test_a_lecturers_own_story_lives_with_the_room(memory_hall):
    ask, shelf = mounted(memory_hall), memory_hall.shelf
    shelf.most = 2

    async def look():
        unknown = await ask("POST", "hall", b'{"story": "0123456789abcdef"}')
        assert (unknown.status, "is not held here" in error(unknown)) == (422, True)
        mark = shelf.hold(OWN)
        code, key = await ask.open(story=mark, order="2,1,7")
        for number in range(70):
            shelf.hold(f"pushes {number}".encode())
            await memory_hall.stories.get("", f"{1 + number % 10}")
        assert shelf.get(mark) == OWN
        answer = await ask("GET", f"hall/{code}/story", accept="text/html")
        assert answer.headers["content-type"] == "application/json"
        told = json.loads(answer.body)
        assert [scene["title"] for scene in told["scenes"]] == ["A question", "An image"]
        assert [scene["notes"] for scene in told["scenes"]] == ["", ""]
        assert told["scenes"][1]["image"]["address"] == "images/2"
        image = await ask("GET", f"hall/{code}/images/2")
        assert (image.headers["content-type"], image.body[:4]) == ("image/png", b"\x89PNG")
        for number in ("1", "3", "x", "", "99999999999"):
            assert (await ask("GET", f"hall/{code}/images/{number}")).status == 404
        page = (await ask("GET", f"hall/{code}")).body.decode()
        assert "<b>" not in page
        assert (await ask("POST", f"hall/{code}/votes", vote(1, option=1))).status == 204
        assert "asks nothing" in error(await ask("POST", f"hall/{code}/votes", vote(2, option=1)))
        assert (
            await ask("PUT", f"hall/{code}/state", state(scene=3), authorization=key)
        ).status == 204  # the result
        assert (await ask("PUT", f"hall/{code}/state", state(scene=4), authorization=key)).status == 422
        await ask("DELETE", f"hall/{code}", authorization=key)
        with pytest.raises(LookupError):
            shelf.get(mark)

    asyncio.run(look())


def test_stories_kept_as_they_are_sent_are_bounded(memory_hall):
    async def look():
        small, large = [await memory_hall.stories.get("", order) for order in ("5", "1")]
        memory_hall.stories.kept.most = small.size + large.size
        await memory_hall.stories.get("", "5")  # used
        await memory_hall.stories.get("", "9")
        assert [("", order) in memory_hall.stories.kept for order in "519"] == [True, False, True]

    asyncio.run(look())


def test_a_story_that_breaks_what_draws_it_is_refused_and_said_to_the_log(ask, monkeypatch, caplog):
    monkeypatch.setattr(stories, "tell", lambda file, order: 1 / 0)

    async def look():
        for _ in range(2):
            answer = await ask("POST", "hall", b"{}")
            assert (answer.status, error(answer)) == (422, "This story cannot be told.")

    asyncio.run(look())
    assert "ZeroDivisionError" in caplog.text


def test_our_own_story_is_told_as_it_stands():
    from dropviz.hall.stories import tell

    told = tell(OWN_STORY.read_bytes(), "")
    assert told.scenes == 11
    assert [type(ballot).__name__ for ballot in told.ballots].count("Scale") == 1
    assert type(told.ballots[DRAGGED - 1]).__name__ == "Scale"


def test_the_qr_code_is_of_this_room_alone(ask):
    async def look():
        code, _ = await ask.open()
        drawn = await ask(
            "GET", f"hall/{code}/qr.svg", query=f"address=https%3A%2F%2Fa.org%2Fapp%2Fhall%2F{code}"
        )
        assert (drawn.status, drawn.headers["content-type"]) == (200, "image/svg+xml")
        for wrong in (
            "",
            "https://a.org/hall/ZZZZZ",
            f"javascript:x//hall/{code}",
            f"https://{'a' * 400}/hall/{code}",
        ):
            assert (await ask("GET", f"hall/{code}/qr.svg", query=f"address={wrong}")).status == 422

    asyncio.run(look())


@pytest.mark.parametrize("method", ["PATCH", "OPTIONS", "DELETE", "PUT"])
def test_what_is_not_possible_is_said(ask, method):
    async def look():
        answer = await ask(method, "hall")
        assert (answer.status, error(answer)) == (405, f"{method} is not possible here; GET and POST are.")
        assert answer.headers["allow"] == "GET, POST"
        code, _ = await ask.open()
        answer = await ask("TRACE", f"hall/{code}/votes")
        assert (answer.headers["allow"], error(answer)) == ("POST", "TRACE is not possible here; POST is.")

    asyncio.run(look())
