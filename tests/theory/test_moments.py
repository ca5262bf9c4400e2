"""Exact moments and discrepancies against enumeration, brute force and known numbers."""

import math

import numpy as np
import pytest

import dropviz as dv
from dropviz.numbers.rates import check_rate
from dropviz.theory.moments import (
    PHASES,
    exact_discrepancy,
    exact_gap,
    exact_moments,
    invisible_rate,
    largest_rate,
    mean_ratio,
    variance_ratio,
)
from dropviz.theory.strategies import Factor, Strategy, strategies, strategy

VALUES = np.array([-1.0, 0.0, 0.5, 2.0, 2.0, 3.25])
RATES = np.array([0.1, 0.3, 0.5, 0.8])
RECTIFIED = dv.Normal(relu=True)
by_strategy = pytest.mark.parametrize("name", strategies())


def enumerate_outputs(name, rate):
    """Every (value, mask) of a law on VALUES: outputs in training and at test, and probabilities."""
    row = strategy(name)
    value, mask = np.repeat(VALUES, 2), np.tile([0.0, 1.0], VALUES.size)
    probability = np.where(mask == 1.0, 1 - rate, rate) / VALUES.size
    return mask * value * row.train_scale(rate), value * row.test_scale(rate), probability


@by_strategy
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("rate", [0.05, 0.3, 0.5, 0.9])
def test_moments_equal_the_sum_over_all_values_and_masks(name, phase, rate):
    train, test, probability = enumerate_outputs(name, rate)
    output = train if phase == "train" else test
    mean = probability @ output
    variance = probability @ (output - mean) ** 2
    moments = exact_moments(name, phase, rate, VALUES.mean(), VALUES.var())
    assert moments.mean == pytest.approx(mean, rel=1e-13)
    assert moments.variance == pytest.approx(variance, rel=1e-13)


def test_the_table_of_the_two_strategies():
    mu, v, rate = 1.5, 0.7, 0.3
    keep = 1 - rate
    expected = {
        ("standard", "train"): (keep * mu, keep * v + keep * rate * mu**2),
        ("standard", "test"): (keep * mu, keep**2 * v),
        ("inverted", "train"): (mu, (v + mu**2) / keep - mu**2),
        ("inverted", "test"): (mu, v),
    }
    for (name, phase), moments in expected.items():
        assert exact_moments(name, phase, rate, mu, v) == pytest.approx(moments, rel=1e-14)


def test_variance_ratio_of_the_rectified_normal_has_the_published_digits():
    mu, v = RECTIFIED.exact_mean, RECTIFIED.exact_variance
    rates = np.array([0.1, 0.2, 0.5, 0.8])
    np.testing.assert_allclose(variance_ratio(rates, mu, v), [1.163, 1.367, 2.467, 6.868], atol=5e-4)
    for name in ("standard", "inverted"):
        np.testing.assert_allclose(
            exact_discrepancy(name, rates, RECTIFIED).variance_ratio, variance_ratio(rates, mu, v), rtol=1e-14
        )


def test_variance_ratio_at_its_ends():
    assert variance_ratio(0.0, 2.0, 3.0) == 1.0
    assert variance_ratio(0.5, 2.0, 0.0) == math.inf
    assert variance_ratio(1.0, 2.0, 3.0) == math.inf
    assert np.isnan(variance_ratio(0.0, 2.0, 0.0))


@by_strategy
def test_discrepancy_equals_enumeration(name):
    found = exact_discrepancy(name, RATES, dv.Empirical(VALUES))
    for index, rate in enumerate(RATES):
        train, test, probability = enumerate_outputs(name, rate)
        gap = probability @ (test - train)
        assert found.mean_gap[index] == pytest.approx(gap, rel=1e-12, abs=1e-15)
        assert found.relative_gap[index] == pytest.approx(
            gap / abs(probability @ train), rel=1e-12, abs=1e-15
        )
        assert found.rms_gap[index] == pytest.approx(math.sqrt(probability @ (test - train) ** 2), rel=1e-13)


def test_sign_of_the_gaps_follows_test_minus_train():
    for source in (dv.Constant(1.0), dv.Constant(-1.0)):
        gaps = exact_discrepancy("none", [0.2], source)
        assert gaps.mean_gap[0] == pytest.approx(0.2 * source.value)
        assert gaps.relative_gap[0] == pytest.approx(0.25 * source.value)


def test_nothing_differs_where_nothing_is_dropped():
    for name in ("standard", "inverted", "none", "both"):
        found = exact_discrepancy(name, [0.0], RECTIFIED)
        assert (found.mean_gap[0], found.relative_gap[0], found.variance_ratio[0]) == (0.0, 0.0, 1.0)
        assert found.rms_gap[0] == 0.0
        assert found.wasserstein[0] == pytest.approx(0.0, abs=1e-12)


def test_a_correct_strategy_has_no_gap_of_means_to_the_bit():
    for name in ("standard", "inverted"):
        found = exact_discrepancy(name, np.linspace(0.0, 0.99, 100), RECTIFIED)
        assert (found.mean_gap == 0.0).all()
        assert (found.relative_gap == 0.0).all()


def test_undefined_is_nan_and_silent():
    assert all(np.isnan(measure[0]) for measure in exact_discrepancy("wrong_train", [0.0], RECTIFIED))
    assert all(np.isnan(measure[0]) for measure in exact_discrepancy("inverted", [1.0], RECTIFIED))
    assert np.isnan(exact_discrepancy("standard", [0.3], dv.Normal()).relative_gap[0])
    assert np.isnan(exact_moments("wrong_train", "train", 0.0, 1.0, 1.0).mean)


