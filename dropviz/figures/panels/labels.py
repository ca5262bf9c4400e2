"""Direct labels: the name of a curve beside the curve, where it covers no other, instead of a legend."""

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from dropviz.live.panels import Axis, Label, Labels
from dropviz.numbers.checks import Floats

# Pixels at the 12-pixel type of the labels: as wide and as tall as the widest of the usual fonts (DejaVu Sans) makes
# them, for a page without our fonts takes what its reader has.
LINE_HEIGHT, LETTER = 19.0, 7.1
WIDE, NARROW = 960, 358  # widths of a page that labels are placed for, pixels
SIDES, GUTTER = 56, 16  # beside the axes of a panel, and between panels, pixels
STEP = 6.0  # pixels between the points that stand for a curve
PLACES = 14  # along a curve, where its label may stand
FEW = 3  # labels, each of which may have a line of the panel to itself
GAPS = (0.0, 8.0, 18.0, 34.0, 60.0)  # how far from its curve a label may move, pixels
TIP_LINE, TIP_GAP, WRAP = 15.0, 0.015, 14  # beside a panel: pixels of a line, share before it, letters in it
EQUAL = 1e-9  # relative: curves whose values differ by less are the same

# A curve to be named: its text and colour, and its points in the units of the axes. The curve, not the points simulated
# along it: a label stays where it is from draw to draw.
Named = tuple[str, str, Floats, Floats]


def direct_labels(curves: Sequence[Named], x: Axis, y: Axis, height: float, across: int) -> Labels:
    """Return a label a curve: beside it where a free place exists, else where it covers least.

    Where another curve is nearer to the label, a thin line leads to its own. Curves that lie on one another share a
    label: "standard = inverted" where their values agree, "standard ≈ inverted" where the picture cannot part them.
    A label that would lie on another is left out: its curve has its colour and stroke, and its name in the tip.

    Parameters
    ----------
    curves
        What to name.
    x, y
        The axes of the panel.
    height
        Its height in pixels.
    across
        How many panels stand side by side where the page is wide.
    """
    key = tuple(
        (text, color, x.share(xs).tobytes(), y.share(ys).tobytes(), ys.tobytes())
        for text, color, xs, ys in curves
    )
    wide = (WIDE - (across - 1) * GUTTER) / across - SIDES
    return Labels(_placed(key, (wide, height)), _placed(key, (NARROW - SIDES, height)))


@lru_cache(maxsize=256)
def _placed(
    key: tuple[tuple[str, str, bytes, bytes, bytes], ...], size: tuple[float, float]
) -> tuple[Label, ...]:
    curves = [
        _Curve(
            text, color, np.column_stack([np.frombuffer(xs), np.frombuffer(ys)]) * size, np.frombuffer(values)
        )
        for text, color, xs, ys, values in key
    ]
    merged = _merge(curves)
    room = size[0] * (0.9 if len(merged) <= FEW else 0.55)
    groups = [
        (_shown(names, sign, room), color, _inside(_dense(path), size[1]))
        for names, sign, color, path in merged
    ]
    groups = [group for group in groups if len(group[2])]
    taken: list[Floats] = []
    labels: dict[int, Label] = {}
    for at, places in _hardest_first(groups, size):
        overlaps = _overlaps(places.boxes, taken)
        best = int(np.argmin(places.cost + 1e4 * overlaps))
        if overlaps[best]:
            continue
        box = places.boxes[best]
        taken.append(box)
        lines, color, _ = groups[at]
        middle, end = (box[:2] + box[2:]) / 2 / size, places.ends[best] / size
        tip = (float(end[0]), float(end[1])) if places.far[best] else None
        labels[at] = Label(lines, color, float(middle[0]), float(middle[1]), tip)
    return tuple(labels[at] for at in sorted(labels))


class _Curve(NamedTuple):
    """A curve in pixels of the panel, and its values."""

    text: str
    color: str
    path: Floats
    values: Floats


