"""Panels as one Plotly figure with a frame a place of the slider: for notebooks and for export from Python."""

from collections.abc import Mapping, Sequence
from functools import singledispatch
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import plotly.graph_objects as go

from dropviz.live.panels import (
    COLORS,
    POINTS_SHOWN,
    Axis,
    Band,
    Field,
    Label,
    Line,
    Numbers,
    Panel,
    Path,
    Pixels,
    Points,
    Row,
    Stem,
)
from dropviz.numbers.checks import Floats

LEFT, RIGHT, TOP, BOTTOM = 46, 10, 6, 34  # margins of the figure, pixels
TITLE, TICKS, GUTTER = 24, 36, 56  # above, below and between panels, pixels
WIDTH = 960  # for which the panels are placed, pixels
ARROW = 16  # of the head of a line that leaves the picture, pixels
GROUND = "#ffffff"
GRID = "rgba(128,128,128,0.25)"
DASHES = {"solid": "solid", "dashed": "4px,3px", "dotted": "1px,3px"}
FONT = {"family": "Source Sans, Source Sans 3, system-ui, sans-serif", "size": 12, "color": COLORS["ink"]}


class Drawn(NamedTuple):
    """A trace of Plotly's, and the parts of it that a frame replaces: name → one row a place of the slider."""

    trace: dict[str, Any]
    moves: Mapping[str, Numbers] = MappingProxyType({})


def plotly_figure(rows: Sequence[Row], rates: Sequence[float], now: int, slider: str) -> go.Figure:
    """Return the figure, with the slider, called ``slider``, at the place ``now``."""
    layout, drawn, places = _layout(rows), [], np.asarray(rates)
    for number, (panel, (across, up)) in enumerate(_placed(rows), start=1):
        suffix = "" if number == 1 else str(number)
        x, y = f"x{suffix}", f"y{suffix}"
        layout[f"xaxis{suffix}"] = _axis(panel.x, across, y) | {"showgrid": False}
        layout[f"yaxis{suffix}"] = _axis(panel.y, up, x) | ({"scaleanchor": x} if panel.equal else {})
        layout["annotations"] += [_title(panel.title, across[0], up[1])]
        wide = (across[1] - across[0]) * (WIDTH - LEFT - RIGHT)
        layout["annotations"] += [_label(label, x, y, wide) for label in panel.labels.wide]
        traces: list[Drawn] = []
        for mark in panel.marks:
            traces += _line(mark, places, panel) if isinstance(mark, Line) else [_trace(mark)]
        traces += [_cursor(panel, places)] if panel.over else []
        drawn += [Drawn(part.trace | {"xaxis": x, "yaxis": y}, part.moves) for part in traces]
    moving = [at for at, part in enumerate(drawn) if part.moves]

    def at(place: int, part: Drawn) -> dict[str, Any]:
        return {name: values[place] for name, values in part.moves.items()}

    # Plain dicts: Plotly checks and copies each object again wherever it is put into another.
    frames = [
        {"name": f"{rate:g}", "data": [at(place, drawn[one]) for one in moving], "traces": moving}
        for place, rate in enumerate(rates)
    ]
    still = {"mode": "immediate", "frame": {"duration": 0, "redraw": False}, "transition": {"duration": 0}}
    steps = [
        {"method": "animate", "label": frame["name"], "args": [[frame["name"]], still]} for frame in frames
    ]
    if moving:
        layout["sliders"] = [{"active": now, "steps": steps, "currentvalue": {"prefix": f"{slider} "}}]
    return go.Figure([part.trace | at(now, part) for part in drawn], layout, frames if moving else ())


# ---- marks ----------------------------------------------------------------------------------------------------------


