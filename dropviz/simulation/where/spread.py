"""What masks give, as histograms on common bins at every rate."""

# axes: kind, rate, bin; samples: mask, rate

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dropviz.numbers.checks import Floats
from dropviz.simulation.histogram import binned, even_edges

BINS = 48
WIDE_RATE = 0.6  # at which a picture shows all that masks give
NEEDLE_RATE = 0.15  # at smaller rates that is a needle, which the picture cuts


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Shares of the masks, of one or more kinds."""

    edges: Floats  # of the bins, shape (bin + 1,)
    shares: Floats  # per cent of the masks in each bin, shape (kind, rate, bin),
    outside: Floats  # and outside all bins, as a fraction, shape (kind, rate)
    top: float  # where the axis of the shares ends, per cent


def spread(samples: Sequence[Floats], rates: Sequence[float], low: float, high: float) -> Spread:
    """Count the ``samples`` of every kind, shape (mask, rate) each, in bins from ``low`` to ``high``."""
    edges = even_edges(low, high, BINS)
    pairs = [binned(each.T, edges) for each in samples]
    share, outside = (np.array(each) for each in zip(*pairs, strict=True))
    tallest = float(share[:, near(rates, NEEDLE_RATE)].max())
    return Spread(edges, 100.0 * share, outside, min(110.0 * tallest, 105.0))


def near(rates: Sequence[float], rate: float) -> int:
    """The place of the rate nearest to ``rate``."""
    return int(np.abs(np.asarray(rates) - rate).argmin())
