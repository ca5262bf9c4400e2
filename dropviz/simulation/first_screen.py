"""What the first screen shows of a sweep beside its moments: distributions, and a few units."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from dropviz.numbers.checks import Floats
from dropviz.simulation.histogram import (
    Distribution,
    Histogram,
    PointMass,
    Units,
    even_edges,
    even_units,
    histogram,
    some_units,
)
from dropviz.simulation.sweep import Sweep, SweepConfig
from dropviz.theory.activations import Activations
from dropviz.theory.strategies import Strategy, strategy

UNITS_SHOWN, BARS, BINS = 24, 12, 56
CROWD_BINS, CROWD = 48, 4096  # of all units before dropout: bins, and quantiles that are counted
# where an axis of shares may end
TOPS = np.array([0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.05])


class Crowd(NamedTuple):
    """The law of the activations, of which a dozen units are a few: shares in per cent."""

    edges: Floats  # of the bins, shape (bin + 1,)
    share: Floats  # activations in each bin that are not 0, shape (bin,)
    zero: float  # those that are


@dataclass(frozen=True, slots=True, eq=False)
class FirstScreen:
    """A sweep, and what one looks at beside its moments."""

    sweep: Sweep
    # by strategy, all on the same bins; point masses: "train" and "test", both at 0. Empty where nobody looks at them
    distributions: Mapping[str, Distribution]
    units: Units  # a few of the sweep
    dozen: Units  # and others of it, evenly spread,
    crowd: Crowd  # of all that there could be


def first_look(result: Sweep, units: int = UNITS_SHOWN, counted: bool = True) -> FirstScreen:
    """Pick at most ``units`` units of ``result``, and count its outputs, for which its first 131,072 are drawn again.

    Those that are not ``counted`` have no distributions.
    """
    config = result.config
    few, dozen = some_units(config, units), even_units(config, BARS)
    return FirstScreen(result, _counted(config) if counted else {}, few, dozen, crowd(config.activations))


def _counted(config: SweepConfig) -> dict[str, Distribution]:
    outputs, rates = histogram(config), np.asarray(config.rates)
    edges, top = _axes(outputs, config.activations)
    return {name: _distribution(strategy(name), outputs, rates, edges, top) for name in config.strategies}


@lru_cache(maxsize=32)  # it is the same for every draw
def crowd(activations: Activations) -> Crowd:
    """Count the quantiles of the law: exact but for 1/4096 a bin and what is rarer than 1/8192 at either end."""
    values = activations.quantile((np.arange(CROWD) + 0.5) / CROWD)
    edges = even_edges(float(values.min()), float(values.max()), CROWD_BINS)
    counts, _ = np.histogram(values[values != 0.0], edges)
    return Crowd(edges, 100.0 * counts / CROWD, 100.0 * float((values == 0.0).mean()))


def _axes(outputs: Histogram, activations: Activations) -> tuple[Floats, float]:
    """Bin edges and the top of the axis: room for the activations stretched or raised about twice.

    They depend on the law, the top only roughly on the sample: another draw finds the same axes.
    """
    low, high = (1.5 * float(edge) for edge in activations.quantile(np.array([0.005, 0.995])))
    low, high = min(0.0, low), max(0.0, high)
    if low == high:
        low, high = -1.0, 1.0
    edges = np.linspace(low, high, BINS + 1)
    tallest = float(outputs.shares(slice(-1, None), np.ones(1), edges).max())
    return edges, 100.0 * float(TOPS[min(int(np.searchsorted(TOPS, 2.0 * tallest)), len(TOPS) - 1)])


def _distribution(
    chosen: Strategy, outputs: Histogram, rates: Floats, edges: Floats, top: float
) -> Distribution:
    train_scale, test_scale = chosen.train_scale(rates), chosen.test_scale(rates)
    train = 100.0 * outputs.shares(slice(-1), train_scale, edges)
    test = 100.0 * outputs.shares(slice(-1, None), test_scale, edges)
    train_zero = np.where(np.isfinite(train_scale), 100.0 * outputs.zero[:-1], np.nan)
    test_zero = np.where(test_scale > 0.0, 100.0 * outputs.zero[-1], 100.0)
    at_zero = np.zeros_like(rates)
    return Distribution(
        edges=edges,
        top=top,
        train=train,
        test=test if (test != test[0]).any() else test[:1],
        masses={"train": PointMass(train_zero, at_zero), "test": PointMass(test_zero, at_zero)},
        outside=100.0 - train_zero - train.sum(axis=1),
    )
