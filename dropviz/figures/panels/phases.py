"""A moment in both phases: its two lines, and the gap between them, shaded, so that one sees it open and close."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from dropviz.live.panels import Band, Line, Panel
from dropviz.numbers.checks import Floats
from dropviz.simulation.sweep import Sweep
from dropviz.theory.strategies import Strategy

NAMES: Mapping[str, str] = MappingProxyType({"train": "training", "test": "test"})


def phases(sweep: Sweep, moment: str, row: Strategy) -> list[Line]:
    """The mean or variance of a strategy's outputs in training and, dashed, at test."""
    return [
        Line(name, row.name, sweep.estimate(moment, row.name, phase), dashed=phase == "test")
        for phase, name in NAMES.items()
    ]


def shaded(panel: Panel, places: Floats, color: str) -> Panel:
    """The panel with the area between its first two lines in this colour; ``places`` are those of the slider."""
    one, other = [mark.estimate.exact for mark in panel.marks if isinstance(mark, Line)][:2]
    return replace(panel, marks=[Band("gap", color, places, one, other), *panel.marks])
