"""Exact moments and discrepancies against enumeration, brute force and known numbers."""

import math

import numpy as np
import pytest

import dropviz as dv
from dropviz.numbers.rates import check_rate
from dropviz.theory.moments import (
    PHASES,
    exact_discrepancy,
    exact_moments,
    invisible_rate,
    mean_ratio,
    variance_ratio,
)
from dropviz.theory.strategies import Factor, Strategy, strategies, strategy

VALUES = np.array([-1.0, 0.0, 0.5, 2.0, 2.0, 3.25])
RATES = np.array([0.1, 0.3, 0.5, 0.8])
RECTIFIED = dv.Normal(relu=True)
CONTINUOUS = [
    dv.Normal(0.3, 1.2),
    RECTIFIED,
    dv.Uniform(-1.0, 2.0),
    dv.Exponential(2.0),
    dv.SigmoidNormal(0.5, 2.0),
    dv.LogNormal(),
    dv.Sparse(),
]
by_strategy = pytest.mark.parametrize("name", strategies())


def enumerate_outputs(name, rate):
    """Every (value, mask) of a law on VALUES: outputs in training and at test, and probabilities."""
    row = strategy(name)
    value, mask = np.repeat(VALUES, 2), np.tile([0.0, 1.0], VALUES.size)
    probability = np.where(mask == 1.0, 1 - rate, rate) / VALUES.size
    return mask * value * row.train_scale(rate), value * row.test_scale(rate), probability


def w1_between(x, x_weight, y, y_weight):
    """∫ |F_x − F_y| over the line, for two weighted sets of points."""
    point = np.concatenate([x, y])
    order = np.argsort(point, kind="stable")
    gap = np.cumsum(np.concatenate([x_weight, -y_weight])[order])[:-1]
    return (np.abs(gap) * np.diff(point[order])).sum()


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


@by_strategy
@pytest.mark.parametrize("source", CONTINUOUS, ids=repr)
def test_wasserstein_equals_a_sorted_sample_by_brute_force(name, source):
    count = 30_000
    value = source.quantile((np.arange(count) + 0.5) / count)
    row, even = strategy(name), np.full(count, 1 / count)
    found = exact_discrepancy(name, RATES, source).wasserstein
    for index, rate in enumerate(RATES):
        train = np.append(value * row.train_scale(rate), 0.0)
        by_force = w1_between(train, np.append((1 - rate) * even, rate), value * row.test_scale(rate), even)
        assert found[index] == pytest.approx(by_force, rel=5e-4)


def above_normal(x):
    """P(N(0, 1) > x), elementwise."""
    return np.array([0.5 * math.erfc(value / math.sqrt(2)) for value in x])


SURVIVAL = {  # P(a > x) and P(a < −x) for x > 0, in closed form
    dv.Normal(0.3, 1.2): (lambda x: above_normal((x - 0.3) / 1.2), lambda x: above_normal((x + 0.3) / 1.2)),
    dv.Normal(5.0, 0.1): (lambda x: above_normal((x - 5.0) / 0.1), None),
    RECTIFIED: (above_normal, None),
    dv.Normal(-3.0, 1.0, relu=True): (lambda x: above_normal(x + 3.0), None),
    dv.Uniform(-1.0, 2.0): (
        lambda x: np.clip(2.0 - x, 0.0, 2.0) / 3.0,
        lambda x: np.clip(1.0 - x, 0.0, 1.0) / 3.0,
    ),
    dv.Exponential(2.0): (lambda x: np.exp(-x / 2.0), None),
    dv.SigmoidNormal(): (
        lambda x: above_normal(np.arctanh(np.clip(2.0 * x - 1.0, -1.0, 1.0 - 1e-16)) * 2.0),
        None,
    ),
    dv.LogNormal(0.0, 1.5): (lambda x: above_normal(np.log(x) / 1.5), None),
    dv.Sparse(0.99): (lambda x: 0.01 * np.exp(-x), None),
    dv.Sparse(0.9999): (lambda x: 0.0001 * np.exp(-x), None),
}


@pytest.mark.parametrize("name", ["inverted", "both", "wrong_test"])
@pytest.mark.parametrize("source", SURVIVAL, ids=repr)
def test_wasserstein_is_as_accurate_as_it_says(name, source):
    edge = np.union1d(np.linspace(0.0, 30.0, 15_001), np.geomspace(1e-7, 1e7, 10_001))
    x, width = 0.5 * (edge[1:] + edge[:-1]), np.diff(edge)
    row = strategy(name)
    for rate in (0.01, 0.3, 0.95):
        t, s = float(row.train_scale(rate)), float(row.test_scale(rate))
        sides = [side for side in SURVIVAL[source] if side is not None]
        fine = sum((np.abs((1 - rate) * side(x / t) - side(x / s)) * width).sum() for side in sides)
        found = exact_discrepancy(name, [rate], source).wasserstein[0]
        assert found == pytest.approx(fine, rel=5e-5 if isinstance(source, dv.LogNormal) else 1e-5)


