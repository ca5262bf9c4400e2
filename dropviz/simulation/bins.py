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
    bin_number = np.clip((np.nan_to_num(samples) - edges[0]) / (edges[1] - edges[0]), -1.0, float(bins))
    slot = (np.floor(bin_number) + 1.0).astype(np.intp)  # below, the bins, above
    if counted is not None:
        slot[~counted] = bins + 2
    slot += (bins + 3) * np.arange(rows)[:, None]
    share = np.bincount(slot.ravel(), minlength=rows * (bins + 3)).reshape(rows, bins + 3) / samples.shape[1]
    share[np.isnan(samples[:, 0])] = np.nan
    return share[:, 1 : bins + 1], share[:, 0] + share[:, bins + 1]
