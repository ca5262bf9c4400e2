"""The first screen's figure: lines are the theory, points the simulation, titles true, and nothing undefined shown."""

import json
import math
import re

import numpy as np
import pytest

import dropviz as dv
from dropviz import figures
from dropviz.figures.first_screen import explorer_live
from dropviz.settings.first_screen import MEASURES
from dropviz.simulation.first_screen import first_look
from dropviz.theory.moments import exact_gap

SOURCES = {
    "relu": dv.Normal(relu=True),
    "negative": dv.Normal(mean=-1.0),
    "centred": dv.Normal(),
    "constant": dv.Constant(2.0),
    "zero": dv.Constant(0.0),
    "sparse": dv.Sparse(0.95),
    "digits": dv.digits(),
    "tiny": dv.Uniform(0.0, 1e-6),
}
EVERY = tuple(dv.strategies())


def config(source="relu", strategies=("standard", "inverted"), **rest):
    rest = {"units": 5000, "rates": dv.rate_grid(0.0, 0.95, 0.05), "seed": 3} | rest
    return dv.SweepConfig(SOURCES[source], strategies=strategies, **rest)


def traces(figure, name):
    return [trace for trace in figure.data if trace.name == name]


def test_a_frame_a_rate_and_each_moves_the_tracks():
    sweep = dv.sweep(config())
    figure = figures.explorer(sweep)
    assert len(figure.frames) == len(sweep.config.rates)
    moving = [track for track in explorer_live(first_look(sweep)).tracks if len(track.y) > 1]
    for index in (0, 7, 19):
        for data, track in zip(figure.frames[index].data, moving, strict=True):
            np.testing.assert_array_equal(np.asarray(data.y, dtype=float), track.y[index])


@pytest.mark.parametrize("strategy", EVERY)
@pytest.mark.parametrize("phase", ["train", "test"])
def test_lines_are_exact_and_points_are_simulated(strategy, phase):
    sweep = dv.sweep(config(strategies=(strategy,)))
    figure = figures.explorer(sweep)
    short = dv.strategies()[strategy].short
    mean, _variance = traces(figure, f"{short} {phase}, exact")
    moments = dv.exact_moments(
        strategy, phase, np.array(sweep.config.rates), sweep.exact_mean[0, 1, 0] * 0 + 0.39894228, 0.34084506
    )
    np.testing.assert_allclose(mean.y, moments.mean, rtol=1e-6)
    points, _ = traces(figure, f"{short} {phase}, simulated")
    table = sweep.to_frame().query("phase == @phase").set_index("rate")
    np.testing.assert_array_equal(points.y, table.loc[list(points.x), "mean"])
    np.testing.assert_array_equal(points.error_y.array, np.nan_to_num(table.loc[list(points.x), "mean_se"]))


@pytest.mark.parametrize("measure", MEASURES)
def test_the_third_panel_shows_the_measure_that_was_chosen(measure):
    sweep = dv.sweep(config())
    figure = figures.explorer(sweep, measure)
    (line,) = traces(figure, "inverted, exact")
    np.testing.assert_allclose(line.y, exact_gap(measure, "inverted", sweep.config.rates, SOURCES["relu"]))


def test_an_unknown_measure_is_refused_by_name():
    with pytest.raises(ValueError, match=r"measure must be one of variance_ratio.*'x'"):
        figures.explorer(dv.sweep(config()), "x")


def titles(figure):
    return [
        note.text.removeprefix("<b>").removesuffix("</b>")
        for note in figure.layout.annotations
        if "<b>" in note.text
    ]


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(
    "strategies", [("standard", "inverted"), ("inverted",), ("inverted", "none"), EVERY[:4]]
)
def test_the_titles_say_what_the_numbers_say(source, strategies):
    sweep = dv.sweep(config(source, strategies))
    said = " / ".join(titles(figures.explorer(sweep)))
    same_mean = np.allclose(sweep.exact_mean[:, 0], sweep.exact_mean[:, 1], atol=1e-15)
    assert ("match: training = test" in said or "Every mean is 0" in said) == same_mean
    assert ("Every mean is 0" in said) == bool((sweep.exact_mean == 0).all())
    larger = bool((sweep.exact_variance[:, 0] >= sweep.exact_variance[:, 1] - 1e-15).all())
    if "training ≥ test" in said:
        assert larger
    assert ("Every variance is 0" in said) == bool((sweep.exact_variance == 0).all())


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("units", [1, 2, 5000])
def test_no_undefined_number_reaches_the_browser(source, units):
    rates = dv.rate_grid(0.0, 0.99, 0.11)
    live = explorer_live(first_look(dv.sweep(config(source, EVERY[:4], units=units, rates=rates))))
    text = json.dumps(live.payload() | {"figure": None}, allow_nan=False)
    assert re.search(r"\bnan\b", text, re.IGNORECASE) is None
    assert all(len(values) == len(rates) for values in live.texts.values())


@pytest.mark.parametrize("source", SOURCES)
def test_shares_and_the_mass_at_zero_make_a_whole(source):
    sweep = dv.sweep(config(source))
    figure = figures.explorer(sweep)
    for index, rate in enumerate(sweep.config.rates):
        frame = figure.frames[index].data
        kept, stem = (
            np.asarray(frame[0].y, dtype=float),
            np.asarray(frame[1 if source == "x" else 2].y, dtype=float),
        )
        zero = stem[1] if math.isfinite(stem[1]) else 0.0
        assert kept.sum() + zero <= 100 + 1e-9
        assert kept.sum() + zero > (97 if rate == 0 else 0)


def test_the_units_shown_are_units_of_the_sweep():
    live = explorer_live(first_look(dv.sweep(config(units=10))))
    assert len(live.units) == 10
    assert all(0 <= dropped <= 20 for _, dropped in live.units)
    assert explorer_live(first_look(dv.sweep(config(units=10)))).units == live.units
