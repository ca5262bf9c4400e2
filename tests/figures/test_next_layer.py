"""The four steps of the next layer: lines are the closed forms, sentences are true, nothing undefined is shown."""

import json
import re
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.next_layer.batch_norm import batch_norm_live, shift_panel
from dropviz.figures.next_layer.depth import depth_finding, depth_live, two_digits
from dropviz.figures.next_layer.mean import mean_live, moment_panels
from dropviz.figures.next_layer.nonlinearity import (
    gap_finding,
    gap_panels,
    logistic_panels,
    nonlinearity_live,
)
from dropviz.live.panels import Band, Line, Path, Points
from dropviz.live.words import Fold, Key, Paragraph
from dropviz.simulation.next_layer import (
    NextLayerConfig,
    masked_unit,
    nonlinear_unit,
    normalized_shift,
)
from dropviz.simulation.nonlinearity import DepthConfig, DepthGap, depth_gap
from dropviz.simulation.variance_shift import VarianceShiftConfig, variance_shift
from tests.figures.reading import assert_defined, named, titles
from tests.live.reading import asked, records, said, words_of

RATES = dv.rate_grid(0.0, 0.95, 0.05)
AT = RATES.index(0.3)
STEPS = {
    "mean": lambda config: mean_live(masked_unit(config)),
    "nonlinearity": lambda config: nonlinearity_live(nonlinear_unit(config)),
    "depth": lambda config: depth_live(depth_gap(config.depth)),
    "batch norm": lambda config: batch_norm_live(normalized_shift(config)),
}


def config(**changes):
    small = {"fan_in": 20, "unit_inputs": 6, "masks": 400, "width": 16, "passes": 60, "samples": 300}
    return NextLayerConfig(rates=RATES, **(small | changes))


def own(*values):
    return {"activations": dv.Empirical(values), "input_mean": None}


EXTREMES = {
    "default": {},
    "one input": {"fan_in": 1, "unit_inputs": 1},
    "equal weights": {"weight_scale": 0.0, "nonlinearity": "sigmoid"},
    "dead stack": {"weight_scale": 0.0, "nonlinearity": "relu"},
    "large weights": {"weight_scale": 5.0, "nonlinearity": "gelu", "bias": -5.0, "correlation": 1.0, "input_mean": 5.0},
    "zero inputs": own(0.0) | {"nonlinearity": "tanh"},
    "equal inputs": own(1.0) | {"weight_scale": 0.0},
    "tiny inputs": own(1e-30, -2e-30),
    "huge inputs": own(1e99, -2e99, 0.0),
}  # fmt: skip
EVERY = [(step, name) for step in STEPS for name in EXTREMES]


@cache
def drawn(step, name):
    """The figure of a step at one of the extremes."""
    return STEPS[step](config(**EXTREMES[name]))


@pytest.fixture(scope="module", name="masked")
def _masked():
    return masked_unit(config())


@pytest.fixture(scope="module", name="through")
def _through():
    return nonlinear_unit(config())


@pytest.fixture(scope="module", name="normalized")
def _normalized():
    return normalized_shift(config())


@pytest.mark.parametrize(("step", "name"), EVERY)
def test_nothing_undefined_is_said_or_drawn(step, name):
    live = drawn(step, name)
    assert_defined(live)
    assert "undefined" not in json.dumps(live.payload())
    live.to_figure()  # Plotly accepts every property


@pytest.mark.parametrize(("step", "name"), EVERY)
def test_every_live_text_has_a_place_and_one_value_a_rate(step, name):
    live = drawn(step, name)
    assert asked(live) == set(live.texts) - {"summary"}
    assert {len(values) for values in live.texts.values()} == {len(RATES)}


@pytest.mark.parametrize("step", STEPS)
def test_a_step_opens_with_one_sentence_and_one_picture_and_folds_the_rest(step):
    live = STEPS[step](config())
    assert [(block.kind, block.spans.name) for block in live.head if isinstance(block, Paragraph)] == [
        ("finding", "finding")
    ]
    assert len(live.head) == 1
    first, *rest = live.rows
    assert first.fold == ""
    assert len(first.panels) == 1
    assert all(row.fold for row in rest)
    assert all(isinstance(block, Fold) for block in live.foot)
    assert max(map(len, titles(live))) <= 46, "a title has to fit a phone"
    assert len(set(titles(live))) == len(titles(live))


