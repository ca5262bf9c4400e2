"""Direct labels: the name of a curve beside its right end, in the margin of its panel, instead of a legend.

Curves that cannot be told apart share a label, which says "=" only of values that are equal.
"""

import itertools
import math
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from dropviz.live.panels import Axis, Label, Labels, Line
from dropviz.numbers.checks import Floats
from dropviz.numbers.formulas import unbroken

LINE, LETTER = 15.0, 5.3  # pixels of a line, and of a letter on average, at the 12-pixel type of the labels
WIDE = re.compile("[A-Zmw]")
ASIDE = 10.0  # pixels between a panel and its labels
WRAPS = (14, 18, 24)  # letters in a line: the fewest with which all labels fit
MERGED, MOVED = 2.0, 2.0  # pixels: curves that are one to the eye; a label beside its curve
EQUAL = 1e-9  # relative: curves whose values differ by less are the same
PHASE_ENDS = ((" train", " test"), (" in training", " at test"))  # of the names of lines of both phases
INNER = 240.0  # pixels between the axes of a panel, about: for the slope of the lines that lead to its curves


class Group(NamedTuple):
    """Lines that lie on one another: their places among all lines, and whether their values are equal."""

    lines: tuple[int, ...]
    equal: bool


def coinciding(lines: Sequence[Line], y: Axis, height: float) -> list[Group]:
    """Return the lines in groups that cannot be told apart: within 2 pixels all along; most have one line.

    Parameters
    ----------
    lines
        Lines over the same places.
    y
        The axis of their panel.
    height
        The height of the panel in pixels.
    """
    exact = [line.estimate.exact for line in lines]
    with np.errstate(over="ignore"):
        pixels = [np.where(np.isfinite(values), y.share(values) * height, np.nan) for values in exact]
    groups: list[Group] = []
    for number, (path, values) in enumerate(zip(pixels, exact, strict=True)):
        for at, (members, equal) in enumerate(groups):
            other, others = pixels[members[0]], exact[members[0]]
            apart = np.abs(path - other)
            if (np.isnan(path) == np.isnan(other)).all() and not (apart >= MERGED).any():
                finite = np.abs(values[np.isfinite(values)])
                small = EQUAL * finite.max(initial=0.0)  # next to the largest, as good as 0
                same = np.allclose(values, others, rtol=EQUAL, atol=small, equal_nan=True)
                groups[at] = Group((*members, number), equal and same)
                break
        else:
            groups.append(Group((number,), True))
    return groups


def direct_labels(
    lines: Sequence[Line], groups: Sequence[Group], x: Floats, y: Axis, height: float, letters: int = 0
) -> Labels:
    """Return a label a group of lines, beside where they end, and a thin line from each that does not stand there.

    No two of these thin lines cross. What the panel does not show has no label; of more labels than there is room
    for, the last are left out: such a curve has its colour and stroke, and its name in the tip.

    Parameters
    ----------
    lines, groups
        What to name, and which lines lie on one another.
    x
        Where the points of the lines stand, as shares of the panel's width.
    y
        The axis of the panel.
    height
        Its height in pixels.
    letters
        A line of a label is not broken before so many.
    """
    ends = []
    for members, equal in groups:
        up = y.share(lines[members[0]].estimate.exact)
        (shown,) = np.nonzero((up >= 0.0) & (up <= 1.0))
        if len(shown) == 0:
            continue
        colors = {lines[each].color for each in members}
        text = _said([lines[each].name for each in members], "=" if equal else "≈")
        before = float(up[shown].mean())  # decides between curves that end together
        color = colors.pop() if len(colors) == 1 else "title"
        ends.append(_End(text, color, 1.0, (float(x[shown[-1]]), float(up[shown[-1]])), before))
    return _labels(tuple(ends), height, True, letters)


def tip_labels(tips: Sequence[tuple[str, str, float, float]], height: float) -> Labels:
    """Names on the right of where curves end (text, colour, shares of width and height), moved apart if need be."""
    return _labels(tuple(_End(text, color, x, (x, y), y) for text, color, x, y in tips), height, False)


def room(labels: Labels) -> int:
    """Pixels beside a panel that its labels take: of a wide letter half as much again, and one letter more."""
    longest = max(
        (len(line) + len(WIDE.findall(line)) / 2 for label in labels.wide for line in label.lines), default=0
    )
    return math.ceil(ASIDE + LETTER * (longest + 1)) if longest else 10


class _End(NamedTuple):
    """A name, its colour, where its words begin, where its curve ends, and its mean height; shares of the panel."""

    text: str
    color: str
    x: float
    tip: tuple[float, float]
    before: float


