"""Panels in rows, drawn twice: for a wide page, and one below the other for a phone."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from dropviz.figures.panels.curves import Panel, draw_panel
from dropviz.figures.panels.drawing import Box, Drawing
from dropviz.figures.panels.style import layout
from dropviz.live.figure import Track
from dropviz.numbers.checks import Floats

LEFT, RIGHT, TOP, BOTTOM = 46, 10, 6, 34  # margins of the figure, pixels
TITLE, TICKS, GUTTER = 24, 36, 56  # above, below and between panels, pixels
WIDE, NARROW = 960, 358  # widths of the two layouts, pixels


class Row(NamedTuple):
    """A row of equally wide panels, each ``height`` pixels tall inside."""

    panels: int
    height: int


class Drawn(NamedTuple):
    """A figure, what moves in it, and the layout that replaces its own on a phone."""

    figure: Mapping[str, Any]
    tracks: Sequence[Track]
    narrow: Mapping[str, Any]


def total_height(rows: Sequence[Row]) -> int:
    """Height of a figure with these rows, in pixels."""
    return TOP + BOTTOM - TICKS + sum(row.height + TITLE + TICKS for row in rows)


def boxes(rows: Sequence[Row], width: int) -> list[Box]:
    """Places of all panels, row by row from the top, in a figure ``width`` pixels wide."""
    inner_width, inner_height = width - LEFT - RIGHT, total_height(rows) - TOP - BOTTOM
    places, top = [], 0
    for row in rows:
        gutter = GUTTER / inner_width
        share = (1.0 + gutter) / row.panels
        up = (max(0.0, 1.0 - (top + TITLE + row.height) / inner_height), 1.0 - (top + TITLE) / inner_height)
        for column in range(row.panels):
            across = (column * share, min(1.0, (column + 1) * share - gutter))
            places.append(Box(across, up, ((across[1] - across[0]) * inner_width, row.height)))
        top += row.height + TITLE + TICKS
    return places


def draw_grid(rows: Sequence[Row], draw: Callable[[Drawing, Sequence[Box]], None]) -> Drawn:
    """Draw panels into rows on a wide page, one below the other on a narrow one.

    ``draw`` gets an empty drawing and the places of all panels, and fills the one by the other; it is called twice and
    has to draw the same traces in the same order both times.
    """
    wide, narrow = Drawing(), Drawing()
    draw(wide, boxes(rows, WIDE))
    single = [Row(1, row.height) for row in rows for _ in range(row.panels)]
    draw(narrow, boxes(single, NARROW))
    settings = layout(
        total_height(rows),
        margin={"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM},
        annotations=wide.annotations,
    )
    return Drawn(
        {"data": wide.traces, "layout": settings | wide.axes},
        wide.tracks,
        narrow.axes | {"annotations": narrow.annotations, "height": total_height(single)},
    )


def draw_panels(panels: Sequence[Panel], rows: Sequence[Row], rates: Floats) -> Drawn:
    """Draw panels of curves over the rate; as many as the rows have places."""

    def draw(drawing: Drawing, places: Sequence[Box]) -> None:
        for number, (panel, box) in enumerate(zip(panels, places, strict=True), start=1):
            draw_panel(drawing, panel, box, number, rates)

    return draw_grid(rows, draw)
