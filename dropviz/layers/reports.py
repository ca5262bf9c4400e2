"""What dropout at a rate does to the activations of a network: `report`, and the `ActivationReport` that it returns."""

# axes: unit; of curves: rate

import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import escape
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from dropviz.datasets.layer_files import layer_arrays
from dropviz.layers.recording import FORMAT, Recorded, read_record
from dropviz.layers.rows import check_name, rows_of
from dropviz.numbers.checks import Floats, check_number, quotient
from dropviz.numbers.rates import GRID, check_below_one
from dropviz.numbers.written import plain
from dropviz.theory.moments import MOST_BOUND, largest_rate, variance_ratio
from dropviz.theory.running import Running

if TYPE_CHECKING:
    import pandas as pd
    import plotly.graph_objects as go

ALONE = "activations"  # the name of an array that comes without one
ALIKE = 1e-9  # relative: ratios nearer than this are one
COLUMNS = ("layer", "units", "always 0", "variance ×", "worst unit", "its variance ×", "behind batch norm",
           "largest rate", "in words")  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class LayerReport:
    """One layer: numbers of each unit, shape (unit,), and ``all_…`` of all its values taken together.

    ``ratio`` is the variance in training ÷ at test that the rate causes, 1/k + (r/k)·μ²/v, NaN where v = 0.
    ``largest_rate`` is the largest rate at which it is at most ``bound``, NaN where v = 0. ``zeros`` is the share of
    values that are 0. ``measured`` is the variance in training ÷ at test that a record has, of the network as it is
    and in one random pass a batch; without such a record it is None, and ``all_measured`` NaN. ``all_ratios`` and
    ``worst_ratios`` are the ratios of all values, and of the unit that suffers most, at each of ``rates``.
    """

    name: str
    rate: float
    bound: float
    values: int
    mean: Floats
    variance: Floats
    zeros: Floats
    ratio: Floats
    largest_rate: Floats
    measured: Floats | None
    all_measured: float
    all_mean: float
    all_variance: float
    all_ratio: float
    all_largest_rate: float
    rates: Floats
    all_ratios: Floats
    worst_ratios: Floats

    @property
    def units(self) -> int:
        """How many units there are; of a map, channels."""
        return len(self.mean)

    @property
    def dead(self) -> int:
        """How many units are 0 for every example."""
        return int(np.count_nonzero(self.zeros == 1.0))

    @property
    def constant(self) -> int:
        """How many units have the same value, other than 0, for every example."""
        return int(np.count_nonzero((self.variance == 0.0) & (self.zeros < 1.0)))

    @property
    def behind_batch_norm(self) -> Floats:
        """Variance at test behind a batch norm of each unit directly behind dropout: 1/ratio; in training it is 1."""
        return quotient(np.ones(self.units), self.ratio)

    def worst(self, count: int = 5) -> list[int]:
        """Indices of the ``count`` units that suffer most, the worst first; those with v = 0 are left out."""
        order = np.argsort(-self.ratio, kind="stable")
        return [int(unit) for unit in order[:count] if not np.isnan(self.ratio[unit])]

    @property
    def alike(self) -> bool:
        """Whether the rate does the same to every unit."""
        known = self.ratio[~np.isnan(self.ratio)]
        return not known.size or float(known.max() - known.min()) <= ALIKE * float(known.max())

    @property
    def sentence(self) -> str:
        """What the rate does to the layer, in words."""
        return " ".join(_sentences(self))


