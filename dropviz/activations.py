"""Where the activations come from: distributions with exact moments, and arrays of measured values.

Every source is an immutable value with ``exact_mean`` and ``exact_variance`` (floats), ``sample`` (independent draws,
shape (count,)) and ``quantile`` (inverse distribution function, elementwise). Values are dimensionless, and so is every
parameter.
"""

import hashlib
import math
from dataclasses import dataclass, field
from functools import lru_cache
from numbers import Real
from pathlib import Path
from statistics import NormalDist
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
LARGEST = 1e100  # the square of a larger value leaves the range of float64


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


def check_number(name: str, value: float, low: float, high: float) -> None:
    """Raise ValueError, naming the range, unless ``low`` ≤ ``value`` ≤ ``high``."""
    if not isinstance(value, Real) or not low <= value <= high:
        raise ValueError(f"{name} must be a number from {low:g} to {high:g}; got {value!r}")


def check_count(name: str, value: int, low: int, high: int) -> None:
    """Raise ValueError, naming the range, unless ``value`` is an integer from ``low`` to ``high``."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise ValueError(f"{name} must be an integer from {low} to {high}; got {value!r}")


def check_numbers(name: str, values: ArrayLike, low: float, high: float) -> Floats:
    """Return ``values`` as float64, or raise ValueError, naming the range, unless all lie from ``low`` to ``high``."""
    numbers = reals(values)
    if numbers is None or not ((numbers >= low) & (numbers <= high)).all():
        raise ValueError(f"{name} must be a number from {low:g} to {high:g}; got {values!r}")
    return numbers.astype(np.float64) + 0.0  # no −0


def reals(values: ArrayLike) -> NDArray[Any] | None:
    """Return ``values`` as an array, or None if it is masked, no array, or not of real numbers."""
    if holds_masked(values):
        return None
    try:
        array = np.asarray(values)
    except ValueError:  # rows of different lengths
        return None
    return array if array.dtype.kind in "biuf" else None


def holds_masked(values: object) -> bool:
    """Whether ``values``, or a list in it, is an array with masked entries, whose mask NumPy would silently drop."""
    if isinstance(values, list | tuple):
        return any(isinstance(row, list | tuple | np.ma.MaskedArray) and holds_masked(row) for row in values)
    return bool(np.ma.is_masked(values))


def drop_rounding(value: ArrayLike, scale: ArrayLike) -> Floats:
    """Return ``value`` with 0 where it is at most 4 ulps of the numbers of size ``scale`` that it was summed from.

    >>> drop_rounding([0.1 + 0.2 - 0.3, 1e-9], 0.3).tolist()
    [0.0, 1e-09]
    """
    rounding = 4.0 * np.finfo(np.float64).eps * np.abs(scale)
    return np.asarray(np.where(np.abs(value) <= rounding, 0.0, value), dtype=np.float64)


def normal_quantile(probability: ArrayLike) -> Floats:
    """Inverse distribution function of N(0, 1), elementwise."""
    inverse = np.vectorize(NormalDist().inv_cdf, otypes=[np.float64])
    return np.asarray(inverse(np.asarray(probability, dtype=np.float64)), dtype=np.float64)


def _rectified_standard_moments(z: float) -> tuple[float, float]:
    """Mean and variance of max(0, N(z, 1)), arranged so that no large terms cancel for z > 0."""
    density = math.exp(-0.5 * z * z) / math.sqrt(2 * math.pi)
    above = 0.5 * math.erfc(-z / math.sqrt(2))  # Φ(z)
    below = 0.5 * math.erfc(z / math.sqrt(2))
    mean = z * above + density
    variance = above + z * z * above * below + z * density * (below - above) - density**2
    return max(mean, 0.0), max(variance, 0.0)


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
        return self.std * _rectified_standard_moments(self.mean / self.std)[0]

    @property
    def exact_variance(self) -> float:
        """Variance of the activation, after the ReLU if there is one."""
        if not self.relu:
            return float(self.std) ** 2
        return self.std**2 * _rectified_standard_moments(self.mean / self.std)[1]

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


def _sigmoid(x: Floats) -> Floats:
    decay = np.exp(-np.abs(x))  # never overflows, and keeps its digits where the sigmoid is small
    return np.asarray(np.where(x < 0.0, decay, 1.0) / (1.0 + decay), dtype=np.float64)


@lru_cache(maxsize=256)
def _sigmoid_normal_moments(mean: float, std: float) -> tuple[float, float]:
    """Mean and variance of 1/(1 + e^−x), x ~ N(mean, std²), by the trapezoidal rule.

    The integrand is analytic, its nearest pole π/std from the real axis, so the rule converges as
    exp(−2π²/(std·step)): beyond rounding for std ≤ 50 at this step.
    """
    z = np.arange(-12.0, 12.0005, 0.01)
    weight = np.exp(-0.5 * z * z)
    weight /= weight.sum()
    value = _sigmoid(mean + std * z)
    average = float(weight @ value)
    return average, float(weight @ (value - average) ** 2)


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
        return _sigmoid_normal_moments(float(self.mean), float(self.std))[0]

    @property
    def exact_variance(self) -> float:
        """Var[1/(1 + e^−x)]."""
        return _sigmoid_normal_moments(float(self.mean), float(self.std))[1]

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw ``count`` independent activations, shape (count,)."""
        return _sigmoid(self.mean + self.std * rng.standard_normal(count))

    def quantile(self, probability: ArrayLike) -> Floats:
        """Inverse distribution function."""
        return _sigmoid(self.mean + self.std * normal_quantile(probability))


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


