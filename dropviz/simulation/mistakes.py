"""What the museum shows: a mistake beside inverted dropout, dropout left on at test, an example to diagnose."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from dropviz.numbers.checks import Floats, quotient
from dropviz.numbers.estimate import Estimate
from dropviz.simulation.histogram import Units, some_units
from dropviz.simulation.layer import LayerConfig, layer_sweep
from dropviz.simulation.sweep import Sweep, SweepConfig, sweep
from dropviz.theory.activations import Normal
from dropviz.theory.diagnosis import LEFT_ON
from dropviz.theory.moments import invisible_rate, mean_ratio
from dropviz.theory.observation import Observation
from dropviz.theory.strategies import strategies, strategy

UNITS_SHOWN = 20
BINS, ANSWERS = 56, 6
FRAMED_RATE, TALLEST_RATE = 0.6, 0.2  # the picture has room for the spread at the one, the bars at the other
EXAMPLE_UNITS = 20_000
EXAMPLE_RATES = (0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8)


@dataclass(frozen=True, slots=True)
class MistakeConfig:
    """The mistake ``name`` in the foreground of a sweep of "inverted" and of one mistake or more.

    ValueError if "inverted" or ``name`` is not in the sweep, or ``name`` is no mistake.
    """

    sweep: SweepConfig
    name: str

    def __post_init__(self) -> None:
        held = self.sweep.strategies
        if not strategy(self.name).mistake:
            raise ValueError(f"name must be a mistake; got {self.name!r}")
        if not {"inverted", self.name} <= set(held):
            raise ValueError(f"sweep must hold 'inverted' and {self.name!r}; it holds {', '.join(held)}")


@dataclass(frozen=True, slots=True, eq=False)
class Mistake:
    """One mistake beside inverted dropout, on the same activations and masks."""

    name: str  # the mistake in the foreground
    sweep: Sweep  # the means of all strategies
    # by strategy: test mean / training mean of the output of a unit, and of all; not simulated where these means are 0,
    # and NaN where all of a few units were dropped
    ratios: Mapping[str, Estimate]
    invisible_rate: float | None  # inside (0, 1), where the two means are equal; None if there is none
    centred: bool  # whether the activations have mean 0, and so have all outputs
    units: Units  # a few, to be drawn one by one


def beside_inverted(config: MistakeConfig) -> Mistake:
    """Simulate the mistake and what stands beside it."""
    result, row = sweep(config.sweep), strategy(config.name)
    centred, simulated = config.sweep.activations.exact_mean == 0.0, result.gap("mean_ratio")
    finite = np.where(np.isfinite(simulated), simulated, np.nan)
    return Mistake(
        name=config.name,
        sweep=result,
        ratios={
            name: Estimate(mean_ratio(strategy(name), config.sweep.rates))
            if centred
            else replace(result.gap_estimate("mean_ratio", name), simulated=finite[at])
            for at, name in enumerate(config.sweep.strategies)
        },
        invisible_rate=invisible_rate(row),
        centred=centred,
        units=some_units(config.sweep, UNITS_SHOWN),
    )


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """What one unit answers to one input, over masks, with inverted dropout left on at test, and off."""

    rates: Floats
    masks: int  # how many were drawn
    off: float  # the answer z with dropout off
    first: Floats  # the answers under the first few masks, shape (mask, rate)
    edges: Floats  # of bins around the answers of a middling rate, 0 and ``off``
    shares: Floats  # per cent of the masks whose answer falls into each bin, shape (rate, bin)
    top: float  # where the axis of the shares ends, per cent; taller bars are cut
    mean: Estimate  # of the answers over masks
    std: Estimate  # the same, shape (rate,)
    # per cent of the masks whose answer lies on the other side of 0 than ``off``; there are too many masks to list:
    # its ``exact`` is the simulated share too
    flipped: Estimate


def answers_left_on(config: LayerConfig) -> Answers:
    """Ask the unit of ``config`` the same thing under every mask, at every rate."""
    result = layer_sweep(replace(config, strategies=("inverted",)))
    prediction, off = result.training_z("inverted"), float(result.test_z[0, 0])
    rates, masks, std = np.asarray(config.rates), config.masks, np.sqrt(result.variance[0])
    # of a root: that of what is under it, over twice the root
    std_error = np.nan_to_num(quotient(result.variance_se[0], 2.0 * std))
    flipped = (prediction * np.sign(off) < 0.0).mean(axis=0)
    edges = _edges(prediction[:, np.abs(rates - FRAMED_RATE).argmin()], off)
    counts = [np.histogram(answers, edges)[0] for answers in prediction.T]
    percent = 100.0 * np.array(counts) / masks
    tallest = float(percent[np.abs(rates - TALLEST_RATE).argmin()].max())
    flipped_error = 100.0 * np.sqrt(flipped * (1.0 - flipped) / masks)
    return Answers(
        rates=rates,
        masks=masks,
        off=off,
        first=prediction[:ANSWERS],
        edges=edges,
        shares=percent,
        top=min(105.0, 1.3 * tallest or 105.0),
        mean=Estimate(np.full(len(rates), off), prediction.mean(axis=0), std / np.sqrt(masks)),
        std=Estimate(np.sqrt(result.exact_variance[0]), std, std_error),
        flipped=Estimate(100.0 * flipped, 100.0 * flipped, flipped_error),
    )


def _edges(answers: Floats, off: float) -> Floats:
    """Bin edges around nearly all ``answers``, 0 and ``off``, shape (bin + 1,)."""
    low, high = np.quantile(answers, [0.002, 0.998])
    low, high = min(float(low), off, 0.0), max(float(high), off, 0.0)
    margin = 0.08 * (high - low) or 1.0
    return np.linspace(low - margin, high + margin, BINS + 1)


def example(seed: int) -> Observation:
    """Simulate what a person with a mistake would see: means of three samples, rounded as one would type them.

    The mistake, the rate and the scale of the activations are drawn from the seed.
    """
    rng = np.random.default_rng(seed)
    wrong = [name for name, row in strategies().items() if row.mistake]
    name = str(rng.choice([*wrong, LEFT_ON]))
    rate = float(rng.choice(EXAMPLE_RATES))
    source = Normal(std=float(rng.uniform(0.5, 3.0)), relu=True)

    def mean(made: str, phase: int) -> tuple[float, float]:
        sample = int(rng.integers(2**31))  # training, test and clean data are different data
        seen = sweep(SweepConfig(source, EXAMPLE_UNITS, (rate,), (made,), sample))
        return float(f"{seen.mean[0, phase, 0]:.4g}"), float(f"{seen.mean_se[0, phase, 0]:.2g}")

    made = "inverted" if name == LEFT_ON else name
    return Observation(rate, *mean(made, 0), *mean(made, int(name != LEFT_ON)), *mean("inverted", 1))
