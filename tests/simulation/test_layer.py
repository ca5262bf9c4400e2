import math

import numpy as np
import pytest

from dropviz.simulation.layer import LayerConfig, exact_z, layer_densities, layer_sweep
from dropviz.theory.activations import Constant, Normal
from dropviz.theory.measured import Empirical
from dropviz.theory.strategies import strategies, strategy

RATES = (0.0, 0.1, 0.3, 0.5, 0.8, 0.99)
ALL = tuple(strategies())


def moments_within(result, sigmas=5.0):
    defined = np.isfinite(result.exact_mean)
    off = np.abs(result.mean - result.exact_mean)[defined]
    assert (off <= sigmas * result.mean_se[defined] + 1e-12 * (1 + np.abs(result.exact_mean[defined]))).all()
    off = np.abs(result.variance - result.exact_variance)[defined]
    room = sigmas * result.variance_se[defined] + 1e-12 * (1 + result.exact_variance[defined])
    assert (off <= room).all()


@pytest.mark.parametrize("name", ALL)
def test_closed_form_is_that_of_all_masks(name):
    """Exact mean and variance against the sum over all 2⁶ masks with their probabilities."""
    rng = np.random.default_rng(3)
    w, a, b, n = rng.normal(size=6), rng.normal(size=6), 0.7, 6
    masks = (np.arange(2**n)[:, None] >> np.arange(n)) & 1
    for rate in (0.1, 0.5, 0.9):
        chance = np.prod(np.where(masks == 1, 1 - rate, rate), axis=1)
        z = float(strategy(name).train_scale(rate)) * (masks @ (w * a)) + b
        mean = chance @ z
        exact = exact_z(name, rate, w, a, b)
        assert exact.mean == pytest.approx(mean, rel=1e-12)
        assert exact.variance == pytest.approx(chance @ (z - mean) ** 2, rel=1e-12)


@pytest.mark.parametrize("rate", [0.3, [0.0, 0.3, 0.9]])
def test_a_batch_and_a_layer_give_what_each_example_and_each_unit_gives(rate):
    rng = np.random.default_rng(4)
    a, w, b = rng.normal(size=(4, 5, 6)), rng.normal(size=(6, 3)), rng.normal(size=3)
    for name in ALL:
        with np.errstate(all="raise"):
            whole, vector = exact_z(name, rate, w, a, b), exact_z(name, rate, w[:, 1], a, 0.7)
        assert whole.mean.shape == whole.variance.shape == (4, 5, 3, *np.shape(rate))
        assert vector.mean.shape == vector.variance.shape == (4, 5, *np.shape(rate))
        for place in np.ndindex(4, 5):
            for unit in range(3):
                alone = exact_z(name, rate, w[:, unit], a[place], b[unit])
                for found, expected in zip(whole, alone, strict=True):
                    np.testing.assert_allclose(found[(*place, unit)], expected, rtol=1e-9, atol=1e-12)
            for found, expected in zip(vector, exact_z(name, rate, w[:, 1], a[place], 0.7), strict=True):
                np.testing.assert_array_equal(found[place], expected)


def test_what_a_trained_layer_does_to_a_batch_is_what_its_masks_do():
    """Mean and variance of each example's z against 40,000 masks, each within five standard errors."""
    rng, masks = np.random.default_rng(5), 40_000
    a, w = np.maximum(rng.normal(size=(3, 8)), 0.0).astype(np.float32), rng.normal(size=(8, 2))
    kept = rng.random((masks, 1, 8)) >= 0.3
    z = (a * kept / 0.7) @ w
    exact = exact_z("inverted", 0.3, w, a)
    np.testing.assert_array_less(
        np.abs(z.mean(axis=0) - exact.mean), 5 * np.sqrt(exact.variance / masks) + 1e-9
    )
    np.testing.assert_allclose(z.var(axis=0), exact.variance, rtol=0.06)


