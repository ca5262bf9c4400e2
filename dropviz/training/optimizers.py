"""Gradient descent with momentum, Adam and AdamW, on one vector of parameters, in place.

``learning_rate``, ``weight_decay`` and ``epsilon`` may be arrays of the parameters' shape, so that each layer can have
its own. Weight decay is coupled: ``weight_decay`` · parameter is added to the gradient, biases included; decoupled, it
shrinks the parameter itself. ``rule`` is what `theory.steps.step_rule` calls a method. The
updates are those of ``torch.optim.SGD``, ``torch.optim.Adam`` and, decoupled, ``torch.optim.AdamW``.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from dropviz.numbers.checks import AnyFloats, Checked, check_number, checked


@dataclass(frozen=True, slots=True)
class SGD(Checked):
    """v ← momentum·v + g, parameter ← parameter − learning_rate·v, with g the gradient plus the weight decay."""

    rule: ClassVar[str] = "sgd"

    learning_rate: float = checked(0.05, check_number, 0.0, 1e6)
    momentum: float = checked(0.9, check_number, 0.0, 0.999999)
    weight_decay: float = checked(0.0, check_number, 0.0, 1e6)

    @property
    def buffer_count(self) -> int:
        """How many arrays of the parameters' size the method remembers."""
        return 1 if self.momentum else 0

    def update(
        self,
        parameters: AnyFloats,
        gradient: AnyFloats,
        buffers: Sequence[AnyFloats],
        step: int,
        learning_rate: AnyFloats | float,
        weight_decay: AnyFloats | float | None,
        epsilon: AnyFloats | float | None = None,
    ) -> None:
        """Change ``parameters`` and ``buffers``, shape (parameter,), in place; ``gradient`` is used up."""
        del step, epsilon  # the first step is like every other, and nothing is divided
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
class Adam(Checked):
    """m ← β₁m + (1 − β₁)g, v ← β₂v + (1 − β₂)g²; the parameter moves by −learning_rate · m̂ / (√v̂ + epsilon).

    m̂ = m/(1 − β₁ᵗ) and v̂ = v/(1 − β₂ᵗ) at step t = 1, 2, …

    Source
    ------
    Kingma and Ba, *Adam: a method for stochastic optimization*, ICLR 2015, algorithm 1.
    """

    rule: ClassVar[str] = "adam"

    learning_rate: float = checked(1e-3, check_number, 0.0, 1e6)
    beta1: float = checked(0.9, check_number, 0.0, 0.999999)
    beta2: float = checked(0.999, check_number, 0.0, 0.999999)
    epsilon: float = checked(1e-8, check_number, 1e-30, 1.0)
    weight_decay: float = checked(0.0, check_number, 0.0, 1e6)

    @property
    def buffer_count(self) -> int:
        """How many arrays of the parameters' size the method remembers."""
        return 2

    def update(
        self,
        parameters: AnyFloats,
        gradient: AnyFloats,
        buffers: Sequence[AnyFloats],
        step: int,
        learning_rate: AnyFloats | float,
        weight_decay: AnyFloats | float | None,
        epsilon: AnyFloats | float | None = None,
    ) -> None:
        """Change ``parameters`` and ``buffers``, shape (parameter,), in place; ``step`` counts from 1.

        ``epsilon`` takes the place of the method's own.
        """
        if weight_decay is not None:
            self._decay(parameters, gradient, learning_rate, weight_decay)
        first, second = buffers
        first *= self.beta1
        first += (1.0 - self.beta1) * gradient
        second *= self.beta2
        gradient *= gradient
        gradient *= 1.0 - self.beta2
        second += gradient
        move = np.sqrt(second, out=gradient)
        move *= (1.0 - self.beta2**step) ** -0.5
        move += self.epsilon if epsilon is None else epsilon
        np.divide(first, move, out=move)
        move *= learning_rate / (1.0 - self.beta1**step)
        parameters -= move

    def _decay(
        self,
        parameters: AnyFloats,
        gradient: AnyFloats,
        learning_rate: AnyFloats | float,
        weight_decay: AnyFloats | float,
    ) -> None:
        del learning_rate  # it multiplies the gradient later
        gradient += weight_decay * parameters


@dataclass(frozen=True, slots=True)
class AdamW(Adam):
    """`Adam` with decoupled decay: the parameter is first multiplied by 1 − learning_rate · weight_decay.

    Source
    ------
    Loshchilov and Hutter, *Decoupled weight decay regularization*, ICLR 2019, algorithm 2.
    """

    rule: ClassVar[str] = "adamw"

    def _decay(
        self,
        parameters: AnyFloats,
        gradient: AnyFloats,
        learning_rate: AnyFloats | float,
        weight_decay: AnyFloats | float,
    ) -> None:
        del gradient  # the decay is no part of it
        parameters *= 1.0 - learning_rate * weight_decay


Optimizer = SGD | Adam
