"""Dividing by the share of units that really survived: small layers, all of whose masks are listed, and drawn ones.

Axes: width, mask, unit, rate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from dropviz.numbers.checks import Bools, Checked, Floats, check_count, checked, drop_rounding
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.rates import GRID, check_rising
from dropviz.simulation.masks import MOST_ENUMERATED, enumerate_masks, mask_probabilities
from dropviz.simulation.where.sums import unit_of
from dropviz.theory.activations import RELU, Activations
from dropviz.theory.standard_errors import fair, fair_variance, variance_error
from dropviz.theory.survivors import all_dropped, survivor_sums

ROUNDING = 1e-12  # of the sum of a layer
WIDTHS = (1, 2, 4, 8)  # of the layers whose chance to be dropped whole is shown


@dataclass(frozen=True, slots=True)
class SurvivorsConfig(Checked):
    """A layer of ``units`` (1 to 12), whose outputs add up; ``masks`` (2 to 100,000) are drawn."""

    activations: Activations = RELU
    units: int = checked(8, check_count, 1, MOST_ENUMERATED)
    rates: tuple[float, ...] = checked(GRID, check_rising)
    masks: int = checked(5000, check_count, 2, 100_000)
    seed: int = checked(3, check_count, 0, 2**63 - 1)


@dataclass(frozen=True, slots=True, eq=False)
class SumLaw:
    """Mean and variance over masks of the sum of a layer's outputs, shape (rate,).

    Errors are NaN where what decides a value is too rare for the number of masks.
    """

    mean: Estimate
    variance: Estimate


@dataclass(frozen=True, slots=True, eq=False)
class Survivors:
    """A layer's sum over masks by inverted dropout and by dividing by the survivors; and how often none survives."""

    config: SurvivorsConfig
    square_sum: float  # Σ a², of which inverted's variance is r/k
    inverted: SumLaw
    survivors: SumLaw  # 0 where every unit is dropped
    given_one: Floats  # the variance of the latter, exact, where a unit survives
    empty: Mapping[int, Estimate]  # width → P(every unit is dropped)


def survivors(config: SurvivorsConfig) -> Survivors:
    """Draw the activations and the masks of a layer, and put the sums of its outputs beside their closed forms."""
    rng, rates = np.random.default_rng(config.seed), np.asarray(config.rates)
    activations = config.activations.sample(rng, config.units)
    unit = unit_of(activations)
    a = activations / unit
    uniforms = rng.random((config.masks, max(config.units, *WIDTHS)))
    every = enumerate_masks(config.units)
    chances = mask_probabilities(every, rates)
    moments, total = survivor_sums(a, rates), float(a.sum())
    square_sum = float((a**2).sum())
    kept = [(uniforms[:, : config.units] >= rate).astype(np.float64) for rate in rates]
    drawn = (
        np.stack([masks @ a for masks in kept], axis=1),
        np.stack([masks.sum(1) for masks in kept], axis=1),
    )
    listed = (every @ a)[:, None], every.sum(axis=1)[:, None]
    divided = [config.units * sums / np.maximum(count, 1.0) for sums, count in (listed, drawn)]
    inverted = _law(
        (np.full(len(rates), total), rates / (1.0 - rates) * square_sum),
        listed[0] / (1.0 - rates),
        chances,
        drawn[0] / (1.0 - rates),
    )
    by_survivors = _law((moments.mean_of_all, moments.variance_of_all), divided[0], chances, divided[1])
    return Survivors(
        config=config,
        square_sum=unit**2 * square_sum,
        inverted=_times(unit, inverted),
        survivors=_times(unit, by_survivors),
        given_one=unit**2 * moments.variance,
        empty=MappingProxyType({width: _empty(width, rates, uniforms) for width in WIDTHS}),
    )


def _times(unit: float, law: SumLaw) -> SumLaw:
    """The law of ``unit`` times the sum."""
    return SumLaw(law.mean.each(lambda part: unit * part), law.variance.each(lambda part: unit**2 * part))


def _law(exact: tuple[Floats, Floats], listed: Floats, chances: Floats, drawn: Floats) -> SumLaw:
    """Moments of the sums of ``drawn`` masks, (mask, rate), beside the ``exact``; errors by all ``listed``."""
    # equal sums differ by rounding, whose kurtosis tells nothing
    away, count = drop_rounding(listed - exact[0], np.abs(listed).max(axis=0), ROUNDING), len(drawn)
    second, fourth = ((chances * away**power).sum(axis=0) for power in (2, 4))
    square = away**2 - second
    of_square = (chances * square**2).sum(axis=0), (chances * square**4).sum(axis=0)
    return SumLaw(
        _seen(fair(second, fourth, count), exact[0], drawn.mean(axis=0), np.sqrt(second / count)),
        _seen(
            fair_variance(second, of_square, count),
            exact[1],
            drawn.var(axis=0, ddof=1),
            variance_error(second, fourth, count),
        ),
    )


def _empty(width: int, rates: Floats, uniforms: Floats) -> Estimate:
    exact, count = all_dropped(width, rates), len(uniforms)
    # the largest uniform decides whether any unit survives
    seen = (uniforms[:, :width].max(axis=1)[:, None] < rates).mean(axis=0)
    second = exact * (1.0 - exact)
    known = fair(second, second * (1.0 - 3.0 * second), count)
    return _seen(known, exact, seen, np.sqrt(second / count))


def _seen(known: Bools, exact: Floats, simulated: Floats, error: Floats) -> Estimate:
    """The estimate, without an error that too few masks cannot tell."""
    return Estimate(exact, simulated, np.where(known, error, np.nan))
