from dataclasses import replace
from typing import Any

import numpy as np
import plotly.graph_objects as go
import pytest

from dropviz.datasets.splits import digits_split, rings
from dropviz.figures.training.after import band_figure, decision_figure, passes_figure
from dropviz.figures.training.epochs import PANELS, VIEWS, panels, run_colors, series_of, training_panel
from dropviz.live.growing import growing_payload
from dropviz.numbers.written import plain
from dropviz.training.decision import decision, has_decision
from dropviz.training.experiments import Experiment, experiments, gather, run_configs
from dropviz.training.loop import train_all
from dropviz.training.mc import compare, regression_band
from dropviz.training.optimizers import SGD

SEEDS = (0, 1)


def performed(name: str, epochs: int = 2, **changes: Any):
    """The experiment with small networks and few epochs, its data and its runs."""
    full = experiments()[name]
    settings: dict[str, Any] = {"hidden": (16, 16), "epochs": epochs} | changes
    runs = tuple((label, replace(config, **settings)) for label, config in full.runs)
    experiment = Experiment(full.name, full.title, full.question, full.data, runs, full.read)
    data = experiment.data()
    return experiment, data, gather(experiment, SEEDS, train_all(run_configs(experiment, SEEDS), data))


def words(figure) -> list[str]:
    return [note["text"] for note in figure["layout"]["annotations"]]


def ranges(figure):
    return figure["layout"]["xaxis"]["range"], figure["layout"]["yaxis"]["range"]


@pytest.mark.parametrize("name", sorted(PANELS.keys() - {"own"}))
def test_every_panel_is_a_figure_before_and_after(name):
    experiment, _, runs = performed(name)
    for quantity in PANELS[name]:
        before, empty = training_panel(quantity, experiment, ())
        after, filled = training_panel(quantity, experiment, runs)
        assert "empty panel" in empty
        for label, _ in experiment.runs:
            assert f"— {label}" in [
                text.replace("<br>", " ").replace("\u00a0", " ") for text in words(before)
            ]
        for figure, said in ((before, empty), (after, filled)):
            go.Figure(figure)
            assert "nan" not in " ".join([said, *words(figure)]).lower()
        assert ranges(before)[0] == ranges(after)[0] == (0, 2)
    assert set(experiments()) | {"own"} == set(PANELS)


def test_the_curves_are_the_means_of_the_seeds():
    _, _, runs = performed("same_test_code")
    loss, *_, mean = PANELS["same_test_code"]
    curves = series_of(loss, runs)
    assert [curve.name for curve in curves] == ["no dropout", "inverted", "standard", "standard, scaled"]
    np.testing.assert_allclose(curves[2].mean, runs[2].curve("plain_test_loss")[0])
    np.testing.assert_allclose(curves[3].mean, runs[2].curve("test_loss")[0])
    np.testing.assert_allclose(curves[3].spread, runs[2].curve("test_loss")[1])
    ratio = series_of(mean, runs)
    np.testing.assert_allclose(ratio[0].mean, 1.0, rtol=1e-5)  # without dropout both phases are one
    # its first layer's units are k times as active in the plain test code as they should be, its second's 1/k² times
    assert ratio[2].mean[0] > 2 * ratio[3].mean[0]


def test_the_title_says_what_the_newest_values_are():
    experiment, _, runs = performed("annealing")
    best = max(run.final("test_accuracy") for run in runs)
    title = words(training_panel(PANELS["annealing"][2], experiment, runs)[0])[0]
    assert f"{100 * best:.1f} %" in title
    experiment, _, runs = performed("same_test_code")
    title = words(training_panel(PANELS["same_test_code"][0], experiment, runs)[0])[0]
    assert f"{plain(runs[2].final('test_loss'), 3)} scaled" in title


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_shows_the_numbers_of_the_epochs(view):
    experiment, _, runs = performed("regularize")
    quantities = panels(experiment, view)
    for quantity in quantities:
        figure, said = training_panel(quantity, experiment, runs)
        go.Figure(figure)
        assert "nan" not in " ".join([said, *words(figure)]).lower()
    if view == "scores":
        shown = [series_of(quantity, runs)[1].mean[-1] for quantity in quantities]
        names = [f"{phase}_{what}" for what in ("loss", "accuracy") for phase in ("train", "noisy", "test")]
        np.testing.assert_allclose(shown, [runs[1].final(name) for name in names])
    elif view != "question":
        attribute = {"mean": "train_mean", "variance": "train_variance"}.get(view, view)
        assert len(quantities) == 3  # two hidden layers and the output
        for layer, quantity in enumerate(quantities, start=1):
            ends = [np.mean([getattr(epoch, attribute)[layer] for epoch in run.last]) for run in runs]
            np.testing.assert_allclose([curve.mean[-1] for curve in series_of(quantity, runs)], ends)
            title = words(training_panel(quantity, experiment, runs)[0])[0]
            assert plain(min(ends), 2) in title
            assert plain(max(ends), 2) in title


