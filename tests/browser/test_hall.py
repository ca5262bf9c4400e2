"""A lecturer's screen and phones in one room: they follow, vote, see how the hall has answered, and lose their line."""

import gzip
import json
import re
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from bench.phone import arrival
from dropviz.figures.story import phone_payload, story_payload
from dropviz.hall.page import page as phone_page
from dropviz.live.scripts import scripts
from dropviz.story.reading import own_story
from tests.browser.conftest import PHONE, UPRIGHT
from tests.browser.in_view import expect_focus
from tests.browser.telling import LONGEST, SCENES, begin
from tests.browser.test_accessibility import AXE, serious
from tests.browser.test_own_activations import give_activations

MOST_BYTES = 150_000  # of a phone's first visit, compressed
DRAGGED = next(
    number for number, scene in enumerate(SCENES, start=1) if scene.question and scene.question.drag
)
BETWEEN = re.compile(r"/hall/\w+/(events|votes)")
# Lets a test cut a line that is read: an aborted route stops new requests alone.
CUTTABLE = """window.cut = new AbortController();
const direct = window.fetch;
window.fetch = (address, { signal, ...rest } = {}) =>
    direct(address, signal ? { ...rest, signal: AbortSignal.any([signal, cut.signal]) } : rest);"""
CHANGEABLE = "Your answer is in. You can change it until the reveal."


def said(phone):
    return phone.locator(".hall-said")


def option(phone, at):
    return phone.locator(".story-option").nth(at)


@pytest.fixture
def join(app_url):
    """A function that opens the page of a room on a phone."""

    def go(phone, room):
        phone.goto(f"{app_url}/hall/{room}")
        phone.locator("main.story[data-ready]").wait_for()
        return phone

    return go


@pytest.fixture
def opened_room(page, opened):
    """The code of a room that Present has opened on a lecturer's screen."""
    begin(opened, page)
    page.get_by_role("button", name="Present").click()
    room = page.locator(".story-joining").inner_text().rpartition("/")[2]
    code = page.get_by_role("img", name="QR code of")
    expect(code).to_have_js_property("complete", True)
    assert code.evaluate("image => image.naturalWidth") > 0
    page.keyboard.press("PageDown")  # puts the code away
    return room


@pytest.fixture
def room(app_url):
    """The code of a room that nobody leads."""
    with urlopen(Request(f"{app_url}/hall", b"{}", method="POST")) as answer:
        return json.loads(answer.read())["room"]


def ends(page, phone):
    """The lecturer ends the room, and the phone goes on alone."""
    page.keyboard.press("q")
    page.get_by_role("button", name="End the room").click()
    page.get_by_role("button", name="Press again").click()  # a slip of the hand ends nothing
    expect(said(phone)).to_contain_text("This room has ended.")
    phone.get_by_role("button", name="Next scene").click()
    option(phone, 0).click()  # alone, an answer is told at once
    expect(phone.locator(".story-verdict")).not_to_be_empty()


