"""The unit of what a curve, a number and a text show: the exact value beside the simulated one and its error."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dropviz.numbers.checks import Bools, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A quantity: its closed form and, where it was simulated as well, the simulated value and its standard error.

    All three have the same shape, most often (rate,), and the unit of the quantity; NaN where it is undefined. The
    error is NaN also where too few units decide the value: there no error says how far it may be off.
    ``estimate[index]`` takes the same part of all three.

    >>> import numpy as np
    >>> means = Estimate(np.array([1.0, 2.0]), np.array([1.1, 1.9]), np.array([0.1, 0.2]))
    >>> [float(part) for part in (means[1].exact, means[1].simulated, means[1].error)]
    [2.0, 1.9, 0.2]
    """

    exact: Floats
    simulated: Floats | None = None
    error: Floats | None = None

    def __getitem__(self, index: Any) -> "Estimate":
        return self.each(lambda part: part[index])

    def each(self, change: Callable[[Floats], Floats]) -> "Estimate":
        """The same ``change`` of all three."""
        simulated, error = (None if part is None else change(part) for part in (self.simulated, self.error))
        return Estimate(change(self.exact), simulated, error)


class Estimates:
    """A result that holds the fields ``exact_NAME``, ``NAME`` and ``NAME_se`` of one or more quantities.

    It may hold ``NAME_fair``, too: whether the error says how far a draw lies from the exact value.
    """

    __slots__ = ()

    def estimates(self, quantity: str) -> Estimate:
        """The quantity with all its axes, such as "mean" or "variance"; errors that are not fair are NaN."""
        error, fair = getattr(self, f"{quantity}_se"), getattr(self, f"{quantity}_fair", True)
        shown = np.where(fair, error, np.nan)
        return Estimate(getattr(self, f"exact_{quantity}"), getattr(self, quantity), shown)


@dataclass(frozen=True, slots=True, eq=False)
class MomentEstimates(Estimates):
    """Simulated means and variances with their standard errors, and the exact ones; all of one shape."""

    mean: Floats
    mean_se: Floats
    variance: Floats
    variance_se: Floats
    exact_mean: Floats
    exact_variance: Floats
    mean_fair: Bools | bool = field(default=True, kw_only=True)
    variance_fair: Bools | bool = field(default=True, kw_only=True)
