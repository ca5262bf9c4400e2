"""Dropout at one site of a network: which way, at which rate, and what it draws for one batch."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dropviz.numbers.checks import check_choice
from dropviz.schedules import Schedule
from dropviz.theory.noise import noise, noises
from dropviz.theory.strategies import strategies, strategy
from dropviz.training.network import Affine


def methods() -> tuple[str, ...]:
    """Names that `Dropout` takes: every strategy of the table, mistakes included, then the other noises."""
    return tuple(dict.fromkeys((*strategies(), *noises())))


@dataclass(frozen=True, slots=True)
class Dropout:
    """Noise in front of one weight layer, in training only.

    Attributes
    ----------
    method : a strategy ("inverted", "standard", "both", …) or another noise ("gaussian", "additive", "uniform",
        "alpha"). Additive noise has the standard deviation √(r/k), which matches inverted dropout of activations
        whose mean square is 1
    rate : r in [0, 1), or a schedule, a function of the optimizer step (0 for the first)

    Raises
    ------
    ValueError
        If there is no such method, or the rate is outside its range (0 is outside where a strategy divides by r).
    """

    method: str = "inverted"
    rate: float | Schedule = 0.5

    def __post_init__(self) -> None:
        check_choice("method", self.method, methods())
        if not callable(self.rate):
            self.rates([0])

    def rates(self, steps: ArrayLike) -> NDArray[np.float64]:
        """The rate at each of ``steps``, shape (step,).

        Raises
        ------
        ValueError
            If the rate leaves its range there.
        """
        numbers = np.asarray(steps)
        given = self.rate(numbers) if callable(self.rate) else np.full(numbers.shape, self.rate)
        try:
            rates = np.asarray(given, dtype=np.float64)
        except (TypeError, ValueError):
            raise ValueError(f"rate must be a number, at least 0 and below 1; got {self.rate!r}") from None
        positive = self.method in strategies() and strategy(self.method).divides_by_rate
        wrong = ~((rates > 0.0 if positive else rates >= 0.0) & (rates < 1.0))
        if wrong.any():
            low = "above 0" if positive else "at least 0"
            raise ValueError(f"rate must be {low} and below 1; got {float(rates[wrong][0])!r}")
        return rates

    def test_factor(self, rate: float) -> float:
        """What multiplies the activation at test, dimensionless."""
        if self.method in strategies():
            return float(strategy(self.method).test_scale(rate))
        return float(noise(self.method).test_scale(np.float64(rate)))

    def draw(self, rate: float, shape: tuple[int, int], rng: np.random.Generator, dtype: str) -> Affine:
        """Draw the noise of one batch, ``shape`` (example, unit).

        A unit of a Bernoulli mask falls if its uniform number is below ``rate``: the same generator gives every
        strategy the same mask, in float32 and in float64.
        """
        if self.method in strategies():
            gain = _keep(rate, shape, rng).astype(dtype)
            gain *= _train_scale(self.method, rate)
            return Affine(gain)
        drawn = noise(self.method).draw(rng, shape, rate)
        return Affine(drawn.gain.astype(dtype), drawn.offset.astype(dtype))


def _keep(rate: float, shape: tuple[int, int], rng: np.random.Generator) -> NDArray[np.bool_]:
    """True where a uniform whole number below 2³² is at least 2³²·rate: twice as fast as drawing floats."""
    count = shape[0] * shape[1]
    raw = np.asarray(rng.bit_generator.random_raw((count + 1) // 2)).view(np.uint32)
    return (raw[:count] >= np.uint32(rate * 2**32)).reshape(shape)


@lru_cache(maxsize=256)
def _train_scale(method: str, rate: float) -> float:
    """The strategy's training factor; kept, because training asks for the same one at every step."""
    return float(strategy(method).train_scale(rate))
