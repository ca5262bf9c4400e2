from dataclasses import replace

import numpy as np
import pytest

import dropviz as dv
from dropviz.simulation.layer import layer_sweep
from dropviz.simulation.masks import enumerate_masks
from dropviz.simulation.next_layer import (
    MOST_ADDED,
    STRATEGIES,
    TALLEST_RATE,
    NextLayerConfig,
    masked_unit,
    nonlinear_unit,
    normalized_shift,
)
from dropviz.simulation.nonlinearity import NONLINEARITIES, unit_output
from dropviz.simulation.variance_shift import variance_shift

RATES = dv.rate_grid(0.0, 0.95, 0.05)
AT = RATES.index(0.3)
CONFIG = NextLayerConfig(fan_in=20, unit_inputs=6, rates=RATES, masks=400, width=16, passes=60, samples=300)
MASKED, THROUGH, BEFORE_NORM = masked_unit(CONFIG), nonlinear_unit(CONFIG), normalized_shift(CONFIG)


def test_the_shares_and_what_is_outside_are_all_masks():
    np.testing.assert_allclose(MASKED.shares.sum(axis=2) + 100.0 * MASKED.outside, 100.0, rtol=1e-9)
    assert MASKED.shares[:, RATES.index(TALLEST_RATE)].max() <= MASKED.top
    layer = MASKED.layer
    assert MASKED.square_sum == pytest.approx(float(((layer.weights * layer.inputs) ** 2).sum()))


def test_one_mask_keeps_or_drops_and_what_falls_stays_down():
    products = MASKED.layer.weights * MASKED.layer.inputs
    for rate, parts, z in zip(RATES, MASKED.added, MASKED.one_z, strict=True):
        whole = products / (1.0 - rate)
        assert (np.isclose(parts, 0.0) | np.isclose(parts, whole)).all()
        assert z == pytest.approx(parts.sum())  # all 20 inputs are shown
    np.testing.assert_array_equal(MASKED.added[0], MASKED.tested)
    dropped = MASKED.added == 0.0
    assert (dropped[1:] >= dropped[:-1]).all()
    assert dropped[-1].any()


def test_of_many_inputs_the_first_are_shown_and_all_are_summed():
    found = masked_unit(replace(CONFIG, fan_in=100, bias=2.0))
    assert found.added.shape == (len(RATES), MOST_ADDED)
    assert found.one_z[0] == pytest.approx(found.layer.test_z[0, 0])
    spread = np.sqrt(found.layer.exact_variance[0])
    assert (np.abs(found.one_z - found.layer.exact_mean[0]) <= 5.0 * spread + 1e-12).all()


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
    gap = THROUGH.logistic.arithmetic_mean - THROUGH.logistic.geometric_mean
    np.testing.assert_allclose(THROUGH.logistic_gap[0], gap, atol=1e-12)
    assert (THROUGH.logistic_gap[:, 0] == 0.0).all()


def test_the_bells_have_the_variance_of_the_shift():
    x, step = BEFORE_NORM.bell_x, BEFORE_NORM.bell_x[1] - BEFORE_NORM.bell_x[0]
    bell = BEFORE_NORM.bells[AT]
    assert bell.sum() * step == pytest.approx(1.0, abs=1e-3)
    assert (bell * x**2).sum() * step == pytest.approx(BEFORE_NORM.shift.exact_shift[AT], abs=2e-3)
    np.testing.assert_allclose(BEFORE_NORM.expected_bell, BEFORE_NORM.bells[0])  # at rate 0 the shift is 1


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
        ({"correlation": 1.5}, "correlation"),
        ({"nonlinearity": "sine"}, "nonlinearity"),
    ],
)
def test_what_is_out_of_range_is_refused_by_name(part, message):
    with pytest.raises(ValueError, match=message):
        replace(CONFIG, **part)


def test_more_inputs_than_masks_can_be_listed_of_are_refused():
    with pytest.raises(ValueError, match="units must be an integer from 1 to 12"):
        nonlinear_unit(replace(CONFIG, unit_inputs=13))


# ---- a person's own activations -------------------------------------------------------------------------------------

OWN = dv.Empirical(np.random.default_rng(3).exponential(2.0, (30, 4)))


def of(values):
    return replace(CONFIG, activations=values, input_mean=None)


def test_every_step_draws_its_inputs_from_the_values():
    config = of(OWN)
    assert {config.layer.activations, config.unit.activations, config.depth.activations} == {OWN}
    assert np.isin(masked_unit(config).layer.inputs, OWN.values).all()
    shift = variance_shift(config.shift)
    c, v = OWN.exact_mean, OWN.exact_variance
    tie = v * config.correlation * (shift.alignment - 1.0)
    keep = 1.0 - np.array(RATES)
    np.testing.assert_allclose(shift.exact_shift, (v + tie) / ((c**2 + v) / keep - c**2 + tie), rtol=1e-12)
    assert normalized_shift(config).measured


@pytest.mark.parametrize("size", [1e-60, 1e99])
def test_the_shift_does_not_depend_on_the_unit_of_the_values(size):
    found = normalized_shift(of(dv.Empirical(size * OWN.values))).shift
    np.testing.assert_allclose(found.exact_shift, normalized_shift(of(OWN)).shift.exact_shift, rtol=1e-9)


def test_values_that_are_all_alike_vary_in_training_alone_and_zeros_never():
    alike = normalized_shift(of(dv.Empirical([3.3, 3.3]))).shift
    for shift in (alike.exact_shift, alike.shift):
        assert np.isnan(shift[0])
        assert (shift[1:] == 0.0).all()
    zeros = normalized_shift(of(dv.Empirical([0.0])))
    assert np.isnan(zeros.shift.exact_shift).all()
    assert np.isnan(zeros.bells).all()
