"""Shared masks, drawn: the sentence has the numbers of the closed forms, a path its two values."""

import numpy as np
import pytest

from dropviz.figures.where.groups import groups_live
from dropviz.live.panels import Stem
from dropviz.numbers.written import plain
from dropviz.simulation.where.groups import GroupsConfig, grouped
from tests.figures.reading import exact, named

FOUND = grouped(GroupsConfig())
LIVE = groups_live(FOUND)


@pytest.mark.parametrize("at", [1, 30, 95])
def test_the_sentence_says_the_mean_and_the_three_spreads(at):
    said = LIVE.texts["finding"][at]
    assert plain(FOUND.tested, 3) in said
    for spread in FOUND.exact_deviation[:3, at]:
        assert f"± {plain(spread, 2)}" in said


def test_at_rate_0_there_is_no_spread():
    assert LIVE.texts["finding"][0] == f"Every mask gives the same z, {plain(FOUND.tested, 3)}."


def test_one_input_and_no_activation_have_true_sentences():
    for seed in (0, 4):  # the one input of seed 4 is 0
        found = grouped(GroupsConfig(channels=1, places=1, seed=seed))
        said = groups_live(found).texts["finding"]
        assert all(text.startswith("Every mask") for text in said) == (found.tested == 0.0)
        assert not any("per channel" in text for text in said)


def test_a_path_has_two_values_whose_shares_are_keep_and_rate():
    drawn = LIVE.panels[0]
    kept, dropped = named(drawn, Stem, "path kept"), named(drawn, Stem, "path dropped")
    np.testing.assert_allclose(kept.at, FOUND.tested / (1.0 - np.asarray(LIVE.rates)))
    assert kept.share[40] == pytest.approx(60.0)  # also where that is cut
    assert dropped.share[30] == pytest.approx(30.0)
    assert "30 % at 0, 70 % at" in LIVE.texts["path"][30]


def test_the_spread_is_drawn_of_every_kind():
    panel = LIVE.panels[1]
    for at, kind in enumerate(("element", "channel", "path", "weight")):
        np.testing.assert_array_equal(exact(panel, kind), FOUND.exact_deviation[at])
