"""The laws of activations and outputs as far as standard errors need them: central moments up to the eighth."""

import math
from collections.abc import Iterable
from functools import lru_cache, reduce
from operator import add
from typing import NamedTuple

import numpy as np

from dropviz.numbers.checks import Floats
from dropviz.theory.activations import (
    Activations,
    Exponential,
    LogNormal,
    Normal,
    SigmoidNormal,
    Sparse,
    Uniform,
)
from dropviz.theory.measured import Empirical, parts
from dropviz.theory.normal import sigmoid

SMALLEST = 1e-150  # the square of a smaller value leaves the range of float64
POWERS = range(9)
NODES = 4096
NARROW = 0.1  # lognormals of a smaller deviation are integrated: their moments are differences of nearly equal numbers


def size_of(mu: float, v: float) -> float:
    """Root mean square of the activations, the unit in which fourth powers neither overflow nor vanish."""
    size = math.hypot(mu, math.sqrt(v))
    return size if size > SMALLEST else 1.0


class Law(NamedTuple):
    """Mean and central moments of a source, in units of ``size``, its root mean square."""

    size: float
    mean: float
    central: Floats  # E[(a − μ)ᵖ], p = 0 … 8


class Mixture(NamedTuple):
    """Outputs gain·a + offset, each gain and offset with a probability; axes: branch, then any."""

    probability: Floats
    gain: Floats
    offset: Floats | float = 0.0


@lru_cache(maxsize=8)  # an array in a key stays in memory
def law_of(activations: Activations) -> Law:
    """Central moments up to the eighth; only those above the second may be approximate, to 1e-4 of themselves."""
    mu, v = activations.exact_mean, activations.exact_variance
    size = size_of(mu, v)
    std = math.sqrt(v) / size
    standard = _standardised(activations, mu, math.sqrt(v)) if std > 0.0 else np.eye(1, len(POWERS))[0]
    central = standard * std ** np.array(POWERS)
    central.flags.writeable = False
    return Law(size, mu / size, central)


def _standardised(activations: Activations, mu: float, std: float) -> Floats:
    """E[((a − μ)/√v)ᵖ], p = 0 … 8."""
    match activations:
        case Normal(relu=False):
            return np.array([1.0, 0.0, 1.0, 0.0, 3.0, 0.0, 15.0, 0.0, 105.0])
        case Uniform():
            return np.array([1.0, 0.0, 1.0, 0.0, 9 / 5, 0.0, 27 / 7, 0.0, 9.0])
        case Exponential():
            return np.array([1.0, 0.0, 1.0, 2.0, 9.0, 44.0, 265.0, 1854.0, 14833.0])
        case LogNormal() if activations.std > NARROW:  # E[aᵖ] = e^(p²·std²/2), in units of the mean
            square = activations.std**2
            raw = [math.exp(0.5 * p * (p - 1) * square) for p in POWERS]
            return _about(raw, 1.0) / math.sqrt(math.expm1(square)) ** np.array(POWERS)
        case Sparse():  # E[aᵖ] = q·p!, in units of the scale
            q = 1.0 - activations.zero_probability
            raw = [1.0, *(q * math.factorial(p) for p in POWERS[1:])]
            return _about(raw, q) / math.sqrt(q * (2.0 - q)) ** np.array(POWERS)
    moments = np.zeros(len(POWERS))
    # A ReLU far below 0 has weights of 1e-200 and values of 1e100; its eighth moment may be beyond float64.
    with np.errstate(over="ignore"):
        for values, term in _values(activations):
            standard = (values - mu) / std
            for power in POWERS:
                moments[power] += term.sum()
                term = term * standard  # noqa: PLW2901
    return np.array([1.0, 0.0, 1.0, *moments[3:]])


def _about(raw: list[float], mean: float) -> Floats:
    """Central moments from raw ones, E[aᵖ], whose mean is ``mean``."""
    # one by one: Python's own sum rounds otherwise from 3.12 on
    return np.array(
        [reduce(add, [math.comb(p, i) * raw[i] * (-mean) ** (p - i) for i in range(p + 1)]) for p in POWERS]
    )


def _values(activations: Activations) -> Iterable[tuple[Floats, Floats]]:
    """Values of the activation and their probabilities, in parts."""
    if isinstance(activations, Empirical):
        chance = 1.0 / activations.values.size
        return ((part, np.full(part.size, chance)) for part in parts(activations.values))
    z = np.linspace(-12.0, 12.0, NODES)
    density = np.exp(-0.5 * z**2)
    density /= density.sum()
    match activations:
        case LogNormal():
            return [(np.exp(activations.mean + activations.std * z), density)]
        case SigmoidNormal():
            return [(sigmoid(activations.mean + activations.std * z), density)]
        case Normal():  # rectified; the rest of the probability stands at 0
            middle = activations.mean / activations.std
            x = np.linspace(0.0, max(middle, 0.0) + 12.0, NODES)
            density = np.exp(-0.5 * (x - middle) ** 2) * (x[1] / math.sqrt(2.0 * math.pi))
            density[0] *= 0.5
            rest = max(0.0, 1.0 - density.sum())
            return [(activations.std * np.append(x, 0.0), np.append(density, rest))]
    u = (np.arange(NODES) + 0.5) / NODES
    return [(activations.quantile(u), np.full(NODES, 1.0 / NODES))]
