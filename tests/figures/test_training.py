import json
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from dropviz.datasets.splits import digits_redrawn, moons
from dropviz.figures.training.after import band_figure, decision_figure, examples_figure, passes_figure
from dropviz.figures.training.drawn import network_panel, pictures_panel
from dropviz.figures.training.epochs import run_colors, training_panel
from dropviz.figures.training.panels import AXES
from dropviz.live.panels import Band, Field, Panel, Path, Pixels, Points, Row, wire
from dropviz.live.plotly_figure import plotly_figure
from dropviz.numbers.written import plain, short
from dropviz.settings.training import CURVES
from dropviz.training.config import TrainingConfig
from dropviz.training.curves import QUANTITIES, panels
from dropviz.training.decision import decision, plane
from dropviz.training.drawn import Redrawn, network
from dropviz.training.experiments import comparison, experiments
from dropviz.training.in_turn import RunsInTurn
from dropviz.training.mc import compare, regression_band
from dropviz.training.optimizers import SGD
from tests.figures.reading import labels

SEEDS = (0, 1)


def performed(name: str, epochs: int = 2, **changes: Any):
    """The experiment with small networks and few epochs, its data and its runs."""
    full = experiments()[name]
    settings: dict[str, Any] = {"epochs": epochs} | changes
    runs = tuple(
        (label, replace(config, hidden=(16,) * len(config.hidden), **settings)) for label, config in full.runs
    )
    experiment = replace(full, runs=runs)
    data = experiment.data()
    turns = RunsInTurn(experiment, data, SEEDS)
    while turns.running:
        turns.train_one()
    return experiment, data, turns.runs


def words(panel: Panel) -> list[str]:
    return [panel.title, *labels(panel)]


def ranges(panel: Panel) -> tuple[float, ...]:
    return panel.x.low, panel.x.high, panel.y.low, panel.y.high


def drawn(panel: Panel) -> go.Figure:
    """The panel as Plotly draws it, which refuses what it does not know."""
    return plotly_figure([Row([panel])], (0.0,), 0, "epoch")


@pytest.mark.parametrize("name", experiments())
def test_every_panel_is_a_figure_before_and_after(name):
    experiment, _, runs = performed(name)
    for empty_panel, panel in zip(panels(experiment, ()), panels(experiment, runs), strict=True):
        before, empty = training_panel(empty_panel)
        after, filled = training_panel(panel)
        assert "empty panel" in empty
        for label, _ in experiment.runs:
            assert f"— {label}" in [text.replace("\u00a0", " ") for text in words(before)]
        assert before.marks == []
        for figure, said in ((before, empty), (after, filled)):
            drawn(figure)
            json.dumps(wire(figure), allow_nan=False)
            assert "nan" not in " ".join([said, *words(figure)]).lower()
        assert ranges(before)[:2] == ranges(after)[:2] == (0.0, 2.0)


def test_before_the_first_epoch_ends_nothing_is_said_and_then_the_first_values_have_room():
    experiment, _, runs = performed("same_test_code")
    panel = panels(experiment, runs)[0]
    begun = tuple(replace(curve, mean=curve.mean[:1], spread=curve.spread[:1]) for curve in panel.curves)
    assert words(training_panel(replace(panel, curves=begun))[0]) == words(
        training_panel(replace(panel, curves=()))[0]
    )
    high = [replace(curve, mean=np.append(12.9, curve.mean[1:])) for curve in panel.curves]
    assert training_panel(replace(panel, curves=tuple(high)))[0].y.high > 12.9


def test_every_quantity_has_an_axis():
    assert AXES.keys() == QUANTITIES.keys()
    own = comparison([("plain", TrainingConfig())], moons)
    assert {name for each in (*experiments().values(), own) for name in each.quantities} <= AXES.keys()


def test_the_title_says_what_the_newest_values_are():
    experiment, _, runs = performed("annealing")
    best = max(run.final("test_accuracy") for run in runs)
    panel = panels(experiment, runs)[2]
    assert words(training_panel(panel)[0])[0] == "Right at test"  # two seeds tell none apart
    winner = [run.final("test_accuracy") for run in runs].index(best)
    title = words(training_panel(replace(panel, winner=winner))[0])[0]
    assert title == f"Most right at test: {runs[winner].label}, {100 * best:.1f} %"
    experiment, _, runs = performed("same_test_code")
    title = words(training_panel(panels(experiment, runs)[0])[0])[0]
    assert f"{plain(runs[2].final('plain_test_loss'), 3)}, with it" in title
    assert f"with it: {plain(runs[2].final('test_loss'), 3)}" in title


