"""The learning rate with which standard dropout follows the path of inverted dropout, weight by weight."""

from collections.abc import Mapping, Sequence

import numpy as np

from dropviz.numbers.checks import Floats
from dropviz.training.config import TrainingConfig, as_standard
from dropviz.training.dropout import Dropout
from dropviz.training.optimizers import SGD, Adam


def same_path(rates: Sequence[float]) -> Mapping[str, Floats]:
    """Optimizer → how many times inverted's learning rate standard needs behind the dropout, shape (rate,).

    1/k² for SGD, 1/k for Adam, dimensionless, with keep k = 1 − r; see `dropviz.training.config.as_standard`.

    >>> {name: factors.tolist() for name, factors in same_path([0.5]).items()}
    {'SGD': [4.0], 'Adam': [2.0]}
    """
    return {
        type(optimizer).__name__: np.array([_factor(optimizer, rate) for rate in rates])
        for optimizer in (SGD(), Adam())
    }


def _factor(optimizer: SGD | Adam, rate: float) -> float:
    inverted = TrainingConfig(hidden=(2,), dropout=(None, Dropout("inverted", rate)), optimizer=optimizer)
    return as_standard(inverted).layer_scales[1].learning_rate
