"""When the test pass is a mean over all thinned networks: four small networks, all of whose masks are listed.

Every network has inverted dropout of its inputs and of each hidden layer. Axes: mask, unit, rate, output.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from dropviz.numbers.checks import Checked, Floats, check_count, check_number, checked, drop_rounding
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.rates import GRID, check_rising
from dropviz.simulation.masks import enumerate_masks, mask_probabilities
from dropviz.theory.activations import Activations
from dropviz.theory.standard_errors import fair
from dropviz.theory.thinned import average, normalized_geometric_mean, softmax

STREAM = 37  # of the random numbers: with the seed of the page the curves lie apart
STRAIGHT = 0.1  # of an error: what the delta method may leave out
ROUNDING = 1e-12  # of a probability, or of an output that is near 1


@dataclass(frozen=True, slots=True)
class Shape:
    """Widths of the inputs, of the hidden layers and of the outputs; of at most 12 units that may be dropped."""

    widths: tuple[int, ...]
    relu: bool = True  # behind every hidden layer; else nothing is
    softmax: bool = True  # behind the outputs


SHAPES: Mapping[str, Shape] = MappingProxyType(
    {
        "linear": Shape((5, 5, 1), relu=False, softmax=False),
        "softmax": Shape((8, 3)),
        "relu": Shape((4, 5, 3)),
        "deep": Shape((3, 4, 3, 3)),
    }
)


@dataclass(frozen=True, slots=True)
class ExactConfig(Checked):
    """Networks with random, untrained weights of standard deviation ``scale``/√inputs (scale 0 to 10), no biases.

    The inputs are drawn from ``activations``, or are the sizes of normal draws; ``masks`` (2 to 20,000) are drawn for
    the simulation.
    """

    activations: Activations | None = None
    scale: float = checked(1.5, check_number, 0.0, 10.0)
    rates: tuple[float, ...] = checked(GRID, check_rising)
    masks: int = checked(2000, check_count, 2, 20_000)
    seed: int = checked(11, check_count, 0, 2**63 - 1)


@dataclass(frozen=True, slots=True, eq=False)
class ThinnedMeans:
    """One output of a network, shape (rate,): the likeliest class of the test pass, or a linear network's output.

    Gaps are mean − test pass; of a probability, or, of a linear network, as a share of its output at test.
    """

    count: int  # how many masks there are
    test: float  # the test pass, which is the same at every rate
    average: Estimate  # gap of the average of all thinned networks
    geometric: Estimate | None  # gap of their normalized geometric mean; None without a softmax


@dataclass(frozen=True, slots=True, eq=False)
class Thinned:
    """The four networks, by the names of SHAPES."""

    config: ExactConfig
    networks: Mapping[str, ThinnedMeans]


def thinned(config: ExactConfig) -> Thinned:
    """List all masks of the four networks, and draw some."""
    rngs = np.random.default_rng(np.random.SeedSequence(config.seed, spawn_key=(STREAM,))).spawn(len(SHAPES))
    each = zip(SHAPES.items(), rngs, strict=True)
    return Thinned(
        config, MappingProxyType({name: _means(config, shape, rng) for (name, shape), rng in each})
    )


def _means(config: ExactConfig, shape: Shape, rng: np.random.Generator) -> ThinnedMeans:
    rates, units = np.asarray(config.rates), sum(shape.widths[:-1])
    law, width = config.activations, shape.widths[0]
    inputs = law.sample(rng, width) if law else np.abs(rng.standard_normal(width))
    weights = [
        config.scale / math.sqrt(fan_in) * rng.standard_normal((fan_in, fan_out))
        for fan_in, fan_out in zip(shape.widths, shape.widths[1:], strict=False)
    ]
    every = enumerate_masks(units)
    chances = mask_probabilities(every, rates)
    z = _outputs(shape, inputs, weights, every[:, :, None], rates)
    uniforms = rng.random((config.masks, units))
    drawn = _outputs(shape, inputs, weights, (uniforms[:, :, None] >= rates).astype(np.float64), rates)
    tested = _outputs(shape, inputs, weights, np.ones((1, units, 1)), np.zeros(1))[0, 0]
    if not shape.softmax:
        size = float(tested[0]) or 1.0
        gap = _gap(z[..., 0] / size, chances, drawn[..., 0] / size, float(tested[0]) / size)
        return ThinnedMeans(len(every), float(tested[0]), gap, None)
    at, test = int(tested.argmax()), softmax(tested)
    geometric = normalized_geometric_mean(z, chances)
    return ThinnedMeans(
        count=len(every),
        test=float(test[at]),
        average=_gap(softmax(z)[..., at], chances, softmax(drawn)[..., at], float(test[at])),
        geometric=_geometric_gap(geometric, z, chances, drawn, at, float(test[at])),
    )


def _outputs(shape: Shape, inputs: Floats, weights: Sequence[Floats], masks: Floats, rates: Floats) -> Floats:
    """Return z of the last layer, shape (mask, rate, output), under ``masks``, shape (mask, unit, rate or 1)."""
    gains = np.broadcast_to(masks / (1.0 - rates), (len(masks), masks.shape[1], len(rates))).swapaxes(1, 2)
    h, begin = inputs, 0
    for layer, weight in enumerate(weights):
        if layer and shape.relu:
            h = np.maximum(h, 0.0)
        h = (h * gains[..., begin : begin + len(weight)]) @ weight
        begin += len(weight)
    return np.asarray(h)


def _gap(values: Floats, chances: Floats, drawn: Floats, test: float) -> Estimate:
    """The average of ``values``, shape (mask, rate), less ``test``; exact by all masks, and of those ``drawn``."""
    mean = (chances * values).sum(axis=0)
    scale = max(1.0, float(np.abs(values).max()))
    return _estimate(mean - test, drawn.mean(axis=0) - test, values - mean, chances, len(drawn), scale)


def _geometric_gap(mean: Floats, z: Floats, chances: Floats, drawn: Floats, at: int, test: float) -> Estimate:
    """The normalized geometric ``mean`` of one class less ``test``; its error by the delta method.

    p_at = softmax(z)_at changes by p_at·Σ pⱼ·(z_at − zⱼ) to first order, whose variance is that over all masks. Where
    the second order, of the size ½·p_at·(1 − p_at) times the squared error of a difference of two z, is above STRAIGHT
    of that error, the first is not enough, and the error is unknown; but not where all pⱼ stay below ROUNDING.
    """
    count, own = len(drawn), mean[:, at]
    seen = normalized_geometric_mean(drawn, np.full((count, drawn.shape[1]), 1.0 / count))[:, at]
    others, apart = np.delete(mean, at, axis=-1), np.delete(z - z[..., at, None], at, axis=-1)
    change = -own * (others * apart).sum(axis=-1)
    away = change - (chances * change).sum(axis=0)
    middle = average(apart, chances)
    off = np.sqrt(np.maximum(average(apart**2, chances) - middle**2, 0.0) / count)
    first = np.sqrt((chances * away**2).sum(axis=0) / count)
    uncertain = own * others.sum(axis=-1)  # p_at·(1 − p_at), which is 0 also where a small pⱼ leaves float64
    straight = (uncertain > 0.0) & (0.5 * uncertain * off.max(axis=-1) ** 2 <= STRAIGHT * first)
    settled = (middle + 5.0 * off).max(axis=-1) < math.log(ROUNDING)
    found = _estimate(own - test, seen - test, away, chances, count)
    assert found.error is not None
    return replace(found, error=np.where(straight | settled, found.error, np.nan))


@np.errstate(over="ignore", invalid="ignore")  # a fourth power that leaves float64 is not fair
def _estimate(
    exact: Floats, seen: Floats, away: Floats, chances: Floats, count: int, scale: float = 1.0
) -> Estimate:
    """A gap, and the error of ``count`` masks whose values lie ``away`` from their mean; NaN where it is not fair.

    ``scale`` is the size of the values: equal ones differ by rounding, whose kurtosis tells nothing.
    """
    exact, seen, away = (drop_rounding(each, scale, ROUNDING) for each in (exact, seen, away))
    second, fourth = ((chances * away**power).sum(axis=0) for power in (2, 4))
    error = np.where(fair(second, fourth, count), np.sqrt(second / count), np.nan)
    return Estimate(exact, seen, error)
