"""Standard errors: against the change that each unit makes, the spread of repeats, theory, and rare events."""

import math

import numpy as np
import pytest

import dropviz as dv
from dropviz.simulation.sweep import CHUNK, draw_chunk
from dropviz.theory.law import Mixture, law_of
from dropviz.theory.moments import exact_gap
from dropviz.theory.standard_errors import (
    GAPS,
    fair,
    fair_variance,
    gap_errors,
    moment_errors,
    sample_moments,
    variance_error,
)
from dropviz.theory.strategies import strategies, strategy

# axes of a measure: strategy, rate
NAMES = tuple(strategies())
RATES = (0.0, 0.1, 0.3, 0.5, 0.8, 0.95)
SOURCES = [
    dv.Normal(relu=True),
    dv.Normal(1.0, 1.0),
    dv.Exponential(2.0),
    dv.Sparse(0.8, 1.5),
    dv.Normal(1e6, 1.0),
    dv.digits(),
]
by_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: repr(source)[:40])


def swept(source, units, **changes):
    settings = {"rates": RATES, "strategies": NAMES, "seed": 3, **changes}
    return dv.sweep(dv.SweepConfig(source, units, **settings))


def influences(train, test, exact_train_mean):
    """First-order change of every measure that each unit makes, straight from the definitions."""
    gap = test - train
    rms = math.sqrt((gap**2).mean())
    spread = (train - train.mean()) ** 2 / train.var() - (test - test.mean()) ** 2 / test.var()
    return {
        "mean_gap": gap - gap.mean(),
        "relative_gap": (gap - gap.mean()) / abs(exact_train_mean),
        "variance_ratio": train.var() / test.var() * spread,
        "rms_gap": (gap**2 - rms**2) / (2 * rms),
        "mean_ratio": test.mean() / train.mean() * (test / test.mean() - train / train.mean()),
    }


@pytest.mark.parametrize("source", [dv.Normal(0.3, 1.5), dv.Normal(relu=True), dv.Exponential(2.0)])
def test_errors_are_those_of_the_changes_that_single_units_make(source):
    result = swept(source, 4 * CHUNK, rates=(0.1, 0.5, 0.9))
    chunks = [draw_chunk(result.config, 0, chunk) for chunk in range(4)]
    value = np.concatenate([values for values, _ in chunks])
    first = np.concatenate([np.repeat(np.arange(sizes.size), sizes) for _, sizes in chunks])
    for s, name in enumerate(NAMES):
        row = strategy(name)
        for r, rate in enumerate(result.config.rates):
            train, test = (first > r) * value * row.train_scale(rate), value * row.test_scale(rate)
            for measure, phi in influences(train, test, result.exact_mean[s, 0, r]).items():
                error = math.sqrt((phi**2).mean() / value.size)
                assert result.gap_error(measure)[s, r] == pytest.approx(error, rel=0.03, abs=1e-9), measure


@pytest.mark.parametrize(
    ("source", "units", "rate"),
    [
        (dv.Constant(1.0), 10, 0.95),
        (dv.Normal(relu=True), 10, 0.95),
        (dv.Normal(-3.0, 1.0, relu=True), 10_000, 0.95),
        (dv.Sparse(0.99), 10_000, 0.95),
        (dv.LogNormal(0.0, 1.5), 100, 0.3),
    ],
)
def test_errors_are_honest_where_a_sample_may_miss_what_is_rare(source, units, rate):
    # One draw in so many may lie beyond five errors (a skew law has no Gaussian tails), not most of them.
    far = 0
    for seed in range(200):
        result = swept(source, units, seed=seed, rates=(rate,), strategies=("standard", "inverted"))
        for name in ("mean", "variance"):
            gap = np.abs(getattr(result, name) - getattr(result, f"exact_{name}"))
            error = getattr(result, f"{name}_se")
            assert (error[:, 0] > 0).all()
            far += int((gap > 5 * error + 1e-12).any())
    assert far <= 8


