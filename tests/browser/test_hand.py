"""The picture under the hand: it says its numbers, and its line is dragged in every panel over the rate."""

import re

import numpy as np
import pytest
from playwright.sync_api import expect

import dropviz as dv
from dropviz.simulation.first_screen import first_look
from tests.browser.in_view import unfold

RATES = dv.rate_grid(0.0, 0.95, 0.01)
CURVES = {"mean": 2, "variance": 3}  # their panels, counted from the first


@pytest.fixture(scope="module")
def screen():
    """What the first page shows at first."""
    return first_look(dv.sweep(dv.SweepConfig(units=100_000, rates=RATES, seed=7)))


def grip(page, panel):
    return page.locator(".dv-grip").nth(panel)


def spot(page, panel, x, up=0.5):
    """The place in the window where the panel has ``x``, and a share of its height above its lower edge."""
    node = grip(page, panel)
    low, high = node.evaluate("({ held: { panel: { x } } }) => [x.low, x.high]")
    box = node.bounding_box()
    return box["x"] + box["width"] * (x - low) / (high - low), box["y"] + box["height"] * (1 - up)


def tip(page):
    """The heading of the tip, and its rows: name → value."""
    shown = page.locator(".dv-tip").filter(visible=True)
    expect(shown).to_have_count(1)
    rows = shown.locator("div")
    names, values = rows.locator("span").all_inner_texts(), rows.locator("b").all_inner_texts()
    values = [value.replace("\N{NO-BREAK SPACE}", " ") for value in values]
    return shown.locator("p").inner_text(), dict(zip(names, values, strict=True))


def expect_no_tip(page):
    expect(page.locator(".dv-tip").filter(visible=True)).to_have_count(0)


def number(text):
    return float(text.replace("−", "-").removesuffix(" %"))


def agrees(text, estimate):
    """Whether a text says an estimate: four digits of what is exact, and an error of one, or of two if that is 1."""
    exact, simulated, error = map(number, re.fullmatch(r"(\S+); simulated (\S+) ± (\S+)", text).groups())
    two = int(f"{float(estimate.error):.1e}".startswith("1"))
    digits = len(text.partition("simulated ")[2].split(" ")[0].partition(".")[2])
    return (
        exact == pytest.approx(float(estimate.exact), rel=5.1e-4)
        and abs(simulated - float(estimate.simulated)) <= 0.51 * 10.0**-digits
        and error == pytest.approx(float(f"{float(estimate.error):.{two}e}"))
    )


# ---- what is said ---------------------------------------------------------------------------------------------------


def test_every_line_is_said_at_the_nearest_rate_as_the_sweep_and_the_table_have_it(page, opened, screen):
    opened(page, "/?view=full")
    for moment, panel in CURVES.items():
        page.mouse.move(*spot(page, panel, 0.413))
        heading, rows = tip(page)
        assert heading == "dropout rate 0.41"
        said = [(name, phase) for name in ("standard", "inverted") for phase in ("train", "test")]
        assert list(rows) == [" ".join(line) for line in said]
        for line, (name, phase) in zip(rows, said, strict=True):
            estimate = screen.sweep.estimate(moment, name, phase)[RATES.index(0.41)]
            assert agrees(rows[line], estimate), (moment, line, rows[line])
    assert page.locator(".dv-value").inner_text() == "0.30"  # looking moves nothing
    page.locator(".dv-data summary").click()
    table = page.locator(".dv-tables table").nth(CURVES["variance"])
    read = "table => [...table.rows].map(({ cells }) => [...cells].map((cell) => cell.innerText))"
    head, *values = table.evaluate(read)  # in one go: it may be made anew
    exact = dict(zip(head, next(row for row in values if row[0] == "0.41"), strict=True))
    for line, text in rows.items():
        assert text.startswith(f"{exact[f'{line}, exact']};")


def test_a_bin_says_its_share_and_a_mass_its_own_until_escape_or_until_the_pointer_leaves(
    page, opened, screen
):
    opened(page, "/?rate=0.4")
    shown, here = screen.distributions["inverted"], RATES.index(0.4)
    for at in (8, 20):
        middle = float(shown.edges[at : at + 2].mean())
        page.mouse.move(*spot(page, 1, middle))
        heading, rows = tip(page)
        assert number(heading.split()[-1]) == pytest.approx(middle, rel=0.01, abs=1e-9)
        expected = {
            "training": shown.train[here][at],
            "test": shown.test[min(here, len(shown.test) - 1)][at],
            "exactly 0 in training": shown.masses["train"].share[here],
            "exactly 0 at test": shown.masses["test"].share[here],
        }
        assert rows.keys() == {name for name, share in expected.items() if share > 0 or " 0 " not in name}
        for name, text in rows.items():
            assert number(text) == pytest.approx(expected[name], rel=6e-4), (at, name)
    page.keyboard.press("Escape")
    expect_no_tip(page)
    page.mouse.move(*spot(page, 1, middle, 0.3))
    tip(page)
    page.mouse.move(5, 5)
    expect_no_tip(page)
    page.mouse.move(*spot(page, 0, middle))
    tip(page)
    page.mouse.wheel(0, 40)  # what it stands beside has gone
    expect_no_tip(page)


