"""The next layer's page: all five sections follow one drag, the address its end, and the words cover no panel."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def opened(page, visit, errors, path="/next-layer"):
    """Open the page; a path of its own makes Streamlit look for the server below it first, which is no error."""
    visit(page, path)
    page.locator(".dv[data-ready]").wait_for()
    errors[:] = [error for error in errors if "/_stcore/" not in error]


def live(page, name):
    return page.locator(f'[data-text="{name}"]')


EVERY_SECTION = ("standard-mean", "unit-average", "depth", "logistic-average", "shift-exact")


def test_every_section_follows_one_drag_and_the_address_its_end(page, visit, errors):
    opened(page, visit, errors)
    before = {name: live(page, name).inner_text() for name in EVERY_SECTION}
    shapes = "paths => paths.map(path => path.getAttribute('d')).join()"
    drawn = page.locator(".dv-picture path").evaluate_all(shapes)
    box = page.locator(".dv-range").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.32 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], middle, steps=4)
    for name, text in before.items():
        expect(live(page, name)).not_to_have_text(text)
    assert page.locator(".dv-picture path").evaluate_all(shapes) != drawn
    assert "rate=" not in page.url
    rate = float(page.locator(".dv-value").inner_text())
    page.mouse.up()
    page.wait_for_url(f"**/next-layer?rate={rate:g}")
    expect(page.locator(".dv-value")).to_have_text(f"{rate:.2f}")


def test_the_address_brings_the_same_picture_back(page, visit, errors):
    opened(page, visit, errors, "/next-layer?rate=0.6&layer_f=tanh&layer_inputs=3")
    expect(page.locator(".dv-value")).to_have_text("0.60")
    expect(page.locator(".dv-words").first).to_contain_text("One unit with 3 inputs, f = tanh, all 8 masks")


def test_a_control_redraws_every_section_that_it_decides(page, visit, errors):
    opened(page, visit, errors)
    page.get_by_label("bias b", exact=True).fill("2")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"layer_bias=2"))
    expect(live(page, "inverted-test")).not_to_have_text("2.378")


def test_the_first_section_fits_a_laptop(page, visit, errors):
    opened(page, visit, errors)
    heading = page.locator(".dv-words").first.bounding_box()
    axis_title = page.locator(".dv-panel >> nth=3").bounding_box()
    assert axis_title["y"] + axis_title["height"] < heading["y"]
    assert axis_title["y"] + axis_title["height"] <= 720


@pytest.mark.parametrize("width", [360, 1000])
def test_the_words_cover_no_panel(page, visit, errors, width):
    page.set_viewport_size({"width": width, "height": 800})
    opened(page, visit, errors)
    covered = page.evaluate(
        """() => [...document.querySelectorAll('.dv-words')].flatMap((note) => {
            const words = note.getBoundingClientRect();
            const texts = '.dv-panel :is(figcaption, text)';
            return [...document.querySelectorAll(texts)].filter((text) => {
                const box = text.getBoundingClientRect();
                return box.width && box.bottom > words.top + 2 && box.top < words.bottom - 2;
            }).map((text) => text.textContent);
        })"""
    )
    assert covered == []
