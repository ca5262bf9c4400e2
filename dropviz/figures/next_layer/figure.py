"""The next layer: what of dropout reaches z = W·a + b, and what a nonlinearity, depth and batch norm make of it."""

from collections.abc import Sequence

from dropviz.figures.next_layer import panels
from dropviz.figures.next_layer.text import foot, head, sections, texts
from dropviz.figures.panels.curves import draw_panel
from dropviz.figures.panels.drawing import Box, Drawing
from dropviz.figures.panels.grid import BOTTOM, TICKS, Row, draw_grid
from dropviz.live.figure import LiveFigure
from dropviz.simulation.next_layer import NextLayer

# A row of words is a row without panels: a note of HTML stands in it, its lower edge on the panels below.
WORDS = (Row(1, 66), Row(1, 92), Row(1, 82), Row(1, 80))
ROWS = (Row(2, 118), Row(2, 118), *(row for words in WORDS for row in (words, Row(2, 150))))
NOTES_AT = (4, 7, 10, 13)  # places of the rows of words
GAP = 6  # between a note and the titles of the panels below, pixels


def next_layer_live(result: NextLayer) -> LiveFigure:
    """Return the page's figure: five sections, each two panels wide, all at one rate."""
    bottoms: list[list[float]] = []

    def draw(drawing: Drawing, places: Sequence[Box]) -> None:
        bottoms.append([_note_bottom(places[at]) for at in NOTES_AT])
        _draw(drawing, [box for at, box in enumerate(places) if at not in NOTES_AT], result)

    drawn = draw_grid(ROWS, draw)
    return LiveFigure(
        figure=drawn.figure,
        rates=result.layer.config.rates,
        tracks=drawn.tracks,
        texts=texts(result),
        head=head(result.layer),
        foot=_lifted(sections(result), *bottoms) + foot(),
        narrow=drawn.narrow,
        alt=_alt(result),
    )


def _draw(drawing: Drawing, places: Sequence[Box], result: NextLayer) -> None:
    """Draw the panels in the order of their places; the places are also the names of their axes."""
    for number, name in ((1, "inverted"), (2, "standard")):
        panels.draw_masks(drawing, places[number - 1], number, result, name)
    curves = (
        *zip((3, 4), panels.moment_panels(result), strict=True),
        *zip((5, 6), panels.gap_panels(result.unit), strict=True),
        *zip((9, 10), panels.logistic_panels(result.logistic, result.logistic_gap), strict=True),
        (11, panels.shift_panel(result.shift)),
    )
    for number, panel in curves:
        draw_panel(drawing, panel, places[number - 1], number, result.rates)
    panels.draw_layers(drawing, places[6], 7, result.depth)
    panels.draw_depth(drawing, places[7], 8, result.depth)
    panels.draw_bells(drawing, places[11], 12, result)


def _note_bottom(box: Box) -> float:
    """How far above the figure's lower edge the note in ``box`` ends, pixels."""
    inner_height = box.pixels[1] / (box.y[1] - box.y[0])
    return BOTTOM + box.y[0] * inner_height - TICKS + GAP


def _lifted(words: Sequence[str], wide: Sequence[float], narrow: Sequence[float]) -> str:
    """The notes, each lifted from below the figure into the row that was left free for it."""
    notes = (
        f'<section class="dv-note" style="--dv-wide:{-at_wide:.0f}px;--dv-narrow:{-at_narrow:.0f}px">{note}</section>'
        for note, at_wide, at_narrow in zip(words, wide, narrow, strict=True)
    )
    return f'<div class="dv-notes">{"".join(notes)}</div>'


def _alt(result: NextLayer) -> str:
    findings = [
        "distributions of z over masks, divided by keep and not, beside the z of the test network",
        *(panel.title for panel in panels.moment_panels(result)),
        *(panel.title for panel in panels.gap_panels(result.unit)),
        panels.depth_finding(result.depth),
        *(panel.title for panel in panels.logistic_panels(result.logistic, result.logistic_gap)),
        panels.shift_panel(result.shift).title,
    ]
    return f"Twelve panels over the rate: {'; '.join(findings)}."
