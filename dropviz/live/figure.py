"""The live figure: rows of panels, and the texts and units around them, that follow the slider.

The same data has three homes: a notebook (`LiveFigure.to_figure`, one frame a rate), the app, and one HTML file.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from dropviz.extras import extra
from dropviz.live.panels import Line, Panel, Row, wire
from dropviz.live.terms import Reader
from dropviz.live.words import Block, Paragraph
from dropviz.numbers.written import UNKNOWN

if TYPE_CHECKING:
    import plotly.graph_objects as go

WHY_UNKNOWN = "so few draws decide this number that no error says how far it may be off"


@dataclass(frozen=True, slots=True, eq=False)
class UnitRow:
    """The row of neurons of one strategy: its factors at every rate (None where undefined), and for bars the means."""

    name: str
    color: str
    train: Sequence[float | None]
    test: Sequence[float | None]
    train_mean: Sequence[float | None] = ()
    test_mean: Sequence[float | None] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """What a person's choice adds to a figure: rows above its own, more texts, and its words for all."""

    rows: Sequence[Row]
    texts: Mapping[str, Sequence[str]]
    alt: str


@dataclass(frozen=True, slots=True, eq=False)
class LiveFigure:
    """A figure that follows the rate in the browser.

    Attributes
    ----------
    rows : the panels, from the top
    rates : the places of the slider
    alt : what the figure shows, in words
    texts : name → one text a rate; shown by every `LiveText` of that name. The text named "summary" is read out by a
        screen reader when the drag ends
    lead, head, foot : words above the slider, above the panels, and below them
    variants, chosen : name → what is added where a person chooses it (`words.Options`), and the one chosen at first
    units, unit_rows : the units drawn (activation, index of the first rate that drops it) and the strategies that
        draw them
    crowd : what the units of bars are a few of: edges of bins, the shares of all activations between them that are
        not 0, in per cent, and the share of those that are
    slider_label, readouts : what the slider is called; the value and the side note that it shows at each place (None:
        the rate with two decimals, and keep)
    leap : how far Shift and an arrow key move the slider
    start : where the slider stands at first, if nothing else is said
    more : whether what unfolds is empty until a person unfolds something, and then comes with the next figure
    """

    rows: Sequence[Row]
    rates: Sequence[float]
    alt: str
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    lead: Sequence[Block] = ()
    head: Sequence[Block] = ()
    foot: Sequence[Block] = ()
    units: Sequence[tuple[float, int]] = ()
    unit_rows: Sequence[UnitRow] = ()
    crowd: tuple[Sequence[float], Sequence[float], float] | None = None
    slider_label: str = "dropout rate"
    readouts: Sequence[tuple[str, str]] | None = None
    leap: float = 0.1
    start: float = 0.3
    variants: Mapping[str, Variant] = field(default_factory=dict)
    chosen: str = ""
    more: bool = False

    @property
    def panels(self) -> list[Panel]:
        """All panels, row by row."""
        return [panel for row in self.rows for panel in row.panels]

    @property
    def notes(self) -> list[Block]:
        """What stands below all else: what an error is that nobody knows, if a text, tip or table has one anywhere."""
        parts: list[LiveFigure | Variant] = [self, *self.variants.values()]
        # in one go: it is faster
        told = ("\n".join(texts) for part in parts for texts in part.texts.values())
        rows = (row for part in parts for row in part.rows)
        if any(UNKNOWN in text for text in told) or any(map(_hides_an_error, rows)):
            return [Paragraph(f"{UNKNOWN}: {WHY_UNKNOWN}.", "muted")]
        return []

    def nearest(self, rate: float) -> int:
        """Index of the place of the slider that is nearest to ``rate``."""
        return min(range(len(self.rates)), key=lambda index: abs(self.rates[index] - rate))

    def __repr__(self) -> str:
        return f"<LiveFigure: {self.alt}>"

    def _repr_html_(self) -> str:
        from dropviz.live.page import framed_html  # only a notebook needs it

        return framed_html(self)

    def to_figure(self, rate: float | None = None) -> "go.Figure":
        """Return the Plotly figure with one frame a rate and a slider: works in a notebook as it is."""
        with extra("figure()"):
            from dropviz.live.plotly_figure import plotly_figure  # the app is not to wait for Plotly

        return plotly_figure(self.rows, self.rates, self._first(rate), self.slider_label)

    def _first(self, rate: float | None) -> int:
        return self.nearest(self.start if rate is None else rate)

    def payload(self, rate: float | None = None, known: Iterable[str] = ()) -> dict[str, Any]:
        """Everything the browser needs, as JSON-ready values (`types.d.ts`).

        The slider stands at first at the place nearest to ``rate``, or else to ``start``. Each word of the glossary is
        explained where it first stands, but for those that are ``known``.
        """
        reader = Reader([self.texts, *(variant.texts for variant in self.variants.values())], known)
        above = {name: variant.rows for name, variant in self.variants.items()}
        parts = (self.lead, self.head, above, self.rows, [*self.foot, *self.notes])
        lead, head, above, rows, foot = map(wire, reader.read(parts))
        return {
            "lead": lead,
            "variants": {
                name: {"rows": above[name], "texts": reader.texts(variant.texts), "alt": variant.alt}
                for name, variant in self.variants.items()
            },
            "chosen": self.chosen,
            "rows": rows,
            "rates": [round(float(rate), 6) for rate in self.rates],
            "start": self._first(rate),
            "alt": self.alt,
            "texts": reader.texts(self.texts),
            "terms": reader.terms,
            "head": head,
            "foot": foot,
            "units": [[float(f"{value:.6g}"), int(index)] for value, index in self.units],
            "unitRows": wire(self.unit_rows),
            "crowd": wire(self.crowd),
            "label": self.slider_label,
            "readouts": self.readouts,
            "leap": self.leap,
            "more": self.more,
        }


def _hides_an_error(row: Row) -> bool:
    """Whether a point of the row was simulated and nobody knows its error."""
    estimates = [mark.estimate for panel in row.panels for mark in panel.marks if isinstance(mark, Line)]
    return any(
        bool((np.isfinite(each.simulated) & np.isnan(each.error)).any())
        for each in estimates
        if each.simulated is not None and each.error is not None
    )
