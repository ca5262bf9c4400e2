"""Attention and branches, drawn: the sentence has the spread of the sum, and the sum of a branch no one factor."""

import numpy as np
import pytest

from dropviz.figures.where.residual import residual_live
from dropviz.live.panels import Path
from dropviz.numbers.written import plain
from dropviz.simulation.where.residual import ResidualConfig, attended
from tests.figures.reading import exact, named

FOUND = attended(ResidualConfig())
LIVE = residual_live(FOUND)


@pytest.mark.parametrize("at", [1, 30, 95])
def test_the_sentence_says_the_spread(at):
    assert f"is 1 ± {plain(FOUND.exact_deviation[at], 2)}." in LIVE.texts["finding"][at]


def test_rate_0_has_sentences_of_its_own():
    assert "±" not in LIVE.texts["finding"][0]
    assert LIVE.texts["branch"][0].endswith("no factor is needed.")


def test_the_sum_of_a_branch_needs_another_factor_for_every_share():
    assert "× 0.940 where f is 20 % of it, 0.850 where f is 50 % of it, 0.760" in LIVE.texts["branch"][30]
    branches = LIVE.panels[2]
    for at, share in enumerate((20, 50, 80)):
        np.testing.assert_array_equal(exact(branches, f"f is {share} %"), FOUND.exact_branch[at])


def test_test_stands_at_1_and_rows_lie_between_the_two_ends():
    sums, deviation = LIVE.panels[:2]
    assert named(sums, Path, "test").x.tolist() == [1.0, 1.0]
    assert (exact(deviation, "all alike") <= exact(deviation, "this row")).all()
    assert (exact(deviation, "this row") <= exact(deviation, "one key")).all()
