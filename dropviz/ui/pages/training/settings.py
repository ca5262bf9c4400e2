"""What a visitor may set on the page of training, and the experiment that it makes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import streamlit as st

from dropviz.datasets.splits import MAX_BYTES, Split, digits_split, from_csv, moons, rings
from dropviz.figures.training.epochs import VIEWS
from dropviz.frameworks.scripts import TARGETS
from dropviz.schedules import Schedule, annealed, curriculum
from dropviz.settings.kinds import Choice, Number, Setting
from dropviz.theory.noise import noises
from dropviz.theory.strategies import strategies
from dropviz.training.config import TrainingConfig
from dropviz.training.dropout import Dropout, methods
from dropviz.training.experiments import Experiment, comparison, experiments
from dropviz.training.optimizers import SGD, Adam
from dropviz.ui.settings.session import saved
from dropviz.ui.settings.widgets import show

BATCH = 32
OWN = "own"
MOST_RUNS = 4


def want_training() -> None:
    """Let the next run of the page start a training."""
    st.session_state["training_wanted"] = True


def pick(name: str) -> None:
    """Choose an experiment; a ready-made one starts at once, whatever is running."""
    saved()[EXPERIMENT.key] = name
    if name != OWN:
        want_training()


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """What is to be trained. ``key`` is equal for equal choices, but for the rates, which stand apart."""

    experiment: Experiment
    data: Split
    seeds: tuple[int, ...]
    key: tuple[Any, ...]
    rates: tuple[float, ...]


EXPERIMENT = Choice(
    "training",
    "experiment",
    {
        "same_test_code": "same test code",
        "equal_rate": "equal learning rate",
        "annealing": "changing rate",
        "regularize": "does it regularize?",
        "monte_carlo": "Monte Carlo dropout",
        OWN: "your own runs",
    },
    "same_test_code",
    help="A click on an experiment chooses it and trains it at once; Train begins anew with what is set.",
    control="page",
)
# What a button asks, below its label.
ASKED: Mapping[str, str] = MappingProxyType(
    {
        "same_test_code": "Which does it fit?",
        "equal_rate": "Do both train alike?",
        "annealing": "What does it cost?",
        "regularize": "How wide is the gap?",
        "monte_carlo": "Better than one pass?",
        OWN: "What would you try?",
    }
)
# Rows of segments; a click starts the training, an address only chooses.
VARIANTS: Mapping[str, Choice] = MappingProxyType(
    {
        "equal_rate": Choice(
            "training_optimizer",
            "optimizer",
            {"equal_rate_sgd": "SGD", "equal_rate_adam": "Adam"},
            "equal_rate_sgd",
            help="What turns a gradient into a step: it decides by which factor the learning rates differ.",
            control="segments",
        ),
        "annealing": Choice(
            "training_changing",
            "what is asked",
            {"annealing": "schedules", "annealing_at_test": "factor at test"},
            "annealing",
            help="Compare schedules of the rate, or the factors that standard dropout could use at test.",
            control="segments",
        ),
        "regularize": Choice(
            "training_examples",
            "training examples",
            {"regularize": "60 points", "regularize_digits": "300 digits"},
            "regularize",
            help="Few examples are learnt by heart: the gap between training and test accuracy shows it.",
            control="segments",
        ),
        "monte_carlo": Choice(
            "training_task",
            "task",
            {"monte_carlo": "digits", "uncertainty_band": "a curve"},
            "monte_carlo",
            help="Many noisy passes instead of one: for ten digits, or for one curve with its uncertainty.",
            control="segments",
        ),
    }
)
RATE = Number(
    "training_rate",
    "dropout rate",
    0.3,
    0.05,
    0.9,
    0.05,
    help="Where an experiment has a constant rate, it can be changed by hand while it trains.",
    control="slider",
)
SEEDS = Number("training_seeds", "seeds", 3, 1, 5, 1, help="Every run is trained so often: mean and spread.")

CURVES = Choice(
    "training_view",
    "curves",
    VIEWS,
    "question",
    help="What is drawn over the epochs. A layer is measured on the training examples, behind its noise; at test means "
    "the same examples without noise, times the factor at test.",
)

FRAMEWORK = Choice(
    "training_code",
    "framework",
    {target: target for target in TARGETS},
    TARGETS[0],
    "What the script is written for.",
    "segments",
)

# Of a person's own runs.
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
SETTINGS: tuple[Setting, ...] = (
    EXPERIMENT,
    *VARIANTS.values(),
    RATE,
    SEEDS,
    CURVES,
    FRAMEWORK,
    DATA,
    LABEL,
    LAYERS,
    WIDTH,
    EPOCHS,
    RUNS,
    *(setting for row in EACH for setting in row),
)


def choose_ready_made(name: str) -> Chosen:
    """Show the settings of a ready-made experiment and return what they choose."""
    variant = show(VARIANTS[name], want_training) if name in VARIANTS else name
    rate = show(RATE)
    seeds = int(show(SEEDS))
    experiment = experiments(rate)[variant]
    return Chosen(experiment, experiment.data(), tuple(range(seeds)), (variant, seeds), (rate,))


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
    return Chosen(comparison(runs, lambda: data), data, tuple(range(seeds)), key, rates)


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
    upload = st.file_uploader(
        "a CSV file",
        type=["csv", "txt", "tsv"],
        key="training_file",
        max_upload_size=MAX_BYTES // 1_000_000,
        help="Numbers, and a column of labels; a quarter of each class is held back for testing. The file is never "
        "written down and is no part of the address.",
    )
    if upload is None:
        st.session_state.pop("training_read", None)
        return (), None
    key = (upload.file_id, column)
    if st.session_state.get("training_read", (None, None))[0] != key:
        try:
            read: Split | str = from_csv(upload.getvalue(), str(column) if column else None)
        except ValueError as problem:
            read = str(problem)
        st.session_state["training_read"] = key, read
    return key, st.session_state["training_read"][1]
