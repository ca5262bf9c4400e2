"""What a page shows of a report: a few layers at every rate, with the units of each that suffer most."""

# axes: the rate, of all arrays

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dropviz.layers.layer_report import LayerReport, ratio_of
from dropviz.layers.reports import ActivationReport
from dropviz.numbers.checks import Floats, quotient

MOST_LAYERS = 12  # shown at a time
MOST_UNITS = 5  # of a layer


@dataclass(frozen=True, slots=True, eq=False)
class UnitView:
    """One unit: its moments, its share of zeros, its ratio at every rate, and its largest rate."""

    index: int
    mean: float
    variance: float
    zeros: float
    ratios: Floats
    largest_rate: float


@dataclass(frozen=True, slots=True, eq=False)
class LayerView:
    """One layer at every rate.

    ``ratios`` are those of all its values, ``worst`` the units that suffer most, the worst first. ``least_behind`` and
    ``most_behind`` are the smallest and largest variance at test of a unit behind a batch norm; all NaN where v = 0.
    """

    report: LayerReport
    zeros: float
    ratios: Floats
    worst: tuple[UnitView, ...]
    least_behind: Floats
    most_behind: Floats


@dataclass(frozen=True, slots=True, eq=False)
class NetworkView:
    """The layers of a report that are shown, in the order of the network.

    Attributes
    ----------
    rates : the places of the slider
    bound : of the ratio of the variance in training to that at test
    layers : those shown
    largest_rates : of every layer, shown or not; NaN where it has no variance
    worst : the title of the layer, of all, whose ratio is the largest at every rate above 0; empty if none has one
    worst_ratios : its ratios
    left_out : names of layers that were seen in training only
    """

    rates: Floats
    bound: float
    layers: tuple[LayerView, ...]
    largest_rates: Floats
    worst: str
    worst_ratios: Floats
    left_out: tuple[str, ...]


def network_view(report: ActivationReport, first: int | None = None) -> NetworkView:
    """Return the view of up to 12 layers: from number ``first`` on, or without one those that suffer most.

    Which layer or unit suffers most is the same at every rate above 0: the one with the largest μ²/v.
    """
    layers = list(report.layers.values())
    order = worst_first(layers)
    shown = (
        sorted(order[:MOST_LAYERS]) if first is None else range(first, min(first + MOST_LAYERS, len(layers)))
    )
    rates = layers[0].rates
    known = [layers[at] for at in order if not np.isnan(layers[at].all_ratio)]
    return NetworkView(
        rates=rates,
        bound=report.bound,
        layers=tuple(_layer(layers[at], rates) for at in shown),
        largest_rates=np.array([layer.all_largest_rate for layer in layers]),
        worst=known[0].title if known else "",
        worst_ratios=known[0].all_ratios if known else np.full(len(rates), np.nan),
        left_out=report.left_out,
    )


def worst_first(layers: Sequence[LayerReport]) -> list[int]:
    """Places of the layers, those that suffer most first, those without variance last."""
    share = [layer.all_mean**2 / layer.all_variance if layer.all_variance > 0.0 else -1.0 for layer in layers]
    return [int(at) for at in np.argsort(-np.array(share), kind="stable")]


def _layer(report: LayerReport, rates: Floats) -> LayerView:
    share = quotient(np.square(report.mean), report.variance)
    behind = np.full((2, len(rates)), np.nan)
    if not np.isnan(share).all():
        ends = [int(np.nanargmax(share)), int(np.nanargmin(share))]
        behind = np.stack([1.0 / ratio_of(rates, report.mean[at], report.variance[at]) for at in ends])
    return LayerView(
        report=report,
        zeros=float(report.zeros.mean()),
        ratios=report.all_ratios,
        worst=tuple(_unit(report, at, rates) for at in _worst_units(share)),
        least_behind=behind[0],
        most_behind=behind[1],
    )


def _worst_units(share: Floats) -> list[int]:
    """Those with the largest μ²/v, whatever the rate; units without variance are left out."""
    order = np.argsort(-share, kind="stable")[:MOST_UNITS]
    return [int(unit) for unit in order if not np.isnan(share[unit])]


def _unit(report: LayerReport, at: int, rates: Floats) -> UnitView:
    mean, variance, zeros = (float(values[at]) for values in (report.mean, report.variance, report.zeros))
    return UnitView(
        at, mean, variance, zeros, ratio_of(rates, mean, variance), float(report.largest_rate[at])
    )


def table_rows(report: ActivationReport) -> list[dict[str, str | int | float | None]]:
    """Return the numbers of every layer at the rate of the report, a row a layer; None where there is none."""
    rows = []
    for layer in report.layers.values():
        worst = layer.worst(1)[:1]
        named: dict[str, str | int | float | None] = {"layer": layer.title, "units": layer.units}
        numbers = {
            "always 0": float(layer.dead),
            "mean": layer.all_mean,
            "variance": layer.all_variance,
            "zeros": float(layer.zeros.mean()),
            "variance ×": layer.all_ratio,
            "largest rate": layer.all_largest_rate,
            "its worst unit": float(worst[0]) if worst else np.nan,
            "variance × there": float(layer.ratio[worst[0]]) if worst else np.nan,
            "behind batch norm": float(layer.behind_batch_norm[worst[0]]) if worst else np.nan,
        }
        rows.append(named | {name: None if np.isnan(value) else value for name, value in numbers.items()})
    return rows
