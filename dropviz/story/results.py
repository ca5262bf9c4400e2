"""What a scene's picture is drawn from: a result of its page, or the part of it that the picture shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from dropviz.numbers.checks import Floats
from dropviz.numbers.rates import rate_grid
from dropviz.schedules import annealed
from dropviz.simulation.changing_rate import ChangingRate, changing_rate
from dropviz.simulation.layer import LayerConfig
from dropviz.simulation.mistakes import Mistake, MistakeConfig, beside_inverted
from dropviz.simulation.next_layer import STRATEGIES, UnitOutput, unit_output
from dropviz.simulation.sweep import Sweep, SweepConfig, sweep
from dropviz.story.scenes import Scene, Story
from dropviz.training.same_path import same_path

RATES = rate_grid(0.0, 0.95, 0.01)
PLACES = 100  # of the slider along a schedule, less one; beside words it is shorter than on its page


@dataclass(frozen=True, slots=True, eq=False)
class LearningRates:
    """Standard's learning rate over inverted's on the same path: optimizer → shape (rate,)."""

    rates: Floats
    factors: Mapping[str, Floats]


Result = Sweep | Mistake | UnitOutput | ChangingRate | LearningRates


def results_of(story: Story) -> list[Result]:
    """Compute what every scene shows, in order."""
    return [result_of(scene) for scene in story.scenes]


def result_of(scene: Scene) -> Result:
    """Compute what ``scene`` shows."""
    return _COMPUTED[scene.picture](scene)


def _sample(scene: Scene) -> Sweep:
    return sweep(
        SweepConfig(
            units=scene.value("units"), strategies=scene.value("strategies"), seed=scene.value("seed")
        )
    )


def _which_p(_: Scene) -> Sweep:
    return sweep(SweepConfig(strategies=("wrong_train", "inverted")))


def _mistake(scene: Scene) -> Mistake:
    name = scene.value("mistakes_kind")
    return beside_inverted(MistakeConfig(SweepConfig(strategies=("inverted", name)), name))


def _unit(scene: Scene) -> UnitOutput:
    config = LayerConfig(
        fan_in=scene.value("layer_inputs"),
        weight_mean=1.0,
        weight_scale=scene.value("layer_scale"),
        bias=scene.value("layer_bias"),
        strategies=STRATEGIES,
        seed=scene.value("layer_seed"),
    )
    return unit_output(config, scene.value("layer_f"))


def _annealing(scene: Scene) -> ChangingRate:
    steps = scene.value("schedule_steps")
    return changing_rate(annealed(scene.value("schedule_start"), steps), steps, PLACES)


def _learning_rates(_: Scene) -> LearningRates:
    return LearningRates(np.array(RATES), same_path(RATES))


_COMPUTED: Mapping[str, Callable[[Scene], Result]] = MappingProxyType(
    {
        "distributions": _sample,
        "mask": _sample,
        "means": _sample,
        "variances": _sample,
        "variance_ratio": _sample,
        "test_factors": _sample,
        "which_p": _which_p,
        "mistakes": _mistake,
        "next_layer": _unit,
        "annealing": _annealing,
        "learning_rates": _learning_rates,
    }
)
