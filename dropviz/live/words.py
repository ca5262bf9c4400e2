"""Words around a picture as data: blocks, made of spans, which the browser builds (`words.js`).

Text is text: nothing in it becomes markup. A `LiveText` shows one of the figure's texts, that of the slider's place.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from string import Formatter
from typing import Literal, cast

from dropviz.live.glossary import MEANINGS
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import estimated, plain

Style = Literal["plain", "strong", "emphasis", "code", "small", "mistake"]
Kind = Literal["", "muted", "factor", "hint", "finding"]


# ---- spans: what stands in a line -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LiveText:
    """The text called ``name`` at this place of the slider."""

    name: str
    style: Style = "plain"


@dataclass(frozen=True, slots=True)
class Styled:
    """Words in a style; a mistake has a cross before it."""

    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Key:
    """Words behind a piece of the line that they explain."""

    label: str
    color: str
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Swatch:
    """A dot in the colour of the block in which it stands."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another site."""

    address: str
    words: str


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link to a page of the app, which opens at this rate if it ``takes_rate``."""

    address: str
    words: str
    takes_rate: bool


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the glossary, or what is ``shown`` in its place; its meaning appears where it is pointed at.

    Raises ValueError if the glossary does not have the word.
    """

    word: str
    shown: str = ""
    meaning: str = field(init=False)

    def __post_init__(self) -> None:
        if self.word not in MEANINGS:
            raise ValueError(f"word must be in the glossary; got {self.word!r}")
        object.__setattr__(self, "shown", self.shown or self.word)
        object.__setattr__(self, "meaning", MEANINGS[self.word])


@dataclass(frozen=True, slots=True)
class Picker:
    """A button in a row of a table, which chooses that row: the variant called ``name``."""

    name: str
    label: str


Span = str | LiveText | Styled | Key | Swatch | Link | PageLink | Term | Picker
Spans = Span | Sequence[Span]


def sentence(template: str, **given: Span) -> list[Span]:
    """Return the words of ``template``; for ``{name}`` stands what is ``given`` by that name, or else its live text.

    A live text is strong unless its style follows: ``{name:plain}``.
    """
    spans: list[Span] = []
    for text, name, style, _ in Formatter().parse(template):
        spans += [text] * bool(text)
        if name:
            spans.append(given[name] if name in given else LiveText(name, cast(Style, style or "strong")))
    return spans


# ---- blocks ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    """A title; behind a swatch where it has a ``color``, a role."""

    spans: Spans
    color: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences; ``kind`` is how they look."""

    spans: Spans
    kind: Kind = ""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number under its title, and smaller ones below it."""

    title: str
    value: Spans
    below: Sequence[Spans] = ()


@dataclass(frozen=True, slots=True)
class Quantities:
    """Numbers side by side: five in a row, three if ``tight``."""

    cells: Sequence[Quantity]
    tight: bool = False


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of code, or a live text that is."""

    text: str | LiveText


@dataclass(frozen=True, slots=True)
class Table:
    """A table, which scrolls sideways where it is too wide; the first cell of a row is its label."""

    titles: Sequence[Spans]
    rows: Sequence[Sequence[Spans]]


@dataclass(frozen=True, slots=True)
class Neurons:
    """The place of the rows of neurons called ``name``, with the names of the phases on their left."""

    name: str


@dataclass(frozen=True, slots=True)
class Columns:
    """Blocks side by side, ``across`` in a row; one below the other on a phone."""

    columns: "Sequence[Sequence[Block]]"
    across: int


@dataclass(frozen=True, slots=True)
class Group:
    """Blocks that belong together; ``color`` is a role."""

    kind: Literal["neurons", "finding"]
    blocks: "Sequence[Block]"
    color: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that unfold under their title."""

    title: str
    blocks: "Sequence[Block]"


@dataclass(frozen=True, slots=True)
class Option:
    """One of the variants of a figure, called ``name``: a title, and a note below it."""

    name: str
    title: Spans
    note: str


@dataclass(frozen=True, slots=True)
class Options:
    """The variants of a figure, of which a person chooses one."""

    label: str
    options: Sequence[Option]


@dataclass(frozen=True, slots=True)
class Bars:
    """The place of the units as bars, in both phases, as the chosen variant makes them, and of the means ``of`` all."""

    of: str


@dataclass(frozen=True, slots=True)
class Cells:
    """Words side by side: a row of a table whose rows unfold, or the titles above them. The first is the label."""

    cells: Sequence[Spans]


Block = (
    Heading
    | Paragraph
    | Quantities
    | Code
    | Table
    | Neurons
    | Columns
    | Group
    | Fold
    | Options
    | Bars
    | Cells
)


def columns(*blocks: Sequence[Block]) -> Columns:
    """Put blocks side by side, all in one row."""
    return Columns(blocks, len(blocks))


def live_paragraph(name: str, kind: Kind = "") -> Paragraph:
    """Return the text called ``name`` as a paragraph."""
    return Paragraph(LiveText(name), kind)


def factors(color: str, train: str, test: str) -> Paragraph:
    """Say what both phases do to an activation: the texts called ``train`` and ``test``."""
    training: list[Span] = [Key("training", color), " ", LiveText(train, "strong"), ", "]
    return Paragraph([*training, Key("test", color, dashed=True), " ", LiveText(test, "strong")], "factor")


def quantity(title: str, name: str) -> Quantity:
    """Return a number that follows the rate, the text called ``name``, and its exact value below it."""
    return Quantity(title, LiveText(name), [LiveText(f"{name}-exact")])


def quantity_texts(name: str, estimate: Estimate, exact: str = "exact ") -> dict[str, list[str]]:
    """The texts of a `quantity`: simulated, and the ``exact`` value behind that word; empty where undefined."""
    values = estimate.exact.tolist()
    below = [f"{exact}{plain(value)}" if math.isfinite(value) else "" for value in values]
    return {name: estimated(estimate), f"{name}-exact": below}
