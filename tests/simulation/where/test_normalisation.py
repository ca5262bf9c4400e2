"""Before a normalisation, simulated: BatchNorm at its closed forms, LayerNorm and RMSNorm the same but for ε."""

from dataclasses import replace

import numpy as np
import pytest

import dropviz as dv
from dropviz.simulation.where.normalisation import NormalisationConfig, normalised

CONFIG = NormalisationConfig(rates=dv.rate_grid(0.0, 0.95, 0.05))
FOUND = normalised(CONFIG)
AT = CONFIG.rates.index(0.3)
QUANTITIES = ("off", "variance", "change")


@pytest.mark.parametrize("config", [CONFIG, replace(CONFIG, inputs=1), replace(CONFIG, seed=8, units=2)])
def test_what_is_simulated_lies_within_five_errors_of_what_is_exact(config):
    found = normalised(config)
    for quantity in QUANTITIES:
        estimate = found.estimates(quantity)
        known = np.isfinite(estimate.error)
        off = np.abs(estimate.simulated - estimate.exact)
        assert (off <= 5.0 * estimate.error + 1e-12)[known].all(), quantity
        assert (estimate.error[..., 1:] > 0.0)[known[..., 1:]].all()
        assert known[..., : AT + 1].all()


@pytest.mark.parametrize("values", [[3.0], [-1.0, 1.0], [1e15, 1.0, -2.0], [1e-15, 0.0]])
def test_a_person_s_own_inputs_have_the_closed_forms(values):
    config = NormalisationConfig(dv.Empirical(values), inputs=16, rates=(0.0, 0.3, 0.8))
    found, mean, variance = normalised(config), np.mean(values), np.var(values)
    without = 0.7 * variance / (variance + 0.3 * mean**2)
    assert found.exact_variance[0, 1] == pytest.approx(without)
    for quantity in QUANTITIES:
        estimate = found.estimates(quantity)
        known = np.isfinite(estimate.error)
        assert (np.abs(estimate.simulated - estimate.exact) <= 5.0 * estimate.error + 1e-12)[known].all()
        assert known[..., 1].all()
    assert found.outweighed == (max(values) < 1e-3)


def test_what_rare_inputs_decide_has_no_error():
    rare = normalised(NormalisationConfig(dv.Sparse(0.99, 1.0), inputs=4, rates=(0.0, 0.3)))
    for quantity in QUANTITIES:
        assert np.isfinite(rare.estimates(quantity).error[..., 0]).all()
        assert np.isnan(rare.estimates(quantity).error[..., 1]).all()
    nothing = normalised(NormalisationConfig(dv.Constant(0.0), rates=(0.0, 0.3)))
    assert np.isnan(nothing.exact_change).all()
    assert np.isnan(nothing.change).all()


def test_errors_are_those_of_many_seeds():
    few = replace(CONFIG, rates=(0.1, 0.4), samples=500, inputs=24, units=2)
    found = [normalised(replace(few, seed=seed)) for seed in range(250)]
    for quantity in QUANTITIES:
        scores = np.array(
            [(one.simulated - one.exact) / one.error for one in (each.estimates(quantity) for each in found)]
        )
        assert (scores.var(axis=0) > 0.7).all(), quantity
        assert (scores.var(axis=0) < 1.4).all(), quantity


def test_the_numbers_of_batch_norm():
    with_factor, forgotten = FOUND.exact_variance[:, AT]
    assert with_factor == pytest.approx(0.61, abs=0.005)
    assert forgotten == pytest.approx(1.25, abs=0.005)
    assert FOUND.off[1, AT] == pytest.approx(0.22, abs=0.03)
    assert abs(FOUND.off[0, AT]) < 0.02
    assert FOUND.exact_off[0, AT] == 0.0


def test_layer_norm_and_rms_norm_change_by_their_epsilon_alone():
    for change in (FOUND.layer_norm_change, FOUND.rms_norm_change):
        assert change[0] == 0.0
        assert (np.diff(change) > 0.0).all()
        assert change[AT] < 1e-4
        assert change[-1] < 0.01
        assert (change < 0.01 * FOUND.exact_change + 1e-15).all()


def test_at_rate_0_training_and_test_are_the_same():
    np.testing.assert_array_equal(FOUND.off[:, 0], 0.0)
    np.testing.assert_allclose(FOUND.variance[:, 0], 1.0)
    assert FOUND.change[0] == 0.0


def test_what_is_out_of_range_is_refused_by_name():
    with pytest.raises(ValueError, match="inputs must be an integer from 1 to 256"):
        NormalisationConfig(inputs=257)