def test_scalars_give_scalars_and_arrays_broadcast():
    scalar = exact_moments("standard", "train", 0.5, 1.0, 1.0)
    assert type(scalar.mean) is type(scalar.variance) is float
    moments = exact_moments("standard", "train", RATES[:, None], np.array([1.0, 2.0, 3.0]), 1.0)
    assert np.shape(moments.mean) == np.shape(moments.variance) == (4, 3)
    by_row = exact_moments(strategy("standard"), "train", RATES, 1.0, 1.0)
    np.testing.assert_array_equal(by_row.mean, moments.mean[:, 0])


@pytest.mark.parametrize(
    "rate", [-0.1, 1.1, math.nan, math.inf, "0.5", None, 1j, [[0.1], [0.2, 0.3]], [0.5, -1]]
)
def test_a_rate_outside_zero_to_one_is_refused_by_name(rate):
    for refuse in (
        check_rate,
        lambda value: exact_moments("standard", "train", value, 0.0, 1.0),
        lambda value: variance_ratio(value, 0.0, 1.0),
        lambda value: exact_discrepancy("standard", value, RECTIFIED),
    ):
        with pytest.raises(ValueError, match=r"^rate must .* from 0 to 1; got "):
            refuse(rate)


def test_other_bad_input_is_named():
    with pytest.raises(ValueError, match="phase must be one of train, test; got 'eval'"):
        exact_moments("standard", "eval", 0.5, 0.0, 1.0)
    with pytest.raises(ValueError, match="variance must be a number from 0 to 1e\\+201; got -1"):
        exact_moments("standard", "train", 0.5, 0.0, -1.0)
    for unknown in ("dropout", None, 5):
        with pytest.raises(ValueError, match=f"strategy must be one of .*got {unknown!r}"):
            exact_moments(unknown, "train", 0.5, 0.0, 1.0)
    with pytest.raises(ValueError, match="strategy must be one of"):
        exact_discrepancy("dropout", 0.5, RECTIFIED)
    with pytest.raises(ValueError, match=r"^measure must be one of mean_gap, .*; got 'median'"):
        exact_gap("median", "standard", 0.5, RECTIFIED)


@pytest.mark.parametrize("value", [1j, None, "a", math.nan, math.inf, 1e200, [[0.1], [0.2, 0.3]], -1e200])
@pytest.mark.parametrize(("name", "span"), [("mean", "-1e\\+100 to 1e\\+100"), ("variance", "0 to 1e\\+201")])
def test_a_moment_that_is_none_is_refused_by_name(name, span, value):
    if (name, value) == ("variance", 1e200):
        assert exact_moments("none", "test", 0.5, 0.0, value).variance == 1e200
        return
    moments = {"mean": 0.0, "variance": 1.0, name: value}
    with pytest.raises(ValueError, match=f"^{name} must be a number from {span}; got "):
        exact_moments("standard", "train", 0.5, **moments)
    with pytest.raises(ValueError, match=f"^{name} must be a number from {span}; got "):
        variance_ratio(0.5, **moments)


def test_masked_numbers_are_refused():
    masked = np.ma.masked_array([0.1, 0.2], [False, True])
    for value in (masked, [0.3, masked[1]]):
        with pytest.raises(ValueError, match=r"^rate must"):
            check_rate(value)


def test_what_leaves_float64_is_infinite_and_silent():
    assert exact_moments("wrong_train", "train", 1e-200, 1.0, 1.0).variance == math.inf


@by_strategy
def test_the_ratio_of_the_means_is_that_of_the_exact_moments(name):
    grid = np.asarray(dv.rate_grid(0.0, 0.95, 0.01))
    train, test = (exact_moments(name, phase, grid, 0.7, 1.0).mean for phase in PHASES)
    np.testing.assert_allclose(mean_ratio(strategy(name), grid), test / train)


def test_only_the_wrong_p_hides_inside_and_exactly_at_a_half():
    roots = {name: invisible_rate(row) for name, row in strategies().items() if row.mistake}
    assert roots == {"none": None, "both": None, "wrong_train": 0.5, "wrong_test": 0.5}


def test_a_root_that_no_bisection_hits_is_found_to_twelve_digits():
    third = Strategy(
        "x", "x", Factor("1", "", np.ones_like), Factor("2r", "", lambda rate: 2.0 * rate), mistake=True
    )
    assert invisible_rate(third) == pytest.approx(1.0 / 3.0, abs=1e-11)


def test_the_largest_rate_is_the_inverse_of_the_ratio():
    rng = np.random.default_rng(12)
    mean, variance = (
        rng.normal(size=4000) * 10.0 ** rng.uniform(-6, 6, 4000),
        10.0 ** rng.uniform(-6, 6, 4000),
    )
    for bound in (1.0, 1.0001, 1.5, 2.0, 100.0):
        rates = largest_rate(mean, variance, bound)
        assert ((rates >= 0.0) & (rates < 1.0)).all()
        np.testing.assert_allclose(variance_ratio(rates, mean, variance), bound, rtol=1e-9)


def test_no_rate_is_the_largest_without_variance_and_no_bound_is_below_one():
    assert np.isnan(largest_rate([0.0, 3.0], 0.0, 2.0)).all()
    for bound in (0.99, np.inf, np.nan, "2"):
        with pytest.raises(ValueError, match="bound must be a number from 1 to 1e"):
            largest_rate(0.0, 1.0, bound)
