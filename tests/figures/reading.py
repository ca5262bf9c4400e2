"""Read a live figure as a person does: panels from the top, marks by name, and all words around them."""

import itertools
import json
import re
from collections.abc import Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Label, Line, Mark, Panel, Path, Points, Stem
from dropviz.numbers.checks import Floats
from tests.live.reading import said, words_of

UNDEFINED = r"\b(nan|NaN|inf|Infinity|None|undefined|infinite)\b"
M = TypeVar("M", Line, Path, Points, Stem)


def titles(live: LiveFigure) -> list[str]:
    """The titles of all panels, from the top."""
    return [panel.title for panel in live.panels]


def named(panel: Panel, kind: type[M], name: str) -> M:
    """The only mark of that kind and name."""
    (found,) = [mark for mark in panel.marks if isinstance(mark, kind) and mark.name == name]
    return found


def lines(panel: Panel) -> dict[str, Line]:
    """Name → line."""
    found = [mark for mark in panel.marks if isinstance(mark, Line)]
    assert len({line.name for line in found}) == len(found)
    return {line.name: line for line in found}


def exact(panel: Panel, name: str) -> Floats:
    """The closed form that the panel draws under that name."""
    line = named(panel, Line, name)
    assert line.kind == "exact"
    return line.estimate.exact


def labels(panel: Panel) -> list[str]:
    """The words in a panel where the page is wide, a text a label."""
    return [" ".join(label.lines).replace("\u00a0", " ") for label in panel.labels.wide]


def _pixels(label: Label, width: float, height: float) -> tuple[Floats, Floats]:
    """Where the words of a label beside a panel begin, and the end of its line; from the lower left corner."""
    size = np.array([width, height])
    start = np.array([label.x, label.y]) * size + [label.aside, 0.0]
    return start, np.array(label.tip if label.tip else (np.nan, np.nan)) * size


def crossing(labels: Sequence[Label], width: float, height: float) -> list[tuple[str, str]]:
    """The labels whose thin lines cross, in a panel of so many pixels."""
    found = []
    for one, other in itertools.combinations([label for label in labels if label.tip], 2):
        (a, b), (c, d) = _pixels(one, width, height), _pixels(other, width, height)
        share = np.linspace(0.0, 1.0, 400)
        # At equal x, the one lies above the other at their right ends and below further left.
        left = max(b[0], d[0])
        xs = left + share * (a[0] - left)
        ups = [np.interp(xs, [end[0], start[0]], [end[1], start[1]]) for start, end in ((a, b), (c, d))]
        sides = np.sign(np.round(ups[0] - ups[1], 6))
        if {-1.0, 1.0} <= set(sides):
            found.append((" ".join(one.lines), " ".join(other.lines)))
    return found


def ambiguous(
    labels: Sequence[Label], curves: Mapping[str, tuple[Floats, Floats]], width: float, height: float
) -> list[str]:
    """The labels without a line to their curve that are nearer to another; curves as shares of the panel."""
    found = []
    for label in (one for one in labels if one.tip is None):
        (left, middle), _ = _pixels(label, width, height)
        half = 15.0 * len(label.lines) / 2
        reach = {}
        for name, (x, y) in curves.items():
            seen = (y >= 0.0) & (y <= 1.0)
            up = np.maximum(np.abs(y[seen] * height - middle) - half, 0.0)
            reach[name] = float(np.hypot(left - x[seen] * width, up).min(initial=np.inf))
        text = " ".join(label.lines).replace("\u00a0", " ")
        own = [name for name in curves if text.startswith(name.removesuffix(" train").removesuffix(" test"))]
        if min(reach.values()) < min(reach[name] for name in own) - 0.5:
            found.append(text)
    return found


def words(live: LiveFigure) -> list[str]:
    """All that can be read: the words around the panels, titles, axes, names, labels, and every text at every rate."""
    parts = [
        part
        for panel in live.panels
        for part in (
            panel.title,
            panel.x.title,
            panel.y.title,
            *labels(panel),
            *(m.name for m in panel.marks),
        )
    ]
    return [
        said(words_of(live)),
        live.alt,
        *parts,
        *(text for texts in live.texts.values() for text in texts),
    ]


def assert_defined(live: LiveFigure, nothing: str = UNDEFINED) -> None:
    """No word of the figure is one of ``nothing``, and what is sent is JSON as every browser reads it."""
    for text in words(live):
        assert not re.search(nothing, text), text
    json.dumps(live.payload(), allow_nan=False)


def strayed(line: Line) -> NDArray[np.bool_]:
    """Where the simulated value lies more than five standard errors from the exact one; both are to be there."""
    estimate = line.estimate
    assert estimate.simulated is not None
    assert estimate.error is not None
    known = np.isfinite(estimate.exact) & np.isfinite(estimate.error)
    assert known.any()
    gap = np.abs(estimate.simulated - estimate.exact)
    return np.asarray((gap > 5.0 * estimate.error + 1e-12) & known)


def simulated(live: LiveFigure) -> list[Line]:
    """All lines with simulated points and their errors."""
    found = [mark for panel in live.panels for mark in panel.marks if isinstance(mark, Line)]
    return [line for line in found if line.estimate.simulated is not None and line.estimate.error is not None]


def moving(live: LiveFigure) -> list[Mark]:
    """The paths that follow the slider."""
    found = [mark for panel in live.panels for mark in panel.marks if isinstance(mark, Path)]
    return [path for path in found if len(np.atleast_2d(path.y)) > 1 or len(np.atleast_2d(path.x)) > 1]
