import numpy as np
import pytest

import dropviz as dv
from dropviz.simulation.answer import LAYERS, NOISES, STRATEGIES, EvidenceConfig, evidence
from dropviz.theory.moments import variance_ratio

RATES = dv.rate_grid(0.0, 0.95, 0.05)
R = np.asarray(RATES)
K = 1.0 - R
EVIDENCE = evidence(EvidenceConfig(units=20_000, rates=RATES, steps=50))
SOURCE = EVIDENCE.sweep.config.activations


@pytest.mark.parametrize(
    ("name", "exact"),
    [("none", 1.0 / K), ("standard", np.ones_like(K)), ("inverted", np.ones_like(K)), ("wrong_test", R / K)],
)
def test_the_ratios_of_the_means_are_those_of_the_table_of_facts(name, exact):
    ratio = EVIDENCE.sweep.gap_estimate("mean_ratio", name)
    np.testing.assert_allclose(ratio.exact, exact, atol=1e-15)
    assert (np.abs(ratio.simulated - exact) <= 5.0 * ratio.error + 1e-12).all()


@pytest.mark.parametrize("name", LAYERS)
def test_the_variance_ratio_is_one_curve_for_both(name):
    ratio = EVIDENCE.sweep.gap_estimate("variance_ratio", name)
    np.testing.assert_allclose(ratio.exact, variance_ratio(R, SOURCE.exact_mean, SOURCE.exact_variance))


def test_along_an_annealed_rate_only_inverted_is_never_off():
    errors = dict(zip(EVIDENCE.annealed, EVIDENCE.worst_error, strict=True))
    np.testing.assert_allclose(errors["last rate"], R / K)
    np.testing.assert_allclose(errors["first rate"], R)
    assert (errors["inverted"] == 0.0).all()


def test_no_single_factor_does_better_than_the_best():
    factors = np.linspace(0.01, 1.0, 2000)
    steps = np.linspace(0.0, 1.0, 51)
    for rate, least in zip(RATES, EVIDENCE.least_error, strict=True):
        keep = 1.0 - rate * (1.0 - steps)
        worst = np.abs(factors[:, None] / keep - 1.0).max(axis=1)
        assert (worst >= least - 1e-12).all()
        assert worst.min() == pytest.approx(least, abs=0.05)
    assert (EVIDENCE.least_error <= EVIDENCE.worst_error[:3]).all()


def test_the_noise_of_inverted_has_mean_zero_and_that_of_standard_has_not():
    mean = dict(zip(NOISES, EVIDENCE.noise.exact, strict=True))
    np.testing.assert_allclose(mean["inverted"], 0.0, atol=1e-15)
    np.testing.assert_allclose(mean["gaussian"], 0.0, atol=1e-15)
    np.testing.assert_allclose(mean["standard"], -R * SOURCE.exact_mean, atol=1e-15)
    assert (
        np.abs(EVIDENCE.noise.simulated - EVIDENCE.noise.exact) <= 5.0 * EVIDENCE.noise.error + 1e-12
    ).all()


def test_z_keeps_its_mean_under_inverted_and_loses_weight_under_standard():
    layer = EVIDENCE.layer
    total = float(layer.weights @ layer.inputs)
    np.testing.assert_allclose(layer.estimate("mean", "inverted").exact, total + 1.0)
    np.testing.assert_allclose(layer.estimate("mean", "standard").exact, K * total + 1.0)


def test_one_pass_is_not_the_average_but_at_rate_0():
    average, one_pass = EVIDENCE.unit.arithmetic_mean, EVIDENCE.unit.weight_scaled
    assert average[0] == pytest.approx(one_pass[0])
    assert (np.abs(average - one_pass)[1:] > 1e-3).all()


def test_all_of_it_stands_on_the_same_rates():
    assert EVIDENCE.sweep.config.strategies == STRATEGIES
    assert EVIDENCE.sweep.config.rates == EVIDENCE.layer.config.rates == RATES
    np.testing.assert_array_equal(EVIDENCE.unit.rates, R)
    assert EVIDENCE.noise.exact.shape == (len(NOISES), len(R))
    assert EVIDENCE.worst_error.shape == (len(EVIDENCE.annealed), len(R))


@pytest.mark.parametrize(("part", "message"), [({"units": 1}, "units"), ({"steps": 0}, "steps")])
def test_what_cannot_be_gathered_is_refused(part, message):
    with pytest.raises(ValueError, match=message):
        EvidenceConfig(**part)
