"""Moments of values that come a few at a time: what is kept is as large as the units, however many values there are."""

# axes: value, unit

from dataclasses import dataclass, field

import numpy as np

from dropviz.numbers.checks import Floats, drop_rounding

LARGEST_FOURTH = 1e70  # sums of fourth powers of larger values leave the range of float64


@dataclass(slots=True, eq=False)
class Running:
    """Count, mean, central moments and zeros of each of ``units`` units, of all the values added so far.

    Each part is summed around its own mean, and two parts A and B are joined by, with δ = μ_B − μ_A::

        M₂ = M₂A + M₂B + δ²·n_A·n_B/n
        M₃ = M₃A + M₃B + δ³·n_A·n_B·(n_A − n_B)/n² + 3·δ·(n_A·M₂B − n_B·M₂A)/n
        M₄ = M₄A + M₄B + δ⁴·n_A·n_B·(n_A² − n_A·n_B + n_B²)/n³ + 6·δ²·(n_A²·M₂B + n_B²·M₂A)/n²
             + 4·δ·(n_A·M₃B − n_B·M₃A)/n

    so no large sums are subtracted, and a unit that never changes has variance 0 to the bit.

    Source: Pébay, *Formulas for robust, one-pass parallel computation of covariances and arbitrary-order statistical
    moments*, Sandia report SAND2008-6212 (2008).

    >>> seen = Running(1)
    >>> seen.add(np.array([[1.0], [2.0]]))
    >>> seen.add(np.array([[6.0]]))
    >>> seen.mean.tolist(), seen.variance.round(9).tolist()
    ([3.0], [4.666666667])
    """

    units: int
    count: int = 0
    mean: Floats = field(init=False)
    sums: Floats = field(init=False)  # of second, third and fourth powers around the mean
    zeros: Floats = field(init=False)

    def __post_init__(self) -> None:
        self.mean, self.zeros = np.zeros(self.units), np.zeros(self.units)
        self.sums = np.zeros((3, self.units))

    def add(self, values: Floats) -> None:
        """Add values, shape (value, unit), finite and of a magnitude of at most 1e70."""
        ones = np.ones(len(values))  # a product with them is the quickest sum over rows
        first = values[0]
        mean = first + ones @ (values - first) / len(values)  # equal values have this mean, to the last bit
        rest = values - mean
        square = np.square(rest)
        powers = (np.einsum("ij,ij->j", square, other) for other in (rest, square))
        sums = np.stack((ones @ square, *powers))
        if np.count_nonzero(values) < values.size:
            self.zeros += ones @ (values == 0.0)
        self._join(len(values), mean, sums)

    def _join(self, count: int, mean: Floats, sums: Floats) -> None:
        a, b, n = float(self.count), float(count), float(self.count + count)
        (a2, a3, a4), (b2, b3, b4), gap = self.sums, sums, mean - self.mean
        second = a2 + b2 + gap**2 * (a * b / n)
        third = a3 + b3 + gap**3 * (a * b * (a - b) / n**2) + 3.0 * gap * (a * b2 - b * a2) / n
        fourth = a4 + b4 + gap**4 * (a * b * (a**2 - a * b + b**2) / n**3)
        fourth += 6.0 * gap**2 * (a**2 * b2 + b**2 * a2) / n**2 + 4.0 * gap * (a * b3 - b * a3) / n
        self.sums = np.stack((second, third, fourth))
        self.mean = mean if not self.count else self.mean + gap * (b / n)
        self.count += count

    @property
    def variance(self) -> Floats:
        """Variance, divided by the count; 0 where its root is at most 4 ulps of the mean. Shape (unit,)."""
        second = self.sums[0] / self.count
        return np.where(drop_rounding(np.sqrt(second), self.mean) > 0.0, second, 0.0)

    def table(self) -> Floats:
        """Count, mean, variance, third and fourth central moment, and count of zeros; shape (6, unit)."""
        counts = np.full(self.units, float(self.count))
        third, fourth = self.sums[1:] / self.count
        return np.stack((counts, self.mean, self.variance, third, fourth, self.zeros))
