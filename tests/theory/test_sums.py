"""Moments of sums: those over all masks and all values, and errors that are fair only where something decides them."""

import itertools
import math

import numpy as np
import pytest

from dropviz.theory.law import law_of
from dropviz.theory.measured import Empirical
from dropviz.theory.sums import fair_by_variance, inverted_mask_moments, masked_moments, moments_of_sum

RATES = np.array([0.0, 0.1, 0.5, 0.95])


def test_moments_of_a_sum_are_those_over_all_masks():
    terms = np.array([1.0, -2.0, 0.5, 3.0])
    masks = np.array(list(itertools.product((0.0, 1.0), repeat=len(terms))))
    found = moments_of_sum(terms, inverted_mask_moments(RATES))
    for at, rate in enumerate(RATES):
        keep, kept = 1.0 - rate, masks.sum(axis=1)
        chance, away = keep**kept * rate ** (len(terms) - kept), masks @ terms / keep - terms.sum()
        for p, moment in enumerate(found[:, at]):
            assert moment == pytest.approx((chance * away**p).sum(), rel=1e-10, abs=1e-12)


def test_moments_of_a_masked_input_are_those_over_values_and_masks():
    values = np.array([-1.0, 2.0, 5.0])
    law = law_of(Empirical(values))
    found = masked_moments(law, RATES)
    for at, rate in enumerate(RATES):
        mean = (1.0 - rate) * values.mean()
        for p, moment in enumerate(found[:, at]):
            all_of_them = (1.0 - rate) * ((values - mean) ** p).mean() + rate * (-mean) ** p
            assert law.size**p * moment == pytest.approx(all_of_them, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(
    ("rate", "fair"), [(0.0, True), (0.01, False), (0.2, True), (0.5, False), (0.8, True)]
)
def test_the_error_of_one_mask_is_fair_where_neither_value_is_rare_nor_both_are_as_far(rate, fair):
    assert fair_by_variance(inverted_mask_moments(rate), 4000).tolist() == [fair]


def test_many_terms_are_nearly_normal():
    moments = moments_of_sum(np.ones(4096), inverted_mask_moments([0.3]))[:, 0]
    for p in (4, 6, 8):
        normal = math.prod(range(1, p, 2))
        assert moments[p] / moments[2] ** (p / 2) == pytest.approx(normal, rel=0.02)
