"""The talk and its notes, two windows, stay in step."""

from playwright.sync_api import expect

from tests.browser.telling import SCENES, at_scene, begin


def in_step(talk, notes):
    expect(notes.locator(".story-note-body .story-title")).to_have_text(SCENES[0].title)
    talk.bring_to_front()
    talk.keyboard.press("ArrowRight")
    expect(notes.locator(".story-note-body .story-title")).to_have_text(SCENES[1].title)
    expect(notes.locator(".story-note-body")).to_contain_text(SCENES[1].notes.split("\n")[0])
    talk.keyboard.press("r")
    expect(notes.locator(".story-note-body .story-count")).to_contain_text("revealed")
    notes.bring_to_front()
    notes.keyboard.press("PageDown")
    at_scene(talk, 3)
    notes.keyboard.press("r")
    expect(talk.locator(".story-after")).to_have_text(SCENES[2].reveal)
    expect(notes.locator(".story-note-body .story-title")).to_have_text(SCENES[2].title)
    notes.get_by_role("button", name="Start").click()
    expect(notes.get_by_role("timer")).not_to_have_text("00:00")


def test_the_notes_follow_and_lead(page, visit):
    begin(visit, page, "/story?mode=talk")
    with page.expect_popup() as opened:
        page.keyboard.press("n")
    opened.value.locator(".story[data-mode=notes]").wait_for()
    in_step(page, opened.value)


def test_the_notes_of_the_file_follow_and_lead(new_page, offline):
    talk = new_page(viewport={"width": 1280, "height": 720}, offline=True)
    talk.goto(offline)
    at_scene(talk, 1)
    with talk.expect_popup() as opened:
        talk.keyboard.press("n")
    opened.value.locator(".story[data-mode=notes]").wait_for()
    in_step(talk, opened.value)


def test_the_notes_of_an_arranged_story_are_those_of_the_talk(page, visit):
    begin(visit, page, "/story?mode=talk&order=6,2")
    with page.expect_popup() as opened:
        page.keyboard.press("n")
    title = opened.value.locator(".story-note-body .story-title")
    expect(title).to_have_text(SCENES[5].title)
    page.keyboard.press("ArrowRight")
    expect(title).to_have_text(SCENES[1].title)