def test_a_unit_says_its_arithmetic(page, opened, screen):
    opened(page, "/?rate=0.5")
    row = page.locator("svg[data-units=inverted]")
    box, units = row.bounding_box(), screen.units
    dropped = units.dropped_at <= RATES.index(0.5)
    assert 0 < dropped.sum() < len(dropped)
    for column in (int(np.argmax(~dropped)), int(np.argmax(dropped & (units.activation != 0)))):
        x = box["x"] + box["width"] * (column + 0.5) / len(dropped)
        page.mouse.click(x, box["y"] + box["height"] / 2)
        heading, rows = tip(page)
        assert heading.startswith(f"unit {column + 1}:")
        train = re.fullmatch(r"(\S+) × ([01]) ÷ 0\.5 = (\S+)", rows["training"])
        activation, mask, output = map(number, train.groups())
        kept = 0 if dropped[column] else 1
        assert (activation, mask) == (pytest.approx(units.activation[column], rel=5.1e-4, abs=1e-5), kept)
        assert output == pytest.approx(units.activation[column] * kept / 0.5, rel=5.1e-4, abs=1e-5)
        assert [number(part) for part in rows["test"].split(" = ")] == [activation] * 2
    page.keyboard.press("ArrowRight")
    assert tip(page)[0].startswith(f"unit {column + 2}:")
    assert row.get_attribute("aria-valuenow") == str(column + 2)
    page.keyboard.press("ArrowLeft")
    assert (heading, rows) == tip(page)
    said = row.get_attribute("aria-valuetext").replace("\N{NO-BREAK SPACE}", " ")
    assert rows["training"] in said
    page.keyboard.press("Escape")
    expect_no_tip(page)
    page.keyboard.press("Enter")
    assert (heading, rows) == tip(page)


# ---- the line that is dragged ---------------------------------------------------------------------------------------


def test_the_line_is_dragged_in_a_panel_and_the_address_hears_of_the_end(page, opened):
    opened(page, "/?view=full")
    unfold(page)
    value, text = page.locator(".dv-value"), page.locator("[data-text=inverted-train-variance]")
    before = text.inner_text()
    page.mouse.move(*spot(page, 3, 0.3))
    page.mouse.down()
    for rate in (0.4, 0.52, 0.6):
        page.mouse.move(*spot(page, 3, rate))
        expect(value).to_have_text(f"{rate:.2f}")
        assert tip(page)[0] == f"dropout rate {rate:g}"
    assert page.locator(".dv-range").input_value() == "60"
    assert text.inner_text() != before
    lines = page.locator(".dv-cursor")
    assert lines.count() == 3
    for panel in range(2, 5):
        x = lines.nth(panel - 2).bounding_box()["x"]
        assert x == pytest.approx(spot(page, panel, 0.6)[0], abs=1.0)
    page.mouse.move(*[part + 300 for part in spot(page, 3, 0.7)])  # out of the panel: it is held
    expect(value).to_have_text("0.95")
    page.mouse.move(*spot(page, 3, 0.6))
    expect(value).to_have_text("0.60")
    page.wait_for_timeout(300)
    assert "rate=" not in page.url
    page.mouse.up()
    page.wait_for_url(re.compile(r"rate=0\.6\b"))
    page.go_back()
    expect(value).to_have_text("0.30")


def test_the_line_is_moved_by_keys(page, opened):
    opened(page, "/?view=full")
    value, line = page.locator(".dv-value"), grip(page, 2)
    line.focus()
    for key, rate in (
        ("ArrowRight", 0.31),
        ("Shift+ArrowUp", 0.41),
        ("ArrowDown", 0.4),
        ("Shift+ArrowLeft", 0.3),
    ):
        page.keyboard.press(key)
        expect(value).to_have_text(f"{rate:.2f}")
        assert tip(page)[0] == f"dropout rate {rate:g}"
        assert line.get_attribute("aria-valuenow") == f"{rate:g}"
        assert line.get_attribute("aria-valuetext") == f"dropout rate {rate:.2f}"
    page.keyboard.press("Escape")
    expect_no_tip(page)
    page.keyboard.press("Shift+ArrowRight")
    page.wait_for_url(re.compile(r"rate=0\.4\b"))
    page.keyboard.press("Tab")
    expect_no_tip(page)


SCROLLED = "document.querySelector('[data-testid=stMain]').scrollTop"


def test_on_a_phone_a_tap_says_a_move_sideways_drags_and_one_upwards_scrolls(phone, opened):
    opened(phone, "/?view=full")
    value, touch = phone.locator(".dv-value"), phone.context.new_cdp_session(phone)

    def finger(kind, *places):
        for x, y in places:
            touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})

    def lift():
        touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

    grip(phone, 0).scroll_into_view_if_needed()
    finger("touchStart", spot(phone, 0, 1.0))
    lift()
    assert "test" in tip(phone)[1]
    grip(phone, 3).evaluate("node => node.scrollIntoView({ block: 'center' })")
    expect_no_tip(phone)
    finger("touchStart", spot(phone, 3, 0.6))
    lift()
    assert tip(phone)[0] == "dropout rate 0.6"
    assert value.inner_text() == "0.30"

    finger("touchStart", spot(phone, 3, 0.4))
    finger("touchMove", *(spot(phone, 3, rate) for rate in (0.42, 0.45, 0.5, 0.55)))
    expect(value).to_have_text("0.55")
    assert "rate=" not in phone.url
    lift()
    phone.wait_for_url(re.compile(r"rate=0\.55\b"))

    x, y = spot(phone, 3, 0.2)
    before = phone.evaluate(SCROLLED)
    finger("touchStart", (x, y))
    finger("touchMove", *((x, y - 15 * step) for step in range(1, 9)))
    lift()
    phone.wait_for_function(f"{SCROLLED} > {before + 60}")
    expect_no_tip(phone)
    phone.wait_for_timeout(300)
    assert value.inner_text() == "0.55"
