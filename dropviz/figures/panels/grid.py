"""Panels in rows, drawn twice: for a wide page, and one below the other for a phone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any, NamedTuple

from dropviz.figures.panels.style import axis, layout, panel_title
from dropviz.live.figure import Track
from dropviz.numbers.checks import Floats

LEFT, RIGHT, TOP, BOTTOM = 46, 10, 6, 34  # margins of the figure, pixels
TITLE, TICKS, GUTTER = 24, 36, 56  # above, below and between panels, pixels
WIDE, NARROW = 960, 358  # widths of the two layouts, pixels


class Row(NamedTuple):
    """A row of equally wide panels, each ``height`` pixels tall inside; a row of 0 panels is left free for words."""

    panels: int
    height: int


class Box(NamedTuple):
    """Where a panel stands: its domain in paper coordinates, and its size in pixels."""

    x: tuple[float, float]
    y: tuple[float, float]
    pixels: tuple[float, float]


@dataclass(slots=True)
class Drawing:
    """What a figure is made of, gathered panel by panel."""

    traces: list[dict[str, Any]] = field(default_factory=list)
    axes: dict[str, Any] = field(default_factory=dict)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    tracks: list[Track] = field(default_factory=list)

    def add(self, trace: dict[str, Any], y: Floats | None = None, x: Floats | None = None) -> None:
        """Add a trace; with ``y`` (rate, point), one that changes with the rate and has its data in its track alone.

        One row of ``y`` stands still at every rate.
        """
        if y is not None:
            self.tracks.append(Track(len(self.traces), y, x))
            trace = trace | {"y": y[0]} if len(y) == 1 else trace
        self.traces.append(trace)


# Draws a panel into a box, on the axes of this number (1 → "x" and "y", 2 → "x2" and "y2", …).
Part = Callable[[Drawing, Box, int], None]


def draw_grid(rows: Sequence[Row], parts: Sequence[Part], narrow: Sequence[Row] = ()) -> dict[str, Any]:
    """Draw a part a panel; return the ``figure``, the ``tracks`` and the ``narrow`` layout of a live figure.

    ``narrow`` are the rows on a phone; without them, every panel has a row of its own.
    """
    single = narrow or one_column(rows)
    drawings = []
    for arranged, width in ((rows, WIDE), (single, NARROW)):
        drawing = Drawing()
        for number, (part, box) in enumerate(zip(parts, boxes(arranged, width), strict=True), start=1):
            part(drawing, box, number)
        drawings.append(drawing)
    wide, phone = drawings
    margin = {"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM}
    settings = layout(total_height(rows), margin=margin, annotations=wide.annotations)
    return {
        "figure": {"data": wide.traces, "layout": settings | wide.axes},
        "tracks": wide.tracks,
        "narrow": phone.axes | {"annotations": phone.annotations, "height": total_height(single)},
    }


def one_column(rows: Sequence[Row]) -> list[Row]:
    """The rows with one panel in each."""
    return [Row(min(row.panels, 1), row.height) for row in rows for _ in range(max(row.panels, 1))]


def boxes(rows: Sequence[Row], width: int) -> list[Box]:
    """Places of all panels, row by row from the top, in a figure ``width`` pixels wide."""
    inner_width, inner_height = width - LEFT - RIGHT, total_height(rows) - TOP - BOTTOM
    gutter = GUTTER / inner_width
    places, top = [], 0
    for row in rows:
        up = (max(0.0, 1.0 - (top + TITLE + row.height) / inner_height), 1.0 - (top + TITLE) / inner_height)
        for column in range(row.panels):
            share = (1.0 + gutter) / row.panels
            across = (column * share, min(1.0, (column + 1) * share - gutter))
            places.append(Box(across, up, ((across[1] - across[0]) * inner_width, row.height)))
        top += row.height + TITLE + TICKS
    return places


def total_height(rows: Sequence[Row]) -> int:
    """Height of a figure with these rows, in pixels."""
    return TOP + BOTTOM - TICKS + sum(row.height + TITLE + TICKS for row in rows)


def words_end(rows: Sequence[Row]) -> list[int]:
    """Lower edges of the rows of words, in pixels below the lower edge of the figure: all negative."""
    ends = accumulate(TITLE + row.height + TICKS for row in rows)
    return [TOP + end - total_height(rows) for row, end in zip(rows, ends, strict=True) if row.panels == 0]


# ---- what panels are made of ----------------------------------------------------------------------------------------


def axes_called(number: int) -> dict[str, str]:
    """Axes of the panel called ``number``: "x" and "y" of the first, "x2" and "y2" of the second."""
    suffix = "" if number == 1 else str(number)
    return {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}


def curve_on(number: int) -> dict[str, Any]:
    """A trace in the panel called ``number``: lines without a text beside the pointer."""
    return {"type": "scatter", "mode": "lines", "hoverinfo": "skip", **axes_called(number)}


def frame(
    drawing: Drawing, box: Box, number: int, title: str, across: dict[str, Any], up: dict[str, Any]
) -> None:
    """Add the title and the axes of a panel; each axis has settings of its own, among them its title."""
    x, y = axes_called(number).values()
    for letter, other, name, domain, settings in (("x", y, x, box.x, across), ("y", x, y, box.y, up)):
        text = {"text": settings["title"], "font": {"size": 12}, "standoff": 2}
        quiet = axis(domain=domain, anchor=other, **({"showgrid": False} if letter == "x" else {}))
        drawing.axes[name.replace(letter, f"{letter}axis")] = quiet | settings | {"title": text}
    drawing.annotations.append(panel_title(title, box.x[0], box.y[1]))
