"""Panels of curves: their axes hold all that is to be seen, end on round numbers, and hold still."""

import math

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.everything import explorer_live
from dropviz.figures.panels.curves import Curves, held, over
from dropviz.live.panels import SMALLEST_DRAWN, Line
from dropviz.numbers.estimate import Estimate
from dropviz.simulation.first_screen import first_look

X = np.linspace(0.0, 0.95, 96)
RANGES = [
    (center - size / 2, center + size / 2)
    for size in np.random.default_rng(0).uniform(1.0, 10.0, 40) * 10.0 ** np.arange(-20, 20)
    for center in (0.0, 0.37 * size, -12.3 * size)
]


def panel(*values, **settings):
    lines = [Line(f"line {at}", "other", Estimate(np.asarray(one))) for at, one in enumerate(values)]
    (drawn,) = over(X, [Curves("title", "y", lines, **settings)], 118)
    return drawn


def steps(low, high):
    """The round numbers, between a fiftieth and a twentieth of the range, of which both its ends are multiples."""
    size = high - low
    powers = 10.0 ** (math.floor(math.log10(size)) + np.array([-2, -1]))
    fitting = [factor * power for power in powers for factor in (1.0, 2.0, 5.0)]
    return [
        step
        for step in fitting
        if 0.018 <= step / size <= 0.0501
        and all(abs(end / step - round(end / step)) < 1e-6 for end in (low, high))
    ]


# ---- held -----------------------------------------------------------------------------------------------------------


def test_held_ends_contain_the_range_are_round_and_not_far():
    for low, high in RANGES:
        wide = held(low, high)
        size = high - low
        assert wide[0] <= low + 1e-6 * size
        assert wide[1] >= high - 1e-6 * size
        assert wide[1] - wide[0] <= 1.1 * size
        assert steps(*wide)


def test_held_ends_are_written_with_few_digits():
    for low, high in RANGES:
        for end in held(low, high):
            assert float(f"{end:.4g}") == pytest.approx(end, rel=1e-12, abs=0.0)


def test_held_ends_hold_still_for_small_changes():
    moved = [
        held(low, high) != held(low + share * (high - low), high - share * (high - low))
        for low, high in RANGES
        for share in (0.0005, -0.0005)
    ]
    assert np.mean(moved) < 0.1
    assert held(-0.013, 0.577) == held(-0.0131, 0.5775) == held(-0.0199, 0.5601)


# ---- axes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("log", [False, True])
@pytest.mark.parametrize("size", [1e-12, 1.0, 1e12])
def test_an_axis_contains_every_value_and_room_for_names_above(log, size):
    rises, falls = size * (1.0 + X), size / (1.0 + X)
    y = panel(rises, falls, log=log).y
    assert y.log == log
    assert y.low < min(rises.min(), falls.min())
    assert y.share(np.array([rises.max()]))[0] < 0.92
    ends = np.log10([y.low, y.high]) if log else np.array([y.low, y.high])
    assert steps(*ends)


def test_an_axis_reaches_for_simulated_points_that_strayed_but_not_for_its_caps():
    points = np.where(np.arange(96) == 50, 3.0, 1.0)
    line = Line("line", "other", Estimate(1.0 + 0.1 * X, points, np.full(96, 0.1)))
    assert over(X, [Curves("t", "y", [line])], 118)[0].y.high > 3.0
    assert over(X, [Curves("t", "y", [line], limits=(0.0, 2.0))], 118)[0].y.high < 2.0


def test_caps_bound_the_axis_and_not_the_line():
    with np.errstate(divide="ignore"):
        steep = 1.0 / X
    drawn = panel(steep, np.ones(96), log=True, limits=(0.5, 30.0))
    assert 30.0 <= drawn.y.high < 60.0
    (line, _) = drawn.marks
    np.testing.assert_array_equal(line.estimate.exact, steep)


def test_a_level_line_has_room_on_both_sides_and_0_is_the_floor_of_what_is_positive():
    y = panel(np.full(96, 2.0)).y
    assert y.low < 2.0 < y.high
    assert panel(np.zeros(96)).y.low < 0.0 < panel(np.zeros(96)).y.high
    assert -0.2 < panel(1.0 - 0.9 * X).y.low <= 0.0
    assert panel(np.full(96, -2.0) - X).y.high < 0.0


def test_what_the_browser_cannot_draw_counts_as_0():
    assert panel(np.full(96, 0.1 * SMALLEST_DRAWN)).y == panel(np.zeros(96)).y


def test_nothing_known_gives_an_axis_without_ticks():
    for log in (False, True):
        drawn = panel(np.full(96, np.nan), log=log)
        assert drawn.y.ticks == ()
        assert math.isfinite(drawn.y.low)
        assert drawn.y.low < drawn.y.high
        assert drawn.labels.wide == drawn.labels.narrow == ()
    assert panel(np.ones(96)).y.ticks is None


def test_the_panel_stands_over_the_places_of_the_slider_with_a_hair_on_both_sides():
    drawn = panel(X)
    assert drawn.over
    assert drawn.x.low == pytest.approx(-0.015 * 0.95)
    assert drawn.x.high == pytest.approx(0.95 + 0.015 * 0.95)
    (single,) = over(np.array([3.0]), [Curves("t", "y", [Line("one", "other", Estimate(np.ones(1)))])], 118)
    assert single.x.low < 3.0 < single.x.high


def test_of_lines_on_one_another_each_is_thinner_than_the_one_below_and_their_points_alternate():
    lines = [
        Line("a train", "standard", Estimate(X)),
        Line("a test", "standard", Estimate(X), dashed=True),
        Line("b", "inverted", Estimate(X)),
        Line("c", "other", Estimate(1.0 - X), dashed=True),
    ]
    drawn = over(X, [Curves("t", "y", lines)], 118)[0].marks
    assert [line.name for line in drawn] == ["a train", "a test", "b", "c"]
    assert drawn[0].width > drawn[1].width > drawn[2].width == drawn[3].width == 2
    assert [line.inside for line in drawn] == [False, True, False, False]  # only what lies on its own colour
    assert [line.turn for line in drawn] == pytest.approx([0.0, 1 / 3, 2 / 3, 0.0])


def test_the_casing_of_many_lines_stays_a_line():
    lines = [Line(f"line {at}", "other", Estimate(X)) for at in range(12)]
    drawn = over(X, [Curves("t", "y", lines)], 118)[0].marks
    widths = [line.width for line in drawn]
    assert widths == sorted(widths, reverse=True)
    assert max(widths) <= 6


def test_names_have_room_beside_the_panel():
    lines = [Line("a name", "other", Estimate(X)), Line("a longer name", "other", Estimate(1.0 - X))]
    (drawn,) = over(X, [Curves("t", "y", lines)], 118)
    longest = max(len(line) for label in drawn.labels.wide for line in label.lines)
    assert drawn.right >= 5 * longest + 10
    assert panel(np.full(96, np.nan)).right == 10


def test_wide_letters_have_more_room():
    narrow, wide = (
        over(X, [Curves("t", "y", [Line(name, "other", Estimate(X))])], 118)[0].right
        for name in ("illicitly", "RMSNormMW")
    )
    assert wide >= narrow + 0.4 * 9 * 5


def test_another_draw_finds_the_same_axes():
    seen = set()
    for seed in range(4):
        sweep = dv.sweep(dv.SweepConfig(dv.Normal(relu=True), units=50_000, seed=seed))
        panels = explorer_live(first_look(sweep)).panels
        seen.add(tuple((one.x.low, one.x.high, one.y.low, one.y.high) for one in panels))
    assert len(seen) == 1
