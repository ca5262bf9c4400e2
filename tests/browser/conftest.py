"""A real Chromium in front of a real server, with a witness that no page may hide an error from.

Every page that a test opens through these fixtures is checked when the test ends: no error in the console, no
uncaught exception in the page or on the server, no request to another host. A test that provokes an error on
purpose removes it from ``errors``. A failed test leaves its pictures in build/screenshots.
"""

import re
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect, sync_playwright

from dropviz.figures.story import story_payload
from dropviz.live.page import story_html
from dropviz.story.reading import own_story
from tools.browser import MISSING, find

ROOT = Path(__file__).parents[2]
SCREENSHOTS = ROOT / "build" / "screenshots"
FAILED = pytest.StashKey[bool]()
PATIENCE = 60.0  # seconds that a test waits for what must come: a busy machine is no error
OWN_HOSTS = {"127.0.0.1", "localhost"}
CHROMIUM_ARGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--no-proxy-server",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--process-per-site",  # a second window takes the scripts as the first has compiled them
    # Nothing outside can answer, so nothing can come to depend on it; requests are still recorded.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)


expect.set_options(timeout=1000 * PATIENCE)
LAPTOP, UPRIGHT = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
FIGURE = ":is(.dv, .dv-growing)[data-ready]"
RESTS = "[data-testid='stApp'][data-test-script-state='notRunning']"
# What stands on the page that is left is marked, so that it is not taken for the next one.
LEAVE = f"() => {{ for (const one of document.querySelectorAll('{FIGURE}')) one.dataset.left = ''; }}"
UP = "document.querySelector('[data-testid=stMain]').scrollTo(0, 0)"
GONE = "() => !document.querySelector('[data-left]')"
FORGET = "() => addEventListener('pagehide', () => sessionStorage.clear())"  # after what a page keeps when it is left
ARRIVE = "path => { history.pushState(null, '', path); dispatchEvent(new PopStateEvent('popstate')); }"
PHONE = {"device_scale_factor": 2, "has_touch": True, "is_mobile": True}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item):
    report = yield
    if report.failed:
        item.stash[FAILED] = True
    return report


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium with software rendering."""
    with sync_playwright() as playwright:
        try:
            executable, problem = find(playwright.chromium.executable_path), MISSING
        except ValueError as error:
            executable, problem = None, str(error)
        if executable is None:
            pytest.fail(problem, pytrace=False)
        chromium = playwright.chromium.launch(executable_path=executable, args=list(CHROMIUM_ARGS))
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def app_url(server):
    """Address of the running app, without a slash at the end."""
    return server.url


@pytest.fixture
def errors():
    """Messages of every error in the console and every uncaught exception of this test's pages."""
    return []


@pytest.fixture
def requested():
    """Addresses of everything that this test's pages asked for, WebSockets included."""
    return []


@pytest.fixture(scope="session")
def windows(browser):
    """One browser context for each kind of device, its first window kept for all tests.

    A window that stays has loaded and compiled the scripts; a new one would take twice as long for a page.
    """
    kept = {}

    def context_of(**device):
        key = repr(sorted(device.items()))
        if key not in kept:
            kept[key] = browser.new_context(**device)
            kept[key].set_default_timeout(1000 * PATIENCE)
            kept[key].new_page()
        return kept[key]

    yield context_of
    for context in kept.values():
        context.close()


@pytest.fixture(scope="session")
def standing():
    """The windows in which the app stands as a new visitor's: the next test may walk on from there."""
    return set()


@pytest.fixture
def new_page(request, windows, standing, server, errors, requested):
    """A function that opens a page in a window of this size and taste, on a device as of ``new_context``."""
    opened = {}  # the pages of each context
    listeners = {
        "console": lambda message: _note_error(errors, message),
        "weberror": lambda web_error: errors.append(f"uncaught: {web_error.error}"),
        "request": lambda asked: requested.append(asked.url),
    }
    log_start = server.log.stat().st_size

    def note_socket(socket):
        requested.append(socket.url)

    def open_page(viewport=LAPTOP, color_scheme="light", reduced_motion="no-preference", **device):
        context = windows(**device)
        if context not in opened:
            opened[context] = []
            for event, listener in listeners.items():
                context.on(event, listener)
        page = context.new_page() if opened[context] else context.pages[0]
        if page in standing and "opened" not in request.fixturenames:
            standing.remove(page)
            _leave(page)
        opened[context].append(page)
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=color_scheme, reduced_motion=reduced_motion)
        page.wait_for_function = partial(_wait_until_true, page)
        page.on("websocket", note_socket)
        return page

    yield open_page
    if request.node.stash.get(FAILED, False):
        _take_screenshots(request.node.name, opened)
        standing.clear()
    for context, (first, *_) in opened.items():
        for event, listener in listeners.items():
            context.remove_listener(event, listener)
        first.remove_listener("websocket", note_socket)
        for page in context.pages[1:]:
            standing.discard(page)
            page.close()
        context.clear_cookies(name="dropviz_view")
        first.unroute_all()
        if first not in standing:
            _leave(first)
    assert errors == [], "the page reported errors"
    assert _foreign(requested) == [], "the page asked another host"
    with server.log.open() as log:
        log.seek(log_start)
        output = log.read()
    assert "Traceback" not in output, f"the server raised an exception:\n{output}"


