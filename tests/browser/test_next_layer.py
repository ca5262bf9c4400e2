"""The next layer's page: each step follows a drag, shows one picture first, and has its settings beside it."""

import re

import pytest
from playwright.sync_api import expect

STEPS = {
    "mean": "1 · The mean of z",
    "nonlinearity": "2 · After a nonlinearity",
    "depth": "3 · After many layers",
    "batch_norm": "4 · Dropout before batch norm",
}


def finding(page):
    return page.locator(".dv-finding")


def seen_panels(page):
    return page.locator(".dv-panel:visible")


# Of the drawings, as they stand and as they were drawn.
WIDEST = """Math.max(...[...document.querySelectorAll('.dv-svg')]
    .flatMap(({ clientWidth, viewBox }) => [clientWidth, viewBox.baseVal?.width ?? 0]))"""
COVERED = """() => [...document.querySelectorAll('.dv-words, .dv-finding, .dv-fold > summary')].flatMap((note) => {
    const words = note.getBoundingClientRect();
    const texts = '.dv-panel :is(figcaption, text)';
    return [...document.querySelectorAll(texts)].filter((text) => {
        const box = text.getBoundingClientRect();
        return box.width && box.bottom > words.top + 2 && box.top < words.bottom - 2;
    }).map((text) => text.textContent);
})"""


@pytest.mark.parametrize("step", STEPS)
def test_a_step_fits_a_laptop_follows_one_drag_and_its_words_cover_no_panel(page, opened, step):
    opened(page, f"/next-layer?next_step={step}")
    expect_it_fits_and_all_else_is_folded(page, step)
    expect_it_follows_one_drag_and_the_address_its_end(page)
    for fold in page.locator(".dv-fold summary").all():
        fold.click()
    for width in (1000, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_function(f"{WIDEST} <= {width}")
        assert page.evaluate(COVERED) == []


def expect_it_fits_and_all_else_is_folded(page, step):
    assert seen_panels(page).count() == 1
    last = seen_panels(page).last.bounding_box()
    assert last["y"] + last["height"] <= 660
    for field in page.locator("[data-testid='stNumberInput'], [data-testid='stSelectbox']").all():
        if field.is_visible():
            box = field.bounding_box()
            assert box["x"] > last["x"] + last["width"]
            assert box["y"] + box["height"] <= 660


def expect_it_follows_one_drag_and_the_address_its_end(page):
    before = finding(page).inner_text()
    box = page.locator(".dv-range").bounding_box()
    middle = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.32 * box["width"], middle)
    page.mouse.down()
    page.mouse.move(box["x"] + 0.8 * box["width"], middle, steps=4)
    expect(finding(page)).not_to_have_text(before)
    assert "rate=" not in page.url
    rate = float(page.locator(".dv-value").inner_text())
    page.mouse.up()
    page.wait_for_url(re.compile(rf"[?&]rate={rate:g}(&|$)"))
    expect(page.locator(".dv-value")).to_have_text(f"{rate:.2f}")


def test_one_walks_through_the_steps_and_the_rate_stays(page, opened):
    opened(page, "/next-layer?rate=0.6")
    for step, label in list(STEPS.items())[1:]:
        before = finding(page).inner_text()
        page.get_by_role("radio", name=label).click()
        page.wait_for_url(re.compile(rf"next_step={step}"))
        expect(finding(page)).not_to_have_text(before)
        expect(page.locator(".dv-value")).to_have_text("0.60")


def test_the_address_brings_the_same_picture_back(page, opened):
    opened(page, "/next-layer?rate=0.6&layer_f=tanh&layer_inputs=3&next_step=nonlinearity")
    expect(page.locator(".dv-value")).to_have_text("0.60")
    expect(finding(page)).to_contain_text("f = tanh")
    page.locator(".dv-foot summary").first.click()
    expect(page.locator(".dv-foot")).to_contain_text("One unit with 3 inputs")
    expect(page.locator(".dv-foot")).to_contain_text("all 8 masks")


def test_a_setting_beside_the_picture_redraws_it(page, opened):
    opened(page, "/next-layer")
    before = finding(page).inner_text()
    page.get_by_label("bias b", exact=True).fill("2")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"layer_bias=2"))
    expect(finding(page)).not_to_have_text(before)


def test_what_is_folded_is_drawn_when_it_unfolds(page, opened):
    opened(page, "/next-layer?next_step=nonlinearity")
    page.locator(".dv-fold summary", has_text="One logistic unit").click()
    expect(seen_panels(page)).to_have_count(3)
    expect(page.locator(".dv-fold[open] .dv-svg path.dv-line").first).to_be_visible()


TOUCHED = """() => [...document.querySelectorAll(".dv-panel")].flatMap((panel) => {
    const boxes = (names) => [...panel.querySelectorAll(names)]
        .map((text) => [text.textContent, text.getBoundingClientRect()]);
    const [, title] = boxes(".dv-axis").at(-1);
    return boxes(".dv-tick.dv-y").filter(([, tick]) => tick.width && tick.left < title.right - 1).map(([text]) => text);
})"""


def test_no_number_touches_the_title_of_its_axis(page, opened):
    opened(page, "/next-layer?next_step=depth")
    for title in ("Would one factor a layer mend it?", "At every rate"):
        page.locator(".dv-fold summary", has_text=title).click()
    expect(page.locator(".dv-tick.dv-y", has_text="10,000").last).to_be_visible()
    assert page.evaluate(TOUCHED) == []
