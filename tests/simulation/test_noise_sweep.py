"""Every noise against its closed form and against the same sums unit by unit."""

import math

import numpy as np
import pytest

from dropviz.numbers.rates import rate_grid
from dropviz.simulation.noise_sweep import NoiseConfig, noise_densities, noise_sweep
from dropviz.theory.activations import Constant, LogNormal, Normal, Sparse, Uniform
from dropviz.theory.measured import Empirical, digits
from dropviz.theory.noise import ALPHA_FILL, MaskNoise, noise, noises
from dropviz.theory.standard_errors import ENOUGH

NAMES = tuple(noises())
RATES = np.array([0.0, 0.1, 0.3, 0.5, 0.8, 0.95, 0.99])


def within(simulated, exact, error, sigmas=5.0, slack=1e-12):
    """Whether |simulated − exact| ≤ sigmas·error, with room for rounding where the error is 0."""
    return (np.abs(simulated - exact) <= sigmas * error + slack * (1.0 + np.abs(exact))).all()


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


@pytest.mark.parametrize(
    ("source", "least"),
    [
        (Uniform(), 0.9),
        (Sparse(), 0.5),
        (Empirical(np.array([0.0, 0.0, 1.0, 2.5])), 0.9),
        (LogNormal(0.0, 1.5), 0.05),
    ],
    ids=["light", "sparse", "measured", "heavy"],
)
def test_the_errors_are_the_spread_of_draws(source, least):
    draws, settings = 400, {"units": 2000, "rates": (0.1, 0.5, 0.9)}
    results = [noise_sweep(NoiseConfig(source, seed=seed, **settings)) for seed in range(draws)]
    shown = []
    for phase in ("noise", "train", "test"):
        for moment in ("mean", "variance"):
            estimates = [getattr(result, phase).estimates(moment) for result in results]
            fair = np.isfinite(estimates[0].error)
            shown.append(fair.mean())
            z = np.array([(each.simulated - each.exact)[fair] / each.error[fair] for each in estimates])
            # Σz² is χ² to its first two moments: the kurtosis of z is 3 + κ/n, and n ≥ ENOUGH·κ
            allowed = 5.0 * math.sqrt((2.0 + 1.0 / ENOUGH) / draws)
            assert (np.abs((z**2).mean(axis=0) - 1.0) < allowed).all(), (phase, moment)
            assert (np.abs(z.mean(axis=0)) < 5.0 / math.sqrt(draws)).all(), (phase, moment)
    assert np.mean(shown) >= least  # of a lognormal so wide, little but the added noise


def test_what_a_sample_has_missed_has_an_error_all_the_same():
    few = noise_sweep(NoiseConfig(Sparse(0.99), units=100, rates=(0.3,)))
    for curves in (few.noise, few.train, few.test):
        assert (curves.mean_se > 0.0).all()
        assert (curves.variance_se > 0.0).all()


def test_rounding_is_no_result():
    rare = noise_sweep(NoiseConfig(Sparse(0.99), units=2000, rates=(0.95,)))
    at = rare.config.noises.index("standard")
    assert rare.train.mean[at, 0] == rare.train.variance[at, 0] == 0.0  # no unit that is not 0 has survived
    still = noise_sweep(NoiseConfig(Constant(0.1), units=7, rates=(0.3,)))
    assert (still.test.variance == 0.0).all()


def test_sweep_is_the_same_on_every_run():
    config = NoiseConfig(units=1000)
    first, second = noise_sweep(config), noise_sweep(config)
    np.testing.assert_array_equal(first.train.mean, second.train.mean)
    other = noise_sweep(NoiseConfig(units=1000, seed=8))
    assert not np.array_equal(first.train.mean, other.train.mean)


def test_gap_and_ratio():
    result = noise_sweep(NoiseConfig(Normal(relu=True), units=200_000, rates=(0.0, 0.5)))
    assert result.test.mean.shape == (6, 2)
    gap = result.test.exact_mean - result.train.exact_mean
    np.testing.assert_allclose(result.test.mean[:, 0], result.train.mean[:, 0], atol=1e-12)
    np.testing.assert_allclose((result.train.variance / result.test.variance)[:5, 1], 2.467, rtol=0.03)
    np.testing.assert_allclose(gap[:5], 0.0, atol=1e-15)
    np.testing.assert_allclose(
        (result.train.exact_variance / result.test.exact_variance)[:5, 1], 2.467, atol=5e-4
    )
    assert abs(gap[5, 1]) > 0.05
    still = noise_sweep(NoiseConfig(Constant(1.0), units=10, rates=(0.5,)))
    assert (still.test.variance == 0.0).all()
    assert (still.test.exact_variance == 0.0).all()


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


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("units", 1),
        ("units", 10**11),
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


def test_errors_are_fair_where_many_units_decide():
    names = ("inverted", "additive")
    many = noise_sweep(NoiseConfig(Uniform(), units=10_000, rates=(0.5,), noises=names)).train
    few = noise_sweep(NoiseConfig(LogNormal(0.0, 2.0), units=10, rates=(0.5,), noises=names)).train
    for fair in (many.mean_fair, many.variance_fair):
        assert np.all(fair)
    for fair in (few.mean_fair, few.variance_fair):
        assert not np.any(fair)


def test_densities_are_those_of_their_config_in_the_order_of_the_noises():
    config = NoiseConfig(display_units=50, rates=(0.3,), noises=("alpha", "standard"))
    shown = noise_densities(config)
    assert shown.config is config
    assert shown.dropped_value[1, 0] == 0.0 != shown.dropped_value[0, 0]
