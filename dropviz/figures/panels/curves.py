"""Panels of curves over the rate: exact lines, simulated points with error bars, and a cursor at this rate."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from dropviz.figures.panels.grid import Box, Drawing, Part, axes_called, frame
from dropviz.figures.panels.labels import Curve, direct_labels
from dropviz.figures.panels.style import GRID, INK, TEST_DASH
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate

SMALLEST_DRAWN = 1e-30  # the browser draws in float32 and cannot scale an axis to less
POINTS_SHOWN = 20  # simulated points drawn along a curve; more would hide the exact line


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One quantity over the rates; ``kind`` says what its line is, ``width`` is in pixels."""

    name: str
    color: str
    estimate: Estimate
    dashed: bool = False
    width: float = 2
    kind: str = "exact"


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """Lines over the rate under a title that states their finding.

    ``limits`` caps the y axis; ``named_from`` is the share of the rates left of which no curve gets its name.
    """

    title: str
    y_title: str
    lines: Sequence[Line]
    log: bool = False
    limits: tuple[float, float] = (-math.inf, math.inf)
    x_title: str = "dropout rate"
    x_hover: str = "rate %{x:.2f}"
    named_from: float = 0.0


def over(rates: Floats, panels: Sequence[Panel]) -> list[Part]:
    """The panels as parts of a figure, drawn over the same rates."""
    return [partial(_draw_panel, panel, rates) for panel in panels]


def _draw_panel(panel: Panel, rates: Floats, drawing: Drawing, box: Box, number: int) -> None:
    axes = axes_called(number)
    low, high = _range(panel)
    span = float(rates[-1] - rates[0]) or 1.0
    x_range = (float(rates[0]) - 0.015 * span, float(rates[-1]) + 0.015 * span)
    for line in panel.lines:
        _draw_line(drawing, line, panel, rates, axes)
    _draw_cursor(drawing, panel, rates, (low, high), axes)
    across = {"title": panel.x_title, "range": x_range}
    up: dict[str, Any] = {
        "title": panel.y_title,
        "range": (low, high),
        "type": "log" if panel.log else "linear",
    }
    up |= {"dtick": 1 if high - low > 1.2 else "D1", "tickformat": "~g"} if panel.log else {"nticks": 5}
    if not any(np.isfinite(line.estimate.exact).any() for line in panel.lines):
        up["showticklabels"] = False  # nothing to read off
    frame(drawing, box, number, panel.title, across, up)
    named = slice(int(panel.named_from * len(rates)), None)
    curves = [
        Curve(line.name, line.color, rates[named], _scaled(line.estimate.exact[named], panel.log))
        for line in panel.lines
    ]
    drawing.annotations += direct_labels(
        curves, x_range, (low, high), box.pixels, (axes["xaxis"], axes["yaxis"])
    )


def _scaled(values: Floats, log: bool) -> Floats:
    if not log:
        return values
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(values > 0.0, np.log10(values), np.nan)


def _range(panel: Panel) -> tuple[float, float]:
    """Limits of the y axis around every exact value, in decades if the axis is logarithmic."""
    estimates = [line.estimate for line in panel.lines]
    values = _finite([one.exact for one in estimates], panel.log)
    if not panel.log:
        values = np.where(np.abs(values) < SMALLEST_DRAWN, 0.0, values)
    caps = _scaled(np.array(panel.limits), panel.log)
    low = max(values.min(initial=math.inf), np.nan_to_num(caps[0], nan=-math.inf))
    high = min(values.max(initial=-math.inf), np.nan_to_num(caps[1], nan=math.inf))
    seen = _finite([one.simulated for one in estimates if one.simulated is not None], panel.log)
    room = 0.09 * (high - low) if low < high else 0.0
    if len(seen) and math.isfinite(low):  # a small sample may stray far from the exact line
        low = seen.min() if seen.min() < low - room and not caps[0] > seen.min() else low
        high = seen.max() if seen.max() > high + room and not caps[1] < seen.max() else high
    if not low < high:
        middle = low if math.isfinite(low) else 0.0
        below = 0.5 if panel.log else 0.5 * abs(middle) or 1.0
        low, high = middle - below, middle + 0.5 * (abs(middle) or 2.0)
    margin = 0.09 * (high - low)
    if not panel.log and 0.0 <= low < 0.5 * high:
        low = 0.0
    return float(low - margin), float(high + 1.6 * margin)


def _finite(curves: Sequence[Floats], log: bool) -> Floats:
    values = _scaled(np.concatenate([np.zeros(0), *curves]), log)
    return values[np.isfinite(values)]


def _draw_line(drawing: Drawing, line: Line, panel: Panel, rates: Floats, axes: dict[str, str]) -> None:
    def drawable(values: Floats) -> Floats:
        return np.where(values > 0.0, values, np.nan) if panel.log else values

    dash, symbol = (TEST_DASH, "circle-open") if line.dashed else ("solid", "circle")
    pen = {"color": line.color, "width": line.width, "dash": dash, "simplify": False}
    drawing.add(
        {
            "type": "scatter",
            "mode": "lines",
            "x": rates,
            "y": drawable(line.estimate.exact),
            "line": pen,
            "name": f"{line.name}, {line.kind}",
            "hovertemplate": f"{panel.x_hover}: %{{y:.4g}}<extra>%{{fullData.name}}</extra>",
            **axes,
        }
    )
    if line.estimate.simulated is None:
        return
    every = max(1, (len(rates) - 1) // POINTS_SHOWN)
    shown = slice(every if len(rates) > every else 0, None, every)
    ring = {"width": 1.5, "color": line.color}
    drawing.add(
        {
            "type": "scatter",
            "mode": "markers",
            "x": rates[shown],
            "error_y": _error_bars(line, shown),
            "marker": {"color": line.color, "size": 5, "symbol": symbol, "line": ring},
            "name": f"{line.name}, simulated",
            "hovertemplate": "rate %{x:.2f}: %{y:.4g}<extra>%{fullData.name}</extra>",
            **axes,
        },
        y=drawable(line.estimate.simulated[shown])[np.newaxis],
    )


def _error_bars(line: Line, shown: slice) -> dict[str, Any]:
    if line.estimate.error is None:
        return {"visible": False}
    error = np.nan_to_num(line.estimate.error[shown])
    return {"type": "data", "array": error, "color": line.color, "thickness": 1.2, "width": 2}


def _draw_cursor(
    drawing: Drawing, panel: Panel, rates: Floats, y_range: tuple[float, float], axes: dict[str, str]
) -> None:
    """Draw a vertical line at this rate with a dot on every curve; one trace, so that one update moves it all."""
    low, high = (10.0**edge if panel.log else edge for edge in y_range)
    exact = [line.estimate.exact for line in panel.lines]
    dots = [np.where((curve >= low) & (curve <= high), curve, np.nan) for curve in exact]
    gap = np.full(len(rates), np.nan)
    y = [np.full_like(gap, low), np.full_like(gap, high), *(part for dot in dots for part in (gap, dot))]
    colors = [INK, INK, *(color for line in panel.lines for color in (INK, line.color))]
    marker = {"size": [0, 0, *([0, 9] * len(dots))], "color": colors, "line": {"width": 0}}
    drawing.add(
        {
            "type": "scatter",
            "mode": "lines+markers",
            "line": {"color": GRID.replace("0.25", "0.9"), "width": 1},
            "marker": marker,
            "hoverinfo": "skip",
            "cliponaxis": False,
            "name": "this rate",
            **axes,
        },
        y=np.array(y).T,
        x=np.array([rates, rates, *([gap, rates] * len(dots))]).T,
    )
