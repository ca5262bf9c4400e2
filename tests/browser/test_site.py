"""The folder of pages that needs no server: below any path of a plain file server, and from a disk."""

import re
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import LAPTOP, UPRIGHT
from tests.browser.in_view import expect_focus
from tests.browser.telling import SCENES, at_scene
from tests.browser.test_accessibility import AXE, LOW_CONTRAST, judged

READY = "main > :is(.dv, .story)[data-ready]"
BELOW = "/a/path/of/mine"
NO_WIDER = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder below `BELOW`, and nothing else."""

    def translate_path(self, path):
        return super().translate_path(path.removeprefix(BELOW) if path.startswith(BELOW) else "/not-there")

    def log_message(self, *_):
        pass


@contextmanager
def plain_server(folder):
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, args=(0.05,)).start()
        yield f"http://127.0.0.1:{server.server_address[1]}{BELOW}/"
        server.shutdown()


@pytest.fixture(scope="module")
def address(site):
    """Where the folder is served."""
    with plain_server(site[0]) as url:
        yield url


@pytest.fixture
def alone(page):
    """A function that lets the page reach addresses with this beginning, and gives the list of all others it asked."""

    def let(beginning):
        refused = []

        def answer(route):
            if route.request.url.startswith(beginning):
                route.continue_()
            else:
                refused.append(route.request.url)
                route.abort()

        page.route("**/*", answer)
        return refused

    return let


def go(page, address):
    page.goto(address)
    page.locator(READY).wait_for()


def said(page):
    """What the address says."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page.url).query).items()}


def drag(page, share):
    box = page.locator(".dv-range").first.bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.3, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * share, middle, steps=4)
    page.mouse.up()
    page.wait_for_url(re.compile("rate="))
    return page.locator(".dv-value").first.inner_text()


def test_below_a_path_every_choice_changes_picture_and_address_and_nothing_else_is_asked(
    page, address, alone
):
    refused = alone(address)
    go(page, address)
    finding, note = page.locator(".dv-head .dv-finding"), page.locator(".site-note")
    expect(finding).to_have_text("Nothing is scaled: the test mean is 1/0.7 = 1.43 times the training mean.")
    rate = drag(page, 0.62)
    assert said(page) == {"rate": f"{float(rate):g}", "view": "simple"}
    keep = f"{1 - float(rate):.2g}"
    expect(finding).to_contain_text(f"1/{keep} = ")
    page.get_by_role("radio", name="in training").check()
    expect(finding).to_have_text(re.compile("^Survivors grow to .* the mean stays.$"))
    page.get_by_role("combobox", name="activations").select_option("normal")
    expect(finding).to_have_text(re.compile("every mean is 0 all the same"))
    expect(page.locator(".dv-value")).to_have_text(rate)
    expect(note).to_have_text(
        "Drawn: normal, mean of the normal 0, standard deviation of the normal 1; 100,000 units, seed 7."
    )
    there = {"source": "normal", "answer": "inverted", "rate": f"{float(rate):g}", "view": "simple"}
    assert said(page) == there
    page.reload()
    page.locator(READY).wait_for()
    expect(finding).to_have_text(re.compile("every mean is 0 all the same"))
    expect(page.get_by_role("radio", name="in training")).to_be_checked()
    expect(page.get_by_role("combobox", name="activations")).to_have_value("normal")
    page.get_by_role("link", name="Next:").click()
    page.wait_for_url(re.compile("which-p.html"))
    page.locator(READY).wait_for()
    assert said(page) == {"rate": f"{float(rate):g}"}
    page.get_by_role("combobox", name="and write it for").select_option("DL4J Dropout")
    expect(page.locator("[data-text=target-line]")).to_have_text(f"new Dropout({keep})")
    page.get_by_role("combobox", name="I have code for").select_option(label="CS231n (inverted)")
    expect(page.locator("[data-text=source-line]")).to_contain_text(f"p = {keep};")
    go(page, f"{page.url}")
    expect(page.locator("[data-text=source-line]")).to_contain_text(f"p = {keep};")
    page.get_by_role("link", name="Mistakes").click()
    page.locator(READY).wait_for()
    page.get_by_role("radio", name="no compensation").focus()
    page.keyboard.press("ArrowLeft")  # round to the last
    expect(page.locator(".dv-finding")).to_contain_text("The mask is still drawn at test")
    assert said(page)["mistakes_kind"] == "left_on"
    page.get_by_role("link", name="Answer").click()
    page.locator(READY).wait_for()
    expect(page.locator(".dv-value")).to_have_text(rate)
    page.locator("summary", has_text="5. No p to misread").click()
    link = page.get_by_role("link", name="→ Which p?")
    assert link.get_attribute("href") == f"{address}which-p.html?rate={float(rate):g}"
    assert refused == []


