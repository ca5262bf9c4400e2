"""The grammar of a picture: panels, and the few marks that they are made of.

A panel says what is shown; the browser (`panel.js`), the Plotly figure of a notebook (`plotly_figure`) and the table
draw it. Colours are roles, the keys of `COLORS`. What the browser gets is these records, field by field: `types.d.ts`.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dropviz.live.words import Block, Cells, Span
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate

Numbers = NDArray[np.floating]

# Okabe and Ito's palette, distinguishable without red-green vision; the style sheet has each for light and dark.
COLORS: Mapping[str, str] = MappingProxyType(
    {
        "standard": "#E69F00",
        "inverted": "#0072B2",
        "none": "#D55E00",
        "both": "#CC79A7",
        "wrong_train": "#B5446E",
        "wrong_test": "#AA4499",
        "other": "#009E73",
        "ink": "#6b7280",
        "title": "#1f2933",
    }
)


def role(name: str, otherwise: str = "other") -> str:
    """The colour of what is called ``name``, or ``otherwise`` where it has none of its own."""
    return name if name in COLORS else otherwise


POINTS_SHOWN = 10  # simulated points drawn along a line; more would hide the exact line
SMALLEST_DRAWN = 1e-30  # the browser gets float32 and cannot scale an axis to less


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis from ``low`` to ``high`` with ``unit`` behind its ticks, which are round numbers if none are given."""

    title: str
    low: float
    high: float
    log: bool = False
    unit: str = ""
    ticks: Sequence[float] | None = None

    def share(self, values: Floats) -> Floats:
        """Where values stand: 0 at ``low``, 1 at ``high``; NaN where a logarithm has no place for them."""
        if not self.log:
            return np.asarray((values - self.low) / (self.high - self.low))
        low, high = np.log10(self.low), np.log10(self.high)
        return np.asarray((decades(values) - low) / (high - low))

    def value(self, share: Floats) -> Floats:
        """Return what stands at a share: `share` back."""
        if not self.log:
            return np.asarray(self.low + share * (self.high - self.low))
        return np.asarray(self.low * (self.high / self.low) ** share)


def decades(values: Floats) -> Floats:
    """Log10 of the values; NaN where there is none."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.log10(np.where(values > 0.0, values, np.nan)))


# ---- marks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A quantity over the places of the slider: its exact line, simulated points with error bars, and a dot now.

    ``kind`` says what the line itself is; ``width`` is in pixels. One ``inside`` a wider line of its colour, on which
    it lies, has dashes in the colour of the ground; its points stand ``turn`` of the way from each to the next.
    Where a hand can draw the rate (`Knots`), ``follows`` says what the line is made of: the rate at each place, its
    keep, or the keep of the last rate.
    """

    name: str
    color: str
    estimate: Estimate
    dashed: bool = False
    width: float = 2
    kind: str = "exact"
    inside: bool = False
    turn: float = 0
    follows: Literal["", "rate", "keep", "last"] = ""


@dataclass(frozen=True, slots=True, eq=False)
class Path:
    """A line through points; ``x`` and ``y`` have the shape (point,), or (place, point) where they follow the slider.

    ``stepped`` lines keep each y up to the next x; ``filled`` ones are shaded down to 0; ``dots`` are pixels across;
    ``spread`` is the standard deviation of each point.
    """

    name: str
    color: str
    x: Numbers
    y: Numbers
    dash: Literal["solid", "dashed", "dotted"] = "solid"
    width: float = 2
    stepped: bool = False
    filled: bool = False
    dots: float = 0
    spread: Numbers | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Points:
    """Points ``size`` pixels across; shapes as those of a `Path`. An ``open`` one is a ring."""

    name: str
    color: str
    x: Numbers
    y: Numbers
    size: float = 6
    open: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Stem:
    """A mass of ``share`` per cent at one value: axis (place,) of both.

    It is drawn on the axis of its panel; one that does not fit is cut, and says so. No mass, no stem. What is ``said``
    follows its share there, in place of the phase and of "are 0"; nothing stands there if that is "".
    """

    name: str
    color: str
    at: Numbers
    share: Numbers
    dashed: bool = False
    said: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """The area between two curves over x; shapes (point,)."""

    name: str
    color: str
    x: Numbers
    low: Numbers
    high: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Field:
    """A probability over the plane as shades of two colours, and the line where it is one half; ``z``: (y, x)."""

    name: str
    colors: tuple[str, str]
    x: Numbers
    y: Numbers
    z: Numbers


