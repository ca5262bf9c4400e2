import math

import numpy as np
import pytest

from dropviz.simulation.variance_shift import (
    VarianceShiftConfig,
    _correlated,
    exact_variance_shift,
    variance_shift,
)

RATES = (0.0, 0.1, 0.3, 0.5, 0.8, 0.95)


def test_formula_is_that_of_the_covariance_matrix():
    """Li et al.'s ratio against wᵀ·Cov·w, with the covariance of a and of m·a/k written out."""
    d, c, v, rho = 6, 0.7, 1.3, 0.2
    w = np.random.default_rng(0).normal(size=d)
    clean = v * ((1 - rho) * np.eye(d) + rho * np.ones((d, d)))
    for rate in RATES:
        dropped = clean.copy()
        np.fill_diagonal(dropped, (v + c**2) / (1 - rate) - c**2)
        expected = (w @ clean @ w) / (w @ dropped @ w)
        assert exact_variance_shift(rate, c, v, rho, w.sum() ** 2 / (w @ w)) == pytest.approx(
            expected, rel=1e-12
        )


def test_uncorrelated_zero_mean_inputs_shift_by_keep():
    np.testing.assert_allclose(exact_variance_shift(RATES, 0.0, 2.0, 0.0, 5.0), 1 - np.array(RATES))


@pytest.mark.parametrize("correlation", [-0.2, 0.0, 0.5, 1.0])
def test_inputs_have_the_moments_asked_for(correlation):
    config = VarianceShiftConfig(fan_in=6, mean=0.5, variance=2.0, correlation=correlation, samples=50_000)
    inputs = _correlated(np.random.default_rng(0), config)
    covariance = np.cov(inputs.T)
    expected = 2.0 * ((1 - correlation) * np.eye(6) + correlation)
    np.testing.assert_allclose(covariance, expected, atol=5 * 2.0 * math.sqrt(2 / 50_000))
    np.testing.assert_allclose(inputs.mean(axis=0), 0.5, atol=5 * math.sqrt(2.0 / 50_000))


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"fan_in": 1},
        {"fan_in": 2, "correlation": -1.0, "weight_mean": 0.0},
        {"correlation": 0.8},
        {"mean": 0.0, "correlation": 0.0},
        {"mean": 3.0, "weight_scale": 0.0},
        {"fan_in": 300, "weight_mean": 0.0},
    ],
    ids=str,
)
def test_simulation_meets_the_formula(settings):
    result = variance_shift(VarianceShiftConfig(rates=RATES, **settings))
    assert result.exact_shift[0] == pytest.approx(1.0, rel=1e-12)
    assert (np.abs(result.shift - result.exact_shift) <= 5 * result.shift_se + 1e-9).all()


def test_shift_falls_with_the_rate():
    exact = variance_shift(VarianceShiftConfig()).exact_shift
    assert (np.diff(exact) < 0).all()


def test_settings_without_variance():
    no_weights = variance_shift(VarianceShiftConfig(weight_mean=0.0, weight_scale=0.0, rates=RATES))
    assert math.isnan(no_weights.alignment)
    assert np.isnan(no_weights.exact_shift).all()
    assert np.isnan(no_weights.shift).all()
    nothing = variance_shift(VarianceShiftConfig(mean=0.0, variance=0.0, rates=RATES))
    assert np.isnan(nothing.exact_shift).all()
    assert np.isnan(nothing.shift).all()
    constant = variance_shift(VarianceShiftConfig(mean=1.0, variance=0.0, rates=RATES))
    assert np.isnan(constant.exact_shift[0])
    np.testing.assert_array_equal(constant.exact_shift[1:], 0.0)
    np.testing.assert_allclose(constant.shift[1:], 0.0, atol=1e-20)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("fan_in", 0),
        ("samples", 1),
        ("variance", -1.0),
        ("mean", math.nan),
        ("correlation", 1.1),
        ("correlation", -0.1),
        ("weight_scale", -1.0),
        ("rates", (0.2, 1.0)),
        ("seed", 1.5),
    ],
)
def test_a_wrong_config_names_its_parameter(parameter, value):
    with pytest.raises(ValueError, match=parameter.replace("rates", "rate")):
        VarianceShiftConfig(**{parameter: value})


def test_too_large_a_simulation_is_refused():
    with pytest.raises(ValueError, match="samples × fan_in"):
        VarianceShiftConfig(fan_in=4096, samples=100_000)
