import math

import numpy as np
import pytest

from dropviz.theory.moments import exact_moments
from dropviz.theory.noise import ALPHA_FILL, noise, noise_ratio, noises, standard_normal, unit_uniform

NAMES = tuple(noises())
RATES = np.array([0.0, 0.1, 0.3, 0.5, 0.8, 0.95, 0.99])
ZERO_MEAN = ("inverted", "gaussian", "additive", "uniform")


def within(simulated, exact, error, sigmas=5.0, slack=1e-12):
    """Whether |simulated − exact| ≤ sigmas·error, with room for rounding where the error is 0."""
    return (np.abs(simulated - exact) <= sigmas * error + slack * (1.0 + np.abs(exact))).all()


def output_of(name, seed, a, rate):
    gain, offset = noise(name).draw(np.random.default_rng(seed), a.shape, rate)
    assert gain.shape == offset.shape == a.shape
    return gain * a + offset * (np.sqrt(np.mean(a**2)) if name == "additive" else 1.0)  # drawn for E[a²] = 1


# laws, output by output


@pytest.mark.parametrize("name", NAMES)
def test_rate_zero_changes_nothing(name):
    a = np.random.default_rng(0).normal(size=(5, 7))
    np.testing.assert_allclose(output_of(name, 1, a, 0.0), a, rtol=1e-15, atol=1e-15)


@pytest.mark.parametrize(("name", "scale"), [("standard", 1.0), ("inverted", 1 / 0.7)])
def test_mask_outputs_are_zero_or_scaled(name, scale):
    a = np.random.default_rng(0).normal(size=1000)
    output = output_of(name, 1, a, 0.3)
    assert ((output == 0.0) | np.isclose(output, a * scale, rtol=1e-15)).all()
    assert 200 < (output == 0.0).sum() < 400


def test_alpha_outputs_are_the_saturation_or_affine():
    a = np.random.default_rng(0).normal(size=1000)
    scale = (0.7 + ALPHA_FILL**2 * 0.7 * 0.3) ** -0.5
    shift = -scale * 0.3 * ALPHA_FILL
    output = output_of("alpha", 1, a, 0.3)
    fallen = np.isclose(output, scale * ALPHA_FILL + shift, rtol=1e-14)
    assert 200 < fallen.sum() < 400
    np.testing.assert_allclose(output[~fallen], scale * a[~fallen] + shift, rtol=1e-13)


def test_uniform_multiplier_stays_in_its_interval():
    output = output_of("uniform", 1, np.ones(10_000), 0.3)
    half = math.sqrt(3 * 0.3 / 0.7)
    assert 1 - half <= output.min() < 1 - 0.99 * half
    assert 1 + 0.99 * half < output.max() <= 1 + half


# closed forms


def test_bernoulli_moments_are_those_of_the_strategies():
    for name in ("standard", "inverted"):
        ours = noise(name).output_moments(RATES, 0.7, 2.0)
        theirs = exact_moments(name, "train", RATES, 0.7, 2.0)
        np.testing.assert_allclose(ours.mean, theirs.mean, rtol=1e-14)
        np.testing.assert_allclose(ours.variance, theirs.variance, rtol=1e-14)
        np.testing.assert_allclose(noise(name).test_moments(RATES, 0.7, 2.0).mean, ours.mean, rtol=1e-14)


def test_standard_noise_has_a_mean():
    moments = noise("standard").noise_moments(RATES, 0.7, 2.0)
    np.testing.assert_allclose(moments.mean, -RATES * 0.7, atol=1e-16)
    # Var(a·(m − 1)) = r·v + k·r·μ²
    np.testing.assert_allclose(moments.variance, RATES * 2.0 + RATES * (1 - RATES) * 0.49, rtol=1e-14)


@pytest.mark.parametrize("name", ZERO_MEAN)
def test_zero_mean_noises_share_both_moments(name):
    moments = noise(name).noise_moments(RATES, 0.7, 2.0)
    np.testing.assert_allclose(moments.mean, 0.0, atol=1e-15)
    np.testing.assert_allclose(moments.variance, RATES / (1 - RATES) * (2.0 + 0.49), rtol=1e-12)
    output = noise(name).output_moments(RATES, 0.7, 2.0)
    np.testing.assert_allclose(output.mean, 0.7, rtol=1e-14)
    np.testing.assert_allclose(output.variance, (2.0 + 0.49) / (1 - RATES) - 0.49, rtol=1e-12)
    test = noise(name).test_moments(RATES, 0.7, 2.0)
    assert (test.mean == 0.7).all()
    assert (test.variance == 2.0).all()


def test_alpha_keeps_a_standardised_activation_and_no_other():
    kept = noise("alpha").output_moments(RATES, 0.0, 1.0)
    np.testing.assert_allclose(kept.mean, 0.0, atol=1e-14)
    np.testing.assert_allclose(kept.variance, 1.0, rtol=1e-13)
    moved = noise("alpha").output_moments(0.3, 0.4, 0.34)
    assert abs(moved.mean - 0.4) > 0.05
    assert abs(moved.variance - 0.34) > 0.05


def test_only_standard_needs_anything_at_test():
    assert [name for name in NAMES if noise(name).needs_test_scale] == ["standard"]


