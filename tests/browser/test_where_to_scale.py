"""The first ten seconds: the problem, three answers, bars with one mean line; few words, and large enough."""

import math
import re

import pytest
from playwright.sync_api import expect

from dropviz.numbers.formulas import unbroken
from tests.browser.in_view import expect_focus, words_in_view

LINE = """() => [...document.querySelectorAll(".dv-mean")]
    .map((line) => Math.round(line.getBoundingClientRect().bottom))"""


def choose(page, name):
    page.locator(f".dv-options input[value={name}]").check(force=True)
    page.locator(".dv:not(.dv-eased)").first.wait_for()


def test_the_first_view_has_few_words_and_none_is_small(page, opened):
    opened(page)
    page.wait_for_timeout(300)
    for answer in ("none", "standard", "inverted"):
        choose(page, answer)
        words, smallest = words_in_view(page)
        assert len(words) <= 120, (len(words), " ".join(words))
        assert smallest >= 13
    sizes = page.evaluate(
        "['h1', '.dv-lead .dv-finding'].map((one) => getComputedStyle(document.querySelector(one)).fontSize)"
    )
    assert sizes == ["28px", "18px"]
    bottom = page.locator(".dv-picture").evaluate(
        "node => node.querySelector('.dv-row').getBoundingClientRect().bottom"
    )
    assert bottom <= 720
    assert page.get_by_test_id("stSidebar").count() == 0 or not page.get_by_test_id("stSidebar").is_visible()


def test_the_mean_line_breaks_where_nothing_is_scaled_and_nowhere_else(page, opened):
    opened(page, "/?view=simple")
    said = page.locator(".dv-badge")
    left, right = page.evaluate(LINE)
    assert left > right + 10
    assert said.inner_text() == unbroken("× 1.43")
    choose(page, "standard")
    assert said.inner_text() == "="
    sunk, other = page.evaluate(LINE)
    assert sunk == other == left
    choose(page, "inverted")
    stayed, other = page.evaluate(LINE)
    assert said.inner_text() == "="
    assert stayed == other == right
    assert "answer=inverted" in page.url
    page.reload()
    page.locator(".dv[data-ready]").wait_for()
    assert page.locator(".dv-options input:checked").get_attribute("value") == "inverted"


def test_bars_are_as_long_as_their_outputs_or_say_that_they_are_cut(page, opened):
    opened(page, "/?view=simple&answer=inverted&rate=0.5")
    found = page.evaluate("""() => [...document.querySelectorAll(".dv-stand")].map((stand) =>
        [...stand.children].map((one) => [one.querySelector(".dv-column").getBoundingClientRect().height,
            Object.keys(one.dataset)]))""")
    training, test = found
    assert len(training) == len(test) == 12
    kept = [(*one, other) for one, (other, _) in zip(training, test, strict=True) if "fallen" not in one[1]]
    assert 4 <= len(kept) <= 8
    whole = [one / other for one, name, other in kept if "cut" not in name]
    assert whole == pytest.approx([2.0] * len(whole), rel=0.02)


def test_the_room_above_the_bars_is_what_survivors_need_at_the_rate_that_opens_the_page(page, opened):
    opened(page, "/?view=simple&answer=inverted&source=constant")
    share = page.evaluate("""() => [...document.querySelectorAll(".dv-stand")].map((stand) =>
        Math.max(...[...stand.querySelectorAll(".dv-column")].map((one) => one.getBoundingClientRect().height)) /
            stand.getBoundingClientRect().height)""")
    assert share[0] > 0.95
    assert share[1] == pytest.approx(0.7 * share[0], rel=0.02)
    assert page.locator(".dv-unit-place[data-cut]").count() == 0


BEYOND = """() => [...document.querySelectorAll(".dv-panel")].map((panel) =>
    [...panel.querySelectorAll(".dv-here text")].map((one) => one.textContent).join(""))"""


def test_a_curve_beyond_the_picture_has_its_value_where_it_would_be(page, opened):
    opened(page, "/?view=simple&answer=inverted&rate=0.3")
    assert page.evaluate(BEYOND) == ["", "", ""]
    opened(page, "/?view=simple&answer=inverted&rate=0.9")
    mean_square, variance = 1 / (2 * math.pi), 0.5 - 1 / (2 * math.pi)  # of a normal behind a ReLU
    said = page.evaluate(BEYOND)
    assert said == ["", f"↑ {(variance + 0.9 * mean_square) / 0.1:.4g}", ""]
    words, curve = (
        page.locator(".dv-panel").nth(1).locator(one).first.bounding_box()
        for one in (".dv-here text:not(:empty)", ".dv-grip")
    )
    assert curve["x"] <= words["x"]
    assert words["x"] + words["width"] <= curve["x"] + curve["width"]
    assert curve["y"] <= words["y"] <= curve["y"] + curve["height"] / 3


