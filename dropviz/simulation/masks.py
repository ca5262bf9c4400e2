"""Masks: nested ones for a grid of rates, counted in blocks; and all masks of a few units.

A unit with uniform u is dropped at every rate above u, so it belongs to one block: the first rate of the grid that
drops it, or the last block, which no rate drops. What survives rate j are the blocks after j, so sums over blocks give
the moments of the outputs at every rate.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dropviz.numbers.checks import ROUNDING, Floats, check_count, drop_rounding
from dropviz.numbers.rates import below_one
from dropviz.theory.law import size_of
from dropviz.theory.moments import Moments

MOST_MASKED = 20_000_000  # masks × fan-in: 160 MB of uniforms
MOST_ENUMERATED = 12  # 2¹² = 4096 masks


def block_sizes(rng: np.random.Generator, count: int, rates: Sequence[float] | Floats) -> NDArray[np.int64]:
    """Cut ``count`` units into blocks: those that each rate is the first to drop, and last those that survive all.

    P(first dropped at rate j) = r_j − r_{j−1}; shape (rates + 1,). Independent activations are exchangeable, so this
    is the law of one uniform a unit, at a cost that does not grow with the number of rates.
    """
    probability = np.diff(np.concatenate(([0.0], rates, [1.0])))
    return rng.multinomial(count, probability)


def from_block_on(by_block: NDArray[Any]) -> NDArray[Any]:
    """Sums over each block and all later ones, along the last axis: of everyone, then of the survivors of each rate.

    >>> from_block_on(np.array([5, 3, 2])).tolist()
    [10, 5, 2]
    """
    return np.asarray(np.cumsum(by_block[..., ::-1], axis=-1)[..., ::-1])


def output_moments(
    powers: Floats, units: int, scales: Floats, mu: float, v: float
) -> tuple[Floats, Floats, Floats]:
    """Means, variances and RMS gaps of the outputs of every strategy, from one sample's sums.

    ``powers`` are Σ dᵖ over each block, p = 0, 1, 2 and d = (a − μ)/size, shape (p, block); ``scales`` the factors of
    every strategy, shape (strategy, phase, rate). Means and variances have that shape too, RMS gaps (strategy, rate).
    """
    # Everyone is summed in the same order as the survivors, so that where nobody is dropped both are the same bits.
    sums = from_block_on(powers)
    size = size_of(mu, v)
    whole, masked = (_masked_moments(part, units, mu / size) for part in (sums[:, :1], sums[:, 1:]))
    mean, variance, square = (
        np.array([of_masked, np.broadcast_to(of_whole, of_masked.shape)])
        for of_masked, of_whole in zip(masked, whole, strict=True)
    )
    train, test = scales[:, 0], scales[:, 1]
    squared_gap = (train - test) ** 2 * square[0] + test**2 * (square[1] - square[0])
    rms_gap = size * np.sqrt(np.maximum(squared_gap, 0.0))
    return size * scales * mean, size**2 * scales**2 * variance, rms_gap


def moments_about(origin: float, powers: Floats) -> Moments:
    """Mean and variance (divisor: count) from Σ dᵖ, p = 0, 1, 2, d measured from ``origin``; 0 where the count is 0.

    Where what is counted is equal, or all 0, rounding may leave something of a difference of equal numbers: that is 0.
    """
    count = powers[0]
    d1, d2 = powers[1:] / np.maximum(count, 1.0)
    mean = drop_rounding(origin + d1, abs(origin) + np.abs(d1), ROUNDING) * (count > 0.0)
    return Moments(mean, drop_rounding(np.maximum(d2 - d1**2, 0.0), d2, ROUNDING))


def _masked_moments(powers: Floats, units: int, center: float) -> tuple[Floats, Floats, Floats]:
    """Mean, variance and mean square over all units of m·a (factor 1) from the survivors' sums, in units of size.

    With q the surviving share, A the survivors' mean and w their variance: mean q·A, variance q·w + q·(1 − q)·A²,
    the latter times n/(n − 1).
    """
    share = powers[0] / units
    average, spread = moments_about(center, powers)
    variance = share * spread + share * (1 - share) * average**2
    return (
        share * average,
        variance * units / (units - 1 if units > 1 else np.nan),
        share * (spread + average**2),
    )


def masked_sums(rng: np.random.Generator, products: Floats, masks: int, rates: Floats) -> Floats:
    """Σᵢ productsᵢ·mᵢ at every rate, shape (mask, rate), at a cost of masks × (units + rates).

    ``products`` has shape (unit,), or (mask, unit) for others at every mask.
    """
    units, size = products.shape[-1], len(rates) + 1
    block = np.searchsorted(rates, rng.random((masks, units)), side="right")
    block += size * np.arange(masks)[:, None]
    weights = np.broadcast_to(products, (masks, units)).ravel()
    by_block = np.bincount(block.ravel(), weights, minlength=masks * size).reshape(masks, size)
    kept = from_block_on(by_block)[:, 1:]
    # at rate 0 nothing is dropped: the same sum at every mask, to the bit
    kept[:, rates == 0.0] = products.sum(axis=-1)[..., None]
    return kept


def check_masked(name: str, masks: int, fan_in: int) -> None:
    """Raise ValueError unless ``masks``, which are called ``name``, of ``fan_in`` units fit into memory."""
    if masks * fan_in > MOST_MASKED:
        raise ValueError(f"{name} × fan_in must be at most {MOST_MASKED:,}; got {masks * fan_in:,}")


def enumerate_masks(units: int) -> Floats:
    """All 2^units masks of 1 to 12 units, shape (mask, unit), zeros and ones.

    >>> enumerate_masks(2).tolist()
    [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    """
    check_count("units", units, 1, MOST_ENUMERATED)
    return ((np.arange(2**units)[:, None] >> np.arange(units)) & 1).astype(np.float64)


def mask_probabilities(masks: Floats, rate: ArrayLike) -> Floats:
    """P(mask) = k^kept · r^dropped, shape (mask, rate); each column sums to 1."""
    rates = np.atleast_1d(below_one(rate))
    kept = np.arange(masks.shape[1] + 1)[:, None]
    of_count = (1.0 - rates) ** kept * rates ** (masks.shape[1] - kept)
    return np.asarray(of_count[masks.sum(axis=1).astype(np.intp)])
