"""The unit of what a curve, a number and a text show: the exact value beside the simulated one and its error."""

from dataclasses import dataclass
from typing import Any

from dropviz.numbers.checks import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A quantity: its closed form and, where it was simulated as well, the simulated value and its standard error.

    All three have the same shape, most often (rate,), and the unit of the quantity; NaN where it is undefined.
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
        simulated, error = (None if part is None else part[index] for part in (self.simulated, self.error))
        return Estimate(self.exact[index], simulated, error)


class Estimates:
    """A result that holds the fields ``exact_NAME``, ``NAME`` and ``NAME_se`` of one or more quantities."""

    __slots__ = ()

    def estimates(self, quantity: str) -> Estimate:
        """The quantity with all its axes, such as "mean" or "variance"."""
        return Estimate(*(getattr(self, name) for name in (f"exact_{quantity}", quantity, f"{quantity}_se")))


@dataclass(frozen=True, slots=True, eq=False)
class MomentEstimates(Estimates):
    """Simulated means and variances with their standard errors, and the exact ones; all of one shape."""

    mean: Floats
    mean_se: Floats
    variance: Floats
    variance_se: Floats
    exact_mean: Floats
    exact_variance: Floats