@pytest.mark.parametrize("rate", [0.01, 0.3, 0.9])
def test_wasserstein_of_a_large_array(rate):
    rng = np.random.default_rng(4)
    for values in (
        rng.normal(size=60_000),
        np.maximum(rng.normal(-0.5, 1.0, 200_000), 0.0),
        np.r_[rng.random(50_000), np.ones(50_000)],
    ):
        train, even = np.append(values / (1 - rate), 0.0), np.full(values.size, 1 / values.size)
        by_force = w1_between(train, np.append((1 - rate) * even, rate), values, even)
        found = exact_discrepancy("inverted", [rate], dv.Empirical(values)).wasserstein[0]
        assert found == pytest.approx(by_force, rel=1e-3)
    few = np.zeros(50_000)
    few[:10] = rng.normal(size=10)
    train, even = np.append(few / (1 - rate), 0.0), np.full(few.size, 1 / few.size)
    by_force = w1_between(train, np.append((1 - rate) * even, rate), few, even)
    assert exact_discrepancy("inverted", [rate], dv.Empirical(few)).wasserstein[0] == pytest.approx(
        by_force, rel=1e-6
    )


def test_wasserstein_of_activations_that_are_all_zero():
    for source in (dv.Constant(0.0), dv.Normal(-1e6, 1.0, relu=True), dv.Empirical([0.0, 0.0])):
        assert (exact_discrepancy("inverted", RATES, source).wasserstein == 0.0).all()


@by_strategy
@pytest.mark.parametrize("values", [VALUES, [-1.0, 1.0], [0.0, 0.0, 0.0, 1.0], [-2.0]])
def test_wasserstein_is_exact_for_a_persons_own_values(name, values):
    source, row = dv.Empirical(values), strategy(name)
    even = np.full(source.values.size, 1 / source.values.size)
    found = exact_discrepancy(name, RATES, source).wasserstein
    for index, rate in enumerate(RATES):
        train = np.append(source.values * row.train_scale(rate), 0.0)
        test = source.values * row.test_scale(rate)
        exact = w1_between(train, np.append((1 - rate) * even, rate), test, even)
        assert found[index] == pytest.approx(exact, rel=1e-12)


@pytest.mark.parametrize("source", [*CONTINUOUS, dv.digits(), dv.Constant(2.0)], ids=lambda s: repr(s)[:40])
def test_wasserstein_laws(source):
    keep = 1 - RATES
    standard = exact_discrepancy("standard", RATES, source).wasserstein
    inverted = exact_discrepancy("inverted", RATES, source).wasserstein
    np.testing.assert_allclose(standard, keep * inverted, rtol=1e-12)
    # Without compensation dropping moves the share r of every value straight to 0: W₁ = r·E|a|.
    nodes = (np.arange(100_000) + 0.5) / 100_000
    size = np.abs(source.quantile(nodes)).mean()
    np.testing.assert_allclose(exact_discrepancy("none", RATES, source).wasserstein, RATES * size, rtol=5e-4)
    for name in strategies():
        found = exact_discrepancy(name, RATES, source)
        assert (found.wasserstein >= np.abs(found.mean_gap) * (1 - 1e-3)).all()
        assert (found.wasserstein <= found.rms_gap * (1 + 1e-3)).all()


def test_wasserstein_of_a_constant_in_closed_form():
    # A share k moves from c/k to c, a share r from 0 to c: k·|c/k − c| + r·|c| = 2r|c|.
    for value in (3.0, -3.0):
        found = exact_discrepancy("inverted", RATES, dv.Constant(value)).wasserstein
        np.testing.assert_allclose(found, 2 * RATES * 3.0, rtol=1e-12)


def test_nothing_differs_where_nothing_is_dropped():
    for name in ("standard", "inverted", "none", "both"):
        found = exact_discrepancy(name, [0.0], RECTIFIED)
        assert (found.mean_gap[0], found.relative_gap[0], found.variance_ratio[0]) == (0.0, 0.0, 1.0)
        assert found.rms_gap[0] == 0.0
        assert found.wasserstein[0] == pytest.approx(0.0, abs=1e-12)


def test_undefined_is_nan_and_silent():
    assert all(np.isnan(measure[0]) for measure in exact_discrepancy("wrong_train", [0.0], RECTIFIED))
    assert all(np.isnan(measure[0]) for measure in exact_discrepancy("inverted", [1.0], RECTIFIED))
    assert np.isnan(exact_discrepancy("standard", [0.3], dv.Normal()).relative_gap[0])
    assert np.isnan(exact_moments("wrong_train", "train", 0.0, 1.0, 1.0).mean)


def test_scalars_give_scalars_and_arrays_broadcast():
    scalar = exact_moments("standard", "train", 0.5, 1.0, 1.0)
    assert isinstance(scalar.mean, float)
    assert isinstance(scalar.variance, float)
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
