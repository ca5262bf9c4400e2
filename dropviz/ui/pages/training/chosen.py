"""What a visitor has chosen to train: a ready-made experiment, or a comparison of their own."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dropviz.datasets.splits import MAX_BYTES, Split, digits_split, from_csv, moons, rings
from dropviz.settings import training as settings
from dropviz.settings.kinds import RATE, Setting
from dropviz.training.config import TrainingConfig
from dropviz.training.dropout import Dropout
from dropviz.training.experiments import Experiment, comparison, experiments, moving
from dropviz.training.optimizers import SGD, Adam, Optimizer
from dropviz.ui.components.upload import upload
from dropviz.ui.settings.session import saved, set_value
from dropviz.ui.settings.widgets import show

BATCH = 32
_TOY_DATA: Mapping[str, Callable[[], Split]] = MappingProxyType(
    {"digits": digits_split, "few": lambda: digits_split(300), "moons": moons, "rings": rings}
)


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """What is to be trained. ``key`` is equal for equal choices, but for the rates, which stand apart."""

    group: settings.Group
    experiment: Experiment
    data: Split
    seeds: tuple[int, ...]
    key: tuple[Any, ...]
    rates: tuple[float, ...]


def choose_ready_made(name: str, above: DeltaGenerator, ask: Callable[[Setting], Any]) -> Chosen:
    """Return what the settings of a ready-made experiment choose; rate and variant are shown ``above``."""
    (group,) = [group for group in settings.GROUPS if group.name == name]
    _follow_the_rate()
    with above:
        rate = show(settings.RATE)
        variant = show(group.variants) if group.variants else name
    seeds = ask(settings.SEEDS)
    experiment = experiments(rate)[variant]
    return Chosen(group, experiment, experiment.data(), tuple(range(seeds)), (variant, seeds), (rate,))


def _follow_the_rate() -> None:
    """Take over the rate of the other pages when it has changed since this page was last seen."""
    rate = saved().get(RATE.key, RATE.default)
    if rate != st.session_state.setdefault("training_saw_rate", RATE.default):
        st.session_state["training_saw_rate"] = rate
        set_value(settings.RATE, min(max(rate, settings.RATE.low), settings.RATE.high))


def choose_own() -> Chosen | None:
    """Show the settings of a person's own runs and return what they choose; None until there is a table.

    Raises ValueError, in one sentence, if the table or a run cannot be used.
    """
    source, data = _own_data(show(settings.DATA))
    layers, width = show(settings.LAYERS), show(settings.WIDTH)
    hidden = (width,) * layers
    epochs, seeds, count = (show(one) for one in (settings.EPOCHS, settings.SEEDS, settings.RUNS))
    rows = [_show_run(number) for number in range(1, count + 1)]
    if data is None:
        return None
    if isinstance(data, str):  # said only now, when every setting has been shown
        raise ValueError(data)
    steps = epochs * -(-len(data.train_targets) // BATCH)
    configs = [row.config(hidden, epochs, steps) for row in rows]
    runs = list(zip(_labels(rows), configs, strict=True))
    key = (settings.OWN, source, hidden, epochs, seeds, tuple(replace(row, rate=0.0) for row in rows))
    rates = tuple(row.rate for row in rows)
    return Chosen(settings.GROUPS[-1], comparison(runs, lambda: data), data, tuple(range(seeds)), key, rates)


@dataclass(frozen=True, slots=True)
class OwnRun:
    """One row of a person's own comparison."""

    method: str
    rate: float
    schedule: str
    optimizer: Optimizer

    @property
    def label(self) -> str:
        """Name of the run on the screen."""
        name = settings.METHODS[self.method]
        if self.method == settings.PLAIN:
            return name
        words = {"constant": "{:g}", "annealed": "{:g} → 0", "curriculum": "0 → {:g}"}[self.schedule]
        return f"{name} {words.format(self.rate)}"

    def config(self, hidden: tuple[int, ...], epochs: int, steps: int) -> TrainingConfig:
        """Configuration with the same noise behind every hidden layer; ValueError for a rate that it does not take."""
        rate = moving(self.rate, steps).get(self.schedule, self.rate)
        site = None if self.method == settings.PLAIN else Dropout(self.method, rate)
        return TrainingConfig(hidden, (None, *(site for _ in hidden)), self.optimizer, epochs, BATCH)


def _labels(rows: Sequence[OwnRun]) -> list[str]:
    """Names of the runs; where they would be equal, with the optimizer, and at last with the number."""
    labels = [row.label for row in rows]
    steps = [f"{type(row.optimizer).__name__} {row.optimizer.learning_rate:g}" for row in rows]
    labels = [
        f"{label}, {step}" if labels.count(label) > 1 else label
        for label, step in zip(labels, steps, strict=True)
    ]
    return [f"{label} ({i + 1})" if labels.count(label) > 1 else label for i, label in enumerate(labels)]


def _show_run(number: int) -> OwnRun:
    """Show one run's settings; without dropout there is no rate to set."""
    method, rate, schedule, optimizer, learning_rate = settings.EACH[number - 1]
    st.subheader(f"run {number}", anchor=False)
    chosen = show(method)
    value, moves = (0.0, "constant") if chosen == settings.PLAIN else (show(rate), show(schedule))
    steps = SGD if show(optimizer) == SGD.rule else Adam
    return OwnRun(chosen, value, moves, steps(show(learning_rate)))


def _own_data(kind: str) -> tuple[tuple[Any, ...], Split | str | None]:
    """What identifies the data, and the data; a sentence if the file cannot be used, None if there is none."""
    if kind in _TOY_DATA:
        return (kind,), _TOY_DATA[kind]()
    column = show(settings.LABEL)
    given = upload(
        "a CSV file",
        ("csv", "txt", "tsv"),
        lambda _, content: from_csv(content, str(column) if column else None),
        key="training_file",
        help="Numbers, and a column of labels; a quarter of each class is held back for testing. The file is never "
        "written down and is no part of the address.",
        limit=MAX_BYTES,
        again=(column,),
    )
    return given.mark, given.problem or given.value
