import re
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest

from dropviz.numbers.written import grouped
from dropviz.settings.training import GROUPS, OWN
from dropviz.training.experiments import Experiment, experiments, shown
from dropviz.training.in_turn import RunsInTurn
from dropviz.training.optimizers import SGD

NAMES = tuple(experiments())


def shortened(name: str, epochs: int = 2) -> Experiment:
    """The experiment with few epochs."""
    full = experiments()[name]
    return replace(full, runs=tuple((label, replace(config, epochs=epochs)) for label, config in full.runs))


def performed(experiment: Experiment, seeds=(0,)):
    data = experiment.data()
    turns = RunsInTurn(experiment, data, seeds)
    while turns.running:
        turns.train_one()
    return data, turns.runs


@lru_cache
def runs_of(name: str, epochs: int, seeds=(0,)):
    """The data and the runs of an experiment with so many epochs: those that are asked for again are the same."""
    return performed(shortened(name, epochs), seeds)


@lru_cache
def found(name: str):
    """What an experiment finds after an epoch."""
    return shown(shortened(name, 1), *runs_of(name, 1))


def begun(experiment: Experiment, seeds=(0,)):
    """The untrained networks."""
    data = experiment.data()
    turns = RunsInTurn(experiment, data, seeds)
    for _ in range(len(experiment.runs) * len(seeds)):
        turns.train_one()
    return data, turns.runs


def with_numbers(runs, **numbers):
    """Runs whose last epochs are altered: number name -> one value a run."""
    altered = []
    for place, run in enumerate(runs):
        changes = {name: values[place] for name, values in numbers.items()}
        epochs = tuple((*history[:-1], replace(history[-1], **changes)) for history in run.epochs)
        altered.append(replace(run, epochs=epochs))
    return altered


@pytest.mark.parametrize("name", NAMES)
def test_every_experiment_runs_and_finds_something(name):
    experiment = shortened(name, epochs=1)
    assert experiment.name == name
    assert 2 <= len(experiment.runs) <= 4
    sentences = found(name)
    assert sentences
    for sentence in sentences:
        assert re.fullmatch(r".*[.]", sentence)
        assert "nan" not in sentence
        assert "inf " not in sentence


@pytest.mark.parametrize("name", NAMES)
def test_findings_hold_before_the_first_epoch(name):
    experiment = experiments()[name]
    assert shown(experiment, *begun(experiment))


def test_runs_are_sorted_by_run_and_seed():
    experiment = shortened("regularize", 1)
    seeds = (3, 5)
    _, runs = performed(experiment, seeds)
    assert [run.label for run in runs] == ["no noise", "inverted dropout", "Gaussian noise"]
    assert [len(run.epochs) for run in runs] == [2, 2, 2]
    # runs of one seed start from the same weights
    _, runs = begun(experiment, seeds)
    for seed in (0, 1):
        starts = [run.epochs[seed][0].state.parameters for run in runs]
        np.testing.assert_array_equal(starts[0], starts[2])
    assert np.any(runs[0].epochs[0][0].state.parameters != runs[0].epochs[1][0].state.parameters)


@pytest.mark.parametrize("name", ["equal_rate_sgd", "equal_rate_adam"])
def test_equal_rates_part_and_scaled_rates_do_not(name):
    data, (inverted, same_rate, scaled) = runs_of(name, 4)
    reference, parting, alike = (
        np.array([epoch.train_loss for epoch in run.epochs[0]]) for run in (inverted, same_rate, scaled)
    )
    np.testing.assert_allclose(alike, reference, rtol=1e-12)
    assert np.abs(parting / reference - 1).max() > 0.01
    verdict, parted, alike = shown(experiments()[name], data, (inverted, same_rate, scaled))
    assert "the training losses part by up to" in verdict
    assert verdict.endswith("they are one to rounding.")
    assert "a different path" in parted
    assert "the same path as inverted, to rounding" in alike
    # the words follow the numbers: with the runs exchanged so are the verdicts
    verdict, alike, parted = shown(experiments()[name], data, (inverted, scaled, same_rate))
    assert "At equal learning rates nothing parts" in verdict
    assert "they part by up to" in verdict
    assert "the same path as inverted, to rounding" in alike
    assert "a different path" in parted


def test_standard_needs_its_weights_scaled_in_the_same_test_code():
    data, runs = runs_of("same_test_code", 3)
    sentences = shown(experiments()["same_test_code"], data, runs)
    assert [sentence.split(":")[0].split(",")[0] for sentence in sentences] == [
        "With the factor forgotten",
        "no dropout",
        "inverted",
        "standard",
        "standard",
        "standard",
    ]
    _, plain, _, unscaled, scaled, cost = sentences
    ratio = runs[2].final("plain_test_loss") / runs[2].final("test_loss")
    assert f"the loss is {ratio:.2f} times as large" in cost
    assert "missing once in each of 2 layers" in cost
    there, trained = map(
        float, re.findall(r"mean of ([\d.]+) from that code, and ([\d.]+) in training", plain)[0]
    )
    assert there == trained
    there, trained = map(
        float, re.findall(r"mean of ([\d.]+) from that code, and ([\d.]+) in training", unscaled)[0]
    )
    assert there > 2 * trained
    after = float(re.findall(r"receives a mean of (\d+\.\d+)", scaled)[0])
    assert abs(after - trained) < 0.5 * abs(there - trained)
    assert f"{100 * runs[2].final('test_accuracy'):.1f} %" in scaled


