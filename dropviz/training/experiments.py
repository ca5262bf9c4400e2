"""Ready-made experiments: a question, up to four runs that answer it, and how to read and draw them.

Perform one, and read it::

experiment = experiments()["equal_rate_sgd"]
data = experiment.data()
turns = RunsInTurn(experiment, data, seeds=(0, 1))
while turns.running:
    turns.train_one()
shown(experiment, data, turns.runs)
"""

# axes: run, seed, epoch

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from dropviz.datasets.splits import Split, digits_redrawn, digits_split, moons, wave
from dropviz.numbers.checks import check_number
from dropviz.schedules import Schedule, annealed, curriculum
from dropviz.training import findings, mc
from dropviz.training.config import TrainingConfig, as_standard
from dropviz.training.dropout import Dropout
from dropviz.training.loop import Epoch, Run
from dropviz.training.mc import Band, Comparison
from dropviz.training.optimizers import SGD, Adam, Optimizer


@dataclass(frozen=True, slots=True, eq=False)
class Experiment:
    """A question, the runs that answer it, and how to read them.

    Attributes
    ----------
    name : for the URL
    title, question : for the screen
    data : makes the data
    runs : label and configuration of up to four runs; the seed is set by `in_turn.RunsInTurn`
    read : (data, runs) to sentences, the verdict first; call it through `shown`
    quantities : what the curves show, names of `curves.QUANTITIES`
    noisy : what shows noisy passes of the finished networks, (configuration, data, epoch, passes, random numbers) to it
    """

    name: str
    title: str
    question: str
    data: Callable[[], Split]
    runs: tuple[tuple[str, TrainingConfig], ...]
    read: Callable[[Split, Sequence[Run]], list[str]]
    quantities: tuple[str, ...]
    noisy: Callable[[TrainingConfig, Split, Epoch, int, np.random.Generator], Band | Comparison] | None = None


def experiments(rate: float = 0.5) -> Mapping[str, Experiment]:
    """Return the ready-made experiments by name, each with dropout at ``rate``.

    Raises
    ------
    ValueError
        If ``rate`` is not in [0, 0.95].
    """
    check_number("rate", rate, 0.0, 0.95)
    rows = (
        _forgotten(rate),
        _same_test_code(rate),
        _equal_rate("equal_rate_sgd", rate, SGD(0.05), "k²"),
        _equal_rate("equal_rate_adam", rate, Adam(1e-3, epsilon=1e-30), "k"),
        _annealing(rate),
        _annealing_at_test(rate),
        _regularize("regularize", "few points", rate, lambda: moons(60, 0.35), Adam(3e-3), 200),
        _regularize("regularize_digits", "few digits", rate, lambda: digits_split(300), Adam(1e-3), 60),
        _monte_carlo(rate),
        _uncertainty_band(rate),
    )
    return MappingProxyType({row.name: row for row in rows})


def comparison(runs: Sequence[tuple[str, TrainingConfig]], data: Callable[[], Split]) -> Experiment:
    """A person's own experiment: up to four labelled runs on the same data."""
    question = "The same data and the same seeds: which of these networks serves it best?"
    quantities = ("test_loss", "test_accuracy", "gap")
    return Experiment("own", "Your own runs", question, data, tuple(runs), findings.read_own, quantities)


def shown(experiment: Experiment, data: Split, runs: Sequence[Run]) -> list[str]:
    """What these runs show, a sentence each; if one diverged, only which, and when, and who learnt nothing."""
    lost = findings.diverged(runs)
    return [*(lost or experiment.read(data, runs)), *findings.learnt_nothing(data, runs)]


# ---- the experiments ------------------------------------------------------------------------------------------------


def _config(method: str | None, rate: float | Schedule = 0.0, **changes: object) -> TrainingConfig:
    """256–256 with the same noise behind both hidden layers."""
    site = Dropout(method, rate) if method else None
    return replace(TrainingConfig(dropout=(None, site, site)), **changes)  # type: ignore[arg-type]


def _runs(
    rate: float, methods: Mapping[str, str | None], **changes: object
) -> tuple[tuple[str, TrainingConfig], ...]:
    return tuple((label, _config(method, rate, **changes)) for label, method in methods.items())


