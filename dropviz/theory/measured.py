"""Measured activations: a person's own values, and the real ones that come with the package."""

import hashlib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import LARGEST, Floats, checked_array, drop_rounding


@dataclass(frozen=True, slots=True, eq=False)
class Empirical:
    """A person's own activations: independent draws, with replacement, from the given values.

    Exact given the n values, in their unit: E[a] = Σaᵢ/n, Var[a] = Σ(aᵢ − E[a])²/n. A mean, or a standard deviation, of
    at most 9e-16 of the largest value is 0: centred data leave as much by rounding.

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

    if TYPE_CHECKING:  # what is taken is more than what is held

        def __init__(self, values: ArrayLike) -> None: ...

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

    def __repr__(self) -> str:
        shape = " × ".join(f"{length:,}" for length in self.values.shape)
        return f"Empirical({shape} values of mean {self.exact_mean:.3g}, variance {self.exact_variance:.3g})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Empirical) and self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    @property
    def exact_mean(self) -> float:
        """Mean of the values; 0 where it is at most 4 ulps of the largest."""
        low, high = float(self.values.min()), float(self.values.max())
        mean = np.clip(np.mean(self.values), low, high)  # equal values have this mean, to the last bit
        return float(drop_rounding(mean, max(-low, high)))

    @property
    def exact_variance(self) -> float:
        """Variance of the values, divided by their number; 0 where its root is at most 4 ulps of the largest."""
        variance, size = np.var(self.values), np.abs(self.values).max()
        return float(variance) if drop_rounding(np.sqrt(variance), size) > 0.0 else 0.0

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw ``count`` of the values with replacement, shape (count,)."""
        return np.take(self.values, rng.integers(0, self.values.size, count))

    def quantile(self, probability: ArrayLike) -> Floats:
        """Inverse distribution function of the values."""
        at = np.asarray(probability, dtype=np.float64)
        return np.asarray(np.quantile(self.values, at, method="inverted_cdf"), dtype=np.float64)


@lru_cache(maxsize=1)
def digits() -> Empirical:
    """Real activations: the hidden ReLU layer of a small network on the UCI digits it was not trained on.

    Returns
    -------
    Empirical
        Shape (examples, units), dimensionless. Pixels 0–16 are divided by 16; a = max(0, x·W₁ + b₁).

    Source
    ------
    Alpaydin & Kaynak, Optical Recognition of Handwritten Digits, UCI Machine Learning Repository (1998),
    CC BY 4.0; see dropviz/data/README.md for how the weights were made.
    """
    with np.load(Path(__file__).parents[1] / "data" / "digits.npz", allow_pickle=False) as data:
        pixels = data["images"][data["test_indices"]].astype(np.float64) / 16.0
        return Empirical(np.maximum(pixels @ data["w1"] + data["b1"], 0.0))
