"""One noise beside inverted dropout: every unit is counted once, and what has no noise mean is said to have 0."""

import numpy as np
import pytest

import dropviz as dv
from dropviz.simulation.noise_pair import NoisePairConfig, noise_pair
from dropviz.theory.noise import noise, noises

RELU = dv.Normal(relu=True)
RATES = dv.rate_grid(0.0, 0.95, 0.01)
MOMENTS = ("mean", "variance")
OTHERS = [name for name in noises() if name != "inverted"]


def found(other, activations=RELU, units=1000):
    return noise_pair(NoisePairConfig(other, activations, units, display_units=3000))


@pytest.mark.parametrize("name", OTHERS)
def test_every_unit_is_in_a_bin_in_a_point_mass_or_beyond_the_axis(name):
    result = found(name)
    assert tuple(result.distributions) == result.pair == ("inverted", name)
    for picture in result.distributions.values():
        masses = dict(picture.masses)
        test = masses.pop("test").share
        whole = picture.train.sum(axis=1) + picture.outside + sum(mass.share for mass in masses.values())
        np.testing.assert_allclose(whole, 100.0)
        np.testing.assert_allclose(test, 50.0, atol=0.1)
        assert (picture.test.sum(axis=1) + test <= 100.0 + 1e-9).all()


def test_only_what_needs_a_factor_at_test_moves_there():
    pictures = found("standard").distributions
    assert (len(pictures["inverted"].test), len(pictures["standard"].test)) == (1, 96)


def test_two_masses_are_told_apart_only_where_their_places_differ():
    alpha = found("alpha").distributions["alpha"].masses
    assert (alpha["dropped"].at != alpha["zero"].at).any()
    assert "zeros" not in alpha
    additive = found("additive").distributions["additive"].masses
    assert not additive["zeros"].share[1:].any()  # above rate 0 it moves all zeros apart


@pytest.mark.parametrize("name", OTHERS)
@pytest.mark.parametrize("source", [RELU, dv.Sparse()], ids=["relu", "sparse"])
def test_only_what_is_dropped_is_called_so(name, source):
    rates = np.array(dv.rate_grid(0.0, 0.95, 0.01))
    for noisy, picture in found(name, source).distributions.items():
        assert set(picture.masses) == ({"dropped", "zero"} if noisy == "alpha" else {"zeros"}) | {"test"}
        if noisy == "alpha":
            error = 100.0 * np.sqrt(rates * (1.0 - rates) / 3000) + 1e-9
            assert (np.abs(picture.masses["dropped"].share - 100.0 * rates) < 5.0 * error).all()


def test_zeros_are_those_before_and_those_dropped():
    for name in ("standard", "inverted"):
        masses = found("standard").distributions[name].masses
        assert set(masses) == {"zeros", "test"}
        np.testing.assert_allclose(masses["zeros"].share, 50.0 + 50.0 * np.array(RATES), atol=3.0)


@pytest.mark.parametrize("name", ["gaussian", "uniform", "additive"])
def test_noise_that_drops_no_unit_has_no_mass_called_dropped(name):
    masses = found(name).distributions[name].masses
    assert set(masses) == {"zeros", "test"}
    kept = 0.0 if name == "additive" else 50.0  # what is added moves all zeros apart
    np.testing.assert_allclose(masses["zeros"].share[1:], kept, atol=3.0)


# what an audit found shown as a measurement: 0 without an error beside an exact value that is not 0, false errors, and
# what rounding leaves
FALSE = [
    (dv.LogNormal(0.0, 1.5), 100_000),
    (dv.Normal(-3.0, 0.7, relu=True), 100_000),
    (dv.Sparse(0.99), 100),
    (dv.Sparse(0.99), 2000),
    (RELU, 2),
    (RELU, 1000),
    (dv.Empirical(np.r_[np.zeros(99_999), 1.0]), 100_000),
]


@pytest.mark.parametrize(("source", "units"), FALSE)
def test_no_simulated_number_lies_where_its_error_cannot_reach(source, units):
    result = noise_pair(NoisePairConfig("gaussian", source, units, display_units=10))
    curves = [
        getattr(result.sweep, phase).estimates(moment) for phase in ("noise", "train") for moment in MOMENTS
    ]
    for estimate in (*curves, result.mean, result.variance, result.variance_ratio, result.mean_gap):
        size = np.abs(estimate.exact).max()
        same = np.abs(estimate.simulated - estimate.exact) <= 1e-9 * size
        known = np.isfinite(estimate.error)
        away = np.abs(estimate.simulated - estimate.exact)
        assert (same | ~known | (away <= 5.0 * estimate.error))[known | same].all()
        assert (same | ~known | (estimate.error > 0.0)).all()  # without an error a number is exact
        assert not ((np.abs(estimate.simulated) < 1e-9 * size) & (estimate.simulated != 0.0) & ~same).any()


def test_the_error_of_the_ratio_is_that_of_the_training_variance():
    result = found("uniform", units=20_000)
    np.testing.assert_allclose(
        result.variance_ratio.error * result.sweep.test.exact_variance, result.sweep.train.variance_se
    )


@pytest.mark.parametrize("name", OTHERS)
def test_the_moments_and_the_mean_at_a_unit_are_those_of_the_theory(name):
    result, rates = found(name), np.array(dv.rate_grid(0.0, 0.95, 0.01))
    moments = noise(name).output_moments(rates, RELU.exact_mean, RELU.exact_variance)
    np.testing.assert_allclose(result.exact[name]["train"].mean, moments.mean * np.ones(96), atol=1e-12)
    np.testing.assert_allclose(result.exact[name]["train"].variance, moments.variance * np.ones(96))
    assert result.unit_mean[name].any() == (name in ("standard", "alpha"))
    assert result.mean.exact[-1].any() == (name in ("standard", "alpha"))


def test_simulated_moments_agree_with_the_exact_ones():
    result = found("gaussian", units=50_000)
    for estimate in (result.mean, result.variance, result.variance_ratio, result.mean_gap):
        assert (np.abs(estimate.simulated - estimate.exact) <= 5.0 * estimate.error + 1e-12).all()


def test_without_a_test_variance_there_is_no_ratio():
    result = found("gaussian", dv.Constant(2.0))
    assert np.isnan(result.variance_ratio.exact).all()
    assert np.isnan(result.variance_ratio.simulated).all()


def test_a_pair_needs_another_noise_that_there_is():
    with pytest.raises(ValueError, match="other must be a noise beside 'inverted'"):
        NoisePairConfig("inverted")
    with pytest.raises(ValueError, match="'pink'"):
        NoisePairConfig("pink")
    with pytest.raises(ValueError, match=r"display_units.*0"):
        NoisePairConfig("alpha", display_units=0)
