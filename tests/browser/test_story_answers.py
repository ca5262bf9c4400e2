"""What a person predicts in the story: told, marked, kept, and not given away before."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.in_view import expect_focus
from tests.browser.telling import COUNT, LONGEST, SCENES, at_scene, begin


def test_a_wrong_answer_is_told_with_the_formula(page, opened):
    begin(opened, page, "/story?scene=3")
    page.get_by_role("button", name="it grows fivefold").click()
    expect(page.locator(".story-line")).to_contain_text("Not so. Training factor × k = 1 × 0.2 = 0.2")
    expect(page.get_by_role("button", name="it grows fivefold ✗ your answer")).to_be_visible()
    expect(page.get_by_role("button", name="it falls to a fifth ✓ right")).to_be_visible()
    expect(page.get_by_role("button", name="it stays", exact=True)).to_be_visible()  # to say why it is wrong
    for _ in range(COUNT - 2):
        page.get_by_role("button", name="Next scene").click()
    expect(page.locator(".story-title").first).to_have_text("0 of 1 predicted right")
    expect(page.locator(".story-sentence").first).to_contain_text(f"Look again at: {SCENES[2].title}.")
    expect(page.locator(".story-row").nth(4)).to_contain_text("not revealed yet")
    expect(page.get_by_role("button", name=f"Scene 3, {SCENES[2].title}: wrong")).to_be_visible()
    page.get_by_role("button", name=SCENES[2].title, exact=True).click()
    at_scene(page, 3)


def answers_outlive_a_reload(page):
    page.keyboard.press("3")
    page.get_by_role("button", name="it falls to a fifth").click()
    expect(page.get_by_role("button", name="it falls to a fifth ✓ right, your answer")).to_be_visible()
    page.keyboard.press("2")
    page.get_by_role("button", name="by 4 =").click()
    page.wait_for_url(re.compile("(scene=|#)2"), timeout=LONGEST)
    page.reload()
    at_scene(page, 2)
    expect(page.locator(".story-line")).to_contain_text("Not so.")
    expect(page.locator(".story-now.story-veiled")).to_have_count(0)
    for key in ("PageDown", "x"):  # closes the list, and does no more
        page.keyboard.press("s")
        rows = page.get_by_role("dialog").locator(".story-row")
        expect(rows).to_have_count(COUNT + 1)
        expect_focus(rows.nth(1))  # the present one
        expect(rows.nth(1)).to_have_accessible_name(f"2 {SCENES[1].title}: wrong")
        page.keyboard.press(key)
        expect(page.get_by_role("dialog")).to_have_count(0)
        at_scene(page, 2)
    page.keyboard.press("s")
    page.keyboard.press("3")  # a number chooses
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".story-line")).to_contain_text("Right.")
    page.get_by_role("button", name=f"3 / {COUNT}: all scenes").click()
    page.get_by_role("button", name="Start again").click()
    at_scene(page, 1)
    page.keyboard.press("3")
    at_scene(page, 3)
    expect(page.locator(".story-line")).to_have_count(0)
    expect(page.locator(".story-now.story-veiled")).to_be_visible()


def test_answers_outlive_a_reload(page, opened):
    begin(opened, page, "/story?mode=talk")
    answers_outlive_a_reload(page)


def test_a_talk_that_is_loaded_anew_right_after_a_move_goes_on_there_and_back_leads_where_it_was(page, visit):
    visit(page, "/story?mode=talk&scene=2")
    at_scene(page, 2)
    page.keyboard.press("4")
    at_scene(page, 4)
    assert "scene=2" in page.url  # the server has not heard of it
    page.reload()
    at_scene(page, 4)
    page.wait_for_url(re.compile("scene=4"))
    page.go_back()
    at_scene(page, 2)
    page.reload()
    at_scene(page, 2)


def test_after_back_the_same_scene_is_told_again(page, visit):
    visit(page, "/story?mode=talk")
    at_scene(page, 1)
    for _ in range(2):
        page.keyboard.press("4")
        page.wait_for_url(re.compile("scene=4"))
        page.go_back()
        at_scene(page, 1)


def test_answers_outlive_a_reload_of_the_file(new_page, offline):
    page = new_page(offline=True)
    page.goto(offline)
    at_scene(page, 1)
    answers_outlive_a_reload(page)


@pytest.mark.parametrize(("by", "said"), [(0, "Not so."), (0.8, "Not so.")])
def test_a_point_is_dragged_before_the_curve_is_shown(page, opened, by, said):
    begin(opened, page, "/story?scene=4")
    plot = page.locator(".story-now .dv-panel")
    expect(plot.locator(".dv-marks").filter(visible=True)).to_have_count(0)
    point = page.get_by_role("slider", name="Drag the point")
    box = point.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x, y + (by - 0.3) * 200, steps=4)
    page.mouse.up()
    guess = float(point.get_attribute("aria-valuenow"))
    page.get_by_role("button", name="Reveal").click()
    expect(plot.locator(".dv-marks").first).to_be_visible()
    expect(page.locator(".story-line")).to_contain_text(f"{said} You said {guess:g}")


def test_a_point_is_moved_by_keys_until_it_is_right(page, opened):
    begin(opened, page, "/story?scene=4&mode=talk")
    point = page.get_by_role("slider", name="Drag the point")
    point.focus()
    for _ in range(40):
        if abs(float(point.get_attribute("aria-valuenow")) - 2.467) < 0.2:
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator(".story-line")).to_contain_text("Right. You said 2.")
    at_scene(page, 4)


def test_a_veiled_picture_tells_nothing_to_the_pointer(page, opened):
    begin(opened, page, "/story?scene=3")
    box = page.locator(".story-now .dv-panel").bounding_box()

    def hover():  # along the middle of the standard curve
        page.mouse.move(box["x"] + 0.45 * box["width"], box["y"] + 0.3 * box["height"])
        page.mouse.move(box["x"] + 0.45 * box["width"], box["y"] + 0.46 * box["height"], steps=30)

    hover()
    page.wait_for_timeout(300)
    assert page.locator(".story-now .dv-tip").filter(visible=True).count() == 0
    expect(page.locator(".story-now .dv-opener")).to_be_hidden()
    page.get_by_role("button", name="Reveal").click()
    hover()
    expect(page.locator(".story-now .dv-tip").first).to_be_visible()
    page.locator(".story-now .dv-opener").first.click()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save as SVG, white ground").click()
    assert download.value.suggested_filename.endswith(".svg")