def test_the_gap_is_called_what_it_is():
    data, runs = runs_of("regularize", 1, (0, 1))
    read = experiments()["regularize"]
    narrower = shown(
        read, data, with_numbers(runs, train_accuracy=[1.0, 0.9, 1.0], test_accuracy=[0.8, 0.8, 0.75])
    )
    assert narrower[0] == (
        "Noise changes the gap between training and test: 20.0 points without, 10.0 with inverted dropout, 25.0 with "
        "Gaussian noise (2 paired seeds, 95 %)."
    )
    assert "a gap of 20.0 points" in narrower[1]
    assert "With inverted dropout the gap is 10.0 points narrower than without" in narrower[4]
    assert "With Gaussian noise the gap is 5.0 points wider than without" in narrower[5]
    same = shown(read, data, with_numbers(runs, train_accuracy=[1, 1, 1], test_accuracy=[0.8, 0.8, 0.8]))
    assert "makes no difference" in same[0]
    assert "the gap is as wide as without" in same[4]
    assert same[-1].startswith("Means of 2 seeds")


def test_the_highest_accuracy_is_the_highest_and_ties_are_ties():
    data, runs = runs_of("annealing", 1)
    read = experiments()["annealing"]
    numbers = {"test_accuracy": [0.9, 0.95, 0.95, 0.8], "test_loss": [0.3, 0.2, 0.25, 0.1]}
    verdict, _, best, trust = shown(read, data, with_numbers(runs, **numbers))
    assert best == (
        "Highest: annealed 0.5 → 0 and curriculum 0 → 0.5 (95.0 %). Lowest test loss: no dropout (0.100)."
    )
    assert verdict.startswith("Lowest test loss: no dropout (0.100), with one seed;")
    assert "one seed" in trust


def test_the_candidates_for_a_test_factor_are_those_of_the_schedule():
    data, runs = runs_of("annealing_at_test", 1)
    verdict, annealed, inverted, *_ = shown(experiments()["annealing_at_test"], data, runs)
    # one epoch is 45 of the 900 steps over which the rate falls from 0.5
    assert "0.52 (1 − last rate)" in annealed
    assert "0.51 (1 − mean rate)" in annealed
    assert "0.50 (1 − first rate)" in annealed
    assert "one seed" in verdict
    assert inverted.startswith("inverted, annealed needs no factor at test")


def test_a_diverged_run_is_named_and_nothing_else_is_claimed():
    experiment = shortened("regularize", 5)
    label, config = experiment.runs[1]
    wild = replace(config, optimizer=SGD(1e6))
    experiment = replace(experiment, runs=(experiment.runs[0], (label, wild)))
    (sentence,) = shown(experiment, *performed(experiment))
    assert re.match(r"inverted dropout diverged in epoch \d+: ", sentence)


def test_findings_are_the_same_every_time():
    assert shown(shortened("monte_carlo", 1), *runs_of("monte_carlo", 1)) == found("monte_carlo")


def test_a_network_that_only_guesses_is_said_to():
    data, runs = runs_of("annealing", 1)
    read = experiments()["annealing"]
    altered = with_numbers(runs, train_accuracy=[0.1, 0.9, 0.9, 0.9])
    (told,) = [sentence for sentence in shown(read, data, altered) if "next to nothing" in sentence]
    assert told.startswith(
        "constant 0.5 has learnt next to nothing: it is right on 10.0 % of the training examples"
    )
    assert not any("next to nothing" in sentence for sentence in shown(read, data, altered[1:]))


def test_the_rate_decides_the_experiments():
    for name, experiment in experiments(0.3).items():
        rates = {site.rate for _, config in experiment.runs for site in config.sites if site is not None}
        assert 0.3 in rates or all(map(callable, rates)), name
    with pytest.raises(ValueError, match=r"rate must be a number from 0 to 0\.95; got 1\.0"):
        experiments(1.0)


def test_the_plain_test_code_is_measured_beside_the_scaled_one():
    _, (plain, inverted, standard) = runs_of("same_test_code", 3)
    for run in (plain, inverted):
        assert run.final("plain_test_loss") == run.final("test_loss")
    assert standard.final("plain_test_loss") > standard.final("test_loss")
    last = standard.last[0]
    assert last.plain_mean[-2] > last.test_mean[-2]
    assert last.plain_mean[0] == last.test_mean[0]  # no dropout on the features


def test_a_forgotten_factor_is_a_disaster_where_the_size_of_outputs_counts():
    data, runs = runs_of("forgotten", 4)
    inverted, standard = runs
    np.testing.assert_allclose(
        [epoch.train_loss for epoch in standard.epochs[0]],
        [epoch.train_loss for epoch in inverted.epochs[0]],
        rtol=1e-2,
    )  # the same function; float32 parts them in the end
    without, scaled = (standard.final(name) for name in ("plain_test_loss", "test_loss"))
    assert without > 5 * scaled
    verdict, average, alike, mean = shown(experiments()["forgotten"], data, runs)
    assert f"is {grouped(without / scaled, 2)} times as large" in verdict
    assert "With one seed, not to be relied on." in verdict
    always = np.mean(np.sum((data.test_features - data.train_features.mean(axis=0)) ** 2, axis=1)) / 2
    assert f"has a test loss of {always:.2f}" in average
    assert ("more" in average) == (without > always)
    assert "1/0.5³ = 8.00 times" in mean
    assert "(standard)" in alike


def test_where_every_unit_stays_nothing_can_be_forgotten():
    full = experiments(0.0)["forgotten"]
    short = replace(full, runs=tuple((label, replace(config, epochs=1)) for label, config in full.runs))
    assert "makes no difference" in shown(short, *performed(short, (0, 1)))[0]


def test_every_experiment_stands_behind_one_button():
    behind = [
        name for group in GROUPS for name in (group.variants.options if group.variants else (group.name,))
    ]
    assert sorted(behind) == sorted([*NAMES, OWN])
