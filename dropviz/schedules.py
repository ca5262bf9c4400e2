"""Schedules of the rate: plain functions of the training step.

A schedule takes a step (a number or an array of numbers ≥ 0, in optimizer steps or epochs, as its maker likes)
and returns the rate, a float64 array of the same shape, with 0 ≤ rate < 1. Every function raises ValueError, naming the
parameter, where a rate is not in [0, 1), or a duration or γ not finite and above 0. Schedules are joined with `join`::

    rate = join((constant(0.5), annealed(0.5, duration=1000)), boundaries=(500,))
    rate(0), rate(750), rate(2000)      # 0.5, 0.375, 0.0
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial, wraps
from reprlib import Repr
from typing import Literal, ParamSpec, get_args

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import Floats
from dropviz.numbers.rates import check_below_one
from dropviz.numbers.written import read_number

Schedule = Callable[[ArrayLike], Floats]
Interpolation = Literal["linear", "step"]
Given = ParamSpec("Given")
WRITTEN = Repr()  # of arguments: long lists end in dots
WRITTEN.maxother = 200


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class _Made:
    """A schedule that says which call made it, and that can be pickled."""

    at: Schedule
    call: partial[Schedule]

    def __call__(self, step: ArrayLike) -> Floats:
        return self.at(step)

    def __repr__(self) -> str:
        named = (f"{name}={WRITTEN.repr(value)}" for name, value in self.call.keywords.items())
        return f"{self.call.func.__name__}({', '.join([*map(WRITTEN.repr, self.call.args), *named])})"

    def __reduce__(self) -> tuple[partial[Schedule], tuple[()]]:
        return self.call, ()


def _says_its_call(make: Callable[Given, Schedule]) -> Callable[Given, Schedule]:
    @wraps(make)
    def made(*given: Given.args, **named: Given.kwargs) -> Schedule:
        return _Made(make(*given, **named), partial(made, *given, **named))

    return made


@_says_its_call
def constant(rate: float) -> Schedule:
    """The same ``rate`` at every step.

    >>> constant(0.3)([0, 10]).tolist()
    [0.3, 0.3]
    """
    check_below_one("rate", rate)
    return lambda step: np.full_like(_steps(step), rate)


@_says_its_call
def annealed(start_rate: float, duration: float) -> Schedule:
    """From ``start_rate`` down to zero in a straight line: max(0, 1 − step/duration) · ``start_rate``.

    ``start_rate`` is the rate at step 0, in [0, 1); ``duration`` > 0 the step from which the rate is 0.

    Source
    ------
    Rennie, Goel, Thomas, *Annealed dropout training of deep networks*, SLT 2014, who anneal the rate from a
    high initial value to zero.

    >>> annealed(0.5, duration=10)([0, 5, 10, 20]).tolist()
    [0.5, 0.25, 0.0, 0.0]
    """
    check_below_one("start_rate", start_rate)
    _check_positive("duration", duration)
    return lambda step: start_rate * (1.0 - _progress(step, duration))


@_says_its_call
def curriculum(final_rate: float, gamma: float) -> Schedule:
    """From no dropout up towards ``final_rate``: keep(step) = (1 − k̄)·exp(−γ·step) + k̄ with k̄ = 1 − ``final_rate``.

    ``final_rate`` in [0, 1) is approached, and reached only in the limit; ``gamma`` is γ > 0, in 1/step.

    Source
    ------
    Morerio, Cavazza, Volpi, Vidal, Murino, *Curriculum dropout*, ICCV 2017.

    >>> curriculum(0.5, gamma=1.0)([0, 100]).tolist()
    [0.0, 0.5]
    """
    check_below_one("final_rate", final_rate)
    _check_positive("gamma", gamma)
    # 1 − keep = r̄·(1 − exp(−γ·step)); expm1 keeps the digits of the first, small rates
    return lambda step: -final_rate * np.expm1(-gamma * np.minimum(_steps(step), 745.0 / gamma))


@_says_its_call
def cosine(start_rate: float, final_rate: float, duration: float) -> Schedule:
    """From ``start_rate`` to ``final_rate`` along half a cosine, then ``final_rate``.

    rate(step) = final + (start − final)·(1 + cos(π·min(1, step/duration)))/2

    >>> cosine(0.5, 0.0, duration=10)([0, 5, 10, 20]).round(12).tolist()
    [0.5, 0.25, 0.0, 0.0]
    """
    check_below_one("start_rate", start_rate)
    check_below_one("final_rate", final_rate)
    _check_positive("duration", duration)

    def schedule(step: ArrayLike) -> Floats:
        weight = (1.0 + np.cos(np.pi * _progress(step, duration))) / 2.0
        return np.asarray(start_rate * weight + final_rate * (1.0 - weight))

    return schedule


@_says_its_call
def steps(rates: Sequence[float], boundaries: Sequence[float]) -> Schedule:
    """Piecewise constant: ``rates[0]`` before ``boundaries[0]``, ``rates[i]`` from ``boundaries[i − 1]`` on.

    There is one rate more than boundaries, which rise, as in `join`.

    >>> steps((0.5, 0.2), boundaries=(10,))([9, 10]).tolist()
    [0.5, 0.2]
    """
    for number, rate in enumerate(rates, start=1):
        check_below_one(f"rates, number {number},", rate)
    return join([constant(rate) for rate in rates], boundaries, restart=False)


@_says_its_call
def table(
    table_steps: Sequence[object], table_rates: Sequence[object], interpolation: Interpolation = "linear"
) -> Schedule:
    """A person's own table: row i says that at ``table_steps[i]`` the rate is ``table_rates[i]``.

    Between rows the rate is on the straight line (``"linear"``) or stays that of the row above (``"step"``);
    before the first row it is that of the first, after the last row that of the last. Cells may be numbers or
    text that reads as a number.

    Raises
    ------
    ValueError
        Naming the row, counted from 1: if a cell is empty or not a number, a step is negative, a rate is not in
        [0, 1), or a step does not exceed the one above it. Also if the columns differ in length or are empty.

    >>> table([0, 10], [0.5, 0.1])(5).item()
    0.3
    """
    if interpolation not in get_args(Interpolation):
        raise ValueError(f"interpolation must be 'linear' or 'step'; got {interpolation!r}")
    if len(table_steps) != len(table_rates):
        raise ValueError(f"the table has {len(table_steps)} steps but {len(table_rates)} rates")
    if len(table_steps) == 0:
        raise ValueError("the table must have at least one row; it is empty")
    knots, rates = _parse_rows(table_steps, table_rates)
    if interpolation == "linear":
        return lambda step: np.asarray(np.interp(_steps(step), knots, rates))
    return lambda step: rates[np.maximum(np.searchsorted(knots, _steps(step), side="right") - 1, 0)]


@_says_its_call
def join(schedules: Sequence[Schedule], boundaries: Sequence[float], *, restart: bool = True) -> Schedule:
    """One schedule after another: ``schedules[i]`` runs from ``boundaries[i − 1]`` up to ``boundaries[i]``.

    With ``restart`` each schedule counts its steps from the boundary where it begins; without, all see the
    step of the whole.

    Raises
    ------
    ValueError
        If there is not one schedule more than boundaries, or the boundaries are not positive and rising.
    """
    if len(schedules) != len(boundaries) + 1:
        raise ValueError(
            f"{len(schedules)} parts need {len(schedules) - 1} boundaries; got {len(boundaries)}"
        )
    previous = 0.0
    for number, boundary in enumerate(boundaries, start=1):
        _check_positive(f"boundaries, number {number},", boundary)
        if boundary <= previous:
            raise ValueError(f"boundaries must rise from above 0; number {number} is {boundary!r}")
        previous = boundary
    starts = np.array([0.0, *boundaries])

    def joined(step: ArrayLike) -> Floats:
        step_values = _steps(step)
        part = np.searchsorted(starts, step_values, side="right") - 1
        rates = np.empty_like(step_values)
        for index, schedule in enumerate(schedules):
            inside = part == index
            rates[inside] = schedule(step_values[inside] - (starts[index] if restart else 0.0))
        return rates

    return joined


@dataclass(frozen=True, slots=True, eq=False)
class FactorComparison:
    """Test mean over training mean along a schedule, for each factor that standard dropout could use at test."""

    steps: Floats  # shape (step,)
    rates: Floats  # the schedule's rate at each step
    names: tuple[str, ...]  # what each factor is taken from
    factors: Floats  # at test, shape (factor,), dimensionless
    # test mean / training mean, shape (factor, step); 1 is right. It holds for activations of any distribution whose
    # mean is not 0
    mean_ratio: Floats

    def __repr__(self) -> str:
        off = ", ".join(
            f"{name} off by {error:.3g}" for name, error in zip(self.names, self.worst_error, strict=True)
        )
        return f"<FactorComparison at {len(self.steps):,} steps, at worst: {off}>"

    @property
    def worst_error(self) -> Floats:
        """Largest |test mean / training mean − 1| along the schedule, shape (factor,)."""
        return np.asarray(np.abs(self.mean_ratio - 1.0).max(axis=1))


def compare_test_factors(schedule: Schedule, at_steps: ArrayLike) -> FactorComparison:
    """What each candidate test factor does to the mean, at the rate with which each step was trained.

    At step t standard dropout trains with mean keep(t)·μ; a test factor f gives f·μ, so the ratio is f/keep(t).
    Candidates for f: 1 − the last rate, 1 − the mean rate, 1 − the first rate. Inverted dropout divides by keep(t)
    in training and needs nothing at test: its ratio is 1 at every step.

    Raises
    ------
    ValueError
        If ``at_steps`` is empty, not one-dimensional, or has a step that is negative or not finite.

    >>> compare_test_factors(annealed(0.5, duration=2), [0, 1, 2]).mean_ratio[0].tolist()
    [2.0, 1.3333333333333333, 1.0]
    """
    step_values = _steps(at_steps)
    if step_values.ndim != 1 or step_values.size == 0:
        raise ValueError(f"at_steps must be a list of at least one step; got shape {step_values.shape}")
    rates = schedule(step_values)
    keep = 1.0 - rates
    factors = np.array([keep[-1], keep.mean(), keep[0], 1.0])
    mean_ratio = factors[:, None] / keep
    mean_ratio[3] = 1.0  # inverted: (1·μ) / (keep·μ/keep)
    return FactorComparison(
        step_values, rates, ("last rate", "mean rate", "first rate", "inverted"), factors, mean_ratio
    )


def _parse_rows(table_steps: Sequence[object], table_rates: Sequence[object]) -> tuple[Floats, Floats]:
    """Both columns as numbers, or the first wrong row's ValueError."""
    knots: list[float] = []
    rates: list[float] = []
    for row, (step_cell, rate_cell) in enumerate(zip(table_steps, table_rates, strict=True), start=1):
        step, rate = _parse_cell(step_cell), _parse_cell(rate_cell)
        if not 0.0 <= step < math.inf:
            raise ValueError(f"row {row}: step must be a number, 0 or more; got {step_cell!r}")
        if not 0.0 <= rate < 1.0:
            raise ValueError(f"row {row}: rate must be a number, at least 0 and below 1; got {rate_cell!r}")
        if knots and step <= knots[-1]:
            raise ValueError(
                f"row {row}: step must be above the step before it, {knots[-1]:g}; got {step_cell!r}"
            )
        knots.append(step)
        rates.append(rate)
    return np.array(knots), np.array(rates)


def _parse_cell(cell: object) -> float:
    """The cell's number, NaN for what is none."""
    if isinstance(cell, bool | np.bool_):
        return math.nan
    try:
        return read_number(cell) if isinstance(cell, str) else float(cell)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return math.nan


def _steps(step: ArrayLike) -> Floats:
    """Steps as float64; ValueError for text, NaN, infinity and negative steps."""
    try:
        values = np.asarray(step, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"step must be numbers, 0 or more; got {step!r}") from None
    wrong = ~((values >= 0.0) & np.isfinite(values))
    if wrong.any():
        raise ValueError(f"step must be a finite number, 0 or more; got {float(values[wrong].flat[0])!r}")
    return values


def _progress(step: ArrayLike, duration: float) -> Floats:
    """min(1, step/duration)."""
    return np.asarray(np.minimum(_steps(step), duration) / duration)


def _check_positive(name: str, value: float) -> None:
    if not 0.0 < _parse_cell(value) < math.inf:
        raise ValueError(f"{name} must be a finite number above 0; got {value!r}")
