"""The unit of what is shown: exact, simulated and error are sliced together, and every result gives its own arrays."""

import numpy as np
import pytest

import dropviz as dv
from dropviz.numbers.estimate import Estimate
from dropviz.simulation.layer import LayerConfig, layer_sweep
from dropviz.simulation.noise_sweep import NoiseConfig, noise_sweep
from dropviz.simulation.variance_shift import VarianceShiftConfig, variance_shift
from dropviz.theory.standard_errors import GAPS

RATES = (0.0, 0.3, 0.8)
SWEEP = dv.sweep(dv.SweepConfig(units=50_000, rates=RATES, strategies=("inverted", "none")))


def parts(estimate):
    return estimate.exact, estimate.simulated, estimate.error


def test_an_index_takes_the_same_part_of_all_three():
    whole = Estimate(*(np.arange(12.0).reshape(3, 4) + shift for shift in (0.0, 100.0, 1000.0)))
    for index in (1, (2, slice(1, 3)), (slice(None), [0, 2]), (2, 3), np.array([True, False, True])):
        for part, of_whole in zip(parts(whole[index]), parts(whole), strict=True):
            np.testing.assert_array_equal(part, of_whole[index])


def test_what_was_not_simulated_stays_so():
    alone = Estimate(np.array([1.0, 2.0]))[1]
    assert (alone.exact, alone.simulated, alone.error) == (2.0, None, None)


@pytest.mark.parametrize("moment", ["mean", "variance"])
def test_a_sweep_gives_the_row_of_a_strategy_and_phase(moment):
    for row, name in enumerate(SWEEP.config.strategies):
        for at, phase in enumerate(("train", "test")):
            exact, simulated, error = parts(SWEEP.estimate(moment, name, phase))
            np.testing.assert_array_equal(exact, getattr(SWEEP, f"exact_{moment}")[row, at])
            np.testing.assert_array_equal(simulated, getattr(SWEEP, moment)[row, at])
            np.testing.assert_array_equal(error, getattr(SWEEP, f"{moment}_se")[row, at])


@pytest.mark.parametrize("measure", GAPS)
def test_a_gap_lies_within_its_errors_of_the_exact_one(measure):
    for row, name in enumerate(SWEEP.config.strategies):
        gap = SWEEP.gap_estimate(measure, name)
        np.testing.assert_array_equal(gap.simulated, SWEEP.gap(measure)[row])
        np.testing.assert_array_equal(gap.error, SWEEP.gap_error(measure)[row])
        assert (np.abs(gap.simulated - gap.exact) <= 5 * gap.error + 1e-12).all()
    assert (gap.error[1:] > 0.0).all()


def test_an_error_that_is_not_fair_is_nan():
    few = dv.sweep(dv.SweepConfig(units=3, rates=RATES, strategies=("inverted", "none")))
    assert np.isfinite(few.variance_se).all()
    assert np.isnan(few.estimate("variance", "none", "train").error).all()
    assert np.isnan(few.gap_estimate("rms_gap", "none").error[1:]).all()
    repeated = dv.sweep(dv.SweepConfig(units=3, rates=RATES, replicates=20))
    np.testing.assert_array_equal(repeated.estimates("mean").error, repeated.mean_se)


def test_the_wasserstein_distance_is_not_simulated():
    distance = SWEEP.gap_estimate("wasserstein", "none")
    np.testing.assert_array_equal(distance.exact, SWEEP.gap("wasserstein")[1])
    assert (distance.simulated, distance.error) == (None, None)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (
            lambda: SWEEP.estimate("median", "none", "test"),
            "moment must be one of mean, variance; got 'median'",
        ),
        (lambda: SWEEP.estimate("mean", "none", "later"), "phase must be one of train, test; got 'later'"),
        (
            lambda: SWEEP.estimate("mean", "both", "test"),
            "strategy must be one of inverted, none; got 'both'",
        ),
        (
            lambda: SWEEP.gap_estimate("mean_gap", "both"),
            "strategy must be one of inverted, none; got 'both'",
        ),
        (
            lambda: SWEEP.gap_estimate("gap", "none"),
            "measure must be one of mean_gap, .*wasserstein; got 'gap'",
        ),
    ],
)
def test_an_unknown_name_is_refused(call, said):
    with pytest.raises(ValueError, match=said):
        call()


def test_noises_layers_and_the_variance_shift_give_theirs():
    noises = noise_sweep(NoiseConfig(units=30_000, rates=RATES))
    np.testing.assert_array_equal(noises.train.estimates("variance")[2].error, noises.train.variance_se[2])
    layer = layer_sweep(LayerConfig(masks=50, rates=RATES))
    np.testing.assert_array_equal(layer.estimate("mean", "none").simulated, layer.mean[2])
    np.testing.assert_array_equal(layer.estimate("variance", "inverted").exact, layer.exact_variance[1])
    shift = variance_shift(VarianceShiftConfig(samples=50, rates=RATES))
    np.testing.assert_array_equal(shift.estimates("shift").error, shift.shift_se)
