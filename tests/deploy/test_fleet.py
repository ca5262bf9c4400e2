"""A room made on one server is followed on the other; one is killed, and its visitors are on the other."""

import asyncio
import io
import json
import threading
import time
from contextlib import contextmanager
from http.client import HTTPConnection
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import sync_playwright
from websockets.exceptions import WebSocketException

from bench.visitors import visitor
from tests.browser.conftest import CHROMIUM_ARGS
from tools.browser import MISSING as NO_BROWSER
from tools.browser import find
from tools.running import status, wait_until

WITHIN = 5.0  # seconds
VISITORS = 16
PHONES = 24


def ask(url, method="GET", message=None, **headers):
    """Status, headers and body of one answer."""
    parts = urlsplit(url)
    line = HTTPConnection(parts.hostname, parts.port, timeout=20)
    try:
        body = None if message is None else json.dumps(message)
        line.request(method, f"{parts.path}?{parts.query}", body, headers)
        answer = line.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()
    finally:
        line.close()


def opened(url):
    """Open a room; its address below the app's, and the headers of its key."""
    code, _, text = ask(f"{url}/hall", "POST", {"story": ""})
    assert code == 201, text
    given = json.loads(text)
    return f"/hall/{given['room']}", {"Authorization": f"Bearer {given['key']}"}


class Phone:
    """A phone that follows a room, and comes back when its line breaks, as a browser's EventSource does."""

    def __init__(self, url, voter):
        self.url, self.states, self.seen_at, self.lines = f"{url}/events?voter={voter}", [], 0.0, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._follow, daemon=True)
        self._thread.start()

    @property
    def last(self):
        return self.states[-1] if self.states else {}

    def _follow(self):
        parts = urlsplit(self.url)
        while not self._ended.is_set():
            line = HTTPConnection(parts.hostname, parts.port, timeout=1)
            try:
                line.request("GET", f"{parts.path}?{parts.query}")
                answer = line.getresponse()
                assert answer.status == 200
                self.lines += 1
                for text in iter(answer.fp.readline, b""):
                    if text.startswith(b"data: "):
                        self.states.append(json.loads(text[6:]))
                        self.seen_at = time.monotonic()
                    if self._ended.is_set():
                        return
            except (OSError, AssertionError):
                pass
            finally:
                line.close()
            time.sleep(0.3)

    def end(self):
        self._ended.set()


@contextmanager
def phones(url, count):
    all_of_them = [Phone(url, f"phone-of-a-test-{number:04d}") for number in range(count)]
    try:
        yield all_of_them
    finally:
        for phone in all_of_them:
            phone.end()


def test_a_room_made_on_one_is_followed_on_the_other(fleet):
    one, two = fleet.apps["one"].url, fleet.apps["two"].url
    room, key = opened(one)
    with phones(two + room, 1) as (phone,):
        wait_until(lambda: phone.last.get("present") == 1)
        assert ask(one + room + "/state", "PUT", {"scene": 2}, **key)[0] == 204
        changed = time.monotonic()
        wait_until(lambda: phone.last["scene"] == 2)
        assert phone.seen_at - changed < 1.0
        assert ask(two + room + "/state", "PUT", {"scene": 1}, **key)[0] == 204
        vote = {"scene": 1, "option": 0, "voter": "phone-of-a-test-0000"}
        assert [ask(url + room + "/votes", "POST", vote)[0] for url in (one, two)] == [204, 204]
        assert ask(one + room + "/state", "PUT", {"revealed": True}, **key)[0] == 204
        wait_until(lambda: phone.last.get("revealed"))
        assert (phone.last["answered"], sum(phone.last["counts"])) == (1, 1)
    assert ask(one + room, "DELETE", **key)[0] == 204
    assert ask(two + room)[0] == 404


def test_events_pass_nginx_as_they_come(fleet):
    room, key = opened(fleet.url)
    with phones(fleet.url + room, 4) as four:
        wait_until(lambda: all(phone.last.get("present") == 4 for phone in four))
        changed = time.monotonic()
        assert ask(fleet.url + room + "/state", "PUT", {"scene": 3}, **key)[0] == 204
        wait_until(lambda: all(phone.last["scene"] == 3 for phone in four))
        assert max(phone.seen_at for phone in four) - changed < 1.0


def test_a_visitor_stays_and_the_doors_inside_are_closed(fleet):
    _, headers, _ = ask(f"{fleet.url}/")
    app = headers["Set-Cookie"].partition(";")[0].removeprefix("dropviz_app=")
    assert "HttpOnly; SameSite=Lax" in headers["Set-Cookie"]
    for named in ("one", "two"):
        _, again, _ = ask(f"{fleet.url}/", Cookie=f"dropviz_app={named}")
        assert "Set-Cookie" not in again
    _, framed, _ = ask(f"{fleet.url}/", **{"X-Forwarded-Proto": "https"})
    assert framed["Set-Cookie"] == f"dropviz_app={app}; Path=/; HttpOnly; SameSite=None; Secure; Partitioned"
    _, strange, _ = ask(f"{fleet.url}/", Cookie="dropviz_app=127.0.0.1:22")
    assert strange["Set-Cookie"].startswith(f"dropviz_app={app};")
    assert [status(f"{fleet.url}/{path}") for path in ("metrics", "_stcore/metrics", "healthz")] == [
        404,
        404,
        200,
    ]
    assert status(f"{fleet.apps['one'].url}/metrics") == 200


@pytest.fixture(scope="module")
def chromium():
    with sync_playwright() as playwright:
        executable = find(playwright.chromium.executable_path)
        if executable is None:
            pytest.skip(NO_BROWSER)
        browser = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_ARGS))
        yield browser
        browser.close()


