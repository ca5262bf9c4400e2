"""Masks: nested ones for a grid of rates, counted in blocks; and all masks of a few units.

A unit with uniform u is dropped at every rate above u, so it belongs to one block: the first rate of the grid that
drops it, or the last block, which no rate drops. What survives rate j are the blocks after j.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dropviz.numbers.checks import Floats, check_count
from dropviz.numbers.rates import below_one

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
