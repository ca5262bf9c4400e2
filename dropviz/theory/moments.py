"""Exact moments of every strategy, and the exact discrepancy between training and test.

Notation: rate r, keep k = 1 − r, activation mean μ and variance v, train factor t, test factor s, mask m.
"""

from typing import TYPE_CHECKING, Any, Generic, NamedTuple, overload

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import (
    LARGEST,
    ROUNDING,
    Floats,
    check_choice,
    check_number,
    check_numbers,
    drop_rounding,
    quotient,
)
from dropviz.numbers.rates import check_rate
from dropviz.theory.activations import Activations
from dropviz.theory.strategies import Strategy
from dropviz.theory.strategies import strategy as find_strategy
from dropviz.theory.wasserstein import wasserstein

if TYPE_CHECKING:
    from typing_extensions import TypeVar  # with a default, which Python has from 3.13 on

    Value = TypeVar("Value", default=Floats)
else:
    from typing import TypeVar

    Value = TypeVar("Value")

PHASES = ("train", "test")
MOST_VARIANCE = 1e201  # LARGEST², and room for rounding
MOST_BOUND = 1e6  # of a ratio of variances
EDGE = 1e-9  # how close to rates 0 and 1 a root is looked for


class Moments(NamedTuple, Generic[Value]):
    """A mean and a variance, each a float or an array over rates.

    Examples
    --------
    >>> mean, variance = exact_moments("inverted", "test", 0.5, mean=1.0, variance=2.0)
    >>> mean, variance
    (1.0, 2.0)
    """

    mean: Value
    variance: Value


class Discrepancy(NamedTuple):
    """How far the training output is from the test output; each an array over rates.

    Examples
    --------
    >>> from dropviz.theory.activations import Constant
    >>> exact_discrepancy("both", [0.5], Constant(1.0)).mean_gap.tolist()
    [-0.5]
    """

    mean_gap: Floats
    relative_gap: Floats
    variance_ratio: Floats
    rms_gap: Floats
    wasserstein: Floats


@overload
def exact_moments(
    strategy: str | Strategy, phase: str, rate: float, mean: float, variance: float
) -> Moments[float]: ...
@overload
def exact_moments(
    strategy: str | Strategy, phase: str, rate: ArrayLike, mean: ArrayLike, variance: ArrayLike
) -> Moments[Floats]: ...
def exact_moments(
    strategy: str | Strategy, phase: str, rate: ArrayLike, mean: ArrayLike, variance: ArrayLike
) -> Moments[Any]:
    """Mean and variance of an output, over units and masks.

    Training output m·a·t: mean t·k·μ, variance t²·(k·v + k·r·μ²). Test output a·s: mean s·μ, variance s²·v.

    Parameters
    ----------
    strategy
        A name in the table, or a row of it.
    phase
        "train" or "test".
    rate, mean, variance
        r in [0, 1], μ and v ≥ 0 of the activation, |μ| ≤ 1e100, v ≤ 1e201; scalars or arrays that broadcast.
        Dimensionless.

    Returns
    -------
    Moments
        Floats for scalars, else arrays of the broadcast shape. NaN where a factor of the strategy divides by zero,
        infinite beyond the range of float64.

    Raises
    ------
    ValueError
        If the strategy or the phase is unknown, or a rate, mean or variance is no number in its range.

    Source
    ------
    Srivastava et al., JMLR 15:1929–1958 (2014) for the two strategies; the moments follow from
    m² = m and the independence of m and a.

    Examples
    --------
    >>> exact_moments("inverted", "train", 0.5, 1.0, 1.0)
    Moments(mean=1.0, variance=3.0)
    """
    check_choice("phase", phase, PHASES)
    row = strategy if isinstance(strategy, Strategy) else find_strategy(strategy)
    rates = check_rate(rate)
    keep = 1.0 - rates
    mu, v = check_moments(mean, variance)
    with np.errstate(over="ignore"):  # 1/r at a tiny rate
        if phase == "train":
            scale = row.train_scale(rates)
            return Moments(_as_given(scale * keep * mu), _as_given(scale**2 * keep * (v + rates * mu**2)))
        scale = row.test_scale(rates)
        return Moments(_as_given(scale * mu), _as_given(scale**2 * v))


def check_moments(mean: ArrayLike, variance: ArrayLike) -> tuple[Floats, Floats]:
    """Return mean and variance of activations as float64, or raise ValueError, naming the one out of range."""
    mu = check_numbers("mean", mean, -LARGEST, LARGEST)
    return mu, check_numbers("variance", variance, 0.0, MOST_VARIANCE)


def _as_given(values: Floats) -> Floats:
    """A 0-d array as a float, so that scalars in give scalars out."""
    return values if np.ndim(values) else float(values)  # type: ignore[return-value]


