"""Sums over masks, z = Σ bᵢ·mᵢ/k: their mean and deviation beside the closed forms, and histograms on common bins."""

# axes: kind, rate, bin; samples: mask, rate

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dropviz.numbers.checks import Bools, Checked, Floats, check_count, checked, quotient
from dropviz.numbers.estimate import Estimates
from dropviz.numbers.rates import GRID, check_rising
from dropviz.simulation.histogram import binned, even_edges
from dropviz.simulation.masks import check_masked
from dropviz.theory.groups import group_covariance
from dropviz.theory.standard_errors import fair, variance_error
from dropviz.theory.sums import fair_by_variance, inverted_mask_moments, moments_of_sum

BINS = 48
WIDE_RATE = 0.6  # at which a picture shows all that masks give
NEEDLE_RATE = 0.15  # at smaller rates that is a needle, which the picture cuts


@dataclass(frozen=True, slots=True)
class SumsConfig(Checked):
    """``masks`` (2 to 100,000), which serve all ``rates``, of the ``terms`` of a sum."""

    rates: tuple[float, ...] = checked(GRID, check_rising)
    masks: int = checked(4000, check_count, 2, 100_000)
    seed: int = checked(3, check_count, 0, 2**63 - 1)

    def __post_init__(self) -> None:
        Checked.__post_init__(self)
        check_masked("masks", self.masks, self.terms)

    @property
    @abstractmethod
    def terms(self) -> int:
        """How many terms have a mask each."""


def unit_of(terms: Floats) -> float:
    """A power of two near the largest of ``terms``, 1 if all are 0: in this unit no fourth power leaves float64.

    To divide by it, and to multiply by it again, changes no bit.

    >>> unit_of(np.array([-5.0, 1.0])), unit_of(np.zeros(2))
    (8.0, 1.0)
    """
    return float(2.0 ** np.frexp(np.abs(terms).max())[1])


@dataclass(frozen=True, slots=True, eq=False)
class SumEstimates(Estimates):
    """Mean and standard deviation of a sum over masks."""

    mean: Floats
    mean_se: Floats
    mean_fair: Bools
    exact_mean: Floats
    deviation: Floats
    deviation_se: Floats
    deviation_fair: Bools
    exact_deviation: Floats


def estimates_of(z: Floats, terms: Floats, rates: Floats) -> dict[str, Any]:
    """The fields of `SumEstimates` for ``z``, shape (mask, rate), but for exact_mean; by the law of Σ ``terms``·m/k."""
    unit, moved = unit_of(terms), z - z[0]  # a sum that does not vary has a deviation of 0 to the bit
    scaled, count = terms / unit, len(z)
    moments = moments_of_sum(scaled, inverted_mask_moments(rates))
    variance = group_covariance(rates, scaled, scaled)
    exact, error = np.sqrt(variance), variance_error(variance, moments[4], count)
    return {
        "mean": z.mean(axis=0),
        "mean_se": unit * exact / np.sqrt(count),
        "mean_fair": fair(variance, moments[4], count),
        "deviation": moved.std(axis=0, ddof=1),
        "deviation_se": unit * np.nan_to_num(quotient(error, 2.0 * exact)),
        "deviation_fair": fair_by_variance(moments, count),
        "exact_deviation": unit * exact,
    }


@dataclass(frozen=True, slots=True, eq=False)
class MaskHistogram:
    """Shares of the masks, of one or more kinds."""

    edges: Floats  # of the bins, shape (bin + 1,)
    shares: Floats  # per cent of the masks in each bin, shape (kind, rate, bin),
    outside: Floats  # and outside all bins, as a fraction, shape (kind, rate)
    top: float  # where the axis of the shares ends, per cent


def mask_histogram(
    samples: Sequence[Floats], rates: Sequence[float], low: float, high: float
) -> MaskHistogram:
    """Count the ``samples`` of every kind, shape (mask, rate) each, in bins from ``low`` to ``high``."""
    edges = even_edges(low, high, BINS)
    pairs = [binned(each.T, edges) for each in samples]
    share, outside = (np.array(each) for each in zip(*pairs, strict=True))
    tallest = float(share[:, near(rates, NEEDLE_RATE)].max())
    return MaskHistogram(edges, 100.0 * share, outside, min(110.0 * tallest, 105.0))


def near(rates: Sequence[float], rate: float) -> int:
    """The place of the rate nearest to ``rate``."""
    return int(np.abs(np.asarray(rates) - rate).argmin())
