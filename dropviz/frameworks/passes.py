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
# What draws one of several, as a step of a diffusion, and what draws activations: noise at test that may be meant.
CHOICES = frozenset({
    "randint", "randint_like", "random_", "randperm", "multinomial", "categorical", "choice", "permutation", "shuffle",
})  # fmt: skip
NORMAL = frozenset({"randn", "randn_like", "normal", "normal_", "truncated_normal", "gumbel"})
LEVEL = 1e-3  # relative spread of what survives: below, it is a mask


@dataclass(slots=True)
class Given:
    """One of several inputs of a network; ``forked``: more than one thing was made of it, or of what was made of it."""

    forked: bool = False


@dataclass(slots=True)
class Meeting:
    """Noise multiplied into an activation: numbers of the noise, and the factors around it by file and line.

    ``functions``: those of the network's code that run, the innermost first. ``selects``: it is a mask that is not
    multiplied, but says which values go on. ``assigned``: it says which values are set to 0. ``bands``: neighbours are
    lost together. ``each``: every value has a number of its own. ``mixes``: it meets what two tensors are apart, which
    is then added, and so takes values of the one for those of the other, as quantised ones. ``added``: it says whether
    a path is added to an activation. ``skips``: it skips parts of a layer. ``within``: the noise that says whether the
    code runs in which they meet. ``given``: the input of the network that is all that it meets, example by example.
    """

    mean: float
    zeros: float
    level: float
    spread: float
    count: int
    digest: str
    drawn: int
    functions: tuple[str, ...]
    multiplied: bool = True
    scales: dict[str, float] = field(default_factory=dict)
    selects: bool = False
    assigned: bool = False
    bands: bool = False
    each: bool = False
    mixes: bool = False
    added: bool = False
    skips: bool = False
    within: Place | None = None
    given: Given | None = None

    @classmethod
    def of(
        cls, kept: AnyFloats, drawn: tuple[int, int], functions: tuple[str, ...], multiplied: bool
    ) -> "Meeting":
        """The numbers of what an activation is multiplied by; ``drawn``: in which pass, and how many of them."""
        values = kept.astype(np.float64).ravel()
        alive = values[values != 0.0]
        level, spread = (float(alive.mean()), float(alive.std())) if len(alive) else (0.0, 0.0)
        zeros = 1.0 - len(alive) / len(values)
        number, count = drawn
        return cls(
            float(values.mean()), zeros, level, spread, min(count, len(values)), digest(kept), number,
            functions, multiplied,
        )  # fmt: skip

    @property
    def drops(self) -> bool:
        """Whether the noise is a mask, multiplied or not: zeros, and survivors of one size."""
        return 0.0 < self.zeros < 1.0 and abs(self.level) > 0.0 and self.spread <= LEVEL * abs(self.level)


def digest(*arrays: AnyFloats | None) -> str:
    """A few letters that differ where arrays do; "" where one cannot be read."""
    if any(array is None for array in arrays):
        return ""
    parts = (np.ascontiguousarray(array).tobytes()[:MOST_BYTES] for array in arrays)
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


@dataclass(slots=True)
class Event:
    """What happened at one place in one pass; ``counted``: something is divided by how many values survive.

    ``own_layer``: the call is made by a layer of the framework. ``functions``: as of a `Meeting`.
    """

    calls: int = 0
    rate: float | None = None
    acting: bool = False
    unused: int = 0
    counted: bool = False
    own_layer: bool = False
    functions: tuple[str, ...] = ()
    states: list[str] = field(default_factory=list)
    meetings: list[Meeting] = field(default_factory=list)


@dataclass(slots=True)
class Pass:
    """All that one pass did; ``scales``: the factors by which code multiplies tensors, by function and line.

    ``handed``: the modules whose output, or what is made of it alone, is given to another or returned. ``zeros``: of
    each parameter, once it has run. ``chosen``: the modules for which activations say what they are given, as experts,
    or that are judged with the module around them.
    ``off``: modules with weights that stay in evaluation while the network trains, and whether these weights learn.
    ``factors``: the numbers that stand in the code, by line, as each stands there.
    """

    number: int
    events: dict[Place, Event] = field(default_factory=dict)
    scales: dict[str, dict[str, float]] = field(default_factory=dict)
    after: dict[Place, dict[str, float]] = field(default_factory=dict)
    called: dict[str, int] = field(default_factory=dict)
    shapes: dict[str, set[str]] = field(default_factory=dict)
    outputs: dict[str, list[float | str]] = field(default_factory=dict)
    branch: dict[str, dict[str, float]] = field(default_factory=dict)
    handed: set[str] = field(default_factory=set)
    zeros: dict[str, int] = field(default_factory=dict)
    result: list[AnyFloats] = field(default_factory=list)
    chosen: set[str] = field(default_factory=set)
    off: dict[str, bool] = field(default_factory=dict)
    factors: dict[str, set[float]] = field(default_factory=dict)


class Passes(NamedTuple):
    """Passes in training, in evaluation, and in training again."""

    first: Sequence[Pass]
    evaluated: Sequence[Pass]
    again: Sequence[Pass]

    @property
    def training(self) -> list[Pass]:
        """All passes in training."""
        return [*self.first, *self.again]


# ---- what passes show -----------------------------------------------------------------------------------------------


def meetings_of(events: Sequence[Event]) -> list[Meeting]:
    """All that noise meets."""
    return [meeting for event in events for meeting in event.meetings]


def is_mask(meetings: Sequence[Meeting]) -> bool:
    """Whether noise is a mask: zeros, and survivors of one size."""
    alive = [one.level for one in meetings if one.zeros < 1.0]
    partly = any(0.0 < one.zeros < 1.0 for one in meetings)
    whole = 0 < len(alive) < len(meetings) and max(alive) - min(alive) <= LEVEL * abs(alive[0])
    return (partly or whole) and all(
        one.multiplied and one.level and one.spread <= LEVEL * abs(one.level)
        for one in meetings
        if one.zeros < 1.0
    )


def branches(passes: Sequence[Pass]) -> dict[str, float]:
    """Modules that are skipped at random, the outermost ones, and the share of passes that call them.

    None is one of several of which every pass takes as many, as of heads that take turns.
    """
    some = perhaps_skipped(passes)
    beside: dict[str, list[str]] = {}
    for path in some:
        beside.setdefault(path.rpartition(".")[0], []).append(path)
    turns: set[str] = set()
    for parts in beside.values():
        taken = {sum(path in each.called for path in parts) for each in passes}
        turns |= set(parts) if len(taken) == 1 else set()
    return {path: share for path, share in some.items() if path not in turns}


def perhaps_skipped(passes: Sequence[Pass]) -> dict[str, float]:
    """Modules that some passes call and others do not, the outermost ones, and the share of passes that call them.

    One whose inputs change their shape, or are chosen by activations, is an expert, and no path that is dropped.
    """
    paths = {path for each in passes for path in each.called}
    paths -= {path for each in passes for path in each.chosen}
    shares = {path: sum(path in each.called for each in passes) / len(passes) for path in paths}
    some = {path: share for path, share in shares.items() if share < 1.0}
    return {
        path: share
        for path, share in some.items()
        if not any(path.startswith(f"{outer}.") for outer in some if outer and outer != path)
        and len(set().union(*(each.shapes.get(path, ()) for each in passes))) <= 1
    }
