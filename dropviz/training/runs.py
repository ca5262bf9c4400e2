"""A configuration that was trained with one or more seeds, and the numbers of its epochs."""

# axes: seed, epoch

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dropviz.training.config import TrainingConfig
from dropviz.training.loop import Epoch


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One configuration, trained with one or more seeds: ``epochs[seed][epoch]``."""

    label: str
    config: TrainingConfig
    epochs: tuple[tuple[Epoch, ...], ...]

    @property
    def last(self) -> tuple[Epoch, ...]:
        """The newest epoch of each seed."""
        return tuple(epochs[-1] for epochs in self.epochs)

    def curve(self, name: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Mean and standard deviation over seeds of one number of `Epoch`, each of shape (epoch,).

        As long as the shortest seed; with one seed the deviation is 0.
        """
        length = min(len(epochs) for epochs in self.epochs)
        values = np.array([[getattr(epoch, name) for epoch in epochs[:length]] for epochs in self.epochs])
        spread = values.std(axis=0, ddof=1) if len(values) > 1 else np.zeros(length)
        return values.mean(axis=0), spread

    def final(self, name: str) -> float:
        """Mean over seeds at the newest epoch."""
        return float(np.mean([getattr(epoch, name) for epoch in self.last]))
