import json
import re
from typing import Any

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.mistakes.figure import mistake_live
from dropviz.figures.mistakes.left_on import left_on_live
from dropviz.simulation.layer import LayerConfig, left_on
from dropviz.theory.moments import invisible_rate, mean_ratio
from dropviz.theory.strategies import Factor, Strategy

WRONG = [name for name, row in dv.strategies().items() if row.mistake]
SWEEP = dv.sweep(dv.SweepConfig(units=50_000, strategies=("inverted", *WRONG)))
RATES = np.asarray(SWEEP.config.rates)
LEFT_ON = left_on(LayerConfig(masks=1000))


def at(rate):
    return int(np.abs(RATES - rate).argmin())


def traces(live, suffix):
    return {
        (trace["yaxis"], trace["name"].removesuffix(suffix)): trace
        for trace in live.figure["data"]
        if trace["name"].endswith(suffix)
    }


def texts_in_html(live):
    return re.findall(r'data-text="([^"]+)"', live.head + live.foot)


def test_the_ratios_are_those_of_the_table_of_facts():
    known = {
        "none": [10 / 9, 10 / 7, 2.0, 5.0],
        "both": [0.9, 0.7, 0.5, 0.2],
        "wrong_train": [1 / 9, 3 / 7, 1.0, 4.0],
        "wrong_test": [1 / 9, 3 / 7, 1.0, 4.0],
    }
    assert set(known) == set(WRONG)
    for name, ratios in known.items():
        np.testing.assert_allclose(mean_ratio(dv.strategies()[name], [0.1, 0.3, 0.5, 0.8]), ratios)


def test_the_ratio_agrees_with_the_exact_moments():
    for row in dv.strategies().values():
        train = dv.exact_moments(row.name, "train", RATES, 0.7, 1.0).mean
        test = dv.exact_moments(row.name, "test", RATES, 0.7, 1.0).mean
        np.testing.assert_allclose(mean_ratio(row, RATES), test / train)


def test_only_the_wrong_p_hides_inside_and_exactly_at_a_half():
    assert {name: invisible_rate(dv.strategies()[name]) for name in WRONG} == {
        "none": None,
        "both": None,
        "wrong_train": 0.5,
        "wrong_test": 0.5,
    }


def test_a_root_that_no_bisection_hits_is_found_to_twelve_digits():
    third = Strategy(
        "x", "x", Factor("1", "", np.ones_like), Factor("2r", "", lambda rate: 2.0 * rate), mistake=True
    )
    assert invisible_rate(third) == pytest.approx(1.0 / 3.0, abs=1e-11)


@pytest.mark.parametrize("name", WRONG)
def test_the_lines_are_theory_and_the_chosen_one_is_the_thickest(name):
    row = dv.strategies()[name]
    lines = traces(mistake_live(SWEEP, name), ", exact")
    widths = {key: trace["line"]["width"] for key, trace in lines.items() if key[0] == "y"}
    (thick,) = [key for key, width in widths.items() if width == max(widths.values())]
    ratio = np.asarray(lines[thick]["y"], dtype=float)
    expected = mean_ratio(row, RATES)
    np.testing.assert_allclose(ratio[expected > 0.0], expected[expected > 0.0])
    mu = SWEEP.config.activations.exact_mean
    for phase, label in (("train", "training"), ("test", "test")):
        exact = dv.exact_moments(name, phase, RATES, mu, 1.0).mean
        np.testing.assert_allclose(np.asarray(lines["y2", label]["y"], dtype=float), exact)


@pytest.mark.parametrize("name", WRONG)
def test_simulated_means_lie_within_five_standard_errors(name):
    live = mistake_live(SWEEP, name)
    lines, points = traces(live, ", exact"), traces(live, ", simulated")
    for phase in ("training", "test"):
        dots, line = points["y2", phase], lines["y2", phase]
        exact = np.asarray(line["y"], dtype=float)[np.isin(RATES, dots["x"])]
        gap = np.abs(np.asarray(dots["y"]) - exact)
        assert (gap <= 5.0 * np.asarray(dots["error_y"]["array"])).all()


@pytest.mark.parametrize("name", WRONG)
def test_the_titles_are_true_at_every_rate(name):
    ratio = mean_ratio(dv.strategies()[name], RATES)
    hides = np.flatnonzero(np.isclose(ratio, 1.0))
    alt = mistake_live(SWEEP, name).alt
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
    live = mistake_live(SWEEP, name)
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
    live, row = mistake_live(SWEEP, name), dv.strategies()[name]
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
    live = mistake_live(SWEEP, name)
    assert [row.name for row in live.unit_rows] == [name, "inverted"]
    for row in live.unit_rows:
        assert f'data-units="{row.name}"' in live.head
        expected = dv.strategies()[row.name].train_scale(RATES)
        shown = [np.nan if value is None else value for value in row.train_scale]
        np.testing.assert_array_equal(shown, expected)


