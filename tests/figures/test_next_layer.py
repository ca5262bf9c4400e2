"""The next layer's figure: exact lines are the closed forms, titles are true, nothing undefined is shown."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.next_layer.figure import (
    gap_finding,
    gap_panels,
    logistic_panels,
    moment_panels,
    next_layer_live,
)
from dropviz.figures.next_layer.text import depth_finding, two_digits
from dropviz.live.panels import Path
from dropviz.live.words import Heading
from dropviz.simulation.next_layer import NextLayerConfig, next_layer
from dropviz.simulation.nonlinearity import DepthConfig, DepthGap
from dropviz.simulation.variance_shift import VarianceShiftConfig, variance_shift
from tests.figures.reading import assert_defined, named, titles
from tests.live.reading import asked, asked_by, said, words_of

RATES = dv.rate_grid(0.0, 0.95, 0.05)
AT = RATES.index(0.3)


def results(nonlinearity="relu", fan_in=20, scale=1.5, inputs=6, bias=0.0, seed=2, activations=None):
    config = NextLayerConfig(
        fan_in=fan_in,
        weight_scale=scale,
        bias=bias,
        nonlinearity=nonlinearity,
        unit_inputs=inputs,
        seed=seed,
        rates=RATES,
        activations=activations or dv.Normal(relu=True),
        masks=400,
        width=16,
        passes=60,
        samples=300,
    )
    return next_layer(config)


EXTREMES = {
    "default": {},
    "one input": {"fan_in": 1, "inputs": 1},
    "equal weights": {"scale": 0.0, "nonlinearity": "sigmoid"},
    "dead stack": {"scale": 0.0, "nonlinearity": "relu"},
    "large weights": {"scale": 5.0, "nonlinearity": "gelu", "bias": -5.0},
    "zero inputs": {"activations": dv.Constant(0.0), "nonlinearity": "tanh"},
    "equal inputs": {"activations": dv.Constant(1.0), "scale": 0.0},
}


@pytest.fixture(scope="module")
def default():
    return results()


@pytest.mark.parametrize("name", EXTREMES)
def test_nothing_undefined_is_said_or_drawn(name):
    live = next_layer_live(results(**EXTREMES[name]))
    assert_defined(live)
    assert "undefined" not in json.dumps(live.payload())
    live.to_figure()  # Plotly accepts every property


@pytest.mark.parametrize("name", EXTREMES)
def test_every_live_text_has_a_place_and_one_value_a_rate(name):
    live = next_layer_live(results(**EXTREMES[name]))
    assert asked(live) == set(live.texts) - {"summary"}
    assert {len(values) for values in live.texts.values()} == {len(RATES)}


def test_both_widths_draw_the_same_twelve_panels_and_name_the_same_curves(default):
    live = next_layer_live(default)
    assert [len(row.panels) for row in live.rows] == [2] * 6
    assert max(map(len, titles(live))) <= 46, "a title has to fit a phone"
    assert len(set(titles(live))) == 12
    for panel in live.panels:
        wide, narrow = (
            sorted(re.split(" [=≈] ", " ".join(" ".join(label.lines) for label in side)))
            for side in (panel.labels.wide, panel.labels.narrow)
        )
        assert wide == narrow


@pytest.mark.parametrize("name", ["inverted", "standard"])
def test_mean_and_variance_are_the_closed_forms(default, name):
    products = default.layer.weights * default.layer.inputs
    rates = np.array(RATES)
    factor = 1.0 / (1.0 - rates) if name == "inverted" else np.ones_like(rates)
    mean, variance = moment_panels(default)
    lines = {line.name: line.estimate for line in mean.lines} | {
        f"{line.name} variance": line.estimate for line in variance.lines
    }
    np.testing.assert_allclose(
        lines[f"{name} train"].exact, factor * (1.0 - rates) * products.sum(), rtol=1e-12
    )
    np.testing.assert_allclose(lines[f"{name} test"].exact, lines[f"{name} train"].exact, rtol=1e-12)
    wanted = factor**2 * rates * (1.0 - rates) * (products**2).sum()
    np.testing.assert_allclose(lines[f"{name} variance"].exact, wanted, rtol=1e-12)
    for line in (lines[f"{name} train"], lines[f"{name} variance"]):
        assert (np.abs(line.simulated - line.exact) <= 5.0 * line.error + 1e-12).all()


def test_the_bars_of_a_distribution_are_the_shares(default):
    live = next_layer_live(default)
    for panel, shares in zip(live.panels, default.shares, strict=False):
        bars = named(panel, Path, "training")
        np.testing.assert_array_equal(bars.y, shares)
        np.testing.assert_array_equal(bars.x, default.edges[:-1])


def test_the_test_z_stands_still_where_a_is_divided_and_moves_where_it_is_not(default):
    inverted, standard, *_ = next_layer_live(default).panels
    full = float(default.layer.weights @ default.layer.inputs)
    np.testing.assert_allclose(named(inverted, Path, "test").x, full)
    moving, still = [mark for mark in standard.marks if mark.name == "test"]
    np.testing.assert_allclose(moving.x[:, 0], full * (1.0 - np.array(RATES)))
    np.testing.assert_allclose(still.x, full)
    assert (moving.color, still.color) == ("standard", "none")


@pytest.mark.parametrize("nonlinearity", ["relu", "sigmoid", "tanh", "gelu"])
def test_the_gap_is_drawn_between_its_curves_and_its_title_says_how_far_it_goes(nonlinearity):
    outputs, gaps = gap_panels(results(nonlinearity).unit)
    average, test = (line.estimate for line in outputs.lines)
    np.testing.assert_allclose(gaps.lines[0].estimate.exact, average.exact - test.exact, atol=2e-12)
    reached = max(np.abs(line.estimate.exact).max() for line in gaps.lines)
    assert float(gaps.title.removeprefix("The gap reaches ")) == pytest.approx(reached, rel=0.05)
    assert outputs.title == gap_finding(gaps.lines[0].estimate.exact)


@pytest.mark.parametrize(
    ("gap", "sentence"),
    [
        ([0.0, 0.0], "Here the average is the test pass"),
        ([0.0, 0.2], "The average is never below the test pass"),
        ([-0.1, 0.0], "The average is never above the test pass"),
        ([-0.1, 0.1], "The average is not the test pass"),
    ],
)
def test_the_finding_follows_the_sign_of_the_gap(gap, sentence):
    assert gap_finding(np.array(gap)) == sentence


def test_the_factor_in_the_sentence_mends_the_gap(default):
    live = next_layer_live(default)
    sentence = live.texts["unit-factor"][AT]
    factor = float(re.search(r"factor of ([\d.]+)", sentence)[1])
    unit = default.unit
    assert factor * unit.at_test[0, AT] == pytest.approx(unit.output.exact[0, AT], rel=5e-3)
    assert live.texts["unit-factor"][0] == "Here there is no gap."


def test_the_geometric_mean_is_the_test_pass_to_rounding(default):
    np.testing.assert_allclose(default.logistic.geometric_mean, default.logistic.weight_scaled, rtol=1e-12)
    live = next_layer_live(default)
    most = float(re.search(r"differ by at most (\S+): rounding", said(words_of(live)))[1])
    assert most <= 1e-13
    assert live.texts["logistic-geometric"] == live.texts["logistic-test"]


def test_a_tiny_difference_is_named_and_does_not_become_the_axis():
    result = results(inputs=1, scale=0.0, seed=7)
    outputs, differences = logistic_panels(result.logistic, result.logistic_gap)
    assert 0.0 < np.abs(result.logistic_gap).max() < 1e-6
    assert len(np.unique(outputs.lines[0].estimate.exact)) == 1
    assert float(differences.title.removeprefix("The average is off by up to ")) < 1e-6


@pytest.mark.parametrize(("value", "text"), [(0.0314, "0.031"), (99.7, "100"), (12345.6, "12,346")])
def test_a_long_number_is_written_without_an_exponent(value, text):
    assert two_digits(value) == text


def made_up(first, last, floor=0.01):
    config = DepthConfig(depth=2, rates=(0.0, 0.5))
    gap = np.array([[0.0, 0.0], [first, last]])
    return DepthGap(config, gap, gap, np.full((2, 2), floor))


@pytest.mark.parametrize(
    ("depth", "sentence"),
    [
        (made_up(0.1, 0.3), "At rate 0.5 the gap grows: × 3.0 in 2 layers"),
        (made_up(0.3, 0.1), "At rate 0.5 the gap shrinks: × 0.33 in 2 layers"),
        (made_up(0.3, 0.3), "At rate 0.5 the gap stays: × 1.0 in 2 layers"),
        (made_up(0.3, 0.005), "At rate 0.5 the gap drowns in noise"),
        (made_up(np.nan, np.nan), "No gap to measure: the output is 0"),
        (made_up(0.0, 0.0, floor=0.0), "Every pass gives the same: no gap"),
    ],
)
def test_the_depth_says_what_was_found(depth, sentence):
    assert depth_finding(depth) == sentence


def test_a_gap_below_the_noise_is_not_given_as_a_number():
    result = results()
    hidden = replace(result.depth, noise_floor=result.depth.relative_gap + 1.0)
    live = next_layer_live(replace(result, depth=hidden))
    assert live.texts["depth"][AT].count("(noise)") == 3
    assert live.texts["depth"][0] == "At rate 0 there is no noise, and no gap."


def test_the_shift_is_below_one_at_every_rate_above_zero():
    for fan_in, scale in ((1, 0.0), (20, 1.5), (512, 5.0)):
        for correlation in (0.0, 1.0):
            for mean in (0.0, 5.0):
                config = VarianceShiftConfig(
                    fan_in, mean, 1.0, correlation, 4.0, scale, dv.rate_grid(0.0, 0.95, 0.01), samples=2
                )
                exact = variance_shift(config).exact_shift
                assert exact[0] == 1.0
                assert (exact[1:] < 1.0).all()


def test_the_bells_behind_batch_norm_are_those_of_the_shift(default):
    panel = next_layer_live(default).panels[11]
    np.testing.assert_array_equal(named(panel, Path, "at test").y, default.bells)
    np.testing.assert_array_equal(named(panel, Path, "variance 1").y, default.expected_bell)


def test_the_words_of_the_five_sections_stand_above_their_panels_in_order(default):
    live = next_layer_live(default)
    above = [[said(block) for block in row.words if isinstance(block, Heading)] for row in live.rows]
    assert above == [
        [],
        [],
        ["Matching the mean of z is not enough"],
        ["Does it grow with depth?"],
        ["One logistic unit: a geometric mean"],
        ["Before batch norm: the variance shifts"],
    ]
    assert {"unit-average", "unit-test", "unit-factor"} == asked_by(live.rows[2].words)
    assert titles(live)[4] == gap_finding(default.unit.gap[default.unit.strategies.index("inverted")])
