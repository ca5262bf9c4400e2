from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from dropviz.datasets.splits import digits_split
from dropviz.settings.training import CURVES
from dropviz.training.curves import panels, training_view
from dropviz.training.decision import Plane
from dropviz.training.experiments import Experiment, experiments
from dropviz.training.in_turn import RunsInTurn
from dropviz.training.loop import Run
from dropviz.training.optimizers import SGD
from dropviz.training.session import Snapshot

SEEDS = (0, 1)


def performed(
    name: str, epochs: int = 2, seeds: tuple[int, ...] = SEEDS, **changes: Any
) -> tuple[Experiment, tuple[Run, ...]]:
    """The experiment with small networks and few epochs, and its runs."""
    full = experiments()[name]
    settings: dict[str, Any] = {"hidden": (16, 16), "epochs": epochs} | changes
    mine = replace(full, runs=tuple((label, replace(config, **settings)) for label, config in full.runs))
    turns = RunsInTurn(mine, mine.data(), seeds)
    while turns.running:
        turns.train_one()
    return mine, turns.runs


def test_the_curves_are_the_means_of_the_seeds() -> None:
    experiment, runs = performed("same_test_code")
    loss, _, mean = panels(experiment, runs)
    names = ["no dropout", "inverted", "factor forgotten", "standard"]
    assert [curve.name for curve in loss.curves] == names
    assert [curve.place for curve in loss.curves] == [0, 1, 2, 2]
    assert [curve.forgotten for curve in loss.curves] == [False, False, True, False]
    for curve, name in zip(loss.curves[2:], ("plain_test_loss", "test_loss"), strict=True):
        values = np.array([[getattr(epoch, name) for epoch in history] for history in runs[2].epochs])
        np.testing.assert_allclose(curve.mean, values.mean(axis=0))
        np.testing.assert_allclose(curve.spread, values.std(axis=0, ddof=1))
    assert runs[2].final("test_loss") == pytest.approx(loss.curves[3].mean[-1])
    np.testing.assert_allclose(mean.curves[0].mean, 1.0, rtol=1e-5)  # without dropout both phases are one
    # its first layer's units are k times as active in the plain test code as they should be, its second's 1/k² times
    assert mean.curves[2].mean[0] > 2 * mean.curves[3].mean[0]


def test_a_curve_is_as_long_as_its_shortest_seed_and_one_seed_has_no_spread() -> None:
    experiment, runs = performed("regularize", 3)
    uneven = [replace(run, epochs=(run.epochs[0], run.epochs[1][:2])) for run in runs]
    assert [len(curve.mean) for curve in panels(experiment, uneven)[0].curves] == [2, 2, 2]
    alone = [replace(run, epochs=run.epochs[:1]) for run in runs]
    assert not any(curve.spread.any() for curve in panels(experiment, alone)[0].curves)


@pytest.mark.parametrize("view", CURVES.options)
def test_every_view_shows_the_numbers_of_the_epochs(view: str) -> None:
    experiment, runs = performed("regularize")
    shown = panels(experiment, runs, view)
    if view == "scores":
        names = [f"{phase}_{what}" for what in ("loss", "accuracy") for phase in ("train", "noisy", "test")]
        ends = [panel.curves[1].mean[-1] for panel in shown]
        np.testing.assert_allclose(ends, [runs[1].final(name) for name in names])
    elif view != "question":
        attribute = {"mean": "train_mean", "variance": "train_variance"}.get(view, view)
        assert [(panel.layer, panel.hidden) for panel in shown] == [(1, 2), (2, 2), (3, 2)]
        for layer, panel in enumerate(shown, start=1):
            ends = [float(np.mean([getattr(epoch, attribute)[layer] for epoch in run.last])) for run in runs]
            np.testing.assert_allclose([curve.mean[-1] for curve in panel.curves], ends)


def test_a_regression_has_losses_only() -> None:
    experiment = experiments()["uncertainty_band"]
    drawn = training_view(experiment, experiment.data(), None, "scores")
    assert [panel.quantity for panel in drawn.panels] == ["train_loss", "noisy_loss", "test_loss"]


def test_scaled_learning_rates_part_by_rounding_only() -> None:
    parting = panels(*performed("equal_rate_sgd", epochs=3))[1]
    assert [curve.name for curve in parting.curves] == ["standard at η", "standard at η/k²"]
    assert parting.curves[0].mean[-1] > 1e-3
    assert parting.curves[1].mean[-1] < 1e-12


def test_a_diverged_run_has_a_gap_in_the_place_of_its_last_value() -> None:
    experiment, runs = performed("annealing", seeds=(0,), optimizer=SGD(1e6))
    lost = len(runs[0].epochs[0]) - 1
    assert runs[0].last[0].status == "diverged"
    curve = panels(experiment, runs)[1].curves[0]
    assert np.isnan(curve.mean[lost])
    assert np.isfinite(curve.mean[:lost]).all()


def test_before_a_training_the_runs_are_announced() -> None:
    experiment = experiments()["same_test_code"]
    for panel in training_view(experiment, digits_split(), None).panels:
        assert panel.curves == ()
        assert panel.epochs == 12
        assert panel.runs == (("no dropout", None), ("inverted", "inverted"), ("standard", "standard"))


def test_points_in_the_plane_come_with_their_decisions() -> None:
    experiment = experiments()["regularize"]
    data = experiment.data()
    drawn = training_view(experiment, data, Snapshot("running", 200))
    assert isinstance(drawn.plane, Plane)
    assert sum(map(len, drawn.plane.examples)) == 60
    assert drawn.decisions == tuple((label, None) for label, _ in experiment.runs)
    digits = experiments()["annealing"]
    assert training_view(digits, digits.data(), None).plane is None