def test_a_phone_shows_answers_bars_badge_and_a_full_width_slider_in_its_first_view(phone, opened):
    opened(phone)
    for part in (".dv-options", ".dv-bars", ".dv-badge", ".dv-range"):
        box = phone.locator(part).first.bounding_box()
        assert box["y"] + box["height"] <= 844, part
    assert phone.locator(".dv-range").bounding_box()["width"] >= 340
    heights = phone.locator(".dv-option").evaluate_all("nodes => nodes.map((node) => node.offsetHeight)")
    assert min(heights) >= 44


def test_what_is_compared_comes_when_it_is_unfolded_and_stays_so(page, visit):
    visit(page, "/?rate=0.4&view=simple")
    page.locator(".dv[data-ready]").wait_for()
    assert page.locator(".dv-svg").count() == 3  # the curves of one answer alone
    both = page.get_by_text("Standard and inverted", exact=True)
    both.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".dv-fold[open] .dv-svg")).to_have_count(5)
    expect_focus(both)
    page.get_by_text("The numbers of both").click()
    exact = page.locator('[data-text="inverted-train-mean-exact"]')
    expect(exact).to_have_text("exact 0.3989")  # φ(0)
    before = page.locator('[data-text="standard-train-mean-exact"]').inner_text()
    page.locator(".dv-range").focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator('[data-text="standard-train-mean-exact"]')).not_to_have_text(before)
    page.wait_for_url("**rate=0.5**")
    page.get_by_text("My own activations, and all settings").click()
    page.get_by_role("button", name="new draw").click()
    page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for()
    expect(page.locator(".dv-fold[open] .dv-svg")).to_have_count(5)
    expect(exact).to_have_text("exact 0.3989")


def test_everything_at_once_is_a_click_away_remembered_and_back(page, visit):
    visit(page)
    page.get_by_text("My own activations, and all settings").click()
    page.get_by_role("button", name="everything at once").click()
    page.get_by_test_id("stSidebar").wait_for()
    page.locator("[class*=explorer_live] .dv[data-ready]").wait_for()
    assert "view=full" in page.url
    (cookie,) = [one for one in page.context.cookies() if one["name"] == "dropviz_view"]
    assert (cookie["value"], cookie["sameSite"], cookie["path"]) == ("full", "Lax", "/")
    visit(page, "/?view=simple&rate=0.5")  # an address opens for everybody as it says
    page.locator(".dv-bars").wait_for()
    visit(page)
    page.wait_for_url("**/?view=full")
    page.get_by_role("button", name="one idea").click()
    page.locator(".dv-bars").wait_for()
    page.wait_for_function("!document.cookie.includes('dropviz_view')")
    visit(page)
    page.locator(".dv-bars").wait_for()


def test_no_rate_breaks_the_mean_line_by_rounding(page, opened):
    opened(page, "/?view=simple&answer=inverted")
    broken = page.evaluate("""async () => {
        const range = document.querySelector(".dv-range"), bars = document.querySelector(".dv-bars");
        const found = [];
        for (let place = 0; place <= Number(range.max); place += 1) {
            const root = range.closest(".dv");
            const drawn = new Promise((done) => root.addEventListener("dv-drawn", done, { once: true }));
            range.value = place;
            range.dispatchEvent(new Event("input"));
            await drawn;
            if ("broken" in bars.dataset) found.push(place);
        }
        return found;
    }""")
    assert broken == []


@pytest.mark.parametrize(
    "query",
    ["units=1&seed=1", "units=1&seed=2", "source=sparse&units=5", "source=constant&constant_value=-2"],
)
def test_the_line_of_means_stays_in_the_picture_however_few_units_there_are(page, opened, query):
    opened(page, f"/?view=simple&{query}")
    box = page.locator(".dv-bars").bounding_box()
    for line in page.evaluate(LINE):
        assert box["y"] <= line <= box["y"] + box["height"] + 3


def test_an_answer_chosen_before_the_end_of_a_move_is_told_loses_neither(page, opened):
    opened(page, "/?view=simple")
    page.evaluate("""() => {
        const range = document.querySelector(".dv-range");
        range.value = 50;
        for (const name of ["input", "change"]) range.dispatchEvent(new Event(name));
        document.querySelector(".dv-options input[value=inverted]").click();
    }""")
    page.wait_for_url(re.compile("answer=inverted"))
    page.wait_for_url(re.compile("rate=0.5"))


def test_after_back_the_same_answer_is_told_again(page, opened):
    opened(page, "/?view=simple")
    for _ in range(2):
        choose(page, "inverted")
        page.wait_for_url(re.compile("answer=inverted"))
        page.locator("[data-test-script-state='notRunning']").wait_for()
        page.go_back()
        expect(page.locator(".dv-options input[value=none]")).to_be_checked()
        page.locator("[data-test-script-state='notRunning']").wait_for()