def test_noise_ratio_is_the_standard_deviation_of_an_inverted_mask():
    for r in RATES:
        k = 1 - r
        assert noise_ratio(r) ** 2 == pytest.approx(k * (1 / k - 1) ** 2 + r * 1.0, rel=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_the_mixture_has_the_moments_of_the_draws(name):
    # E[(gain·a + offset)ᵖ] at a = 0.8, so far as standard errors need them; drawn for E[a²] = 1
    probability, gain, offset = np.broadcast_arrays(*noise(name).mixture(0.3, 1.0))
    drawn = noise(name).draw(np.random.default_rng(3), 400_000, 0.3)
    output = drawn.gain * 0.8 + drawn.offset
    assert probability.sum() == pytest.approx(1.0)
    for power in range(1, 9):
        exact = (probability * (gain * 0.8 + offset) ** power).sum()
        assert within((output**power).mean(), exact, (output**power).std() / math.sqrt(output.size))


@pytest.mark.parametrize("name", NAMES)
def test_the_mixture_has_the_moments_of_the_closed_form(name):
    probability, gain, offset = np.broadcast_arrays(*noise(name).mixture(RATES, 2.0 + 0.49))
    for made, moments in (
        (gain, noise(name).output_moments(RATES, 0.7, 2.0)),
        (gain - 1.0, noise(name).noise_moments(RATES, 0.7, 2.0)),
    ):
        mean = (probability * (made * 0.7 + offset)).sum(axis=0)
        square = (probability * ((made * 0.7 + offset) ** 2 + made**2 * 2.0)).sum(axis=0)
        np.testing.assert_allclose(mean, moments.mean, atol=1e-13)
        np.testing.assert_allclose(square - mean**2, moments.variance, rtol=1e-12, atol=1e-13)


# Monte Carlo


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rate", [0.1, 0.5, 0.9])
def test_draws_meet_the_closed_form(name, rate):
    a = np.random.default_rng(5).normal(0.7, 1.3, size=200_000)
    output = output_of(name, 6, a, rate)
    n = a.size
    for values, exact in (
        (output, noise(name).output_moments(rate, 0.7, 1.69)),
        (output - a, noise(name).noise_moments(rate, 0.7, 1.69)),
    ):
        off = values - values.mean()
        variance, fourth = float(np.mean(off**2)), float(np.mean(off**4))
        assert within(values.mean(), exact.mean, math.sqrt(variance / n))
        # the additive noise is matched to the sample's mean square: its error adds to the fourth moment's
        matched = rate / (1 - rate) * float(np.std(a**2)) if name == "additive" else 0.0
        assert within(variance, exact.variance, (math.sqrt(fourth - variance**2) + matched) / math.sqrt(n))


# hostile input


@pytest.mark.parametrize("rate", [-0.1, 1.0, 2, math.nan, "a", None])
@pytest.mark.parametrize("name", NAMES)
def test_a_rate_out_of_range_is_refused(name, rate):
    with pytest.raises(ValueError, match="rate"):
        output_of(name, 0, np.ones(1), rate)
    with pytest.raises(ValueError, match="rate"):
        noise(name).output_moments(rate, 0.0, 1.0)


@pytest.mark.parametrize("name", NAMES)
def test_a_negative_variance_is_refused(name):
    for moments in (noise(name).output_moments, noise(name).noise_moments, noise(name).test_moments):
        with pytest.raises(ValueError, match="variance must be 0 or more"):
            moments(0.3, 0.0, -1.0)


@pytest.mark.parametrize("name", NAMES)
def test_empty_and_scalar_activations(name):
    for shape in ((0,), ()):
        gain, offset = noise(name).draw(np.random.default_rng(0), shape, 0.5)
        assert np.shape(gain) == np.shape(offset) == shape


def test_a_mean_of_zero_is_zero_and_no_rounding():
    rates = np.linspace(0.0, 0.99, 100)
    for row in noises().values():
        for mean in (0.0, 0.1, -7.3, 1e-9, 1e6):
            found = row.noise_moments(rates, mean, 1.0).mean
            if row.name == "alpha" and mean:
                assert np.abs(found[1:]).min() > 1e-12  # alpha dropout keeps no other mean than 0
            elif row.name == "standard":
                np.testing.assert_allclose(found, -rates * mean, rtol=1e-13)
            else:
                assert (found == 0.0).all()
        assert (row.output_moments(rates, 0.0, 1.0).mean == 0.0).all()


@pytest.mark.parametrize(("name", "unit_noise"), [("gaussian", standard_normal), ("uniform", unit_uniform)])
def test_a_draw_multiplied_is_one_plus_its_noise(name, unit_noise):
    gain, offset = noise(name).draw(np.random.default_rng(3), 5, 0.5)
    assert gain.tolist() == (1.0 + unit_noise(np.random.default_rng(3), 5)).tolist()
    assert offset.tolist() == [0.0] * 5


def test_dropout_is_written_with_the_factor_of_its_training():
    assert [(noise(name).label, noise(name).formula) for name in ("standard", "inverted")] == [
        ("Bernoulli, standard", "m·a"),
        ("Bernoulli, inverted", "m·a/k"),
    ]


def test_a_noise_that_is_not_there_is_refused_by_name():
    with pytest.raises(ValueError, match=r"^noise must be one of standard, inverted, .*; got 'pink'"):
        noise("pink")
