"""The mistakes' figures: beside inverted, with true titles, code that runs, and no number where there is none."""

from typing import Any

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.mistakes import left_on_live, mistake_live
from dropviz.live.panels import Line, Path
from dropviz.live.words import Neurons
from dropviz.simulation.layer import LayerConfig
from dropviz.simulation.mistakes import MistakeConfig, answers_left_on, beside_inverted
from dropviz.theory.moments import mean_ratio
from tests.figures.reading import assert_defined, exact, lines, named, strayed
from tests.live.reading import asked, records, words_of

WRONG = [name for name, row in dv.strategies().items() if row.mistake]
SWEEP = dv.SweepConfig(units=50_000, strategies=("inverted", *WRONG))
RATES = np.asarray(SWEEP.rates)
LEFT_ON = answers_left_on(LayerConfig(masks=1000))
LEFT_ON_LIVE = left_on_live(LEFT_ON)


def live_of(config, name):
    return mistake_live(beside_inverted(MistakeConfig(config, name)))


LIVE = {name: live_of(SWEEP, name) for name in WRONG}


def at(rate):
    return int(np.abs(RATES - rate).argmin())


@pytest.mark.parametrize("name", WRONG)
def test_the_lines_are_theory_and_the_chosen_one_is_the_thickest(name):
    row = dv.strategies()[name]
    ratios, means = LIVE[name].panels
    widths = {label: line.width for label, line in lines(ratios).items()}
    (thick,) = [label for label, width in widths.items() if width == max(widths.values())]
    ratio, expected = exact(ratios, thick), mean_ratio(row, RATES)
    np.testing.assert_allclose(ratio[expected > 0.0], expected[expected > 0.0])
    mu = SWEEP.activations.exact_mean
    for phase, label in (("train", "training"), ("test", "test")):
        moments = dv.exact_moments(name, phase, RATES, mu, 1.0)
        np.testing.assert_allclose(exact(means, label), moments.mean)
        assert named(means, Line, label).dashed == (phase == "test")


@pytest.mark.parametrize("name", WRONG)
def test_simulated_means_lie_within_five_standard_errors(name):
    for label in ("training", "test"):
        assert not strayed(named(LIVE[name].panels[1], Line, label)).any()


@pytest.mark.parametrize("name", WRONG)
def test_the_titles_are_true_at_every_rate(name):
    ratio = mean_ratio(dv.strategies()[name], RATES)
    hides = np.flatnonzero(np.isclose(ratio, 1.0))
    alt = LIVE[name].alt
    if "every rate but 0" in alt:
        assert RATES[hides].tolist() == [0.0]
        assert (ratio[1:] > 1.0).all() if "too large at every" in alt else (ratio[1:] < 1.0).all()
    else:
        assert RATES[hides].tolist() == [0.5]
        assert "too small below 0.5, too large above" in alt
        assert (ratio[1 : at(0.5)] < 1.0).all()
        assert (ratio[at(0.5) + 1 :] > 1.0).all()


@pytest.mark.parametrize("name", WRONG)
def test_the_verdict_says_the_ratio_or_why_there_is_none(name):
    live = LIVE[name]
    for rate, ratio, said in zip(
        RATES, mean_ratio(dv.strategies()[name], RATES), live.texts[f"{name}-verdict"], strict=True
    ):
        if np.isnan(ratio):
            assert "divides by 0" in said
        elif np.isclose(ratio, 1.0):
            assert "does not show" in said
        else:
            assert float(said.split()[3]) == pytest.approx(ratio, rel=1e-3), rate


@pytest.mark.parametrize("name", WRONG)
def test_the_code_shown_is_code_with_the_factors_of_this_rate(name):
    live, row = LIVE[name], dv.strategies()[name]
    rate = 0.3
    space: dict[str, Any] = {
        "a": np.ones(4),
        "mask": np.array([1.0, 0.0, 1.0, 1.0]),
        "rate": rate,
        "keep": 1.0 - rate,
    }
    code = live.texts[f"{name}-code"][at(rate)]
    exec(code, space)  # the lines that a person copies from the page
    np.testing.assert_allclose(space["train"], space["mask"] * row.train_scale(rate))
    np.testing.assert_allclose(space["test"], row.test_scale(rate))
    assert code.splitlines()[0].endswith(row.train_scale.words(rate))


