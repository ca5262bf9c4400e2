import json
from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from dropviz.datasets.splits import moons
from dropviz.figures.training.after import band_figure, decision_figure, passes_figure
from dropviz.figures.training.epochs import run_colors, training_panel
from dropviz.figures.training.panels import AXES
from dropviz.live.panels import Band, Field, Panel, Path, Row, wire
from dropviz.live.plotly_figure import plotly_figure
from dropviz.numbers.written import plain
from dropviz.settings.training import CURVES
from dropviz.training.config import TrainingConfig
from dropviz.training.curves import QUANTITIES, panels
from dropviz.training.decision import decision, plane
from dropviz.training.experiments import comparison, experiments
from dropviz.training.in_turn import RunsInTurn
from dropviz.training.mc import compare, regression_band
from dropviz.training.optimizers import SGD
from tests.figures.reading import labels

SEEDS = (0, 1)


def performed(name: str, epochs: int = 2, **changes: Any):
    """The experiment with small networks and few epochs, its data and its runs."""
    full = experiments()[name]
    settings: dict[str, Any] = {"hidden": (16, 16), "epochs": epochs} | changes
    runs = tuple((label, replace(config, **settings)) for label, config in full.runs)
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


def test_every_quantity_has_an_axis():
    assert AXES.keys() == QUANTITIES.keys()
    own = comparison([("plain", TrainingConfig())], moons)
    assert {name for each in (*experiments().values(), own) for name in each.quantities} <= AXES.keys()


def test_the_title_says_what_the_newest_values_are():
    experiment, _, runs = performed("annealing")
    best = max(run.final("test_accuracy") for run in runs)
    title = words(training_panel(panels(experiment, runs)[2])[0])[0]
    assert f"{100 * best:.1f} %" in title
    experiment, _, runs = performed("same_test_code")
    title = words(training_panel(panels(experiment, runs)[0])[0])[0]
    assert f"{plain(runs[2].final('test_loss'), 3)} scaled" in title


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
    assert abs(seen.misplaced / 60 - (1 - right)) < 0.1
    assert f"{seen.misplaced} of 60 misplaced" in words(figure)[0]
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
