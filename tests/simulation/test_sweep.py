"""The simulation: against theory, against a brute force with real uniforms, and against itself."""

import math
import pickle
import tracemalloc
from typing import Any

import numpy as np
import pytest

import dropviz as dv
from dropviz.simulation.masks import block_sizes
from dropviz.simulation.sweep import CHUNK, draw_chunk
from dropviz.theory.moments import PHASES
from dropviz.theory.strategies import strategies, strategy

Empirical: Any = dv.Empirical  # both take more than the types of the fields they become
SweepConfig: Any = dv.SweepConfig

# axes of the moments of a sweep: strategy, phase, rate
NAMES = tuple(strategies())
RATES = (0.0, 0.1, 0.3, 0.5, 0.8, 0.95)
MOMENTS = ("mean", "mean_se", "variance", "variance_se", "rms_gap")
SOURCES = [
    dv.Normal(0.5, 2.0),
    dv.Normal(relu=True),
    dv.Uniform(-1.0, 3.0),
    dv.Exponential(2.0),
    dv.SigmoidNormal(-1.0, 2.0),
    dv.LogNormal(),
    dv.Sparse(0.8, 1.5),
    dv.Constant(-2.5),
    Empirical([0.0, 0.0, 1.0, 2.0, -3.0, 7.5]),
    dv.digits(),
    dv.Normal(1e6, 1e-3),
]
by_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: repr(source)[:40])


def small(**changes):
    config = {"units": 5000, "rates": RATES, "strategies": NAMES, "seed": 3, **changes}
    return dv.sweep(SweepConfig(**config))


def bits(result):
    return b"".join(getattr(result, name).tobytes() for name in MOMENTS)


# The closed form


@by_source
def test_every_strategy_and_phase_meets_theory_within_five_standard_errors(source):
    result = small(activations=source, units=40_000)
    assert result.mean.shape == (len(NAMES), len(PHASES), len(RATES))
    for simulated, se, exact in (
        (result.mean, result.mean_se, result.exact_mean),
        (result.variance, result.variance_se, result.exact_variance),
    ):
        undefined = np.isnan(exact)
        where = [(NAMES[s], PHASES[p], RATES[r]) for s, p, r in np.argwhere(undefined)]
        assert where == [("wrong_train", "train", 0.0)]
        np.testing.assert_array_equal(np.isnan(simulated), undefined)
        np.testing.assert_array_equal(np.isnan(se), undefined)
        error = np.abs(simulated - exact)[~undefined]
        dust = 1e-10 * np.abs(exact[~undefined])  # where there is no randomness, rounding is left
        assert (error <= 5 * se[~undefined] + dust).all()


@by_source
def test_exact_columns_are_the_theory(source):
    result = small(activations=source, units=10)
    for index, name in enumerate(NAMES):
        for phase_index, phase in enumerate(PHASES):
            exact = dv.exact_moments(name, phase, RATES, source.exact_mean, source.exact_variance)
            np.testing.assert_array_equal(result.exact_mean[index, phase_index], exact.mean)
            np.testing.assert_array_equal(result.exact_variance[index, phase_index], exact.variance)


def test_simulated_discrepancy_meets_theory():
    result = small(units=400_000)
    table = result.discrepancy().set_index(["strategy", "rate"])
    for name in NAMES:
        exact = dv.exact_discrepancy(name, RATES, result.config.activations)
        simulated = table.loc[name]
        np.testing.assert_allclose(simulated["mean_gap"], exact.mean_gap, atol=0.03)
        np.testing.assert_allclose(simulated["rms_gap"], exact.rms_gap, rtol=0.02, atol=1e-12)
        np.testing.assert_allclose(simulated["variance_ratio"], exact.variance_ratio, rtol=0.05)
        np.testing.assert_array_equal(simulated["wasserstein"], exact.wasserstein)


def test_the_published_variance_ratios_appear_in_the_simulation():
    result = small(units=1_000_000, rates=(0.1, 0.2, 0.5, 0.8), strategies=("standard", "inverted"))
    ratio = result.variance[:, 0] / result.variance[:, 1]
    np.testing.assert_allclose(ratio[0], [1.163, 1.367, 2.467, 6.868], rtol=0.01)
    np.testing.assert_allclose(ratio[0], ratio[1], rtol=1e-13)


# The same sample, unit by unit


