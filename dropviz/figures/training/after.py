"""What a finished training shows beside its curves: decisions in the plane, noisy passes, an uncertainty band."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from dropviz.figures.panels.style import COLORS, faint, layout
from dropviz.figures.panels.style import axis as quiet_axis
from dropviz.figures.training.epochs import GREY, LEFT, LOW_HEIGHT, axis_title, headline, note
from dropviz.numbers.written import plain
from dropviz.training.decision import Decision, Plane
from dropviz.training.mc import Band, Comparison

HEIGHT = 290  # pixels
FIRST, SECOND = COLORS["standard"], COLORS["inverted"]  # the two classes
BAND = (-2.2, 2.2)  # of the regression's axis


def decision_figure(label: str, seen: Decision | None, plane: Plane) -> tuple[dict[str, Any], str]:
    """Return where a network says which class, with the training examples, and its description.

    The colour is the mean probability over seeds; the line is where it is one half. Without a decision only the
    examples are drawn, in the place that the picture is going to have.
    """
    count = sum(map(len, plane.examples))
    title = f"{label}: {count} points" if seen is None else f"{label}: {seen.misplaced} of {count} misplaced"
    traces = [] if seen is None else [_surface(seen, plane.classes[1])]
    marks = ((FIRST, "circle"), (SECOND, "diamond"))
    for (color, symbol), mine, name in zip(marks, plane.examples, plane.classes, strict=True):
        shown = mine[:: max(1, len(mine) // 300)]
        traces.append(_points(shown[:, 0], shown[:, 1], color, symbol, name))
    figure = _figure(
        title,
        LOW_HEIGHT,
        xaxis=_axis("first feature", plane.x, showgrid=False, constrain="domain", constraintoward="left"),
        yaxis=_axis("second feature", plane.y, showgrid=False, scaleanchor="x"),
    )
    said = "The examples alone, without a decision."
    if seen is not None:
        said = f"The line divides “{plane.classes[0]}” from the other class."
    return {"data": traces, "layout": figure}, f"{title}. {said}"


def _surface(seen: Decision, second: str) -> dict[str, Any]:
    """The probability as colour, and the line where it is one half."""
    return {
        "type": "contour",
        "x": seen.x,
        "y": seen.y,
        # nested lists: the way to the browser keeps no shape of arrays
        "z": seen.probability.round(3).tolist(),
        "zmin": 0.0,
        "zmax": 1.0,
        "colorscale": [[0.0, faint(FIRST, 0.5)], [0.5, faint(GREY, 0.05)], [1.0, faint(SECOND, 0.5)]],
        "contours": {"start": 0.5, "end": 0.5, "size": 1.0, "coloring": "heatmap"},
        "line": {"color": GREY, "width": 1.5},
        "showscale": False,
        "name": f"probability of “{second}”",
        "hovertemplate": "probability of “" + second + "”: %{z:.2f}<extra></extra>",
    }


def band_figure(label: str, band: Band) -> tuple[dict[str, Any], str]:
    """Return the mean of the noisy passes ± two standard deviations, and its description."""
    x, mean = band.x, band.mean
    at, out = band.spread("near"), band.spread("beyond")
    title = f"{label}: spread {plain(at, 2)} at the examples, {plain(out, 2)} beyond"
    traces = [
        {
            "type": "scatter",
            "mode": "lines",
            "x": np.concatenate((x, x[::-1])),
            "y": np.concatenate((mean + 2 * band.deviation, (mean - 2 * band.deviation)[::-1])),
            "fill": "toself",
            "fillcolor": faint(SECOND, 0.2),
            "line": {"width": 0},
            "hoverinfo": "skip",
        },
        _line(x, mean, SECOND, "mean of the noisy passes"),
        _line(x, band.single, COLORS["none"], "one pass without noise", "4px,3px"),
        _line(x, band.truth, GREY, "the true curve", "1px,3px"),
        _points(*band.examples, GREY, "circle", "training examples"),
    ]
    where = {"xref": "x", "yref": "paper", "xanchor": "center"}
    figure = _figure(
        title,
        annotations=[
            note("mean ± 2 standard deviations", SECOND, x=0.0, y=0.95, **where),
            note("- - one pass without noise", COLORS["none"], x=0.0, y=0.12, **where),
            note("··· true curve, ● examples", GREY, x=0.0, y=0.04, **where),
        ],
        xaxis=_axis("x", (-2.0, 2.0), showgrid=False),
        yaxis=_axis("y", BAND),
    )
    said = f"{title}. The band is the mean of the noisy passes ± two of their spreads."
    return {"data": traces, "layout": figure}, said


def passes_figure(label: str, compared: Comparison) -> tuple[dict[str, Any], str]:
    """Return the test loss of the mean of 1, 2, …, T noisy passes beside that of one pass without noise."""
    losses = np.array([quality.loss for quality in compared.noisy])
    count = int(compared.passes[-1])
    last, single = plain(float(losses[-1]), 3), plain(compared.single.loss, 3)
    title = f"{label}: loss {last} of {count} passes, {single} of one without noise"
    ends = np.array([1, count])
    low = 0.9 * min(float(losses.min()), compared.single.loss)
    high = 1.05 * max(float(losses.max()), compared.single.loss)
    traces = [
        _line(compared.passes, losses, SECOND, "mean of so many noisy passes"),
        _line(ends, np.full(2, compared.single.loss), COLORS["none"], "one pass without noise", "4px,3px"),
    ]
    side = {"xref": "paper", "yref": "paper", "x": 0.98, "xanchor": "right"}
    figure = _figure(
        title,
        annotations=[
            note("mean of noisy passes", SECOND, y=0.96, **side),
            note("- - one pass without noise", COLORS["none"], y=0.88, **side),
        ],
        xaxis=_axis("noisy passes", (0, count), showgrid=False),
        yaxis=_axis("test loss", (low, high), tickformat="~g"),
    )
    since = "never below it"
    if compared.better_from is not None:
        since = f"below it from {compared.better_from} passes on at the earliest"
    return {"data": traces, "layout": figure}, f"{title}: {since}."


def _axis(title: str, ends: tuple[float, float], **settings: Any) -> dict[str, Any]:
    return quiet_axis(range=ends, title=axis_title(title), **settings)


def _line(x: Any, y: Any, color: str, name: str, dash: str = "solid") -> dict[str, Any]:
    return {
        "type": "scatter", "mode": "lines", "x": x, "y": y, "line": {"color": color, "width": 2, "dash": dash},
        "name": name, "hovertemplate": "%{x:.3g}: %{y:.3g}<extra>%{fullData.name}</extra>",
    }  # fmt: skip


def _points(x: Any, y: Any, color: str, symbol: str, name: str) -> dict[str, Any]:
    marker = {"size": 6, "color": color, "symbol": symbol, "line": {"width": 0.5, "color": "#ffffff"}}
    return {
        "type": "scatter", "mode": "markers", "x": x, "y": y, "marker": marker, "name": name,
        "hovertemplate": "%{x:.3g}, %{y:.3g}<extra>%{fullData.name}</extra>",
    }  # fmt: skip


def _figure(
    title: str, height: int = HEIGHT, annotations: Sequence[dict[str, Any]] = (), **settings: Any
) -> dict[str, Any]:
    margin = {"l": LEFT, "r": 10, "t": 30, "b": 38}
    return layout(height, margin=margin, annotations=[headline(title), *annotations], **settings)
