import math

import numpy as np
import pytest

from dropviz.numbers.rates import rate_grid
from dropviz.simulation.noise_sweep import NoiseConfig, noise_densities, noise_sweep
from dropviz.theory.activations import Constant, LogNormal, Normal, Sparse
from dropviz.theory.measured import Empirical, digits
from dropviz.theory.moments import exact_moments
from dropviz.theory.noise import ALPHA_FILL, MaskNoise, noise, noise_ratio, noises

NAMES = tuple(noises())
RATES = np.array([0.0, 0.1, 0.3, 0.5, 0.8, 0.95, 0.99])
ZERO_MEAN = ("inverted", "gaussian", "additive", "uniform")


def within(simulated, exact, error, sigmas=5.0, slack=1e-12):
    """Whether |simulated − exact| ≤ sigmas·error, with room for rounding where the error is 0."""
    return (np.abs(simulated - exact) <= sigmas * error + slack * (1.0 + np.abs(exact))).all()


def output_of(name, seed, a, rate):
    gain, offset = noise(name).draw(np.random.default_rng(seed), a.shape, rate, float(np.mean(a**2)))
    assert gain.shape == offset.shape == a.shape
    return gain * a + offset


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


SOURCES = [
    Normal(relu=True),
    Normal(0.0, 1.0),
    Normal(1e5, 1.0),
    Normal(-3.0, 0.5),
    Sparse(),
    LogNormal(),
    Constant(2.0),
    Constant(0.0),
    Empirical(np.array([1.0, 1e99, -1e99])),
    Empirical(np.array([3.0])),
    digits(),
]


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: type(source).__name__)
def test_sweep_meets_the_closed_form(source):
    result = noise_sweep(NoiseConfig(source, units=50_000, rates=tuple(RATES)))
    scale = max(1.0, math.sqrt(source.exact_variance + source.exact_mean**2))
    for curves in (result.noise, result.train, result.test):
        # the rounding of fourth moments of nearly constant values is far below one part in 1e9 of E[a²]
        assert within(curves.mean / scale, curves.exact_mean / scale, curves.mean_se / scale)
        error = curves.variance_se / scale**2
        assert within(curves.variance / scale**2, curves.exact_variance / scale**2, error, slack=1e-9)
        assert np.isfinite([curves.mean, curves.mean_se, curves.variance, curves.variance_se]).all()


def test_sweep_equals_the_sums_unit_by_unit():
    """The polynomial in σ and the cumulative sums give what the explicit outputs give."""
    config = NoiseConfig(Normal(0.5, 1.0), units=400, rates=(0.0, 0.3, 0.7), noises=("gaussian", "inverted"))
    result = noise_sweep(config)
    rng = np.random.default_rng(config.seed)
    a = config.activations.sample(rng, 400)
    sizes = rng.multinomial(400, [0.0, 0.3, 0.4, 0.3])
    z = rng.standard_normal(400)
    first_dropped = np.repeat(np.arange(4), sizes)
    for i, rate in enumerate(config.rates):
        gaussian = a + math.sqrt(rate / (1 - rate)) * a * z
        inverted = np.where(first_dropped > i, a / (1 - rate), 0.0)
        for row, output in enumerate((gaussian, inverted)):
            assert result.train.mean[row, i] == pytest.approx(output.mean(), rel=1e-12)
            assert result.train.variance[row, i] == pytest.approx(output.var(ddof=1), rel=1e-12)
            assert result.noise.mean[row, i] == pytest.approx((output - a).mean(), rel=1e-9, abs=1e-15)
            assert result.noise.variance[row, i] == pytest.approx(
                (output - a).var(ddof=1), rel=1e-9, abs=1e-15
            )
            off = output - output.mean()
            fourth, second = np.mean(off**4), np.mean(off**2)
            error = math.sqrt((fourth - second**2 * 397 / 399) / 400)
            assert result.train.variance_se[row, i] == pytest.approx(error, rel=1e-9)


def test_sweep_is_the_same_on_every_run():
    config = NoiseConfig(units=1000)
    first, second = noise_sweep(config), noise_sweep(config)
    np.testing.assert_array_equal(first.train.mean, second.train.mean)
    other = noise_sweep(NoiseConfig(units=1000, seed=8))
    assert not np.array_equal(first.train.mean, other.train.mean)


def test_gap_and_ratio():
    result = noise_sweep(NoiseConfig(Normal(relu=True), units=200_000, rates=(0.0, 0.5)))
    assert result.mean_gap.shape == (6, 2)
    np.testing.assert_allclose(result.mean_gap[:, 0], 0.0, atol=1e-12)
    np.testing.assert_allclose(result.variance_ratio[:5, 1], 2.467, rtol=0.03)
    np.testing.assert_allclose(result.exact_mean_gap[:5], 0.0, atol=1e-15)
    np.testing.assert_allclose(result.exact_variance_ratio[:5, 1], 2.467, atol=5e-4)
    assert abs(result.exact_mean_gap[5, 1]) > 0.05
    still = noise_sweep(NoiseConfig(Constant(1.0), units=10, rates=(0.5,)))
    assert np.isnan(still.variance_ratio).all()


# densities


@pytest.mark.parametrize("source", SOURCES, ids=lambda source: type(source).__name__)
def test_densities_account_for_every_unit(source):
    shown = noise_densities(NoiseConfig(source, display_units=500, rates=tuple(RATES)))
    width = shown.edges[1] - shown.edges[0]
    assert width > 0.0
    total = shown.density.sum(axis=2) * width + shown.dropped_mass + shown.zero_mass + shown.outside_mass
    np.testing.assert_allclose(total, 1.0, rtol=1e-9)
    assert shown.density.shape == (6, len(RATES), 60)


def test_densities_keep_the_spikes_apart():
    config = NoiseConfig(Normal(relu=True), display_units=20_000, rates=(0.0, 0.3))
    shown = noise_densities(config)
    by_name = dict(zip(config.noises, range(6), strict=True))
    for name in ("standard", "inverted", "alpha"):
        assert shown.dropped_mass[by_name[name]].tolist() == pytest.approx([0.0, 0.3], abs=0.02)
        assert shown.zero_mass[by_name[name]].tolist() == pytest.approx([0.5, 0.35], abs=0.02)
    for name in ("gaussian", "uniform"):
        assert shown.zero_mass[by_name[name]].tolist() == pytest.approx([0.5, 0.5], abs=0.02)
    assert shown.zero_mass[by_name["additive"], 1] == 0.0
    alpha = noise("alpha")
    assert isinstance(alpha, MaskNoise)
    assert shown.dropped_value[by_name["alpha"], 1] == pytest.approx(
        float(alpha.scale(np.array(0.3)) * ALPHA_FILL + alpha.shift(np.array(0.3)))
    )


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


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("units", 1),
        ("units", 10**9),
        ("units", 2.5),
        ("units", True),
        ("display_units", 0),
        ("bins", 0),
        ("seed", -1),
        ("rates", ()),
        ("rates", (0.5, 0.5)),
        ("rates", (0.5, 1.0)),
        ("rates", ("x",)),
        ("noises", ()),
        ("noises", ("inverted", "inverted")),
        ("noises", ("pink",)),
    ],
)
def test_a_wrong_config_names_its_parameter(parameter, value):
    with pytest.raises(ValueError, match=parameter.rstrip("s")):
        NoiseConfig(**{parameter: value})


def test_rates_may_be_a_full_grid():
    assert noise_sweep(NoiseConfig(units=10, rates=rate_grid(0.0, 0.99, 0.001))).train.mean.shape == (6, 991)


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