@pytest.mark.parametrize("view", CURVES.options)
def test_every_view_can_be_drawn(view):
    experiment, _, runs = performed("regularize")
    for panel in panels(experiment, runs, view):
        figure, said = training_panel(panel)
        drawn(figure)
        assert "nan" not in " ".join([said, *words(figure)]).lower()
        if panel.layer:
            ends = [float(curve.mean[-1]) for curve in panel.curves]
            assert plain(min(ends), 2) in words(figure)[0]
            assert plain(max(ends), 2) in words(figure)[0]


def test_a_spread_over_seeds_comes_with_the_curve():
    experiment, _, runs = performed("annealing")
    (band, line, *_) = training_panel(panels(experiment, runs)[1])[0].marks
    losses = np.array([[epoch.test_loss for epoch in history] for history in runs[0].epochs])
    mean, spread = losses.mean(axis=0), losses.std(axis=0, ddof=1)
    assert isinstance(line, Path)
    np.testing.assert_allclose(line.y, mean)
    np.testing.assert_allclose(line.spread, spread)
    assert isinstance(band, Band)
    np.testing.assert_allclose(band.low, np.maximum(mean - spread, 0.3 * mean))  # of a logarithmic axis
    np.testing.assert_allclose(band.high, mean + spread)


def test_no_run_has_the_colour_of_another():
    for name, experiment in experiments().items():
        colors = run_colors([method for _, method in panels(experiment, ())[0].runs])
        assert len(set(colors)) == len(colors), name


def test_a_diverged_run_keeps_its_curve_and_shows_no_nan():
    experiment, _, runs = performed("annealing", optimizer=SGD(1e6))
    assert "diverged" in {epoch.status for run in runs for epoch in run.last}
    for panel in panels(experiment, runs):
        figure, said = training_panel(panel)
        drawn(figure)
        assert figure.y.high <= 1e6
        assert "nan" not in " ".join(words(figure)).lower()
        assert "nan" not in said


def test_the_axes_stand_still_while_the_curves_grow():
    experiment, _, runs = performed("same_test_code", epochs=6)
    for place in range(3):
        seen = []
        for count in range(2, 7):
            young = [replace(run, epochs=tuple(epochs[:count] for epochs in run.epochs)) for run in runs]
            seen.append(ranges(training_panel(panels(experiment, young)[place])[0]))
        assert len(set(seen)) <= 2  # one leap at most


def test_the_boundary_is_where_the_network_changes_its_mind():
    _, data, runs = performed("regularize", epochs=30)
    seen = decision(runs[0], data)
    assert seen.probability.min() >= 0.0
    assert seen.probability.max() <= 1.0
    figure, said = decision_figure(runs[0].label, seen, plane(data))
    drawn(figure)
    right = np.mean([epoch.train_accuracy for epoch in runs[0].last])
    assert seen.misplaced == pytest.approx(60 * (1 - right))  # as the sentences say
    assert f"{short(seen.misplaced)} of 60 misplaced on average" in words(figure)[0]
    alone = replace(runs[0], epochs=runs[0].epochs[:1])
    assert words(decision_figure("alone", decision(alone, data), plane(data))[0])[0].endswith("misplaced")
    coarse = decision(runs[0], data, 5)
    assert coarse.misplaced == seen.misplaced
    before, said_before = decision_figure(runs[0].label, None, plane(data))
    assert ranges(before) == ranges(figure)  # nothing moves when the training begins
    assert "without a decision" in said_before
    assert "divides" in said
    field = figure.marks[0]
    assert isinstance(field, Field)
    np.testing.assert_array_equal(field.z, seen.probability)
    assert field.z.shape == (len(field.y), len(field.x))
    assert [len(points.x) for points in figure.marks[1:]] == [len(mine) for mine in plane(data).examples]


def test_the_band_and_the_passes_are_those_of_the_network():
    rng = np.random.default_rng(0)
    _, data, runs = performed("uncertainty_band", epochs=5)
    band = regression_band(runs[1].config, data, runs[1].last[0], 20, rng)
    figure, said = band_figure(runs[1].label, band)
    drawn(figure)
    np.testing.assert_array_equal(figure.marks[1].y, band.mean)
    np.testing.assert_allclose(figure.marks[0].high, band.mean + 2 * band.deviation)
    np.testing.assert_allclose(figure.marks[0].low, band.mean - 2 * band.deviation)
    assert "spread" in said
    _, data, runs = performed("monte_carlo", epochs=2)
    compared = compare(runs[0].config, data, runs[0].last[0], 10, rng)
    figure, said = passes_figure(runs[0].label, compared)
    drawn(figure)
    assert figure.marks[0].y[-1] == compared.noisy[-1].loss
    assert f"{compared.single.loss:.3g}"[:4] in said


