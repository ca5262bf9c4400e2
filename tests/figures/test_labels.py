"""Names stand at the right ends of their curves, apart, and no thin line to a curve crosses another; "=" is true."""

import itertools

import numpy as np
import pytest

from dropviz.figures.panels.labels import ASIDE, LINE, WRAPS, coinciding, direct_labels, tip_labels
from dropviz.live.panels import Axis, Line
from dropviz.numbers.estimate import Estimate
from tests.figures.reading import ambiguous, crossing

HEIGHT = 118.0  # of a panel of the first screen, pixels
X = np.linspace(0.0, 1.0, 96)
UNIT = Axis("x", 0.0, 1.0)
FAMILIES = {
    "apart": {"one": 0.0 * X + 0.9, "two": 0.1 + 0.0 * X},
    "fan": {"standard train": 0.5 - 0.3 * X, "standard test": 0.5 - 0.5 * X, "inverted train": 0.5 + 0.5 * X},
    "steep": {"fast": 1e3 ** (X - 1.0), "slow": 0.0 * X},
    "narrow": {"upper": 0.53 + 0.0 * X, "middle": 0.5 + 0.0 * X, "lower": 0.47 + 0.0 * X},
    "crossing": {"falls": 1.0 - X, "rises": X, "level": 0.5 + 0.0 * X},
    "meeting": {"above": 1.0 - 0.5 * X, "below": 0.5 * X, "on the way": 0.5 + 0.0 * X},
    "leaving": {
        "early": 3.0 * X,
        "late": 1.5 * X,
        "down": 0.5 - X,
        "stays": 0.9 * X,
        "ends": np.where(X < 0.5, X, np.nan),
    },
    "all out at the top": {str(at): at * X for at in range(2, 8)},
}
at_one_place = np.arange(96) == 40


def lines_of(curves):
    return [Line(name, "other", Estimate(values)) for name, values in curves.items()]


def named(lines, y=UNIT, height=HEIGHT):
    return direct_labels(lines, coinciding(lines, y, height), X, y, height).wide


def texts(curves, y=UNIT):
    """What the labels of the curves say."""
    return [plain(label) for label in named(lines_of(curves), y)]


def plain(label):
    return " ".join(label.lines).replace("\u00a0", " ")


def overlapping(labels, height=HEIGHT):
    half = [LINE * len(label.lines) / 2 for label in labels]
    return [
        (plain(labels[one]), plain(labels[other]))
        for one, other in itertools.combinations(range(len(labels)), 2)
        if abs(labels[one].y - labels[other].y) * height < half[one] + half[other] - 1e-6
    ]


@pytest.mark.parametrize("width", [130.0, 240.0, 900.0])
@pytest.mark.parametrize("family", FAMILIES)
def test_each_name_stands_at_its_curve_or_a_line_leads_there_and_none_crosses(family, width):
    lines = lines_of(FAMILIES[family])
    labels = named(lines)
    assert len(labels) == len(lines)
    assert overlapping(labels) == []
    assert crossing(labels, width, HEIGHT) == []
    assert ambiguous(labels, {line.name: (X, line.estimate.exact) for line in lines}, width, HEIGHT) == []
    for label in labels:
        assert (label.x, label.anchor, label.aside) == (1.0, "start", ASIDE)
        half = LINE * len(label.lines) / 2 / HEIGHT
        assert half - 1e-9 <= label.y <= 1.0 - half + 1e-9


@pytest.mark.parametrize("seed", range(40))
def test_no_line_crosses_another_whatever_the_curves(seed):
    rng = np.random.default_rng(seed)
    count = int(rng.integers(2, 8))
    curves = {f"n{at}": rng.normal(0.5, 0.6) + rng.normal(0.0, 1.0) * X for at in range(count)}
    labels = named(lines_of(curves))
    assert overlapping(labels) == []
    assert crossing(labels, 240.0, HEIGHT) == []
    assert ambiguous(labels, {name: (X, values) for name, values in curves.items()}, 240.0, HEIGHT) == []


def test_both_cases_occur():
    pointed = [label.tip is not None for curves in FAMILIES.values() for label in named(lines_of(curves))]
    assert {True, False} == set(pointed)


