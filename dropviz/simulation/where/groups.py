"""Two units behind dropout whose masks are shared by elements, channels, a whole path, or by nobody but a weight.

Axes of results: kind (`KINDS`), rate. The inputs of both units are channels × places; every channel has one weight
a unit, as behind an average over places, or as in a recurrent layer, whose places are time steps.
"""

from dataclasses import dataclass

import numpy as np

from dropviz.numbers.checks import ROUNDING, Bools, Floats, check_count, checked, drop_rounding
from dropviz.simulation.masks import masked_sums
from dropviz.simulation.where.sums import (
    WIDE_RATE,
    MaskHistogram,
    SumEstimates,
    SumsConfig,
    estimates_of,
    mask_histogram,
    near,
    unit_of,
)
from dropviz.theory.activations import RELU, Activations
from dropviz.theory.groups import covariance_error, group_covariance, group_square_product
from dropviz.theory.standard_errors import NEGLIGIBLE, fair
from dropviz.theory.sums import inverted_mask_moments, moments_of_sum

KINDS = ("element", "channel", "path", "weight")
DRAWN = KINDS[:2]  # whose z has a distribution; that of a path has two values


@dataclass(frozen=True, slots=True)
class GroupsConfig(SumsConfig):
    """``channels`` × ``places`` inputs, 1 to 16 each, of ``activations``; weights from N(1, ½²)/(channels × places)."""

    activations: Activations = RELU
    channels: int = checked(8, check_count, 1, 16)
    places: int = checked(8, check_count, 1, 16)

    @property
    def terms(self) -> int:
        """The inputs of a unit."""
        return self.channels * self.places


@dataclass(frozen=True, slots=True, eq=False)
class Grouped(SumEstimates):
    """One unit's z over masks, and its covariance with a second; all (kind, rate)."""

    config: GroupsConfig
    tested: float  # z without dropout
    covariance: Floats
    covariance_se: Floats
    covariance_fair: Bools
    exact_covariance: Floats
    histogram: MaskHistogram  # of z, by the kinds `DRAWN`


def grouped(config: GroupsConfig) -> Grouped:
    """Draw the inputs, the weights of both units, and masks of every kind."""
    rng, shape = np.random.default_rng(config.seed), (config.channels, config.places)
    inputs = config.activations.sample(rng, config.terms).reshape(shape)
    weights = (1.0 + 0.5 * rng.standard_normal((2, config.channels))) / inputs.size
    terms = weights[:, :, None] * inputs  # of each unit, channel and place
    sums = {
        "element": terms.reshape(2, -1),
        "channel": _total(terms, 2),
        "path": _total(terms, (1, 2))[:, None],
        "weight": terms.reshape(2, -1),
    }
    drawn = {kind: _both_z(config, kind, sums[kind]) for kind in KINDS}
    tested = float(_total(terms[0], (0, 1)))
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
        histogram=mask_histogram([drawn[kind][0] for kind in DRAWN], config.rates, min(ends), max(ends)),
        exact_mean=exact_mean,
        **columns,
    )


def _total(terms: Floats, axes: int | tuple[int, ...]) -> Floats:
    """The sum over ``axes``; 0 where terms of both signs leave no more than rounding."""
    return drop_rounding(terms.sum(axis=axes), np.abs(terms).sum(axis=axes), ROUNDING)


def _both_z(config: GroupsConfig, kind: str, sums: Floats) -> tuple[Floats, Floats]:
    """Z of both units, shape (mask, rate) each: behind the same masks, or behind masks of their own."""
    rates = np.asarray(config.rates)

    def z(unit: int) -> Floats:
        own = unit if kind == "weight" else 0
        rng = np.random.default_rng(np.random.SeedSequence(config.seed, spawn_key=(KINDS.index(kind), own)))
        return masked_sums(rng, sums[unit], config.masks, rates) / (1.0 - rates)

    return z(0), z(1)


def _seen(
    config: GroupsConfig, both: tuple[Floats, Floats], sums: Floats, apart: bool
) -> dict[str, Floats | Bools]:
    """What masks show of both units, with errors from their law, and the closed forms; shape (rate,) each."""
    count, rates, unit = config.masks, np.asarray(config.rates), unit_of(sums)
    scaled = sums / unit
    variances = group_covariance(rates, scaled[0], scaled[0]) * group_covariance(rates, scaled[1], scaled[1])
    covariance = np.zeros_like(variances) if apart else group_covariance(rates, *scaled)
    product = variances if apart else group_square_product(rates, *scaled)
    # of φ = x·y − Cov: E[φ²], and a bound of E[φ⁴]; the error leaves out the product of both means
    one, other = (moments_of_sum(each, inverted_mask_moments(rates)) for each in scaled)
    square = np.maximum(product - covariance**2, 0.0)
    fourths = one[4] * other[4] if apart else np.sqrt(one[8] * other[8])
    # measured from the first mask, z that does not vary has a covariance of 0 to the bit
    z, next_z = ((each - each[0] - (each - each[0]).mean(axis=0)) / unit for each in both)
    return estimates_of(both[0], sums[0], rates) | {
        "covariance": unit**2 * (z * next_z).sum(axis=0) / (count - 1),
        "covariance_se": unit**2 * covariance_error(product, covariance, variances, count),
        "covariance_fair": (variances + covariance**2 <= NEGLIGIBLE * count * square)
        & fair(square, fourths, count),
        "exact_covariance": unit**2 * covariance,
    }