@pytest.mark.parametrize("live", [*(mistake_live(SWEEP, name) for name in WRONG), left_on_live(LEFT_ON)])
def test_every_text_has_its_place_and_none_says_nan(live):
    for name in texts_in_html(live):
        assert len(live.texts[name]) == len(RATES)
    words = json.dumps([dict(live.texts), live.alt, live.head, live.foot])
    assert not re.search(r"\bnan\b|\binf\b", words, re.IGNORECASE)
    json.dumps(live.payload(), allow_nan=False)


@pytest.mark.parametrize(
    ("config", "name", "message"),
    [
        (dv.SweepConfig(units=10, strategies=("inverted", "none")), "both", "sweep must hold"),
        (dv.SweepConfig(units=10, strategies=("inverted", "none")), "inverted", "must be a mistake"),
        (
            dv.SweepConfig(dv.Normal(), units=10, strategies=("inverted", "none")),
            "none",
            "mean above 0; got 0",
        ),
    ],
)
def test_a_sweep_that_cannot_show_the_mistake_is_refused(config, name, message):
    with pytest.raises(ValueError, match=message):
        mistake_live(dv.sweep(config), name)


def test_few_units_may_all_fall_without_a_warning():
    live = mistake_live(dv.sweep(dv.SweepConfig(units=2, strategies=("inverted", "none"), seed=3)), "none")
    assert "undefined" in live.texts["none-ratio"]


# ---- left on at test ------------------------------------------------------------------------------------------------


def test_the_bars_hold_the_masks_inside_the_frame():
    live = left_on_live(LEFT_ON)
    bars = live.tracks[0].y
    edges = np.asarray(live.figure["data"][0]["x"])
    low, high = edges[0], edges[-1] + (edges[1] - edges[0])
    inside = ((LEFT_ON.prediction >= low) & (LEFT_ON.prediction <= high)).mean(axis=0)
    np.testing.assert_allclose(bars.sum(axis=1), 100.0 * inside, atol=0.11)
    for share, note in zip(inside, live.texts["on-note"], strict=True):
        assert ("Beyond the frame" in note) == (share < 1.0 - 5e-4)


def test_the_spread_is_exact_and_the_answer_with_dropout_off_is_one_number():
    live = left_on_live(LEFT_ON)
    line = traces(live, ", exact")["y2", "standard deviation"]
    np.testing.assert_array_equal(line["y"], LEFT_ON.exact_std)
    (off,) = [trace for trace in live.figure["data"] if trace["name"] == "dropout off"]
    assert list(off["x"]) == [LEFT_ON.off] * 2
    assert len(set(live.texts["off-answers"])) == 1


def test_at_rate_0_all_answers_are_the_same_and_later_they_are_not():
    live = left_on_live(LEFT_ON)
    assert live.texts["answers"][0] == live.texts["off-answers"][0]
    assert len(set(live.texts["answers"][at(0.3)].split(",  "))) > 3


def test_the_share_of_flipped_signs_is_the_one_that_the_title_names():
    live = left_on_live(LEFT_ON)
    assert f"Up to {100 * LEFT_ON.flipped.max():.0f} % of the masks" in live.alt
    assert live.texts["on-flipped"][at(0.5)] == f"{100 * LEFT_ON.flipped[at(0.5)]:.1f} %"
    flips = LEFT_ON.prediction[:, at(0.5)] * LEFT_ON.off < 0.0
    assert float(live.texts["on-flipped"][at(0.5)].split()[0]) == pytest.approx(100 * flips.mean(), abs=0.051)


def test_an_input_that_is_always_0_gets_sentences_and_no_division():
    live = left_on_live(left_on(LayerConfig(dv.Constant(0.0), fan_in=3, masks=50)))
    assert "Nothing scatters: every input is 0" in live.alt
    assert "no sign to flip" in live.alt
    json.dumps(live.payload(), allow_nan=False)


@pytest.mark.parametrize("inputs", [1, 2, 1024])
def test_any_number_of_inputs_is_drawn(inputs):
    live = left_on_live(left_on(LayerConfig(fan_in=inputs, masks=200)))
    json.dumps(live.payload(), allow_nan=False)
