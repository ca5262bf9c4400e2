"""Histograms of many samples at once, on bins of one width."""

import numpy as np
from numpy.typing import NDArray

from dropviz.numbers.checks import Floats


def even_edges(low: float, high: float, bins: int) -> Floats:
    """Edges of ``bins`` bins from ``low`` to ``high``, or around both where they are as good as equal."""
    pad = 0.5 * max(1.0, abs(low)) if high - low <= 1e-9 * abs(low) else 0.0
    return np.linspace(low - pad, high + pad, bins + 1)


def shares(samples: Floats, edges: Floats, counted: NDArray[np.bool_] | None = None) -> tuple[Floats, Floats]:
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
