"""Direct labels: the name of a curve beside the curve, where it covers no other, instead of a legend."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dropviz.figures.panels.style import TITLE_INK, words
from dropviz.numbers.checks import Floats

# Pixels at the 12-pixel type of the labels: as wide and as tall as the widest of the usual fonts (DejaVu Sans) makes
# them, for a page without our fonts takes what its reader has.
LINE_HEIGHT, LETTER = 19.0, 7.1
STEP = 6.0  # pixels between the points that stand for a curve
PLACES = 14  # along a curve, where its label may stand
FEW = 3  # labels, each of which may have a line of the panel to itself
GAPS = (0.0, 8.0, 18.0, 34.0, 60.0)  # how far from its curve a label may move, pixels


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A curve to be named: its text and colour, and its points in the units of the axes (y as log10 if those are).

    The curve, not the points simulated along it: a label stays where it is from draw to draw.
    """

    text: str
    color: str
    x: Floats
    y: Floats


def direct_labels(
    curves: Sequence[Curve],
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    size: tuple[float, float],
    axes: tuple[str, str],
) -> list[dict[str, Any]]:
    """Return one Plotly annotation a curve: beside it where a free place exists, else where it covers least.

    Where another curve is nearer to the label, a thin line leads to its own.

    ``size`` is the panel in pixels; ``axes`` names its axes ("x3", "y3"). Curves that lie on one another share a
    label: "standard = inverted".
    """
    key = tuple((curve.text, curve.color, curve.x.tobytes(), curve.y.tobytes()) for curve in curves)
    return [dict(note) for note in _placed(key, x_range, y_range, size, axes)]


@lru_cache(maxsize=128)
def _placed(
    key: tuple[tuple[str, str, bytes, bytes], ...],
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    size: tuple[float, float],
    axes: tuple[str, str],
) -> list[dict[str, Any]]:
    curves = [Curve(text, color, np.frombuffer(x), np.frombuffer(y)) for text, color, x, y in key]
    width, height = size

    def pixels(curve: Curve) -> Floats:
        across = (curve.x - x_range[0]) / (x_range[1] - x_range[0]) * width
        return np.column_stack((across, (curve.y - y_range[0]) / (y_range[1] - y_range[0]) * height))

    def pixels_to_axes(point: Floats) -> list[float]:
        across, up = (point / (width, height)).tolist()
        return [x_range[0] + across * (x_range[1] - x_range[0]), y_range[0] + up * (y_range[1] - y_range[0])]

    merged = _merge(curves, [pixels(curve) for curve in curves])
    room = width * (0.9 if len(merged) <= FEW else 0.55)
    groups = [(_shown(names, room), color, _inside(_dense(path), height)) for names, color, path in merged]
    groups = [group for group in groups if len(group[2])]
    taken: list[Floats] = []
    notes: dict[int, dict[str, Any]] = {}
    for at, places in _hardest_first(groups, size):
        best = int(np.argmin(places.cost + 1e4 * _overlaps(places.boxes, taken)))
        box = places.boxes[best]
        taken.append(box)
        text, color, _ = groups[at]
        x, y = pixels_to_axes((box[:2] + box[2:]) / 2)
        where: dict[str, Any] = {
            "x": x,
            "y": y,
            "xref": axes[0],
            "yref": axes[1],
            "xanchor": "center",
            "yanchor": "middle",
        }
        if places.far[best]:  # a thin line leads to its curve
            where |= {"ax": x, "ay": y, "axref": axes[0], "ayref": axes[1], "standoff": 0}
            where |= {
                "showarrow": True,
                "arrowhead": 6,
                "arrowsize": 0.7,
                "arrowwidth": 1,
                "arrowcolor": color,
            }
            where["x"], where["y"] = pixels_to_axes(places.ends[best])
        notes[at] = words(text, color, **where)
    return [notes[at] for at in sorted(notes)]


class _Places(NamedTuple):
    """Where a label may stand: boxes, what speaks against each, the nearest point of its curve, and if that is far."""

    boxes: Floats
    cost: Floats
    ends: Floats
    far: NDArray[np.bool_]


def _hardest_first(
    groups: Sequence[tuple[str, str, Floats]], size: tuple[float, float]
) -> list[tuple[int, _Places]]:
    """Index and places of every group; those with the fewest free places choose first."""
    rows = []
    for at, (text, _, path) in enumerate(groups):
        boxes = _candidates(path, LETTER * len(text), size)
        others = [other for number, (_, _, other) in enumerate(groups) if number != at]
        rows.append((at, _judged(boxes, path, np.concatenate([*others, np.empty((0, 2))]))))
    return sorted(rows, key=lambda row: int((row[1].cost < 60.0).sum()))


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


def _merge(curves: Sequence[Curve], drawn: Sequence[Floats]) -> list[tuple[list[str], str, Floats]]:
    """Group the curves that cannot be told apart (within 2 pixels all along); a group is named by all its members."""
    groups: list[tuple[list[str], str, Floats]] = []
    for curve, points in zip(curves, drawn, strict=True):
        path = np.where(np.isfinite(points), points, np.nan)
        for at, (names, color, other) in enumerate(groups):
            known = np.isfinite(path)
            if (known == np.isfinite(other)).all() and (np.abs(path - other)[known] < 2.0).all():
                names.append(curve.text)
                groups[at] = (names, color if color == curve.color else TITLE_INK, other)
                break
        else:
            groups.append(([curve.text], curve.color, path))
    return groups


def _shown(names: Sequence[str], room: float) -> str:
    """The label of a group, shorter where there is no room for all its names.

    One strategy in both phases loses its phases: "inverted train", "inverted test" → "inverted".
    """
    heads = list(dict.fromkeys(name.removesuffix(" train").removesuffix(" test") for name in names))
    text = " = ".join(heads if len(names) == 2 * len(heads) else names)
    return text if LETTER * len(text) <= room else f"{len(names)} curves in one"


def _candidates(path: Floats, box_width: float, size: tuple[float, float]) -> Floats:
    """Boxes (left, bottom, right, top) above and below the path at places along it, near and far; shape (n, 4)."""
    at = path[np.linspace(0, len(path) - 1, PLACES).astype(int)]
    center = np.clip(at[:, 0], box_width / 2 + 2, max(size[0] - box_width / 2 - 2, box_width / 2 + 2))
    near = np.abs(path[:, 0] - center[:, np.newaxis]) <= box_width / 2 + 1
    highest = np.fmax(np.where(near, path[:, 1], -np.inf).max(axis=1), at[:, 1])
    lowest = np.fmin(np.where(near, path[:, 1], np.inf).min(axis=1), at[:, 1])
    half = LINE_HEIGHT / 2
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