def _said(names: Sequence[str], sign: str) -> str:
    """What a group is called: "standard = inverted", or of strategies in both phases "standard: training = test"."""
    for train, test in PHASE_ENDS:
        heads = [name.removesuffix(train) for name in names if name.endswith(train)]
        if heads and sorted(names) == sorted(f"{head}{end}" for head in heads for end in (train, test)):
            return f"{f' {sign} '.join(heads)}: training {sign} test"
    return f" {sign} ".join(names)


@lru_cache(maxsize=256)
def _labels(ends: tuple[_End, ...], height: float, led: bool, letters: int = 0) -> Labels:
    kept, lines = _fitting(ends, height, letters)
    middles = _places(kept, lines, height)
    labels = []
    for end, words, middle in zip(kept, lines, middles, strict=True):
        half = LINE * len(words) / 2
        close = [other for other in kept if abs(other.tip[1] * height - middle) < half + MOVED]
        moved = abs(end.tip[1] * height - middle) > MOVED or end.tip[0] < 0.97 or close != [end]
        tip = end.tip if led and moved else None
        labels.append(Label(words, end.color, end.x, middle / height, tip, "start", ASIDE))
    return Labels(tuple(labels), tuple(labels))


def _fitting(ends: Sequence[_End], height: float, least: int) -> tuple[list[_End], list[tuple[str, ...]]]:
    """The ends whose names fit beside the panel, and these in lines as short as can be."""
    kept, widths = list(ends), [max(wrap, least) for wrap in WRAPS]
    while True:
        for letters in widths:
            lines = [_wrapped(end.text, letters) for end in kept]
            if LINE * sum(map(len, lines)) <= height or (len(kept) < 2 and letters == widths[-1]):
                return kept, lines
        kept.pop()


def _wrapped(name: str, letters: int) -> tuple[str, ...]:
    """The name in short lines, one or more a curve: a new one before an equality, but not of training and test."""
    held = unbroken(name)
    if len(name) > letters:
        held = re.sub(r"(?<!training)\s(?=[=≈])", "\n", held)
    lines = []
    for part in held.split("\n"):
        lines.append("")
        for word in part.split(" "):
            if lines[-1] and len(lines[-1]) + len(word) >= letters:
                lines.append("")
            lines[-1] = f"{lines[-1]} {word}".strip()
    return tuple(lines)


def _places(ends: list[_End], lines: list[tuple[str, ...]], height: float) -> list[float]:
    """Middles of the labels, pixels from below, in such an order that no line to a curve crosses another."""
    order = sorted(range(len(ends)), key=lambda at: (round(ends[at].tip[1] * height), ends[at].before))
    middles = [0.0] * len(ends)
    for _ in range(len(ends) ** 2 + 1):
        rising = _apart(
            [ends[at].tip[1] * height for at in order], [LINE * len(lines[at]) for at in order], height
        )
        for at, middle in zip(order, rising, strict=True):
            middles[at] = middle
        crossing = (
            pair
            for pair in itertools.combinations(range(len(order)), 2)
            if _cross(*((ends[order[at]], rising[at] / height) for at in pair))
        )
        one, other = next(crossing, (0, 0))
        if one == other:
            break
        order[one], order[other] = order[other], order[one]
    return middles


def _cross(one: tuple[_End, float], other: tuple[_End, float]) -> bool:
    """Whether the lines from two labels to the ends of their curves cross: the one changes sides of the other."""
    (first, up), (second, higher) = one, other
    start = np.array([[first.x + ASIDE / INNER, up], [second.x + ASIDE / INNER, higher]])
    tip = np.array([first.tip, second.tip])

    def sides(line: int) -> float:
        along = tip[line] - start[line]
        to = np.array([start[1 - line], tip[1 - line]]) - start[line]
        turns = along[0] * to[:, 1] - along[1] * to[:, 0]
        return float(turns[0] * turns[1])

    return sides(0) < 0.0 and sides(1) < 0.0


def _apart(middles: Sequence[float], heights: Sequence[float], inner: float) -> list[float]:
    """Places in this order, as near to ``middles`` as boxes of these heights allow, inside the panel where they fit.

    Least squares: boxes that touch stand around the mean of where they should be.
    """
    below = np.cumsum([0.0, *heights])
    half = np.asarray(heights) / 2
    blocks: list[tuple[float, int]] = []
    for wanted in middles - below[:-1] - half:
        mean, count = float(wanted), 1
        while blocks and blocks[-1][0] >= mean:
            other, more = blocks.pop()
            mean, count = (mean * count + other * more) / (count + more), count + more
        blocks.append((mean, count))
    lowest = np.repeat([mean for mean, _ in blocks], [count for _, count in blocks])
    free = max(inner - float(below[-1]), 0.0)
    return list((np.clip(lowest, 0.0, free) + below[:-1] + half).tolist())