@dataclass(frozen=True, slots=True, eq=False)
class Empirical:
    """A person's own activations: independent draws, with replacement, from the given values.

    Exact given the n values, in their unit: E[a] = Σaᵢ/n, Var[a] = Σ(aᵢ − E[a])²/n; 0 where no more than rounding.

    Parameters
    ----------
    values
        Shape (n,) or (examples, units); any dtype that NumPy calls real (bool, integer, float). They are copied to
        float64 and read-only; two sources with the same values in the same shape are equal.

    Raises
    ------
    ValueError
        If the array is empty, has more than two axes, is complex, text or object, or holds masked entries, NaN,
        infinity or a magnitude above 1e100.

    >>> Empirical([1.0, 2.0, 6.0]).exact_mean
    3.0
    """

    values: Floats
    digest: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        values = checked_array(self.values, LARGEST)
        self.__setstate__(
            (values, hashlib.sha256(repr(values.shape).encode() + values.tobytes()).hexdigest())
        )

    def __getstate__(self) -> tuple[Floats, str]:
        return self.values, self.digest

    def __setstate__(self, state: tuple[Floats, str]) -> None:
        values, digest = state
        values.flags.writeable = False  # pickle forgets it
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "digest", digest)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Empirical) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def exact_mean(self) -> float:
        """Mean of the values; 0 where it is no more than their rounding."""
        low, high = float(self.values.min()), float(self.values.max())
        mean = np.clip(np.mean(self.values), low, high)  # equal values have this mean, to the last bit
        return float(drop_rounding(mean, max(-low, high)))

    @property
    def exact_variance(self) -> float:
        """Variance of the values, divided by their number; 0 where they differ by no more than rounding."""
        variance, size = np.var(self.values), np.abs(self.values).max()
        return float(variance) if drop_rounding(np.sqrt(variance), size) > 0.0 else 0.0

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw ``count`` of the values with replacement, shape (count,)."""
        return np.take(self.values, rng.integers(0, self.values.size, count))

    def quantile(self, probability: ArrayLike) -> Floats:
        """Inverse distribution function of the values."""
        at = np.asarray(probability, dtype=np.float64)
        return np.asarray(np.quantile(self.values, at, method="inverted_cdf"), dtype=np.float64)


def checked_array(values: ArrayLike, largest: float) -> Floats:
    """Copy to a C-ordered float64 array, 1-D or 2-D, or raise ValueError: one sentence that says why not."""
    if holds_masked(values):
        raise ValueError("values must not be masked; drop or fill the masked entries")
    try:
        array = np.asarray(values)
    except ValueError as ragged:
        raise ValueError("values must form one array; the rows differ in length") from ragged
    if array.dtype.kind not in "biuf":
        kinds = {"c": "complex numbers", "O": "Python objects", "U": "text", "S": "text"}
        kinds |= {"M": "dates", "m": "time spans", "V": "records"}
        kind = kinds.get(array.dtype.kind, f"dtype {array.dtype}")
        raise ValueError(f"values must be real numbers (bool, integer or float); got {kind}")
    if array.size == 0:
        raise ValueError("values must not be empty; got an array of shape " + repr(array.shape))
    if array.ndim not in (1, 2):
        raise ValueError(f"values must be 1-D or (examples, units); got {array.ndim} axes: reshape first")
    if not np.isfinite(array).all():
        raise ValueError("values must be finite; got NaN or infinity")
    with np.errstate(over="ignore"):  # a long double may be finite and yet too large
        floats = np.array(array, dtype=np.float64, order="C")
    found = max(floats.max(), -floats.min())
    if found > largest:
        raise ValueError(f"values must be at most {largest:g} in magnitude; got {found:g}")
    return floats


@lru_cache(maxsize=1)
def digits() -> Empirical:
    """Real activations: the hidden ReLU layer of a small network on the UCI digits it was not trained on.

    Returns
    -------
    Empirical
        Shape (examples, units), dimensionless. Pixels 0–16 are divided by 16; a = max(0, x·W₁ + b₁).

    Source: Alpaydin & Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository (1998),
    CC BY 4.0; see dropviz/data/README.md for how the weights were made.
    """
    with np.load(Path(__file__).parent / "data" / "digits.npz", allow_pickle=False) as data:
        pixels = data["images"][data["test_indices"]].astype(np.float64) / 16.0
        return Empirical(np.maximum(pixels @ data["w1"] + data["b1"], 0.0))
