"""The story in a real browser, by clicker and keyboard alone."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.telling import COUNT, LONGEST, SCENES, at_scene, begin, open_settings


def test_the_whole_talk_with_the_three_keys_of_a_clicker(page, opened):
    begin(opened, page, "/story?mode=talk")
    after, dark = page.locator(".story-after"), page.locator(".story-dark")
    for number, scene in enumerate(SCENES, start=1):
        at_scene(page, number)
        expect(after).to_have_count(0)
        page.keyboard.press("PageDown")
        expect(after).to_have_text(scene.reveal)
        expect(page.locator(".story-now:is(.story-veiled, .story-meanless)")).to_have_count(0)
        if number == 2:
            for key in ("b", "."):
                page.keyboard.press(key)
                expect(dark).to_be_visible()
                page.keyboard.press("PageDown")  # brings it back, and does no more
                expect(dark).to_be_hidden()
                at_scene(page, number)
        page.keyboard.press("PageDown")
    title = page.locator(".story-title").first
    expect(title).to_have_text("What there was to predict")
    expect(page.locator(".story-row")).to_have_count(COUNT)
    page.keyboard.press("PageDown")  # beyond the result there is nothing
    for number in range(COUNT, 0, -1):
        page.keyboard.press("PageUp")
        at_scene(page, number)
        expect(after).to_have_text(SCENES[number - 1].reveal)
        page.keyboard.press("PageUp")
        at_scene(page, number)
        expect(after).to_have_count(0)
    expect(page.locator(".story-now.story-meanless")).to_be_visible()
    page.keyboard.press("Space")
    expect(after).to_have_text(SCENES[0].reveal)
    for key, number in (("3", 3), ("0", 10), ("1", 1)):
        page.keyboard.press(key)
        at_scene(page, number)
    page.wait_for_url("**/story?mode=talk", timeout=LONGEST)  # scene 1 is the default
    page.keyboard.press("7")
    page.wait_for_url("**scene=7**", timeout=LONGEST)


def test_p_plays_and_shortcuts_leave_fields_alone(page, opened):
    begin(opened, page, "/story?mode=talk&scene=3")
    value = page.locator(".story-now .dv-value")
    before = value.inner_text()
    page.keyboard.press("p")  # veiled: nothing to play yet
    page.keyboard.press("r")
    page.keyboard.press("p")
    expect(value).not_to_have_text(before)
    page.keyboard.press("p")
    page.keyboard.press("Escape")
    expect(page.get_by_test_id("stHeader")).to_be_visible()
    open_settings(page)
    field = page.get_by_role("textbox", name="scenes, in order")
    field.fill("")
    field.press_sequentially("3,1,2")
    expect(page.locator(".story-title")).to_have_text(SCENES[2].title)
    field.press("Enter")
    expect(page.locator(".story-count").first).to_have_text("3 / 3")
    expect(page.locator(".story-title")).to_have_text(SCENES[1].title)
    page.wait_for_url("**order=3%2C1%2C2**")


def test_keys_are_listed_and_the_code_is_shown(page, opened):
    begin(opened, page, "/story?mode=talk&scene=4")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("next scene")
    page.keyboard.press("PageDown")  # of a clicker: closes the dialog, and does no more
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".story-after")).to_have_count(0)
    page.keyboard.press("q")
    expect(page.get_by_role("dialog")).to_contain_text(re.compile(r"/hall/\w{5}"))
    code = page.get_by_role("img", name="QR code of").bounding_box()
    assert min(code["width"], code["height"]) > 0.8 * 720
    page.keyboard.press("q")
    expect(page.get_by_role("dialog")).to_have_count(0)
    at_scene(page, 4)


def test_a_speaker_points_draws_and_is_left_alone_by_the_buttons(page, opened):
    begin(opened, page, "/story?mode=talk&scene=3")
    strokes, dot, step = (
        page.locator(".story-stroke"),
        page.locator(".story-dot"),
        page.locator(".story-nav .story-step").last,
    )
    for leaves in ("e", "4"):  # erases; another scene
        page.keyboard.press("d")
        page.mouse.move(300, 500)
        page.mouse.down()
        page.mouse.move(500, 560, steps=3)
        page.mouse.up()
        expect(strokes).to_have_count(1)
        box = strokes.bounding_box()
        assert (round(box["x"]), round(box["y"])) == pytest.approx((300, 500), abs=4)
        assert (round(box["width"]), round(box["height"])) == pytest.approx((200, 60), abs=8)
        page.keyboard.press(leaves)
        expect(strokes).to_have_count(0)
        page.keyboard.press("d")
    page.keyboard.press("l")
    page.mouse.move(640, 300)
    box = dot.bounding_box()
    assert (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) == pytest.approx((640, 300), abs=1)
    page.keyboard.press("Escape")  # puts the pointer away, and stays in the talk
    expect(dot).to_be_hidden()
    expect(page.get_by_test_id("stHeader")).to_be_hidden()
    expect(step).to_have_css("opacity", "0")  # after three seconds at rest
    page.mouse.move(700, 300)
    expect(step).to_have_css("opacity", "1")
