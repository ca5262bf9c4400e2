"""What dropout at a rate does to the activations of a network: `report`, and the `ActivationReport` that it returns."""

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike

from dropviz.datasets.layer_files import layer_arrays
from dropviz.extras import extra
from dropviz.layers.layer_report import LayerReport, layer_report, rounded_down
from dropviz.layers.recording import FORMAT, Recorded, read_record
from dropviz.layers.rows import check_name, rows_of
from dropviz.live.shown import LEFT, Shown
from dropviz.numbers.checks import check_number
from dropviz.numbers.rates import check_below_one
from dropviz.numbers.written import plain
from dropviz.theory.moments import BOUND, MOST_BOUND, largest_rate
from dropviz.theory.running import Running

if TYPE_CHECKING:
    import pandas as pd

ALONE = "activations"  # the name of an array that comes without one
COLUMNS = ("layer", "units", "always 0", "variance ×", "worst unit", "its variance ×", "behind batch norm",
           "largest rate", "in words")  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class ActivationReport(Shown):
    """What dropout at ``rate`` does to each of ``layers``, by name; ``left_out`` were seen in training only.

    The numbers are exact for the values given: of each, a mask is drawn anew, with the same rate for all.

    Examples
    --------
    >>> found = report({"fc1": [[1.0, 0.0], [3.0, 0.0]]}, rate=0.5)
    >>> found
    <ActivationReport: 1 layer at rate 0.5, variance × 2.67 in fc1>
    >>> found.largest_rate(bound=2.0)
    {'fc1': 0.375}
    """

    rate: float
    bound: float
    layers: Mapping[str, LayerReport]
    left_out: tuple[str, ...] = ()
    DRAWN_BY: ClassVar[str] = "dropviz.figures.layers.layers_live"

    def largest_rate(self, bound: float) -> dict[str, float]:
        """Largest rate of each layer at which the ratio of all its values is at most ``bound``; NaN where v = 0."""
        return {
            name: float(largest_rate(layer.all_mean, layer.all_variance, bound))
            for name, layer in self.layers.items()
        }

    def to_frame(self) -> "pd.DataFrame":
        """The numbers of every unit, a row a unit, as a pandas DataFrame."""
        with extra("to_frame()"):
            import pandas as pd  # the core is not to wait for pandas

        return pd.DataFrame(self.columns())

    def columns(self) -> dict[str, list[Any]]:
        """The columns of `to_frame`, without pandas."""
        parts = [_columns(layer) for layer in self.layers.values()]
        return {name: [value for part in parts for value in part[name]] for name in parts[0]}

    def __str__(self) -> str:
        head = f"Dropout at rate {self.rate:g}; units are counted from 0."
        return "\n".join(
            [head, *(f"{layer.title}: {layer.sentence}" for layer in self.layers.values()), *self._rest()]
        )

    def __repr__(self) -> str:
        count = f"{len(self.layers)} layer{'s' * (len(self.layers) > 1)} at rate {self.rate:g}"
        known = [layer for layer in self.layers.values() if not np.isnan(layer.all_ratio)]
        if not known:
            return f"<ActivationReport: {count}, no variance in any>"
        worst = max(known, key=lambda layer: layer.all_ratio)
        return f"<ActivationReport: {count}, variance × {plain(worst.all_ratio, 3)} in {worst.title}>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th {LEFT}>{name}</th>" for name in COLUMNS)
        rows = "".join(
            f"<tr>{''.join(f'<td {LEFT}>{escape(cell)}</td>' for cell in _cells(layer))}</tr>"
            for layer in self.layers.values()
        )
        foot = "".join(f"<p>{escape(line)}</p>" for line in self._rest())
        caption = f"<caption>Dropout at rate {self.rate:g}; units are counted from 0.</caption>"
        return f"<table>{caption}<tr>{head}</tr>{rows}</table>{foot}{self.live()._repr_html_()}"

    def _rest(self) -> list[str]:
        if not self.left_out:
            return []
        return [f"Seen in training only, and not in the report: {', '.join(self.left_out)}."]