@pytest.mark.parametrize(("step", "name"), EVERY)
def test_a_finding_is_short_and_at_rate_0_nothing_is_lost(step, name):
    findings = STEPS[step](config(**EXTREMES[name])).texts["finding"]
    assert max(map(len, findings)) <= 160
    assert not re.search("as at test|not kept|grows|varies less", findings[0])


# ---- 1: the mean of z -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["inverted", "standard"])
def test_mean_and_variance_are_the_closed_forms(masked, name):
    products = masked.layer.weights * masked.layer.inputs
    rates = np.array(RATES)
    factor = 1.0 / (1.0 - rates) if name == "inverted" else np.ones_like(rates)
    mean, variance = moment_panels(masked)
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


def test_the_bars_of_a_distribution_are_the_shares_and_its_dot_the_mean(masked):
    for at, panel in enumerate(mean_live(masked).rows[0].panels):
        bars = named(panel, Path, "training")
        np.testing.assert_array_equal(bars.y, masked.shares[at])
        np.testing.assert_array_equal(bars.x, masked.edges[:-1])
        dot = named(panel, Points, "mean over masks")
        np.testing.assert_array_equal(dot.x[:, 0], masked.layer.exact_mean[at])
        np.testing.assert_allclose(dot.x[:, 0], masked.layer.test_z[at], rtol=1e-12)
        key = next(key for key in records(panel.above) if isinstance(key, Key))
        assert key.label.endswith("dot: its mean, read on the axis below")


def test_the_test_z_stands_still_where_a_is_divided_and_moves_where_it_is_not(masked):
    inverted, standard, *_ = mean_live(masked).panels
    full = float(masked.layer.weights @ masked.layer.inputs)
    np.testing.assert_allclose(named(inverted, Path, "test").x, full)
    moving, still = [mark for mark in standard.marks if mark.name == "test"]
    np.testing.assert_allclose(moving.x[:, 0], full * (1.0 - np.array(RATES)))
    np.testing.assert_allclose(still.x, full)
    assert (moving.color, still.color) == ("standard", "none")


def test_what_each_input_adds_is_drawn_to_the_end_of_the_last(masked):
    panel = mean_live(masked).panels[2]
    for name, values in (("this mask", masked.added), ("test", masked.tested)):
        path = named(panel, Path, name)
        np.testing.assert_array_equal(path.y[..., :-1], values)
        np.testing.assert_array_equal(path.y[..., -1], values[..., -1])
        assert (path.x[0], path.x[-1]) == (0.5, 20.5)


def test_what_is_cut_off_is_said(masked):
    live = mean_live(masked)
    assert live.texts["inverted-note"][0] == "Bars up to 100 %."
    low, high = live.panels[2].y.low, live.panels[2].y.high
    leaves = ((masked.added < low) | (masked.added > high)).any(axis=1)
    assert leaves.any()
    assert not leaves[np.array(RATES) <= 0.75].any()
    assert ["are cut" in text for text in live.texts["one-mask"]] == leaves.tolist()
    beyond = 100.0 * masked.outside[0, -1]
    assert beyond > 0.5
    assert f"{beyond:.0f} % beyond the axis." in live.texts["inverted-note"][-1]


# ---- 2: after a nonlinearity ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("nonlinearity", ["relu", "sigmoid", "tanh", "gelu"])
def test_the_gap_is_drawn_between_its_curves_and_its_title_says_how_far_it_goes(nonlinearity):
    found = nonlinear_unit(config(nonlinearity=nonlinearity))
    outputs, gaps = gap_panels(found.unit)
    average, test = (line.estimate for line in outputs.lines)
    np.testing.assert_allclose(gaps.lines[0].estimate.exact, average.exact - test.exact, atol=2e-12)
    reached = max(np.abs(line.estimate.exact).max() for line in gaps.lines)
    assert float(gaps.title.removeprefix("The gap reaches ")) == pytest.approx(reached, rel=0.05)
    assert outputs.title == gap_finding(gaps.lines[0].estimate.exact)
    (shade,) = [mark for mark in nonlinearity_live(found).panels[0].marks if isinstance(mark, Band)]
    np.testing.assert_array_equal(shade.x, RATES)
    np.testing.assert_array_equal((shade.low, shade.high), (average.exact, test.exact))


@pytest.mark.parametrize(
    ("gap", "sentence"),
    [
        ([0.0, 0.0], "Here the average is the test pass"),
        ([0.0, 0.2], "The average is never below the test pass"),
        ([-0.1, 0.0], "The average is never above the test pass"),
        ([-0.1, 0.1], "The average is not the test pass"),
    ],
)
def test_the_title_follows_the_sign_of_the_gap(gap, sentence):
    assert gap_finding(np.array(gap)) == sentence


