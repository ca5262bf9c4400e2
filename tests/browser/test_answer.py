"""The numbers of the answer follow the pointer, its links take the rate along, and a phone shows it all."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def opened(page, visit, errors, path):
    """Open the page; a path of its own makes Streamlit look for the server below it first, which is no error."""
    visit(page, path)
    page.locator(".dv[data-ready]").wait_for()
    errors[:] = [error for error in errors if "/_stcore/" not in error]


def test_the_numbers_follow_the_drag_and_a_link_takes_its_rate_along(page, visit, errors):
    opened(page, visit, errors, "/answer")
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
    page.get_by_role("link", name="→ Which p?").click()
    page.wait_for_url(f"**/which-p?rate={rate:g}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Which p?")
    expect(page.locator(".dv-value")).to_have_text(f"{rate:.2f}")


@pytest.mark.parametrize("width", [360, 390, 600])
def test_on_a_phone_each_reason_stands_above_its_panel_and_below_the_one_before(
    new_page, visit, errors, width
):
    phone = new_page(viewport={"width": width, "height": 844})
    opened(phone, visit, errors, "/answer?rate=0.95")
    words = [note.bounding_box() for note in phone.locator(".dv-above").all()]
    titles = [title.bounding_box()["y"] for title in phone.locator(".dv-title").all()]
    assert len(words) == len(titles) == 6
    ends = [note["y"] + note["height"] for note in words]
    assert all(end <= title + 1 for end, title in zip(ends, titles, strict=True))
    # a panel reaches 108 pixels below its title, its axis 36 more
    assert all(title + 140 <= note["y"] for title, note in zip(titles, words[1:], strict=False))