def report(
    activations: Mapping[str, ArrayLike] | ArrayLike | str | os.PathLike[str],
    rate: float,
    *,
    axis: int = 1,
    bound: float = BOUND,
) -> ActivationReport:
    """What dropout at ``rate`` does to the activations of each layer, and to which units most.

    Of a unit with mean μ and variance v over the values given, standard and inverted dropout make the variance, over
    values and masks, in training ÷ at test, at rate r and keep k = 1 − r::

        ratio        = 1/k + (r/k)·μ²/v
        largest rate = (R − 1)·v/(μ² + R·v)      at which the ratio is at most R, the bound

    A batch norm directly behind stores, in large batches, the variance of training and divides by its root in both
    phases: at test its outputs have variance 1/ratio. Nothing is estimated: the numbers are exact for the values given.
    They hold whether the masks are of single values or of whole channels.

    Parameters
    ----------
    activations
        Layers by name, one array, or a file: a record (`Recorder.save`, `dropviz.torch.record`), .npz, .npy or
        .safetensors. An array has examples on axis 0; one of a single axis is one unit. Activations are those in
        evaluation, without dropout.
    rate
        In [0, 1).
    axis
        Of the units, 1 or more, or negative: −1 where channels come last. Every example and place is a value of a unit.
        A record has its own.
    bound
        Of the ratio, from 1 to 10⁶.

    Raises
    ------
    ValueError
        A parameter is out of range, an array is not of finite real numbers of at most 1e70, or a file is damaged.

    Source
    ------
    Srivastava et al., JMLR 15:1929–1958 (2014) for dropout; Li et al., CVPR 2019, for the batch norm behind.

    Examples
    --------
    >>> found = report({"fc1": [[1.0, 0.0], [3.0, 0.0]]}, rate=0.5)
    >>> found.layers["fc1"].ratio.tolist(), found.layers["fc1"].dead
    ([6.0, nan], 1)
    >>> found
    <ActivationReport: 1 layer at rate 0.5, variance × 2.67 in fc1>
    """
    if isinstance(axis, bool) or not isinstance(axis, int | np.integer):
        raise ValueError(f"axis must be an integer; got {axis!r}")
    check_below_one("rate", rate)
    check_number("bound", bound, 1.0, MOST_BOUND)
    return report_on(_tables(activations, int(axis)), float(rate), float(bound))


def report_on(recorded: Iterable[Recorded], rate: float, bound: float) -> ActivationReport:
    """Return the report on layers whose moments are known; ValueError if two have one name, or none is at test."""
    layers: dict[str, LayerReport] = {}
    left_out = []
    for one in recorded:
        if one.name in layers:
            raise ValueError(f"each layer must have a name of its own; {one.name!r} comes twice")
        if one.test is None:
            left_out.append(one.name)
        else:
            layers[one.name] = layer_report(one, rate, bound)
    if not layers:
        raise ValueError("activations must hold at least one layer at test; they hold none")
    return ActivationReport(rate, bound, MappingProxyType(layers), tuple(left_out))


# ---- what is reported on --------------------------------------------------------------------------------------------


def _tables(activations: Any, axis: int) -> Iterable[Recorded]:
    """Name and table of moments of each layer, one layer at a time."""
    if isinstance(activations, str | os.PathLike):
        arrays = layer_arrays(os.fspath(activations))
        first = next(arrays, None)
        if first is not None and first[0] == FORMAT:
            return read_record(_again(first, arrays))
        return _measured(_again(first, arrays), axis)
    if isinstance(activations, Mapping):
        return _measured(activations.items(), axis)
    return _measured([(ALONE, activations)], axis)


def _again(first: Any, rest: Iterator[Any]) -> Iterator[Any]:
    if first is not None:
        yield first
    yield from rest


def _measured(arrays: Iterable[tuple[str, ArrayLike]], axis: int) -> Iterator[Recorded]:
    for name, array in arrays:
        running: Running | None = None
        for rows in rows_of(check_name(name), array, axis):
            running = running or Running(rows.shape[1])
            running.add(rows)
        assert running is not None  # rows_of refuses what is empty
        yield Recorded(name, running.table(), None)


# ---- tables ---------------------------------------------------------------------------------------------------------


def _cells(layer: LayerReport) -> Iterator[str]:
    yield layer.title
    yield f"{layer.units:,}"
    yield f"{layer.dead:,}"
    yield plain(layer.all_ratio)
    worst = layer.worst(1)
    yield str(worst[0]) if worst and not layer.alike else "–"
    yield plain(float(layer.ratio[worst[0]])) if worst else plain(np.nan)
    yield plain(float(layer.behind_batch_norm[worst[0]])) if worst else plain(np.nan)
    yield rounded_down(layer.all_largest_rate)
    yield layer.sentence


def _columns(layer: LayerReport) -> dict[str, list[Any]]:
    measured = np.full(layer.units, np.nan) if layer.measured is None else layer.measured
    columns = {
        name: getattr(layer, name) for name in ("mean", "variance", "zeros", "ratio", "behind_batch_norm")
    }
    rest = {"largest_rate": layer.largest_rate, "measured_ratio": measured}
    table = {"unit": np.arange(layer.units), **columns, **rest}
    return {"layer": [layer.name] * layer.units} | {name: part.tolist() for name, part in table.items()}
