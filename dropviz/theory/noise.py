"""Noise for activations: Bernoulli dropout and its zero-mean relatives, with exact moments.

Every noise is affine in the activation: output = gain·a + offset with random gain and offset, so that its gradient is
gain. Two families (rate r, keep k = 1 − r, activation a with mean μ and variance v)::

    MaskNoise    output = scale·(m·a + (1 − m)·fill) + shift      m ∈ {0, 1}, P(m = 0) = r
    SpreadNoise  output = a·(1 + σ·n)  or  a + s·n                n with mean 0 and variance 1, σ² = r/k

What is called *the noise* is output − a. Everything is dimensionless. Rates lie in [0, 1).
"""

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import Floats, check_choice, checked_variance, drop_rounding
from dropviz.numbers.rates import below_one
from dropviz.theory.law import Mixture
from dropviz.theory.moments import Moments
from dropviz.theory.strategies import ONE, Factor, Scale, strategy

Shape = int | tuple[int, ...]
UnitNoise = Callable[[np.random.Generator, Shape], Floats]
# −λ·α of SELU, where its negative branch saturates
ALPHA_FILL = -1.0507009873554804934193349852946 * 1.6732632423543772848170429916717


class Draw(NamedTuple):
    """One draw of a noise: output = gain·a + offset, and ∂output/∂a = gain."""

    gain: Floats
    offset: Floats


@dataclass(frozen=True, slots=True)
class Noise(ABC):
    """One kind of noise: its name, its words, and what is done with the activation at test."""

    name: str
    label: str
    formula: str
    test_scale: Factor

    @property
    def needs_test_scale(self) -> bool:
        """Whether anything at all has to be done at test."""
        return self.test_scale != ONE

    @abstractmethod
    def draw(self, rng: np.random.Generator, shape: Shape, rate: float) -> Draw:
        """Draw gain and offset, each of ``shape``."""

    @abstractmethod
    def mixture(self, rate: ArrayLike, square: float) -> Mixture:
        """Gains and offsets with the same moments, up to the ninth, as those drawn, for E[a²] = ``square``."""

    @abstractmethod
    def output_moments(self, rate: ArrayLike, mean: ArrayLike, variance: ArrayLike) -> Moments:
        """Exact mean and variance of the training output, over units and noise; arguments broadcast."""

    @abstractmethod
    def noise_moments(self, rate: ArrayLike, mean: ArrayLike, variance: ArrayLike) -> Moments:
        """Exact mean and variance of output − a, over units and noise; arguments broadcast."""

    def test_moments(self, rate: ArrayLike, mean: ArrayLike, variance: ArrayLike) -> Moments:
        """Exact mean and variance of the test output, ``test_scale``·a; arguments broadcast."""
        scale, mu, v = self.test_scale(below_one(rate)), np.asarray(mean), checked_variance(variance)
        return Moments(np.asarray(scale * mu), np.asarray(scale**2 * v))