def test_rounding_is_no_result():
    rare = swept(dv.Normal(-3.0, 1.0, relu=True), 1000, strategies=("standard", "inverted"))
    assert (rare.mean >= 0).all()
    nothing = swept(dv.Normal(-3.0, 0.1, relu=True), 1000)  # not a unit in 1e196 is above 0
    assert (nothing.mean[:, 0, 1:] == 0).all()
    assert (nothing.variance[:4, :, 1:] == 0).all()
    far_away = swept(dv.Normal(1e6, 1e-3), 100_000, strategies=("inverted",))
    assert far_away.variance[0, 1] == pytest.approx(1e-6, rel=0.05)


@by_source
def test_errors_are_the_spread_of_repeats(source):
    results = [swept(source, 20_000, seed=seed, rates=RATES[1:]) for seed in range(300)]
    for measure in GAPS:
        values = np.array([result.gap(measure) for result in results])
        errors = np.sqrt(np.mean([result.gap_error(measure) ** 2 for result in results], axis=0))
        spread = values.std(axis=0, ddof=1)
        # 300 repeats know a spread to 4 %; an rms_gap that is constant to first order has a smaller error still
        known = spread > 1e-3 * np.abs(values).mean(axis=0)
        np.testing.assert_allclose(errors[known], spread[known], rtol=0.25, err_msg=measure)


@by_source
@pytest.mark.parametrize("measure", GAPS[:4])
def test_every_measure_meets_theory_within_five_standard_errors(source, measure):
    result = swept(source, 200_000)
    for s, name in enumerate(NAMES):
        exact = exact_gap(measure, name, RATES, source)
        simulated, error = result.gap(measure)[s], result.gap_error(measure)[s]
        known = np.isfinite(exact) & np.isfinite(error)
        assert known[1:].all()
        # the second order of the delta method, which falls with the number of units
        room = 5 * error[known] + 2e-4 * np.abs(exact[known]) + 1e-9 * abs(source.exact_mean)
        assert (np.abs(simulated[known] - exact[known]) <= room).all(), name


@by_source
def test_where_nobody_is_dropped_both_correct_strategies_have_no_gap_and_no_error(source):
    result = swept(source, 1000, strategies=("standard", "inverted"))
    for measure, value in (("mean_gap", 0), ("variance_ratio", 1), ("rms_gap", 0), ("mean_ratio", 1)):
        assert (result.gap(measure)[:, 0] == value).all()
        assert (result.gap_error(measure)[:, 0] == 0).all()


def test_errors_of_replicates_are_their_spread():
    result = swept(dv.Normal(relu=True), 1000, replicates=40)
    single = swept(dv.Normal(relu=True), 40_000)
    for measure in GAPS:
        several, one = result.gap_error(measure)[:2, 2:], single.gap_error(measure)[:2, 2:]
        assert ((several > 0.5 * one) & (several < 2 * one)).all()


# whether an error is fair


AUDITED = [
    dv.Normal(relu=True),
    dv.Normal(0.5, 1.0),
    dv.Uniform(-0.5, 0.5),
    dv.Sparse(0.99),
    dv.LogNormal(0.0, 1.5),
    dv.Constant(1.0),
    dv.Empirical(np.array([-1.0, 1.0])),
]


def passed(source, units, rate, draws):
    """For every quantity whether its error is fair, and how many draws lie beyond five errors; at one rate."""
    rows, rng, keep = [strategy(name) for name in ("standard", "none")], np.random.default_rng(4), 1.0 - rate
    scales = np.array([[row.train_scale([rate]), row.test_scale([rate])] for row in rows])
    mu, v, law = source.exact_mean, source.exact_variance, law_of(source)
    a = source.sample(rng, draws * units).reshape(draws, units)
    masked = a * (rng.random(a.shape) >= rate)
    both = Mixture(np.array([[keep, 1.0], [rate, 0.0]]), np.array([[1.0, 1.0], [0.0, 0.0]]))
    errors, (gap_se, gap_fair) = (
        moment_errors(law, both, units),
        gap_errors(law, np.array([rate]), scales, units),
    )
    found = {}
    with np.errstate(divide="ignore", invalid="ignore"):
        variances = [each.var(axis=1, ddof=1) for each in (masked, a)]
        exact = [keep * v + keep * rate * mu**2, v]
        for at, (outputs, mean) in enumerate(((masked, keep * mu), (a, mu))):
            found["mean", at] = outputs.mean(axis=1), mean, errors.mean[at], errors.mean_fair[at]
            found["variance", at] = variances[at], exact[at], errors.variance[at], errors.variance_fair[at]
        ratios = [(2, variances[0] / variances[1], exact[0] / np.float64(exact[1]))]
        ratios += [(4, a.mean(axis=1) / masked.mean(axis=1), 1.0 / keep)]
        ratios += [(3, np.sqrt(((masked - a) ** 2).mean(axis=1)), math.sqrt(rate * (v + mu**2)))]
        for measure, values, value in ratios:
            found[GAPS[measure], 0] = values, value, gap_se[measure, 1, 0], gap_fair[measure, 1, 0]
        return {
            name: (bool(fair) and np.isfinite(error), ~(np.abs(values - value) <= 5.0 * error + 1e-12))
            for name, (values, value, error, fair) in found.items()
        }