@pytest.fixture
def chromium_page(chromium):
    context = chromium.new_context(viewport={"width": 1280, "height": 720})
    yield context.new_page()
    context.close()


def test_behind_an_nginx_that_passes_only_streamlits_own_paths_a_page_is_whole_and_takes_a_file(
    fleet, chromium_page
):
    assert [status(f"{fleet.strict}/{path}") for path in ("hall", "healthz", "static/dropviz/x.js")] == [
        404
    ] * 3
    chromium_page.goto(f"{fleet.strict}/which-p?rate=0.4")
    chromium_page.locator(".dv[data-ready]").first.wait_for(timeout=60_000)
    assert chromium_page.locator("[data-testid='stException'], [data-testid='stAlert']").count() == 0
    # Without a cookie, as in a frame: it must reach the app that has the session, which may write nothing down.
    content = io.BytesIO()
    np.save(content, np.ones(400_000))
    chromium_page.get_by_text("My own activations", exact=True).click()
    file = {"name": "layer.npy", "mimeType": "application/octet-stream", "buffer": content.getvalue()}
    chromium_page.locator("input[type=file]").set_input_files(file)
    chromium_page.get_by_text("are drawn from layer.npy.").first.wait_for(timeout=60_000)


class Load:
    """Visitors who change something again and again, and come back as a browser does; how long each was without."""

    def __init__(self, url):
        self.url, self.gaps, self.answers, self._ended = url, [0.0] * VISITORS, 0, False
        self._thread = threading.Thread(target=lambda: asyncio.run(self._all()))
        self._thread.start()

    async def _all(self):
        await asyncio.gather(*map(self._visit, range(VISITORS)))

    async def _visit(self, number):
        answered = time.monotonic()
        while not self._ended:
            try:
                # Each is another browser: their names spread them over both apps.
                async with visitor(self.url, "noise", "rate=0.4", f"browser {number}") as mine:
                    while not self._ended:
                        await mine.ask("noise", f"rate=0.{number % 9}")
                        now = time.monotonic()
                        self.gaps[number] = max(self.gaps[number], now - answered)
                        self.answers, answered = self.answers + 1, now
                        await asyncio.sleep(1.0)
                        answered = time.monotonic()
            except (OSError, WebSocketException):
                await asyncio.sleep(0.5)

    def end(self):
        self._ended = True
        self._thread.join()


SETTLED = "[data-testid='stApp'][data-test-connection-state='CONNECTED'][data-test-script-state='notRunning']"


def seat(page):
    return next(one["value"] for one in page.context.cookies() if one["name"] == "dropviz_app")


def looks(page):
    """What a visitor sees: address, page, setting, rate and the figure's sentences."""
    return (
        page.url,
        page.locator("h1").first.inner_text(),
        page.get_by_role("radio", name="activation × uniform noise").is_checked(),
        page.locator(".dv-value").inner_text(),
        page.locator("[data-text=finding]").inner_text(),
    )


def test_one_is_killed_under_load_and_its_visitors_are_on_the_other(fleet, chromium_page):
    page, (room, key) = chromium_page, opened(fleet.url)
    page.goto(f"{fleet.url}/noise?noise=standard&rate=0.3")
    page.locator(".dv[data-ready]").wait_for(timeout=60_000)
    page.locator("tr", has_text="activation × uniform noise").locator("td").last.click(force=True)
    page.wait_for_url("**/noise?*noise=uniform*")
    page.locator(SETTLED).wait_for()
    before, killed = looks(page), seat(page)
    assert before[2:4] == (True, "0.30")
    other = {"one": "two", "two": "one"}[killed]
    with phones(fleet.url + room, PHONES) as crowd:
        load = Load(fleet.url)
        try:
            wait_until(lambda: load.answers >= 2 * VISITORS and crowd[0].last.get("present") == PHONES)
            load.gaps = [0.0] * VISITORS
            fleet.apps[killed].end()
            began = time.monotonic()
            wait_until(lambda: (page.wait_for_timeout(20), seat(page))[1] == other)
            page.locator(SETTLED).wait_for()
            took = time.monotonic() - began
            assert looks(page) == before
            # The key is good, votes count, and every phone hears of it: those of the other app have not lost the line.
            assert ask(fleet.url + room + "/state", "PUT", {"scene": 2}, **key)[0] == 204
            wait_until(lambda: all(phone.last["scene"] == 2 for phone in crowd))
            phones_took = max(phone.seen_at for phone in crowd) - began
            answers = load.answers
            wait_until(lambda: load.answers >= answers + VISITORS)
        finally:
            load.end()
    print(f"page {took:.1f} s, phones {phones_took:.1f} s, visitors {max(load.gaps):.1f} s")
    assert max(took, phones_took, *load.gaps) < WITHIN
    page.keyboard.press("ArrowDown")  # the page is no picture: the other app answers
    page.wait_for_url("**/noise?*noise=alpha*")


def test_without_redis_a_server_is_not_ready_and_says_why(fleet):
    app = next(app for app in fleet.apps.values() if app.process.poll() is None)
    assert ask(f"{app.url}/healthz")[2] == '{"ready": true}\n'
    fleet.redis.terminate()
    fleet.redis.wait(20)
    code, _, text = ask(f"{app.url}/healthz")
    why = ["The rooms cannot be reached: Redis does not answer."]
    assert (code, json.loads(text)) == (503, {"ready": False, "why": why})
    assert ask(f"{app.url}/hall/BCDFG")[0] == 503
    assert status(f"{app.url}/noise") == 200  # who needs no hall sees no difference