@dataclass(frozen=True, slots=True, eq=False)
class Pixels:
    """A picture of squares between two ``x`` and two ``y``; ``z``: (row, column), from the top.

    0 is the ground and 1 the ink; above 1 it turns to ``color``, which it is from 2 on. NaN is left out.
    """

    name: str
    color: str
    x: tuple[float, float]
    y: tuple[float, float]
    z: Numbers


Mark = Line | Path | Points | Stem | Band | Field | Pixels


# ---- panels ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Label:
    """Words in a panel, a line each; ``x`` and ``y`` are shares of its width and height, from the lower left corner.

    A thin line leads to ``tip``. ``anchor`` is the part of the words that stands at x, or ``aside`` pixels to the right
    of it; y is their middle.
    """

    lines: tuple[str, ...]
    color: str
    x: float
    y: float
    tip: tuple[float, float] | None = None
    anchor: Literal["start", "middle", "end"] = "middle"
    aside: float = 0


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of a panel where the page is wide, and where each panel has a row of its own."""

    wide: Sequence[Label]
    narrow: Sequence[Label]


@dataclass(frozen=True, slots=True, eq=False)
class Knots:
    """Points that a hand lifts up to ``high`` and lowers down to 0; shape (point,), x rising.

    The rate runs straight between them, or keeps each y up to the next x where it is ``stepped``.
    """

    x: Numbers
    y: Numbers
    high: float
    stepped: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Marks on two axes under a title, their finding; where neither axis has a title, a drawing without numbers.

    Attributes
    ----------
    title, x, y, marks, labels : what is drawn
    height : of the part between the axes, pixels at a type of 12
    over : whether x is what the slider sets: then a line stands where it is, which can be dragged
    above : words above the title
    right : room on the right for labels, pixels
    equal : whether a unit of x is as long as one of y
    knots : what a hand moves in it
    """

    title: str
    x: Axis
    y: Axis
    marks: Sequence[Mark]
    height: int
    labels: Labels = Labels((), ())
    over: bool = False
    above: Sequence[Block] = ()
    right: int = 10
    equal: bool = False
    knots: Knots | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """Panels side by side, one below the other on a phone; ``words`` stand above them, or on their left (``beside``).

    Rows that follow one another with the same ``fold`` unfold together under that title; one that has cells unfolds
    alone, as a row of a table. One that is ``open`` has unfolded at first.
    """

    panels: Sequence[Panel]
    words: Sequence[Block] = ()
    fold: str | Cells = ""
    open: bool = False
    beside: bool = False


# ---- on the wire ----------------------------------------------------------------------------------------------------

_JSON = {str, float, int, bool, type(None)}
_SAID = {"mark": Mark, "block": Block, "span": Span}  # of which kind a record says what it is


def wire(value: Any) -> Any:
    """Turn records, mappings and arrays into what JSON can hold; a ``mark``, ``block`` or ``span`` says which it is.

    An array becomes ``{"points", "data"}``: float32 in base64, ``points`` numbers a row; above 3.4e38 it is infinite.
    """
    if type(value) in _JSON:  # most are
        return value
    if isinstance(value, np.ndarray):
        with np.errstate(over="ignore"):  # no axis reaches that far
            compact = np.ascontiguousarray(value, dtype="<f4")
        return {"points": compact.shape[-1], "data": base64.b64encode(compact.tobytes()).decode("ascii")}
    if isinstance(value, list | tuple):
        return list(value) if _JSON.issuperset(map(type, value)) else [wire(part) for part in value]
    if is_dataclass(value):
        said, names = _record_of(type(value))  # type: ignore[arg-type]  # a class has a hash
        return {**said, **{name: wire(getattr(value, name)) for name in names}}
    if isinstance(value, np.generic):
        return value.item()
    return {name: wire(part) for name, part in value.items()} if isinstance(value, Mapping) else value


@cache
def _record_of(kind: type) -> tuple[Mapping[str, str], Sequence[str]]:
    """What a record of this kind says that it is, and the names of its fields."""
    said = {word: kind.__name__ for word, kinds in _SAID.items() if issubclass(kind, kinds)}
    return said, [each.name for each in fields(kind)]
