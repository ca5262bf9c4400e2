"""The first screen's one idea: what is said and drawn of the three answers is true of every source, at every rate."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.where_to_scale import SAME, where_live
from dropviz.live.panels import Band, Line
from dropviz.live.words import Bars, Options
from dropviz.settings.first_screen import ANSWER
from dropviz.settings.sources import SOURCES
from dropviz.simulation.first_screen import first_look

RATES = (0.0, 0.01, 0.3, 0.5, 0.95)
LAWS = {
    **{name: source.make(*(one.default for one in source.settings)) for name, source in SOURCES.items()},
    "negative": dv.Constant(-2.0),
    "all 0": dv.Constant(0.0),
    "tiny": dv.Empirical(np.array([1e-7, 3e-7])),
    "whole": dv.Empirical(np.array([0.0, 1.0, 2.0, 7.0])),
    "mean 0": dv.Empirical(np.array([-1.0, 1.0])),
}


@pytest.fixture(params=LAWS)
def law(request):
    return LAWS[request.param]


@pytest.fixture
def shown(law):
    config = dv.SweepConfig(law, 500, RATES, tuple(ANSWER.options))
    result = dv.sweep(config)
    return result, where_live(first_look(result))


def test_what_unfolds_may_come_later_and_all_else_is_the_same():
    result = dv.sweep(dv.SweepConfig(dv.Normal(relu=True), 500, RATES, tuple(ANSWER.options)))
    whole, first = (where_live(first_look(result, counted=counted)).payload() for counted in (True, False))
    assert (whole["more"], first["more"]) == (False, True)
    assert [row["fold"] for row in first["rows"]] == ["Standard and inverted"]
    assert (
        sum(len(row["panels"]) for row in first["rows"])
        == 0
        < sum(len(row["panels"]) for row in whole["rows"])
    )
    assert first["foot"][0] == {**whole["foot"][0], "blocks": []}
    assert first["texts"].items() <= whole["texts"].items()
    later = {"rows", "foot", "texts", "terms", "more"}
    assert {name: part for name, part in first.items() if name not in later} == {
        name: part for name, part in whole.items() if name not in later
    }
    assert len(json.dumps(first)) < 0.7 * len(json.dumps(whole))


def means(result, name):
    return [result.estimate("mean", name, phase).exact for phase in ("train", "test")]


def test_the_badge_says_equal_of_equal_means_alone(shown):
    result, figure = shown
    for name, variant in figure.variants.items():
        for train, test, badge in zip(*means(result, name), variant.texts["badge"], strict=True):
            if badge == "=":
                assert abs(test - train) <= SAME * abs(test)
            else:
                assert float(badge.removeprefix("× ")) == pytest.approx(test / train, rel=5e-3)


def test_the_mean_line_stands_at_the_exact_means_which_match_unless_nothing_is_scaled(shown):
    result, figure = shown
    for row in figure.unit_rows:
        train, test = means(result, row.name)
        assert (row.train_mean, row.test_mean) == (train.tolist(), test.tolist())
        parts = row.name == "none" and result.config.activations.exact_mean != 0.0
        assert np.allclose(train, test, rtol=1e-12, atol=0.0) is not parts


def test_a_finding_names_the_factor_of_its_rate_and_none_where_nothing_is_dropped(shown):
    result, figure = shown
    for name, variant in figure.variants.items():
        for rate, finding in zip(RATES, variant.texts["finding"], strict=True):
            if rate == 0.0:
                assert "nothing" in finding
                continue
            numbers = [float(one) for one in re.findall(r"\d+\.?\d*", finding)]
            keep = 1.0 - rate
            wanted = {
                "none": [1.0, keep, 1.0 / keep],
                "standard": [keep],
                "inverted": [1.0, keep, 1.0 / keep],
            }[name]
            law = result.config.activations
            if law.exact_mean == law.exact_variance == 0.0:
                wanted = [0.0, 0.0]
            elif law.exact_mean == 0.0:
                wanted = [*(wanted if name != "none" else []), 0.0]
            assert numbers == pytest.approx(wanted, rel=5e-3)
            assert ("every mean is 0" in finding) is (law.exact_mean == 0.0 < law.exact_variance)
            assert ("shrink" in finding) is (name == "standard" and law.exact_mean != 0.0)
            parted = "The variances differ" in finding
            train, test = (result.estimate("variance", name, phase).exact for phase in ("train", "test"))
            assert not parted or (train != test)[RATES.index(rate)]


def test_no_title_is_contradicted_by_its_lines(shown):
    _result, figure = shown
    for name, variant in figure.variants.items():
        mean, variance, gap = variant.rows[0].panels
        (low, high), (less, more) = (
            [mark.estimate.exact for mark in panel.marks if isinstance(mark, Line)]
            for panel in (mean, variance)
        )
        same = np.allclose(low, high, rtol=1e-9, atol=0.0)
        assert ("match" in mean.title or "is 0" in mean.title) is same
        assert ("is 0" in mean.title) is bool((low == 0.0).all() and (high == 0.0).all())
        assert ("differ" in variance.title) is not np.allclose(less, more, rtol=1e-9, atol=0.0)
        if "still" in variance.title:
            assert same
            assert (less >= more * (1.0 - 1e-12)).all()
        if "is 0" in variance.title:
            assert (less == 0.0).all()
            assert (more == 0.0).all()
        (ratio,) = [mark.estimate.exact for mark in gap.marks if isinstance(mark, Line)]
        if "No gap" in gap.title:
            assert np.allclose(ratio, 1.0)
        elif "1/keep" in gap.title:
            assert ratio == pytest.approx(1.0 / (1.0 - np.array(RATES)))
        else:
            assert (ratio == 0.0).all(), name


def test_the_answers_share_axes_and_margins_and_shade_their_gap(shown):
    _, figure = shown
    columns = zip(*(variant.rows[0].panels for variant in figure.variants.values()), strict=True)
    for panels in columns:
        assert len({(panel.y, panel.x, panel.right, panel.height) for panel in map(hashable, panels)}) == 1
    for variant in figure.variants.values():
        shades = [
            [mark for mark in panel.marks if isinstance(mark, Band)] for panel in variant.rows[0].panels
        ]
        assert list(map(len, shades)) == [1, 1, 0]


def hashable(panel):
    """The panel with ticks that can be compared."""
    return replace(
        panel,
        **{
            axis: replace(getattr(panel, axis), ticks=tuple(getattr(panel, axis).ticks or ()))
            for axis in "xy"
        },
    )


def test_the_gap_of_the_variances_can_be_seen_at_the_rate_that_opens_the_page():
    config = dv.SweepConfig(LAWS["relu"], 500, RATES, tuple(ANSWER.options))
    for variant in where_live(first_look(dv.sweep(config))).variants.values():
        panel = variant.rows[0].panels[1]
        lines = [mark.estimate.exact for mark in panel.marks if isinstance(mark, Line)]
        training, test = (panel.y.share(line)[RATES.index(0.3)] for line in lines)
        assert abs(training - test) * panel.height >= 6  # pixels
        assert 0 < training < 1


def test_the_answers_bear_the_names_that_the_other_pages_use():
    config = dv.SweepConfig(LAWS["relu"], 50, RATES, tuple(ANSWER.options))
    (options,) = [
        block for block in where_live(first_look(dv.sweep(config))).lead if isinstance(block, Options)
    ]
    for option in options.options:
        row = dv.strategies()[option.name]
        assert "mistake" in option.note if row.mistake else option.note.startswith(f"{option.name}: ")


def test_the_problem_says_what_the_next_layer_gets_with_the_answer_that_is_chosen(shown):
    result, figure = shown
    assert "problem" not in figure.texts
    for name, variant in figure.variants.items():
        for rate, train, test, said in zip(
            RATES, *means(result, name), variant.texts["problem"], strict=True
        ):
            times = re.search(r"Unscaled, the next layer gets (\S+) times as much\.$", said)
            assert (times is not None) is bool(name == "none" and rate > 0.0 and test != 0.0)
            if times:
                assert float(times[1]) == pytest.approx(test / train, rel=5e-3)
            same = said.endswith("Scaled, both give the next layer the same mean.")
            assert same is bool(name != "none" and rate > 0.0 and test != 0.0)
            if same:
                assert test == pytest.approx(train, rel=1e-12)
            assert said.endswith("Here the mean is 0 all the same.") is bool(rate > 0.0 and test == 0.0)


def test_the_line_across_the_bars_says_what_it_is_the_mean_of():
    config = dv.SweepConfig(LAWS["relu"], 50, RATES, tuple(ANSWER.options))
    (bars,) = [block for block in where_live(first_look(dv.sweep(config))).lead if isinstance(block, Bars)]
    assert bars.of == "mean of all units"
