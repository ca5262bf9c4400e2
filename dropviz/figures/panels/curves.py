"""Panels of curves over the rate: exact lines, simulated points with error bars, and a cursor at this rate."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from dropviz.figures.panels.labels import Group, coinciding, direct_labels, room
from dropviz.live.panels import SMALLEST_DRAWN, Axis, Line, Panel, decades
from dropviz.numbers.checks import Floats

CASING = 4.0  # pixels at most that the lowest of lines on one another is wider than the highest
MARGIN = 0.09  # of the range of the values, below them; 1.6 times as much above, where names stand


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """Lines over the rate under a title that states their finding.

    ``limits`` caps the y axis, which has room for the lines ``beside`` these too, those of a panel that may take its
    place; ``ends`` fixes it whatever the values are. A line of a name is not broken before so many ``letters``.
    """

    title: str
    y_title: str
    lines: Sequence[Line]
    log: bool = False
    limits: tuple[float, float] = (-math.inf, math.inf)
    x_title: str = "dropout rate"
    beside: Sequence[Line] = ()
    ends: tuple[float, float] | None = None
    letters: int = 0


def over(places: Floats, panels: Sequence[Curves], height: int) -> list[Panel]:
    """The panels, ``height`` pixels tall, over the same places of the slider."""
    return [_panel(curves, places, height) for curves in panels]


def _panel(curves: Curves, places: Floats, height: int) -> Panel:
    span = float(places[-1] - places[0]) or 1.0
    x = Axis(curves.x_title, float(places[0]) - 0.015 * span, float(places[-1]) + 0.015 * span)
    low, high = curves.ends or _range(curves)
    if curves.log and not curves.ends:
        low, high = 10.0**low, 10.0**high
    known = any(np.isfinite(line.estimate.exact).any() for line in curves.lines)
    y = Axis(curves.y_title, low, high, curves.log, ticks=None if known else ())  # nothing to read off
    groups = coinciding(curves.lines, y, height)
    labels = direct_labels(curves.lines, groups, x.share(places), y, height, curves.letters)
    drawn = _nested(curves.lines, groups)
    return Panel(curves.title, x, y, drawn, height, labels, over=True, right=room(labels))


def _nested(lines: Sequence[Line], groups: Sequence[Group]) -> list[Line]:
    """The lines; of those that lie on one another each is thinner than the one below, and all have points in turn."""
    drawn = list(lines)
    for members, _ in groups:
        count = len(members)
        for at, number in enumerate(members):
            line, below = lines[number], lines[members[max(at - 1, 0)]]
            wider = min(2.0, CASING / max(count - 1, 1)) * (count - 1 - at)
            inside = line.dashed and at > 0 and below.color == line.color
            drawn[number] = replace(line, width=line.width + wider, inside=inside, turn=at / count)
    return drawn


def _range(curves: Curves) -> tuple[float, float]:
    """Limits of the y axis around every exact value, in decades if the axis is logarithmic."""
    estimates = [line.estimate for line in (*curves.lines, *curves.beside)]
    values = _finite([one.exact for one in estimates], curves.log)
    if not curves.log:
        values = np.where(np.abs(values) < SMALLEST_DRAWN, 0.0, values)
    caps = np.array(curves.limits)
    caps = decades(caps) if curves.log else caps
    low = max(values.min(initial=math.inf), np.nan_to_num(caps[0], nan=-math.inf))
    high = min(values.max(initial=-math.inf), np.nan_to_num(caps[1], nan=math.inf))
    seen = _finite([one.simulated for one in estimates if one.simulated is not None], curves.log)
    room = MARGIN * (high - low) if low < high else 0.0
    if len(seen) and math.isfinite(low):  # a small sample may stray far from the exact line
        low = seen.min() if seen.min() < low - room and not caps[0] > seen.min() else low
        high = seen.max() if seen.max() > high + room and not caps[1] < seen.max() else high
    if not low < high:
        middle = low if math.isfinite(low) else 0.0
        below = 0.5 if curves.log else 0.5 * abs(middle) or 1.0
        low, high = middle - below, middle + 0.5 * (abs(middle) or 2.0)
    margin = MARGIN * (high - low)
    if not curves.log and 0.0 <= low < 0.5 * high:
        low = 0.0
    return held(float(low - margin), float(high + 1.6 * margin))


def held(low: float, high: float) -> tuple[float, float]:
    """Widen a range to round ends, about a twentieth of it apart, so that an axis holds still for small changes.

    >>> held(-0.013, 0.577)
    (-0.02, 0.58)
    """
    step = 10.0 ** math.floor(math.log10((high - low) / 20.0))
    step *= next(factor for factor in (5.0, 2.0, 1.0) if 20.0 * factor * step <= high - low)
    digits = 1 - math.floor(math.log10(step))
    ends = (math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step)
    return round(ends[0], digits), round(ends[1], digits)


def _finite(curves: Sequence[Floats], log: bool) -> Floats:
    values = np.concatenate([np.zeros(0), *curves])
    values = decades(values) if log else values
    return values[np.isfinite(values)]
