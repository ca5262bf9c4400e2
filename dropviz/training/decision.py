"""What a classifier of points in the plane decides, over a grid around its data."""

# axes: row (second feature), column (first feature)

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dropviz.datasets.splits import Split
from dropviz.training.loop import Run
from dropviz.training.mc import single_pass
from dropviz.training.network import softmax

FINE, COARSE = 60, 30  # points along each side of the grid: of a finished network, and while it learns
MARGIN = 0.08  # of the data's width, around it


@dataclass(frozen=True, slots=True, eq=False)
class Decision:
    """Probability of the second class in the test phase, mean over seeds, at the points (x[column], y[row]) of a grid.

    ``misplaced`` is how many training examples each of the ``networks``, one a seed, puts into the other class: the
    mean over them.
    """

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    probability: NDArray[np.float64]
    misplaced: float
    networks: int


@dataclass(frozen=True, slots=True, eq=False)
class Plane:
    """The training examples of each of two ``classes``, shape (example, feature), and the ends of their rectangle."""

    classes: tuple[str, ...]
    examples: tuple[NDArray[np.floating], ...]
    x: tuple[float, float]
    y: tuple[float, float]


def has_decision(data: Split) -> bool:
    """Whether ``data`` are points of two classes in the plane."""
    return len(data.classes) == 2 and data.train_features.shape[1] == 2


def rectangle(data: Split, points: int = FINE) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Places along the two features, from the lowest to the highest training example and a little beyond."""
    low, high = data.train_features.min(axis=0), data.train_features.max(axis=0)
    margin = MARGIN * (high - low)
    x, y = (np.linspace(low[i] - margin[i], high[i] + margin[i], points) for i in (0, 1))
    return x, y


def plane(data: Split) -> Plane:
    """The training examples of two classes in the plane."""
    x, y = rectangle(data, 2)
    examples = tuple(data.train_features[data.train_targets == index] for index in (0, 1))
    return Plane(tuple(data.classes), examples, (float(x[0]), float(x[-1])), (float(y[0]), float(y[-1])))


def decision(run: Run, data: Split, points: int = FINE) -> Decision:
    """Probability of the second class over the rectangle of the training examples, ``points`` along each side.

    Raises
    ------
    ValueError
        If the data are not points of two classes in the plane.
    """
    if not has_decision(data):
        raise ValueError("data must have two features and two classes")
    x, y = rectangle(data, points)
    grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    everywhere = np.concatenate((grid, data.train_features))
    outputs = [single_pass(run.config, data, epoch, everywhere) for epoch in run.last]
    second = np.array([softmax(output.astype(np.float64))[:, 1] for output in outputs])
    misplaced = (second[:, len(grid) :] > 0.5) != (data.train_targets == 1)
    probability = second[:, : len(grid)].mean(axis=0).reshape(points, points)
    return Decision(x, y, probability, float(misplaced.sum(axis=1).mean()), len(second))