@pytest.mark.parametrize(
    ("weights", "inputs", "bias", "message"),
    [
        ([1.0, 2.0], [[1.0, 2.0, 3.0]], 0.0, r"got weights \(2,\), inputs \(1, 3\) and bias \(\)"),
        (np.ones((3, 2)), np.ones((4, 2)), 0.0, r"got weights \(3, 2\), inputs \(4, 2\)"),
        (np.ones((2, 2, 2)), np.ones(2), 0.0, "weights must be"),
        (1.0, 1.0, 0.0, "weights must be"),
        ([1.0, 2.0], [1.0, 2.0], [1.0, 2.0], r"bias must be one number, or \(next unit,\)"),
        (np.ones((2, 3)), [1.0, 2.0], [1.0, 2.0], "bias must be"),
        ([1.0, math.nan], [1.0, 2.0], 0.0, "weights must be a number from"),
        ([1e60, 1.0], [1.0, 2.0], 0.0, "weights must be a number from"),
        ([1.0, 2.0], ["a", "b"], 0.0, "inputs must be a number from"),
        ([1.0, 2.0], [1.0, 2.0], math.inf, "^bias must be a number from"),
    ],
)
def test_shapes_that_do_not_fit_are_refused_by_name(weights, inputs, bias, message):
    with pytest.raises(ValueError, match=message):
        exact_z("inverted", 0.5, weights, inputs, bias)


def test_the_two_right_strategies_expect_their_test_value():
    result = layer_sweep(LayerConfig(rates=RATES, strategies=ALL, bias=0.4))
    np.testing.assert_allclose(result.exact_mean[:2], result.test_z[:2], rtol=1e-12)
    total = float(result.weights @ result.inputs)
    np.testing.assert_allclose(result.exact_mean[ALL.index("none")], (1 - np.array(RATES)) * total + 0.4)
    np.testing.assert_allclose(result.test_z[ALL.index("none")], total + 0.4)
    ratio = result.exact_variance[0, 1:] / result.exact_variance[1, 1:]
    np.testing.assert_allclose(ratio, (1 - np.array(RATES[1:])) ** 2)


@pytest.mark.parametrize(
    "config",
    [
        LayerConfig(rates=RATES, strategies=ALL),
        LayerConfig(fan_in=1, rates=RATES, strategies=ALL),
        LayerConfig(fan_in=500, masks=1000, rates=RATES, strategies=ALL, bias=-2.0),
        LayerConfig(weight_mean=0.0, weight_scale=0.0, rates=RATES, strategies=ALL, bias=1.0),
        LayerConfig(Constant(0.0), rates=RATES, strategies=ALL),
        LayerConfig(Constant(3.0), weight_scale=0.0, rates=RATES, strategies=ALL),
        LayerConfig(Empirical(np.array([1e99, -1e99])), rates=RATES, strategies=ALL),
        LayerConfig(fan_in=3, masks=2, rates=(0.99,), strategies=("none",)),
    ],
    ids=["default", "fan-in 1", "wide", "zero weights", "zero inputs", "constant", "huge", "two masks"],
)
def test_simulation_meets_the_closed_form_at_every_setting(config):
    result = layer_sweep(config)
    # at two masks, or where all masks of the draw agree, the standard error itself says nothing
    if config.masks > 2 and config.fan_in > 1:
        moments_within(result)
    undefined = np.array(
        [[strategy(n).divides_by_rate and r == 0.0 for r in config.rates] for n in config.strategies]
    )
    for values in (result.mean, result.mean_se, result.variance, result.variance_se, result.exact_mean):
        np.testing.assert_array_equal(np.isnan(values), undefined)
    assert np.isfinite(result.test_z).all()
    shown = layer_densities(result)
    width = shown.edges[1] - shown.edges[0]
    total = shown.density.sum(axis=2) * width + shown.outside_mass
    np.testing.assert_allclose(total[~undefined], 1.0, rtol=1e-9)
    assert np.isnan(total[undefined]).all()


def test_the_errors_are_those_of_numpys_moments():
    """Of the mean √(V/n), with V divided by n − 1; of V, by the fourth moment, √((F − V²·(n − 3)/(n − 1))/n)."""
    config = LayerConfig(Normal(1.0, 2.0), 9, rates=RATES[1:], strategies=ALL, masks=50, bias=0.4)
    found = layer_sweep(config)
    for row, name in enumerate(ALL):
        z = found.training_z(name)
        away = z - z.mean(axis=0)
        variance = (away**2).sum(axis=0) / 49
        second, fourth = (away**2).mean(axis=0), (away**4).mean(axis=0)
        np.testing.assert_allclose(found.mean[row], z.mean(axis=0), rtol=1e-9)
        np.testing.assert_allclose(found.mean_se[row], np.sqrt(variance / 50), rtol=1e-9)
        np.testing.assert_allclose(found.variance[row], variance, rtol=1e-9)
        expected = np.sqrt((fourth - second**2 * 47 / 49) / 50)
        np.testing.assert_allclose(found.variance_se[row], expected, rtol=1e-9)
        for moment in ("mean", "variance"):
            for part, all_of_it in zip(("exact_", ""), ("exact", "simulated"), strict=True):
                one = getattr(found.estimate(moment, name), all_of_it)
                np.testing.assert_array_equal(one, getattr(found, part + moment)[row])
            np.testing.assert_array_equal(
                found.estimate(moment, name).error, getattr(found, f"{moment}_se")[row]
            )