def test_a_hall_follows_votes_and_sees_itself(page, phone, new_page, opened_room, join):
    other = join(new_page(viewport=UPRIGHT, **PHONE | {"device_scale_factor": 3}), opened_room)
    join(phone, opened_room)
    corner = page.locator(".story-nav .story-hall")
    expect(corner).to_contain_text(f"/hall/{opened_room} · 2 here, 0 answered")
    question = SCENES[0].question
    right = [one.right for one in question.options].index(True)
    wrong = (right + 1) % len(question.options)
    expect(said(phone)).to_have_text("Choose an answer: it counts until the reveal.")
    for one, chosen in ((phone, wrong), (other, wrong), (phone, right)):  # one changes its mind
        option(one, chosen).click()
        expect(said(one)).to_have_text(CHANGEABLE)
        expect(option(one, chosen)).to_have_attribute("aria-pressed", "true")
        expect(one.locator(".story-verdict")).to_be_empty()
    expect(corner).to_contain_text("2 here, 2 answered")
    with page.expect_popup() as popup:
        page.keyboard.press("n")
    popup.value.locator(".story-room").wait_for()
    shares = popup.value.locator(".story-shares")  # before the reveal, for the speaker alone
    expect(shares.locator("li").nth(right)).to_contain_text("hall 50\u00a0%")
    expect(page.locator(".story-share")).to_have_count(0)
    popup.value.close()
    page.keyboard.press("PageDown")
    for one in (page, phone, other):
        expect(one.locator(".story-share").nth(right)).to_have_text("hall 50\u00a0%")
    expect(phone.locator(".story-verdict")).to_contain_text("Right.")
    expect(other.locator(".story-verdict")).to_contain_text("Not so.")
    page.keyboard.press("PageUp")  # takes the reveal back
    expect(phone.locator(".story-verdict")).to_be_empty()
    expect(said(phone)).to_have_text(CHANGEABLE)

    page.keyboard.press("3")
    expect(phone.locator(".story-title")).to_have_text(SCENES[2].title)
    phone.get_by_role("button", name="Next scene").click()
    expect(said(phone)).to_have_text("You look at scene 4, the hall at scene 3.")
    page.keyboard.press("2")
    expect(said(phone)).to_have_text("You look at scene 4, the hall at scene 2.")
    phone.get_by_role("button", name="Back to the hall").click()
    expect(phone.locator(".story-title")).to_have_text(SCENES[1].title)
    expect(phone.get_by_role("button", name="Reveal")).to_have_count(0)  # that is the lecturer's
    page.keyboard.press("r")
    place = phone.locator(".story-now .dv-range")
    before = place.input_value()
    page.locator(".story-now .dv-range").focus()
    page.keyboard.press("ArrowRight")
    expect(place).to_have_value(str(int(before) + 1))

    page.wait_for_url("**scene=2**", timeout=LONGEST)
    page.reload()  # keeps the room
    expect(corner).to_contain_text(f"/hall/{opened_room} · 2 here")
    ends(page, phone)


def test_a_hall_sees_a_lecturers_own_activations_until_the_screen_has_lost_them(
    page, phone, visit, walk, join
):
    give_activations(page, visit)
    page.get_by_text("are drawn from layer.npy.").wait_for()
    walk(page, page.get_by_role("link", name="Story", exact=True).first)
    page.get_by_text("Scenes 3, 4, 6, 7 are drawn from layer.npy.").wait_for()
    page.get_by_role("button", name="Present").click()
    room = page.locator(".story-joining").inner_text().rpartition("/")[2]
    page.keyboard.press("PageDown")
    join(phone, room)
    page.keyboard.press(str(DRAGGED))
    page.keyboard.press("r")
    worked = f"= {1 / 0.5 + 2.5**2 / (35 / 12):.3g}"  # 1/k + (r/k)·mean²/variance of 0 to 5
    for one in (page, phone):
        expect(one.locator(".story-verdict")).to_contain_text(worked)
    page.wait_for_url(f"**scene={DRAGGED}**", timeout=LONGEST)
    page.reload()  # a new session, which has no file
    expect(page.locator(".story-nav .story-hall")).to_have_text("The room has ended: Q opens another")
    expect(said(phone)).to_contain_text("This room has ended.")


def test_a_prediction_is_dragged_and_a_lost_line_loses_nothing(page, new_page, opened_room, join, errors):
    phone = new_page(viewport=UPRIGHT, **PHONE | {"device_scale_factor": 1})  # its script is no other test's
    phone.add_init_script(CUTTABLE)
    join(phone, opened_room)
    page.keyboard.press(str(DRAGGED))
    point = phone.locator(".story-now .story-guess")
    expect(said(phone)).to_have_text("Drag the point: it counts until the reveal.")
    phone.route(BETWEEN, lambda route: route.abort())
    phone.evaluate("cut.abort(); cut = new AbortController()")
    expect(said(phone)).to_have_text("Line lost, trying again")
    point.focus()
    phone.keyboard.press("ArrowUp")
    expect(said(phone)).to_have_text("Line lost, trying again. Your answer is sent when it is back.")
    phone.unroute(BETWEEN)
    expect(said(phone)).to_have_text(CHANGEABLE)
    expect(page.locator(".story-nav .story-hall")).to_contain_text("1 here, 1 answered")
    page.keyboard.press("PageDown")
    expect(phone.locator(".story-verdict")).to_contain_text(re.compile("You said .*The hall: "))
    expect(page.locator(".story-verdict .story-heap").first).to_be_attached()
    ring, curve = point.bounding_box(), phone.locator(".story-now .dv-cursor").bounding_box()
    assert ring["x"] + ring["width"] / 2 == pytest.approx(curve["x"], abs=2)  # at the rate that was asked
    errors[:] = [error for error in errors if "ERR_FAILED" not in error]