def _line(mark: Line, places: Floats, panel: Panel) -> list[Drawn]:
    color, estimate = COLORS[mark.color], mark.estimate
    said = {"hovertemplate": "%{x:.3~g}: %{y:.4g}<extra>%{fullData.name}</extra>"}
    pen = {"color": GROUND if mark.inside else color, "width": mark.width}
    pen |= {"dash": DASHES["dashed" if mark.dashed else "solid"]}
    line = _scatter(f"{mark.name}, {mark.kind}") | said | {"line": pen, "x": places, "y": estimate.exact}
    drawn = [Drawn(line), *_arrow(mark, places, panel)]
    if estimate.simulated is None:
        return drawn
    every = max(1, (len(places) - 1) // POINTS_SHOWN)
    shown = slice(int(mark.turn * every) or (every if len(places) > every else 0), None, every)
    points = {"mode": "markers", "x": places[shown], "y": estimate.simulated[shown]} | said
    points["marker"] = _marker(color, 5, mark.dashed)
    if estimate.error is not None:
        error = np.nan_to_num(estimate.error[shown])
        points["error_y"] = {"type": "data", "array": error, "color": color, "thickness": 1.2, "width": 2}
    return [*drawn, Drawn(_scatter(f"{mark.name}, simulated") | points)]


def _arrow(mark: Line, places: Floats, panel: Panel) -> list[Drawn]:
    """The head of a line that leaves the picture for good, where it does so; the point before it says which way."""
    up, close = panel.y.share(mark.estimate.exact), 0.5 / panel.height
    (seen,) = np.nonzero((up >= -close) & (up <= 1.0 + close))
    if not len(seen) or seen[-1] + 1 == len(up) or not np.isfinite(up[seen[-1] + 1]):
        return []
    (left, right), (low, high) = (part[seen[-1] : seen[-1] + 2] for part in (places, up))
    end = 1.0 if high > 1.0 else 0.0
    way = (end - low) / (high - low) - np.array([1.0, 0.0])
    x, edge = left + way * (right - left), panel.y.high if end else panel.y.low
    # The edge to the bit: beyond it is no arrow.
    y = np.array([panel.y.value(low + way[0] * (high - low)), edge])
    head = {"symbol": "arrow", "angleref": "previous", "size": [0, ARROW], "opacity": 1.0}
    head |= {"color": COLORS[mark.color]}
    look = {"mode": "markers", "marker": head, "cliponaxis": False, "hoverinfo": "skip"}
    return [Drawn(_scatter(f"{mark.name}, goes on") | look | {"x": x, "y": y})]


@singledispatch
def _trace(mark: Any) -> Drawn:
    raise TypeError(f"no mark: {mark!r}")


@_trace.register
def _(mark: Path) -> Drawn:
    color = COLORS[mark.color]
    pen = {"color": color, "width": mark.width, "dash": DASHES[mark.dash]}
    trace = _scatter(mark.name) | {"line": pen | ({"shape": "hv"} if mark.stepped else {})}
    trace |= {"fill": "tozeroy", "fillcolor": faint(color, 0.3)} if mark.filled else {}
    trace |= {"mode": "lines+markers", "marker": _marker(color, mark.dots)} if mark.dots else {}
    return _placing(trace, mark.x, mark.y)


@_trace.register
def _(mark: Points) -> Drawn:
    marker = {"mode": "markers", "marker": _marker(COLORS[mark.color], mark.size, mark.open)}
    return _placing(_scatter(mark.name) | marker, mark.x, mark.y)


@_trace.register
def _(mark: Stem) -> Drawn:
    color = COLORS[mark.color]
    at, share = np.broadcast_arrays(mark.at, mark.share)
    heights = np.where(share > 0.0, share, np.nan)
    pen = {"color": color, **({"width": 2, "dash": DASHES["dashed"]} if mark.dashed else {"width": 4})}
    look = {"mode": "lines+markers", "line": pen, "marker": _marker(color, [0, 9], mark.dashed)}
    feet = np.where(share > 0.0, 0.0, np.nan)
    ends = (np.column_stack((at, at)), np.column_stack((feet, heights)))
    return _placing(_scatter(mark.name) | look, *ends)


@_trace.register
def _(mark: Band) -> Drawn:
    shade = {"fill": "toself", "fillcolor": faint(COLORS[mark.color], 0.2)}
    area = shade | {"line": {"width": 0}, "hoverinfo": "skip"}
    around = {"x": np.concatenate((mark.x, mark.x[::-1])), "y": np.concatenate((mark.high, mark.low[::-1]))}
    return Drawn(_scatter(mark.name) | area | around)


@_trace.register
def _(mark: Field) -> Drawn:
    low, high = (COLORS[color] for color in mark.colors)
    colors = [[0.0, faint(low, 0.5)], [0.5, faint(COLORS["ink"], 0.05)], [1.0, faint(high, 0.5)]]
    half: dict[str, Any] = {"contours": {"start": 0.5, "end": 0.5, "size": 1.0, "coloring": "heatmap"}}
    half |= {"line": {"color": COLORS["ink"], "width": 1.5}, "colorscale": colors, "showscale": False}
    surface = {"type": "contour", "x": mark.x, "y": mark.y, "z": mark.z, "zmin": 0.0, "zmax": 1.0}
    return Drawn(surface | half | {"name": mark.name})


@_trace.register
def _(mark: Pixels) -> Drawn:
    rows, columns = mark.z.shape
    (left, right), (low, high) = mark.x, mark.y
    x = left + (np.arange(columns) + 0.5) * (right - left) / columns
    y = high - (np.arange(rows) + 0.5) * (high - low) / rows
    ink = COLORS["title"]
    colors = [[0.0, faint(ink, 0.0)], [0.5, ink], [1.0, COLORS[mark.color]]]
    picture: dict[str, Any] = {"type": "heatmap", "x": x, "y": y, "z": mark.z, "zmin": 0.0, "zmax": 2.0}
    return Drawn(picture | {"colorscale": colors, "showscale": False, "name": mark.name, "hoverinfo": "skip"})


def _cursor(panel: Panel, places: Floats) -> Drawn:
    """A vertical line at this place with a dot on every line of the panel; one trace, so that one update moves it."""
    low, high = panel.y.low, panel.y.high
    lines = [mark for mark in panel.marks if isinstance(mark, Line)]
    dots = [np.where((y >= low) & (y <= high), y, np.nan) for y in (line.estimate.exact for line in lines)]
    gap = np.full(len(places), np.nan)
    y = [np.full_like(gap, low), np.full_like(gap, high), *(part for dot in dots for part in (gap, dot))]
    ink = COLORS["ink"]
    colors = [ink, ink, *(color for line in lines for color in (ink, COLORS[line.color]))]
    marker = {"size": [0, 0, *([0, 9] * len(dots))], "color": colors, "line": {"width": 0}}
    look = {
        "mode": "lines+markers",
        "line": {"color": ink, "width": 1},
        "marker": marker,
        "cliponaxis": False,
    }
    x = np.array([places, places, *([gap, places] * len(dots))]).T
    return Drawn(_scatter("this rate") | look | {"hoverinfo": "skip"}, {"x": x, "y": np.array(y).T})


def _scatter(name: str) -> dict[str, Any]:
    return {"type": "scatter", "mode": "lines", "name": name}


def _marker(color: str, size: float | list[float], open: bool = False) -> dict[str, Any]:
    line = {"width": 1.5 if open else 0, "color": color}
    return {"color": color, "size": size, "symbol": "circle-open" if open else "circle", "line": line}


def _placing(trace: dict[str, Any], x: Numbers, y: Numbers) -> Drawn:
    """The trace through points that stand still, or that move with the slider."""
    parts = {"x": np.atleast_2d(x), "y": np.atleast_2d(y)}
    moves = {name: rows for name, rows in parts.items() if len(rows) > 1}
    return Drawn(trace | {name: rows[0] for name, rows in parts.items() if len(rows) == 1}, moves)


def faint(color: str, opacity: float) -> str:
    """Return a hex colour as rgba with an opacity."""
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{opacity:g})"


