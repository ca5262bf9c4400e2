"""Rates, P(drop): the grid of a sweep, and the checks of a rate and of a list of rates."""

from dataclasses import fields
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import Floats, check_number, check_numbers, reals

SMALLEST_RATE = 1e-9  # but for 0; the squares of 1/rate stay far from the range of float64
MOST_RATES = 10_001
SHORT = 6  # so many rates are written one by one
_BELOW_ONE = "must be a number, at least 0 and below 1"


def below_one(rate: ArrayLike) -> Floats:
    """Return ``rate`` as float64, or raise ValueError unless all of it lies in [0, 1)."""
    rates = reals("rate", rate)
    if rates is None or not ((rates >= 0.0) & (rates < 1.0)).all():
        raise ValueError(f"rate {_BELOW_ONE}; got {rate!r}")
    return rates


def check_below_one(name: str, rate: float) -> None:
    """Raise ValueError, naming the range, unless ``rate`` is one number in [0, 1)."""
    if isinstance(rate, bool | np.bool_) or not isinstance(rate, Real) or not 0.0 <= rate < 1.0:
        raise ValueError(f"{name} {_BELOW_ONE}; got {rate!r}")


def check_rising(name: str, rates: tuple[float, ...]) -> None:
    """Raise ValueError unless ``rates`` rise strictly inside [0, 1)."""
    values = below_one(rates)
    if values.ndim != 1 or values.size == 0 or (np.diff(values) <= 0.0).any():
        raise ValueError(f"{name} must be one or more numbers that rise strictly; got {rates!r}")


def rate_grid(start: float, stop: float, step: float) -> tuple[float, ...]:
    """Rates from ``start`` to ``stop``, both included, in steps of ``step``.

    Raises
    ------
    ValueError
        If 0 ≤ start ≤ stop ≤ 1 does not hold, or the step is below 1e-9, above 1, or gives more than 10,001 rates.

    Examples
    --------
    >>> rate_grid(0.0, 0.3, 0.1)
    (0.0, 0.1, 0.2, 0.3)
    """
    check_number("start", start, 0.0, 1.0)
    check_number("stop", stop, start, 1.0)
    check_number("step", step, max((stop - start) / (MOST_RATES - 1), SMALLEST_RATE), 1.0)
    start, stop, step = float(start), float(stop), float(step)
    count = int((stop - start) / step + 1e-9)
    return tuple(round(start + index * step, 12) for index in range(count + 1))


GRID = rate_grid(0.0, 0.95, 0.01)  # of every page, where nothing else is said


def config_repr(config: Any) -> str:
    """Write a configuration as Python reads it, with ``rates`` that are a grid as the call that makes them."""
    parts = (
        f"{item.name}={_written(value) if item.name == 'rates' else repr(value)}"
        for item in fields(config)
        for value in (getattr(config, item.name),)
    )
    return f"{type(config).__name__}({', '.join(parts)})"


def _written(rates: tuple[float, ...]) -> str:
    if len(rates) <= SHORT:
        return repr(rates)
    ends = (rates[0], rates[-1], round((rates[-1] - rates[0]) / (len(rates) - 1), 12))
    if ends[2] >= SMALLEST_RATE and rate_grid(*ends) == rates:
        return f"rate_grid{ends!r}"
    return f"({rates[0]!r}, {rates[1]!r}, ..., {rates[-1]!r})"


def check_rates(rates: ArrayLike) -> tuple[float, ...]:
    """Return ``rates`` as floats, or raise ValueError unless they rise strictly, each 0 or from 1e-9 to 1."""
    if rates is GRID:  # every visit brings it
        return GRID
    numbers = reals("rates", rates)
    if numbers is None:
        raise ValueError(f"rates must be numbers from 0 to 1; got {rates!r}")
    values = np.atleast_1d(numbers) + 0.0  # no −0
    if values.ndim != 1 or not 1 <= values.size <= MOST_RATES:
        raise ValueError(f"rates must be one list of 1 to {MOST_RATES} numbers; got shape {values.shape}")
    outside = values[~((values >= 0.0) & (values <= 1.0))]
    if outside.size:
        raise ValueError(f"rates must lie from 0 to 1; got {outside[0]:g}")
    tiny = values[(values > 0.0) & (values < SMALLEST_RATE)]
    if tiny.size:
        raise ValueError(f"rates must be 0 or from {SMALLEST_RATE:g} to 1; got {tiny[0]:g}")
    falling = np.flatnonzero(np.diff(values) <= 0.0)
    if falling.size:
        before, after = values[falling[0] : falling[0] + 2]
        raise ValueError(f"rates must increase strictly; got {before:g} and then {after:g}")
    return tuple(values.tolist())


def check_rate(rate: ArrayLike) -> Floats:
    """Return ``rate`` as float64, or raise ValueError unless all of it lies in [0, 1]."""
    return check_numbers("rate", rate, 0.0, 1.0)
