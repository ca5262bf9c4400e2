"""What is drawn of a training: the mean over seeds of one quantity a panel, the network, what it makes of its data."""

# axes: seed, epoch

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from dropviz.datasets.splits import Split
from dropviz.numbers.checks import Floats
from dropviz.training.config import TrainingConfig
from dropviz.training.decision import Decision, Plane, has_decision, plane
from dropviz.training.drawn import Network, Redrawn, network, redraws
from dropviz.training.experiments import Experiment
from dropviz.training.findings import average_loss
from dropviz.training.loop import Epoch, Run
from dropviz.training.paired import first_of
from dropviz.training.session import Snapshot

SMALLEST = 1e-17  # where a logarithmic axis draws 0
Value = Callable[[Epoch, Epoch], float]


class Quantity(NamedTuple):
    """A number of an epoch; ``value`` gets the epoch and, for comparison, the first run's.

    ``scaled`` is the value of the runs with standard dropout and its factor at test; ``value`` is then theirs where it
    is forgotten. ``without_first`` leaves out the run that the others are compared with.
    """

    value: Value
    scaled: Value | None = None
    without_first: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """Mean and standard deviation over seeds, shape (epoch,), of the run at ``place``; NaN where it diverged.

    ``forgotten`` tells that the run's factor at test is left out.
    """

    name: str
    place: int
    mean: Floats
    spread: Floats
    forgotten: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """One quantity of all runs.

    Attributes
    ----------
    quantity : a name of `QUANTITIES`, or of `LAYER_QUANTITIES`
    layer, hidden : of the latter, whose activations, from 1, and how many layers are hidden
    epochs : of the longest run
    runs : label and method of dropout of each, None without dropout
    curves : empty until every run has begun
    winner : the place of the run that the paired seeds tell apart from all others at the newest epoch, as the lowest
        or, of accuracies and gaps, the highest; None if there is none
    average : the loss of answering the average picture always, where that is a loss of this quantity
    """

    quantity: str
    layer: int
    hidden: int
    epochs: int
    runs: tuple[tuple[str, str | None], ...]
    curves: tuple[Curve, ...]
    winner: int | None = None
    average: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TrainingView:
    """All that is drawn: the curves, the network, what it redraws, and of small data the training examples.

    ``examples`` are those of a curve, (x, y); of two classes in the plane ``decisions`` are, by label, what each
    network decides so far.
    """

    panels: tuple[Compared, ...]
    network: Network
    redrawn: Redrawn | None
    examples: tuple[Floats, Floats] | None
    plane: Plane | None
    decisions: tuple[tuple[str, Decision | None], ...]


def _of(name: str, layer: int | None = None) -> Value:
    pick = attrgetter(name)
    return lambda epoch, _first: float(pick(epoch) if layer is None else pick(epoch)[layer])


def _ratio(number: float, reference: float) -> float:
    return number / reference if reference > 0 else math.nan


def _parting(epoch: Epoch, first: Epoch) -> float:
    return float(np.maximum(SMALLEST, _ratio(abs(epoch.train_loss - first.train_loss), first.train_loss)))


_SCORES = tuple(f"{phase}_{score}" for score in ("loss", "accuracy") for phase in ("train", "noisy", "test"))
QUANTITIES: Mapping[str, Quantity] = MappingProxyType(
    {name: Quantity(_of(name)) for name in _SCORES}
    | {
        "rate": Quantity(lambda epoch, _first: max(epoch.rates)),
        "gap": Quantity(lambda epoch, _first: epoch.train_accuracy - epoch.test_accuracy),
        "parting": Quantity(_parting, without_first=True),
        "plain_loss": Quantity(_of("plain_test_loss"), scaled=_of("test_loss")),
        "redrawn_loss": Quantity(_of("plain_test_loss"), scaled=_of("test_loss")),
        "plain_accuracy": Quantity(_of("plain_test_accuracy"), scaled=_of("test_accuracy")),
        # of what the output layer receives
        "plain_mean": Quantity(
            lambda epoch, _first: _ratio(float(epoch.plain_mean[-2]), float(epoch.train_mean[-2])),
            scaled=lambda epoch, _first: _ratio(float(epoch.test_mean[-2]), float(epoch.train_mean[-2])),
        ),
    }
)
# What a panel names the best of; one seed has no pairs to judge by.
_JUDGED = {*_SCORES, "gap"}
# of one layer: the array of `Epoch` that holds it
LAYER_QUANTITIES: Mapping[str, str] = MappingProxyType(
    {"mean": "train_mean", "variance": "train_variance"}
    | {name: name for name in ("mean_gap", "variance_ratio")}
)


