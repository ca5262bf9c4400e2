"""Direct labels cover nothing where there is room, never one another, and say "=" only of what is equal."""

import itertools
from functools import partial

import numpy as np
import pytest

from dropviz.figures.panels.labels import (
    GUTTER,
    LETTER,
    LINE_HEIGHT,
    NARROW,
    SIDES,
    TIP_LINE,
    WIDE,
    WRAP,
    direct_labels,
    tip_labels,
)
from dropviz.live.panels import Axis

HEIGHT, ACROSS = 118.0, 3  # of a panel of the first screen, pixels
SIZES = {
    "wide": np.array([(WIDE - (ACROSS - 1) * GUTTER) / ACROSS - SIDES, HEIGHT]),
    "narrow": np.array([NARROW - SIDES, HEIGHT]),
}
X = np.linspace(0.0, 1.0, 96)
UNIT = Axis("x", 0.0, 1.0)
FAMILIES = {
    "apart": {"one": 0.0 * X + 0.9, "two": 0.1 + 0.0 * X},
    "fan": {"standard train": 0.5 - 0.3 * X, "standard test": 0.5 - 0.5 * X, "inverted train": 0.5 + 0.5 * X},
    "steep": {"fast": 1e3 ** (X - 1.0), "slow": 0.0 * X},
    "narrow": {"upper": 0.53 + 0.0 * X, "middle": 0.5 + 0.0 * X, "lower": 0.47 + 0.0 * X},
    "crossing": {"falls": 1.0 - X, "rises": X, "level": 0.5 + 0.0 * X},
    "twice": {"a train": X, "a test": X, "b train": 1.0 - X, "b test": 1.0 - X},
}
at_one_place = np.arange(96) == 40
in_both = partial(pytest.mark.parametrize, "size")(SIZES)


def placed(curves, y=UNIT):
    return direct_labels(
        [(name, "other", X, values) for name, values in curves.items()], UNIT, y, HEIGHT, ACROSS
    )


def labels(family, size):
    return getattr(placed(FAMILIES[family]), size)


def texts(curves, y=UNIT):
    """What the labels of the curves say, in both sizes the same."""
    found = placed(curves, y)
    wide, narrow = ([" ".join(label.lines) for label in side] for side in (found.wide, found.narrow))
    assert wide == narrow
    return wide


def center(label, size):
    return np.array([label.x, label.y]) * SIZES[size]


def half(label):
    return (
        np.array([LETTER * max(map(len, label.lines)), LINE_HEIGHT + TIP_LINE * (len(label.lines) - 1)]) / 2
    )


@in_both
@pytest.mark.parametrize("family", FAMILIES)
def test_labels_cover_no_curve_and_no_label_and_stay_inside(family, size):
    notes = labels(family, size)
    fine = np.linspace(0.0, 1.0, 2000)
    for note in notes:
        middle = center(note, size)
        assert (middle - half(note) >= -1e-9).all()
        assert (middle + half(note) <= SIZES[size] + 1e-9).all()
        for y in FAMILIES[family].values():
            path = np.column_stack((fine, np.interp(fine, X, y))) * SIZES[size]
            assert not (np.abs(path - middle) < half(note) - 1.0).all(axis=1).any(), note.lines
    for one, other in itertools.combinations(notes, 2):
        apart = np.abs(center(one, size) - center(other, size))
        assert (apart >= half(one) + half(other) - 1e-9).any()


@in_both
@pytest.mark.parametrize("family", FAMILIES)
def test_a_label_is_nearest_to_its_own_curve_or_a_line_leads_there(family, size):
    for note in labels(family, size):
        reach = {}
        for name, y in FAMILIES[family].items():
            path = np.column_stack((X, y)) * SIZES[size]
            outside = np.maximum(np.abs(path - center(note, size)) - half(note), 0.0)
            reach[name] = float(np.hypot(*outside.T).min())
        own = next(name for name in reach if name.startswith(note.lines[0]))
        if note.tip:
            assert note.tip[1] == pytest.approx(np.interp(note.tip[0], X, FAMILIES[family][own]), abs=0.02)
        else:
            assert reach[own] <= min(reach.values()) + 1e-9


def test_both_cases_occur():
    pointed = [note.tip is not None for family in FAMILIES for size in SIZES for note in labels(family, size)]
    assert {True, False} == set(pointed)


# ---- curves on one another ------------------------------------------------------------------------------------------


def test_one_strategy_in_both_phases_loses_its_phases():
    assert texts(FAMILIES["twice"]) == ["a", "b"]
    assert texts({"a train": X, "b train": X, "a test": X}) == ["a = b train"]
    assert texts({"a train": X, "b train": X, "c test": X}) == ["a train = b train = c test"]


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (X, ["one = other"]),
        (X * (1.0 + 5e-10), ["one = other"]),
        (X + 5e-10, ["one = other"]),  # where the curve is 0: next to its largest value
        (X * (1.0 + 3e-9), ["one ≈ other"]),
        (X + 3e-9, ["one ≈ other"]),
        (X + 0.003, ["one ≈ other"]),
        (np.where(at_one_place, X + 1e-6, X), ["one ≈ other"]),
        (X + 0.1, ["one", "other"]),
        (np.where(at_one_place, X + 0.1, X), ["one", "other"]),
        (np.where(X < 0.5, X, np.nan), ["one", "other"]),
    ],
)
def test_equal_is_said_of_equal_values_and_nearly_equal_of_what_the_picture_cannot_part(other, said):
    assert texts({"one": X, "other": other}) == said