def test_the_payload_is_json():
    experiment, _, runs = performed("annealing", epochs=1)
    charts = [training_panel(panel) for panel in panels(experiment, runs)]
    payload = wire([panel for panel, _ in charts])
    assert json.loads(json.dumps(payload, allow_nan=False)) == payload
    assert all(said for _, said in charts)


# ---- the network and its pictures ------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", experiments())
def test_every_network_is_drawn_as_it_is(name):
    experiment = experiments(0.4)[name]
    data = experiment.data()
    seen = network(experiment, data)
    figure, said = network_panel(seen, None)
    drawn(figure)
    json.dumps(wire(figure), allow_nan=False)
    on, off = (mark for mark in figure.marks if isinstance(mark, Points))
    kept = np.concatenate(seen.kept)
    assert (len(on.x), len(off.x)) == (kept.sum(), (~kept).sum())
    assert f"{len(off.x)} of the" in words(figure)[0]
    for size in seen.sizes:
        assert f"{size:,}" in words(figure)
        assert str(size) in said
    places = np.column_stack([np.concatenate([on.x, off.x]), np.concatenate([on.y, off.y])])
    assert len(np.unique(places, axis=0)) == len(kept)
    assert places.min() > 0
    assert (places < [figure.x.high, figure.y.high]).all()


def test_no_link_leads_to_a_unit_that_is_off():
    seen = network(experiments(0.5)["forgotten"], digits_redrawn(20))
    figure, _ = network_panel(seen, None)
    links, _, off, *_ = figure.marks
    ends = {(round(x, 6), round(y, 6)) for x, y in zip(links.x, links.y, strict=True) if np.isfinite(x)}
    assert not ends & {(round(x, 6), round(y, 6)) for x, y in zip(off.x, off.y, strict=True)}
    shown = [kept.sum() for kept in seen.kept]
    assert np.isfinite(links.x).sum() == 2 * sum(a * b for a, b in pairwise(shown))


def test_the_pictures_are_those_that_the_network_gives_back():
    seen = network(experiments()["forgotten"], digits_redrawn(20))
    rng = np.random.default_rng(0)
    made = Redrawn(seen.pictures, rng.random((6, 8, 8)), 3 * rng.random((6, 8, 8)))
    figure, _ = pictures_panel(seen, made)
    drawn(figure)
    assert "orange" in figure.title
    for mark, pictures in zip(figure.marks, (made.shown, made.scaled, made.forgotten), strict=True):
        assert isinstance(mark, Pixels)
        for at, picture in enumerate(pictures):
            np.testing.assert_array_equal(mark.z[:, 10 * at : 10 * at + 8], picture)
        assert np.isnan(mark.z[:, 8:10]).all()
        (left, right), (low, high) = mark.x, mark.y
        assert (right - left) / (high - low) == mark.z.shape[1] / mark.z.shape[0]  # squares
    before, _ = pictures_panel(seen, None)
    assert ranges(before) == ranges(figure)  # nothing moves when the training begins
    np.testing.assert_array_equal(network_panel(seen, made)[0].marks[-1].z, made.scaled[0])


def test_the_loss_of_the_average_picture_is_drawn_beside_the_curves():
    full, _, runs = performed("forgotten")
    data = full.data()
    (compared,) = panels(full, runs, data=data)
    figure, _ = training_panel(compared)
    drawn(figure)
    always = np.mean(np.sum((data.test_features - data.train_features.mean(axis=0)) ** 2, axis=1)) / 2
    np.testing.assert_allclose(figure.marks[-1].y, always, rtol=1e-6)
    colors = {mark.name: mark.color for mark in figure.marks}
    assert colors["factor forgotten"] == "none"
    assert (colors["scaled in training"], colors["scaled at test"]) == ("inverted", "standard")
    assert "the average digit for all" in " ".join(labels(figure)).replace("\u00a0", " ")


def test_a_curve_is_shown_before_it_is_learnt():
    x, y = np.linspace(-1, 1, 5), np.zeros(5)
    figure, said = examples_figure(x, y)
    drawn(figure)
    assert said == "5 examples of a curve to learn."
    np.testing.assert_array_equal(figure.marks[0].x, x)
