"""Curves over the epochs of a training: mean over seeds with its spread, each named at its tip.

The axes of a panel are fixed before the first epoch, so that nothing but the curves moves while they grow.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from dropviz.figures.panels.style import COLORS, INK, TITLE_INK, axis, faint, layout, panel_title
from dropviz.figures.training.panels import Axis, axis_of
from dropviz.numbers.written import plain
from dropviz.training.curves import SMALLEST, Curve, Panel

HEIGHT = 300  # of a panel, pixels
LOW_HEIGHT = 225  # of one that shares the screen with pictures of the plane
LEFT, RIGHT, TOP, BOTTOM = 46, 88, 30, 38  # its margins; the names of the curves stand in the right one
LINE = 15  # pixels of a line of a name
WRAP = 14  # letters in it
GREY = INK
OTHERS = (COLORS["inverted"], COLORS["other"], COLORS["both"], COLORS["none"], COLORS["standard"], GREY)
_NOTHING = {"type": "scatter", "x": [None], "y": [None], "hoverinfo": "skip"}


def training_panel(panel: Panel, height: int = HEIGHT) -> tuple[dict[str, Any], str]:
    """Return one panel as a Plotly figure, and its description; without curves, what is going to be compared."""
    drawn = axis_of(panel)
    colors = run_colors([method for _, method in panel.runs])
    curves = [(colors[curve.place], curve) for curve in panel.curves]
    limits = _limits(drawn, panel.curves)
    title = drawn.title(drawn.y_title, curves) if curves else drawn.y_title.capitalize()
    inner = height - TOP - BOTTOM
    names = [(label, color) for (label, _), color in zip(panel.runs, colors, strict=True)]
    notes = _tips(curves, limits, drawn.log, inner) if curves else _announced(names, inner)
    figure = {
        # Streamlit refuses a figure without traces
        "data": [trace for color, curve in curves for trace in _traces(curve, color, drawn.log)]
        or [_NOTHING],
        "layout": layout(
            height,
            margin={"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM},
            annotations=[headline(title), *notes],
            xaxis=axis(range=(0, panel.epochs), showgrid=False, title=axis_title("epoch")),
            yaxis=axis(range=limits, **_y_axis(drawn, limits), title=axis_title(drawn.y_title)),
        ),
    }
    return figure, _description(drawn, title, panel)


def run_colors(methods: Sequence[str | None]) -> list[str]:
    """A colour a run: that of its strategy, or one that no run has yet; grey for no dropout."""
    colors: list[str] = []
    for method in methods:
        wanted = GREY if method is None else COLORS.get(method, COLORS["other"])
        free = [color for color in (wanted, *OTHERS) if color not in colors and color in OTHERS]
        colors.append(free[0])
    return colors


def _limits(drawn: Axis, curves: Sequence[Curve]) -> tuple[float, float]:
    """Range of the y axis, in decades if logarithmic; it widens in leaps for values that do not fit."""
    low, high = drawn.limits
    values = np.concatenate([np.empty(0), *(curve.mean[1:] for curve in curves)])
    values = values[np.isfinite(values)]
    if drawn.log:
        low, high = math.log10(low), math.log10(high)
        values = np.log10(np.maximum(values, SMALLEST))
        low = min(low, math.floor(float(values.min(initial=low)) * 2) / 2)
        # A loss of 10⁶ is on its way to infinity: the axis need not follow.
        return low, min(max(high, math.ceil(float(values.max(initial=high)))), 6.0)
    if drawn.lowest is not None:  # an untrained network may start below the axis
        ends = [float(curve.mean[-1]) for curve in curves if len(curve.mean) > 4]
        return (drawn.lowest if min(ends, default=high) < low + 0.01 else low), high
    return (
        min(low, math.floor(10 * float(values.min(initial=low))) / 10),
        max(high, math.ceil(10 * float(values.max(initial=high)) - 1e-9) / 10),
    )


def _traces(curve: Curve, color: str, log: bool) -> list[dict[str, Any]]:
    x = np.arange(len(curve.mean))
    mean = np.maximum(curve.mean, SMALLEST) if log else curve.mean
    line = {
        "type": "scatter",
        "mode": "lines+markers" if len(x) < 30 else "lines",
        "x": x,
        "y": mean,
        "line": {"color": color, "width": 2, "dash": "4px,3px" if curve.scaled else "solid"},
        "marker": {"size": 4, "color": color},
        "name": curve.name,
        "hovertemplate": "epoch %{x}: %{y:.4g}<extra>%{fullData.name}</extra>",
    }
    if not curve.spread.any():
        return [line]
    line |= {
        "customdata": curve.spread,
        "hovertemplate": "epoch %{x}: %{y:.4g} ± %{customdata:.2g}<extra>%{fullData.name}</extra>",
    }
    smallest = 0.3 * mean if log else np.full_like(mean, -math.inf)
    low, high = np.maximum(mean - curve.spread, smallest), mean + curve.spread
    band = {
        "type": "scatter",
        "mode": "lines",
        "x": np.concatenate((x, x[::-1])),
        "y": np.concatenate((high, low[::-1])),
        "fill": "toself",
        "fillcolor": faint(color, 0.16),
        "line": {"width": 0},
        "hoverinfo": "skip",
        "name": f"{curve.name}, ± standard deviation",
    }
    return [band, line]


def _tips(
    curves: Sequence[tuple[str, Curve]], limits: tuple[float, float], log: bool, inner: int
) -> list[dict[str, Any]]:
    """Names at the newest points of the curves, moved apart where they would cover one another."""
    tips = []
    for color, curve in curves:
        finite = np.flatnonzero(np.isfinite(curve.mean))
        if len(finite) == 0:
            continue
        value = float(curve.mean[finite[-1]])
        value = math.log10(max(value, SMALLEST)) if log else value
        share = (min(max(value, limits[0]), limits[1]) - limits[0]) / (limits[1] - limits[0])
        tips.append((share * inner, curve.name, color, {"x": int(finite[-1]), "xref": "x"}))
    return _names(sorted(tips, key=lambda tip: tip[0]), inner)


def _announced(names: Sequence[tuple[str, str]], inner: int) -> list[dict[str, Any]]:
    """The names of the runs beside an empty panel, where those of the curves are going to be."""
    return _names(
        [(0.5 * inner, f"— {label}", color, {"x": 1.0, "xref": "paper"}) for label, color in reversed(names)],
        inner,
    )


def _names(tips: Sequence[tuple[float, str, str, dict[str, Any]]], inner: int) -> list[dict[str, Any]]:
    """Names (middle in pixels, text, colour, place along x) as annotations that do not cover one another."""
    texts = [_wrapped(text) for _, text, _, _ in tips]
    places = _apart([tip[0] for tip in tips], [LINE * (1 + text.count("<br>")) for text in texts], inner)
    return [
        note(text, color, y=middle / inner, yref="paper", xshift=5, **where)
        for text, middle, (_, _, color, where) in zip(texts, places, tips, strict=True)
    ]


def note(text: str, color: str, **where: Any) -> dict[str, Any]:
    """Return words in the colour of what they name, as an annotation at ``where``."""
    # grey is for lines; its words have the page's ink
    font = {"size": 12, "color": TITLE_INK if color == GREY else color}
    return {
        "text": text, "font": font, "showarrow": False, "align": "left", "xanchor": "left", "yanchor": "middle",
    } | where  # fmt: skip


def _wrapped(name: str) -> str:
    """The name in short lines; what an arrow joins stays together."""
    lines = [""]
    for word in name.replace(" → ", "\u00a0→\u00a0").split(" "):
        if lines[-1] and len(lines[-1]) + len(word) >= WRAP:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)


def _apart(middles: Sequence[float], heights: Sequence[float], inner: float) -> list[float]:
    """Rising places as near to ``middles`` as boxes of these heights allow, kept inside the panel where they fit."""
    places: list[float] = []
    for index, middle in enumerate(middles):
        lowest = heights[index] / 2
        if index:
            lowest = places[-1] + (heights[index - 1] + heights[index]) / 2
        places.append(max(middle, lowest))
    ceiling = inner
    for index in reversed(range(len(places))):
        places[index] = min(places[index], ceiling - heights[index] / 2)
        ceiling = places[index] - heights[index] / 2
    return places


def headline(text: str) -> dict[str, Any]:
    """Return the finding of a panel, above it and left-aligned with the figure."""
    return panel_title(text, 0.0, 1.0) | {"xshift": 4 - LEFT, "yshift": 5}


def axis_title(text: str) -> dict[str, Any]:
    """Return the title of an axis."""
    return {"text": text, "font": {"size": 12}, "standoff": 2}


def _y_axis(drawn: Axis, limits: tuple[float, float]) -> dict[str, Any]:
    if not drawn.log:
        return {"tickformat": ".0%" if drawn.percent else "~g", "nticks": 6}
    decades = limits[1] - limits[0]
    if decades > 6:
        return {"type": "log", "dtick": 4, "exponentformat": "power"}
    return {"type": "log", "dtick": 1 if decades > 3.5 else "D2", "tickformat": "~g"}


def _description(drawn: Axis, title: str, panel: Panel) -> str:
    curves = panel.curves
    if not curves:
        return f"An empty panel for {drawn.y_title} over {panel.epochs} epochs."
    ends = ", ".join(f"{curve.name} {plain(float(curve.mean[-1]), 3)}" for curve in curves)
    return (
        f"{title}. {drawn.y_title.capitalize()} after epoch {max(len(c.mean) for c in curves) - 1}: {ends}."
    )
