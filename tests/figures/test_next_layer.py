"""The next layer's figure: exact lines are the closed forms, titles are true, nothing undefined is shown."""

import json
import re
from dataclasses import replace

import numpy as np
import plotly.graph_objects as go
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
from dropviz.simulation.next_layer import NextLayerConfig, next_layer
from dropviz.simulation.nonlinearity import DepthConfig, DepthGap
from dropviz.simulation.variance_shift import VarianceShiftConfig, variance_shift

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


def traces(live, axis, name):
    """Indices of the traces of that name on that axis."""
    data = live.figure["data"]
    return [at for at, one in enumerate(data) if one["xaxis"] == axis and one["name"] == name]


def track(live, axis, name):
    (wanted,) = traces(live, axis, name)
    (found,) = [one for one in live.tracks if one.trace == wanted]
    return found


def words(live):
    """All that can be read: the words, the titles, and every text at every rate."""
    titles = [note["text"] for note in live.figure["layout"]["annotations"]]
    return [
        live.head,
        live.foot,
        live.alt,
        *titles,
        *(text for texts in live.texts.values() for text in texts),
    ]


@pytest.mark.parametrize("name", EXTREMES)
def test_nothing_undefined_is_said_or_drawn(name):
    live = next_layer_live(results(**EXTREMES[name]))
    payload = json.dumps(live.payload(), allow_nan=False)
    assert "undefined" not in payload
    for text in words(live):
        assert not re.search(r"\b(nan|inf|None|undefined|infinite)\b", text, re.IGNORECASE), text
    go.Figure(live.drawn())  # Plotly accepts every property


@pytest.mark.parametrize("name", EXTREMES)
def test_every_live_text_has_a_place_and_one_value_a_rate(name):
    live = next_layer_live(results(**EXTREMES[name]))
    wanted = set(re.findall(r'data-text="([\w-]+)"', live.head + live.foot))
    assert wanted == set(live.texts) - {"summary"}
    assert {len(values) for values in live.texts.values()} == {len(RATES)}


def test_both_layouts_draw_the_same_twelve_panels(default):
    live = next_layer_live(default)
    axes = {name for name in live.figure["layout"] if name.startswith("xaxis")}
    assert len(axes) == 12
    assert axes == {name for name in live.narrow if name.startswith("xaxis")}
    titles = [
        [re.sub("<.*?>", "", note["text"]) for note in notes if note["text"].startswith("<b>")]
        for notes in (live.figure["layout"]["annotations"], live.narrow["annotations"])
    ]
    assert titles[0] == titles[1]
    assert len(titles[0]) == 12
    assert max(map(len, titles[0])) <= 46, "a title has to fit a phone"


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
    for at, axis in enumerate(("x", "x2")):
        np.testing.assert_array_equal(track(live, axis, "training").y, default.shares[at])


def test_the_test_z_stands_still_where_a_is_divided_and_moves_where_it_is_not(default):
    live = next_layer_live(default)
    full = float(default.layer.weights @ default.layer.inputs)
    np.testing.assert_allclose(track(live, "x", "test").x, full)
    moving, still = traces(live, "x2", "test")
    tracks = {one.trace: one for one in live.tracks}
    np.testing.assert_allclose(tracks[moving].x[:, 0], full * (1.0 - np.array(RATES)))
    np.testing.assert_allclose(tracks[still].x, full)


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
    said = float(re.search(r"differ by at most (\S+): rounding", live.foot)[1])
    assert said <= 1e-13
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
    np.testing.assert_array_equal(track(next_layer_live(default), "x12", "at test").y, default.bells)


def test_the_words_stand_inside_the_figure_in_order(default):
    live = next_layer_live(default)
    for size, height in (("wide", live.figure["layout"]["height"]), ("narrow", live.narrow["height"])):
        tops = [float(top) for top in re.findall(rf"--dv-{size}:(-[\d.]+)px", live.foot)]
        assert len(tops) == 4
        assert tops == sorted(tops)
        assert -height < tops[0]
