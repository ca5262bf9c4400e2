"""Two units behind dropout whose masks are shared by elements, channels, a whole path, or by nobody but a weight.

Axes of results: kind (`KINDS`), rate. The inputs of both units are channels × places; every channel has one weight
a unit, as behind an average over places, or as in a recurrent layer, whose places are time steps.
"""

from dataclasses import dataclass

import numpy as np

from dropviz.numbers.checks import (
    Checked,
    Floats,
    check_count,
    checked,
    quotient,
)
from dropviz.numbers.estimate import Estimates
from dropviz.numbers.rates import GRID, check_rising
from dropviz.simulation.masks import check_masked, masked_sums
from dropviz.simulation.where.spread import WIDE_RATE, Spread, near, spread
from dropviz.theory.activations import RELU
from dropviz.theory.groups import covariance_error, group_covariance, group_square_product
from dropviz.theory.standard_errors import variance_error

KINDS = ("element", "channel", "path", "weight")
DRAWN = KINDS[:2]  # whose z has a distribution; that of a path has two values


@dataclass(frozen=True, slots=True)
class GroupsConfig(Checked):
    """``channels`` × ``places`` inputs, 1 to 16 each, ReLU of a normal; weights from N(1, ½²)/(channels × places)."""

    channels: int = checked(8, check_count, 1, 16)
    places: int = checked(8, check_count, 1, 16)
    rates: tuple[float, ...] = checked(GRID, check_rising)
    masks: int = checked(4000, check_count, 2, 100_000)
    seed: int = checked(3, check_count, 0, 2**63 - 1)

    def __post_init__(self) -> None:
        Checked.__post_init__(self)
        check_masked("masks", self.masks, self.channels * self.places)


@dataclass(frozen=True, slots=True, eq=False)
class Grouped(Estimates):
    """One unit's z over masks, its mean and standard deviation, and its covariance with a second; all (kind, rate)."""

    config: GroupsConfig
    tested: float  # z without dropout
    mean: Floats
    mean_se: Floats
    exact_mean: Floats
    deviation: Floats
    deviation_se: Floats
    exact_deviation: Floats
    covariance: Floats
    covariance_se: Floats
    exact_covariance: Floats
    spread: Spread  # of z, by the kinds `DRAWN`


def grouped(config: GroupsConfig) -> Grouped:
    """Draw the inputs, the weights of both units, and masks of every kind."""
    rng, shape = np.random.default_rng(config.seed), (config.channels, config.places)
    inputs = RELU.sample(rng, config.channels * config.places).reshape(shape)
    weights = (1.0 + 0.5 * rng.standard_normal((2, config.channels))) / inputs.size
    terms = weights[:, :, None] * inputs  # of each unit, channel and place
    sums = {
        "element": terms.reshape(2, -1),
        "channel": terms.sum(axis=2),
        "path": terms.sum(axis=(1, 2))[:, None],
        "weight": terms.reshape(2, -1),
    }
    drawn = {kind: _both_z(config, kind, sums[kind]) for kind in KINDS}
    tested = float(terms[0].sum())
    seen = [_seen(config, drawn[kind], sums[kind], kind == "weight") for kind in KINDS]
    exact_mean = np.full((len(KINDS), len(config.rates)), tested)
    columns = dict(
        zip(seen[0], map(np.array, zip(*(one.values() for one in seen), strict=True)), strict=True)
    )
    wide = near(config.rates, WIDE_RATE)
    reach = 4.0 * float(columns["exact_deviation"][: len(DRAWN), wide].max())
    # and both values of a path
    ends = (tested - reach, tested + reach, 0.0, tested / (1.0 - config.rates[wide]))
    return Grouped(
        config=config,
        tested=tested,
        spread=spread([drawn[kind][0] for kind in DRAWN], config.rates, min(ends), max(ends)),
        exact_mean=exact_mean,
        **columns,
    )


def _both_z(config: GroupsConfig, kind: str, sums: Floats) -> tuple[Floats, Floats]:
    """Z of both units, shape (mask, rate) each: behind the same masks, or behind masks of their own."""
    rates = np.asarray(config.rates)

    def z(unit: int) -> Floats:
        own = unit if kind == "weight" else 0
        rng = np.random.default_rng(np.random.SeedSequence(config.seed, spawn_key=(KINDS.index(kind), own)))
        return masked_sums(rng, sums[unit], config.masks, rates) / (1.0 - rates)

    return z(0), z(1)


def _seen(config: GroupsConfig, both: tuple[Floats, Floats], sums: Floats, apart: bool) -> dict[str, Floats]:
    """What masks show of both units, with errors from their law, and the closed forms; shape (rate,) each."""
    count, rates = config.masks, np.asarray(config.rates)
    variance, beside = (group_covariance(rates, each, each) for each in sums)
    covariance = np.zeros_like(variance) if apart else group_covariance(rates, *sums)
    product = variance * beside if apart else group_square_product(rates, *sums)
    # measured from the first mask, z that does not vary has a deviation of 0 to the bit
    moved = [each - each[0] for each in both]
    apart_from_mean = [each - each.mean(axis=0) for each in moved]
    seen = np.square(apart_from_mean[0]).sum(axis=0) / (count - 1)
    error = variance_error(variance, group_square_product(rates, sums[0], sums[0]), count)
    return {
        "mean": both[0].mean(axis=0),
        "mean_se": np.sqrt(variance / count),
        "deviation": np.sqrt(seen),
        "deviation_se": np.nan_to_num(quotient(error, 2.0 * np.sqrt(variance))),
        "exact_deviation": np.sqrt(variance),
        "covariance": (apart_from_mean[0] * apart_from_mean[1]).sum(axis=0) / (count - 1),
        "covariance_se": covariance_error(product, covariance, variance * beside, count),
        "exact_covariance": covariance,
    }
