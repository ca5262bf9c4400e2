"""Direct labels: the name of a curve beside the curve, where it covers no other, instead of a legend."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from dropviz.activations import Floats
from dropviz.figures.style import TITLE_INK

LINE_HEIGHT, LETTER = 14.0, 6.2  # pixels, at the 12-pixel type of the labels


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A curve to be named: its text and colour, and its points in the units of the axes (y as log10 if those are)."""

    text: str
    color: str
    x: Floats
    y: Floats


def place(
    curves: Sequence[Curve],
    x_range: tuple[float, float],
    y_range: tuple[float, float],
    size: tuple[float, float],
    axes: tuple[str, str],
) -> list[dict[str, Any]]:
    """Return one Plotly annotation a curve, each above or below its curve where the fewest points are covered.

    ``size`` is the panel in pixels; ``axes`` names its axes ("x3", "y3"). Curves that lie on one another share a
    label: "standard = inverted".
    """
    width, height = size
    drawn = []
    for curve in curves:
        across = (curve.x - x_range[0]) / (x_range[1] - x_range[0]) * width
        up = (curve.y - y_range[0]) / (y_range[1] - y_range[0]) * height
        drawn.append(np.column_stack((across, up))[np.isfinite(up) & (up >= 0) & (up <= height)])
    points = np.concatenate(drawn) if drawn else np.empty((0, 2))
    taken: list[Floats] = []
    notes = []
    for names, color, path in _merge(curves, drawn):
        if len(path) == 0:
            continue
        text = _joined(names)
        if LETTER * len(text) > 0.8 * width:
            text = f"{len(names)} curves in one"
        box_width = LETTER * len(text)
        candidates = _candidates(path, box_width, size)
        covered = _covered(candidates, points) + 40 * _overlaps(candidates, taken)
        best = candidates[int(np.argmin(covered))]
        taken.append(best)
        center, middle = (best[0] + best[2]) / 2, (best[1] + best[3]) / 2
        notes.append(
            {
                "text": text,
                "x": x_range[0] + center / width * (x_range[1] - x_range[0]),
                "y": y_range[0] + middle / height * (y_range[1] - y_range[0]),
                "xref": axes[0],
                "yref": axes[1],
                "xanchor": "center",
                "yanchor": "middle",
                "showarrow": False,
                "font": {"color": color, "size": 12},
            }
        )
    return notes


def _merge(curves: Sequence[Curve], drawn: Sequence[Floats]) -> list[tuple[list[str], str, Floats]]:
    """Group the curves that cannot be told apart (within 2 pixels all along); a group is named by all its members."""
    groups: list[tuple[list[str], str, Floats]] = []
    for curve, path in zip(curves, drawn, strict=True):
        for at, (names, color, other) in enumerate(groups):
            if path.shape == other.shape and path.size and np.abs(path - other).max() < 2.0:
                names.append(curve.text)
                groups[at] = (names, color if color == curve.color else TITLE_INK, other)
                break
        else:
            groups.append(([curve.text], curve.color, path))
    return groups


def _joined(names: Sequence[str]) -> str:
    """Join names; one strategy in both phases loses its phases: "inverted train", "inverted test" → "inverted"."""
    heads = list(dict.fromkeys(name.removesuffix(" train").removesuffix(" test") for name in names))
    if len(names) == 1 or len(heads) == len(names):
        return " = ".join(names)
    return " = ".join(heads) if len(names) == 2 * len(heads) else " = ".join(names)


def _candidates(path: Floats, box_width: float, size: tuple[float, float]) -> Floats:
    """Boxes (left, bottom, right, top) above and below the path at 24 places along it; shape (48, 4)."""
    at = path[np.linspace(0, len(path) - 1, 24).astype(int)]
    center = np.clip(at[:, 0], box_width / 2 + 2, max(size[0] - box_width / 2 - 2, box_width / 2 + 2))
    near = np.abs(path[:, 0] - center[:, np.newaxis]) <= box_width / 2 + 1
    highest = np.where(near, path[:, 1], -np.inf).max(axis=1)
    lowest = np.where(near, path[:, 1], np.inf).min(axis=1)
    clearance = LINE_HEIGHT / 2 + 5
    middle = np.concatenate((np.fmax(highest, at[:, 1]) + clearance, np.fmin(lowest, at[:, 1]) - clearance))
    middle = np.clip(middle, LINE_HEIGHT / 2, size[1] - LINE_HEIGHT / 2)
    center = np.concatenate((center, center))
    half = LINE_HEIGHT / 2
    return np.column_stack((center - box_width / 2, middle - half, center + box_width / 2, middle + half))


def _covered(boxes: Floats, points: Floats) -> Floats:
    """Number of points inside each box."""
    left, bottom, right, top = boxes.T[:, :, np.newaxis]
    x, y = points.T
    return np.asarray(((x >= left) & (x <= right) & (y >= bottom) & (y <= top)).sum(axis=1), dtype=np.float64)


def _overlaps(boxes: Floats, taken: Sequence[Floats]) -> Floats:
    """Number of taken boxes that each box overlaps."""
    if not taken:
        return np.zeros(len(boxes))
    left, bottom, right, top = boxes.T[:, :, np.newaxis]
    other = np.array(taken).T
    apart = (left >= other[2]) | (right <= other[0]) | (bottom >= other[3]) | (top <= other[1])
    return np.asarray((~apart).sum(axis=1), dtype=np.float64)
