"""A file of activations, reduced to what a report needs: moments of each unit, for every axis on which units may stand.

The file is read once and in parts, so that neither it nor any array in it is ever held whole.
"""

# axes: of tables, `recording.ROW_NAMES`, unit

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from dropviz.datasets.streams import Streamed, streamed
from dropviz.layers.recording import FORMAT, ROW_NAMES, Recorded, read_record
from dropviz.layers.rows import check_name, checked_rows
from dropviz.numbers.checks import Floats, as_float64
from dropviz.theory.running import Running

MOST_UNITS = 400_000  # of all arrays and axes of a file: 19 MB
MOST_SLICES = 20_000  # units on the axis along which the file goes on; there more are examples
MOST_AXES = 4  # the first ones; and the last
ROWS = 1 << 17  # values at a time
OWN = -1  # the axis of a layer of a record


@dataclass(frozen=True, slots=True, eq=False)
class Reduced:
    """An array of a file: its shape, and its table of moments for each axis of units, counted from 0.

    A layer of a record has no shape, its table under `OWN`, and perhaps one in training, ``train``.
    """

    name: str
    shape: tuple[int, ...]
    tables: Mapping[int, Floats]
    train: Floats | None = None
    kind: str = ""

    def layer(self, axis: int) -> Recorded | None:
        """The layer whose units stand on ``axis``, negative if counted from the last; None if there is no such axis."""
        if not self.shape:
            return Recorded(self.name, self.tables.get(OWN), self.train, self.kind)
        place = 0 if len(self.shape) == 1 else axis % len(self.shape) if axis < 0 else axis
        return Recorded(self.name, self.tables[place], None) if place in self.tables else None


def reduced(name: str, data: BinaryIO) -> tuple[list[Reduced], list[str]]:
    """Return the arrays, or the layers of a record, in a file, and the names of what is no array of real numbers."""
    arrays = streamed(name, data)
    first = next(arrays, None)
    if first is None:
        raise ValueError("the file must hold at least one array; it holds none")
    arrays = _with(first, arrays)
    if first.name == FORMAT:
        return [_of_record(layer) for layer in read_record(_kept(arrays))], []
    found: list[Reduced] = []
    left_out, room = [], MOST_UNITS
    for array in arrays:
        moments = _Moments(check_name(array.name), array.split, room)
        for part in array.parts:
            moments.add(as_float64(part))
        if moments.shape:
            found.append(Reduced(array.name, moments.shape, moments.tables()))
            room -= sum(table.shape[1] for table in found[-1].tables.values())
        else:
            left_out.append(array.name)
    if not found:
        raise ValueError("the file must hold at least one array of real numbers; it holds none")
    return found, left_out


def _with(first: Streamed, rest: Iterator[Streamed]) -> Iterator[Streamed]:
    yield first
    yield from rest


def _of_record(layer: Recorded) -> Reduced:
    tables = {} if layer.test is None else {OWN: layer.test}
    return Reduced(layer.name, (), tables, layer.train, layer.kind)


def _kept(arrays: Iterator[Streamed]) -> Iterator[tuple[str, NDArray[Any]]]:
    """The names and the moments of a record, and no samples."""
    room = MOST_UNITS * len(ROW_NAMES)
    for array in arrays:
        if array.text is not None:
            yield array.name, array.text
        elif array.name.endswith(".moments"):
            parts = []
            for part in array.parts:
                parts.append(part)
                room -= part.size
                _check_room(room)
            yield array.name, np.concatenate(parts, axis=array.split) if parts else np.zeros(0)


def _check_room(room: int) -> None:
    if room < 0:
        raise ValueError(
            f"the arrays of a file must have at most {MOST_UNITS:,} units in all; they have more"
        )


class _Moments:
    """Moments for the axes of an array that comes in slices along ``split``, 0 or −1; of a single axis for one unit."""

    def __init__(self, name: str, split: int, room: int) -> None:
        self.name, self.split, self.room = name, split, room
        self.shape: tuple[int, ...] = ()
        self.running: dict[int, Running] = {}
        self.slices: list[
            Floats
        ] = []  # of units on the axis along which slices come, of which each part has some

    def add(self, part: Floats) -> None:
        """Add slices; ValueError if they hold anything but finite numbers of a bounded size, or units are too many."""
        split = self.split % part.ndim
        before = self.shape[split] if self.shape else 0
        self.shape = (*part.shape[:split], before + part.shape[split], *part.shape[split + 1 :])
        if part.ndim == 1:
            self._sum(part[:, None], 1, self.running.setdefault(0, Running(1)))
            return
        for axis in {*range(min(part.ndim, MOST_AXES)), part.ndim - 1} - {split}:
            if axis not in self.running:
                self.room -= part.shape[axis]
                _check_room(self.room)
                self.running[axis] = Running(part.shape[axis])
            self._sum(part, axis, self.running[axis])
        if self.shape[split] <= min(MOST_SLICES, self.room):
            alone = Running(part.shape[split])
            self._sum(part, split, alone)
            self.slices.append(alone.table())

    def _sum(self, part: Floats, axis: int, running: Running) -> None:
        rows = np.moveaxis(part, axis, -1).reshape(-1, part.shape[axis])
        step = max(1, ROWS // rows.shape[1])
        for start in range(0, len(rows), step):
            running.add(checked_rows(self.name, rows[start : start + step]))

    def tables(self) -> dict[int, Floats]:
        """The table of each axis."""
        found = {axis: running.table() for axis, running in self.running.items()}
        split = self.split % max(1, len(self.shape))
        if len(self.shape) > 1 and self.shape[split] <= min(MOST_SLICES, self.room):
            found[split] = np.concatenate(self.slices, axis=1)
        return found