def training_view(
    experiment: Experiment, data: Split, seen: Snapshot | None, view: str = "question"
) -> TrainingView:
    """What is drawn of a training, or of what is going to be compared."""
    runs = () if seen is None else seen.runs
    shown = panels(experiment, runs, view, data)
    drawn, redrawn = network(experiment, data), None if seen is None else seen.redrawn
    if not has_decision(data):
        return TrainingView(shown, drawn, redrawn, _curve_of(data), None, ())
    decided = {} if seen is None else seen.plane
    labels = [run.label for run in runs] or [label for label, _ in experiment.runs]
    decisions = tuple((label, decided.get(label)) for label in labels)
    return TrainingView(shown, drawn, redrawn, None, plane(data), decisions)


def _curve_of(data: Split) -> tuple[Floats, Floats] | None:
    if data.classes or data.train_features.shape[1] > 1:
        return None
    return data.train_features[:, 0].astype(np.float64), data.train_targets[:, 0].astype(np.float64)


def panels(
    experiment: Experiment, runs: Sequence[Run], view: str = "question", data: Split | None = None
) -> tuple[Compared, ...]:
    """The curves of a ``view``: "question", "scores" or one of `LAYER_QUANTITIES`.

    Of ``data`` that are no classes there is no accuracy, but the loss of answering their average always.
    """
    regression = data is not None and not data.classes
    average = average_loss(data) if data is not None and redraws(data) else None
    configs = [(run.label, run.config) for run in runs] or experiment.runs
    methods = tuple((label, _method(config)) for label, config in configs)
    epochs = max(config.epochs for _, config in experiment.runs)
    hidden = len(experiment.runs[0][1].hidden)
    if view in LAYER_QUANTITIES:
        wanted = [(view, layer) for layer in range(1, hidden + 2)]
    elif view == "question":
        wanted = [(name, 0) for name in experiment.quantities]
    else:
        wanted = [(name, 0) for name in (_SCORES[:3] if regression else _SCORES)]
    shown = []
    for name, layer in wanted:
        quantity = Quantity(_of(LAYER_QUANTITIES[name], layer)) if layer else QUANTITIES[name]
        curves, winner = _curves(quantity, runs), _winner(name, runs)
        beside = average if name == "redrawn_loss" else None
        shown.append(Compared(name, layer, hidden, epochs, methods, curves, winner, beside))
    return tuple(shown)


def _winner(name: str, runs: Sequence[Run]) -> int | None:
    """The run that is best at the newest epoch that all have, if the paired seeds tell it apart from every other."""
    if len(runs) < 2 or name not in _JUDGED:
        return None
    length = min(len(epochs) for run in runs for epochs in run.epochs)
    newest = [[epochs[length - 1] for epochs in run.epochs] for run in runs]
    value = QUANTITIES[name].value
    values = [np.array([value(epoch, epoch) for epoch in each]) for each in newest]
    if not np.isfinite(values).all():
        return None
    first, alike = first_of(values, lowest=name.endswith("_loss"))
    return None if alike else first


def _method(config: TrainingConfig) -> str | None:
    return min((site.method for site in config.sites if site is not None), default=None)


def _curves(quantity: Quantity, runs: Sequence[Run]) -> tuple[Curve, ...]:
    """Each as long as the shortest of its seeds."""
    curves = []
    for place, run in list(enumerate(runs))[int(quantity.without_first) :]:
        values = _over_seeds(quantity.value, run, runs[0])
        if quantity.scaled is None or not run.config.is_standard:
            curves.append(Curve(run.label, place, *values))
        else:
            curves.append(Curve("factor forgotten", place, *values, forgotten=True))
            curves.append(Curve(run.label, place, *_over_seeds(quantity.scaled, run, runs[0])))
    return tuple(curves)


def _over_seeds(value: Value, run: Run, first: Run) -> tuple[Floats, Floats]:
    """Mean and standard deviation, 0 for one seed."""
    length = min(len(epochs) for run_or_first in (run, first) for epochs in run_or_first.epochs)
    values = np.array(
        [
            [
                math.nan if epoch.status == "diverged" else value(epoch, reference)
                for epoch, reference in zip(mine[:length], theirs[:length], strict=True)
            ]
            for mine, theirs in zip(run.epochs, first.epochs, strict=True)
        ],
        dtype=np.float64,
    )
    values[~np.isfinite(values)] = np.nan
    spread = values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(length)
    return values.mean(axis=0), spread