@dataclass(frozen=True, slots=True, eq=False)
class ActivationReport:
    """What dropout at ``rate`` does to each of ``layers``, by name; ``left_out`` were seen in training only.

    The numbers are exact for the values given: of each, a mask is drawn anew, with the same rate for all.
    """

    rate: float
    bound: float
    layers: Mapping[str, LayerReport]
    left_out: tuple[str, ...] = ()

    def largest_rate(self, bound: float) -> dict[str, float]:
        """Largest rate of each layer at which the ratio of all its values is at most ``bound``; NaN where v = 0."""
        return {
            name: float(largest_rate(layer.all_mean, layer.all_variance, bound))
            for name, layer in self.layers.items()
        }

    def to_frame(self) -> "pd.DataFrame":
        """The numbers of every unit, a row a unit, as a pandas DataFrame."""
        import pandas as pd  # the core is not to wait for pandas

        return pd.concat([pd.DataFrame(_columns(layer)) for layer in self.layers.values()], ignore_index=True)

    def figure(self) -> "go.Figure":
        """The ratio of every layer over the rate, a row a layer, as a Plotly figure with a slider."""
        # a result knows no picture: the room that draws it lies above, and is opened only when somebody asks
        drawn: go.Figure = import_module("dropviz.figures.layers").layers_live(self).to_figure(self.rate)
        return drawn

    def __str__(self) -> str:
        head = f"Dropout at rate {self.rate:g}; units are counted from 0."
        return "\n".join(
            [head, *(f"{name}: {layer.sentence}" for name, layer in self.layers.items()), *self._rest()]
        )

    def __repr__(self) -> str:
        count = f"{len(self.layers)} layer{'s' * (len(self.layers) > 1)} at rate {self.rate:g}"
        known = [layer for layer in self.layers.values() if not np.isnan(layer.all_ratio)]
        if not known:
            return f"<ActivationReport: {count}, no variance in any>"
        worst = max(known, key=lambda layer: layer.all_ratio)
        return f"<ActivationReport: {count}, variance × {plain(worst.all_ratio, 3)} in {worst.name}>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{name}</th>" for name in COLUMNS)
        rows = "".join(
            f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in _cells(layer))}</tr>"
            for layer in self.layers.values()
        )
        foot = "".join(f"<p>{escape(line)}</p>" for line in self._rest())
        caption = f"<caption>Dropout at rate {self.rate:g}; units are counted from 0.</caption>"
        return f"<table>{caption}<tr>{head}</tr>{rows}</table>{foot}"

    def _rest(self) -> list[str]:
        if not self.left_out:
            return []
        return [f"Seen in training only, and not in the report: {', '.join(self.left_out)}."]


