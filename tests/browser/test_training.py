"""Curves grow in place while the page trains; Stop, leaving the page and a hostile address do what they should."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
LONG = (
    "/training?training=own&training_data=rings&training_epochs=200&training_runs=4&training_seeds=5"
    "&training_layers=3&training_width=128"
)


def opened(page, visit, errors, path="/training"):
    """Open the page; a path of its own makes Streamlit look for the server below it first, which is no error."""
    visit(page, path)
    page.locator(".dv-growing[data-ready]").first.wait_for()
    errors[:] = [error for error in errors if "/_stcore/" not in error]


def button(page, name):
    """A button of ours; while a script runs, Streamlit has a Stop of its own in its header."""
    return page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True)


# the band of a curve has its points twice
LENGTH = (
    "Math.max(0, ...document.querySelector('.dv-growing').charts[0].panel.marks"
    ".filter(({ mark }) => mark === 'Path').map(({ y }) => y.points))"
)


def points(page):
    """Length of the longest curve, of the newest picture."""
    return page.evaluate(LENGTH)


def wait_until_it_grows(page):
    page.wait_for_function(f"{LENGTH} > 3")


def test_before_training_the_first_screen_says_what_will_be_compared(page, visit, errors):
    opened(page, visit, errors)
    for text in ("— no dropout", "— inverted", "— standard"):
        place = page.locator(".dv-growing").get_by_text(text).first.bounding_box()
        assert place["y"] + place["height"] < 720
    chart = page.locator(".dv-growing").bounding_box()
    assert chart["y"] + chart["height"] < 720
    assert button(page, "Train").bounding_box()["y"] < 300


def test_curves_grow_in_place_and_the_finding_appears(page, visit, errors):
    opened(page, visit, errors, "/training?training_seeds=2")
    page.evaluate(
        "document.querySelectorAll('.dv-growing .dv-panel').forEach(plot => { plot.dataset.mark = 'same'; })"
    )
    page.evaluate(f"window.lengths = []; setInterval(() => window.lengths.push({LENGTH}), 30)")
    button(page, "Train").click()
    expect(button(page, "Stop")).to_be_visible()
    expect(page.get_by_text("What these runs show")).to_be_visible(timeout=60_000)
    expect(button(page, "Train")).to_be_visible()
    assert points(page) == 13
    assert {length for length in page.evaluate("window.lengths") if 1 < length < 13}, "no picture on the way"
    assert page.locator(".dv-panel[data-mark=same]").count() == 3
    expect(
        page.get_by_text("standard, after its weights are multiplied by the keep probability")
    ).to_be_visible()
    assert "Standard's loss" in page.locator(".dv-panel").first.get_attribute("aria-label")
    box = page.locator(".dv-grip").first.bounding_box()
    page.mouse.move(box["x"] + 0.79 * box["width"], box["y"] + 0.5 * box["height"])
    tip = page.locator(".dv-tip").filter(visible=True)
    expect(tip.locator("p")).to_have_text(re.compile(r"^epoch \d+$"))  # one that the values are of
    for row in tip.locator("div").all():
        expect(row).to_contain_text(" ± ")


def test_one_click_starts_an_experiment_and_the_plane_is_seen_on_the_way(page, visit, errors):
    opened(page, visit, errors, "/training?training_seeds=5")
    button(page, "Train").wait_for()
    page.locator(".st-key-training_pick_equal_rate button").click()
    wait_until_it_grows(page)
    page.locator(".st-key-training_pick_regularize button").click()
    page.wait_for_url(
        re.compile(r"\?training_seeds=5&training=regularize$|\?training=regularize&training_seeds=5$")
    )
    page.wait_for_function("""() => document.querySelector('.st-key-training_stop button')
        && document.querySelectorAll('.dv-growing .dv-panel')[4]?.ariaLabel.includes('The line divides')""")
    page.locator(".dv-data summary").first.click()
    expect(page.locator(".dv-tables table").first.locator("tbody tr").nth(3)).to_contain_text("±")
    # an address alone starts nothing
    page.reload()
    page.locator(".dv-growing[data-ready]").first.wait_for()
    expect(page.get_by_test_id("stProgress")).to_contain_text("not trained yet")


def test_stop_ends_the_work_and_keeps_the_curves(page, visit, errors):
    opened(page, visit, errors, LONG)
    button(page, "Train").click()
    wait_until_it_grows(page)
    button(page, "Stop").click()
    expect(page.get_by_test_id("stProgress")).to_contain_text("ended after epoch")
    expect(page.get_by_text("What these runs show")).to_be_visible()
    kept = points(page)
    assert kept > 2
    page.wait_for_timeout(700)
    assert points(page) == kept


def test_stop_and_start_quickly(page, visit, errors):
    opened(page, visit, errors, LONG)
    for _ in range(4):
        button(page, "Train").click()
        button(page, "Stop").click()
    button(page, "Train").click()
    wait_until_it_grows(page)
    button(page, "Stop").click()
    expect(button(page, "Train")).to_be_visible()


def test_on_another_page_the_training_rests(page, visit, errors):
    opened(page, visit, errors, LONG)
    button(page, "Train").click()
    wait_until_it_grows(page)
    page.get_by_text("Two strategies", exact=True).click()
    page.locator(".dv[data-ready] .dv-range").wait_for()
    page.get_by_text("Training", exact=True).click()
    page.locator(".dv-growing[data-ready]").first.wait_for()
    button(page, "Stop").click()
    expect(page.get_by_test_id("stProgress")).to_contain_text("ended after epoch")


def test_choices_are_in_the_address(page, visit, errors):
    opened(page, visit, errors)
    page.locator(".st-key-training_pick_regularize button").click()
    page.wait_for_url(re.compile(r"\?training=regularize$"))
    page.get_by_text("300 digits").click()
    page.wait_for_url(re.compile("training_examples=regularize_digits"))
    expect(page.get_by_text("Data: digits, 300 examples")).to_be_visible()


def test_a_broken_table_gets_a_sentence(page, visit, errors):
    visit(page, "/training?training=own&training_data=csv")
    errors[:] = [error for error in errors if "/_stcore/" not in error]
    page.locator("input[type=file]").set_input_files(
        {"name": "mine.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,x\nmuch,y\n"}
    )
    expect(page.get_by_text("must be a number up to")).to_be_visible()
    expect(button(page, "Train")).to_have_count(0)
