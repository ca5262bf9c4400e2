"""The numbers of every noise follow the pointer; the address holds the rate and the noise."""

import pytest
from playwright.sync_api import expect


def test_the_numbers_follow_the_drag_and_the_address_its_end(page, opened):
    opened(page, "/noise?noise=standard")
    unit = page.locator("[data-text=standard-unit]")
    expect(unit).to_have_text("−0.300·a")
    box = page.locator(".dv-range").bounding_box()
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.7, box["y"] + box["height"] / 2, steps=5)
    expect(unit).not_to_have_text("−0.300·a")
    rate = float(page.locator(".dv-value").inner_text())
    assert rate > 0.5
    expect(unit).to_have_text(f"−{rate:.3f}·a")
    assert "rate=" not in page.url
    page.mouse.up()
    page.wait_for_url(f"**/noise?*rate={rate:g}*")
    assert "noise=standard" in page.url


def test_the_first_screen_holds_the_figure_and_a_click_on_a_row_draws_another_noise_in_its_place(
    page, opened
):
    opened(page, "/noise?rate=0.6")
    box = page.locator(".dv-panel").nth(1).bounding_box()
    assert box["y"] + box["height"] <= 720
    page.locator("tr", has_text="activation × uniform noise").locator("td").last.click(
        force=True
    )  # on the button that covers the row
    page.wait_for_url("**/noise?*noise=uniform*")
    expect(page.locator(".dv-title", has_text="Uniform ×, nothing at test")).to_be_visible()
    expect(page.get_by_role("radio", name="activation × uniform noise")).to_be_checked()
    expect(page.locator(".dv-value")).to_have_text("0.60")
    page.keyboard.press("ArrowDown")  # the keyboard goes on from there
    page.wait_for_url("**/noise?*noise=alpha*")


def test_the_address_brings_the_same_picture_back(page, opened):
    opened(page, "/noise?noise=alpha&rate=0.5&source=normal")
    expect(page.locator(".dv-value")).to_have_text("0.50")
    expect(page.get_by_role("radio", name="alpha dropout")).to_be_checked()
    expect(page.locator("[data-text=finding]")).to_contain_text("keeps the mean 0 and the variance 1")


OVERLAPPING = """() => [...document.querySelectorAll(".dv-panel")].flatMap((panel) => {
    const boxes = [...panel.querySelectorAll(".dv-stem")].filter((text) => text.textContent)
        .map((text) => [text.textContent, text.getBoundingClientRect()]);
    const cuts = [...panel.querySelectorAll(".dv-cut")].map((cut) => ["a stem", cut.getBoundingClientRect()]);
    return boxes.flatMap(([one, a], at) => [...boxes.slice(at + 1), ...cuts.filter(([, b]) => b.width)]
        .filter(([, b]) => a.left < b.right && b.left < a.right && a.top < b.bottom - 4 && b.top < a.bottom - 4)
        .map(([other]) => [one, other]));
})"""


@pytest.mark.parametrize("rate", [0.05, 0.3, 0.6, 0.9])
def test_what_stands_beside_the_stems_of_alpha_lies_apart(page, phone, opened, rate):
    for window in (page, phone):
        opened(window, f"/noise?noise=alpha&rate={rate}")
        expect(window.locator(".dv-stem", has_text="off")).to_have_count(1)
        assert window.evaluate(OVERLAPPING) == []