def test_an_estimate_of_a_strategy_that_was_not_asked_for_is_refused_by_name():
    with pytest.raises(ValueError, match=r"^strategy must be one of inverted; got 'none'"):
        layer_sweep(LayerConfig(strategies=("inverted",), masks=2)).estimate("mean", "none")


def test_the_densities_are_numpys_histograms_over_four_deviations_at_the_middle_rate():
    found = layer_sweep(LayerConfig(fan_in=300, weight_mean=30.0, rates=RATES[1:], masks=500))
    shown, middle = layer_densities(found), RATES[1:].index(0.5)
    reach, centre = 4.0 * np.sqrt(found.exact_variance[:, middle]), found.exact_mean[:, middle]
    ends = (centre - reach).min(), (centre + reach).max()
    np.testing.assert_allclose(shown.edges, np.linspace(*ends, 61), rtol=1e-12)
    for row, name in enumerate(found.config.strategies):
        for rate, z in enumerate(found.training_z(name).T):
            counts, _ = np.histogram(z, shown.edges)
            # a z on an edge may fall into either bin
            np.testing.assert_allclose(
                shown.density[row, rate] * (shown.edges[1] - shown.edges[0]) * 500, counts, atol=1.0 + 1e-9
            )
            assert shown.outside_mass[row, rate] == pytest.approx(((z < ends[0]) | (z > ends[1])).mean())
    nearer = layer_densities(found, 0.1, 2.0)
    reach, centre = 2.0 * np.sqrt(found.exact_variance[:, 0]), found.exact_mean[:, 0]
    np.testing.assert_allclose(nearer.edges[[0, -1]], [(centre - reach).min(), (centre + reach).max()])


def test_densities_of_nothing_but_undefined_values_stand_around_0():
    shown = layer_densities(layer_sweep(LayerConfig(rates=(0.0,), strategies=("wrong_train",), masks=10)))
    assert shown.edges[[0, -1]].tolist() == [-0.5, 0.5]
    assert np.isnan(shown.density).all()


def test_fan_in_one_takes_two_values():
    result = layer_sweep(LayerConfig(Normal(5.0, 1.0), fan_in=1, rates=(0.3,)))
    only = float(result.weights[0] * result.inputs[0])
    values = np.unique(result.training_z("inverted"))
    np.testing.assert_allclose(np.sort(values), np.sort([0.0, only / 0.7]))
    moments_within(result)


def test_dividing_keeps_the_distribution_of_z_in_place():
    result = layer_sweep(LayerConfig(rates=(0.5,), masks=4000))
    inverted, undivided = result.training_z("inverted")[:, 0], result.training_z("none")[:, 0]
    np.testing.assert_allclose(inverted, 2 * undivided)
    test = result.test_z[result.config.strategies.index("inverted"), 0]
    assert abs(inverted.mean() - test) < 5 * inverted.std() / math.sqrt(4000)
    assert abs(undivided.mean() - test) > 20 * undivided.std() / math.sqrt(4000)


def test_same_config_same_bits():
    first, second = layer_sweep(LayerConfig()), layer_sweep(LayerConfig())
    np.testing.assert_array_equal(first.masked_sums, second.masked_sums)
    assert not np.array_equal(first.masked_sums, layer_sweep(LayerConfig(seed=8)).masked_sums)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("fan_in", 0),
        ("fan_in", 5000),
        ("fan_in", 2.0),
        ("masks", 1),
        ("seed", -1),
        ("weight_scale", -1.0),
        ("weight_scale", math.nan),
        ("weight_mean", math.inf),
        ("bias", "big"),
        ("rates", (1.0,)),
        ("rates", (0.3, 0.2)),
        ("strategies", ()),
        ("strategies", ("inverted", "inverted")),
        ("strategies", ("upside down",)),
    ],
)
def test_a_wrong_config_names_its_parameter(parameter, value):
    with pytest.raises(ValueError, match=parameter.replace("rates", "rate").replace("strategies", "strateg")):
        LayerConfig(**{parameter: value})


def test_too_large_a_simulation_is_refused():
    with pytest.raises(ValueError, match="masks × fan_in must be at most 20,000,000"):
        LayerConfig(fan_in=4096, masks=100_000)
