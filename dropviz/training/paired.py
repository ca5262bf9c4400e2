"""What runs with the same seeds differ by: each pair starts alike and sees the same examples and masks.

The spread of the seeds is in both of a pair, so it says little of their difference; the spread of the differences does.
"""

# the one axis of all arrays: the seed

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from dropviz.numbers.checks import Floats
from dropviz.numbers.written import grouped

# Student's t for 95 % on both sides, by degrees of freedom, for one comparison, and for each of two and three at once.
_T: Mapping[int, tuple[float, float, float]] = MappingProxyType(
    {
        1: (12.7062, 25.4517, 38.1885),
        2: (4.3027, 6.2053, 7.6488),
        3: (3.1824, 4.1765, 4.8567),
        4: (2.7764, 3.4954, 3.9608),
    }
)


@dataclass(frozen=True, slots=True)
class Difference:
    """The mean of paired differences, and their 95 % interval by Student's t; NaN where one seed gives none."""

    mean: float
    low: float
    high: float
    seeds: int

    @property
    def told(self) -> bool:
        """Whether the seeds tell the two apart: the interval leaves out 0."""
        return self.low > 0.0 or self.high < 0.0

    def interval(self) -> str:
        """The interval in words, for brackets; what one seed cannot say is said."""
        if math.isnan(self.low):
            return "one seed: no interval"
        low, high = grouped(self.low, 2), grouped(self.high, 2)
        return f"95 % interval {low} to {high}, {self.seeds} paired seeds"


def difference(values: Floats, others: Floats, comparisons: int = 1) -> Difference:
    """The mean of ``values`` − ``others``, both of shape (seed,), with its 95 % interval.

    Where the smallest of several is compared with each other one, ``comparisons`` widens the intervals so that all of
    them hold at once with at least 95 % (Bonferroni).

    Raises
    ------
    ValueError
        If there are more than five seeds, or more than three comparisons.
    """
    if not 1 <= len(values) <= 5 or not 1 <= comparisons <= 3:
        raise ValueError(
            f"values must have 1 to 5 seeds and comparisons be 1 to 3; got {len(values)} and {comparisons}"
        )
    apart = np.asarray(values, dtype=np.float64) - others
    mean = float(apart.mean())
    if len(apart) == 1:
        return Difference(mean, math.nan, math.nan, 1)
    wide = _T[len(apart) - 1][comparisons - 1] * float(apart.std(ddof=1)) / math.sqrt(len(apart))
    return Difference(mean, mean - wide, mean + wide, len(apart))


def first_of(values: Sequence[Floats], lowest: bool = True) -> tuple[int, list[int]]:
    """The place of the run with the lowest mean (or highest), and of those that the seeds do not tell apart from it.

    ``values``: up to four runs, each of shape (seed,). With one seed nothing is told apart.
    """
    means = [float(each.mean()) for each in values]
    first = int(np.argmin(means) if lowest else np.argmax(means))
    others = [place for place in range(len(values)) if place != first]
    return first, [
        place for place in others if not difference(values[place], values[first], len(others)).told
    ]
