"""What one looks at: the histogram of the outputs, and a handful of units, both from the sweep's own first chunk."""

from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dropviz.numbers.checks import Floats
from dropviz.simulation.masks import from_block_on
from dropviz.simulation.sweep import SweepConfig, draw_chunk

FINE_BINS = 400


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

    def share(self, rate_index: int, scale: float, edges: Floats) -> Floats:
        """Share of all units whose output, survivors × ``scale``, is not 0 and falls between consecutive edges."""
        if not scale > 0.0:  # every output is 0, or the factor is undefined
            return np.zeros(len(edges) - 1)
        return np.diff(np.interp(edges / scale, self.edges, self.below[rate_index]))


@lru_cache(maxsize=1)  # for the histogram and the units of one figure
def _first_chunk(config: SweepConfig) -> tuple[Floats, NDArray[np.int64]]:
    values, sizes = draw_chunk(config, 0, 0)
    values.flags.writeable = sizes.flags.writeable = False
    return values, sizes


def histogram(config: SweepConfig, bins: int = FINE_BINS) -> Histogram:
    """Histogram of the survivors at every rate, from the first chunk of the sweep (at most 131,072 units).

    Cost: one pass over the units, whatever the number of rates.
    """
    values, sizes = _first_chunk(config)
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
    values, sizes = _first_chunk(config)
    rng = np.random.default_rng(np.random.SeedSequence(config.seed, spawn_key=(2**31,)))
    chosen = rng.choice(len(values), size=min(count, len(values)), replace=False)
    return Units(values[chosen], np.searchsorted(np.cumsum(sizes), chosen, side="right"))
