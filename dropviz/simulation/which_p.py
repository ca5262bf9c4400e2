"""What dividing by the rate and by keep do in training, for the question which of them p is."""

from dataclasses import dataclass

import numpy as np

from dropviz.numbers.estimate import Estimate
from dropviz.simulation.sweep import SweepConfig, sweep

STRATEGIES = ("wrong_train", "inverted")  # training divides by the rate, by keep; test by nothing


@dataclass(frozen=True, slots=True, eq=False)
class WhichP:
    """Both factors of the question. Axes: divided by the rate, by keep; rate."""

    rates: tuple[float, ...]
    # training mean over test mean; at test nothing is changed, so the exact test mean is μ, and adds no error
    means: Estimate


def which_p(config: SweepConfig) -> WhichP:
    """Simulate both; ValueError for other strategies than `STRATEGIES`, and for mean 0, which no factor changes."""
    mu = config.activations.exact_mean
    if config.strategies != STRATEGIES:
        raise ValueError(f"config must be of the strategies {STRATEGIES}; got {config.strategies}")
    if mu == 0.0:
        raise ValueError("config must be of activations whose mean is not 0; got mean 0")
    result = sweep(config)
    error = np.where(result.mean_fair, result.mean_se, np.nan)
    return WhichP(
        rates=config.rates,
        means=Estimate(result.exact_mean[:, 0] / mu, result.mean[:, 0] / mu, error[:, 0] / abs(mu)),
    )
