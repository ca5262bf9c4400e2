"""What a scene's picture is drawn from: a result of its page, or the part of it that the picture shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from dropviz.numbers.checks import Floats
from dropviz.numbers.rates import rate_grid
from dropviz.schedules import annealed
from dropviz.simulation.changing_rate import ChangingRate, changing_rate
from dropviz.simulation.first_screen import FirstScreen, first_look
from dropviz.simulation.layer import layer_sweep
from dropviz.simulation.mistakes import Mistake, MistakeConfig, beside_inverted
from dropviz.simulation.next_layer import NextLayerConfig
from dropviz.simulation.nonlinearity import UnitOutput, unit_output
from dropviz.simulation.sweep import Sweep, SweepConfig, sweep
from dropviz.training.config import same_path

RATES = rate_grid(0.0, 0.95, 0.01)
PLACES = 100  # of the slider along a schedule, less one; beside words it is shorter than on its page
UNITS_SHOWN = 16  # neurons of a strategy


@dataclass(frozen=True, slots=True, eq=False)
class LearningRates:
    """Standard's learning rate over inverted's on the same path: optimizer → shape (rate,)."""

    rates: Floats
    factors: Mapping[str, Floats]


Result = Sweep | FirstScreen | Floats | Mistake | UnitOutput | ChangingRate | LearningRates


def sample(given: Mapping[str, Any]) -> Sweep:
    """Units under both strategies, or others."""
    return sweep(SweepConfig(units=given["units"], strategies=given["strategies"], seed=given["seed"]))


def screen(given: Mapping[str, Any]) -> FirstScreen:
    """The same, and what one looks at."""
    return first_look(sample(given), UNITS_SHOWN)


def which_p(_: Mapping[str, Any]) -> Floats:
    """The rates: both factors that a p can mean are closed forms of them."""
    return np.array(RATES)


def mistake(given: Mapping[str, Any]) -> Mistake:
    """A mistake beside inverted dropout."""
    name = given["mistakes_kind"]
    return beside_inverted(MistakeConfig(SweepConfig(strategies=("inverted", name)), name))


def unit(given: Mapping[str, Any]) -> UnitOutput:
    """The small unit of the next layer."""
    config = NextLayerConfig(
        unit_inputs=given["layer_inputs"],
        weight_scale=given["layer_scale"],
        bias=given["layer_bias"],
        nonlinearity=given["layer_f"],
        seed=given["layer_seed"],
    )
    return unit_output(layer_sweep(config.unit), config.nonlinearity)


def annealing(given: Mapping[str, Any]) -> ChangingRate:
    """A rate that falls in a straight line to 0 until the last step."""
    steps = given["schedule_steps"]
    return changing_rate(annealed(given["schedule_start"], steps), steps, PLACES)


def learning_rates(_: Mapping[str, Any]) -> LearningRates:
    """The learning rates of one path."""
    return LearningRates(np.array(RATES), same_path(RATES))