def variance_ratio(rate: ArrayLike, mean: ArrayLike, variance: ArrayLike) -> Floats:
    """Train/test variance of both correct strategies: 1/k + (r/k)·μ²/v; infinite where v = 0 < r·μ².

    Examples
    --------
    >>> variance_ratio(0.5, 1.0, 2.0)
    2.5
    """
    rates, mu, v = np.broadcast_arrays(check_rate(rate), *check_moments(mean, variance))
    with np.errstate(divide="ignore", invalid="ignore"):
        return _as_given(((v + rates * np.square(mu)) / (1.0 - rates)) / v)


BOUND = 2.0  # of the variance ratio, where nobody says another


def largest_rate(mean: ArrayLike, variance: ArrayLike, bound: float) -> Floats:
    """Largest rate at which `variance_ratio` is at most ``bound`` ≥ 1: r = (R − 1)·v/(μ² + R·v), with R the bound.

    NaN where v = 0: there the ratio is 0/0 or infinite at every rate.

    Examples
    --------
    >>> largest_rate(1.0, 2.0, 2.5), float(variance_ratio(0.5, 1.0, 2.0))
    (0.5, 2.5)
    """
    check_number("bound", bound, 1.0, MOST_BOUND)
    mu, v = check_moments(mean, variance)
    below = np.where(v > 0.0, np.square(mu) + bound * v, 0.0)
    return _as_given(quotient(np.asarray((bound - 1.0) * v), below))


def exact_discrepancy(strategy: str, rates: ArrayLike, activations: Activations) -> Discrepancy:
    """Every measure of the train/test discrepancy, from the law of the activations; see `exact_gap`.

    Examples
    --------
    >>> from dropviz.theory.activations import Normal
    >>> gaps = exact_discrepancy("none", [0.0, 0.5], Normal(mean=1.0, std=1.0))
    >>> gaps.mean_gap.tolist(), gaps.relative_gap.tolist(), gaps.variance_ratio.tolist()
    ([0.0, 0.5], [0.0, 1.0], [1.0, 0.75])
    """
    return Discrepancy(*(exact_gap(measure, strategy, rates, activations) for measure in Discrepancy._fields))


def exact_gap(measure: str, strategy: str, rates: ArrayLike, activations: Activations) -> Floats:
    """One measure of the train/test discrepancy at each rate, from the law of the activations.

    mean_gap = test mean − train mean = (s − t·k)·μ; relative_gap = mean_gap/|train mean|; variance_ratio = train/test;
    rms_gap = √E[(m·a·t − a·s)²] = √((v + μ²)·(k·(t − s)² + r·s²)); wasserstein = W₁ of the two output laws
    (see `wasserstein`). NaN where a measure is undefined: relative_gap at train mean 0, variance_ratio at 0/0.
    ValueError if the measure or the strategy is unknown, or a rate lies outside [0, 1].
    """
    check_choice("measure", measure, Discrepancy._fields)
    row, r = find_strategy(strategy), np.atleast_1d(check_rate(rates))
    if measure == "wasserstein":
        return wasserstein(row.name, tuple(r.tolist()), activations)
    mu, v = activations.exact_mean, activations.exact_variance
    t, s, kept = row.train_scale(r), row.test_scale(r), row.train_scale(r) * (1.0 - r)
    gap = drop_rounding(s - kept, s, ROUNDING)
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "mean_gap":
            return gap * mu
        if measure == "relative_gap":
            return np.where(kept * mu == 0.0, np.nan, gap * np.sign(mu) / kept)
        if measure == "rms_gap":
            return np.asarray(np.sqrt((v + mu**2) * ((1.0 - r) * (t - s) ** 2 + r * s**2)))
        train, test = (exact_moments(row, phase, r, mu, v).variance for phase in PHASES)
        return train / test


def mean_ratio(row: Strategy, rate: ArrayLike) -> Floats:
    """Test mean / training mean of a strategy, s/(t·k); NaN where a factor divides by zero.

    >>> mean_ratio(find_strategy("none"), [0.0, 0.5, 0.8]).round(9).tolist()
    [1.0, 2.0, 5.0]
    """
    rates = np.asarray(rate, dtype=np.float64)
    return quotient(row.test_scale(rates), row.train_scale(rates) * (1.0 - rates))


def invisible_rate(row: Strategy) -> float | None:
    """Rate inside (0, 1) at which the test mean equals the training mean: the root of s − t·k, by bisection.

    None if there is none, because one mean stays above the other.

    >>> invisible_rate(find_strategy("wrong_test")), invisible_rate(find_strategy("both"))
    (0.5, None)
    """

    def gap(rate: float) -> float:
        return float(row.test_scale(rate) - row.train_scale(rate) * (1.0 - rate))

    low, high = EDGE, 1.0 - EDGE
    if gap(low) * gap(high) > 0.0:
        return None
    while high - low > 1e-12:
        middle = 0.5 * (low + high)
        if gap(middle) == 0.0:
            return middle
        low, high = (middle, high) if gap(low) * gap(middle) > 0.0 else (low, middle)
    return 0.5 * (low + high)
