"""What a scene's picture is drawn from: the simulation or the closed form that its settings decide."""

from dataclasses import dataclass

import numpy as np

from dropviz.numbers.checks import Floats
from dropviz.numbers.rates import rate_grid
from dropviz.schedules import FactorComparison, annealed, compare_test_factors
from dropviz.simulation.layer import LayerConfig
from dropviz.simulation.next_layer import STRATEGIES, UnitOutput, unit_output
from dropviz.simulation.sweep import Sweep, SweepConfig, sweep
from dropviz.story.predictions import learning_rate_factor
from dropviz.story.scenes import Scene, Story

RATES = rate_grid(0.0, 0.95, 0.01)


@dataclass(frozen=True, slots=True, eq=False)
class LearningRates:
    """Standard's learning rate over inverted's on the same path. Axes of the factors: rate."""

    rates: Floats
    sgd: Floats
    adam: Floats


Result = Sweep | UnitOutput | FactorComparison | LearningRates


def results_of(story: Story) -> list[Result]:
    """Compute what every scene shows, in order."""
    return [result_of(scene) for scene in story.scenes]


def result_of(scene: Scene) -> Result:
    """Compute what ``scene`` shows; the settings that it leaves out have the defaults of its page."""
    given = dict(scene.settings)
    if scene.picture == "next_layer":
        return _unit_gap(
            given.get("layer_inputs", 12),
            given.get("layer_scale", 1.5),
            given.get("layer_bias", 0.0),
            given.get("layer_f", "relu"),
            given.get("layer_seed", 2),
        )
    if scene.picture == "annealing":
        steps = given.get("schedule_steps", 1000)
        return compare_test_factors(annealed(given.get("schedule_start", 0.5), steps), np.arange(steps + 1))
    if scene.picture == "learning_rates":
        sgd, adam = ([learning_rate_factor(name, rate).value for rate in RATES] for name in ("sgd", "adam"))
        return LearningRates(np.array(RATES), np.array(sgd), np.array(adam))
    strategies = given.get("strategies", ("standard", "inverted"))
    if scene.picture == "mistakes":
        strategies = ("inverted", given.get("mistakes_kind", "none"))
    if scene.picture == "which_p":
        strategies = ("wrong_train", "inverted")
    return sweep(
        SweepConfig(
            units=given.get("units", 100_000), rates=RATES, strategies=strategies, seed=given.get("seed", 7)
        )
    )


def _unit_gap(inputs: int, scale: float, bias: float, nonlinearity: str, seed: int) -> UnitOutput:
    config = LayerConfig(
        fan_in=inputs,
        weight_mean=1.0,
        weight_scale=scale,
        bias=bias,
        rates=RATES,
        strategies=STRATEGIES,
        masks=2000,
        seed=seed,
    )
    return unit_output(config, nonlinearity)
