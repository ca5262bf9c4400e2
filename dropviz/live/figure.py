"""The live figure: an ordinary Plotly figure, and how its traces, texts and units change with the rate.

The same data has three homes: a notebook (`LiveFigure.to_figure`, one frame a rate), the app, and one HTML file.
"""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """How one trace changes: its y, and its x where that moves too. Axes: rate, point.

    A single row means that the trace stands still at every rate, and is drawn by our own script all the same: many
    points and error bars are what makes Plotly slow.
    """

    trace: int
    y: NDArray[np.floating]
    x: NDArray[np.floating] | None = None

    def at(self, index: int) -> dict[str, NDArray[np.floating]]:
        """The data of the trace at one rate."""
        return {"y": self.y[index]} if self.x is None else {"x": self.x[index], "y": self.y[index]}


@dataclass(frozen=True, slots=True, eq=False)
class UnitRow:
    """The row of neurons of one strategy: its factors at every rate (None where undefined)."""

    name: str
    color: str
    train: Sequence[float | None]
    test: Sequence[float | None]


@dataclass(frozen=True, slots=True, eq=False)
class LiveFigure:
    """A figure that follows the rate in the browser.

    Attributes
    ----------
    figure : Plotly's ``data`` and ``layout``; plain values and arrays, not yet validated. Traces that move have no data
        here: `drawn` takes it from their tracks
    rates, tracks : the grid of the slider, and what changes along it
    alt : what the figure shows, in words
    texts : name → one text a rate; shown in every element of ``head`` and ``foot`` with ``data-text="name"``. The text
        named "summary" is read out by a screen reader when the drag ends
    head, foot : HTML above and below the figure. ``<svg data-units="name">`` in them becomes a row of neurons
    narrow : layout that replaces parts of the figure's on a container narrower than 720 pixels
    units, unit_rows : the units drawn (activation, index of the first rate that drops it) and the strategies that
        draw them
    slider_label, readouts : what the slider is called; the value and the side note that it shows at each place (None:
        the rate with two decimals, and keep)
    leap : how far Shift and an arrow key move the slider
    """

    figure: Mapping[str, Any]
    rates: Sequence[float]
    tracks: Sequence[Track]
    alt: str
    texts: Mapping[str, Sequence[str]] = field(default_factory=dict)
    head: str = ""
    foot: str = ""
    narrow: Mapping[str, Any] = field(default_factory=dict)
    units: Sequence[tuple[float, int]] = ()
    unit_rows: Sequence[UnitRow] = ()
    slider_label: str = "dropout rate"
    readouts: Sequence[tuple[str, str]] | None = None
    leap: float = 0.1

    def nearest(self, rate: float) -> int:
        """Index of the place of the slider that is nearest to ``rate``."""
        return min(range(len(self.rates)), key=lambda index: abs(self.rates[index] - rate))

    def drawn(self, rate: float = 0.3) -> dict[str, Any]:
        """Plotly's ``data`` and ``layout`` with every trace as it is at the place nearest to ``rate``."""
        data, index = list(self.figure["data"]), self.nearest(rate)
        for track in self.moving:
            data[track.trace] = data[track.trace] | track.at(index)
        return {**self.figure, "data": data}

    @property
    def moving(self) -> list[Track]:
        """The tracks of traces that change with the rate."""
        return [track for track in self.tracks if len(track.y) > 1]

    def to_figure(self, rate: float = 0.3) -> go.Figure:
        """Return the Plotly figure with one frame a rate and a slider: works in a notebook as it is."""
        moving = self.moving
        order = [track.trace for track in moving]
        frames = [
            go.Frame(name=f"{rate:g}", data=[go.Scatter(**track.at(index)) for track in moving], traces=order)
            for index, rate in enumerate(self.rates)
        ]
        at_once = {"duration": 0}
        still = {"mode": "immediate", "frame": at_once | {"redraw": False}, "transition": at_once}
        steps = [
            {"method": "animate", "label": frame.name, "args": [[frame.name], still]} for frame in frames
        ]
        prefix = {"prefix": f"{self.slider_label} "}
        figure = go.Figure(self.drawn(rate))
        figure.update_layout(sliders=[{"active": self.nearest(rate), "steps": steps, "currentvalue": prefix}])
        figure.frames = frames
        return figure

    def payload(self, rate: float = 0.3) -> dict[str, Any]:
        """Everything the browser needs, as JSON-ready values; number matrices as base64 of float32.

        The slider stands at first at the place nearest to ``rate``.
        """
        tracks = [
            {"trace": track.trace, "y": _matrix(track.y), "x": _matrix(track.x)} for track in self.tracks
        ]
        return {
            "figure": jsonable(self.drawn(rate)),
            "narrow": jsonable(self.narrow),
            "tracks": tracks,
            "rates": [round(float(rate), 6) for rate in self.rates],
            "start": self.nearest(rate),
            "texts": {name: list(values) for name, values in self.texts.items()},
            "head": self.head,
            "foot": self.foot,
            "units": [[round(float(value), 6), int(index)] for value, index in self.units],
            "unitRows": [asdict(row) for row in self.unit_rows],
            "alt": self.alt,
            "label": self.slider_label,
            "readouts": self.readouts,
            "leap": self.leap,
        }


def jsonable(value: Any) -> Any:
    """Turn arrays into base64, as Plotly's own JSON does, and mappings and sequences into dicts and lists."""
    if isinstance(value, np.ndarray):
        return {"dtype": "f8", "bdata": base64.b64encode(value.astype("<f8").tobytes()).decode("ascii")}
    if isinstance(value, np.generic):
        return value.item()
    if isinstance(value, Mapping):
        return {name: jsonable(part) for name, part in value.items()}
    return [jsonable(part) for part in value] if isinstance(value, list | tuple) else value


def _matrix(values: NDArray[np.floating] | None) -> dict[str, Any] | None:
    if values is None:
        return None
    compact = np.ascontiguousarray(values, dtype="<f4")
    return {"points": compact.shape[1], "data": base64.b64encode(compact.tobytes()).decode("ascii")}
