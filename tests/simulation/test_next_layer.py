from dataclasses import replace

import numpy as np
import pytest

import dropviz as dv
from dropviz.simulation.layer import layer_sweep
from dropviz.simulation.masks import enumerate_masks
from dropviz.simulation.next_layer import STRATEGIES, NextLayerConfig, next_layer
from dropviz.simulation.nonlinearity import NONLINEARITIES, unit_output

RATES = dv.rate_grid(0.0, 0.95, 0.05)
AT = RATES.index(0.3)
CONFIG = NextLayerConfig(fan_in=20, unit_inputs=6, rates=RATES, masks=400, width=16, passes=60, samples=300)
VIEW = next_layer(CONFIG)


def test_the_shares_and_what_is_outside_are_all_masks():
    np.testing.assert_allclose(VIEW.shares.sum(axis=2) + 100.0 * VIEW.outside, 100.0, rtol=1e-9)
    assert VIEW.shares[:, RATES.index(0.15)].max() <= VIEW.top
    assert VIEW.square_sum == pytest.approx(float(((VIEW.layer.weights * VIEW.layer.inputs) ** 2).sum()))


def _unit(**changes):
    config = replace(CONFIG, **changes)
    return unit_output(layer_sweep(config.unit), config.nonlinearity)


@pytest.mark.parametrize("name", NONLINEARITIES)
def test_the_gap_is_the_average_over_all_masks_less_the_test_pass(name):
    found = _unit(nonlinearity=name)
    np.testing.assert_allclose(found.gap, found.output.exact - found.at_test, atol=2e-12)
    assert (found.gap[:, 0] == 0.0).all(), "at rate 0 nothing is dropped"


def test_the_gap_of_a_sum_by_hand():
    found = _unit(nonlinearity="tanh")
    sums = enumerate_masks(6) @ _products()
    kept = enumerate_masks(6).sum(axis=1)
    chance = 0.7**kept * 0.3 ** (6 - kept)
    average = (chance * np.tanh(sums / 0.7)).sum()
    assert found.gap[0, AT] == pytest.approx(average - np.tanh(_products().sum()))


def _products():
    rng = np.random.default_rng(CONFIG.seed)
    inputs = CONFIG.activations.sample(rng, 6)
    return (1.0 / 6 + 1.5 / np.sqrt(6) * rng.standard_normal(6)) * inputs


def test_a_relu_never_averages_below_its_test_pass_by_jensens_inequality():
    for seed in range(8):
        assert (_unit(seed=seed).gap[0] >= 0.0).all()


def test_the_logistic_gap_is_average_less_geometric_mean_and_0_where_that_is_rounding():
    gap = VIEW.logistic.arithmetic_mean - VIEW.logistic.geometric_mean
    np.testing.assert_allclose(VIEW.logistic_gap[0], gap, atol=1e-12)
    assert (VIEW.logistic_gap[:, 0] == 0.0).all()


def test_the_bells_have_the_variance_of_the_shift():
    x, step = VIEW.bell_x, VIEW.bell_x[1] - VIEW.bell_x[0]
    bell = VIEW.bells[AT]
    assert bell.sum() * step == pytest.approx(1.0, abs=1e-3)
    assert (bell * x**2).sum() * step == pytest.approx(VIEW.shift.exact_shift[AT], abs=2e-3)
    np.testing.assert_allclose(VIEW.expected_bell, VIEW.bells[0])  # at rate 0 the shift is 1


def test_the_parts_share_what_they_have_in_common():
    config = NextLayerConfig(fan_in=3, weight_scale=0.7, bias=1.0, nonlinearity="gelu", unit_inputs=2, seed=9)
    assert config.layer.rates == config.unit.rates == config.depth.rates == config.shift.rates == config.rates
    assert config.layer.strategies == config.unit.strategies == STRATEGIES
    assert {part.weight_scale for part in (config.layer, config.unit, config.depth, config.shift)} == {0.7}
    assert {part.seed for part in (config.layer, config.unit, config.depth, config.shift)} == {9}
    assert (config.layer.fan_in, config.unit.fan_in, config.shift.fan_in) == (3, 2, 3)
    assert config.layer.bias == config.unit.bias == 1.0
    assert unit_output(layer_sweep(config.unit), config.nonlinearity).inputs == 2
    assert config.depth.nonlinearity == "gelu"


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"fan_in": 0}, "fan_in"),
        ({"unit_inputs": 13}, "units must be an integer from 1 to 12"),
        ({"correlation": 1.5}, "correlation"),
        ({"nonlinearity": "sine"}, "nonlinearity"),
    ],
)
def test_what_is_out_of_range_is_refused_by_name(part, message):
    with pytest.raises(ValueError, match=message):
        next_layer(replace(CONFIG, **part))