# ---- places ---------------------------------------------------------------------------------------------------------


def _layout(rows: Sequence[Row]) -> dict[str, Any]:
    margin = {"l": LEFT, "r": RIGHT, "t": TOP, "b": BOTTOM}
    quiet = {"showlegend": False, "hovermode": "closest", "template": "none", "font": FONT}
    clear = {"paper_bgcolor": "rgba(0,0,0,0)", "plot_bgcolor": "rgba(0,0,0,0)"}
    return {"height": _height(rows), "margin": margin, "annotations": [], **quiet, **clear}


def _height(rows: Sequence[Row]) -> int:
    return TOP + BOTTOM - TICKS + sum(row.panels[0].height + TITLE + TICKS for row in rows)


def _placed(rows: Sequence[Row]) -> list[tuple[Panel, tuple[tuple[float, float], tuple[float, float]]]]:
    """Every panel with its domains across and up, as shares of the figure."""
    width, height = WIDTH - LEFT - RIGHT, _height(rows) - TOP - BOTTOM
    gutter, places, top = GUTTER / width, [], 0
    for row in rows:
        tall = row.panels[0].height
        up = (max(0.0, 1.0 - (top + TITLE + tall) / height), 1.0 - (top + TITLE) / height)
        share = (1.0 + gutter) / len(row.panels)
        for column, panel in enumerate(row.panels):
            across = (column * share, min(1.0, (column + 1) * share - gutter) - (panel.right - RIGHT) / width)
            places.append((panel, (across, up)))
        top += tall + TITLE + TICKS
    return places


