"""A drawing that panels are added to: traces, axes, annotations, and what of it follows the rate."""

from dataclasses import dataclass, field
from typing import Any

from dropviz.figures.panels.style import axis, panel_title
from dropviz.live.figure import Track
from dropviz.numbers.checks import Floats


@dataclass(frozen=True, slots=True, eq=False)
class Box:
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
