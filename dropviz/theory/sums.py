"""Central moments up to the eighth of sums Σ wᵢ·xᵢ of independent x that are alike: what the errors of their variance,
and whether these are fair, rest on.

The cumulants of independent terms add up, κₚ(Σ wᵢ·xᵢ) = Σ wᵢᵖ·κₚ(x). Central moments and cumulants turn into
each other by mₚ = Σⱼ C(p − 1, j − 1)·κⱼ·mₚ₋ⱼ, j = 2, …, p.

Source: Kendall & Stuart, *The advanced theory of statistics*, volume 1, chapter 3.
"""

# axes: power, then any

import math

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import Bools, Floats
from dropviz.numbers.rates import below_one
from dropviz.theory.law import POWERS, Law
from dropviz.theory.standard_errors import NEGLIGIBLE, fair_variance


# of a law with rare giants, a high moment may leave float64: nothing is known of it then, and no error is fair
@np.errstate(over="ignore", invalid="ignore")
def moments_of_sum(weights: ArrayLike, moments: Floats) -> Floats:
    """Central moments of Σ wᵢ·xᵢ, shape (9, …), with ``weights`` of shape (term,), from the ``moments`` of one x.

    >>> moments_of_sum([1.0, -1.0], np.array([1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0, 0.0, 1.0])).round(9).tolist()
    [1.0, 0.0, 2.0, 0.0, 8.0, 0.0, 32.0, 0.0, 128.0]
    """
    cumulants = np.zeros_like(moments)
    for p in POWERS[2:]:
        cumulants[p] = moments[p] - _lower(p, cumulants, moments)
    w, found = np.asarray(weights, dtype=np.float64), np.zeros_like(moments)
    found[0] = 1.0
    for p in POWERS[2:]:
        cumulants[p] *= (w**p).sum()
        found[p] = cumulants[p] + _lower(p, cumulants, found)
    return found


def _lower(p: int, cumulants: Floats, moments: Floats) -> Floats:
    """Σⱼ C(p − 1, j − 1)·κⱼ·mₚ₋ⱼ over j from 2 to p − 2: what the p-th moment has beside its cumulant."""
    terms = [math.comb(p - 1, j - 1) * cumulants[j] * moments[p - j] for j in range(2, p - 1)]
    return np.asarray(sum(terms, np.zeros_like(moments[0])))


def inverted_mask_moments(rate: ArrayLike) -> Floats:
    """Central moments of m/k: it is 0 with probability r and 1/k with k, about 1; shape (9, rate), rates below 1."""
    r = np.atleast_1d(below_one(rate))
    keep = 1.0 - r
    return np.array([r * (-1.0) ** p + keep * (r / keep) ** p for p in POWERS])


@np.errstate(over="ignore", invalid="ignore")
def masked_moments(law: Law, rate: ArrayLike) -> Floats:
    """Central moments of m·a, a of the ``law`` and in its unit: m·a − k·μ is a − μ + r·μ, or −k·μ; shape (9, rate)."""
    r = np.atleast_1d(below_one(rate))
    keep = 1.0 - r
    return np.array(
        [keep * _moved(law.central, r * law.mean, p) + r * (-keep * law.mean) ** p for p in POWERS]
    )


def _moved(central: Floats, by: Floats, power: int) -> Floats:
    """E[(x + by)ᵖ] of an x with ``central`` moments."""
    return np.asarray(sum(math.comb(power, i) * central[i] * by ** (power - i) for i in range(power + 1)))


@np.errstate(over="ignore", invalid="ignore")
def fair_by_variance(moments: Floats, count: int) -> Bools:
    """Whether the error of what is a root or a share of the variance of ``count`` values is fair, from their moments.

    That of the variance must be (`fair_variance`, of φ = (x − E[x])² − Var[x]), and so small that both are straight.
    """
    v, fourth, sixth, eighth = moments[2], moments[4], moments[6], moments[8]
    square = np.maximum(fourth - v**2, 0.0)
    power = np.maximum(eighth - 4.0 * v * sixth + 6.0 * v**2 * fourth - 3.0 * v**4, 0.0)
    return np.asarray(fair_variance(v, (square, power), count) & (square <= NEGLIGIBLE * count * v**2))
