"""Where the activations come from: distributions with exact moments, and arrays of measured values.

Every source is an immutable value with ``exact_mean`` and ``exact_variance`` (floats), ``sample`` (independent draws,
shape (count,)) and ``quantile`` (inverse distribution function, elementwise). Values are dimensionless, and so is every
parameter.
"""

import math
from abc import abstractmethod
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import Checked, Floats, check_number, checked
from dropviz.theory.normal import normal_quantile, rectified_moments, sigmoid, sigmoid_moments


class Activations(Protocol):
    """What a sweep needs to know of a source of activations; a value that serves as a key.

    Examples
    --------
    >>> source = Exponential(2.0)
    >>> source.exact_mean, source.exact_variance, source.quantile(0.5).round(3).item()
    (2.0, 4.0, 1.386)
    >>> source.sample(np.random.default_rng(7), 3).shape
    (3,)
    """

    __slots__ = ()

    def __hash__(self) -> int:
        """Hash, equal for equal sources."""
        return super().__hash__()

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


class Distribution(Checked, Activations):
    """A law with exact moments, whose parameters have the ranges that stand beside them."""

    __slots__ = ()

    @property
    def exact_mean(self) -> float:
        return self._moments()[0]

    @property
    def exact_variance(self) -> float:
        return self._moments()[1]

    @abstractmethod
    def _moments(self) -> tuple[float, float]:
        """Exact mean and variance."""


@dataclass(frozen=True, slots=True)
class Normal(Distribution):
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

    Examples
    --------
    >>> round(Normal(0.0, 1.0, relu=True).exact_mean, 6)
    0.398942
    """

    mean: float = checked(0.0, check_number, -1e6, 1e6)
    std: float = checked(1.0, check_number, 1e-6, 1e6)
    relu: bool = False

    def _moments(self) -> tuple[float, float]:
        if not self.relu:
            return float(self.mean), float(self.std) ** 2
        mean, variance = rectified_moments(self.mean / self.std)
        return self.std * mean, self.std**2 * variance

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        values = rng.standard_normal(count)
        if self.std != 1.0:
            values *= self.std
        if self.mean != 0.0:
            values += self.mean
        return np.maximum(values, 0.0, out=values) if self.relu else values

    def quantile(self, probability: ArrayLike) -> Floats:
        values = self.mean + self.std * normal_quantile(probability)
        return np.maximum(values, 0.0) if self.relu else values


RELU = Normal(relu=True)  # what is simulated where nothing else is said


@dataclass(frozen=True, slots=True)
class Uniform(Distribution):
    """Uniform activations on [low, high]: E[a] = (low + high)/2, Var[a] = (high − low)²/12.

    Parameters
    ----------
    low, high
        The ends; |low| ≤ 1e6, |high| ≤ 1e6, low < high.

    Raises
    ------
    ValueError
        If a parameter is outside its range, or low is not smaller than high.

    Examples
    --------
    >>> Uniform(-1.0, 3.0).exact_mean
    1.0
    """

    low: float = checked(0.0, check_number, -1e6, 1e6)
    high: float = checked(1.0, check_number, -1e6, 1e6)

    def __post_init__(self) -> None:
        Checked.__post_init__(self)
        if not self.low < self.high:
            raise ValueError(f"low must be smaller than high; got low={self.low!r}, high={self.high!r}")

    def _moments(self) -> tuple[float, float]:
        return 0.5 * (self.low + self.high), (self.high - self.low) ** 2 / 12.0

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        return rng.uniform(self.low, self.high, count)

    def quantile(self, probability: ArrayLike) -> Floats:
        return self.low + (self.high - self.low) * np.asarray(probability, dtype=np.float64)


@dataclass(frozen=True, slots=True)
class Exponential(Distribution):
    """Exponential activations, P(a > x) = e^(−x/scale) for x ≥ 0: E[a] = scale, Var[a] = scale².

    Parameters
    ----------
    scale
        Mean, and standard deviation; 1e-6 ≤ scale ≤ 1e6.

    Raises
    ------
    ValueError
        If the scale is outside its range.

    Examples
    --------
    >>> Exponential(2.0).exact_variance
    4.0
    """

    scale: float = checked(1.0, check_number, 1e-6, 1e6)

    def _moments(self) -> tuple[float, float]:
        return float(self.scale), float(self.scale) ** 2

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        return rng.exponential(self.scale, count)

    def quantile(self, probability: ArrayLike) -> Floats:
        return -self.scale * np.log1p(-np.asarray(probability, dtype=np.float64))


@dataclass(frozen=True, slots=True)
class SigmoidNormal(Distribution):
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

    Examples
    --------
    >>> round(SigmoidNormal(0.0, 1.0).exact_mean, 12)
    0.5
    """

    mean: float = checked(0.0, check_number, -50, 50)
    std: float = checked(1.0, check_number, 1e-6, 50)

    def _moments(self) -> tuple[float, float]:
        return sigmoid_moments(float(self.mean), float(self.std))

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        return sigmoid(self.mean + self.std * rng.standard_normal(count))

    def quantile(self, probability: ArrayLike) -> Floats:
        return sigmoid(self.mean + self.std * normal_quantile(probability))


@dataclass(frozen=True, slots=True)
class LogNormal(Distribution):
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

    Examples
    --------
    >>> round(LogNormal(0.0, 0.5).exact_mean, 6)
    1.133148
    """

    mean: float = checked(0.0, check_number, -50, 50)
    std: float = checked(0.5, check_number, 1e-6, 5)

    def _moments(self) -> tuple[float, float]:
        square = self.std**2
        return math.exp(self.mean + 0.5 * square), math.expm1(square) * math.exp(2 * self.mean + square)

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        return rng.lognormal(self.mean, self.std, count)

    def quantile(self, probability: ArrayLike) -> Floats:
        return np.exp(self.mean + self.std * normal_quantile(probability))


@dataclass(frozen=True, slots=True)
class Sparse(Distribution):
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

    Examples
    --------
    >>> round(Sparse(0.8, 1.0).exact_mean, 12)
    0.2
    """

    zero_probability: float = checked(0.8, check_number, 0.0, 0.9999)
    scale: float = checked(1.0, check_number, 1e-6, 1e6)

    def _moments(self) -> tuple[float, float]:
        q = 1.0 - self.zero_probability
        return q * self.scale, q * (1.0 + self.zero_probability) * float(self.scale) ** 2

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        values = rng.exponential(self.scale, count)
        values[rng.random(count) < self.zero_probability] = 0.0
        return values

    def quantile(self, probability: ArrayLike) -> Floats:
        above_zero = np.asarray(probability, dtype=np.float64) - self.zero_probability
        of_nonzero = above_zero / (1.0 - self.zero_probability)
        return -self.scale * np.log1p(-np.maximum(of_nonzero, 0.0))


@dataclass(frozen=True, slots=True)
class Constant(Distribution):
    """Activations that all equal ``value``: E[a] = value, Var[a] = 0.

    Parameters
    ----------
    value
        Any number with |value| ≤ 1e6.

    Raises
    ------
    ValueError
        If the value is outside its range.

    Examples
    --------
    >>> Constant(2.0).exact_variance
    0.0
    """

    value: float = checked(1.0, check_number, -1e6, 1e6)

    def _moments(self) -> tuple[float, float]:
        return float(self.value), 0.0

    def sample(self, rng: np.random.Generator, count: int) -> Floats:  # noqa: ARG002 (no randomness in it)
        return np.full(count, float(self.value))

    def quantile(self, probability: ArrayLike) -> Floats:
        return np.full(np.shape(probability), float(self.value))
