"""Gradient descent with momentum, and Adam, on one vector of parameters, in place.

``learning_rate`` and ``weight_decay`` may be arrays of the parameters' shape, so that each layer can have its own.
Weight decay is coupled: ``weight_decay`` · parameter is added to the gradient, biases included. The updates are those
of ``torch.optim.SGD`` and ``torch.optim.Adam``.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dropviz.numbers.checks import check_number
from dropviz.training.network import Floats


@dataclass(frozen=True, slots=True)
class SGD:
    """v ← momentum·v + g, parameter ← parameter − learning_rate·v, with g the gradient plus the weight decay.

    Raises
    ------
    ValueError
        If ``learning_rate`` is not in [0, 1e6], ``momentum`` not in [0, 0.999999] or ``weight_decay`` not in [0, 1e6].
    """

    learning_rate: float = 0.05
    momentum: float = 0.9
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        check_number("learning_rate", self.learning_rate, 0.0, 1e6)
        check_number("momentum", self.momentum, 0.0, 0.999999)
        check_number("weight_decay", self.weight_decay, 0.0, 1e6)

    @property
    def buffer_count(self) -> int:
        """How many arrays of the parameters' size the method remembers."""
        return 1 if self.momentum else 0

    def update(
        self,
        parameters: Floats,
        gradient: Floats,
        buffers: Sequence[Floats],
        step: int,
        learning_rate: Floats | float,
        weight_decay: Floats | float | None,
    ) -> None:
        """Change ``parameters`` and ``buffers``, shape (parameter,), in place; ``gradient`` is used up."""
        del step  # the first step is like every other
        if weight_decay is not None:
            gradient += weight_decay * parameters
        if self.momentum:
            (velocity,) = buffers
            velocity *= self.momentum
            velocity += gradient
            np.multiply(velocity, learning_rate, out=gradient)
        else:
            gradient *= learning_rate
        parameters -= gradient


@dataclass(frozen=True, slots=True)
class Adam:
    """m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²; the parameter moves by −learning_rate · m̂ / (√v̂ + epsilon).

    m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) at step t = 1, 2, …

    Raises
    ------
    ValueError
        If ``learning_rate`` or ``weight_decay`` is not in [0, 1e6], β₁ or β₂ not in [0, 0.999999], or ``epsilon`` not
        in [1e-30, 1].

    Source
    ------
    Kingma and Ba, *Adam: a method for stochastic optimization*, ICLR 2015, algorithm 1.
    """

    learning_rate: float = 1e-3
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0

    def __post_init__(self) -> None:
        check_number("learning_rate", self.learning_rate, 0.0, 1e6)
        check_number("beta1", self.beta1, 0.0, 0.999999)
        check_number("beta2", self.beta2, 0.0, 0.999999)
        check_number("epsilon", self.epsilon, 1e-30, 1.0)
        check_number("weight_decay", self.weight_decay, 0.0, 1e6)

    @property
    def buffer_count(self) -> int:
        """How many arrays of the parameters' size the method remembers."""
        return 2

    def update(
        self,
        parameters: Floats,
        gradient: Floats,
        buffers: Sequence[Floats],
        step: int,
        learning_rate: Floats | float,
        weight_decay: Floats | float | None,
    ) -> None:
        """Change ``parameters`` and ``buffers``, shape (parameter,), in place; ``step`` counts from 1."""
        if weight_decay is not None:
            gradient += weight_decay * parameters
        first, second = buffers
        first *= self.beta1
        first += (1.0 - self.beta1) * gradient
        second *= self.beta2
        gradient *= gradient
        gradient *= 1.0 - self.beta2
        second += gradient
        move = np.sqrt(second, out=gradient)
        move *= (1.0 - self.beta2**step) ** -0.5
        move += self.epsilon
        np.divide(first, move, out=move)
        move *= learning_rate / (1.0 - self.beta1**step)
        parameters -= move


Optimizer = SGD | Adam
