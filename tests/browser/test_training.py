"""Curves grow in place while the page trains; Stop, leaving the page and a hostile address do what they should."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
LONG = (
    "/training?training=own&training_data=rings&training_epochs=200&training_runs=4&training_seeds=2"
    "&training_layers=3&training_width=128&training_view=scores"
)


def loaded(page, visit, errors, path="/training"):
    """Open the page; a path of its own makes Streamlit look for the server below it first, which is no error."""
    visit(page, path)
    page.locator(".dv-growing[data-ready]").first.wait_for()
    errors[:] = [error for error in errors if "/_stcore/" not in error]


def button(page, name):
    """A button of ours; while a script runs, Streamlit has a Stop of its own in its header."""
    return page.get_by_test_id("stMain").get_by_role("button", name=name, exact=True)


# the band of a curve has its points twice; a drawing has no axes
LENGTH = (
    "Math.max(0, ...document.querySelector('.dv-growing').charts.flatMap(({ panel }) => panel.marks"
    ".filter(({ mark, spread }) => panel.x.title === 'epoch' && mark === 'Path' && spread).map(({ y }) => y.points)))"
)


def points(page):
    """Length of the longest curve, of the newest picture."""
    return page.evaluate(LENGTH)


def wait_until_it_grows(page):
    page.wait_for_function(f"{LENGTH} > 3")


def in_the_first_view(page, what):
    place = what.first.bounding_box()
    return place["y"] + place["height"] < page.viewport_size["height"]


def test_the_page_opens_with_a_network_that_trains_and_ends_with_a_verdict(page, visit, errors):
    loaded(page, visit, errors, "/training?training_seeds=2")  # as bare, in less time
    page.evaluate(f"window.lengths = []; setInterval(() => window.lengths.push({LENGTH}), 30)")
    verdict = page.locator(".st-key-training_finding")
    expect(verdict).to_contain_text(
        re.compile(r"With the factor forgotten, the test loss is \d+"), timeout=60_000
    )
    assert verdict.locator("p").evaluate("node => getComputedStyle(node).fontSize") == "18px"
    expect(button(page, "Train")).to_be_visible()
    assert points(page) == 13
    assert {length for length in page.evaluate("window.lengths") if 1 < length < 13}, "no picture on the way"
    for what in (verdict, page.locator(".dv-growing"), button(page, "Train")):
        assert in_the_first_view(page, what)
    assert page.locator(".dv-growing image").count() == 5  # in, out, and three rows of digits
    assert page.locator(".dv-growing .dv-panel").count() == 3
    loss = page.locator(".dv-panel").last
    expect(loss).to_have_attribute(
        "aria-label", re.compile(r"Test loss without the factor: \S+, with it: \S+")
    )
    box = loss.locator(".dv-grip").bounding_box()
    page.mouse.move(box["x"] + 0.79 * box["width"], box["y"] + 0.5 * box["height"])
    tip = page.locator(".dv-tip").filter(visible=True)
    expect(tip.locator("p")).to_have_text(re.compile(r"^epoch \d+$"))  # one that the values are of
    expect(tip.locator("div").filter(has_text=" ± ")).to_have_count(3)
    page.get_by_text("What these runs show").click()
    expect(page.get_by_text("Always answering the average picture")).to_be_visible()


def test_back_at_the_first_experiment_its_curves_are_there_again(page, visit, errors):
    loaded(page, visit, errors, "/training?training_seeds=1")
    page.get_by_role("radio", name="equal learning rate").click()
    page.wait_for_url(re.compile("training=equal_rate"))
    expect(page.get_by_text("not trained yet")).to_be_visible()
    page.go_back()
    expect(page.get_by_text("epochs each: finished.")).to_be_visible(timeout=60_000)
    assert points(page) == 13


def test_what_waits_for_train_shows_its_network_and_data(page, opened):
    opened(page, "/training?training=regularize")
    expect(page.get_by_text("not trained yet. Train draws their curves.")).to_be_visible()
    expect(page.locator(".dv-growing .dv-title")).to_have_text(
        [re.compile("^One mask drops "), "To learn from: 60 points"]
    )
    assert in_the_first_view(page, page.locator(".dv-growing"))


def test_a_click_chooses_train_trains_and_the_plane_is_seen_on_the_way(page, visit, errors):
    loaded(page, visit, errors, "/training?training=equal_rate&training_seeds=5")
    button(page, "Train").click()
    wait_until_it_grows(page)
    assert page.get_by_role("button", name="Stop", exact=True).count() == 1
    page.get_by_role("radio", name="few examples").click()
    page.wait_for_url(re.compile("training=regularize"))
    expect(page.get_by_text("not trained yet")).to_be_visible()
    button(page, "Train").click()
    page.wait_for_function("""() => document.querySelector('.st-key-training_stop button')
        && document.querySelector('.dv-growing .dv-panel')?.ariaLabel.includes('The line divides')""")
    # an address alone starts nothing but the first experiment
    page.reload()
    page.locator(".dv-growing[data-ready]").first.wait_for()
    expect(page.get_by_text("not trained yet")).to_be_visible()


def test_the_work_is_stopped_and_started_quickly_rests_on_another_page_and_keeps_its_curves(
    page, visit, errors
):
    loaded(page, visit, errors, LONG)
    for _ in range(4):
        button(page, "Train").click()
        button(page, "Stop").click()
    button(page, "Train").click()
    wait_until_it_grows(page)
    page.get_by_role("link", name="Start", exact=True).click()
    page.locator(".dv[data-ready] .dv-range").wait_for()
    page.get_by_role("link", name="Training", exact=True).click()
    page.locator(".dv-growing[data-ready]").first.wait_for()
    button(page, "Stop").click()
    expect(page.get_by_text("ended after epoch")).to_be_visible()
    expect(page.get_by_text("What these runs show")).to_be_visible()
    expect(button(page, "Train")).to_be_visible()
    kept = points(page)
    assert kept > 2
    page.wait_for_timeout(700)
    assert points(page) == kept


def test_choices_are_in_the_address(page, visit):
    visit(page, "/training?training=annealing")
    page.get_by_role("radio", name="few examples").click()
    page.wait_for_url(re.compile(r"\?training=regularize$"))
    page.get_by_role("radio", name="300 digits").click()
    page.wait_for_url(re.compile("training_examples=regularize_digits"))
    page.get_by_text("What was trained, and how").click()
    expect(page.get_by_text("Data: digits, 300 examples")).to_be_visible()


def test_a_broken_table_gets_a_sentence(page, visit, errors):
    visit(page, "/training?training=own&training_data=csv")
    errors[:] = [error for error in errors if "/_stcore/" not in error]
    page.locator("input[type=file]").set_input_files(
        {"name": "mine.csv", "mimeType": "text/csv", "buffer": b"a,b\n1,x\nmuch,y\n"}
    )
    expect(page.get_by_text("must be a number up to")).to_be_visible()
    expect(button(page, "Train")).to_have_count(0)