def test_an_error_is_fair_from_five_units_that_decide_and_where_little_is_left_out():
    # κ = 2; nothing random; the same but for rounding; a κ beyond float64
    second, fourth = np.array([2.0, 0.0, 0.0, 1e-310]), np.array([8.0, 0.0, 1e-30, 1.0])
    assert fair(second, fourth, 10).tolist() == [True, True, True, False]
    assert fair(second, fourth, 9).tolist() == [False, True, True, False]
    one, plain, heavy = np.array(1.0), (np.array(2.0), np.array(4.0)), (np.array(2.0), np.array(200.0))
    assert [bool(fair_variance(one, plain, units)) for units in (99, 100)] == [
        False,
        True,
    ]  # 2·V² ≤ 0.01·n·E[φ²]
    assert [bool(fair_variance(one, heavy, units)) for units in (249, 250)] == [False, True]  # n ≥ 5κ


def all_units(values, rate):
    """Activation and mask of four units a value, a share ``rate`` of them dropped."""
    return np.repeat(values, 4), np.tile(np.arange(4.0) >= 4.0 * rate, len(values))


def is_fair(phi, units, left_out=0.0):
    return (phi == 0.0).all() or (left_out <= 0.01 and units >= 5.0 * (phi**4).mean() / (phi**2).mean() ** 2)


@pytest.mark.parametrize("units", [1, 2, 7, 30, 60, 110, 140, 200, 400, 2000])
@pytest.mark.parametrize("values", [(-1.0, 0.5, 2.0, 4.0), (0.0, 0.0, 0.0, 5.0), (2.0, 2.1)])
def test_errors_of_moments_are_those_of_all_the_units_there_are(values, units):
    """Of a law of few values and masks every unit can be written down: φ, its moments and what it leaves out."""
    rates, law, others = np.array([0.0, 0.25, 0.5, 0.75]), law_of(dv.Empirical(values)), max(units - 1, 1)
    probability = np.array([1.0 - rates, rates])
    for gain, offset in (([1.0, 0.0], [0.0, 0.0]), ([1.0, -2.0], [0.5, 3.0])):
        outputs = Mixture(probability, np.repeat([gain], 4, 0).T, np.repeat([offset], 4, 0).T)
        found = moment_errors(law, outputs, units)
        for r, rate in enumerate(rates):
            value, kept = all_units(values, rate)
            output = np.where(kept, gain[0] * value + offset[0], gain[1] * value + offset[1])
            apart = output - output.mean()
            second = (apart**2).mean()
            change = apart**2 - second
            variance = ((apart**4).mean() - second**2 * ((units - 3) / others)) / units
            known = math.sqrt(variance) if units > 1 else math.nan
            assert found.mean[r] == pytest.approx(math.sqrt(second / units))
            assert found.variance[r] == pytest.approx(known, rel=1e-6, nan_ok=True)
            assert found.mean_fair[r] == is_fair(apart, units)
            left_out = 2.0 * second**2 / (units * (change**2).mean())
            assert found.variance_fair[r] == is_fair(change, units, left_out)


