"""What a dropout rate does to one layer of a network: to each of its units, and to all its values taken together."""

# axes: unit; of curves: rate; of tables of moments: `recording.ROW_NAMES`, unit

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from dropviz.layers.recording import Recorded
from dropviz.numbers.checks import Floats, quotient
from dropviz.numbers.rates import GRID
from dropviz.numbers.written import plain
from dropviz.theory.moments import largest_rate, variance_ratio
from dropviz.theory.running import Running

ALIKE = 1e-9  # relative: ratios nearer than this are one


@dataclass(frozen=True, slots=True, eq=False)
class LayerReport:
    """One layer: numbers of each unit, shape (unit,), and ``all_…`` of all its values taken together.

    ``ratio`` is the variance in training ÷ at test that the rate causes, 1/k + (r/k)·μ²/v, NaN where v = 0.
    ``largest_rate`` is the largest rate at which it is at most ``bound``, NaN where v = 0. ``zeros`` is the share of
    values that are 0. ``measured`` is the variance in training ÷ at test that a record has, of the network as it is
    and in one random pass a batch; without such a record it is None, and ``all_measured`` NaN. ``all_ratios`` and
    ``worst_ratios`` are the ratios of all values, and of the unit that suffers most, at each of ``rates``. ``kind`` is
    the class of the layer, "" where no record says it.

    Examples
    --------
    >>> from dropviz.layers.reports import report
    >>> layer = report({"fc1": [[1.0, 0.0], [3.0, 0.0]]}, rate=0.5).layers["fc1"]
    >>> layer.units, layer.dead, layer.worst(1), layer.ratio.tolist()
    (2, 1, [0], [6.0, nan])
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
    kind: str = ""

    @property
    def title(self) -> str:
        """Its name and, where that ends with a number, as in an nn.Sequential, its class: "1 · ReLU"."""
        numbered = re.search(r"(^|[. ])\d+(:\d+)?$", self.name)
        return f"{self.name} · {self.kind}" if self.kind and numbered else self.name

    def __repr__(self) -> str:
        count = f"{self.units:,} unit{'s' * (self.units > 1)}"
        return f"<LayerReport {self.title}: {count}, variance × {plain(self.all_ratio, 3)} at rate {self.rate:g}>"

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
    def asides(self) -> list[str]:
        """What is to be said beside the ratios: units without variance, and what a record measured in training."""
        return [*_without_variance(self), *_as_recorded(self)]

    @property
    def sentence(self) -> str:
        """What the rate does to the layer, in words."""
        return " ".join(_sentences(self))


def layer_report(layer: Recorded, rate: float, bound: float) -> LayerReport:
    """Return the report on a layer whose moments at test are known, and perhaps those in training."""
    test, train = layer.test, layer.train
    assert test is not None
    count, mean, variance, _, _, zeros = test
    all_mean, all_variance = _together(test)
    measured, all_measured = None, np.nan
    if train is not None and train.shape == test.shape:
        measured = quotient(train[2], variance)
        all_measured = float(quotient(np.asarray(_together(train)[1]), np.asarray(all_variance)))
    rates = np.array(sorted({*GRID, rate}))
    worst = _worst(mean, variance)
    return LayerReport(
        name=layer.name,
        kind=layer.kind,
        rate=rate,
        bound=bound,
        values=int(count[0]),
        mean=mean,
        variance=variance,
        zeros=zeros / count,
        ratio=ratio_of(rate, mean, variance),
        largest_rate=np.asarray(largest_rate(mean, variance, bound)),
        measured=measured,
        all_measured=all_measured,
        all_mean=all_mean,
        all_variance=all_variance,
        all_ratio=float(ratio_of(rate, all_mean, all_variance)),
        all_largest_rate=float(largest_rate(all_mean, all_variance, bound)),
        rates=rates,
        all_ratios=ratio_of(rates, all_mean, all_variance),
        worst_ratios=ratio_of(rates, mean[worst], variance[worst]),
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


def ratio_of(rate: float | Floats, mean: float | Floats, variance: float | Floats) -> Floats:
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
    yield f"Up to rate {rounded_down(layer.all_largest_rate)} it is at most {layer.bound:g} times that."
    if layer.rate > 0.0:
        yield from _of_units(layer)
    yield from layer.asides


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


def _as_recorded(layer: LayerReport) -> Iterator[str]:
    if not np.isnan(layer.all_measured):
        yield f"As recorded, the network itself has {plain(layer.all_measured, 3)} times the variance in training."


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def rounded_down(rate: float) -> str:
    """Write a rate with two digits, rounded down, so that what is said of it stays true.

    >>> rounded_down(2 / 3), rounded_down(0.3), rounded_down(0.0129), rounded_down(0.0)
    ('0.66', '0.3', '0.012', '0')
    """
    if not rate > 0.0:
        return plain(rate)
    step = 10.0 ** (math.floor(math.log10(rate)) - 1)
    return f"{math.floor(rate / step + 1e-9) * step:.2g}"  # 0.3 is a little below 0.3
