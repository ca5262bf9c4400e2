import numpy as np
import pytest

import dropviz as dv
from dropviz.settings.mistakes import CLEAN, RATE_SEEN, TEST, TRAIN
from dropviz.simulation.layer import LayerConfig, layer_sweep
from dropviz.simulation.mistakes import (
    ANSWERS,
    EXAMPLE_RATES,
    MistakeConfig,
    answers_left_on,
    beside_inverted,
    example,
)
from dropviz.theory.diagnosis import LEFT_ON, diagnose
from dropviz.theory.moments import mean_ratio
from dropviz.theory.observation import Observation

WRONG = [name for name, row in dv.strategies().items() if row.mistake]
SWEEP = dv.SweepConfig(units=50_000, strategies=("inverted", *WRONG))
RATES = np.asarray(SWEEP.rates)
LAYER = LayerConfig(masks=1000, strategies=("inverted",))


def at(rate):
    return int(np.abs(RATES - rate).argmin())


@pytest.mark.parametrize("name", WRONG)
def test_the_ratios_are_theory_and_the_simulation_lies_within_five_standard_errors(name):
    found = beside_inverted(MistakeConfig(SWEEP, name))
    for other, ratio in found.ratios.items():
        expected = mean_ratio(dv.strategies()[other], RATES)
        np.testing.assert_array_equal(ratio.exact, expected)
        known = np.isfinite(expected)
        assert (np.abs(ratio.simulated - expected) <= 5.0 * ratio.error + 1e-12)[known].all()
    assert list(found.ratios) == list(SWEEP.strategies)


@pytest.mark.parametrize(
    ("name", "root"), [("none", None), ("both", None), ("wrong_train", 0.5), ("wrong_test", 0.5)]
)
def test_where_a_mistake_hides(name, root):
    found = beside_inverted(MistakeConfig(SWEEP, name))
    assert found.invisible_rate == root
    assert not found.centred


@pytest.mark.parametrize(
    "source", [dv.Normal(), dv.Uniform(-1.0, 1.0), dv.Constant(0.0), dv.Empirical(np.array([1.0, -1.0]))]
)
def test_where_every_mean_is_0_no_ratio_is_simulated(source):
    found = beside_inverted(
        MistakeConfig(dv.SweepConfig(source, 100, strategies=("inverted", "both")), "both")
    )
    assert found.centred
    assert all(ratio.simulated is None for ratio in found.ratios.values())
    np.testing.assert_array_equal(found.ratios["both"].exact, mean_ratio(dv.strategies()["both"], RATES))


def test_few_units_may_all_fall_and_then_there_is_no_ratio_and_no_warning():
    config = dv.SweepConfig(units=2, strategies=("inverted", "none"), seed=3)
    ratio = beside_inverted(MistakeConfig(config, "none")).ratios["none"]
    assert np.isnan(ratio.simulated).any()
    assert not np.isinf(ratio.simulated).any()
    assert np.isfinite(ratio.exact).all()


@pytest.mark.parametrize(
    ("config", "name", "message"),
    [
        (dv.SweepConfig(units=10, strategies=("inverted", "none")), "both", "sweep must hold"),
        (dv.SweepConfig(units=10, strategies=("inverted", "none")), "inverted", "must be a mistake"),
    ],
)
def test_a_sweep_that_cannot_show_the_mistake_is_refused(config, name, message):
    with pytest.raises(ValueError, match=message):
        MistakeConfig(config, name)


# ---- left on at test ------------------------------------------------------------------------------------------------


def test_the_shares_hold_the_masks_inside_the_edges():
    found, prediction = answers_left_on(LAYER), layer_sweep(LAYER).training_z("inverted")
    inside = ((prediction >= found.edges[0]) & (prediction <= found.edges[-1])).mean(axis=0)
    np.testing.assert_allclose(found.shares.sum(axis=1), 100.0 * inside, atol=1e-9)
    assert found.edges[0] < min(found.off, 0.0)
    assert max(found.off, 0.0) < found.edges[-1]
    assert found.shares[at(0.2)].max() <= found.top <= 105.0


def test_the_estimates_are_those_of_the_masks():
    found, result = answers_left_on(LAYER), layer_sweep(LAYER)
    prediction = result.training_z("inverted")
    exact, std, error = found.std.exact, found.std.simulated, found.std.error
    np.testing.assert_array_equal(exact, np.sqrt(result.exact_variance[0]))
    assert (np.abs(std - exact) <= 5.0 * error + 1e-12).all()
    # of 1,000 values of nearly a normal
    np.testing.assert_allclose(error[30:60] / std[30:60], 1.0 / np.sqrt(2.0 * 1000.0), rtol=0.15)
    assert (np.diff(exact) > 0.0).all()
    assert np.ptp(prediction[:, 0]) == found.flipped.simulated[0] == 0.0
    assert (np.abs(found.mean.simulated - found.off) <= 5.0 * found.mean.error + 1e-12).all()
    flips = 100.0 * (prediction * found.off < 0.0).mean(axis=0)
    np.testing.assert_array_equal(found.flipped.simulated, flips)
    assert flips[at(0.8)] > 5.0
    np.testing.assert_allclose(found.flipped.error, np.sqrt(flips * (100.0 - flips) / 1000))
    np.testing.assert_array_equal(found.first, prediction[:ANSWERS])
    assert found.masks == 1000


def test_an_input_that_is_always_0_has_one_answer_and_no_division():
    found = answers_left_on(LayerConfig(dv.Constant(0.0), fan_in=3, masks=50))
    assert found.off == 0.0
    assert not found.std.exact.any()
    assert not found.std.simulated.any()
    assert not found.std.error.any()
    assert not found.flipped.simulated.any()
    np.testing.assert_array_equal(found.shares.sum(axis=1), 100.0)


# ---- examples for the diagnosis --------------------------------------------------------------------------------------


def test_examples_are_of_every_mistake_and_the_diagnosis_finds_each():
    found = [diagnose(example(seed)).fitting for seed in range(40)]
    wrong = {name for name, row in dv.strategies().items() if row.mistake}
    assert {names[0] for names in found if len(names) == 1} == wrong
    assert {names for names in found if len(names) != 1} == {("inverted", LEFT_ON)}
    assert {example(seed).rate for seed in range(60)} == set(EXAMPLE_RATES)
    assert example(5) == example(5)


def test_the_page_opens_with_the_first_example():
    means = [setting.default for setting in (*TRAIN, *TEST, *CLEAN)]
    assert Observation(RATE_SEEN.default, *means) == example(12)
