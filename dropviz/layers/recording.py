"""What is kept of the activations of a network, and the file that holds it: numbers of each unit, and a few rows."""

# axes: row (an example, or a place in it), unit

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dropviz.layers.rows import check_name, rows_of
from dropviz.numbers.checks import Floats, check_choice, check_count, drop_rounding
from dropviz.theory.running import LARGEST_FOURTH, Running

PHASES = ("train", "test")
FORMAT = "dropviz.record.1"
KINDS = "dropviz.kinds"  # the classes of its layers, "" where nobody said; older records have none
MOST_ROWS = 100_000
UNITS_SAMPLED = 64  # of a layer
VALUES_SAMPLED = 4_000_000  # of all layers: 16 MB
ROW_NAMES = ("count", "mean", "variance", "third", "fourth", "zeros")  # of a table of moments


@dataclass(slots=True, eq=False)
class _Seen:
    """One layer in one phase: moments, and the rows with the smallest of random keys, a fair sample of all."""

    running: Running
    units: NDArray[np.intp]
    keys: Floats
    rows: NDArray[Any]

    def add(self, values: Floats, most: int, rng: np.random.Generator) -> None:
        self.running.add(values)
        last = self.keys[most - 1] if len(self.keys) >= most else 1.0
        drawn = rng.random(len(values))
        new = np.flatnonzero(drawn < last)
        keys = np.concatenate((self.keys, drawn[new]))
        rows = np.concatenate((self.rows, _single(values[np.ix_(new, self.units)])))
        kept = np.argsort(keys)[:most]
        self.keys, self.rows = keys[kept], rows[kept]