def test_what_an_address_asks_and_the_page_has_not_is_said(page, address):
    go(page, f"{address}?source=file&rate=2&units=5&answer=standard")
    told = page.locator(".site-refused p")
    expect(told).to_have_count(3)
    expect(told.nth(0)).to_contain_text("In the address, source must be one of relu, normal")
    expect(told.nth(1)).to_have_text("In the address, rate must be a number from 0 to 0.95; 0.3 is used.")
    expect(told.nth(2)).to_have_text("The address has settings that this page does not know: units.")
    expect(page.get_by_role("radio", name="at test")).to_be_checked()


def test_a_file_that_does_not_come_is_said_and_asked_for_again(page, address, errors):
    page.route("**/data/*.js", lambda route: route.abort())
    page.goto(address)
    expect(page.get_by_text("A file of this page could not be loaded.")).to_be_visible()
    page.unroute("**/data/*.js")
    page.get_by_role("combobox", name="activations").select_option("constant")
    page.locator(READY).wait_for()
    page.get_by_role("combobox", name="activations").select_option("relu")
    expect(page.locator(".site-note")).to_contain_text("ReLU")
    expect(page.locator(".dv-bars")).to_be_visible()
    assert all("ERR_FAILED" in error for error in errors)
    errors.clear()


def test_from_a_disk_the_pages_lead_to_one_another_and_the_story_is_told_by_keys(page, site, alone):
    refused = alone(site[0].as_uri())
    go(page, f"{site[0].as_uri()}/index.html?source=digits")
    page.locator(".dv-range").focus()
    page.keyboard.press("End")
    expect(page.locator(".dv-finding").last).to_contain_text("20.0 times the training mean")
    page.get_by_role("combobox", name="activations").select_option("sparse")
    expect(page.locator(".site-note")).to_contain_text("sparse: mostly zeros")
    page.get_by_role("link", name="Story").click()
    at_scene(page, 1)
    page.get_by_role("button", name="Present").click()
    expect(page.locator(".site-nav")).to_be_hidden()
    page.keyboard.press("PageDown")
    expect(page.locator(".story-after")).to_have_text(SCENES[0].reveal)
    page.keyboard.press("PageDown")
    at_scene(page, 2)
    page.keyboard.press("7")
    at_scene(page, 7)
    assert said(page) == {"scene": "7", "mode": "talk"}
    page.reload()
    at_scene(page, 7)
    page.keyboard.press("Escape")
    expect(page.locator(".site-nav")).to_be_visible()
    expect(page.get_by_role("button", name="QR")).to_have_count(0)
    expect(page.get_by_role("link", name="Open this scene in the app")).to_have_count(0)
    assert refused == []


def test_no_page_has_a_barrier_and_none_is_wider_than_a_phone(page, site, address):
    for one in site[1]:
        page.set_viewport_size(LAPTOP | {"height": 3000})
        page.emulate_media(color_scheme="light")
        go(page, f"{address}{one.file}")
        expect(page.get_by_role("heading", level=1)).to_have_css("font-size", "28px")
        page.evaluate(f"{AXE};0")
        # Of the contrast of words, which takes axe long: a page with a select, and one with buttons.
        assert judged(page, contrast=one.file in ("index.html", "mistakes.html")) == [], one.file
        for scheme, background in (("light", "rgb(255, 255, 255)"), ("dark", "rgb(21, 23, 26)")):
            page.emulate_media(color_scheme=scheme)
            expect(page.locator("body")).to_have_css("background-color", background)
            assert page.evaluate(LOW_CONTRAST)[1] == [], one.file
        page.set_viewport_size(UPRIGHT)
        page.wait_for_function(NO_WIDER)
        page.emulate_media(media="print", color_scheme="dark")
        expect(page.locator("h1")).to_have_css("color", "rgb(16, 19, 22)")
        expect(page.locator(".site-nav")).to_be_hidden()
        page.emulate_media(media="screen")
    page.set_viewport_size(LAPTOP)
    go(page, address)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect_focus(page.locator("main"))
