"""What is noted of the passes of a network: what happened at each place."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from dropviz.frameworks.findings import Place
from dropviz.numbers.checks import AnyFloats

OUTSIDE = "a tensor from outside of torch"  # what NumPy drew, or an own function
MOST_BYTES = 65_536  # of an array that are looked at to tell it from another
KEPT = "a mask that is kept"  # drawn before, as in a buffer


@dataclass(slots=True)
class Meeting:
    """Noise multiplied into an activation: numbers of the noise, and the factors around it by file and line.

    ``selects``: it is a mask that is not multiplied, but says which values go on.
    """

    mean: float
    zeros: float
    level: float
    spread: float
    count: int
    digest: str
    drawn: int
    function: str
    multiplied: bool = True
    scales: dict[str, float] = field(default_factory=dict)
    selects: bool = False

    @classmethod
    def of(cls, kept: AnyFloats, drawn: tuple[int, int], function: str, multiplied: bool) -> "Meeting":
        """The numbers of what an activation is multiplied by; ``drawn``: in which pass, and how many of them."""
        values = kept.astype(np.float64).ravel()
        alive = values[values != 0.0]
        level, spread = (float(alive.mean()), float(alive.std())) if len(alive) else (0.0, 0.0)
        zeros = 1.0 - len(alive) / len(values)
        number, count = drawn
        return cls(
            float(values.mean()), zeros, level, spread, min(count, len(values)), digest(kept), number, function,
            multiplied,
        )  # fmt: skip


def digest(*arrays: AnyFloats | None) -> str:
    """A few letters that differ where arrays do; "" where one cannot be read."""
    if any(array is None for array in arrays):
        return ""
    parts = (np.ascontiguousarray(array).tobytes()[:MOST_BYTES] for array in arrays)
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


@dataclass(slots=True)
class Event:
    """What happened at one place in one pass."""

    calls: int = 0
    rate: float | None = None
    acting: bool = False
    unused: int = 0
    states: list[str] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)


@dataclass(slots=True)
class Pass:
    """All that one pass did; ``scales``: the factors by which code multiplies tensors, by function and line."""

    number: int
    events: dict[Place, Event] = field(default_factory=dict)
    scales: dict[str, dict[str, float]] = field(default_factory=dict)
    after: dict[Place, dict[str, float]] = field(default_factory=dict)
    called: dict[str, int] = field(default_factory=dict)
    shapes: dict[str, set[str]] = field(default_factory=dict)
    outputs: dict[str, list[float | str]] = field(default_factory=dict)
    branch: dict[str, dict[str, float]] = field(default_factory=dict)
    result: list[AnyFloats] = field(default_factory=list)


class Passes(NamedTuple):
    """Passes in training, in evaluation, and in training again."""

    first: Sequence[Pass]
    evaluated: Sequence[Pass]
    again: Sequence[Pass]

    @property
    def training(self) -> list[Pass]:
        """All passes in training."""
        return [*self.first, *self.again]
