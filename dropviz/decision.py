"""What a classifier of points in the plane decides, over a grid around its data."""

# axes: row (second feature), column (first feature)

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dropviz.datasets import Split
from dropviz.experiments import Run
from dropviz.mc import single_pass
from dropviz.network import softmax

RESOLUTION = 60
MARGIN = 0.08  # of the data's width, around it


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """Probability of the second class, mean over seeds, at each point (x[column], y[row]) of a grid.

    Attributes
    ----------
    x, y : places along the two features, shape (60,)
    probability : shape (row, column), in the test phase
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    probability: NDArray[np.float64]


def has_decision(data: Split) -> bool:
    """Whether ``data`` are points of two classes in the plane."""
    return len(data.classes) == 2 and data.train_features.shape[1] == 2


def decision(run: Run, data: Split) -> Decision:
    """Probability of the second class over the rectangle of the training examples, a little enlarged.

    Raises
    ------
    ValueError
        If the data are not points of two classes in the plane.
    """
    if not has_decision(data):
        raise ValueError("data must have two features and two classes")
    low, high = data.train_features.min(axis=0), data.train_features.max(axis=0)
    margin = MARGIN * (high - low)
    x, y = (np.linspace(low[i] - margin[i], high[i] + margin[i], RESOLUTION) for i in (0, 1))
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    probabilities = [
        softmax(single_pass(run.config, data, epoch, grid).astype(np.float64))[:, 1] for epoch in run.last
    ]
    return Decision(x, y, np.mean(probabilities, axis=0).reshape(RESOLUTION, RESOLUTION))