def _axis(axis: Axis, domain: tuple[float, float], anchor: str) -> dict[str, Any]:
    ends = np.log10([axis.low, axis.high]).tolist() if axis.log else [axis.low, axis.high]
    quiet = {"fixedrange": True, "zeroline": False, "gridcolor": GRID, "ticks": "", "tickfont": {"size": 11}}
    title = {"text": axis.title, "font": {"size": 12}, "standoff": 2}
    where = {"domain": domain, "anchor": anchor, "range": ends, "title": title, "ticksuffix": axis.unit}
    scale: dict[str, Any] = {"nticks": 6}
    if axis.log:
        scale = {"type": "log", "dtick": 1 if ends[1] - ends[0] > 1.2 else "D1", "tickformat": "~g"}
    return quiet | where | scale | ({"tickvals": list(axis.ticks)} if axis.ticks is not None else {})


def _title(text: str, x: float, y: float) -> dict[str, Any]:
    """The title of a panel, left-aligned above its corner."""
    font = {"size": 13, "color": COLORS["title"]}
    where = {"x": x, "y": y, "xref": "paper", "yref": "paper", "xanchor": "left", "yanchor": "bottom"}
    return {"text": f"<b>{text}</b>", "showarrow": False, "font": font, "align": "left"} | where


def _label(label: Label, x: str, y: str, wide: float) -> dict[str, Any]:
    """Words in a panel ``wide`` pixels wide, placed by shares of it, as in the browser."""
    anchor = {"start": "left", "middle": "center", "end": "right"}[label.anchor]
    words: dict[str, Any] = {
        "text": "<br>".join(label.lines),
        "font": {"color": COLORS[label.color], "size": 12},
    }
    words |= {
        "xref": f"{x} domain",
        "yref": f"{y} domain",
        "xanchor": anchor,
        "yanchor": "middle",
        "align": "left",
    }
    start = label.x + label.aside / wide
    if label.tip is None:
        return words | {"x": start, "y": label.y, "showarrow": False}
    (across, up), ends = label.tip, {"axref": f"{x} domain", "ayref": f"{y} domain", "standoff": 0}
    arrow = {"showarrow": True, "arrowhead": 6, "arrowsize": 0.7, "arrowwidth": 1}
    return words | ends | arrow | {"x": across, "y": up, "ax": start, "ay": label.y}