class _Places(NamedTuple):
    """Where a label may stand: boxes, what speaks against each, the nearest point of its curve, and if that is far."""

    boxes: Floats
    cost: Floats
    ends: Floats
    far: NDArray[np.bool_]


def _hardest_first(
    groups: Sequence[tuple[tuple[str, ...], str, Floats]], size: tuple[float, float]
) -> list[tuple[int, _Places]]:
    """Index and places of every group; those with the fewest free places choose first."""
    rows = []
    for at, (lines, _, path) in enumerate(groups):
        boxes = _candidates(path, (LETTER * max(map(len, lines)), _tall(lines)), size)
        others = [other for number, (_, _, other) in enumerate(groups) if number != at]
        rows.append((at, _judged(boxes, path, np.concatenate([*others, np.empty((0, 2))]))))
    return sorted(rows, key=lambda row: int((row[1].cost < 60.0).sum()))


def _tall(lines: Sequence[str]) -> float:
    """Height of a label, pixels."""
    return LINE_HEIGHT + TIP_LINE * (len(lines) - 1)


def _inside(points: Floats, height: float) -> Floats:
    """The points that the panel shows."""
    return points[np.isfinite(points[:, 1]) & (points[:, 1] >= 0) & (points[:, 1] <= height)]


def _dense(path: Floats) -> Floats:
    """The path with points on it at most about ``STEP`` pixels apart, so that none of it is overlooked."""
    if len(path) < 2:
        return path
    lengths = np.nan_to_num(np.hypot(*np.diff(path, axis=0).T), nan=0.0, posinf=0.0)
    parts = 1 + np.minimum(lengths / STEP, 200.0).astype(int)
    at = np.concatenate(
        [np.arange(count) / count + start for start, count in enumerate(parts)] + [[len(path) - 1]]
    )
    return np.column_stack([np.interp(at, np.arange(len(path)), column) for column in path.T])


def _merge(curves: Sequence[_Curve]) -> list[tuple[list[str], str, str, Floats]]:
    """Group the curves that cannot be told apart (within 2 pixels all along): names, "=" or "≈", colour and path."""
    groups: list[tuple[list[str], str, str, Floats, Floats]] = []
    for text, color, points, values in curves:
        path = np.where(np.isfinite(points), points, np.nan)
        known = np.isfinite(path)
        for at, (names, sign, shade, other, others) in enumerate(groups):
            if (known == np.isfinite(other)).all() and (np.abs(path - other)[known] < 2.0).all():
                finite = np.abs(values[np.isfinite(values)])
                small = EQUAL * finite.max(initial=0.0)  # next to the largest, as good as 0
                same = np.allclose(values, others, rtol=EQUAL, atol=small, equal_nan=True)
                both = shade if shade == color else "title"
                groups[at] = ([*names, text], sign if same else "≈", both, other, others)
                break
        else:
            groups.append(([text], "=", color, path, values))
    return [group[:4] for group in groups]


def _shown(names: Sequence[str], sign: str, room: float) -> tuple[str, ...]:
    """The label of a group, in as many lines as there is room for.

    A strategy that is equal in both phases loses them: "inverted train", "inverted test" → "inverted".
    """
    said = list(names)
    for head in [name.removesuffix(" train") for name in names if name.endswith(" train")]:
        if sign == "=" and f"{head} test" in said:
            said[said.index(f"{head} train")] = head
            said.remove(f"{head} test")
    lines = [""]
    for at, name in enumerate(said):
        word = f" {sign} {name}" if at else name
        if lines[-1] and LETTER * len(lines[-1] + word) > room:
            lines.append("")
            word = word.lstrip()
        lines[-1] += word
    return tuple(lines)


