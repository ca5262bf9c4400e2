"""Distributions of the training and the test output, training filled and test dashed, with point masses as stems."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from dropviz.figures.panels.grid import Box, Drawing, axes_called, curve_on, frame
from dropviz.figures.panels.style import TEST_DASH, axis, faint
from dropviz.numbers.checks import Floats
from dropviz.simulation.histogram import Distribution

STEMS = 40  # the axis of the stems of panel 2 is the 42nd, and so on


def draw_distribution(
    picture: Distribution,
    title: str,
    color: str,
    stems: Mapping[str, str],
    drawing: Drawing,
    box: Box,
    number: int,
    *,
    labelled: bool = True,
) -> None:
    """Draw shares per bin; the point masses have an axis of their own, 0 to 100 %.

    ``stems`` names the traces of the point masses. If ``labelled``, those of training have their value at their head.
    """
    edges, steps = picture.edges, curve_on(number) | {"x": picture.edges[:-1]}
    line = {"color": color, "width": 1.5, "shape": "hv"}
    area = {"fill": "tozeroy", "fillcolor": faint(color, 0.3), "name": "training"}
    drawing.add(steps | area | {"line": line}, y=picture.train)
    dashed = line | {"width": 2, "dash": TEST_DASH}
    drawing.add(steps | {"line": dashed, "name": "test"}, y=picture.test)
    width = edges[-1] - edges[0]
    left, hair = (0.03 * width, 0.008 * width) if labelled else (0.0, 0.004 * width)
    for name, mass in picture.masses.items():
        test = name == "test"
        words = {"name": stems[name]} | ({"meta": {"unit": " %"}} if labelled and not test else {})
        stem = curve_on(number) | {"yaxis": f"y{number + STEMS}"} | words
        _draw_stem(drawing, stem, mass.share, mass.at + (hair if test else -hair), color, test)
    across = {"title": "output of a unit", "range": (edges[0] - left, edges[-1])}
    up = {"title": "units per bin", "range": (0, picture.top), "ticksuffix": " %", "nticks": 4}
    frame(drawing, box, number, title, across, up)
    x, y = axes_called(number).values()
    drawing.axes[f"yaxis{number + STEMS}"] = axis(overlaying=y, anchor=x, range=(0, 100), visible=False)


def _draw_stem(
    drawing: Drawing, stem: dict[str, Any], share: Floats, at: Floats, color: str, test: bool
) -> None:
    """Draw a point mass, which moves sideways where its value does; no stem for no mass."""
    heights = np.column_stack((np.where(share > 0.0, 0.0, np.nan), np.where(share > 0.0, share, np.nan)))
    look = {
        "mode": "lines+markers",
        "cliponaxis": False,
        "line": {"color": color, "width": 2, "dash": TEST_DASH} if test else {"color": color, "width": 4},
        "marker": {"color": color, "size": [0, 10], "symbol": "circle-open" if test else "circle"},
    }
    if (at == at[0]).all():
        drawing.add(stem | look | {"x": [float(at[0])] * 2}, y=heights)
    else:
        drawing.add(stem | look, y=heights, x=np.column_stack((at, at)))