class Recorder:
    """Moments, zeros and a sample of the activations of any network, in training and at test; nothing else is kept.

    Of each layer and phase: per unit the count, mean, variance, third and fourth central moment and the number of
    zeros of *all* values seen, and up to ``sample`` rows drawn at random from them, of up to 64 units that stand at
    equal steps. All samples together have at most 4 million values.

    Parameters
    ----------
    sample
        Rows of each layer and phase, 1 to 100,000. A row is an example or, in a map, a place of it.
    seed
        Of the choice of rows.

    Raises
    ------
    ValueError
        A parameter is out of range.

    Examples
    --------
    >>> recorder = Recorder()
    >>> recorder.see("fc1", np.maximum(np.random.default_rng(7).normal(size=(100, 8)), 0.0))
    >>> recorder.table("fc1", "test").shape
    (6, 8)
    """

    def __init__(self, *, sample: int = 1000, seed: int = 0) -> None:
        check_count("sample", sample, 1, MOST_ROWS)
        check_count("seed", seed, 0, 2**63 - 1)
        self._sample, self._rng = sample, np.random.default_rng(seed)
        self._seen: dict[tuple[str, str], _Seen] = {}
        self._kinds: dict[str, str] = {}

    def __repr__(self) -> str:
        count = len(self.layers)
        return f"<Recorder: {count} layer{'s' * (count != 1)}>"

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers, in the order in which they were first seen."""
        return tuple(dict.fromkeys(layer for layer, _ in self._seen))

    def see(
        self, layer: str, values: ArrayLike, phase: str = "test", axis: int = 1, *, kind: str = ""
    ) -> None:
        """Add activations of a layer, shape (example, …) with its units on ``axis``, in "train" or at "test".

        ``kind`` is its class, such as "ReLU", which tells a layer that has a number for a name.
        ValueError, naming the layer, if they are no real finite numbers, or have another number of units than before.
        """
        check_choice("phase", phase, PHASES)
        if kind:
            self._kinds[check_name(layer)] = check_name(kind)
        for rows in rows_of(check_name(layer), values, axis):
            seen = self._seen.get((layer, phase))
            if seen is None:
                seen = self._seen[layer, phase] = _new(rows.shape[1])
            if seen.running.units != rows.shape[1]:
                raise ValueError(
                    f"{layer!r} must have {seen.running.units} units, as before; it has {rows.shape[1]}"
                )
            seen.add(rows, self._most(), self._rng)

    def table(self, layer: str, phase: str) -> Floats:
        """Count, mean, variance, third and fourth central moment and zeros of each unit; shape (6, unit)."""
        if (layer, phase) not in self._seen:
            raise ValueError(f"layer must be one that was seen in phase {phase!r}; got {layer!r}")
        return self._seen[layer, phase].running.table()

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the record to one compressed .npz file, which `dropviz.report` reads, and return its path.

        It holds the arrays ``dropviz.record.1``, the names of the layers, ``dropviz.kinds``, their classes where known,
        and for the layer at place i of these and each phase ``i.phase.moments``, shape (6, unit), and
        ``i.phase.sample``, shape (row, unit). ValueError if no layer was seen, or the name does not end in .npz;
        OSError if it cannot be written.
        """
        file = Path(path)
        if file.suffix.lower() != ".npz":
            raise ValueError(f"path must end in .npz; got {file.name!r}")
        if not self._seen:
            raise ValueError("a record must hold at least one layer; none was seen")
        places = {layer: place for place, layer in enumerate(self.layers)}
        arrays: dict[str, NDArray[Any]] = {FORMAT: np.array(self.layers)}
        if self._kinds:
            arrays[KINDS] = np.array([self._kinds.get(layer, "") for layer in self.layers])
        for (layer, phase), seen in self._seen.items():
            arrays[f"{places[layer]}.{phase}.moments"] = seen.running.table()
            arrays[f"{places[layer]}.{phase}.sample"] = seen.rows[: self._most()]
        with file.open("wb") as opened:
            np.savez_compressed(opened, **arrays)  # type: ignore[arg-type]
        return file

    def _most(self) -> int:
        return max(1, min(self._sample, VALUES_SAMPLED // (UNITS_SAMPLED * max(len(self._seen), 1))))


@dataclass(frozen=True, slots=True, eq=False)
class Recorded:
    """One layer of a record: its table of moments at test and, where it was seen, in training; shape (6, unit).

    ``kind`` is its class, "" where it is not known.
    """

    name: str
    test: Floats | None
    train: Floats | None
    kind: str = ""


def read_record(arrays: Iterable[tuple[str, NDArray[Any]]]) -> list[Recorded]:
    """Return the layers of a record, from the arrays of its file; ValueError if they are not what `save` writes."""
    kept = {name: array for name, array in arrays if name in (FORMAT, KINDS) or name.endswith(".moments")}
    try:
        names = [check_name(name) for name in kept[FORMAT].ravel().tolist()]
        kinds = kept[KINDS].ravel().tolist() if KINDS in kept else [""] * len(names)
        kinds = [kind and check_name(kind) for _, kind in zip(names, kinds, strict=True)]
    except (KeyError, ValueError) as error:
        raise ValueError("a record must hold the names of its layers; this one is damaged") from error
    layers = []
    for place, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        test, train = (table_of(name, kept.get(f"{place}.{phase}.moments")) for phase in ("test", "train"))
        layers.append(Recorded(name, test, train, kind))
    return layers


def table_of(name: str, array: NDArray[Any] | None) -> Floats | None:
    """A table of moments, unless it is missing; ValueError if it is none that values could have."""
    if array is None:
        return None
    shape = array.ndim == 2 and array.shape[0] == len(ROW_NAMES) and array.shape[1] > 0
    if not shape or array.dtype.kind != "f" or not np.isfinite(array).all():
        raise ValueError(f"the moments of {name!r} must be six finite numbers a unit; they are damaged")
    table = array.astype(np.float64)
    count, mean, variance, _, fourth, zeros = table
    possible = (count >= 1.0) & (count == count[0]) & (np.abs(mean) <= LARGEST_FOURTH) & (fourth >= 0.0)
    possible &= (variance >= 0.0) & (variance <= 2.0 * LARGEST_FOURTH**2) & (zeros >= 0.0) & (zeros <= count)
    if not possible.all():
        raise ValueError(f"the moments of {name!r} must be those of at least one value; they are damaged")
    table[2] = np.where(drop_rounding(np.sqrt(variance), mean) > 0.0, variance, 0.0)
    return table


def _new(units: int) -> _Seen:
    places = np.unique(np.linspace(0, units - 1, min(units, UNITS_SAMPLED)).round().astype(np.intp))
    return _Seen(Running(units), places, np.zeros(0), np.zeros((0, len(places)), np.float32))


def _single(values: Floats) -> NDArray[Any]:
    """The values as float32, where none leaves its range."""
    if values.size and np.abs(values).max() > np.finfo(np.float32).max:
        return values
    return values.astype(np.float32)
