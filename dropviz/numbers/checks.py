"""What bad input gets: checks of numbers, counts and arrays that name parameter, value and allowed range."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import field, fields
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
AnyFloats = NDArray[np.floating[Any]]  # float32 as well
FOUR_ULPS = 4.0 * np.finfo(np.float64).eps
ROUNDING = 1e-14  # relative; what is smaller than this share of the terms of a longer sum is rounding
LARGEST = 1e100  # the square of a larger value leaves the range of float64
_TENSOR = "of a PyTorch tensor pass tensor.detach().cpu().float()"


class Checked:
    """A dataclass that refuses values out of range: ValueError, naming the parameter, the value and the range."""

    __slots__ = ()

    def __post_init__(self) -> None:
        for item in fields(self):  # type: ignore[arg-type]  # every subclass is a dataclass
            if "check" in item.metadata:
                check, limits = item.metadata["check"]
                check(item.name, getattr(self, item.name), *limits)


def checked(default: object, check: Callable[..., object], *limits: object) -> Any:
    """A field of `Checked` that ``check(name, value, *limits)`` must accept."""
    return field(default=default, metadata={"check": (check, limits)})


def check_number(name: str, value: float, low: float, high: float) -> None:
    """Raise ValueError, naming the range, unless ``low`` ≤ ``value`` ≤ ``high``."""
    if not isinstance(value, Real) or not low <= value <= high:
        raise ValueError(f"{name} must be a number from {low:g} to {high:g}; got {value!r}")


def check_count(name: str, value: int, low: int, high: int) -> None:
    """Raise ValueError, naming the range, unless ``value`` is an integer from ``low`` to ``high``."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise ValueError(f"{name} must be an integer from {low} to {high}; got {value!r}")


def check_choice(name: str, value: object, choices: Iterable[str]) -> str:
    """Return ``value``, or raise ValueError, naming the choices, unless it is one of them."""
    allowed = tuple(choices)
    if not isinstance(value, str) or value not in allowed:
        raise ValueError(f"{name} must be one of {', '.join(allowed)}; got {value!r}")
    return value


def place_of(name: str, value: object, choices: Sequence[str]) -> int:
    """Return the place of ``value`` among ``choices``, or raise ValueError as `check_choice` does."""
    return choices.index(check_choice(name, value, choices))


def all_of(name: str, given: Any, what: str = "names") -> tuple[Any, ...]:
    """Return one text, or all that is given, as a tuple. ValueError, naming it and ``what`` it is, if it is neither."""
    try:
        return (given,) if isinstance(given, str) else tuple(given)
    except TypeError:
        raise ValueError(f"{name} must be one or more {what}, each once; got {given!r}") from None


def check_names(name: str, values: Sequence[str], check: Callable[[str], object]) -> None:
    """Raise ValueError unless ``values`` are one or more names that each pass ``check``, none of them twice."""
    for value in all_of(name, values):
        check(value)
    if not values or len(set(values)) != len(values):
        raise ValueError(f"{name} must be one or more names, each once; got {values!r}")


def check_numbers(name: str, values: ArrayLike, low: float, high: float) -> Floats:
    """Return ``values`` as float64, or raise ValueError, naming the range, unless all lie from ``low`` to ``high``."""
    numbers = reals(name, values)
    if numbers is None or not ((numbers >= low) & (numbers <= high)).all():
        raise ValueError(f"{name} must be a number from {low:g} to {high:g}; got {values!r}")
    return numbers + 0.0  # no −0


def reals(name: str, values: ArrayLike) -> Floats | None:
    """Return ``values`` as float64, or None if it is masked, ragged, or not of real numbers.

    ValueError if it is a tensor that NumPy cannot read.
    """
    if holds_masked(values):
        return None
    array = readable(name, values)
    return None if array is None or array.dtype.kind not in "biuf" else as_float64(array)


def readable(name: str, values: ArrayLike) -> NDArray[Any] | None:
    """Return ``values`` as an array, or None if its rows differ in length.

    ValueError, with what to do, if it is a tensor that NumPy cannot read: one that needs its gradient, is of bfloat16,
    or on another device.
    """
    try:
        array = np.asarray(values)
    except ValueError:
        return None
    except (RuntimeError, TypeError) as refused:
        raise ValueError(f"{name} must be an array that NumPy can read; {_TENSOR} ({refused})") from refused
    if array.dtype.name == "bfloat16":
        raise ValueError(f"{name} must be an array that NumPy can read; {_TENSOR} (got bfloat16)")
    return array


def as_float64(array: NDArray[Any]) -> Floats:
    """Return an array of real numbers as float64, infinite where a long double is beyond its range."""
    with np.errstate(over="ignore", invalid="ignore"):  # of a signalling NaN, which stays one that is found
        return array.astype(np.float64)


def holds_masked(values: object) -> bool:
    """Whether ``values``, or a list in it, is an array with masked entries, whose mask NumPy would silently drop."""
    if isinstance(values, list | tuple):
        return any(isinstance(row, list | tuple | np.ma.MaskedArray) and holds_masked(row) for row in values)
    return bool(np.ma.is_masked(values))


def drop_rounding(value: ArrayLike, scale: ArrayLike, share: float = FOUR_ULPS) -> Floats:
    """Return ``value`` with 0 where it is at most ``share`` of ``scale``, the size of what it is the difference of.

    >>> drop_rounding([0.1 + 0.2 - 0.3, 1e-9], 0.3).tolist()
    [0.0, 1e-09]
    """
    return np.asarray(np.where(np.abs(value) <= share * np.abs(scale), 0.0, value), dtype=np.float64)


def checked_array(values: ArrayLike, largest: float) -> Floats:
    """Copy to a C-ordered float64 array, 1-D or 2-D, or raise ValueError: one sentence that says why not."""
    if holds_masked(values):
        raise ValueError("values must not be masked; drop or fill the masked entries")
    array = readable("values", values)
    if array is None:
        raise ValueError("values must form one array; the rows differ in length")
    if array.dtype.kind not in "biuf":
        kinds = {"c": "complex numbers", "O": "Python objects", "U": "text", "S": "text"}
        kinds |= {"M": "dates", "m": "time spans", "V": "records"}
        kind = kinds.get(array.dtype.kind, f"dtype {array.dtype}")
        raise ValueError(f"values must be real numbers (bool, integer or float); got {kind}")
    if array.size == 0:
        raise ValueError("values must not be empty; got an array of shape " + repr(array.shape))
    if array.ndim not in (1, 2):
        raise ValueError(f"values must be 1-D or (examples, units); got {array.ndim} axes: reshape first")
    if not np.isfinite(array).all():
        raise ValueError("values must be finite; got NaN or infinity")
    floats = np.ascontiguousarray(as_float64(array))
    found = max(floats.max(), -floats.min())
    if found > largest:
        raise ValueError(f"values must be at most {largest:g} in magnitude; got {found:g}")
    return floats


def checked_variance(variance: ArrayLike) -> Floats:
    """Return ``variance`` as float64, or raise ValueError where it is negative or NaN."""
    v = np.asarray(variance, dtype=np.float64)
    if not (v >= 0.0).all():
        raise ValueError(f"variance must be 0 or more; got {variance!r}")
    return v


def quotient(numerator: Floats, denominator: Floats) -> Floats:
    """Elementwise numerator/denominator, NaN where the denominator is 0."""
    numerator, denominator = np.broadcast_arrays(numerator, denominator)
    undefined = np.full(denominator.shape, np.nan)
    return np.asarray(np.divide(numerator, denominator, out=undefined, where=denominator != 0.0))
