"""Where the activations come from: distributions with exact moments, and arrays of measured values.

Every source is an immutable value with ``exact_mean`` and ``exact_variance`` (floats), ``sample`` (independent draws,
shape (count,)) and ``quantile`` (inverse distribution function, elementwise). Values are dimensionless, and so is every
parameter.
"""

import math
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import Floats, check_number
from dropviz.theory.normal import normal_quantile, rectified_moments, sigmoid, sigmoid_moments


class Activations(Protocol):
    """What a sweep needs to know of a source of activations; a value that serves as a key."""

    def __hash__(self) -> int:
        """Hash, equal for equal sources."""

    @property
    def exact_mean(self) -> float:
        """Mean μ, from the closed form."""

    @property
    def exact_variance(self) -> float:
        """Variance v, from the closed form."""

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw ``count`` independent activations, shape (count,)."""

    def quantile(self, probability: ArrayLike) -> Floats:
        """Smallest a with P(activation ≤ a) ≥ ``probability``, for probabilities inside (0, 1)."""


@dataclass(frozen=True, slots=True)
class Normal:
    """Normal activations N(mean, std²); with ``relu=True`` rectified: a = max(0, x).

    With z = mean/std and φ, Φ the standard normal density and distribution function, the rectified normal has
    E[a] = std·(z·Φ + φ) and Var[a] = std²·(Φ + z²·Φ·(1 − Φ) + z·φ·(1 − 2Φ) − φ²).

    Parameters
    ----------
    mean, std
        Of the normal before rectification; |mean| ≤ 1e6, 1e-6 ≤ std ≤ 1e6.
    relu
        Whether negative values become 0.

    Raises
    ------
    ValueError
        If a parameter is outside its range.

    >>> round(Normal(0.0, 1.0, relu=True).exact_mean, 6)
    0.398942
    """

    mean: float = 0.0
    std: float = 1.0
    relu: bool = False

    def __post_init__(self) -> None:
        check_number("mean", self.mean, -1e6, 1e6)
        check_number("std", self.std, 1e-6, 1e6)

    @property
    def exact_mean(self) -> float:
        """Mean of the activation, after the ReLU if there is one."""
        if not self.relu:
            return float(self.mean)
        return self.std * rectified_moments(self.mean / self.std)[0]

    @property
    def exact_variance(self) -> float:
        """Variance of the activation, after the ReLU if there is one."""
        if not self.relu:
            return float(self.std) ** 2
        return self.std**2 * rectified_moments(self.mean / self.std)[1]

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw ``count`` independent activations, shape (count,)."""
        values = rng.standard_normal(count)
        if self.std != 1.0:
            values *= self.std
        if self.mean != 0.0:
            values += self.mean
        return np.maximum(values, 0.0, out=values) if self.relu else values

    def quantile(self, probability: ArrayLike) -> Floats:
        """Inverse distribution function."""
        values = self.mean + self.std * normal_quantile(probability)
        return np.maximum(values, 0.0) if self.relu else values


@dataclass(frozen=True, slots=True)
class Uniform:
    """Uniform activations on [low, high]: E[a] = (low + high)/2, Var[a] = (high − low)²/12.

    Parameters
    ----------
    low, high
        The ends; |low| ≤ 1e6, |high| ≤ 1e6, low < high.

    Raises
    ------
    ValueError
        If a parameter is outside its range, or low is not smaller than high.

    >>> Uniform(-1.0, 3.0).exact_mean
    1.0
    """

    low: float = 0.0
    high: float = 1.0

    def __post_init__(self) -> None:
        check_number("low", self.low, -1e6, 1e6)
        check_number("high", self.high, -1e6, 1e6)
        if not self.low < self.high:
            raise ValueError(f"low must be smaller than high; got low={self.low!r}, high={self.high!r}")

    @property
    def exact_mean(self) -> float:
        """(low + high)/2."""
        return 0.5 * (self.low + self.high)

    @property
    def exact_variance(self) -> float:
        """(high − low)²/12."""
        return (self.high - self.low) ** 2 / 12.0

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw ``count`` independent activations, shape (count,)."""
        return rng.uniform(self.low, self.high, count)

    def quantile(self, probability: ArrayLike) -> Floats:
        """Inverse distribution function."""
        return self.low + (self.high - self.low) * np.asarray(probability, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Exponential:
    """Exponential activations, P(a > x) = e^(−x/scale) for x ≥ 0: E[a] = scale, Var[a] = scale².

    Parameters
    ----------
    scale
        Mean, and standard deviation; 1e-6 ≤ scale ≤ 1e6.

    Raises
    ------
    ValueError
        If the scale is outside its range.

    >>> Exponential(2.0).exact_variance
    4.0
    """

    scale: float = 1.0

    def __post_init__(self) -> None:
        check_number("scale", self.scale, 1e-6, 1e6)

    @property
    def exact_mean(self) -> float:
        """The scale."""
        return float(self.scale)

    @property
    def exact_variance(self) -> float:
        """The scale squared."""
        return float(self.scale) ** 2

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw ``count`` independent activations, shape (count,)."""
        return rng.exponential(self.scale, count)

    def quantile(self, probability: ArrayLike) -> Floats:
        """Inverse distribution function."""
        return -self.scale * np.log1p(-np.asarray(probability, dtype=np.float64))