@dataclass(frozen=True, slots=True)
class MaskNoise(Noise):
    """Noise made of a mask: output = scale·(m·a + (1 − m)·fill) + shift, where scale and shift follow the rate."""

    scale: Scale
    fill: float
    shift: Scale

    def draw(self, rng: np.random.Generator, shape: Shape, rate: float) -> Draw:
        """Draw gain = scale·m and offset = scale·(1 − m)·fill + shift."""
        r = below_one(rate)
        kept = rng.random(shape) >= r
        scale = self.scale(r)
        return Draw(scale * kept, np.where(kept, 0.0, scale * self.fill) + self.shift(r))

    def mixture(self, rate: ArrayLike, square: float) -> Mixture:  # noqa: ARG002 (it follows no activation)
        """Kept, with probability k: scale·a + shift; dropped: scale·fill + shift."""
        r = below_one(rate)
        scale, shift = self.scale(r), self.shift(r)
        gain, offset = np.array([scale, np.zeros_like(r)]), np.array([shift, scale * self.fill + shift])
        return Mixture(np.array([1.0 - r, r]), gain, offset)

    def output_moments(self, rate: ArrayLike, mean: ArrayLike, variance: ArrayLike) -> Moments:
        """Exact: scale·(k·μ + r·fill) + shift and scale²·(k·v + k·r·(μ − fill)²)."""
        r, mu, v = below_one(rate), np.asarray(mean, dtype=np.float64), checked_variance(variance)
        keep, scale = 1.0 - r, self.scale(r)
        train_mean = scale * (keep * mu + r * self.fill) + self.shift(r)
        return Moments(
            drop_rounding(train_mean, self._size(r, mu)), scale**2 * keep * (v + r * (mu - self.fill) ** 2)
        )

    def noise_moments(self, rate: ArrayLike, mean: ArrayLike, variance: ArrayLike) -> Moments:
        """Exact, from its two parts: (scale − 1)·a + shift if kept, scale·fill + shift − a if dropped."""
        r, mu, v = below_one(rate), np.asarray(mean, dtype=np.float64), checked_variance(variance)
        keep, scale, shift = 1.0 - r, self.scale(r), self.shift(r)
        kept_mean = (scale - 1.0) * mu + shift
        dropped_mean = scale * self.fill + shift - mu
        within = keep * (scale - 1.0) ** 2 * v + r * v
        between = keep * r * (kept_mean - dropped_mean) ** 2
        noise_mean = drop_rounding(keep * kept_mean + r * dropped_mean, self._size(r, mu))
        return Moments(noise_mean, within + between)

    def _size(self, rate: Floats, mean: Floats) -> Floats:
        """How large the terms are that cancel in a mean; what is left of them may be rounding."""
        return np.asarray(
            self.scale(rate) * (np.abs(mean) + abs(self.fill)) + np.abs(self.shift(rate)) + np.abs(mean)
        )


@dataclass(frozen=True, slots=True)
class SpreadNoise(Noise):
    """Noise that spreads around the activation: a·(1 + σ·n), or a + s·n where ``additive``.

    Its variance is matched to inverted dropout: σ² = r/k, and s² = (r/k)·E[a²], so that all of them give the output
    the variance v + (r/k)·(v + μ²) = (v + μ²)/k − μ².
    """

    unit_noise: UnitNoise
    additive: bool

    def draw(self, rng: np.random.Generator, shape: Shape, rate: float) -> Draw:
        """Draw gain = 1 + σ·n, offset = 0; where additive, gain = 1, offset = σ·n, which is s·n for E[a²] = 1."""
        spread = noise_ratio(rate) * self.unit_noise(rng, shape)
        if self.additive:
            return Draw(np.ones_like(spread), spread)
        return Draw(1.0 + spread, np.zeros_like(spread))

    def mixture(self, rate: ArrayLike, square: float) -> Mixture:
        """Five values in place of n, those of Gauss's quadrature, which have its moments up to the ninth."""
        values, probability = _FIVE[self.unit_noise]
        spread = np.multiply.outer(values, noise_ratio(rate))
        probability = probability.reshape(-1, *[1] * np.ndim(rate))
        if self.additive:
            return Mixture(probability, np.ones_like(spread), math.sqrt(square) * spread)
        return Mixture(probability, 1.0 + spread)

    def output_moments(self, rate: ArrayLike, mean: ArrayLike, variance: ArrayLike) -> Moments:
        """Exact: μ and v + (r/k)·(v + μ²)."""
        mu, v = np.asarray(mean, dtype=np.float64), checked_variance(variance)
        noise_mean, noise_variance = self.noise_moments(rate, mu, v)
        return Moments(noise_mean + mu, noise_variance + v)

    def noise_moments(self, rate: ArrayLike, mean: ArrayLike, variance: ArrayLike) -> Moments:
        """Exact: 0 and (r/k)·(v + μ²)."""
        mu, v = np.asarray(mean, dtype=np.float64), checked_variance(variance)
        noise_variance = noise_ratio(rate) ** 2 * (v + mu**2)
        return Moments(np.zeros_like(noise_variance), noise_variance)


