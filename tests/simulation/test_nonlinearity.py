import math

import numpy as np
import pytest

from dropviz.simulation.layer import LayerConfig, layer_sweep
from dropviz.simulation.nonlinearity import (
    NONLINEARITIES,
    DepthConfig,
    depth_gap,
    logistic_unit,
    nonlinearity,
    sigmoid,
    unit_output,
)
from dropviz.theory.activations import Constant
from dropviz.theory.measured import Empirical
from dropviz.theory.strategies import strategies

NAMES = tuple(NONLINEARITIES)
RATES = (0.0, 0.1, 0.3, 0.5, 0.8, 0.99)


@pytest.mark.parametrize(
    ("name", "closed_form"),
    [
        ("relu", lambda z: max(z, 0.0)),
        ("sigmoid", lambda z: 1 / (1 + math.exp(-z))),
        ("tanh", math.tanh),
        ("gelu", lambda z: z * 0.5 * math.erfc(-z / math.sqrt(2))),
    ],
)
def test_nonlinearities_elementwise(name, closed_form):
    z = np.linspace(-30, 30, 601)
    np.testing.assert_allclose(nonlinearity(name)(z), [closed_form(value) for value in z], rtol=0, atol=1e-12)
    assert np.isfinite(nonlinearity(name)(np.array([-1e100, 1e100]))).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fan_in", [1, 2, 12])
def test_simulated_output_meets_the_enumeration(name, fan_in):
    sweep = layer_sweep(
        LayerConfig(fan_in=fan_in, rates=RATES[:-1], strategies=tuple(strategies()), masks=5000)
    )
    result = unit_output(sweep, name)
    undefined = np.isnan(sweep.exact_mean)
    assert undefined.sum() == 1
    for values in (
        result.output.simulated,
        result.output.error,
        result.output.exact,
        result.at_mean,
        result.gap,
    ):
        np.testing.assert_array_equal(np.isnan(values), undefined)
    off = np.abs(result.output.simulated - result.output.exact)[~undefined]
    assert (off <= 5 * result.output.error[~undefined] + 1e-12).all()
    np.testing.assert_allclose(result.gap[~undefined.any(axis=1), 0], 0.0, atol=1e-12)
    np.testing.assert_allclose(result.at_mean[:2], result.at_test[:2], rtol=1e-12)


def test_gap_has_the_sign_of_the_curvature():
    """Jensen: E[f(z)] ≥ f(E[z]) for the convex ReLU, strictly where z takes both signs."""
    result = unit_output(layer_sweep(LayerConfig(fan_in=10, weight_mean=0.0, rates=RATES)), "relu")
    assert (result.gap >= -1e-15).all()
    assert (result.gap[:2, 1:] > 1e-6).all()


def test_wide_layers_have_no_enumeration_but_a_gap():
    result = unit_output(layer_sweep(LayerConfig(fan_in=13, rates=RATES)), "tanh")
    assert np.isnan(result.output.exact).all()
    np.testing.assert_allclose(result.gap, result.output.simulated - result.at_mean, rtol=0, atol=1e-12)


@pytest.mark.parametrize("source", [Constant(0.0), Empirical(np.array([1e90, -1e90]))])
@pytest.mark.parametrize("name", NAMES)
def test_gap_of_extreme_activations_is_a_number(source, name):
    result = unit_output(layer_sweep(LayerConfig(source, fan_in=4, rates=RATES)), name)
    assert np.isfinite(result.gap).all()


@pytest.mark.parametrize("name", NAMES)
def test_depth_follows_a_pass_at_a_time(name):
    config = DepthConfig(nonlinearity=name, width=5, depth=3, passes=4, rates=(0.0, 0.4))
    result, f = depth_gap(config), nonlinearity(name)
    rng = np.random.default_rng(config.seed)
    start = config.activations.sample(rng, 5)
    weights = 1.5 / math.sqrt(5) * rng.standard_normal((3, 5, 5))
    uniforms = rng.random((3, 4, 5))
    off, noisy = start, np.tile(start, (4, 1))
    for layer in range(3):
        off = f(weights[layer] @ off)
        noisy = np.array(
            [f(weights[layer] @ (h * (u >= 0.4) / 0.6)) for h, u in zip(noisy, uniforms[layer], strict=True)]
        )
        floor = math.sqrt(np.sum(noisy.var(axis=0, ddof=1) / 4) / np.sum(off**2))
        assert result.noise_floor[1, layer] == pytest.approx(floor, rel=1e-10)
        raw = np.sum((noisy.mean(axis=0) - off) ** 2) / np.sum(off**2)
        assert result.relative_gap[1, layer] == pytest.approx(
            math.sqrt(max(raw - floor**2, 0.0)), rel=1e-8, abs=1e-8
        )
    np.testing.assert_allclose(result.relative_gap[0], 0.0, atol=1e-7)
    assert (result.residual_gap <= result.relative_gap + 1e-12).all()


