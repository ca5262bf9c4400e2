"""Histograms of many samples at once, on bins of one width."""

import numpy as np
from numpy.typing import NDArray

from dropviz.numbers.checks import Floats


def even_edges(low: float, high: float, bins: int) -> Floats:
    """Edges of ``bins`` bins from ``low`` to ``high``, or around both where they are as good as equal."""
    pad = 0.5 * max(1.0, abs(low)) if high - low <= 1e-9 * abs(low) else 0.0
    return np.linspace(low - pad, high + pad, bins + 1)


def densities(
    samples: Floats, edges: Floats, counted: NDArray[np.bool_] | None = None
) -> tuple[Floats, Floats]:
    """Density in each bin, shape (row, bin), and share beyond the edges, shape (row,), of each row of ``samples``.

    ``samples`` has shape (row, unit). What is not ``counted``, of the same shape, is in neither, but in what both are
    shares of. NaN for a row that begins with NaN.
    """
    rows, bins = len(samples), len(edges) - 1
    width = edges[1] - edges[0]
    place = np.clip((np.nan_to_num(samples) - edges[0]) / width, -1.0, float(bins))
    slot = (np.floor(place) + 1.0).astype(np.intp)  # below, the bins, above
    if counted is not None:
        slot[~counted] = bins + 2
    slot += (bins + 3) * np.arange(rows)[:, None]
    shares = np.bincount(slot.ravel(), minlength=rows * (bins + 3)).reshape(rows, bins + 3) / samples.shape[1]
    shares[np.isnan(samples[:, 0])] = np.nan
    return shares[:, 1 : bins + 1] / width, shares[:, 0] + shares[:, bins + 1]