def test_names_stand_in_the_order_in_which_their_curves_end():
    labels = named(lines_of(FAMILIES["narrow"]))
    assert [plain(label) for label in sorted(labels, key=lambda label: label.y)] == [
        "lower",
        "middle",
        "upper",
    ]
    assert np.mean([label.y for label in labels]) == pytest.approx(0.5)  # around where they belong


# ---- curves on one another ------------------------------------------------------------------------------------------


def test_one_strategy_in_both_phases_says_that_they_are_equal():
    twice = {"a train": X, "a test": X, "b train": 1.0 - X, "b test": 1.0 - X}
    assert texts(twice) == ["a: training = test", "b: training = test"]
    assert texts({"a in training": X, "a at test": X}) == ["a: training = test"]
    assert texts({"a at test": X, "b": X}) == ["a at test = b"]
    assert texts({"a train": X, "b test": X, "a test": X, "b train": X}) == ["a = b: training = test"]
    assert texts({"a train": X, "b train": X, "a test": X}) == ["a train = b train = a test"]
    assert texts({"a train": X, "b train": X, "c test": X}) == ["a train = b train = c test"]
    assert texts({"a train": X, "a test": X + 1e-4}) == ["a: training ≈ test"]


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
    assert texts({"a train": X, "b test": X + 1e-4}) == ["a train ≈ b test"]


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


def test_a_curve_that_the_panel_does_not_show_has_no_label():
    assert texts({"away": 2.0 + X}) == []
    assert texts({"undefined": np.full_like(X, np.nan)}) == []
    assert texts({}) == []


def test_a_shared_label_has_the_colour_of_its_curves_or_none():
    found = [
        ("a train", "inverted", X),
        ("a test", "inverted", X),
        ("b", "none", 1 - X),
        ("c", "both", 1 - X),
    ]
    labels = named([Line(name, color, Estimate(values)) for name, color, values in found])
    assert [(plain(label), label.color) for label in labels] == [
        ("a: training = test", "inverted"),
        ("b = c", "title"),
    ]


def test_many_names_of_one_curve_stand_in_lines_and_all_are_said():
    names = [f"strategy number {number}" for number in range(6)]
    (label,) = named(lines_of(dict.fromkeys(names, X)))
    assert plain(label) == " = ".join(names)
    assert len(label.lines) > 1
    assert all(line == line.strip() for line in label.lines)
    assert all(line.startswith("=") or at == 0 or "=" not in line for at, line in enumerate(label.lines))


def test_of_more_names_than_there_is_room_for_none_lies_on_another():
    labels = named(lines_of({f"strategy {at}": at / 20 + 0.0 * X for at in range(20)}))
    assert 3 < len(labels) < 20
    assert overlapping(labels) == []


def test_a_logarithmic_axis_places_names_by_decades():
    (label,) = named(lines_of({"level": np.full_like(X, 10.0)}), Axis("y", 1.0, 100.0, log=True))
    assert label.y == pytest.approx(0.5)


# ---- beside the panel -----------------------------------------------------------------------------------------------


def test_names_at_tips_stand_in_the_order_of_the_curves_apart_and_inside():
    tips = [
        (name, "other", 1.0, up)
        for name, up in (("low", 0.0), ("top", 1.0), ("middle", 0.98), ("third", 0.97))
    ]
    found = tip_labels(tips, 150.0)
    assert found.wide == found.narrow
    rising = sorted(found.wide, key=lambda label: label.y)
    assert [label.lines[0] for label in rising] == ["low", "third", "middle", "top"]
    middles = np.array([label.y * 150.0 for label in rising])
    assert (np.diff(middles) >= LINE - 1e-9).all()
    assert middles[0] >= LINE / 2 - 1e-9
    assert middles[-1] <= 150.0 - LINE / 2 + 1e-9
    assert all(label.x == 1.0 and label.aside > 0.0 and label.anchor == "start" for label in found.wide)


def test_a_long_name_at_a_tip_is_broken_between_words_but_not_at_an_arrow():
    (label,) = tip_labels([("inverted 0.5 → 0 and then some", "other", 1.0, 0.5)], 150.0).wide
    assert label.lines == ("inverted", "0.5\u00a0→\u00a00 and", "then some")
    assert max(map(len, label.lines)) <= WRAPS[0]
