"""A third strategy: divide by the share that really survived, not by the share that is expected to.

A layer of n units has S = Σ mᵢ survivors; its outputs are mᵢ·aᵢ·n/S, and 0 where S = 0 and there is nothing to divide.
S is binomial: P(S = s) = C(n, s)·kˢ·rⁿ⁻ˢ. Given S, the survivors are a sample of s of the n units without replacement.
Factors are dimensionless; sums and their variances have the unit of the products and its square.
"""

# axes: unit, rate

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import Floats, check_count
from dropviz.numbers.rates import below_one

MOST_UNITS = 512


def all_dropped(units: int, rate: ArrayLike) -> Floats:
    """P(S = 0) = rⁿ, shape of the rate.

    >>> float(all_dropped(3, 0.5))
    0.125
    """
    check_count("units", units, 1, MOST_UNITS)
    return np.asarray(below_one(rate) ** units)


def inverse_share(units: int, rate: ArrayLike) -> Floats:
    """E[n/S | S > 0], the mean square of m·n/S of a unit, given that one survives; shape of the rate.

    Σ over s ≥ 1 of (n/s)·C(n, s)·kˢ·rⁿ⁻ˢ, divided by 1 − rⁿ. It is 1 at rate 0 and at most n; where n·k is large
    it is near 1/k, which inverted dropout has.

    Raises
    ------
    ValueError
        If ``units`` is not from 1 to 512, or a rate is outside [0, 1).

    >>> float(inverse_share(2, 0.5)), float(inverse_share(1, 0.9))
    (1.6666666666666667, 1.0)
    """
    check_count("units", units, 1, MOST_UNITS)
    rates = below_one(rate)
    survive = np.arange(1, units + 1).reshape(-1, *(1,) * rates.ndim)
    ways = np.array([float(math.comb(units, s)) for s in range(1, units + 1)]).reshape(survive.shape)
    chance = ways * (1.0 - rates) ** survive * rates ** (units - survive)
    return np.asarray((units / survive * chance).sum(axis=0) / chance.sum(axis=0))


class SumMoments(NamedTuple):
    """Mean and variance over masks of Σ bᵢ·mᵢ·n/S: given that one unit survives, and over all masks."""

    mean: Floats
    variance: Floats
    mean_of_all: Floats
    variance_of_all: Floats


def survivor_sums(products: ArrayLike, rate: ArrayLike) -> SumMoments:
    """Moments of z = Σ bᵢ·mᵢ·n/S, and z = 0 where S = 0, for ``products`` b of shape (unit,).

    With σ² = Σ(b − b̄)²/n, and q = rⁿ::

        E[z | S > 0] = Σb        Var[z | S > 0] = n²·σ²/(n − 1) · (E[n/S | S > 0] − 1)
        E[z] = (1 − q)·Σb        Var[z] = (1 − q)·Var[z | S > 0] + q·(1 − q)·(Σb)²

    Equal products leave no variance while one survives; inverted dropout has (r/k)·Σb². One unit (n = 1) has none.

    Source: Cochran, *Sampling techniques*, 3rd edition, 1977, theorem 2.2 (a mean of s of n without replacement);
    then the laws of total expectation and variance.
    """
    b, rates = np.asarray(products, dtype=np.float64), below_one(rate)
    units, total = b.size, b.sum()
    empty = all_dropped(units, rates)
    spread = float(((b - b.mean()) ** 2).sum()) * units / max(units - 1, 1)
    variance = spread * (inverse_share(units, rates) - 1.0)
    mean = np.full(rates.shape, total)
    of_all = (1.0 - empty) * variance + empty * (1.0 - empty) * total**2
    return SumMoments(mean, np.maximum(variance, 0.0), (1.0 - empty) * total, np.maximum(of_all, 0.0))