@pytest.mark.parametrize("nonlinearity", ["relu", "tanh"])
def test_the_finding_has_the_gap_and_its_direction(nonlinearity):
    found = nonlinear_unit(config(nonlinearity=nonlinearity))
    gap = found.unit.gap[0, AT]
    said = nonlinearity_live(found).texts["finding"][AT]
    average, test, size = map(float, re.findall(r"[−\d]\d*\.\d+", said.replace("−", "-")))
    assert average - test == pytest.approx(gap, abs=2e-4)
    assert size == pytest.approx(abs(gap), rel=5e-3)
    assert said.endswith("less." if gap > 0.0 else "more.")


def test_where_z_is_never_negative_a_relu_lets_the_mean_arrive():
    live = nonlinearity_live(nonlinear_unit(config(weight_scale=0.0)))
    assert all(
        said.startswith("Here the mean is kept after f = ReLU too") for said in live.texts["finding"][1:]
    )
    assert live.texts["factor"] == ["At this rate there is no gap."] * len(RATES)


def test_the_factor_in_the_sentence_mends_the_gap(through):
    live, unit = nonlinearity_live(through), through.unit
    factor = float(re.search(r"factor of ([\d.]+)", live.texts["factor"][AT])[1])
    assert factor * unit.at_test[0, AT] == pytest.approx(unit.output.exact[0, AT], rel=5e-3)
    assert live.texts["factor"][0] == "At this rate there is no gap."


def test_a_test_pass_of_0_is_mended_by_no_factor_and_a_small_one_by_one():
    dead = nonlinearity_live(nonlinear_unit(config(bias=-1.0, seed=1))).texts["factor"][-1]
    assert "no factor mends it" in dead
    small = nonlinearity_live(nonlinear_unit(config(**own(1e-30)))).texts["factor"][-1]
    assert "no factor" not in small


def test_the_geometric_mean_is_the_test_pass_to_rounding(through):
    np.testing.assert_allclose(through.logistic.geometric_mean, through.logistic.weight_scaled, rtol=1e-12)
    said = nonlinearity_live(through).texts["logistic"][AT]
    assert float(re.search(r"differ by at most (\S+), which", said)[1]) <= 1e-13
    geometric, passed = re.search(r"geometric mean (\S+), test pass (\S+)\. ", said).groups()
    assert geometric == passed


def test_a_tiny_difference_is_named_and_does_not_become_the_axis():
    found = nonlinear_unit(config(unit_inputs=1, weight_scale=0.0, seed=7))
    outputs, differences = logistic_panels(found.logistic, found.logistic_gap)
    assert 0.0 < np.abs(found.logistic_gap).max() < 1e-6
    assert len(np.unique(outputs.lines[0].estimate.exact)) == 1
    assert float(differences.title.removeprefix("The average is off by up to ")) < 1e-6


# ---- 3: after many layers -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("value", "text"), [(0.0314, "0.031"), (99.7, "100"), (12345.6, "12,346")])
def test_a_long_number_is_written_without_an_exponent(value, text):
    assert two_digits(value) == text


def made_up(first, last, floor=0.01):
    stack = DepthConfig(depth=2, rates=(0.0, 0.5))
    gap = np.array([[0.0, 0.0], [first, last]])
    return DepthGap(stack, gap, gap, np.full((2, 2), floor))


RANDOM = "Random, untrained weights: the gap "


@pytest.mark.parametrize(
    ("depth", "sentence"),
    [
        (made_up(0.1, 0.3), "grows with depth: it is 10 % of the test pass after one layer, 30 % after 2."),
        (made_up(0.3, 0.1), "shrinks with depth: it is 30 % of the test pass after one layer, 10 % after 2."),
        (
            made_up(0.3, 0.3),
            "changes little with depth: it is 30 % of the test pass after one layer, 30 % after 2.",
        ),
        (
            made_up(0.3, 0.005),
            "is 30 % of the test pass after one layer, below the noise of 1.0 % after 2.",
        ),
    ],
)
def test_the_depth_says_what_was_found_at_this_rate(depth, sentence):
    assert depth_finding(depth, 1) == RANDOM + sentence
    assert depth_finding(depth, 0) == "At rate 0 nothing is dropped: there is no gap after any layer."


