"""The evidence for the answer: what decides between the strategies, and what does not, at every rate."""

from dataclasses import dataclass

import numpy as np

from dropviz.numbers.checks import Checked, Floats, check_count, checked
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.rates import GRID
from dropviz.schedules import annealed, compare_test_factors
from dropviz.simulation.layer import LayerConfig, LayerSweep, layer_sweep
from dropviz.simulation.noise_sweep import NoiseConfig, noise_sweep
from dropviz.simulation.nonlinearity import LogisticUnit, logistic_unit
from dropviz.simulation.sweep import Sweep, SweepConfig, sweep
from dropviz.theory.activations import RELU, Activations

STRATEGIES = ("standard", "inverted", "none", "wrong_test")
NOISES = ("standard", "inverted", "gaussian")
LAYERS = ("standard", "inverted")


@dataclass(frozen=True, slots=True)
class EvidenceConfig(Checked):
    """The source, how many ``units`` of it are drawn, 2 to 2,000,000, the rates, and the steps of an annealed rate."""

    activations: Activations = RELU
    units: int = checked(100_000, check_count, 2, 2_000_000)
    rates: tuple[float, ...] = GRID
    steps: int = checked(100, check_count, 1, 10_000)


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the answer rests on, all of it on the same rates."""

    rates: Floats  # shape (rate,)
    sweep: Sweep  # of `STRATEGIES`
    layer: LayerSweep  # of `LAYERS`
    noise: Estimate  # mean of the noise that each of `NOISES` adds, shape (noise, rate)
    # while the rate falls in a straight line to 0
    annealed: tuple[str, ...]  # what each test factor is taken from,
    worst_error: Floats  # and the largest relative error of its test mean, by first rate; (factor, rate)
    least_error: Floats  # the same of the best single factor there is, shape (rate,)
    unit: LogisticUnit  # one unit over all its masks


def evidence(config: EvidenceConfig) -> Evidence:
    """Gather the evidence.

    A single factor f at test is off by |f/k − 1| at a step with keep k. While k rises to 1, its worst error is
    max(f/k₀ − 1, 1 − f), least at f = 2·k₀/(1 + k₀), with k₀ the first keep: (1 − k₀)/(1 + k₀) = r/(2 − r).
    """
    rates, steps, source = config.rates, range(config.steps + 1), config.activations
    falling = [compare_test_factors(annealed(rate, config.steps), steps) for rate in rates]
    noises = noise_sweep(NoiseConfig(source, config.units, rates, NOISES))
    return Evidence(
        rates=np.asarray(rates),
        sweep=sweep(SweepConfig(source, config.units, rates, STRATEGIES)),
        layer=layer_sweep(LayerConfig(source, rates=rates, strategies=LAYERS, weight_mean=8.0, bias=1.0)),
        noise=noises.noise.estimates("mean"),
        annealed=falling[0].names,
        worst_error=np.array([compared.worst_error for compared in falling]).T,
        least_error=np.asarray(rates) / (2.0 - np.asarray(rates)),
        unit=logistic_unit([0.5] * 8, [1.0] * 8, -2.0, rates),
    )