def test_a_regression_has_losses_only():
    experiment = experiments()["uncertainty_band"]
    assert len(panels(experiment, "scores")) == 3


def test_a_spread_over_seeds_comes_with_the_curve():
    experiment, _, runs = performed("annealing")
    (band, line, *_) = training_panel(PANELS["annealing"][1], experiment, runs)[0]["data"]
    np.testing.assert_allclose(line["customdata"], runs[0].curve("test_loss")[1])
    assert band["hoverinfo"] == "skip"


def test_no_run_has_the_colour_of_another():
    for name, experiment in experiments().items():
        colors = run_colors([config for _, config in experiment.runs])
        assert len(set(colors)) == len(colors), name


def test_scaled_learning_rates_part_by_rounding_only():
    _, _, runs = performed("equal_rate_sgd", epochs=3)
    curves = series_of(PANELS["equal_rate_sgd"][1], runs)
    assert [curve.name for curve in curves] == ["standard at η", "standard at η/k²"]
    assert curves[0].mean[-1] > 1e-3
    assert curves[1].mean[-1] < 1e-12


def test_a_diverged_run_keeps_its_curve_and_shows_no_nan():
    experiment, _, runs = performed("annealing", optimizer=SGD(1e6))
    assert "diverged" in {epoch.status for run in runs for epoch in run.last}
    for quantity in PANELS["annealing"]:
        figure, said = training_panel(quantity, experiment, runs)
        go.Figure(figure)
        assert figure["layout"]["yaxis"]["range"][1] <= 6.0
        assert "nan" not in " ".join(words(figure)).lower()
        assert "nan" not in said


def test_the_axes_stand_still_while_the_curves_grow():
    experiment, _, runs = performed("same_test_code", epochs=6)
    for quantity in PANELS["same_test_code"]:
        seen = []
        for count in range(2, 7):
            young = [replace(run, epochs=tuple(epochs[:count] for epochs in run.epochs)) for run in runs]
            seen.append(ranges(training_panel(quantity, experiment, young)[0]))
        assert len(set(seen)) <= 2  # one leap at most


def test_the_boundary_is_where_the_network_changes_its_mind():
    _, data, runs = performed("regularize", epochs=30)
    assert has_decision(data)
    seen = decision(runs[0], data)
    assert seen.probability.min() >= 0.0
    assert seen.probability.max() <= 1.0
    figure, said = decision_figure(runs[0].label, seen, data)
    go.Figure(figure)
    right = np.mean([epoch.train_accuracy for epoch in runs[0].last])
    assert abs(seen.misplaced / 60 - (1 - right)) < 0.1
    assert f"{seen.misplaced} of 60 misplaced" in words(figure)[0]
    coarse = decision(runs[0], data, 5)
    assert coarse.misplaced == seen.misplaced
    before, said_before = decision_figure(runs[0].label, None, data)
    assert ranges(before) == ranges(figure)  # nothing moves when the training begins
    assert "without a decision" in said_before
    assert "divides" in said
    (chart,) = growing_payload([(figure, said)])
    assert np.shape(chart["figure"]["data"][0]["z"]) == seen.probability.shape


def test_a_picture_of_ten_classes_is_refused():
    _, data, runs = performed("same_test_code", epochs=1)
    assert not has_decision(digits_split())
    assert has_decision(rings())
    with pytest.raises(ValueError, match="two features and two classes"):
        decision(runs[0], data)


def test_the_band_and_the_passes_are_those_of_the_network():
    rng = np.random.default_rng(0)
    _, data, runs = performed("uncertainty_band", epochs=5)
    band = regression_band(runs[1].config, data, runs[1].last[0], 20, rng)
    figure, said = band_figure(runs[1].label, band, data)
    go.Figure(figure)
    np.testing.assert_array_equal(figure["data"][1]["y"], band.mean)
    np.testing.assert_allclose(figure["data"][0]["y"][:201], band.mean + 2 * band.deviation)
    assert "spread" in said
    _, data, runs = performed("monte_carlo", epochs=2)
    compared = compare(runs[0].config, data, runs[0].last[0], 10, rng)
    figure, said = passes_figure(runs[0].label, compared)
    go.Figure(figure)
    assert figure["data"][0]["y"][-1] == compared.noisy[-1].loss
    assert f"{compared.single.loss:.3g}"[:4] in said


def test_the_payload_is_json():
    import json

    experiment, _, runs = performed("annealing", epochs=1)
    charts = [training_panel(quantity, experiment, runs) for quantity in PANELS["annealing"]]
    payload = growing_payload(charts)
    assert json.loads(json.dumps(payload, allow_nan=False)) == json.loads(json.dumps(payload))
    assert [chart["alt"] for chart in payload] == [said for _, said in charts]