def test_where_there_is_nothing_to_compare_the_depth_says_so():
    assert depth_finding(made_up(np.nan, np.nan), 1).startswith("The test pass gives 0")
    assert depth_finding(made_up(0.0, 0.0, floor=0.0), 1) == "Every pass gives the same: there is no gap."


def test_a_gap_below_the_noise_is_not_given_as_a_number():
    found = depth_gap(config().depth)
    live = depth_live(replace(found, noise_floor=found.relative_gap + 1.0))
    assert live.texts["finding"][AT].count("below the noise") == 2
    assert live.texts["factor"][AT].count("below the noise") == 2


def test_the_gap_of_every_layer_is_drawn_in_per_cent_of_the_test_pass():
    found = depth_gap(config().depth)
    layers, mended, _ = depth_live(found).panels
    np.testing.assert_array_equal(named(layers, Path, "gap").y, 100.0 * found.relative_gap)
    np.testing.assert_array_equal(named(mended, Path, "gap").y, 100.0 * found.residual_gap)
    assert layers.y.title.startswith("gap, %")
    assert "untrained" in layers.title
    for rate in (0.1, 0.5, 0.9):
        at = RATES.index(rate)
        thin, seen = named(layers, Path, f"rate {rate:g}").y, found.relative_gap[at] > found.noise_floor[at]
        np.testing.assert_array_equal(thin, np.where(seen, 100.0 * found.relative_gap[at], np.nan))


def test_at_the_usual_rates_the_pictures_are_filled(masked):
    """What is drawn at rate 0.3 takes at least half of the panel's height and of its width."""
    inverted, standard = mean_live(masked).panels[:2]
    bars = [named(panel, Path, "training").y[AT] for panel in (inverted, standard)]
    assert max(shares.max() for shares in bars) > 0.5 * masked.top
    (seen,) = np.nonzero(bars[0])
    assert seen[-1] - seen[0] > 0.5 * len(bars[0])
    layers = depth_live(depth_gap(config().depth)).panels[0]
    ups = np.concatenate([layers.y.share(mark.y[AT] if mark.y.ndim > 1 else mark.y) for mark in layers.marks])
    assert np.nanmax(ups) - np.nanmin(ups) > 0.5


# ---- 4: before batch norm -------------------------------------------------------------------------------------------


def test_the_shift_is_below_one_at_every_rate_above_zero():
    for fan_in, scale in ((1, 0.0), (20, 1.5), (512, 5.0)):
        for correlation in (0.0, 1.0):
            for mean in (0.0, 5.0):
                shift = VarianceShiftConfig(
                    fan_in, mean, 1.0, correlation, 4.0, scale, dv.rate_grid(0.0, 0.95, 0.01), samples=2
                )
                exact = variance_shift(shift).exact_shift
                assert exact[0] == 1.0
                assert (exact[1:] < 1.0).all()


def test_the_variance_behind_batch_norm_is_drawn_below_the_one_of_training(normalized):
    training, test = shift_panel(normalized).lines
    assert (training.estimate.exact == 1.0).all()
    np.testing.assert_array_equal(test.estimate.exact, normalized.shift.exact_shift)
    strays = np.abs(test.estimate.simulated - test.estimate.exact) > 5.0 * test.estimate.error + 1e-12
    assert not strays.any()
    shown = batch_norm_live(normalized).panels[0]
    assert [type(mark) for mark in shown.marks] == [Band, Line, Line]


def test_the_bells_are_those_of_the_shift_and_say_where_they_are_cut(normalized):
    panel = batch_norm_live(normalized).panels[1]
    np.testing.assert_array_equal(named(panel, Path, "at test").y, normalized.bells)
    np.testing.assert_array_equal(named(panel, Path, "variance 1").y, normalized.expected_bell)
    strong = normalized_shift(config(correlation=1.0, input_mean=5.0))
    live = batch_norm_live(strong)
    cut = strong.bells.max(axis=1) > live.panels[1].y.high
    assert cut.any()
    assert [bool(said) for said in live.texts["cut"]] == cut.tolist()


def test_a_variance_just_below_one_is_not_called_one():
    tied = normalized_shift(config(fan_in=512, weight_scale=0.0, correlation=1.0))
    at = batch_norm_live(tied).texts["shift-exact"]
    assert at[0] == "1"
    assert "1.000" not in at[1:]


def test_own_values_are_named_as_what_the_moments_come_from():
    live = batch_norm_live(normalized_shift(config(**own(1.0, 2.0))))
    assert "the mean and the variance of the activations" in said(words_of(live))
    assert "mean 0.5" not in said(words_of(live))