def test_depth_gap_is_above_its_noise_and_grows_for_relu():
    result = depth_gap(DepthConfig(rates=(0.3, 0.6)))
    assert (result.residual_gap[:, 0] > result.noise_floor[:, 0]).all()
    assert (result.relative_gap[:, 7] > 2 * result.relative_gap[:, 0]).all()
    assert (result.relative_gap[1] > result.relative_gap[0]).all()


def test_depth_of_nothing_is_documented_nan():
    silent = depth_gap(DepthConfig(weight_scale=0.0, rates=RATES))
    assert np.isnan(silent.relative_gap).all()
    one = depth_gap(DepthConfig(width=1, depth=1, nonlinearity="sigmoid", rates=RATES, passes=2))
    assert np.isfinite(one.relative_gap).all()
    half = depth_gap(DepthConfig(weight_scale=0.0, nonlinearity="sigmoid", rates=RATES))
    np.testing.assert_array_equal(half.relative_gap, 0.0)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("width", 0),
        ("depth", 9),
        ("passes", 1),
        ("weight_scale", -1.0),
        ("nonlinearity", "step"),
        ("rates", (1.0,)),
    ],
)
def test_a_wrong_depth_config_names_its_parameter(parameter, value):
    with pytest.raises(ValueError, match=parameter.replace("rates", "rate")):
        DepthConfig(**{parameter: value})


def test_too_large_a_stack_is_refused():
    with pytest.raises(ValueError, match="at most 20,000,000"):
        DepthConfig(width=512, passes=10_000)


@pytest.mark.parametrize("strategy", ["standard", "inverted"])
@pytest.mark.parametrize("units", [1, 3, 12])
def test_weight_scaling_is_the_normalized_geometric_mean(strategy, units):
    rng = np.random.default_rng(units)
    w, a = rng.normal(size=units), rng.exponential(size=units)
    result = logistic_unit(w, a, 0.3, RATES[:-1], strategy)
    np.testing.assert_allclose(result.geometric_mean, result.weight_scaled, rtol=0, atol=1e-12)
    assert result.arithmetic_mean[0] == pytest.approx(result.weight_scaled[0], abs=1e-15)
    assert (np.abs(result.arithmetic_mean - result.weight_scaled)[2:] > 1e-5).all()


def test_logistic_unit_is_the_sum_over_masks_written_out():
    w, a, bias, rate = [0.5, -2.0, 1.5], [1.0, 0.7, 2.0], -0.2, 0.4
    mean, product_on, product_off = 0.0, 1.0, 1.0
    for mask in range(8):
        kept = [bool(mask & 1), bool(mask & 2), bool(mask & 4)]
        chance = math.prod(0.6 if k else 0.4 for k in kept)
        z = bias + sum(wi * ai / 0.6 for wi, ai, k in zip(w, a, kept, strict=True) if k)
        on = 1 / (1 + math.exp(-z))
        mean += chance * on
        product_on *= on**chance
        product_off *= (1 - on) ** chance
    result = logistic_unit(w, a, bias, rate)
    assert result.arithmetic_mean[0] == pytest.approx(mean, rel=1e-13)
    assert result.geometric_mean[0] == pytest.approx(product_on / (product_on + product_off), rel=1e-13)
    assert result.weight_scaled[0] == pytest.approx(float(sigmoid(np.dot(w, a) + bias)), rel=1e-13)


def test_logistic_unit_at_the_extremes():
    saturated = logistic_unit([1e5, -1e5], [1.0, 1.0], 0.0, RATES)
    for values in (saturated.arithmetic_mean, saturated.geometric_mean, saturated.weight_scaled):
        assert ((values >= 0) & (values <= 1)).all()
    silent = logistic_unit([0.0], [0.0], 0.0, RATES)
    np.testing.assert_array_equal(silent.arithmetic_mean, 0.5)


@pytest.mark.parametrize(
    ("weights", "inputs", "rates", "name"),
    [
        ([], [], 0.3, "inverted"),
        ([1.0] * 13, [1.0] * 13, 0.3, "inverted"),
        ([1.0], [1.0, 2.0], 0.3, "inverted"),
        ([math.nan], [1.0], 0.3, "inverted"),
        ([1.0], [1.0], 1.0, "inverted"),
        ([1.0], [1.0], -0.1, "inverted"),
        ([1.0], [1.0], 0.3, "none"),
    ],
)
def test_logistic_unit_refuses_what_is_none(weights, inputs, rates, name):
    with pytest.raises(ValueError, match="must"):
        logistic_unit(weights, inputs, 0.0, rates, name)


def test_unknown_nonlinearity():
    with pytest.raises(ValueError, match="relu, sigmoid, tanh, gelu; got 'step'"):
        nonlinearity("step")
