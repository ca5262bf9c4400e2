"""The pictures that a scene can show: each is cut from a page, whose result, or a part of it, it is drawn from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from dropviz.numbers.checks import Floats
from dropviz.numbers.rates import GRID
from dropviz.schedules import annealed
from dropviz.settings import first_screen, mistakes, next_layer, schedule
from dropviz.settings.kinds import RATE, Choice, Choices, Number
from dropviz.simulation.changing_rate import ChangingRate, changing_rate
from dropviz.simulation.first_screen import BARS, FirstScreen, first_look
from dropviz.simulation.histogram import Units, even_units
from dropviz.simulation.layer import layer_sweep
from dropviz.simulation.mistakes import Mistake, MistakeConfig, beside_inverted
from dropviz.simulation.next_layer import NextLayerConfig
from dropviz.simulation.nonlinearity import UnitOutput, unit_output
from dropviz.simulation.sweep import Sweep, SweepConfig, sweep
from dropviz.theory.activations import Activations, Constant
from dropviz.training.config import learning_rate_factors

RATES = GRID
PLACES = 100  # of the slider along a schedule, less one; beside words it is shorter than on its page
UNITS_SHOWN = 16  # neurons of a strategy
ACTIVATION = 1.0  # of each unit of one mask


@dataclass(frozen=True, slots=True, eq=False)
class OneMask:
    """A few units that all put out the same, and at which index of the rates each is dropped."""

    strategies: tuple[str, ...]
    activation: float
    units: Units


Result = OneMask | Sweep | FirstScreen | Floats | Mistake | UnitOutput | ChangingRate | Mapping[str, Floats]


def _sample(given: Mapping[str, Any], activations: Activations) -> Sweep:
    return sweep(SweepConfig(activations, given["units"], strategies=given["strategies"], seed=given["seed"]))


def _screen(given: Mapping[str, Any], activations: Activations) -> FirstScreen:
    return first_look(_sample(given, activations), UNITS_SHOWN)


def _one_mask(given: Mapping[str, Any], _: Activations) -> OneMask:
    config = SweepConfig(activations=Constant(ACTIVATION), units=given["units"], seed=given["seed"])
    return OneMask(given["strategies"], ACTIVATION, even_units(config, BARS))


def _mistake(given: Mapping[str, Any], activations: Activations) -> Mistake:
    name = given["mistakes_kind"]
    return beside_inverted(MistakeConfig(SweepConfig(activations, strategies=("inverted", name)), name))


def _unit(given: Mapping[str, Any], activations: Activations) -> UnitOutput:
    settings = {name: given[one.key] for name, one in next_layer.FIELDS.items() if one.key in given}
    config = NextLayerConfig(activations=activations, **settings)
    return unit_output(layer_sweep(config.unit), config.nonlinearity)


def _annealing(given: Mapping[str, Any], _: Activations) -> ChangingRate:
    steps = given["schedule_steps"]
    return changing_rate(annealed(given["schedule_start"], steps), steps, PLACES)


class Picture(NamedTuple):
    """A cut of the page named ``address``: the settings that it takes, and what computes it from their values by key.

    The first setting is where the slider stands. ``fixed`` are settings of the page that no scene can change. ``suits``
    says of which activations it can be drawn; None, where it is drawn from none.
    """

    address: str
    settings: tuple[Number | Choice | Choices, ...]
    compute: Callable[[Mapping[str, Any], Activations], Result]
    fixed: Mapping[str, str] = MappingProxyType({})
    suits: Callable[[Activations], bool] | None = None


def _any(_: Activations) -> bool:
    return True


def _has_mean(activations: Activations) -> bool:
    return activations.exact_mean != 0.0


def _varies(activations: Activations) -> bool:
    return activations.exact_variance > 0.0


# A scene differs from its page in four settings: its sample is large enough for every curve, its mistakes are those of
# the table, its schedule starts at a rate that the pictures show, and its slider at the first step.
_UNITS = replace(first_screen.UNITS, low=100)
_TABLED = {name: mistakes.MISTAKE.options[name] for name in mistakes.TABLED}
_UNIT = (next_layer.UNIT_INPUTS, next_layer.SCALE, next_layer.BIAS, next_layer.NONLINEARITY, next_layer.SEED)
_STEP, _START = replace(schedule.STEP, default=0.0), replace(schedule.START, high=RATE.high)
_SAMPLE = Picture("explore", (RATE, _UNITS, first_screen.SEED, first_screen.STRATEGIES), _sample)
PICTURES: Mapping[str, Picture] = {
    "distributions": _SAMPLE._replace(compute=_screen, suits=_any),
    "mask": _SAMPLE._replace(compute=_one_mask, fixed={"view": "simple", "source": "constant"}),
    "means": _SAMPLE._replace(suits=_has_mean),
    "variances": _SAMPLE._replace(suits=_varies),
    "variance_ratio": _SAMPLE._replace(suits=_varies),
    "test_factors": _SAMPLE,
    "which_p": Picture("which-p", (RATE,), lambda *_: np.array(RATES)),
    "mistakes": Picture(
        "mistakes", (RATE, replace(mistakes.MISTAKE, options=_TABLED)), _mistake, suits=_has_mean
    ),
    "next_layer": Picture("next-layer", (RATE, *_UNIT), _unit, {next_layer.STEP.key: "nonlinearity"}, _any),
    "annealing": Picture("schedule", (_STEP, _START, schedule.TOTAL), _annealing),
    "learning_rates": Picture("answer", (RATE,), lambda *_: learning_rate_factors(RATES)),
}
# The one point that a person can drag: the y of a picture's curve at a rate. The other pictures show no single curve.
DRAGGABLE = ("means", "variances", "variance_ratio", "which_p", "mistakes", "test_factors", "learning_rates")
