"""What a visitor may set on the page of training, and the experiment that it makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import streamlit as st

from dropviz.datasets.splits import Split
from dropviz.frameworks.scripts import TARGETS
from dropviz.training.curves import VIEWS
from dropviz.training.experiments import GROUPS, OWN, Experiment, Group, experiments
from dropviz.ui.pages.training.session import want_training
from dropviz.ui.settings.address import show
from dropviz.ui.settings.kinds import Choice, Number, Setting


@dataclass(frozen=True, slots=True)
class Slider(Number):
    """A number that is dragged."""

    def widget(self) -> float:
        """Slider."""
        return float(
            st.slider(
                self.label, float(self.low), float(self.high), step=self.step, key=self.key, help=self.help
            )
        )


@dataclass(frozen=True, slots=True)
class Picked(Choice):
    """One of several options, which the page's own buttons choose."""

    def widget(self) -> str:
        """Nothing to show: return the value."""
        return str(st.session_state[self.key])


def _starting(key: str, label: str, options: Mapping[str, str], default: str, help: str) -> Choice:
    """Row of segments; a click starts the training, an address only chooses."""
    return Choice(key, label, options, default, help, segmented=True, on_change=want_training)


def pick(name: str) -> None:
    """Choose an experiment; a ready-made one starts at once, whatever is running."""
    st.session_state[EXPERIMENT.key] = name
    if name != OWN:
        want_training()


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """What is to be trained. ``key`` is equal for equal choices, but for the rates, which stand apart."""

    group: Group
    experiment: Experiment
    data: Split
    seeds: tuple[int, ...]
    key: tuple[Any, ...]
    rates: tuple[float, ...]


EXPERIMENT = Picked(
    "training",
    "experiment",
    {group.name: group.label for group in GROUPS},
    "same_test_code",
    help="A click on an experiment chooses it and trains it at once; Train begins anew with what is set.",
)
VARIANTS: Mapping[str, Choice] = MappingProxyType(
    {
        group.name: _starting(group.key, group.choice, group.variants, next(iter(group.variants)), group.help)
        for group in GROUPS
        if group.variants
    }
)
RATE = Slider(
    "training_rate",
    "dropout rate",
    0.3,
    0.05,
    0.9,
    0.05,
    help="Where an experiment has a constant rate, it can be changed by hand while it trains.",
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
    True,
)

# Those of a person's own runs stand in `own`.
SETTINGS: tuple[Setting, ...] = (EXPERIMENT, *VARIANTS.values(), RATE, SEEDS, CURVES, FRAMEWORK)


def choose_ready_made(name: str) -> Chosen:
    """Show the settings of a ready-made experiment and return what they choose."""
    variant = show(VARIANTS[name]) if name in VARIANTS else name
    rate = show(RATE)
    seeds = int(show(SEEDS))
    experiment = experiments(rate)[variant]
    (group,) = [group for group in GROUPS if group.name == name]
    return Chosen(group, experiment, experiment.data(), tuple(range(seeds)), (variant, seeds), (rate,))
