"""The talk and its notes, two windows, stay in step."""

import re

from playwright.sync_api import expect

from tests.browser.telling import COUNT, SCENES, at_scene, begin

WHOLE = """() => [...document.querySelectorAll(".story-mini-frame > *")].every((one) =>
    one.style.scale && one.getBoundingClientRect().bottom <= one.parentElement.getBoundingClientRect().bottom + 1)"""

# names that lie on one another, and pictures that leave more than a sixth of their frame's width empty
CROWDED = """() => [...document.querySelectorAll(".story-mini-frame")].flatMap((frame) => {
    const names = [...frame.querySelectorAll(".dv-svg .dv-name tspan")];
    const boxes = names.map((one) => [one.textContent, one.getBoundingClientRect()]);
    const over = boxes.filter(([, one], at) => boxes.slice(0, at).some(([, other]) => one.top < other.bottom - 3 &&
        other.top < one.bottom - 3 && one.left < other.right && other.left < one.right)).map(([name]) => name);
    const dv = frame.querySelector(".dv");
    const narrow = dv && dv.getBoundingClientRect().width < (5 / 6) * frame.clientWidth ? ["too narrow"] : [];
    return [...over, ...narrow];
})"""


def in_step(talk, notes):
    expect(notes.locator(".story-note-body .story-title")).to_have_text(SCENES[0].title)
    talk.bring_to_front()
    expect(notes.get_by_role("timer")).to_have_text("00:00")
    talk.keyboard.press("2")
    expect(notes.locator(".story-note-body .story-title")).to_have_text(SCENES[1].title)
    expect(notes.locator(".story-note-body")).to_contain_text(SCENES[1].notes.split("\n")[0])
    talk.keyboard.press("r")
    expect(notes.locator(".story-note-body .story-count")).to_have_text(f"Scene 2 of {COUNT}, revealed")
    expect(notes.get_by_role("button", name="Revealed")).to_be_disabled()
    expect(notes.locator(".story-mini")).to_have_count(2)
    expect(notes.locator(".story-mini .dv[data-ready] .dv-svg").last).to_be_visible()
    expect(notes.locator(".story-mini > figcaption").last).to_have_text(f"Next: {SCENES[2].title}")
    notes.bring_to_front()
    notes.keyboard.press("b")
    expect(talk.locator(".story-dark")).to_be_visible()
    expect(notes.locator(".story-note-body .story-count")).to_contain_text("the screen is dark")
    notes.keyboard.press("PageDown")  # brings the screen back
    expect(talk.locator(".story-dark")).to_be_hidden()
    at_scene(talk, 2)
    notes.keyboard.press("PageDown")  # once, though it is said on two ways
    at_scene(talk, 3)
    expect(talk.locator(".story-after")).to_have_count(0)
    notes.keyboard.press("r")
    expect(talk.locator(".story-after")).to_have_text(SCENES[2].reveal)
    expect(notes.locator(".story-note-body .story-title")).to_have_text(SCENES[2].title)
    expect(notes.get_by_role("timer")).not_to_have_text("00:00")  # it began with the first step
    expect(notes.locator(".story-day")).to_have_text(re.compile(r"\d\d:\d\d"))
    notes.get_by_label("minutes that the talk may last").fill("45")
    expect(notes.locator(".story-left")).to_have_text(re.compile(r"44:\d\d left"))
    notes.reload()
    expect(notes.locator(".story-left")).to_have_text(re.compile(r"44:\d\d left"))
    expect(notes.get_by_role("timer")).not_to_have_text("00:00")
    expect(notes.locator(".story-note-body .story-title")).to_have_text(SCENES[2].title)


def test_the_notes_follow_and_lead(page, opened):
    begin(opened, page, "/story?mode=talk")
    with page.expect_popup() as popup:
        page.keyboard.press("n")
    popup.value.locator(".story[data-mode=notes]").wait_for()
    in_step(page, popup.value)


def test_the_small_pictures_of_every_scene_are_seen_whole(page, visit):
    visit(page, "/story?mode=notes")
    for scene in SCENES:
        expect(page.locator(".story-mini > figcaption").first).to_have_text(f"Now: {scene.title}")
        page.wait_for_function(WHOLE)
        assert page.evaluate(CROWDED) == [], scene.title
        page.keyboard.press("PageDown")


def test_a_page_of_another_origin_that_opens_the_talk_neither_hears_nor_leads(page, app_url):
    page.goto(f"{app_url.replace('127.0.0.1', 'localhost')}/healthz")
    page.evaluate("() => { window.said = []; addEventListener('message', ({ data }) => said.push(data)); }")
    with page.expect_popup() as popup:
        page.evaluate("address => { window.talk = open(address); }", f"{app_url}/story?mode=talk")
    talk = popup.value
    at_scene(talk, 1)
    for ask in ("hello", "forward"):
        parcel = {"dropviz": True, "from": ask, "number": 1, "ask": ask}
        page.evaluate("parcel => window.talk.postMessage(parcel, '*')", parcel)
    page.evaluate("() => new Promise((done) => setTimeout(done, 100))")
    expect(talk.locator(".story-after")).to_have_count(0)  # forward reveals first
    talk.keyboard.press("2")
    at_scene(talk, 2)
    assert page.evaluate("() => window.said") == []


def test_the_notes_of_the_file_follow_and_lead(new_page, offline):
    talk = new_page(viewport={"width": 1280, "height": 720}, offline=True)
    talk.goto(offline)
    at_scene(talk, 1)
    with talk.expect_popup() as popup:
        talk.keyboard.press("n")
    popup.value.locator(".story[data-mode=notes]").wait_for()
    in_step(talk, popup.value)


def test_the_notes_of_an_arranged_story_are_those_of_the_talk(page, opened):
    begin(opened, page, "/story?mode=talk&order=6,2")
    with page.expect_popup() as popup:
        page.keyboard.press("n")
    title = popup.value.locator(".story-note-body .story-title")
    expect(title).to_have_text(SCENES[5].title)
    page.keyboard.press("2")
    expect(title).to_have_text(SCENES[1].title)
