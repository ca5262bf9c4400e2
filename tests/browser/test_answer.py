"""The numbers of the answer follow the pointer, its links take the rate along, and a phone shows it all."""

import pytest
from playwright.sync_api import expect


def test_the_numbers_follow_the_drag_and_a_link_takes_its_rate_along(page, visit):
    visit(page, "/answer")
    page.get_by_text("In words", exact=True).click()
    forgotten = page.locator("[data-text=forgotten-exact]:visible")
    expect(forgotten).to_have_text("1.429")
    box = page.locator(".dv-range").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + box["width"] * 0.3, middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, middle, steps=4)
    expect(forgotten).not_to_have_text("1.429")
    rate = float(page.locator(".dv-value").inner_text())
    assert float(forgotten.inner_text()) == pytest.approx(1.0 / (1.0 - rate), rel=1e-3)
    assert "rate=" not in page.url
    page.mouse.up()
    page.wait_for_url(f"**/answer?rate={rate:g}")
    page.get_by_text("5. No p to misread at test").click()
    page.get_by_role("link", name="→ Which p?").click()
    page.wait_for_url(f"**/which-p?rate={rate:g}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Which p do I write?")
    expect(page.locator(".dv-value")).to_have_text(f"{rate:.2f}")


def test_the_first_view_is_a_sentence_a_table_and_one_picture_and_nothing_jumps(page, opened):
    page.set_viewport_size({"width": 1280, "height": 720})
    opened(page, "/answer")
    rows = page.locator("summary:has(.dv-cells)")
    assert rows.count() == 5
    assert all(row.bounding_box()["y"] + row.bounding_box()["height"] < 720 for row in rows.all())
    shown = page.locator(".dv-svg:visible")
    expect(shown).to_have_count(1)
    expect(shown).to_be_in_viewport(ratio=1)
    place = rows.nth(2).bounding_box()
    page.keyboard.press("Tab")
    rows.nth(2).focus()
    page.keyboard.press("Enter")
    expect(shown).to_have_count(2)
    assert rows.nth(2).bounding_box() == place
    assert page.locator(".dv-svg .dv-line").first.is_visible()


# Where each unfolded row ends, and where its figure begins.
ROWS = """() => [...document.querySelectorAll(".dv-fold:has(> summary .dv-cells)")]
  .map((row) => [row.querySelector(":scope > summary").getBoundingClientRect().bottom,
    row.querySelector(".dv-panel").getBoundingClientRect().top])"""


def test_on_a_phone_what_unfolds_stands_below_its_row_and_nothing_is_cut(new_page, opened):
    phone = new_page(viewport={"width": 360, "height": 844})
    opened(phone, "/answer?rate=0.95")
    for summary in phone.locator(".dv-fold:not([open]) > summary").all()[::-1]:
        summary.click()
    expect(phone.locator(".dv-svg .dv-axis").last).to_be_visible()
    for width in (360, 390, 600):
        phone.set_viewport_size({"width": width, "height": 844})
        phone.wait_for_function(f"innerWidth === {width}")
        rows = phone.evaluate(ROWS)
        assert len(rows) == 5
        assert all(end <= begin for end, begin in rows), width
        assert phone.evaluate("document.documentElement.scrollWidth") <= width
