"""The gap between two lines of a panel, shaded, so that one sees it open and close."""

from dataclasses import replace

from dropviz.live.panels import Band, Line, Panel
from dropviz.numbers.checks import Floats


def shaded(panel: Panel, places: Floats, color: str) -> Panel:
    """The panel with the area between its two lines in this colour; ``places`` are those of the slider."""
    one, other = (mark.estimate.exact for mark in panel.marks if isinstance(mark, Line))
    return replace(panel, marks=[Band("gap", color, places, one, other), *panel.marks])
