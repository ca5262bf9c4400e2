"""Distributions of the training and the test output of a strategy, the mass at exactly 0 drawn as a stem."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dropviz.figures.panels.curves import Box, Drawing
from dropviz.figures.panels.style import COLORS, TEST_DASH, axis, faint, panel_title
from dropviz.numbers.checks import Floats
from dropviz.simulation.histogram import Histogram
from dropviz.theory.activations import Activations
from dropviz.theory.strategies import Strategy

BINS = 56


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """Shares of all units, in per cent. Axes of ``train`` and ``test``: rate, bin; of the masses at 0: rate.

    ``top`` is where the axis of the shares ends; what is taller is cut, and said.
    """

    row: Strategy
    rates: Floats
    edges: Floats
    top: float
    train: Floats
    test: Floats
    train_zero: Floats
    test_zero: Floats


def distributions(
    rows: Sequence[Strategy], outputs: Histogram, activations: Activations, rates: Floats
) -> list[Distribution]:
    """Compute the distributions of several strategies on the same axes."""
    edges, top = _axes(outputs, activations)
    pictures = []
    for row in rows:
        train_scale, test_scale = row.train_scale(rates), row.test_scale(rates)
        train = [outputs.share(index, scale, edges) for index, scale in enumerate(train_scale.tolist())]
        test = [outputs.share(-1, scale, edges) for scale in test_scale.tolist()]
        pictures.append(
            Distribution(
                row=row,
                rates=rates,
                edges=edges,
                top=100 * top,
                train=100 * np.array(train),
                test=100 * np.array(test),
                train_zero=np.where(np.isfinite(train_scale), 100 * outputs.zero[:-1], np.nan),
                test_zero=np.where(test_scale > 0.0, 100 * outputs.zero[-1], 100.0),
            )
        )
    return pictures


def _axes(outputs: Histogram, activations: Activations) -> tuple[Floats, float]:
    """Bin edges and the top of the axis: room for the activations stretched or raised about twice.

    They depend on the law, the top only roughly on the sample: another draw finds the same axes.
    """
    low, high = (1.5 * float(edge) for edge in activations.quantile(np.array([0.005, 0.995])))
    low, high = min(0.0, low), max(0.0, high)
    if low == high:
        low, high = -1.0, 1.0
    edges = np.linspace(low, high, BINS + 1)
    tallest = float(outputs.share(-1, 1.0, edges).max())
    steps = np.array([0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 0.7, 1.05])
    return edges, float(steps[min(int(np.searchsorted(steps, 2.0 * tallest)), len(steps) - 1)])


def draw_distribution(drawing: Drawing, picture: Distribution, box: Box, number: int) -> None:
    """Draw shares per bin, training filled and test dashed; the masses at 0 have an axis of their own, 0 to 100 %."""
    row, edges, color = picture.row, picture.edges, COLORS[picture.row.name]
    suffix = "" if number == 1 else str(number)
    axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
    steps = {"type": "scatter", "mode": "lines", "x": edges[:-1], "hoverinfo": "skip", **axes}
    line = {"color": color, "width": 1.5, "shape": "hv"}
    area = {"fill": "tozeroy", "fillcolor": faint(color, 0.3), "name": "training"}
    drawing.add(steps | area | {"line": line}, y=picture.train)
    dashed = line | {"width": 2, "dash": TEST_DASH}
    moves = bool((picture.test != picture.test[0]).any())
    test = picture.test if moves else picture.test[:1]
    still = {} if moves else {"y": picture.test[0]}
    drawing.add(steps | still | {"line": dashed, "name": "test"}, y=test)
    stems = f"y{number + 40}"
    _draw_stems(drawing, picture, axes | {"yaxis": stems})
    title = f"{row.short}: training {row.train_scale.of('m·a')}, test {row.test_scale.of('a')}"
    drawing.annotations.append(panel_title(title, box.x[0], box.y[1]))
    width = edges[-1] - edges[0]
    drawing.axes[f"xaxis{suffix}"] = axis(
        domain=box.x,
        anchor=axes["yaxis"],
        range=(edges[0] - 0.03 * width, edges[-1]),
        showgrid=False,
        title={"text": "output of a unit", "font": {"size": 12}, "standoff": 2},
    )
    drawing.axes[f"yaxis{suffix}"] = axis(
        domain=box.y,
        anchor=axes["xaxis"],
        range=(0, picture.top),
        ticksuffix=" %",
        nticks=4,
        title={"text": "units per bin", "font": {"size": 12}, "standoff": 2},
    )
    drawing.axes[f"yaxis{number + 40}"] = axis(
        overlaying=axes["yaxis"], anchor=axes["xaxis"], range=(0, 100), visible=False
    )


def _draw_stems(drawing: Drawing, picture: Distribution, axes: dict[str, str]) -> None:
    """Draw the masses at exactly 0 as stems, a hair's breadth to the left and right of it."""
    color = COLORS[picture.row.name]
    hair = 0.008 * (picture.edges[-1] - picture.edges[0])
    stem = {"type": "scatter", "mode": "lines+markers", "hoverinfo": "skip", "cliponaxis": False, **axes}
    for side, zero, name in (
        (-hair, picture.train_zero, "exactly 0 in training"),
        (hair, picture.test_zero, "exactly 0 at test"),
    ):
        test = side > 0
        tops = np.where(zero > 0.0, zero, np.nan)  # no stem for no mass
        heights = np.column_stack((np.where(zero > 0.0, 0.0, np.nan), tops))
        line = {"color": color, "width": 2, "dash": TEST_DASH} if test else {"color": color, "width": 4}
        marker = {"color": color, "size": [0, 10], "symbol": "circle-open" if test else "circle"}
        stem_label = (
            {} if test else {"meta": {"unit": " %"}}
        )  # the value at its head; the test's stands in the note
        trace = stem_label | {
            "x": [side, side],
            "line": line,
            "marker": marker,
            "name": name,
        }
        drawing.add(stem | trace, y=heights)


def notes(picture: Distribution) -> list[str]:
    """Say what the picture cannot show, a sentence or three a rate: the mass at 0, and what its frame cuts off."""
    texts = []
    defined = np.isfinite(picture.row.train_scale(picture.rates)).tolist()
    outside = (100.0 - picture.train_zero - picture.train.sum(axis=1)).tolist()
    tallest = np.maximum(picture.train.max(axis=1), picture.test.max(axis=1)).tolist()
    zeros = zip(picture.train_zero.tolist(), picture.test_zero.tolist(), strict=True)
    for known, beyond, top, (zero, silent) in zip(defined, outside, tallest, zeros, strict=True):
        if not known:
            texts.append("The training factor divides by 0 at this rate: no output.")
            continue
        note = f"Exactly 0 (stems, of 100 %): {zero:.0f} % in training, {silent:.0f} % at test."
        if beyond > 0.5:
            note += f" Beyond the axis: {beyond:.0f} % in training."
        if top > picture.top:
            note += f" Tallest bar: {top:.0f} %."
        texts.append(note)
    return texts