@pytest.mark.parametrize("name", WRONG)
def test_units_and_factors_are_those_of_the_mistake_and_of_inverted(name):
    live = LIVE[name]
    assert [row.name for row in live.unit_rows] == [name, "inverted"]
    for row in live.unit_rows:
        assert Neurons(row.name) in list(records(words_of(live)))
        expected = dv.strategies()[row.name].train_scale(RATES)
        shown = [np.nan if value is None else value for value in row.train]
        np.testing.assert_array_equal(shown, expected)


@pytest.mark.parametrize("live", [*LIVE.values(), LEFT_ON_LIVE])
def test_every_text_has_its_place_and_none_says_nan(live):
    assert asked(live) <= set(live.texts)
    assert {len(values) for values in live.texts.values()} == {len(RATES)}
    assert_defined(live, r"\b(nan|NaN|inf|Infinity|None)\b")


def test_few_units_may_all_fall_without_a_warning():
    live = live_of(dv.SweepConfig(units=2, strategies=("inverted", "none"), seed=3), "none")
    assert "undefined" in live.texts["none-ratio"]


# ---- left on at test ------------------------------------------------------------------------------------------------


def test_the_bars_are_the_shares_and_the_note_says_what_the_frame_cuts_off():
    bars = named(LEFT_ON_LIVE.panels[0], Path, "dropout left on")
    assert bars.stepped
    assert bars.filled
    np.testing.assert_array_equal(bars.x, LEFT_ON.edges[:-1])
    np.testing.assert_array_equal(bars.y, LEFT_ON.shares)
    assert (LEFT_ON_LIVE.panels[0].y.low, LEFT_ON_LIVE.panels[0].y.high) == (0.0, LEFT_ON.top)
    for shares, note in zip(LEFT_ON.shares, LEFT_ON_LIVE.texts["on-note"], strict=True):
        assert ("Beyond the frame" in note) == (shares.sum() < 100.0 - 0.05)
        assert ("Tallest bar" in note) == (shares.max() > LEFT_ON.top)


def test_the_spread_is_exact_and_the_answer_with_dropout_off_is_one_number():
    answers, spread, _ = LEFT_ON_LIVE.panels
    np.testing.assert_array_equal(exact(spread, "standard deviation"), LEFT_ON.exact_std)
    assert named(answers, Path, "dropout off").x.tolist() == [LEFT_ON.off] * 2
    assert len(set(LEFT_ON_LIVE.texts["off-answers"])) == 1


def test_at_rate_0_all_answers_are_the_same_and_later_they_are_not():
    answers = LEFT_ON_LIVE.texts["answers"]
    assert answers[0] == LEFT_ON_LIVE.texts["off-answers"][0]
    assert len(set(answers[at(0.3)].split(",  "))) > 3


def test_the_share_of_flipped_signs_is_the_one_that_the_title_names():
    flipped = LEFT_ON.flipped.exact
    line = named(LEFT_ON_LIVE.panels[2], Line, "sign flipped")
    assert line.kind == "simulated"  # there is no closed form
    np.testing.assert_array_equal(line.estimate.exact, flipped)
    assert f"Up to {flipped.max():.0f} % of the masks" in LEFT_ON_LIVE.alt
    assert LEFT_ON_LIVE.texts["on-flipped"][at(0.5)] == f"{flipped[at(0.5)]:.1f} %"


def test_an_input_that_is_always_0_gets_sentences_and_no_division():
    live = left_on_live(answers_left_on(LayerConfig(dv.Constant(0.0), fan_in=3, masks=50)))
    assert "Nothing scatters: every input is 0" in live.alt
    assert "no sign to flip" in live.alt
    assert_defined(live)


@pytest.mark.parametrize("inputs", [1, 2, 1024])
def test_any_number_of_inputs_is_drawn(inputs):
    live = left_on_live(answers_left_on(LayerConfig(fan_in=inputs, masks=200)))
    assert_defined(live)