def _leave(page):
    page.evaluate(FORGET)
    page.goto("about:blank")


def _put_down(page):
    """Wait until a page rests, and take away what a hand has left."""
    page.locator(RESTS).wait_for()
    page.mouse.move(0, 0)
    page.evaluate(UP)


def _go(page, path):
    """Leave a page of the app for another one until nothing of it is there."""
    page.evaluate(LEAVE)
    page.evaluate(ARRIVE, path)
    _wait_until_true(page, GONE, 20.0)
    page.locator(FIGURE).first.wait_for()
    page.locator(RESTS).wait_for()  # a page that comes may run once more for its address
    page.locator(FIGURE).first.wait_for()


def _wait_until_true(page, expression, seconds=PATIENCE, arg=None):
    """As Playwright's own, which evaluates a string in the page at every frame: our pages' policy forbids that."""
    deadline = time.monotonic() + seconds
    while not page.evaluate(expression, arg):
        assert time.monotonic() < deadline, f"in vain: {expression}"
        page.wait_for_timeout(20)


def _note_error(errors, message):
    # Opened at a page's own address, Streamlit first looks for its server below that address; not our doing.
    probe = re.search(r"/[\w-]+/_stcore/", message.location["url"])
    if message.type == "error" and not probe:
        errors.append(f"console: {message.text} ({message.location['url']})")


def _foreign(addresses):
    """Return the addresses that leave this machine; a file or inline data has no host."""
    return [address for address in addresses if (urlsplit(address).hostname or "localhost") not in OWN_HOSTS]


def _take_screenshots(test_name, contexts):
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    pages = [page for context in contexts for page in context.pages]
    file_name = re.sub(r"[^\w.-]+", "-", test_name)
    for number, page in enumerate(pages):
        page.screenshot(path=SCREENSHOTS / f"{file_name}-{number}.png")


@pytest.fixture
def page(new_page):
    """A laptop's window, light."""
    return new_page()


@pytest.fixture
def dark(new_page):
    """The same window for a person who prefers dark."""
    return new_page(color_scheme="dark")


@pytest.fixture
def phone(new_page):
    """A phone held upright."""
    return new_page(viewport=UPRIGHT, **PHONE)


@pytest.fixture
def visit(app_url, standing):
    """A function ``visit(page, "/?rate=0.4")`` that loads the app there and waits until its script has run."""

    def open_app(page, path="/"):
        if page in standing:
            standing.remove(page)
            page.evaluate(FORGET)
        page.goto(app_url + path)
        page.locator(RESTS).wait_for()

    return open_app


@pytest.fixture
def opened(visit, standing):
    """A function ``opened(page, "/noise")`` that comes to the app there, as anew, and waits for its live figure.

    It walks where the app stands in the window, by way of another page if it stands there already: for tests that
    leave no more behind than settings of the address and what a figure holds. Others ``visit``: those of loading, of
    what stays in the window, and of what the session keeps: a page that is walked to comes as it was last left.
    """

    def open_figure(page, path="/"):
        if page in standing:
            here, there = urlsplit(page.url).path, urlsplit(path).path
            with suppress(AssertionError):  # a step that came while the page ran is lost
                _put_down(page)
                if here == there:
                    _go(page, "/noise" if here != "/noise" else "/which-p")
                page.evaluate("sessionStorage.clear()")
                _go(page, path)
                return
        visit(page, path)
        page.locator(FIGURE).first.wait_for()
        standing.add(page)

    return open_figure


@pytest.fixture
def walk():
    """A function that goes from a page to another one, by an address as Back and Forward do, or by a link.

    The app is not loaded anew and the session goes on: a third of the cost, where loading is not what is tested.
    """

    def go(page, way):
        page.evaluate(LEAVE)
        if isinstance(way, str):
            page.evaluate(ARRIVE, way)
        else:
            way.click()
        page.locator(f"{FIGURE}:not([data-left])").first.wait_for()
        page.locator(RESTS).wait_for()  # a page that comes may run once more for its address
        page.locator(f"{FIGURE}:not([data-left])").first.wait_for()

    return go


@pytest.fixture(scope="session")
def offline(tmp_path_factory):
    """Address of our own story as a file that needs no network."""
    path = tmp_path_factory.mktemp("story") / "story.html"
    path.write_text(story_html(story_payload(own_story(), own_story().results())), encoding="utf-8")
    return path.as_uri()