def report(
    activations: Mapping[str, ArrayLike] | ArrayLike | str | os.PathLike[str],
    rate: float,
    *,
    axis: int = 1,
    bound: float = 1.5,
) -> ActivationReport:
    """What dropout at ``rate`` does to the activations of each layer, and to which units most.

    Of a unit with mean μ and variance v over the values given, standard and inverted dropout make the variance, over
    values and masks, in training ÷ at test, at rate r and keep k = 1 − r::

        ratio        = 1/k + (r/k)·μ²/v
        largest rate = (R − 1)·v/(μ² + R·v)      at which the ratio is at most R, the bound

    A batch norm directly behind stores the variance of training and divides by its root in both phases: at test its
    outputs have variance 1/ratio. Nothing is estimated: the numbers are exact for the values given. They hold whether
    the masks are of single values or of whole channels.

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
    check_below_one("rate", rate)
    check_number("bound", bound, 1.0, MOST_BOUND)
    if isinstance(axis, bool) or not isinstance(axis, int | np.integer):
        raise ValueError(f"axis must be an integer; got {axis!r}")
    layers: dict[str, LayerReport] = {}
    left_out = []
    for one in _tables(activations, int(axis)):
        if one.name in layers:
            raise ValueError(f"each layer must have a name of its own; {one.name!r} comes twice")
        if one.test is None:
            left_out.append(one.name)
        else:
            layers[one.name] = _layer(one.name, one.test, one.train, float(rate), float(bound))
    if not layers:
        raise ValueError("activations must hold at least one layer at test; they hold none")
    return ActivationReport(float(rate), float(bound), MappingProxyType(layers), tuple(left_out))


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


def _layer(name: str, test: Floats, train: Floats | None, rate: float, bound: float) -> LayerReport:
    count, mean, variance, _, _, zeros = test
    all_mean, all_variance = _together(test)
    measured, all_measured = None, np.nan
    if train is not None and train.shape == test.shape:
        measured = quotient(train[2], variance)
        all_measured = float(quotient(np.asarray(_together(train)[1]), np.asarray(all_variance)))
    rates = np.array(sorted({*GRID, rate}))
    worst = _worst(mean, variance)
    return LayerReport(
        name=name,
        rate=rate,
        bound=bound,
        values=int(count[0]),
        mean=mean,
        variance=variance,
        zeros=zeros / count,
        ratio=_ratio(rate, mean, variance),
        largest_rate=np.asarray(largest_rate(mean, variance, bound)),
        measured=measured,
        all_measured=all_measured,
        all_mean=all_mean,
        all_variance=all_variance,
        all_ratio=float(_ratio(rate, all_mean, all_variance)),
        all_largest_rate=float(largest_rate(all_mean, all_variance, bound)),
        rates=rates,
        all_ratios=_ratio(rates, all_mean, all_variance),
        worst_ratios=_ratio(rates, mean[worst], variance[worst]),
    )


def _together(table: Floats) -> tuple[float, float]:
    """Mean and variance of all values of a layer, whose units have equally many."""
    means = Running(1)
    means.add(table[1][:, None])
    return float(means.mean[0]), float(table[2].mean() + means.variance[0])


def _worst(mean: Floats, variance: Floats) -> int:
    """The unit with the largest ratio, at whatever rate: that with the largest μ²/v."""
    share = quotient(np.square(mean), variance)
    return 0 if np.isnan(share).all() else int(np.nanargmax(share))


def _ratio(rate: float | Floats, mean: float | Floats, variance: float | Floats) -> Floats:
    """The ratio; NaN where v = 0."""
    return np.where(np.asarray(variance) > 0.0, variance_ratio(rate, mean, variance), np.nan)


# ---- words ----------------------------------------------------------------------------------------------------------


def _sentences(layer: LayerReport) -> Iterator[str]:
    if np.isnan(layer.all_ratio):
        yield f"There is no variance around {plain(layer.all_mean)}, and so no ratio."
        return
    if layer.rate == 0.0:
        yield "At rate 0 nothing is dropped: the variance in training is that at test."
    else:
        yield f"The variance of all values in training is {plain(layer.all_ratio)} times that at test."
    yield f"Up to rate {_down(layer.all_largest_rate)} it is at most {layer.bound:g} times that."
    if layer.rate > 0.0:
        yield from _of_units(layer)
    yield from _without_variance(layer)
    if not np.isnan(layer.all_measured):
        yield f"As recorded, the network itself has {plain(layer.all_measured, 3)} times the variance in training."


def _of_units(layer: LayerReport) -> Iterator[str]:
    worst = layer.worst(1)
    if not worst:
        return
    known = layer.behind_batch_norm[~np.isnan(layer.ratio)]
    low, high = plain(float(known.min()), 3), plain(float(known.max()), 3)
    if layer.units > 1 and not layer.alike:
        yield f"Unit {worst[0]} of {layer.units} suffers most: {plain(float(layer.ratio[worst[0]]))} times."
    behind = low if low == high else f"{low} to {high}"
    yield f"A batch norm directly behind gives variance 1 in training, and {behind} at test."


def _without_variance(layer: LayerReport) -> Iterator[str]:
    for count, what in ((layer.dead, "always 0"), (layer.constant, "without variance, but not 0")):
        if count:
            yield f"{count} of {layer.units} unit{'s' * (layer.units > 1)} {_are(count)} {what}: no ratio there."


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _down(rate: float) -> str:
    """A rate with four digits, rounded down, so that what is said of it stays true."""
    return plain(np.floor(rate * 1e4) / 1e4) if rate >= 1e-4 else f"{rate:.3g}"


def _cells(layer: LayerReport) -> Iterator[str]:
    yield layer.name
    yield f"{layer.units:,}"
    yield f"{layer.dead:,}"
    yield plain(layer.all_ratio)
    worst = layer.worst(1)
    yield str(worst[0]) if worst and not layer.alike else "–"
    yield plain(float(layer.ratio[worst[0]])) if worst else plain(np.nan)
    yield plain(float(layer.behind_batch_norm[worst[0]])) if worst else plain(np.nan)
    yield plain(layer.all_largest_rate)
    yield layer.sentence


def _columns(layer: LayerReport) -> dict[str, Any]:
    measured = np.full(layer.units, np.nan) if layer.measured is None else layer.measured
    columns = {
        name: getattr(layer, name) for name in ("mean", "variance", "zeros", "ratio", "behind_batch_norm")
    }
    rest = {"largest_rate": layer.largest_rate, "measured_ratio": measured}
    return {"layer": layer.name, "unit": np.arange(layer.units), **columns, **rest}