def units_and_first_drop(config):
    """Every unit's value, and the index of the first rate that drops it, in the order of the draw."""
    values, first = [], []
    for chunk in range(-(-config.units // CHUNK)):
        value, sizes = draw_chunk(config, 0, chunk)
        values.append(value)
        first.append(np.repeat(np.arange(sizes.size), sizes))
    return np.concatenate(values), np.concatenate(first)


@pytest.mark.parametrize("units", [2, 3, 1000, CHUNK, 2 * CHUNK + 7])
def test_moments_equal_those_of_the_same_units_one_by_one(units):
    config = SweepConfig(
        activations=dv.Normal(0.3, 1.5), units=units, rates=(0.1, 0.5, 0.9), strategies=NAMES, seed=5
    )
    result = dv.sweep(config)
    value, first = units_and_first_drop(config)
    assert value.size == first.size == units
    for r, rate in enumerate(config.rates):
        mask = first > r
        for s, name in enumerate(NAMES):
            row = strategy(name)
            train, test = mask * value * row.train_scale(rate), value * row.test_scale(rate)
            for phase, output in enumerate((train, test)):
                at = (s, phase, r)
                assert result.mean[at] == pytest.approx(output.mean(), rel=1e-10, abs=1e-12)
                assert result.variance[at] == pytest.approx(output.var(ddof=1), rel=1e-10, abs=1e-12)
                error = math.sqrt(result.exact_variance[at] / units)
                assert result.mean_se[at] == pytest.approx(error, rel=1e-12)
                if units > 100_000:  # errors come from the law; a large sample knows it too
                    fourth = ((output - output.mean()) ** 4).mean()
                    squared_se = (fourth - output.var() ** 2 * (units - 3) / (units - 1)) / units
                    assert result.variance_se[at] ** 2 == pytest.approx(squared_se, rel=0.05, abs=1e-12)
            assert result.rms_gap[s, r] == pytest.approx(np.sqrt(((train - test) ** 2).mean()), rel=1e-10)


def test_a_unit_that_has_fallen_stays_fallen():
    config = SweepConfig(units=10_000, rates=dv.rate_grid(0.0, 0.95, 0.05))
    _, first = units_and_first_drop(config)
    masks = first[:, None] > np.arange(len(config.rates))
    assert masks[:, 0].all()
    assert (np.diff(masks.astype(int), axis=1) <= 0).all()
    assert len(np.unique(masks.sum(axis=0))) == len(config.rates)


def test_every_grid_of_rates_sees_the_same_activations():
    few, many = (
        SweepConfig(units=1000, rates=rates, seed=9) for rates in ((0.5,), dv.rate_grid(0, 0.9, 0.001))
    )
    assert draw_chunk(few, 0, 0)[0].tobytes() == draw_chunk(many, 0, 0)[0].tobytes()


def test_the_two_strategies_are_one_function_up_to_keep():
    result = small(activations=dv.Normal(1.0, 2.0), strategies=("standard", "inverted"))
    keep = 1 - np.array(RATES)
    for measure, power in (("mean", 1), ("mean_se", 1), ("variance", 2), ("variance_se", 2)):
        standard, inverted = getattr(result, measure)
        np.testing.assert_allclose(standard, keep**power * inverted, rtol=1e-13)
    np.testing.assert_allclose(result.rms_gap[0], keep * result.rms_gap[1], rtol=1e-12, atol=1e-14)


def test_a_strategy_does_not_notice_the_others():
    together = small()
    for index, name in enumerate(NAMES):
        alone = small(strategies=name)
        assert alone.config.strategies == (name,)
        for measure in MOMENTS:
            np.testing.assert_array_equal(getattr(alone, measure)[0], getattr(together, measure)[index])


# An independent brute force: one uniform a unit


def test_rate_one_drops_everyone():
    sizes = block_sizes(np.random.default_rng(0), 500, (0.5, 1.0))
    assert sizes[-1] == 0
    result = small(rates=(0.5, 1.0), strategies=("standard", "none", "wrong_test"))
    assert (result.mean[:, 0, 1] == 0).all()
    assert (result.variance[:, 0, 1] == 0).all()
    assert (result.mean[1:, 1, 1] > 0).all()


def brute_force(source, rates, units, repeats, rng):
    """Mean, variance and rms gap of inverted dropout with one uniform a unit; axes: measure, repeat, rate."""
    value = source.sample(rng, units * repeats).reshape(repeats, units, 1)
    mask = rng.random((repeats, units, 1)) >= rates
    train = mask * value / (1 - rates)
    gap = np.sqrt(((train - value) ** 2).mean(axis=1))
    return np.array([train.mean(axis=1), train.var(axis=1, ddof=1), gap])


def test_block_method_has_the_law_of_the_brute_force():
    source, rates, units, repeats = dv.Exponential(), np.array([0.2, 0.5, 0.8]), 60, 800
    by_force = brute_force(source, rates, units, repeats, np.random.default_rng(31))
    by_block = np.empty_like(by_force)
    for seed in range(repeats):
        result = small(activations=source, rates=rates, units=units, strategies="inverted", seed=seed)
        by_block[:, seed] = result.mean[0, 0], result.variance[0, 0], result.rms_gap[0]
    for forced, blocked in zip(by_force, by_block, strict=True):
        se = np.sqrt((forced.var(axis=0) + blocked.var(axis=0)) / repeats)
        assert (np.abs(forced.mean(axis=0) - blocked.mean(axis=0)) <= 5 * se).all()
        # The covariance between rates is that of nested masks, not of fresh ones.
        first, second = ((x - x.mean(axis=0)) for x in (forced, blocked))
        products = [x[:, :, None] * x[:, None, :] for x in (first, second)]
        difference = products[0].mean(axis=0) - products[1].mean(axis=0)
        se = np.sqrt((products[0].var(axis=0) + products[1].var(axis=0)) / repeats)
        assert (np.abs(difference) <= 5 * se).all()
        correlation = np.corrcoef(blocked, rowvar=False)
        assert correlation[0, 1] > 0.2


# Standard errors


def test_standard_errors_are_calibrated():
    runs = 400
    results = [small(units=2000, rates=(0.1, 0.5), strategies="inverted", seed=seed) for seed in range(runs)]
    for value, se, exact in (
        ("mean", "mean_se", "exact_mean"),
        ("variance", "variance_se", "exact_variance"),
    ):
        z = np.array(
            [(getattr(run, value) - getattr(run, exact))[0] / getattr(run, se)[0] for run in results]
        )
        assert (np.abs(z.mean(axis=0)) <= 5 / math.sqrt(runs)).all()
        # A standard deviation over n runs has a relative error of 1/√(2n).
        assert (np.abs(z.std(axis=0) - 1) <= 5 / math.sqrt(2 * runs)).all()


def test_replicates_spread_as_the_analytic_standard_errors_say():
    replicates = 300
    one = small(units=3000, rates=(0.1, 0.5), strategies=("standard", "inverted", "both"))
    many = small(
        units=3000, rates=(0.1, 0.5), strategies=("standard", "inverted", "both"), replicates=replicates
    )
    assert (np.abs(many.mean - many.exact_mean) <= 5 * many.mean_se).all()
    assert (np.abs(many.variance - many.exact_variance) <= 5 * many.variance_se).all()
    relative_error = 5 / math.sqrt(2 * replicates)
    for se in ("mean_se", "variance_se"):
        ratio = getattr(many, se) * math.sqrt(replicates) / getattr(one, se)
        assert (np.abs(ratio - 1) <= relative_error + 0.1).all()  # 0.1: the error of one run's own estimate


def test_replicates_are_different_draws_and_begin_with_the_single_run():
    one, two = small(units=100), small(units=100, replicates=2)
    other = 2 * two.mean - one.mean
    assert (other[1, 0] != one.mean[1, 0]).all()
    np.testing.assert_allclose(two.mean_se[1, 0], np.abs(other - one.mean)[1, 0] / 2, rtol=1e-9)


# The same bits


def test_an_equal_config_gives_the_same_bits_and_another_seed_others():
    assert bits(small(rates=list(RATES))) == bits(small(rates=np.array(RATES)))
    assert bits(small(seed=4)) != bits(small(seed=3))
    before = pickle.dumps(np.random.get_state())  # noqa: NPY002 (to show that it is left alone)
    small()
    assert pickle.dumps(np.random.get_state()) == before  # noqa: NPY002


def test_the_arrays_of_a_result_cannot_be_changed():
    result = small(units=10)
    for name in (*MOMENTS, "exact_mean", "exact_variance", "gap_se"):
        with pytest.raises(ValueError, match="read-only"):
            getattr(result, name)[0] = 1.0


# The edges


def test_one_unit_has_a_mean_and_no_variance():
    result = small(units=1, activations=dv.Constant(2.0), rates=(0.0, 0.5), strategies=("standard", "none"))
    assert set(result.mean[:, 0].ravel()) <= {0.0, 2.0}
    assert result.mean[0, 1].tolist() == [2.0, 1.0]
    np.testing.assert_allclose(result.mean_se[:, 0], [[0.0, 1.0], [0.0, 1.0]])
    for undefined in (result.variance, result.variance_se):
        assert np.isnan(undefined).all()
    assert np.isfinite(result.rms_gap).all()
    assert np.isnan(result.discrepancy()["variance_ratio"]).all()
    assert len(result.to_frame()) == 8


@pytest.mark.parametrize("value", [0.0, 3.0, -1e6])
def test_constant_activations_leave_the_binomial_alone(value):
    result = small(activations=dv.Constant(value), rates=(0.0, 0.4), strategies="none")
    share = result.mean[0, 0] / value if value else np.array([1.0, 0.6])
    assert share[0] == 1.0
    units = result.config.units
    expected = value**2 * share * (1 - share) * units / (units - 1)
    np.testing.assert_allclose(result.variance[0, 0], expected, rtol=1e-10)
    assert (result.variance[0, 1] == 0).all()


@pytest.mark.parametrize("power", [-400, -60, 60, 320])
def test_the_scale_of_the_activations_does_not_matter(power):
    values = np.random.default_rng(2).normal(0.5, 1.0, 300)
    result, scaled = (small(activations=Empirical(v)) for v in (values, np.ldexp(values, power)))
    for measure, exponent in (
        ("mean", 1),
        ("mean_se", 1),
        ("variance", 2),
        ("variance_se", 2),
        ("rms_gap", 1),
    ):
        expected = np.ldexp(getattr(result, measure), exponent * power)
        np.testing.assert_allclose(getattr(scaled, measure), expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize("values", [[1e99, -1e99, 3.0], [1e99], [1e-99, -2e-99], [5e-324, 0.0]])
def test_extreme_magnitudes_stay_finite_and_silent(values):
    result = small(activations=Empirical(values), rates=(0.1, 0.9))
    for measure in MOMENTS:
        assert np.isfinite(getattr(result, measure)).all()
    assert (
        np.abs(result.mean - result.exact_mean) <= 5 * result.mean_se + 1e-12 * np.abs(result.exact_mean)
    ).all()


def test_a_small_spread_around_a_large_mean_keeps_its_digits():
    result = small(activations=dv.Normal(1e6, 1e-3), units=100_000, strategies="inverted")
    z = (result.variance[0, 1] - 1e-6) / result.variance_se[0, 1]
    assert (np.abs(z) <= 5).all()
    np.testing.assert_allclose(result.variance_se[0, 1], 1e-6 * math.sqrt(2 / 100_000), rtol=0.05)


def test_activations_that_are_all_zero():
    result = small(activations=dv.Normal(-1e6, 1.0, relu=True), rates=(0.3,))
    assert (result.mean == 0).all()
    assert (result.variance == 0).all()
    table = result.discrepancy()
    assert table["relative_gap"].isna().all()
    assert (table["rms_gap"] == 0).all()


# The tables


def test_to_frame_has_the_promised_columns_in_the_promised_order():
    result = small(rates=(0.1, 0.4), strategies=("inverted", "standard"))
    frame = result.to_frame()
    assert list(frame.columns) == [
        "strategy", "rate", "phase", "mean", "mean_se", "variance", "variance_se", "exact_mean", "exact_variance",
    ]  # fmt: skip
    assert list(zip(frame["strategy"], frame["rate"], frame["phase"], strict=True)) == [
        (name, rate, phase) for name in ("inverted", "standard") for rate in (0.1, 0.4) for phase in PHASES
    ]
    for column in frame.columns[3:]:
        assert frame[column].dtype == np.float64
        for s, name in enumerate(("inverted", "standard")):
            for p, phase in enumerate(PHASES):
                rows = frame[(frame["strategy"] == name) & (frame["phase"] == phase)]
                np.testing.assert_array_equal(rows[column], getattr(result, column)[s, p])


def test_discrepancy_has_the_promised_columns_and_meanings():
    result = small(activations=dv.Normal(-1.0, 2.0), rates=(0.0, 0.4))
    table = result.discrepancy()
    assert list(table.columns) == [
        "strategy", "rate", "mean_gap", "relative_gap", "variance_ratio", "rms_gap", "wasserstein",
    ]  # fmt: skip
    assert list(zip(table["strategy"], table["rate"], strict=True)) == [
        (name, rate) for name in NAMES for rate in (0.0, 0.4)
    ]
    frame = result.to_frame()
    train, test = (frame[frame["phase"] == phase].reset_index(drop=True) for phase in PHASES)
    gap = test["mean"] - train["mean"]
    np.testing.assert_array_equal(table["mean_gap"], gap)
    np.testing.assert_array_equal(table["relative_gap"], gap / train["exact_mean"].abs())
    np.testing.assert_array_equal(table["variance_ratio"], train["variance"] / test["variance"])
    at_zero = table[(table["strategy"] == "wrong_train") & (table["rate"] == 0.0)]
    assert at_zero.iloc[:, 2:].isna().all(axis=None)


def test_relative_gap_is_nan_where_the_exact_train_mean_is_zero():
    table = small(activations=dv.Normal(), strategies="standard", rates=(0.3,)).discrepancy()
    assert np.isnan(table["relative_gap"][0])
    assert np.isfinite(table["mean_gap"][0])


# Memory


def test_memory_is_a_few_chunks_whatever_the_number_of_units():
    small(rates=dv.rate_grid(0, 0.95, 0.01))  # imports and caches are not the sweep's
    tracemalloc.start()
    try:
        small(units=20_000_000, rates=dv.rate_grid(0, 0.95, 0.01))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6 * CHUNK * 8
