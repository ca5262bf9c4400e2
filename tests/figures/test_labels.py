"""Direct labels cover nothing where there is room, and never one another."""

import itertools

import numpy as np
import pytest

from dropviz.figures.panels.labels import LETTER, LINE_HEIGHT, Curve, direct_labels

SIZE = (250.0, 118.0)  # of a panel of the first screen, pixels
X = np.linspace(0.0, 1.0, 96)
FAMILIES = {
    "apart": {"one": 0.0 * X + 0.9, "two": 0.1 + 0.0 * X},
    "fan": {"standard train": 0.5 - 0.3 * X, "standard test": 0.5 - 0.5 * X, "inverted train": 0.5 + 0.5 * X},
    "steep": {"fast": 1e3 ** (X - 1.0), "slow": 0.0 * X},
    "narrow": {"upper": 0.53 + 0.0 * X, "middle": 0.5 + 0.0 * X, "lower": 0.47 + 0.0 * X},
    "crossing": {"falls": 1.0 - X, "rises": X, "level": 0.5 + 0.0 * X},
    "twice": {"a train": X, "a test": X, "b train": 1.0 - X, "b test": 1.0 - X},
}


def labels(family):
    curves = [Curve(name, "#000000", X, y) for name, y in FAMILIES[family].items()]
    return direct_labels(curves, (0.0, 1.0), (0.0, 1.0), SIZE, ("x", "y"))


def center(note):
    """Pixels of the middle of a label, which a line may lead from."""
    x, y = (note["ax"], note["ay"]) if note["showarrow"] else (note["x"], note["y"])
    return np.array([x * SIZE[0], y * SIZE[1]])


def half(note):
    return np.array([LETTER * len(note["text"]), LINE_HEIGHT]) / 2


@pytest.mark.parametrize("family", FAMILIES)
def test_labels_cover_no_curve_and_no_label_and_stay_inside(family):
    notes = labels(family)
    fine = np.linspace(0.0, 1.0, 2000)
    for note in notes:
        assert (center(note) - half(note) >= -1e-9).all()
        assert (center(note) + half(note) <= np.array(SIZE) + 1e-9).all()
        for y in FAMILIES[family].values():
            path = np.column_stack((fine * SIZE[0], np.interp(fine, X, y) * SIZE[1]))
            assert not (np.abs(path - center(note)) < half(note) - 1.0).all(axis=1).any(), note["text"]
    for one, other in itertools.combinations(notes, 2):
        assert (np.abs(center(one) - center(other)) >= half(one) + half(other) - 1e-9).any()


@pytest.mark.parametrize("family", FAMILIES)
def test_a_label_is_nearest_to_its_own_curve_or_a_line_leads_there(family):
    for note in labels(family):
        reach = {}
        for name, y in FAMILIES[family].items():
            path = np.column_stack((X * SIZE[0], y * SIZE[1]))
            outside = np.maximum(np.abs(path - center(note)) - half(note), 0.0)
            reach[name] = float(np.hypot(*outside.T).min())
        own = next(name for name in reach if name.startswith(note["text"]))
        if note["showarrow"]:
            tip = np.interp(note["x"], X, FAMILIES[family][own])
            assert note["y"] == pytest.approx(tip, abs=0.02)
        else:
            assert reach[own] <= min(reach.values()) + 1e-9


def test_both_cases_occur():
    pointed = [note["showarrow"] for family in FAMILIES for note in labels(family)]
    assert {True, False} == set(pointed)


def test_curves_on_one_another_share_a_name():
    assert [note["text"] for note in labels("twice")] == ["a", "b"]


def test_curves_that_meet_only_where_the_panel_shows_them_do_not_share_a_name():
    curves = [Curve(name, "#000000", X, factor * X**4) for name, factor in (("a", 1e3), ("b", 2e3))]
    assert [note["text"] for note in direct_labels(curves, (0, 1), (-1.0, 1.0), SIZE, ("x", "y"))] == [
        "a",
        "b",
    ]


def test_a_curve_that_the_panel_does_not_show_has_no_label():
    assert direct_labels([Curve("away", "#000000", X, 2.0 + X)], (0, 1), (0, 1), SIZE, ("x", "y")) == []
    assert direct_labels([], (0, 1), (0, 1), SIZE, ("x", "y")) == []
