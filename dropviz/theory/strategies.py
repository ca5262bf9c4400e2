"""The two strategies and the mistakes people make, as one table of factor pairs.

A strategy multiplies the masked activation by ``train_scale(rate)`` in training and the whole activation
by ``test_scale(rate)`` at test::

    training output = m · a · train_scale(rate)        test output = a · test_scale(rate)

with ``m`` ∈ {0, 1}, P(m = 0) = ``rate`` and ``keep`` = 1 − ``rate``. Every factor is dimensionless.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import Floats, check_choice

Scale = Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True)
class Factor:
    """One factor of the rate: its symbol in ``r`` and ``k``, its NumPy code, and its value."""

    symbol: str
    code: str
    of_rate: Scale = field(repr=False)

    def __call__(self, rate: ArrayLike) -> Floats:
        """Value at ``rate`` (scalar or array); NaN where the factor divides by zero."""
        rates = np.asarray(rate, dtype=np.float64)
        with np.errstate(divide="ignore"):
            value = np.asarray(self.of_rate(rates), dtype=np.float64)
        return np.where(np.isfinite(value), value, np.nan)

    def of(self, output: str) -> str:
        """Write the factor into a formula: what it makes of ``output``.

        >>> INVERSE_KEEP.of("m·a"), KEEP.of("a"), ONE.of("a")
        ('m·a/k', 'k·a', 'a')
        """
        if self == ONE:
            return output
        return f"{output}{self.symbol[1:]}" if "/" in self.symbol else f"{self.symbol}·{output}"

    def words(self, rate: float) -> str:
        """What the factor does at ``rate``, as said on screen.

        >>> INVERSE_KEEP.words(0.3)
        '÷ 0.7'
        """
        if self == ONE:
            return "unchanged"
        operand = rate if "r" in self.symbol else 1.0 - rate
        return f"{'÷' if '/' in self.symbol else '×'} {round(operand, 6):g}"


def _keep(rate: Floats) -> Floats:
    return 1.0 - rate


def _inverse_keep(rate: Floats) -> Floats:
    return 1.0 / (1.0 - rate)


# Functions with a name, for only those can be pickled.
ONE = Factor("1", "", np.ones_like)
KEEP = Factor("k", " * keep", _keep)
INVERSE_KEEP = Factor("1/k", " / keep", _inverse_keep)
RATE = Factor("r", " * rate", np.positive)
INVERSE_RATE = Factor("1/r", " / rate", np.reciprocal)


@dataclass(frozen=True, slots=True)
class Strategy:
    """A pair of factors: ``train_scale`` for the masked activation, ``test_scale`` for the whole one."""

    name: str
    label: str
    train_scale: Factor
    test_scale: Factor
    mistake: bool

    @property
    def short(self) -> str:
        """The label without its explanation."""
        return self.label.split(" (")[0]

    @property
    def divides_by_keep(self) -> bool:
        """Whether the strategy is undefined at rate 1."""
        return INVERSE_KEEP in (self.train_scale, self.test_scale)

    @property
    def divides_by_rate(self) -> bool:
        """Whether the strategy is undefined at rate 0."""
        return INVERSE_RATE in (self.train_scale, self.test_scale)

    def __repr__(self) -> str:
        what = f"{self.name}, a mistake" if self.mistake else self.name
        return (
            f"<Strategy {what}: {self.train_scale.of('m·a')} in training, {self.test_scale.of('a')} at test>"
        )


_ROWS = (
    Strategy("standard", "standard (scale at test)", ONE, KEEP, mistake=False),
    Strategy("inverted", "inverted (scale in training)", INVERSE_KEEP, ONE, mistake=False),
    Strategy("none", "no compensation", ONE, ONE, mistake=True),
    Strategy("both", "compensates twice", INVERSE_KEEP, KEEP, mistake=True),
    Strategy("wrong_train", "wrong p in training", INVERSE_RATE, ONE, mistake=True),
    Strategy("wrong_test", "wrong p at test", ONE, RATE, mistake=True),
)
_TABLE: Mapping[str, Strategy] = MappingProxyType({row.name: row for row in _ROWS})


def strategies() -> Mapping[str, Strategy]:
    """Return the table of strategies by name, the two correct ones first, then the mistakes.

    >>> float(strategies()["inverted"].train_scale(0.2))
    1.25
    """
    return _TABLE


def strategy(name: str) -> Strategy:
    """Return the strategy called ``name``, or raise ValueError, listing the names, if there is none."""
    return _TABLE[check_choice("strategy", name, _TABLE)]