@pytest.mark.parametrize("units", [1, 2, 7, 30, 60, 110, 140, 200, 400, 2000])
@pytest.mark.parametrize("values", [(-1.0, 0.5, 2.0, 4.0), (0.0, 0.0, 0.0, 5.0), (2.0, 2.1)])
def test_errors_of_gaps_are_those_of_all_the_units_there_are(values, units):
    rates, law = np.array([0.0, 0.25, 0.5, 0.75]), law_of(dv.Empirical(values))
    rows = [strategy(name) for name in NAMES[:4]]
    scales = np.array([[row.train_scale(rates), row.test_scale(rates)] for row in rows])
    errors, shown = gap_errors(law, rates, scales, units)
    for r, rate in enumerate(rates):
        value, kept = all_units(values, rate)
        for s, (t, test_scale) in enumerate(scales[:, :, r]):
            train, test = value * kept * t, value * test_scale
            gap, spread = test - train, variance_error(test.var(), ((test - test.mean()) ** 4).mean(), units)
            left_out = {
                "variance_ratio": (spread / test.var()) ** 2,
                "rms_gap": np.var(gap**2) / ((gap**2).mean() ** 2 or 1.0) / units,
                "mean_ratio": train.var() / train.mean() ** 2 / units,
            }
            with np.errstate(invalid="ignore"):  # no gap at all
                changes = influences(train, test, train.mean())
            for measure, change in changes.items():
                phi, at = np.nan_to_num(change) * (np.abs(change) > 1e-12), GAPS.index(measure)
                known = units > 1 or measure != "variance_ratio"
                error = math.sqrt((phi**2).mean() / units) if known else math.nan
                assert errors[at, s, r] == pytest.approx(error, rel=1e-6, abs=1e-9, nan_ok=True), measure
                if known:
                    assert shown[at, s, r] == is_fair(phi, units, left_out.get(measure, 0.0)), (measure, s, r)


def test_the_error_of_the_rms_gap_is_fair_where_it_is_known_to_a_tenth():
    """Of gaps of 0 and 1, as many of each, E[D⁴]/E[D²]² − 1 is 1: its square is 0.01 of 100 units."""
    law, scales = law_of(dv.Constant(1.0)), np.ones((1, 2, 1))
    shown = [
        gap_errors(law, np.array([0.5]), scales, units)[1][GAPS.index("rms_gap"), 0, 0] for units in (99, 100)
    ]
    assert shown == [False, True]


def test_outputs_that_are_equal_have_no_error_to_the_bit():
    rates = np.linspace(0.01, 0.99, 99)
    same = Mixture(np.array([1.0 - rates, rates]), np.full((2, 99), 0.3), 0.7)
    found = moment_errors(law_of(dv.Constant(1.1)), same, 2)
    assert (found.mean == 0.0).all()
    assert (found.variance == 0.0).all()
    assert (found.mean_fair & found.variance_fair).all()


def test_errors_of_measures_that_divide_by_zero_are_nan():
    scales = np.array([[[1.0], [0.5]]])
    for source, undefined in ((dv.Empirical([-1.0, 1.0]), {1, 4}), (dv.Constant(2.0), {2})):
        errors, _ = gap_errors(law_of(source), np.array([0.5]), scales, 50)
        assert set(np.flatnonzero(np.isnan(errors[:, 0, 0]))) == undefined


def test_where_an_error_is_fair_few_draws_lie_beyond_five():
    shown, share = 0, []
    for source in AUDITED:
        for units, draws in ((2, 4000), (3, 4000), (10, 2000), (50, 1000), (2000, 150)):
            for rate in (0.04, 0.3, 0.5, 0.95):
                for is_shown, beyond in passed(source, units, rate, draws).values():
                    shown += is_shown * beyond.size
                    share.append((is_shown, beyond.mean(), beyond.sum()))
    assert sum(count for fair, _, count in share if fair) < 1e-3 * shown
    assert max(mean for fair, mean, _ in share if fair) <= 0.01  # one or two of 150 draws
    assert max(mean for fair, mean, _ in share if not fair) > 1 / 30  # what is hidden has to be
    assert shown > 100_000


