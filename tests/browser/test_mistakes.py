"""The museum of mistakes as a person meets it: drag, switch, diagnose, copy the address, hold a phone."""

import re

from playwright.sync_api import expect


def text(page, name):
    return page.locator(f"[data-text={name}]")


def test_the_verdict_follows_the_drag_and_the_address_its_end(page, opened):
    opened(page, "/mistakes?mistakes_kind=wrong_test")
    said = "Test multiplies by the drop rate instead of keep: the test mean is 0.3/0.7 = 0.429 times"
    expect(text(page, "finding")).to_contain_text(said)
    box = page.locator(".dv-range").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.3 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.7 * box["width"], middle, steps=4)
    expect(text(page, "finding")).not_to_contain_text(said)
    rate = float(page.locator(".dv-value").inner_text())
    expect(text(page, "wrong-code")).to_contain_text(
        f"✗ × {rate:g}"
    )  # folded, and up to date when it unfolds
    assert "rate=" not in page.url
    page.mouse.up()
    page.wait_for_url(re.compile(rf"rate={rate:g}\b"))
    assert "mistakes_kind=wrong_test" in page.url


def test_at_a_half_the_wrong_p_does_not_show(page, opened):
    opened(page, "/mistakes?mistakes_kind=wrong_train&rate=0.5")
    expect(text(page, "finding")).to_contain_text("the mistake does not show")


def test_another_mistake_keeps_the_rate_and_left_on_answers_at_random(page, opened):
    opened(page, "/mistakes?rate=0.4")
    page.get_by_test_id("stButtonGroup").first.get_by_text("left on at test").click()
    page.get_by_text("How far the answers scatter").wait_for()
    page.locator(".dv-fold > summary", has_text="The numbers").click()
    expect(text(page, "off-answers")).to_be_visible()
    assert page.locator(".dv-value").inner_text() == "0.40"
    answers = text(page, "answers").inner_text().split(", ")
    assert len(set(answers)) > 2
    page.wait_for_url(re.compile("mistakes_kind=left_on"))


def test_an_example_is_filled_in_diagnosed_and_kept_in_the_address(page, new_page, opened):
    opened(page, "/mistakes")
    page.get_by_role("button", name="fill in an example").click()
    page.wait_for_url(re.compile("mistakes_train_mean="))
    verdict = page.get_by_role("heading", level=5)
    said = verdict.inner_text()
    again = new_page(viewport={"width": 1280, "height": 720})
    opened(again, "/mistakes?" + page.url.split("?")[1])
    expect(again.get_by_role("heading", level=5)).to_have_text(said)
