"""The mistakes' figures: beside inverted, with true titles, code that runs, and no number where there is none."""

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.mistakes.beside_inverted import mistake_live
from dropviz.figures.mistakes.exhibits import EXHIBITS, LEFT_ON_SOURCE, RELATIVES, TITLE, exhibit
from dropviz.figures.mistakes.left_on import left_on_live
from dropviz.frameworks.snippets import changed_lines
from dropviz.live.panels import Band, Line, Path
from dropviz.live.words import Fold, Link, Neurons
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import short
from dropviz.simulation.layer import LayerConfig
from dropviz.simulation.mistakes import MistakeConfig, answers_left_on, beside_inverted
from dropviz.theory import diagnosis
from dropviz.theory.diagnosis import cure
from dropviz.theory.moments import mean_ratio
from tests.figures.reading import assert_defined, exact, labels, lines, named, strayed
from tests.live.reading import asked, records, words_of
from tests.live.reading import said as said_by

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
def test_the_chart_of_a_mistake_is_named_and_bears_the_cross(name):
    wrong, right, _ = LIVE[name].panels
    short = dv.strategies()[name].short
    assert wrong.title.startswith(f"✗ {short.capitalize()}: ")
    assert right.title == "✓ Inverted: test mean = training mean"
    assert {mark.color for mark in wrong.marks} == {name}
    assert {mark.color for mark in right.marks} == {"inverted"}
    assert (wrong.y.low, wrong.y.high) == (right.y.low, right.y.high)  # to be compared


@pytest.mark.parametrize("name", WRONG)
def test_the_lines_are_theory_and_the_chosen_one_is_the_thickest(name):
    row = dv.strategies()[name]
    *means, ratios = LIVE[name].panels
    widths = {label: line.width for label, line in lines(ratios).items()}
    (thick,) = [label for label, width in widths.items() if width == max(widths.values())]
    ratio, expected = exact(ratios, thick), mean_ratio(row, RATES)
    np.testing.assert_allclose(ratio[expected > 0.0], expected[expected > 0.0])
    mu = SWEEP.activations.exact_mean
    for panel, shown in zip(means, (name, "inverted"), strict=True):
        for phase, label in (("train", "training"), ("test", "test")):
            moments = dv.exact_moments(shown, phase, RATES, mu, 1.0)
            np.testing.assert_allclose(exact(panel, label), moments.mean)
            assert named(panel, Line, label).dashed == (phase == "test")
    gap = named(means[0], Band, "gap")
    np.testing.assert_array_equal(gap.low, exact(means[0], "training"))
    np.testing.assert_array_equal(gap.high, exact(means[0], "test"))


@pytest.mark.parametrize("name", WRONG)
def test_simulated_means_lie_within_five_standard_errors(name):
    for panel in LIVE[name].panels[:2]:
        for label in ("training", "test"):
            assert not strayed(named(panel, Line, label)).any()


def formula(text, rate, mean):
    """What a formula of a title or a finding is worth."""
    values = {"rate": rate, "keep": 1.0 - rate, "training mean": mean}
    for word, value in values.items():
        text = text.replace(word, repr(value))
    return eval(text.replace("÷", "/").replace("×", "*"))


@pytest.mark.parametrize(
    "source", [dv.Normal(relu=True), dv.Constant(-2.0), dv.Empirical(np.array([3.0, 0.0, 1.0]))]
)
@pytest.mark.parametrize("name", WRONG)
def test_the_formula_in_the_title_is_true_at_every_rate(name, source):
    live = live_of(dv.SweepConfig(source, 500, strategies=("inverted", *WRONG)), name)
    train, test = (exact(live.panels[0], label) for label in ("training", "test"))
    said = live.panels[0].title.split("test mean = ")[1]
    known = np.isfinite(train)
    assert known.sum() >= len(RATES) - 1
    for rate, one, other in zip(RATES[known], train[known], test[known], strict=True):
        assert formula(said, rate, one) == pytest.approx(other)


@pytest.mark.parametrize(
    "source", [dv.Normal(relu=True), dv.Normal(), dv.Constant(-2.0), dv.Empirical(np.array([7.0]))]
)
@pytest.mark.parametrize("name", WRONG)
def test_the_finding_says_the_ratio_or_why_there_is_none(name, source):
    live = live_of(dv.SweepConfig(source, 50, strategies=("inverted", *WRONG)), name)
    for rate, ratio, said in zip(
        RATES, mean_ratio(dv.strategies()[name], RATES), live.texts["finding"], strict=True
    ):
        if np.isnan(ratio):
            assert "there is no output" in said
        elif np.isclose(ratio, 1.0):
            assert f"At rate {rate:g} " in said
            assert "does not show" in said
        else:
            written = re.search(r"([\d./e-]+)(?: = (\S+))? times", said)
            assert written
            assert eval(written[1]) == pytest.approx(ratio)
            assert float(written[2] or written[1]) == pytest.approx(ratio, rel=5e-3)
            assert ("No mean shows it" in said) == (source.exact_mean == 0.0)


@pytest.mark.parametrize("name", WRONG)
def test_where_all_is_0_nothing_is_said_to_show(name):
    live = live_of(dv.SweepConfig(dv.Constant(0.0), 50, strategies=("inverted", *WRONG)), name)
    assert (
        live.texts["finding"][at(0.3)] == "Every activation is 0, and so is every output: no mistake shows."
    )
    assert "every mean is 0" in live.panels[0].title
    assert live.panels[2].title == "Every output is 0: no mistake shows"
    assert live.texts[f"{name}-ratio"][at(0.3)] == "undefined"


