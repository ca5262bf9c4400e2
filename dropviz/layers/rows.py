"""An array of any number of axes as rows of units, a part at a time and never as a whole in float64."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dropviz.numbers.checks import Floats, as_float64, holds_masked, readable
from dropviz.theory.running import LARGEST_FOURTH

PART = 1 << 17  # values at a time
LONGEST_NAME = 200


def rows_of(name: str, values: ArrayLike, axis: int) -> Iterator[Floats]:
    """Yield the values of a layer as float64, shape (value, unit): every example, and every place in it, is a row.

    Examples are on axis 0 and units on ``axis``; an array of one axis is one unit. ValueError, naming the layer, unless
    it holds real finite numbers of a magnitude of at most 1e70.
    """
    array = _checked(name, values)
    if array.ndim == 1:
        array, axis = array[:, None], 1
    if not (1 <= axis < array.ndim or -array.ndim < axis <= -1):
        raise ValueError(
            f"axis must be one of 1 to {array.ndim - 1} for {name!r}, whose shape is {array.shape}; got {axis!r}"
        )
    step = max(1, PART * len(array) // array.size)
    for start in range(0, len(array), step):
        part = np.moveaxis(as_float64(array[start : start + step]), axis, -1)
        yield checked_rows(name, part.reshape(-1, part.shape[-1]))


def checked_rows(name: str, rows: Floats) -> Floats:
    """Return the rows, or raise ValueError, naming the layer, unless they are finite and at most 1e70 in magnitude."""
    low, high = float(rows.min()), float(rows.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ValueError(f"{name!r} must hold finite numbers; it holds NaN or infinity")
    if max(-low, high) > LARGEST_FOURTH:
        raise ValueError(f"{name!r} must hold numbers of at most {LARGEST_FOURTH:g} in magnitude")
    return rows


def check_name(name: object) -> str:
    """Return the name of a layer, or raise ValueError unless it is a printable string of 1 to 200 characters."""
    if not isinstance(name, str) or not 1 <= len(name) <= LONGEST_NAME or not name.isprintable():
        raise ValueError(
            f"the name of a layer must have 1 to {LONGEST_NAME} printable characters; got {name!r}"
        )
    return name


def _checked(name: str, values: ArrayLike) -> NDArray[np.generic]:
    if holds_masked(values):
        raise ValueError(f"{name!r} must not be masked; drop or fill the masked entries")
    array = readable(name, values)
    if array is None or array.dtype.kind not in "biuf":
        raise ValueError(f"{name!r} must be one array of real numbers")
    if array.size == 0 or array.ndim == 0:
        raise ValueError(f"{name!r} must have one or more examples and units; its shape is {array.shape}")
    return array