@dataclass(frozen=True, slots=True)
class SigmoidNormal:
    """Sigmoid of a normal, a = 1/(1 + e^−x) with x ~ N(mean, std²).

    Mean and variance are integrals without a closed form, computed by quadrature to rounding error.

    Parameters
    ----------
    mean, std
        Of the normal before the sigmoid; |mean| ≤ 50, 1e-6 ≤ std ≤ 50.

    Raises
    ------
    ValueError
        If a parameter is outside its range.

    >>> round(SigmoidNormal(0.0, 1.0).exact_mean, 12)
    0.5
    """

    mean: float = 0.0
    std: float = 1.0

    def __post_init__(self) -> None:
        check_number("mean", self.mean, -50, 50)
        check_number("std", self.std, 1e-6, 50)

    @property
    def exact_mean(self) -> float:
        """E[1/(1 + e^−x)]."""
        return sigmoid_moments(float(self.mean), float(self.std))[0]

    @property
    def exact_variance(self) -> float:
        """Var[1/(1 + e^−x)]."""
        return sigmoid_moments(float(self.mean), float(self.std))[1]

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw ``count`` independent activations, shape (count,)."""
        return sigmoid(self.mean + self.std * rng.standard_normal(count))

    def quantile(self, probability: ArrayLike) -> Floats:
        """Inverse distribution function."""
        return sigmoid(self.mean + self.std * normal_quantile(probability))


@dataclass(frozen=True, slots=True)
class LogNormal:
    """Lognormal activations, a = e^x with x ~ N(mean, std²).

    E[a] = e^(mean + std²/2), Var[a] = (e^(std²) − 1)·e^(2·mean + std²).

    Parameters
    ----------
    mean, std
        Of the normal x, not of the activation; |mean| ≤ 50, 1e-6 ≤ std ≤ 5.

    Raises
    ------
    ValueError
        If a parameter is outside its range.

    >>> round(LogNormal(0.0, 0.5).exact_mean, 6)
    1.133148
    """

    mean: float = 0.0
    std: float = 0.5

    def __post_init__(self) -> None:
        check_number("mean", self.mean, -50, 50)
        check_number("std", self.std, 1e-6, 5)

    @property
    def exact_mean(self) -> float:
        """e^(mean + std²/2)."""
        return math.exp(self.mean + 0.5 * self.std**2)

    @property
    def exact_variance(self) -> float:
        """(e^(std²) − 1)·e^(2·mean + std²)."""
        return math.expm1(self.std**2) * math.exp(2 * self.mean + self.std**2)

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw ``count`` independent activations, shape (count,)."""
        return rng.lognormal(self.mean, self.std, count)

    def quantile(self, probability: ArrayLike) -> Floats:
        """Inverse distribution function."""
        return np.exp(self.mean + self.std * normal_quantile(probability))


@dataclass(frozen=True, slots=True)
class Sparse:
    """Sparse activations: 0 with probability ``zero_probability``, otherwise exponential with mean ``scale``.

    With q = 1 − zero_probability: E[a] = q·scale, Var[a] = q·(2 − q)·scale².

    Parameters
    ----------
    zero_probability
        P(a = 0); 0 ≤ zero_probability ≤ 0.9999.
    scale
        Mean of the others; 1e-6 ≤ scale ≤ 1e6.

    Raises
    ------
    ValueError
        If a parameter is outside its range.

    >>> round(Sparse(0.8, 1.0).exact_mean, 12)
    0.2
    """

    zero_probability: float = 0.8
    scale: float = 1.0

    def __post_init__(self) -> None:
        check_number("zero_probability", self.zero_probability, 0.0, 0.9999)
        check_number("scale", self.scale, 1e-6, 1e6)

    @property
    def exact_mean(self) -> float:
        """(1 − zero_probability)·scale."""
        return (1.0 - self.zero_probability) * self.scale

    @property
    def exact_variance(self) -> float:
        """(1 − zero_probability)·(1 + zero_probability)·scale²."""
        return (1.0 - self.zero_probability) * (1.0 + self.zero_probability) * float(self.scale) ** 2

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw ``count`` independent activations, shape (count,)."""
        values = rng.exponential(self.scale, count)
        values[rng.random(count) < self.zero_probability] = 0.0
        return values

    def quantile(self, probability: ArrayLike) -> Floats:
        """Inverse distribution function."""
        of_nonzero = (np.asarray(probability, dtype=np.float64) - self.zero_probability) / (
            1.0 - self.zero_probability
        )
        return -self.scale * np.log1p(-np.maximum(of_nonzero, 0.0))


@dataclass(frozen=True, slots=True)
class Constant:
    """Activations that all equal ``value``: E[a] = value, Var[a] = 0.

    Parameters
    ----------
    value
        Any number with |value| ≤ 1e6.

    Raises
    ------
    ValueError
        If the value is outside its range.

    >>> Constant(2.0).exact_variance
    0.0
    """

    value: float = 1.0

    def __post_init__(self) -> None:
        check_number("value", self.value, -1e6, 1e6)

    @property
    def exact_mean(self) -> float:
        """The value."""
        return float(self.value)

    @property
    def exact_variance(self) -> float:
        """Zero."""
        return 0.0

    def sample(self, rng: np.random.Generator, count: int) -> Floats:  # noqa: ARG002 (no randomness in it)
        """Return ``count`` copies of the value, shape (count,)."""
        return np.full(count, float(self.value))

    def quantile(self, probability: ArrayLike) -> Floats:
        """Return the value, whatever the probability."""
        return np.full(np.shape(probability), float(self.value))
