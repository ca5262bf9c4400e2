"""Curves over the epochs of a training: mean over seeds with its spread, each named at its tip.

The axes of a panel are fixed before the first epoch, so that nothing but the curves moves while they grow.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from dropviz.figures.panels.labels import tip_labels
from dropviz.figures.training.panels import Scale, scale_of
from dropviz.live.panels import Axis, Band, Mark, Panel, Path, role
from dropviz.numbers.written import plain
from dropviz.training.curves import SMALLEST, Compared, Curve

HEIGHT, LOW = 236, 150  # of a panel, and of one in a frame of another site, pixels
RIGHT = 100  # room for the names of the curves
AVERAGE = "the average digit for all"
Dash = Literal["solid", "dashed"]
OTHERS = ("inverted", "other", "both", "none", "standard", "ink")


def training_panel(compared: Compared, height: int = HEIGHT) -> tuple[Panel, str]:
    """Return one panel, and its description; before the first epoch has ended, what is going to be compared."""
    if all(len(curve.mean) < 2 for curve in compared.curves):
        compared = replace(compared, curves=())
    scale = scale_of(compared)
    colors = run_colors([method for _, method in compared.runs])
    curves = [("none" if curve.forgotten else colors[curve.place], curve) for curve in compared.curves]
    y = _y_axis(scale, compared.curves)
    tips = [tip for color, curve in curves for tip in _tip(curve, color, y, compared.epochs)]
    if not curves:
        names = [label for label, _ in compared.runs]
        tips = [(f"— {name}", color, 1.0, 0.5) for name, color in zip(names, colors, strict=True)][::-1]
    title = (curves and scale.title(compared)) or scale.y_title.capitalize()
    pairs = {curve.place for curve in compared.curves if curve.forgotten}
    dashes: list[Dash] = [
        "dashed" if curve.place in pairs and not curve.forgotten else "solid" for _, curve in curves
    ]
    drawn = zip(curves, dashes, strict=True)
    marks = [mark for (color, curve), dash in drawn for mark in _marks(curve, color, y, dash)]
    if compared.average is not None and curves:
        ends, level = np.array([0.0, compared.epochs]), np.full(2, compared.average)
        marks.append(Path(AVERAGE, "ink", ends, level, "dotted", width=1.5))
        tips += _tip(Curve(AVERAGE, -1, level, level), "ink", y, 1)
    x, labels = Axis("epoch", 0.0, float(compared.epochs)), tip_labels(tips, height)
    return Panel(title, x, y, marks, height, labels, right=RIGHT), _description(scale, title, compared)


def run_colors(methods: Sequence[str | None]) -> list[str]:
    """A colour a run: that of its strategy, or one that no run has yet; grey for no dropout."""
    colors: list[str] = []
    for method in methods:
        wanted = "ink" if method is None else role(method)
        free = [color for color in (wanted, *OTHERS) if color not in colors and color in OTHERS]
        colors.append(free[0])
    return colors


def _y_axis(scale: Scale, curves: Sequence[Curve]) -> Axis:
    """The y axis; it widens in leaps for values that do not fit, those of an untrained network included."""
    low, high = scale.limits
    values = np.concatenate([np.empty(0), *(curve.mean for curve in curves)])
    values = values[np.isfinite(values)]
    if scale.log:
        values = np.log10(np.maximum(values, SMALLEST))
        low = min(math.log10(low), math.floor(float(values.min(initial=math.log10(low))) * 2) / 2)
        # A loss of 10⁶ is on its way to infinity: the axis need not follow.
        high = min(math.ceil(float(values.max(initial=math.log10(high))) * 2) / 2, 6.0)
        return Axis(scale.y_title, 10.0**low, 10.0**high, log=True)
    if scale.lows:  # an untrained network may start below the axis
        later = [value for curve in curves for value in curve.mean[max(1, len(curve.mean) // 2) :].tolist()]
        lowest = min(filter(math.isfinite, later), default=1.0) - 0.02
        low = max((each for each in scale.lows if each <= lowest), default=scale.lows[0])
    else:
        low = min(low, math.floor(10 * float(values.min(initial=low))) / 10)
        high = max(high, math.ceil(10 * float(values.max(initial=high)) - 1e-9) / 10)
    hundred = 100.0 if scale.percent else 1.0
    return Axis(scale.y_title, hundred * low, hundred * high, unit=" %" if scale.percent else "")


def _marks(curve: Curve, color: str, y: Axis, dash: Dash) -> list[Mark]:
    """The curve and its spread; dashed, it lets one that it lies on be seen."""
    x = np.arange(len(curve.mean), dtype=float)
    mean = np.maximum(curve.mean, SMALLEST) if y.log else curve.mean
    hundred = 100.0 if y.unit else 1.0
    dots = 4 if len(x) < 30 and dash == "solid" else 0
    line = Path(curve.name, color, x, hundred * mean, dash, dots=dots, spread=hundred * curve.spread)
    if not curve.spread.any():
        return [line]
    smallest = 0.3 * mean if y.log else np.full_like(mean, -math.inf)
    low, high = np.maximum(mean - curve.spread, smallest), mean + curve.spread
    return [Band(f"{curve.name}, ± standard deviation", color, x, hundred * low, hundred * high), line]


def _tip(curve: Curve, color: str, y: Axis, epochs: int) -> list[tuple[str, str, float, float]]:
    """The name of a curve and its newest point, as shares of the panel; nothing before there is one."""
    finite = np.flatnonzero(np.isfinite(curve.mean))
    if len(finite) == 0:
        return []
    value = curve.mean[finite[-1:]] * (100.0 if y.unit else 1.0)
    up = float(y.share(np.maximum(value, SMALLEST) if y.log else value)[0])
    return [(curve.name, color, float(finite[-1]) / epochs, min(max(up, 0.0), 1.0))]


def _description(scale: Scale, title: str, compared: Compared) -> str:
    curves = compared.curves
    if not curves:
        return f"An empty panel for {scale.y_title} over {compared.epochs} epoch{'s' if compared.epochs > 1 else ''}."
    ends = ", ".join(f"{curve.name} {plain(float(curve.mean[-1]), 3)}" for curve in curves)
    last = max(len(curve.mean) for curve in curves) - 1
    return f"{title}. {scale.y_title.capitalize()} after epoch {last}: {ends}."
