"""Histograms: of many samples at once, of a sweep's outputs, and as they are drawn; and a handful of a sweep's units.

What is shown of a sweep comes from its own first chunk.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dropviz.numbers.checks import Floats
from dropviz.simulation.masks import from_block_on
from dropviz.simulation.sweep import SweepConfig, first_chunk

FINE_BINS = 400
MOST_SEARCHED = 16_384  # units, for a dozen of them,
DROPS_MATTER = 8.0  # times as much as their size


class Units(NamedTuple):
    """A few units of a sweep: their activations, and the index of the first rate that drops each."""

    activation: Floats
    dropped_at: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """Counts of the non-zero activations that survive each rate. Axes of ``below``: rate (last: no dropout), edge.

    ``below[j, i]`` is the share of all units that survive rate j, are not 0 and lie below ``edges[i]``;
    ``zero[j]`` the share that is exactly 0 at rate j, dropped or 0 by itself.
    """

    edges: Floats
    below: Floats
    zero: Floats

    def shares(self, rows: slice, scales: Floats, edges: Floats) -> Floats:
        """Share of all units whose output, survivors × scale, is not 0 and falls between consecutive ``edges``.

        ``rows`` are the rates, one for each of ``scales`` or one for all; shape (scale, bin).
        """
        defined = scales > 0.0  # else every output is 0, or the factor is undefined
        inside = edges / np.where(defined, scales, 1.0)[:, None]
        below = np.broadcast_to(self.below[rows], (len(scales), len(self.edges)))
        return np.where(defined[:, None], np.diff(_between(inside, self.edges, below)), 0.0)


def _between(at: Floats, x: Floats, rows: Floats) -> Floats:
    """`numpy.interp` of each row of ``at`` in its row over ``x``, to the bit, in one go."""
    left = np.clip(np.searchsorted(x, at, side="right") - 1, 0, len(x) - 2)
    low, high = (np.take_along_axis(rows, left + step, axis=1) for step in (0, 1))
    risen = (high - low) / (x[left + 1] - x[left]) * (at - x[left]) + low
    return np.where(at >= x[-1], rows[:, -1:], np.where(at < x[0], rows[:, :1], risen))


def histogram(config: SweepConfig, bins: int = FINE_BINS) -> Histogram:
    """Histogram of the survivors at every rate, from the first chunk of the sweep (at most 131,072 units).

    Cost: one pass over the units, whatever the number of rates.
    """
    values, sizes = first_chunk(config)
    low, high = float(values.min()), float(values.max())
    margin = 1e-9 * (high - low) or 0.005 * max(abs(low), 1e-6)
    edges = np.linspace(low - margin, high + margin, bins + 1)
    column = ((values - edges[0]) * (bins / (edges[-1] - edges[0]))).astype(np.intp)
    column = np.where(values == 0.0, bins, np.minimum(column, bins - 1))  # the last column counts the zeros
    block = np.repeat(np.arange(len(sizes)), sizes)
    counts = np.bincount(block * (bins + 1) + column, minlength=len(sizes) * (bins + 1))
    survivors = from_block_on(counts.reshape(len(sizes), bins + 1).T).T
    survivors = np.concatenate((survivors[1:], survivors[:1]))
    below = np.zeros((len(sizes), bins + 1), dtype=np.int64)
    np.cumsum(survivors[:, :bins], axis=1, out=below[:, 1:])
    return Histogram(edges=edges, below=below / len(values), zero=(len(values) - below[:, -1]) / len(values))


def some_units(config: SweepConfig, count: int) -> Units:
    """Pick at most ``count`` units of the sweep at random, the same ones on every call."""
    values, sizes = first_chunk(config)
    rng = np.random.default_rng(np.random.SeedSequence(config.seed, spawn_key=(2**31,)))
    chosen = rng.choice(len(values), size=min(count, len(values)), replace=False)
    return Units(values[chosen], np.searchsorted(np.cumsum(sizes), chosen, side="right"))


def even_units(config: SweepConfig, count: int) -> Units:
    """Pick at most ``count`` units of the sweep that lie evenly around its mean, before and after they drop out.

    Wanted are activations from μ − s to μ + s, s the smaller of 0.6·|μ| and the standard deviation (of these alone
    where μ is 0). They drop out one after the other at the rates 1/2n, 3/2n, …, each followed by the one that lies as
    far on the other side of μ, the last one never. Each wish takes the unit that is nearest to both.
    """
    values, sizes = first_chunk(config)
    rates, place = np.append(config.rates, 1.0), np.repeat(np.arange(len(sizes)), sizes)
    some = slice(None, None, -(-len(values) // MOST_SEARCHED))  # of all blocks, which follow one another
    values, place = values[some], place[some]
    law, count = config.activations, min(count, len(values))
    deviation = math.sqrt(law.exact_variance)
    spread = min(0.6 * abs(law.exact_mean), deviation) or deviation
    wanted = law.exact_mean + spread * np.linspace(-1.0, 1.0, count)
    drop = np.append((np.arange(count - 1) + 0.5) / count, 1.0)
    half = count // 2
    pairs = [*range(0, half, 2), *range(1, half, 2)]
    turn = [one for low in pairs for one in (low, count - 1 - low)] + [half] * (count % 2)
    chosen = np.zeros(count, dtype=np.intp)
    taken: list[int] = []
    dropped = rates[place]
    for rate, one in zip(drop, turn, strict=True):
        far = ((values - wanted[one]) / (spread or 1.0)) ** 2 + (DROPS_MATTER * (dropped - rate)) ** 2
        far[taken] = np.inf
        taken.append(int(np.argmin(far)))
        chosen[one] = taken[-1]
    shown = chosen[7 * np.arange(count) % count] if count % 7 else chosen  # not in the order of their size
    return Units(values[shown], place[shown])


def even_edges(low: float, high: float, bins: int) -> Floats:
    """Edges of ``bins`` bins from ``low`` to ``high``, or around both where they are as good as equal."""
    pad = 0.5 * max(1.0, abs(low)) if high - low <= 1e-9 * abs(low) else 0.0
    return np.linspace(low - pad, high + pad, bins + 1)


def binned(samples: Floats, edges: Floats, counted: NDArray[np.bool_] | None = None) -> tuple[Floats, Floats]:
    """Share of each row of ``samples`` in each bin, shape (row, bin), and beyond the edges, shape (row,).

    ``samples`` has shape (row, unit). What is not ``counted``, of the same shape, is in neither, but in what both are
    shares of. NaN for a row that begins with NaN.
    """
    rows, bins = len(samples), len(edges) - 1
    undefined = np.isnan(samples[:, 0])
    if undefined.any():
        samples = np.where(undefined[:, None], 0.0, samples)
    slot = samples - edges[0]
    slot /= edges[1] - edges[0]
    np.floor(np.clip(slot, -1.0, float(bins), out=slot), out=slot)
    slot += 1.0  # below, the bins, above
    if counted is not None:
        slot[~counted] = bins + 2
    slot += (bins + 3.0) * np.arange(rows)[:, None]
    counts = np.bincount(slot.ravel(order="K").astype(np.intp), minlength=rows * (bins + 3))
    share = counts.reshape(rows, bins + 3) / samples.shape[1]
    share[undefined] = np.nan
    return share[:, 1 : bins + 1], share[:, 0] + share[:, bins + 1]


class PointMass(NamedTuple):
    """Units whose outputs are one value: their share in per cent, and that value; shape (rate,) each."""

    share: Floats
    at: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """Shares of all units, in per cent."""

    edges: Floats  # of the bins, shape (bin + 1,)
    top: float  # where the axis of the shares ends; what is taller is cut, and said
    train: Floats  # outputs in each bin that are no point mass, shape (rate, bin);
    test: Floats  # the same, with one row if it stands still
    masses: Mapping[str, PointMass]  # by name
    outside: Floats  # beyond the edges in training, shape (rate,)
