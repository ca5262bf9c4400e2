"""What a visitor may set on the page of training, and the experiment that it makes."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from dropviz.datasets.splits import Split
from dropviz.frameworks.scripts import TARGETS
from dropviz.settings.kinds import Choice, Number, Setting
from dropviz.training.curves import VIEWS
from dropviz.training.experiments import GROUPS, OWN, Experiment, Group, experiments
from dropviz.ui.pages.training.session import want_training
from dropviz.ui.settings.session import saved
from dropviz.ui.settings.widgets import show


def pick(name: str) -> None:
    """Choose an experiment; a ready-made one starts at once, whatever is running."""
    saved()[EXPERIMENT.key] = name
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


EXPERIMENT = Choice(
    "training",
    "experiment",
    {group.name: group.label for group in GROUPS},
    "same_test_code",
    help="A click on an experiment chooses it and trains it at once; Train begins anew with what is set.",
    control="page",
)
# A click starts the training, an address only chooses.
VARIANTS: Mapping[str, Choice] = MappingProxyType(
    {
        group.name: Choice(
            group.key, group.choice, group.variants, next(iter(group.variants)), group.help, "segments"
        )
        for group in GROUPS
        if group.variants
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

# Those of a person's own runs stand in `own`.
SETTINGS: tuple[Setting, ...] = (EXPERIMENT, *VARIANTS.values(), RATE, SEEDS, CURVES, FRAMEWORK)


def choose_ready_made(name: str) -> Chosen:
    """Show the settings of a ready-made experiment and return what they choose."""
    variant = show(VARIANTS[name], want_training) if name in VARIANTS else name
    rate = show(RATE)
    seeds = int(show(SEEDS))
    experiment = experiments(rate)[variant]
    (group,) = [group for group in GROUPS if group.name == name]
    return Chosen(group, experiment, experiment.data(), tuple(range(seeds)), (variant, seeds), (rate,))