def _forgotten(rate: float) -> Experiment:
    """A network that gives back pictures: its loss sees the size of every output, which a class does not show."""
    site = Dropout("inverted", rate)
    inverted = TrainingConfig(
        hidden=(192, 192, 192),
        dropout=(None, site, site, site),
        optimizer=Adam(2e-3, epsilon=1e-12),
        epochs=12,
        init="glorot",
    )
    return Experiment(
        "forgotten",
        "The forgotten factor",
        "A network learns to redraw digits with dropout. What if the factor at test is forgotten?",
        lambda: digits_redrawn(700),
        (("scaled in training", inverted), ("scaled at test", as_standard(inverted))),
        findings.read_forgotten,
        ("redrawn_loss",),
    )


def _same_test_code(rate: float) -> Experiment:
    return Experiment(
        "same_test_code",
        "The same test code",
        "Three networks go through the very same prediction. Which of them does it fit?",
        digits_split,
        _runs(rate, {"no dropout": None, "inverted": "inverted", "standard": "standard"}, epochs=12),
        findings.read_same_test_code,
        ("plain_loss", "plain_accuracy", "plain_mean"),
    )


def _equal_rate(name: str, rate: float, optimizer: Optimizer, factor: str) -> Experiment:
    inverted = _config("inverted", rate, hidden=(64, 64), optimizer=optimizer, epochs=15, dtype="float64")
    return Experiment(
        name,
        f"Equal learning rate, different training ({type(optimizer).__name__})",
        "Both start as the same function and see the same masks. Do they train alike?",
        digits_split,
        (
            ("inverted at η", inverted),
            ("standard at η", as_standard(inverted, same_path=False)),
            (f"standard at η/{factor}", as_standard(inverted)),
        ),
        findings.read_equal_rate,
        ("train_loss", "parting"),
    )


_STEPS = 20 * 45  # 20 epochs of the digits in batches of 32


def moving(rate: float, steps: int) -> Mapping[str, Schedule]:
    """Schedules over a training of so many steps: falling from ``rate`` to 0, and rising from 0 towards it."""
    return {"annealed": annealed(rate, steps), "curriculum": curriculum(rate, 10 / steps)}


def _annealing(rate: float) -> Experiment:
    falling, rising = moving(rate, _STEPS).values()
    return Experiment(
        "annealing",
        "Changing the rate while training",
        "Constant, falling, rising, none: which rate serves this network best?",
        digits_split,
        (
            (f"constant {rate:g}", _config("inverted", rate)),
            (f"annealed {rate:g} → 0", _config("inverted", falling)),
            (f"curriculum 0 → {rate:g}", _config("inverted", rising)),
            ("no dropout", _config(None)),
        ),
        findings.read_annealing,
        ("rate", "test_loss", "test_accuracy"),
    )


def _annealing_at_test(rate: float) -> Experiment:
    return Experiment(
        "annealing_at_test",
        "A changing rate, and one factor at test",
        "Standard dropout has to multiply by one keep probability at test. By which, if it changed?",
        digits_split,
        tuple(
            (f"{method}, {name}", _config(method, schedule))
            for name, schedule in moving(rate, _STEPS).items()
            for method in ("standard", "inverted")
        ),
        findings.read_annealing_at_test,
        ("rate", "test_loss", "test_accuracy"),
    )


def _regularize(
    name: str, words: str, rate: float, data: Callable[[], Split], optimizer: Adam, epochs: int
) -> Experiment:
    methods = {"no noise": None, "inverted dropout": "inverted", "Gaussian noise": "gaussian"}
    return Experiment(
        name,
        f"Does it regularize? ({words})",
        "Few training examples: how far apart are training and test accuracy, with and without noise?",
        data,
        _runs(rate, methods, optimizer=optimizer, epochs=epochs),
        findings.read_regularize,
        ("gap", "test_loss", "test_accuracy"),
    )


def _monte_carlo(rate: float) -> Experiment:
    return Experiment(
        "monte_carlo",
        "Monte Carlo dropout",
        f"Is the mean of {findings.MC_PASSES} noisy passes better than one pass without noise?",
        lambda: digits_split(300),
        _runs(rate, {"inverted": "inverted", "Gaussian noise": "gaussian"}, epochs=40),
        findings.read_monte_carlo,
        ("test_loss", "test_accuracy"),
        mc.compare,
    )


def _uncertainty_band(rate: float) -> Experiment:
    return Experiment(
        "uncertainty_band",
        "Monte Carlo dropout: an uncertainty band",
        "A curve learnt from examples with a gap: do the noisy passes disagree where there are none?",
        wave,
        tuple(
            (f"rate {each:g}", _config("inverted", each, optimizer=Adam(3e-3), epochs=300, batch=20))
            for each in (rate / 5, rate)
        ),
        findings.read_band,
        ("train_loss", "rate"),
        mc.regression_band,
    )
