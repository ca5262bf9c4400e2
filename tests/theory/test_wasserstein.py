"""The Wasserstein distance against sorted samples, survival functions and laws."""

import math

import numpy as np
import pytest

import dropviz as dv
from dropviz.theory.moments import exact_discrepancy
from dropviz.theory.strategies import strategies, strategy
from dropviz.theory.wasserstein import wasserstein

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


def w1_between(x, x_weight, y, y_weight):
    """∫ |F_x − F_y| over the line, for two weighted sets of points."""
    point = np.concatenate([x, y])
    order = np.argsort(point, kind="stable")
    gap = np.cumsum(np.concatenate([x_weight, -y_weight])[order])[:-1]
    return (np.abs(gap) * np.diff(point[order])).sum()


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
    dv.SigmoidNormal(-3.0, 5.0): (
        lambda x: above_normal((2.0 * np.arctanh(np.clip(2.0 * x - 1.0, -1.0, 1.0 - 1e-16)) + 3.0) / 5.0),
        None,
    ),
    dv.LogNormal(0.0, 1.5): (lambda x: above_normal(np.log(x) / 1.5), None),
    dv.Sparse(0.99): (lambda x: 0.01 * np.exp(-x), None),
    dv.Sparse(0.9999): (lambda x: 0.0001 * np.exp(-x), None),
}


@pytest.mark.parametrize("name", ["inverted", "both", "wrong_test"])
@pytest.mark.parametrize("source", SURVIVAL, ids=repr)
def test_wasserstein_is_as_accurate_as_it_says(name, source):
    even = np.union1d(np.linspace(0.0, 30.0, 15_001), np.geomspace(1e-7, 1e7, 10_001))
    below_one = 1.0 - np.geomspace(1e-12, 0.5, 2_001)  # where a sigmoid crowds
    row = strategy(name)
    for rate in (0.01, 0.3, 0.95):
        t, s = float(row.train_scale(rate)), float(row.test_scale(rate))
        edge = np.unique(np.concatenate([even, t * below_one, s * below_one]))
        x, width = 0.5 * (edge[1:] + edge[:-1]), np.diff(edge)
        sides = [side for side in SURVIVAL[source] if side is not None]
        fine = sum((np.abs((1 - rate) * side(x / t) - side(x / s)) * width).sum() for side in sides)
        found = exact_discrepancy(name, [rate], source).wasserstein[0]
        near = {dv.LogNormal(0.0, 1.5): 5e-5, dv.SigmoidNormal(-3.0, 5.0): 2e-5}.get(source, 1e-5)
        assert found == pytest.approx(fine, rel=near)


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


def test_wasserstein_is_in_the_unit_of_the_activations():
    """Also where nearly all of them are below 1e-8."""
    one = exact_discrepancy("inverted", RATES, dv.LogNormal(0.0, 0.5)).wasserstein
    for power in (-20.0, 20.0):
        other = exact_discrepancy("inverted", RATES, dv.LogNormal(power, 0.5)).wasserstein
        np.testing.assert_allclose(other, math.exp(power) * one, rtol=1e-12)


@pytest.mark.parametrize("source", CONTINUOUS, ids=repr)
def test_wasserstein_is_0_where_nobody_is_dropped(source):
    for name in ("standard", "inverted", "none", "both"):
        assert wasserstein(name, (0.0,), source)[0] == 0.0


def test_what_the_cache_hands_out_cannot_be_changed():
    with pytest.raises(ValueError, match="read-only"):
        wasserstein("none", (0.3,), dv.Constant(1.0))[0] = 1.0
