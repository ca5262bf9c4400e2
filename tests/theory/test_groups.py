"""Masks shared by groups: the closed forms against all masks, and that a group of one is an element."""

import itertools

import numpy as np
import pytest

from dropviz.theory.groups import covariance_error, group_covariance, group_square_product

RATES = np.array([0.0, 0.1, 0.3, 0.5, 0.95])
SUMS, OTHERS = np.array([1.0, -2.0, 0.5, 3.0]), np.array([0.3, 1.0, 2.0, -0.7])


def over_all_masks(rate, what):
    """The expected value of ``what`` of both units' z, from all 2⁴ masks."""
    keep, total = 1.0 - rate, 0.0
    for mask in itertools.product((0.0, 1.0), repeat=len(SUMS)):
        kept = np.array(mask)
        chance = keep ** kept.sum() * rate ** (len(kept) - kept.sum())
        total += chance * what(kept @ SUMS / keep - SUMS.sum(), kept @ OTHERS / keep - OTHERS.sum())
    return total


@pytest.mark.parametrize(
    ("closed", "others", "what"),
    [
        (group_covariance, SUMS, lambda x, _: x * x),
        (group_covariance, OTHERS, lambda x, y: x * y),
        (group_square_product, OTHERS, lambda x, y: x * x * y * y),
        (group_square_product, SUMS, lambda x, _: x**4),
    ],
)
def test_a_closed_form_is_the_average_over_all_masks(closed, others, what):
    found = closed(RATES, SUMS, others)
    np.testing.assert_allclose(found, [over_all_masks(rate, what) for rate in RATES], rtol=1e-12, atol=1e-13)


def test_a_path_of_one_group_scatters_by_the_root_of_rate_over_keep():
    np.testing.assert_allclose(
        np.sqrt(group_covariance(RATES, [2.5], [2.5])), 2.5 * np.sqrt(RATES / (1 - RATES))
    )


def test_the_error_of_a_covariance_is_that_of_many_samples():
    rng, rate, count = np.random.default_rng(1), 0.5, 20
    kept = (rng.random((4000, count, len(SUMS))) >= rate) / (1.0 - rate)
    x, y = kept @ SUMS, kept @ OTHERS
    seen = ((x - x.mean(axis=1, keepdims=True)) * (y - y.mean(axis=1, keepdims=True))).sum(axis=1) / (
        count - 1
    )
    variances = group_covariance(rate, SUMS, SUMS) * group_covariance(rate, OTHERS, OTHERS)
    covariance = group_covariance(rate, SUMS, OTHERS)
    (error,) = covariance_error(group_square_product(rate, SUMS, OTHERS), covariance, variances, count)
    assert seen.std() == pytest.approx(error, rel=0.05)


@pytest.mark.parametrize("rate", [1.0, -0.1, np.nan])
def test_a_rate_out_of_range_is_refused(rate):
    with pytest.raises(ValueError, match="rate must be"):
        group_covariance(rate, SUMS, SUMS)


def test_the_error_of_a_covariance_of_few_pairs():
    # (E[x²y²] − Cov²·(n − 2)/(n − 1) + Var·Var'/(n − 1))/n of n = 3 and 2, and of what rounding left below 0
    product, covariance, variances = (np.array([each]) for each in (5.0, 2.0, 6.0))
    assert covariance_error(product, covariance, variances, 3) == pytest.approx(
        np.sqrt((5.0 - 2.0 + 3.0) / 3)
    )
    assert covariance_error(product, covariance, variances, 2) == pytest.approx(np.sqrt((5.0 + 6.0) / 2))
    assert covariance_error(np.zeros(1), covariance, np.zeros(1), 9) == 0.0