@pytest.mark.parametrize("source", [dv.Normal(relu=True), dv.Uniform(), dv.Exponential(), dv.digits()])
def test_ordinary_settings_show_their_errors(source):
    result = dv.sweep(dv.SweepConfig(source, 100_000))
    assert np.mean(result.mean_fair) == np.mean(result.variance_fair) == 1.0
    assert (
        np.mean(result.gap_fair) > 0.99
    )  # the ratio of variances at rate 0.01 needs more units of a heavy tail


@pytest.mark.parametrize("units", [2, 3])
@pytest.mark.parametrize("source", [dv.Normal(relu=True), dv.Uniform(-0.5, 0.5)])
def test_a_ratio_of_two_or_three_units_has_no_error(source, units):
    estimate = swept(source, units, seed=226).gap_estimate("variance_ratio", "inverted")
    assert np.isfinite(estimate.simulated).any()
    assert np.isnan(estimate.error[1:]).all()


def test_nothing_random_needs_no_units():
    still = swept(dv.Constant(2.0), 2, rates=(0.0,), strategies=("standard", "inverted"))
    assert (still.estimates("mean").error == 0.0).all()
    assert (still.gap_estimate("mean_gap", "inverted").error == 0.0).all()


def test_a_sigmoid_far_from_the_middle_has_the_fourth_moment_of_its_draws():
    source = dv.SigmoidNormal(-5.0, 1.0)
    result = [swept(source, 2000, seed=seed, rates=(0.3,), strategies=("inverted",)) for seed in range(400)]
    drawn = np.array([each.variance[0, 1, 0] for each in result])
    assert result[0].variance_se[0, 1, 0] == pytest.approx(drawn.std(), rel=0.2)


def test_undefined_errors_are_nan():
    alone = swept(dv.Normal(1.0), 1)
    assert np.isnan(alone.gap_error("variance_ratio")).all()
    assert np.isnan(alone.variance_se).all()
    assert (alone.mean_se[:4, :, 1:] > 0).all()
    constant = swept(dv.Constant(2.0), 1000)
    assert np.isnan(constant.gap_error("variance_ratio")).all()
    assert np.isfinite(constant.gap_error("mean_gap")[:4]).all()
    with pytest.raises(ValueError, match="wasserstein"):
        constant.gap_error("wasserstein")


def test_moments_of_samples_are_numpys_and_their_errors_the_spread_of_many():
    rng = np.random.default_rng(6)
    samples = 3.0 + rng.exponential(2.0, (50, 4000))
    seen = sample_moments(samples)
    np.testing.assert_allclose(seen.mean, samples.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(seen.variance, samples.var(axis=0, ddof=1), rtol=1e-12)
    np.testing.assert_allclose(seen.mean_se, samples.std(axis=0, ddof=1) / math.sqrt(50), rtol=1e-12)
    law = variance_error(np.array([4.0]), np.array([9.0 * 16.0]), 50)
    assert seen.variance.std() == pytest.approx(float(law[0]), rel=0.1)


def test_each_column_of_samples_has_its_own_moments():
    samples = np.random.default_rng(2).exponential(size=(7, 3)) * [1e-3, 1.0, 1e3] + [0.0, 5.0, -50.0]
    seen, apart = sample_moments(samples), samples - samples.mean(axis=0)
    second, fourth = (apart**2).mean(axis=0), (apart**4).mean(axis=0)
    np.testing.assert_allclose(seen.mean, samples.mean(axis=0), rtol=1e-12)
    np.testing.assert_allclose(seen.variance, samples.var(axis=0, ddof=1), rtol=1e-12)
    np.testing.assert_allclose(seen.mean_se, np.sqrt(seen.variance / 7), rtol=1e-12)
    np.testing.assert_allclose(seen.variance_se, np.sqrt((fourth - second**2 * 4 / 6) / 7), rtol=1e-9)


def test_samples_that_do_not_vary_have_no_error():
    seen = sample_moments(np.full((7, 3), 0.1))
    assert [part.tolist() for part in seen] == [[0.1] * 3, [0.0] * 3, [0.0] * 3, [0.0] * 3]