@pytest.mark.parametrize("name", WRONG)
def test_the_code_shown_is_code_and_one_line_of_it_changes(name):
    live, rate = LIVE[name], 0.3
    codes = [live.texts[f"{kind}-code"][at(rate)] for kind in ("wrong", "right")]
    for code, row in zip(codes, (dv.strategies()[name], cure(name)), strict=True):
        space: dict[str, Any] = {
            "a": np.ones(4),
            "mask": np.array([1.0, 0.0, 1.0, 1.0]),
            "rate": rate,
            "keep": 1.0 - rate,
        }
        exec(code, space)  # the lines that a person copies from the page
        np.testing.assert_allclose(space["train"], space["mask"] * row.train_scale(rate))
        np.testing.assert_allclose(space["test"], row.test_scale(rate))
        assert code.splitlines()[0].endswith(row.train_scale.words(rate))
    wrong, right = (code.splitlines() for code in codes)
    (changed,) = [pair for pair in zip(wrong, right, strict=True) if "✗" in pair[0]]
    assert "✓" in changed[1]
    assert tuple(line.split("  #")[0].strip() for line in changed) == changed_lines(name)
    assert sum("✗" in line for line in wrong) == sum("✓" in line for line in right) == 1


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
    assert LEFT_ON_LIVE.panels[0].title.startswith("✗ Left on at test")
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
    answers, one, spread, _ = LEFT_ON_LIVE.panels
    np.testing.assert_array_equal(exact(spread, "standard deviation"), LEFT_ON.std.exact)
    assert named(answers, Path, "dropout off").x.tolist() == [LEFT_ON.off] * 2
    assert named(one, Path, "dropout off").x.tolist() == [LEFT_ON.off] * 2
    assert labels(one) == ["100 % of the passes"]
    assert (one.x.low, one.x.high, one.y.high) == (answers.x.low, answers.x.high, answers.y.high)
    assert len(set(LEFT_ON_LIVE.texts["off-answers"])) == 1


def test_at_rate_0_all_answers_are_the_same_and_later_they_are_not():
    answers = LEFT_ON_LIVE.texts["answers"]
    assert answers[0] == LEFT_ON_LIVE.texts["off-answers"][0]
    assert len(set(answers[at(0.3)].split(",  "))) > 3


def test_the_share_of_flipped_signs_is_the_one_that_the_title_names():
    flipped = LEFT_ON.flipped.exact
    line = named(LEFT_ON_LIVE.panels[3], Line, "sign flipped")
    assert line.kind == "simulated"  # there is no closed form
    np.testing.assert_array_equal(line.estimate.exact, flipped)
    assert f"Up to {short(flipped.max())} % of {LEFT_ON.masks:,} masks" in LEFT_ON_LIVE.alt
    assert LEFT_ON_LIVE.texts["on-flipped"][at(0.5)] == f"{flipped[at(0.5)]:.1f} %"


@pytest.mark.parametrize("share", [0.0, 0.05, 20.0])
def test_of_flips_only_what_was_seen_is_said(share):
    """Of 64 inputs some of the 2⁶⁴ masks flip the sign, whether these masks did or not."""
    seen = np.full(len(LEFT_ON.rates), share)
    live = left_on_live(replace(LEFT_ON, flipped=Estimate(seen, seen, 0.0 * seen)))
    said = (
        f"Up to {share:g} % of 1,000 masks flip its sign"
        if share
        else "Not one of 1,000 masks flips the sign"
    )
    assert said in live.alt


def test_an_input_that_is_always_0_gets_sentences_and_no_division():
    live = left_on_live(answers_left_on(LayerConfig(dv.Constant(0.0), fan_in=3, masks=50)))
    assert "Nothing scatters: every input is 0" in live.alt
    assert "no sign to flip" in live.alt
    assert_defined(live)
    assert live.texts["finding"][0].startswith("At rate 0 nothing is dropped")
    assert set(live.texts["finding"][1:]) == {
        "Every input is 0, and so is every answer: the mistake does not show."
    }


def test_the_finding_of_left_on_says_the_exact_spread():
    for std, said in zip(LEFT_ON.std.exact[1:], LEFT_ON_LIVE.texts["finding"][1:], strict=True):
        assert float(said.split("± ")[1].rstrip(".")) == pytest.approx(std, rel=5e-3)
        assert f"the mean is right, {short(LEFT_ON.off)}, " in said


@pytest.mark.parametrize("inputs", [1, 2, 1024])
def test_any_number_of_inputs_is_drawn(inputs):
    live = left_on_live(answers_left_on(LayerConfig(fan_in=inputs, masks=200)))
    assert_defined(live)


@pytest.mark.parametrize("name", EXHIBITS)
def test_every_exhibit_ends_with_what_goes_wrong_and_where_it_was_seen(name):
    live = LEFT_ON_LIVE if name == diagnosis.LEFT_ON else LIVE[name]
    last = live.foot[-1]
    assert isinstance(last, Fold)
    assert last.title == TITLE
    assert last == exhibit(name)
    sources = [*EXHIBITS[name], *RELATIVES, *([LEFT_ON_SOURCE] if name == diagnosis.LEFT_ON else [])]
    links = [(one.words, one.address) for one in records(last) if isinstance(one, Link)]
    assert sorted(links) == sorted(
        pair for text in sources for pair in re.findall(r"\[(.+?)\]\((.+?)\)", text)
    )
    assert all(address.startswith("https://") for _, address in links)
    assert any(address.startswith("https://github.com/") for _, address in links[: -len(RELATIVES)])
    told = said_by(last)
    assert not re.search(r"\]\(|[`*]", told)
    assert re.sub(r"\[(.+?)\]\(.+?\)|[`*]", r"\1", EXHIBITS[name].what) in told
