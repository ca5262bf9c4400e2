"""What the factor in training does to gradients, and the step that makes both strategies follow one path.

The layer behind the dropout computes z = (m·a·t)·W with t = 1 (standard) or 1/k (inverted), m ∈ {0, 1}, k = 1 − r.
With g the gradient of the loss for z, the chain rule gives::

    ∂loss/∂W = (m·a·t)ᵀ·g        ∂loss/∂a = t·m·(g·Wᵀ)

so t multiplies both. All results are dimensionless factors, or in the unit of the gradient.
"""

# axes: input, rate

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import Floats, check_choice, quotient
from dropviz.numbers.rates import below_one
from dropviz.theory.strategies import strategy


@dataclass(frozen=True, slots=True, eq=False)
class StepRule:
    """What inverted's settings are multiplied by for standard's weights behind the dropout; shape of the rate."""

    learning_rate: Floats
    weight_decay: Floats
    epsilon: Floats  # Adam's


# Optimizer → powers of keep: of the learning rate, the weight decay and ε.
POWERS: Mapping[str, tuple[int, int, int]] = MappingProxyType(
    {"sgd": (-2, 2, 0), "adam": (-1, 2, 1), "adamw": (-1, 1, 1)}
)


def step_rule(optimizer: str, rate: ArrayLike) -> StepRule:
    """The settings with which standard dropout trains exactly as inverted does at η, λ and ε.

    With V = k·W both are the same function of every parameter, and the gradients obey ∂V = ∂W/k. So W = V/k
    moves as V does for::

        sgd     η/k²   k²·λ          the gradient is k times as large, and the weight 1/k times
        adam    η/k    k²·λ   k·ε    m̂/(√v̂ + ε) keeps its value where the gradient and ε grow alike
        adamw   η/k    k·λ    k·ε    the decay η·λ·W is not divided by √v̂: η/k times k·λ is η·λ

    in the weights of that layer alone; momentum and all other settings stay. ``optimizer``: "sgd", "adam" (the decay is
    added to the gradient) or "adamw" (it is decoupled).

    Raises
    ------
    ValueError
        If there is no such optimizer, or a rate is outside [0, 1).

    Source
    ------
    Elementary; the update rules are those of Kingma and Ba, ICLR 2015, algorithm 1, and Loshchilov and Hutter,
    *Decoupled weight decay regularization*, ICLR 2019, algorithm 2.

    >>> rule = step_rule("adamw", 0.5)
    >>> float(rule.learning_rate), float(rule.weight_decay), float(rule.epsilon)
    (2.0, 0.5, 0.5)
    """
    keep = 1.0 - below_one(rate)
    powers = POWERS[check_choice("optimizer", optimizer, POWERS)]
    return StepRule(*(np.asarray(keep**power) for power in powers))


_GRADIENTS: Mapping[str, Callable[[Floats], Floats]] = MappingProxyType(
    {
        "same function, behind": lambda keep: 1.0 / keep,
        "same function, before": np.ones_like,
        "same weights, behind": lambda keep: 1.0 / keep,
        "same weights, before": lambda keep: 1.0 / keep,
    }
)


def gradient_ratios(rate: ArrayLike) -> Mapping[str, Floats]:
    """Inverted's gradients divided by standard's, for the same mask and the same gradient g at z; shape of the rate.

    "behind" is ∂loss/∂V over ∂loss/∂W, "before" is ∂loss/∂a, and so the gradient of every layer further down. With the
    same function (V = k·W) they are 1/k and 1: the weight is smaller by the factor by which its gradient is larger.
    With the same weights (V = W) the factor 1/k stands in both.

    >>> {name: float(ratio) for name, ratio in gradient_ratios(0.5).items()}["same function, before"]
    1.0
    """
    keep = 1.0 - below_one(rate)
    return MappingProxyType({name: np.asarray(ratio(keep)) for name, ratio in _GRADIENTS.items()})


def gradient_moments(
    name: str, inputs: ArrayLike, weights: ArrayLike, target: float, rate: ArrayLike
) -> tuple[Floats, Floats]:
    """Mean and variance over masks of the gradient of ½·(z − y)² for each weight, z = Σ wᵢ·aᵢ·mᵢ·t.

    The gradient is G = t·a·m·(z − y), in the unit of a·y, and m² = m. With x = t·a, bᵢ = wᵢ·xᵢ and for each input
    D = k·(Σb − b) + b − y, the mean of z − y where the input stays, and Q = k·r·(Σb² − b²), its variance there::

        E[G] = k·x·D        Var[G] = k·x²·(Q + r·D²)

    ``name`` is a strategy, ``inputs`` a and ``weights`` w have shape (input,), ``target`` is y, ``rate`` shape (rate,);
    both results have shape (input, rate). NaN where t divides by zero.

    Source: elementary; given mᵢ = 1 the rest of z is that of Wang and Manning, ICML 2013.
    """
    rates = np.atleast_1d(below_one(rate))
    keep, x = 1.0 - rates, np.asarray(inputs, dtype=np.float64)[:, None] * strategy(name).train_scale(rates)
    b = np.asarray(weights, dtype=np.float64)[:, None] * x
    kept = keep * (b.sum(axis=0) - b) + b - target
    around = keep * rates * np.maximum((b**2).sum(axis=0) - b**2, 0.0)
    return keep * x * kept, keep * x**2 * (around + rates * kept**2)


def signal_to_noise(mean: Floats, variance: Floats) -> Floats:
    """|mean| / √variance, dimensionless; NaN where the variance is 0."""
    return quotient(np.abs(mean), np.sqrt(variance))
