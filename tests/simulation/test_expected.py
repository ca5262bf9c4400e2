"""What the law decides of a sweep: factors, exact values and errors, before anything is drawn."""

import numpy as np
import pytest

import dropviz as dv
from dropviz.simulation.expected import errors_of_one, expected, kept_gap
from dropviz.theory.strategies import strategies

RATES, ALL = (0.0, 0.3, 0.95), tuple(strategies())
SOURCES = [dv.Normal(-0.4, 1.3, relu=True), dv.Constant(2.0), dv.Empirical([0.0, 1.0, 5.0])]


@pytest.mark.parametrize("source", SOURCES)
def test_the_moments_are_those_of_all_masks_of_one_unit(source):
    """E over m ∈ {0, 1} of m·a·t, and its variance by E[x²] − E[x]²."""
    law, r = expected(source, RATES, ALL), np.array(RATES)
    mu, square = source.exact_mean, source.exact_variance + source.exact_mean**2
    train, test = law.scales[:, 0], law.scales[:, 1]
    for column, mean, second in (
        (0, train * (1 - r) * mu, train**2 * (1 - r) * square),
        (1, test * mu, test**2 * square),
    ):
        np.testing.assert_allclose(law.mean[:, column], mean, rtol=1e-12)
        np.testing.assert_allclose(law.variance[:, column], second - mean**2, rtol=1e-9, atol=1e-12)


def test_the_factors_are_those_of_the_table():
    scales = expected(SOURCES[0], RATES, ALL).scales
    for (train, test), row in zip(scales, strategies().values(), strict=True):
        np.testing.assert_array_equal(train, row.train_scale(np.array(RATES)))
        np.testing.assert_array_equal(test, row.test_scale(np.array(RATES)))


@pytest.mark.parametrize("source", SOURCES)
def test_errors_fall_with_the_root_of_the_units_and_means_err_by_their_own_deviation(source):
    few, many = (errors_of_one(source, RATES, ALL, units) for units in (10_000, 1_000_000))
    law = expected(source, RATES, ALL)
    np.testing.assert_allclose(few["mean_se"], np.sqrt(law.variance / 10_000), rtol=1e-9, atol=1e-15)
    for name in ("mean_se", "variance_se"):
        np.testing.assert_allclose(few[name], 10.0 * many[name], rtol=1e-3, atol=1e-15)


def test_a_constant_at_rate_0_has_no_error_at_all():
    errors = errors_of_one(dv.Constant(2.0), (0.0,), ("standard", "inverted"), 100)
    assert all((errors[name] == 0.0).all() for name in ("mean_se", "variance_se"))


def test_what_is_kept_cannot_be_changed_by_who_is_given_it():
    gap = kept_gap("mean_ratio", "inverted", RATES, SOURCES[0])
    np.testing.assert_array_equal(gap, 1.0)
    for array in (*expected(SOURCES[0], RATES, ALL), gap):
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0.0
    assert kept_gap("mean_gap", "standard", RATES, SOURCES[0]) == pytest.approx(0.0, abs=1e-15)
