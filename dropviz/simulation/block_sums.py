"""From the power sums of blocks to the moments of every output.

The blocks are those of `dropviz.simulation.masks`: the sums of the survivors at a rate are those of all later blocks.
"""

import numpy as np

from dropviz.numbers.checks import ROUNDING, Floats, drop_rounding
from dropviz.simulation.masks import from_block_on
from dropviz.theory.standard_errors import size_of


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


def _masked_moments(powers: Floats, units: int, center: float) -> tuple[Floats, Floats, Floats]:
    """Mean, variance and mean square over all units of m·a (factor 1) from the survivors' sums, in units of size.

    With q the surviving share, A the survivors' mean and w their variance: mean q·A, variance q·w + q·(1 − q)·A²,
    the latter times n/(n − 1). Where the survivors' activations are equal, or all 0, A and w are what rounding has
    left of a difference of equal numbers: then they are 0.
    """
    count = powers[0]
    d1, d2 = powers[1:] / np.maximum(count, 1.0)
    share = count / units
    average = drop_rounding(center + d1, abs(center) + np.abs(d1), ROUNDING) * (count > 0.0)
    spread = drop_rounding(np.maximum(d2 - d1**2, 0.0), d2, ROUNDING)
    variance = share * spread + share * (1 - share) * average**2
    return (
        share * average,
        variance * units / (units - 1 if units > 1 else np.nan),
        share * (spread + average**2),
    )
