"""A person's own runs on the page of training: their settings, and the experiment that they make."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import streamlit as st

from dropviz.datasets.splits import MAX_BYTES, Split, digits_split, from_csv, moons, rings
from dropviz.schedules import Schedule, annealed, curriculum
from dropviz.settings.kinds import Choice, Number, Setting
from dropviz.theory.noise import noises
from dropviz.theory.strategies import strategies
from dropviz.training.config import TrainingConfig
from dropviz.training.dropout import Dropout, methods
from dropviz.training.experiments import GROUPS, OWN, comparison
from dropviz.training.optimizers import SGD, Adam
from dropviz.ui.components.upload import upload
from dropviz.ui.pages.training.settings import SEEDS, Chosen
from dropviz.ui.settings.widgets import show

BATCH = 32
MOST_RUNS = 4

DATA = Choice(
    "training_data",
    "data",
    {"digits": "digits", "few": "300 digits", "moons": "moons", "rings": "rings", "csv": "own CSV"},
    "digits",
    help="Real digits of 8×8 pixels, two toy problems in the plane, or a table of yours.",
)
LABEL = Number(
    "training_label",
    "column of the labels (0: the last)",
    0,
    0,
    1001,
    1,
    help="Counted from 1; it holds the class of each row.",
)
LAYERS = Number(
    "training_layers", "hidden layers", 2, 1, 3, 1, help="Each followed by a ReLU and by dropout."
)
WIDTH = Number("training_width", "units in each", 64, 1, 256, 16, help="Width of every hidden layer.")
EPOCHS = Number("training_epochs", "epochs", 20, 1, 200, 5, help="Passes over the training examples.")
RUNS = Number("training_runs", "runs to compare", 2, 1, MOST_RUNS, 1, help="Same data, same seeds.")
PLAIN = "plain"


def _method_names() -> dict[str, str]:
    short = {name: row.short for name, row in strategies().items()} | {
        "gaussian": "Gaussian noise",
        "additive": "added Gaussian noise",
        "uniform": "uniform noise",
    }
    return {PLAIN: "no dropout"} | {name: short.get(name) or noises()[name].label for name in methods()}


METHODS = _method_names()
SCHEDULES = {"constant": "constant", "annealed": "annealed to 0", "curriculum": "curriculum from 0"}


def _run_settings(number: int, method: str) -> tuple[Choice, Number, Choice, Choice, Number]:
    start = f"training_{number}_"
    return (
        Choice(
            f"{start}method",
            "method",
            METHODS,
            method,
            help="What is done to the hidden activations in training.",
        ),
        Number(f"{start}rate", "rate", 0.3, 0.0, 0.9, 0.05, help="P(drop), or what a noise is matched to."),
        Choice(
            f"{start}schedule",
            "schedule of the rate",
            SCHEDULES,
            "constant",
            help="How the rate moves over the training.",
        ),
        Choice(
            f"{start}optimizer",
            "optimizer",
            {"sgd": "SGD, momentum 0.9", "adam": "Adam"},
            "sgd",
            help="What turns a gradient into a step.",
        ),
        Number(
            f"{start}eta",
            "learning rate",
            0.05,
            0.0,
            100.0,
            0.01,
            help="Size of a step; too large, and it diverges.",
        ),
    )


EACH = tuple(
    _run_settings(number, method)
    for number, method in enumerate((PLAIN, "inverted", "standard", "gaussian"), start=1)
)
OWN_SETTINGS: tuple[Setting, ...] = (
    DATA,
    LABEL,
    LAYERS,
    WIDTH,
    EPOCHS,
    RUNS,
    *(setting for row in EACH for setting in row),
)


def choose_own() -> Chosen | None:
    """Show the settings of a person's own runs and return what they choose; None until there is a table.

    Raises
    ------
    ValueError
        If the table or a run cannot be used, in one sentence.
    """
    source, data = _own_data(show(DATA))
    layers, width = int(show(LAYERS)), int(show(WIDTH))
    hidden = (width,) * layers
    epochs, seeds, count = int(show(EPOCHS)), int(show(SEEDS)), int(show(RUNS))
    rows = [_show_run(number, settings) for number, settings in enumerate(EACH[:count], start=1)]
    if data is None:
        return None
    if isinstance(data, str):  # said only now, when every setting has been shown
        raise ValueError(data)
    steps = epochs * -(-len(data.train_targets) // BATCH)
    configs = [row.config(hidden, epochs, steps) for row in rows]
    runs = list(zip(_labels(rows), configs, strict=True))
    key = (OWN, source, hidden, epochs, seeds, tuple(replace(row, rate=0.0) for row in rows))
    rates = tuple(row.rate for row in rows)
    return Chosen(GROUPS[-1], comparison(runs, lambda: data), data, tuple(range(seeds)), key, rates)


@dataclass(frozen=True, slots=True)
class OwnRun:
    """One row of a person's own comparison."""

    method: str
    rate: float
    schedule: str
    optimizer: str
    learning_rate: float

    @property
    def optimizer_name(self) -> str:
        """As it is called on the screen."""
        return {"sgd": "SGD", "adam": "Adam"}[self.optimizer]

    @property
    def label(self) -> str:
        """Name of the run on the screen."""
        if self.method == PLAIN:
            return METHODS[PLAIN]
        words = {
            "constant": f"{self.rate:g}",
            "annealed": f"{self.rate:g} → 0",
            "curriculum": f"0 → {self.rate:g}",
        }
        return f"{METHODS[self.method]} {words[self.schedule]}"

    def config(self, hidden: tuple[int, ...], epochs: int, steps: int) -> TrainingConfig:
        """Configuration with the same noise behind every hidden layer.

        Raises
        ------
        ValueError
            If the method does not take this rate.
        """
        rates: dict[str, Callable[[], float | Schedule]] = {
            "constant": lambda: self.rate,
            "annealed": lambda: annealed(self.rate, steps),
            "curriculum": lambda: curriculum(self.rate, 10 / steps),
        }
        site = None if self.method == PLAIN else Dropout(self.method, rates[self.schedule]())
        optimizer = SGD(self.learning_rate) if self.optimizer == "sgd" else Adam(self.learning_rate)
        return TrainingConfig(
            hidden=hidden,
            dropout=(None, *(site for _ in hidden)),
            optimizer=optimizer,
            epochs=epochs,
            batch=BATCH,
        )


