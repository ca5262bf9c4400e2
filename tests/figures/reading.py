"""Read a live figure as a person does: panels from the top, marks by name, and all words around them."""

import json
import re
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Mark, Panel, Path, Points, Stem
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
    return [" ".join(label.lines) for label in panel.labels.wide]


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