def test_curves_that_the_picture_cannot_part_keep_their_phases():
    assert texts({"a train": X, "a test": X + 1e-4}) == ["a train ≈ a test"]


def test_one_that_is_only_near_makes_the_whole_label_near():
    for order in itertools.permutations(("one", "same", "near")):
        values = {"one": X, "same": X, "near": X + 1e-4}
        assert texts({name: values[name] for name in order}) == [" ≈ ".join(order)]


def test_a_gap_at_the_same_places_is_equal_and_infinity_is_no_measure():
    with np.errstate(divide="ignore"):
        inverse = 1.0 / X
    gap = np.where(X < 0.3, np.nan, X)
    assert texts({"one": gap, "other": gap.copy()}) == ["one = other"]
    y = Axis("y", 0.5, 40.0, log=True)
    assert texts({"one": inverse, "other": inverse.copy()}, y) == ["one = other"]
    assert texts({"one": inverse, "other": inverse * (1.0 + 1e-7)}, y) == ["one ≈ other"]


def test_values_far_apart_on_a_huge_axis_are_not_equal():
    assert texts({"one": 1e-3 * X, "other": 2e-3 * X}, Axis("y", -1e6, 1e6)) == ["one ≈ other"]


def test_curves_that_meet_only_where_the_panel_shows_them_do_not_share_a_name():
    assert texts({"a": 1e3 * X**4, "b": 2e3 * X**4}, Axis("y", -1.0, 1.0)) == ["a", "b"]


def test_a_shared_label_has_the_colour_of_its_curves_or_none():
    named = [
        ("a train", "inverted", X, X),
        ("a test", "inverted", X, X),
        ("b", "none", X, 1 - X),
        ("c", "both", X, 1 - X),
    ]
    found = direct_labels(named, UNIT, UNIT, HEIGHT, ACROSS).wide
    assert [(label.lines, label.color) for label in found] == [(("a",), "inverted"), (("b = c",), "title")]


@in_both
def test_many_names_of_one_curve_stand_in_lines_and_all_are_said(size):
    names = [f"strategy number {number}" for number in range(6)]
    (label,) = getattr(placed(dict.fromkeys(names, X)), size)
    assert " ".join(label.lines) == " = ".join(names)
    assert len(label.lines) > 1
    assert LETTER * max(map(len, label.lines)) <= SIZES[size][0]
    assert all(not line.startswith(" ") for line in label.lines)
    middle = center(label, size)
    assert (middle - half(label) >= -1e-9).all()
    assert (middle + half(label) <= SIZES[size] + 1e-9).all()


def test_a_curve_that_the_panel_does_not_show_has_no_label():
    assert texts({"away": 2.0 + X}) == []
    assert texts({"undefined": np.full_like(X, np.nan)}) == []
    assert texts({}) == []


@in_both
def test_of_more_names_than_there_is_room_for_none_lies_on_another(size):
    fan = {f"a strategy with the number {number}": number / 20 + 0.0 * X for number in range(20)}
    notes = getattr(placed(fan), size)
    assert 3 < len(notes) < 20
    for one, other in itertools.combinations(notes, 2):
        apart = np.abs(center(one, size) - center(other, size))
        assert (apart >= half(one) + half(other) - 1e-9).any()


def test_a_logarithmic_axis_places_names_by_decades():
    (label,) = placed({"level": np.full_like(X, 10.0)}, Axis("y", 1.0, 100.0, log=True)).wide
    assert abs(label.y - 0.5) * HEIGHT < LINE_HEIGHT + 10


# ---- beside the panel -----------------------------------------------------------------------------------------------


def test_names_at_tips_stand_in_the_order_of_the_curves_apart_and_inside():
    tips = [
        (name, "other", 1.0, up)
        for name, up in (("low", 0.0), ("top", 1.0), ("middle", 0.98), ("third", 0.97))
    ]
    found = tip_labels(tips, 150.0)
    assert found.wide == found.narrow
    assert [label.lines[0] for label in found.wide] == ["low", "third", "middle", "top"]
    middles = np.array([label.y * 150.0 for label in found.wide])
    assert (np.diff(middles) >= TIP_LINE - 1e-9).all()
    assert middles[0] >= TIP_LINE / 2 - 1e-9
    assert middles[-1] <= 150.0 - TIP_LINE / 2 + 1e-9
    assert all(label.x > 1.0 and label.anchor == "start" for label in found.wide)


def test_a_long_name_at_a_tip_is_broken_between_words_but_not_at_an_arrow():
    (label,) = tip_labels([("inverted 0.5 → 0 and then some", "other", 1.0, 0.5)], 150.0).wide
    assert label.lines == ("inverted", "0.5\u00a0→\u00a00 and", "then some")
    assert max(map(len, label.lines)) <= WRAP
