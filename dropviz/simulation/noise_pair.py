"""What the page of zero-mean noise shows: one noise beside inverted dropout, and the exact moments of every noise."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from dropviz.numbers.checks import Floats, drop_rounding, quotient
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.rates import GRID
from dropviz.simulation.histogram import Distribution, PointMass
from dropviz.simulation.noise_sweep import (
    NoiseConfig,
    NoiseDensities,
    NoiseSweep,
    noise_densities,
    noise_sweep,
)
from dropviz.theory.activations import RELU, Activations
from dropviz.theory.moments import Moments
from dropviz.theory.noise import MaskNoise, SpreadNoise, noise, noises

QUANTILES = 4000  # of the activations, for the distribution of the test output
ROUNDING = 1e-12  # relative; a mean below it is what a difference of equals leaves


@dataclass(frozen=True, slots=True)
class NoisePairConfig:
    """The noise ``other`` beside inverted dropout; `NoiseConfig` has the meaning and the range of the rest."""

    other: str
    activations: Activations = RELU
    units: int = 100_000
    rates: tuple[float, ...] = GRID
    seed: int = 7
    display_units: int = 10_000

    def __post_init__(self) -> None:
        if self.other == "inverted":
            raise ValueError("other must be a noise beside 'inverted'; got 'inverted'")
        self.shown()

    def compared(self) -> NoiseConfig:
        """What is simulated for the moments: standard dropout too."""
        names = ("inverted", "standard") if self.other == "standard" else ("standard", "inverted", self.other)
        return NoiseConfig(self.activations, self.units, self.rates, names, self.seed)

    def shown(self) -> NoiseConfig:
        """What is simulated for the distributions: the pair alone."""
        return replace(self.compared(), noises=("inverted", self.other), display_units=self.display_units)


@dataclass(frozen=True, slots=True, eq=False)
class NoisePair:
    """One noise beside inverted dropout. Axes of the estimates: noise as in ``sweep``, rate."""

    sweep: NoiseSweep  # of the pair, and of standard dropout; the other noise is the last
    pair: tuple[str, str]  # "inverted", and the other noise
    # of the outputs of the pair, on the same bins; masses in training: "dropped" and "zero" (kept, 0 before), or
    # "zeros" where both are at 0; and "test" (0 at test)
    distributions: Mapping[str, Distribution]
    mean: Estimate  # of the noise, which is output − activation
    variance: Estimate  # of the noise
    # training/test; the simulated one is over the exact test variance, which adds no error. NaN where that is 0
    variance_ratio: Estimate
    mean_gap: Estimate  # test − training mean of the outputs
    # every noise there is → its "noise", "train" and "test" moments, shape (rate,)
    exact: Mapping[str, Mapping[str, Moments]]
    # every noise there is → the mean of the noise at a unit, as a share of its activation, shape (rate,)
    unit_mean: Mapping[str, Floats]


def noise_pair(config: NoisePairConfig) -> NoisePair:
    """Simulate the two noises of ``config``."""
    sweep, source, rates = noise_sweep(config.compared()), config.activations, np.asarray(config.rates)
    mean, train, test = sweep.noise.estimates("mean"), sweep.train, sweep.test
    gap = _settled(test.exact_mean - train.exact_mean, source)
    return NoisePair(
        sweep=sweep,
        pair=("inverted", config.other),
        distributions=_distributions(noise_densities(config.shown())),
        mean=replace(mean, exact=_settled(mean.exact, source)),
        variance=sweep.noise.estimates("variance"),
        variance_ratio=train.estimates("variance").each(lambda part: quotient(part, test.exact_variance)),
        mean_gap=Estimate(gap, test.exact_mean - train.mean, train.estimates("mean").error),
        exact={name: _exact(kind, rates, source) for name, kind in noises().items()},
        unit_mean={
            name: drop_rounding(kind.noise_moments(rates, 1.0, 0.0).mean * np.ones_like(rates), 1.0, ROUNDING)
            for name, kind in noises().items()
        },
    )


def _settled(means: Floats, activations: Activations) -> Floats:
    """Means without rounding: what is 0 is drawn and written as 0."""
    size = math.sqrt(activations.exact_variance + activations.exact_mean**2)
    return drop_rounding(means, size, ROUNDING)


def _exact(kind: MaskNoise | SpreadNoise, rates: Floats, activations: Activations) -> dict[str, Moments]:
    mu, v, everywhere = activations.exact_mean, activations.exact_variance, np.ones_like(rates)
    moments = {
        "noise": kind.noise_moments(rates, mu, v),
        "train": kind.output_moments(rates, mu, v),
        "test": kind.test_moments(rates, mu, v),
    }
    return {
        phase: Moments(_settled(mean, activations) * everywhere, variance * everywhere)
        for phase, (mean, variance) in moments.items()
    }


# ---- distributions --------------------------------------------------------------------------------------------------


def _distributions(densities: NoiseDensities) -> dict[str, Distribution]:
    """The distribution of every noise, on the same axes."""
    activations, edges = densities.config.activations, densities.edges
    clean, test_zero = _test_shares(activations, edges, np.ones(1))
    top = min(105.0, 2.1 * float(clean.max())) or 100.0
    rates = np.asarray(densities.config.rates)
    pictures = {}
    for index, name in enumerate(densities.config.noises):
        kind = noise(name)
        scaled = kind.test_scale(rates) if kind.needs_test_scale else np.ones(1)
        pictures[name] = Distribution(
            edges=edges,
            top=top,
            train=100 * (edges[1] - edges[0]) * densities.density[index],
            test=_test_shares(activations, edges, scaled)[0],
            masses=_masses(densities, index, test_zero),
            outside=100 * densities.outside_mass[index],
        )
    return pictures


def _masses(densities: NoiseDensities, index: int, test_zero: float) -> dict[str, PointMass]:
    """The point masses that there are; where those in training are both at 0 at every rate they are one."""
    dropped = PointMass(100 * densities.dropped_mass[index], densities.dropped_value[index])
    zero = PointMass(100 * densities.zero_mass[index], densities.zero_value[index])
    everywhere = np.ones_like(zero.share)
    masses = {"dropped": dropped, "zero": zero, "test": PointMass(test_zero * everywhere, 0.0 * everywhere)}
    if (dropped.at == zero.at).all():
        masses = {"zeros": PointMass(dropped.share + zero.share, zero.at), "test": masses["test"]}
    return {name: mass for name, mass in masses.items() if mass.share.any()}


def _test_shares(activations: Activations, edges: Floats, scales: Floats) -> tuple[Floats, float]:
    """Per cent of units a bin of ``scale``·a that are not 0, shape (scale, bin), and per cent that are 0."""
    values = activations.quantile((np.arange(QUANTILES) + 0.5) / QUANTILES)
    moved = values[values != 0.0]
    shares = [100 * np.histogram(scale * moved, edges)[0] / QUANTILES for scale in scales.tolist()]
    return np.array(shares), 100.0 * (1.0 - len(moved) / QUANTILES)