def noise_ratio(rate: ArrayLike) -> Floats:
    """σ = √(r/k), the standard deviation of m/k.

    >>> float(noise_ratio(0.5))
    1.0
    """
    rates = below_one(rate)
    return np.asarray(np.sqrt(rates / (1.0 - rates)))


def standard_normal(rng: np.random.Generator, shape: Shape) -> Floats:
    """Draw from N(0, 1)."""
    return rng.standard_normal(shape)


def unit_uniform(rng: np.random.Generator, shape: Shape) -> Floats:
    """Draw from the uniform law with mean 0 and variance 1."""
    return rng.uniform(-math.sqrt(3.0), math.sqrt(3.0), shape)


def _five() -> dict[UnitNoise, tuple[Floats, Floats]]:
    """Five values of each unit noise, and their probabilities."""
    normal, of_normal = np.polynomial.hermite_e.hermegauss(5)
    uniform, of_uniform = np.polynomial.legendre.leggauss(5)
    return {
        standard_normal: (normal, of_normal / of_normal.sum()),
        unit_uniform: (math.sqrt(3.0) * uniform, of_uniform / of_uniform.sum()),
    }


_FIVE: Mapping[UnitNoise, tuple[Floats, Floats]] = MappingProxyType(_five())


def _bernoulli(name: str) -> MaskNoise:
    """Dropout by the strategy ``name``: what is dropped is 0."""
    train, test = strategy(name).train_scale, strategy(name).test_scale
    return MaskNoise(name, f"Bernoulli, {name}", train.of("m·a"), test, train, 0.0, np.zeros_like)


def _alpha_scale(rate: Floats) -> Floats:
    """(k + fill²·k·r)^(−1/2): restores variance 1."""
    keep = 1.0 - rate
    return np.asarray((keep * (1.0 + ALPHA_FILL**2 * rate)) ** -0.5)


def _alpha_shift(rate: Floats) -> Floats:
    """−scale·r·fill: restores mean 0."""
    return -_alpha_scale(rate) * rate * ALPHA_FILL


_ROWS: tuple[MaskNoise | SpreadNoise, ...] = (
    _bernoulli("standard"),
    _bernoulli("inverted"),
    SpreadNoise("gaussian", "Gaussian, multiplied", "a·N(1, r/k)", ONE, standard_normal, additive=False),
    SpreadNoise("additive", "Gaussian, added", "a + N(0, s²)", ONE, standard_normal, additive=True),
    SpreadNoise("uniform", "uniform, multiplied", "a·U(1 ± √(3r/k))", ONE, unit_uniform, additive=False),
    MaskNoise(
        "alpha", "alpha dropout", "A·(m·a + (1 − m)·α′) + B", ONE, _alpha_scale, ALPHA_FILL, _alpha_shift
    ),
)
_TABLE: Mapping[str, MaskNoise | SpreadNoise] = MappingProxyType({row.name: row for row in _ROWS})


def noises() -> Mapping[str, MaskNoise | SpreadNoise]:
    """Return the table of noises by name: standard, inverted, gaussian, additive, uniform, alpha.

    Only standard dropout needs anything at test. Alpha dropout (fill α′ = −λα of SELU, A = (k + α′²·k·r)^(−1/2),
    B = −A·r·α′) keeps mean 0 and variance 1 of a standardised activation, and of no other.

    Source
    ------
    Srivastava et al., *Dropout*, JMLR 15:1929–1958 (2014), for Bernoulli and N(1, r/k) (its p is *keep*);
    Klambauer et al., *Self-normalizing neural networks*, NIPS 2017, for alpha dropout.

    >>> [name for name, row in noises().items() if row.needs_test_scale]
    ['standard']
    """
    return _TABLE


def noise(name: str) -> MaskNoise | SpreadNoise:
    """Return the noise called ``name``, or raise ValueError, listing the names, if there is none."""
    return _TABLE[check_choice("noise", name, _TABLE)]