def _candidates(path: Floats, box: tuple[float, float], size: tuple[float, float]) -> Floats:
    """Boxes (left, bottom, right, top) above and below the path at places along it, near and far; shape (n, 4)."""
    box_width, half = box[0], box[1] / 2
    at = path[np.linspace(0, len(path) - 1, PLACES).astype(int)]
    center = np.clip(at[:, 0], box_width / 2 + 2, max(size[0] - box_width / 2 - 2, box_width / 2 + 2))
    near = np.abs(path[:, 0] - center[:, np.newaxis]) <= box_width / 2 + 1
    highest = np.fmax(np.where(near, path[:, 1], -np.inf).max(axis=1), at[:, 1])
    lowest = np.fmin(np.where(near, path[:, 1], np.inf).min(axis=1), at[:, 1])
    clearances = np.array(GAPS)[:, np.newaxis] + half + 4
    middle = np.concatenate((highest + clearances, lowest - clearances)).ravel()
    middle = np.clip(middle, half, size[1] - half)
    center = np.tile(center, 2 * len(GAPS))
    return np.column_stack((center - box_width / 2, middle - half, center + box_width / 2, middle + half))


def _judged(boxes: Floats, path: Floats, others: Floats) -> _Places:
    """The boxes, and what speaks against each.

    First what it covers; then that another curve is nearer, or that the curves meet where it stands; then the way.
    """
    own, other = _distances(boxes, path), _distances(boxes, others)
    covered, touched = ((own <= reach).sum(axis=1) + (other <= reach).sum(axis=1) for reach in (0.0, 4.0))
    way, nearest = np.sqrt(own.min(axis=1)), np.sqrt(other.min(axis=1, initial=np.inf))
    far = nearest < way + 2.0
    ends = path[own.argmin(axis=1)]
    room = np.sqrt(_distances(np.concatenate((ends, ends), axis=1), others).min(axis=1, initial=np.inf))
    meeting, near = np.maximum(12.0 - room, 0.0), np.maximum(20.0 - nearest, 0.0)
    cost = 100.0 * covered + 5.0 * touched + 60.0 * far + 4.0 * meeting + 0.5 * near + way
    return _Places(boxes, cost, ends, far)


def _distances(boxes: Floats, points: Floats) -> Floats:
    """Squared distance of every point from every box, 0 inside; shape (box, point)."""
    left, bottom, right, top = boxes.astype(np.float32).T[:, :, np.newaxis]  # pixels need no more digits
    x, y = points.astype(np.float32).T
    across = np.maximum(np.maximum(left - x, x - right), 0.0)
    up = np.maximum(np.maximum(bottom - y, y - top), 0.0)
    return np.asarray(across * across + up * up, dtype=np.float64)


def _overlaps(boxes: Floats, taken: Sequence[Floats]) -> Floats:
    """Number of taken boxes that each box overlaps."""
    if not taken:
        return np.zeros(len(boxes))
    left, bottom, right, top = boxes.T[:, :, np.newaxis]
    other = np.array(taken).T
    apart = (left >= other[2]) | (right <= other[0]) | (bottom >= other[3]) | (top <= other[1])
    return np.asarray((~apart).sum(axis=1), dtype=np.float64)


# ---- beside the panel -----------------------------------------------------------------------------------------------


def tip_labels(tips: Sequence[tuple[str, str, float, float]], height: float) -> Labels:
    """Names on the right of where curves end (text, colour, shares of width and height), moved apart if need be."""
    rising = sorted(tips, key=lambda tip: tip[3])
    texts = [_wrapped(text) for text, *_ in rising]
    places = _apart([up * height for *_, up in rising], [TIP_LINE * len(lines) for lines in texts], height)
    labels = [
        Label(lines, color, across + TIP_GAP, middle / height, anchor="start")
        for lines, middle, (_, color, across, _) in zip(texts, places, rising, strict=True)
    ]
    return Labels(labels, labels)


def _wrapped(name: str) -> tuple[str, ...]:
    """The name in short lines; what an arrow joins stays together."""
    lines = [""]
    for word in name.replace(" → ", "\u00a0→\u00a0").split(" "):
        if lines[-1] and len(lines[-1]) + len(word) >= WRAP:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return tuple(lines)


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