def _labels(rows: Sequence[OwnRun]) -> list[str]:
    """Names of the runs; where they would be equal, with the optimizer, and at last with the number."""
    labels = [row.label for row in rows]
    longer = [f"{row.label}, {row.optimizer_name} {row.learning_rate:g}" for row in rows]
    labels = [longer[i] if labels.count(label) > 1 else label for i, label in enumerate(labels)]
    return [f"{label} ({i + 1})" if labels.count(label) > 1 else label for i, label in enumerate(labels)]


def _show_run(number: int, settings: tuple[Choice, Number, Choice, Choice, Number]) -> OwnRun:
    """Show one run's settings; without dropout there is no rate to set."""
    method, rate, schedule, optimizer, learning_rate = settings
    st.subheader(f"run {number}", anchor=False)
    chosen = show(method)
    noisy = chosen != PLAIN
    return OwnRun(
        chosen,
        float(show(rate)) if noisy else 0.0,
        show(schedule) if noisy else "constant",
        show(optimizer),
        float(show(learning_rate)),
    )


_TOY_DATA: Mapping[str, Callable[[], Split]] = MappingProxyType(
    {"digits": digits_split, "few": lambda: digits_split(300), "moons": moons, "rings": rings}
)


def _own_data(kind: str) -> tuple[tuple[Any, ...], Split | str | None]:
    """What identifies the data, and the data; a sentence if the file cannot be used, None if there is none."""
    if kind in _TOY_DATA:
        return (kind,), _TOY_DATA[kind]()
    column = int(show(LABEL))
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