def test_a_phone_has_no_barrier_and_scrolls_one_way(new_page, opened_room, join, page):
    phone = join(new_page(viewport=UPRIGHT, reduced_motion="reduce", **PHONE), opened_room)
    option(phone, 0).focus()
    phone.keyboard.press("Enter")
    expect(said(phone)).to_have_text(CHANGEABLE)
    expect_focus(option(phone, 0))
    assert option(phone, 0).bounding_box()["height"] >= 48
    phone.evaluate(f"{AXE};0")
    for scheme in ("light", "dark"):
        phone.emulate_media(color_scheme=scheme)
        for width in (UPRIGHT["width"], 320):
            phone.set_viewport_size(UPRIGHT | {"width": width})
            assert serious(phone) == []
            assert phone.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("r")
    expect(phone.locator(".story-share").first).to_be_visible()
    assert serious(phone) == []


def test_a_code_is_typed_or_unknown(phone, app_url, room, errors):
    phone.goto(f"{app_url}/hall")
    phone.get_by_label("The code on the screen").fill(room.lower())
    phone.get_by_role("button", name="Join").click()
    expect(said(phone)).to_have_text("Choose an answer: it counts until the reveal.")
    phone.goto(f"{app_url}/hall/{'C' * len(room)}")
    expect(phone.locator("main")).to_contain_text("no such room")
    errors[:] = [error for error in errors if "404" not in error]


def test_where_no_room_can_be_opened_the_talk_is_as_it_was(page, opened, app_url, errors):
    begin(opened, page)
    page.route(f"{app_url}/hall", lambda route: route.fulfill(status=404))
    page.get_by_role("button", name="Present").click()
    page.keyboard.press("2")
    expect(page.locator(".story-title").first).to_have_text(SCENES[1].title)
    page.keyboard.press("q")
    expect(page.get_by_role("dialog")).to_contain_text("This server opens no room for phones")
    expect(page.get_by_role("dialog")).to_contain_text("/story?scene=2")
    errors[:] = [error for error in errors if "404" not in error]


def test_a_slow_phone_can_answer_two_seconds_after_the_scan(phone, app_url, room):
    took = arrival(phone, f"{app_url}/hall/{room}")
    assert took.size < MOST_BYTES
    most = 3  # the line, the page, all that it needs, which may be asked for before the page has come whole
    assert took.rounds <= most
    assert took._replace(rounds=most).on_a_slow_phone < 2.0, took


def test_a_phone_gets_everything_in_150_kb(app_url, room):
    def asked(path):
        with urlopen(Request(app_url + path, headers={"Accept-Encoding": "gzip"})) as answer:
            return answer.read(), answer.headers.get("Content-Encoding")

    address = scripts()["hall"].address
    parts = [asked(path) for path in (f"/hall/{room}", f"/{address}", f"/hall/{room}/story")]
    assert [encoding for _, encoding in parts] == ["gzip"] * 3
    assert sum(len(content) for content, _ in parts) < MOST_BYTES
    page, _, story = (gzip.decompress(content).decode() for content, _ in parts)
    assert page == phone_page(room, own_story().title)
    assert json.loads(story) == json.loads(
        json.dumps(phone_payload(story_payload(own_story(), own_story().results())))
    )
    assert address in page
    assert "://" not in re.sub(r"http://www\.w3\.org/\S+", "", page)  # it asks no other host
