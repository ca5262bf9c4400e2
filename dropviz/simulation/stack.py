"""Layers of z = W·a with dropout before each, simulated: fresh activations and masks for every sample.

Axes: chunk, sum, layer, column, unit; of results: depth, strategy, phase, rate. Columns are rate 0, which is the test
without factors, then the rates. Notation as in `dropviz.theory.stack`.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dropviz.numbers.checks import Checked, Floats, check_count, check_names, check_number, checked
from dropviz.numbers.estimate import MomentEstimates
from dropviz.numbers.rates import check_rising, config_repr, rate_grid
from dropviz.theory.activations import RELU, Activations
from dropviz.theory.law import law_of, size_of
from dropviz.theory.stack import StackMoments, stack_moments
from dropviz.theory.standard_errors import ENOUGH
from dropviz.theory.strategies import strategy

WIDEST, DEEPEST = 512, 8
MOST_SAMPLES = 100_000_000
CHUNK = 1 << 15  # values of a layer at a time


def check_rising_counts(name: str, values: tuple[int, ...], high: int) -> None:
    """Raise ValueError unless ``values`` are one or more whole numbers that rise from 1 or more to at most ``high``."""
    for value in values:
        check_count(name, value, 1, high)
    if not values or list(values) != sorted(set(values)):
        raise ValueError(f"{name} must be one or more rising numbers; got {values!r}")


@dataclass(frozen=True, slots=True)
class StackConfig(Checked):
    """Everything that decides one stack of layers and what goes through it.

    ``width`` units a layer, 1 to 512; z is looked at behind each of ``depths``, 1 to 8. Weights are drawn once from
    N(``weight_mean``/width, ``weight_scale``²/width), both at most 10; biases are 0. ``samples``, 2 to 10⁸, of
    activations and masks are drawn, the same for every rate, strategy and depth.
    """

    activations: Activations = RELU
    width: int = checked(64, check_count, 1, WIDEST)
    depths: tuple[int, ...] = checked((1, 2, 4), check_rising_counts, DEEPEST)
    rates: tuple[float, ...] = checked(rate_grid(0.0, 0.9, 0.1), check_rising)
    strategies: tuple[str, ...] = checked(("standard", "inverted"), check_names, strategy)
    weight_mean: float = checked(1.0, check_number, -10, 10)
    weight_scale: float = checked(1.0, check_number, 0, 10)
    samples: int = checked(10_000, check_count, 2, MOST_SAMPLES)
    seed: int = checked(7, check_count, 0, 2**63 - 1)

    def __repr__(self) -> str:
        return config_repr(self)

    @property
    def columns(self) -> Floats:
        """Rate 0, then the rates."""
        return np.array([0.0, *self.rates])

    @property
    def at_once(self) -> int:
        """Samples of a chunk."""
        return min(CHUNK // self.width, self.samples)

    @property
    def chunks(self) -> int:
        """Their number."""
        return -(-self.samples // self.at_once)


@lru_cache(maxsize=2)  # for the tasks of one stack
def _weights(seed: int, width: int, depth: int, mean: float, scale: float) -> Floats:
    """Weights of the first layers; the same whatever comes behind them."""
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(0, width)))
    return np.asarray(mean / width + scale / np.sqrt(width) * rng.standard_normal((depth, width, width)))


def weights_of(config: StackConfig) -> Floats:
    """Weights of every layer, shape (layer, unit, unit)."""
    drawn = config.seed, config.width, config.depths[-1], config.weight_mean, config.weight_scale
    return _weights(*drawn)


def exact_stack(config: StackConfig) -> StackMoments:
    """Exact moments of y behind every layer, in units of the size of the activations; axes: layer, column."""
    mu, v = config.activations.exact_mean, config.activations.exact_variance
    size = size_of(mu, v)
    return stack_moments(weights_of(config), config.columns, mu / size, v / size / size)


def stack_sums(config: StackConfig, exact: StackMoments, start: int, stop: int) -> Floats:
    """Sums over the samples of each of these chunks; axes: chunk, sum, layer, column.

    With e the average of y over units less its exact mean, and g that of (y − E[y])² less the exact variance:
    Σe, Σg and Σg².
    """
    weights, columns = weights_of(config), config.columns
    source, depth = config.activations, len(weights)
    mu = source.exact_mean
    size = size_of(mu, source.exact_variance)
    sums = np.empty((stop - start, 3, depth, len(columns)))
    for chunk, place in zip(range(start, stop), sums, strict=True):
        rng = np.random.default_rng(np.random.SeedSequence(config.seed, spawn_key=(1, config.width, chunk)))
        shape = min(config.at_once, config.samples - chunk * config.at_once), config.width
        begin = source.sample(rng, shape[0] * shape[1]).reshape(shape) / size
        uniforms = [rng.random(shape) for _ in range(depth)]
        for column, rate in enumerate(columns):
            y = begin
            for layer in range(depth):
                y = np.einsum("sj,ij->si", y * (uniforms[layer] >= rate), weights[layer])
                apart = y - (1.0 - rate) ** (layer + 1) * (mu / size) * exact.paths[layer]
                square = np.square(apart).mean(axis=1) - exact.variance[layer, column]
                place[:, layer, column] = apart.mean(), square.mean(), np.square(square).mean()
                place[:, layer, column] *= shape[0]
    return sums


def stack_estimates(config: StackConfig, exact: StackMoments, sums: Floats) -> MomentEstimates:
    """Moments of z behind each depth, averaged over its units, from the ``sums`` of all chunks.

    The error of a mean is exact, √(Var/samples); that of a variance is estimated from the samples.
    """
    mu, v = config.activations.exact_mean, config.activations.exact_variance
    size, count = size_of(mu, v), config.samples
    e, g, square = sums / count
    e, g, square = (np.where(exact.variance == 0.0, 0.0, each) for each in (e, g, square))  # else of rounding
    pairs = (exact.mean, exact.mean + e), (exact.variance, exact.variance + g)
    errors = np.sqrt(exact.mean_variance / count), np.sqrt(np.maximum(square - g**2, 0.0) / (count - 1))
    scales = _scales(config) * size
    exact_mean, mean, mean_se = (_behind(config, each) * scales for each in (*pairs[0], errors[0]))
    exact_variance, variance, variance_se = (
        _behind(config, each) * scales**2 for each in (*pairs[1], errors[1])
    )
    heavy = _behind(config, _heaviness(config))
    return MomentEstimates(
        mean=mean,
        mean_se=mean_se,
        variance=variance,
        variance_se=variance_se,
        exact_mean=exact_mean,
        exact_variance=exact_variance,
        mean_fair=count >= 3.0 * ENOUGH * heavy,
        variance_fair=count >= 10.0 * ENOUGH * heavy**2,
    )


def _scales(config: StackConfig) -> Floats:
    """The factors of all layers down to each depth, tˡ and sˡ; axes: depth, strategy, phase, rate."""
    rates = np.asarray(config.rates)
    rows = [strategy(name) for name in config.strategies]
    factors = np.array([[row.train_scale(rates), row.test_scale(rates)] for row in rows])
    return np.array([factors**depth for depth in config.depths])


def _behind(config: StackConfig, values: Floats) -> Floats:
    """Values (layer, column) at each depth in training and at test; axes: depth, strategy, phase, rate."""
    chosen = values[np.array(config.depths) - 1]
    train, test = chosen[:, 1:], np.broadcast_to(chosen[:, :1], chosen[:, 1:].shape)
    both = np.stack([train, test], axis=1)[:, None]
    return np.repeat(both, len(config.strategies), axis=1)


def _heaviness(config: StackConfig) -> Floats:
    """E[Q²]/E[Q]² of the mean square Q of a layer's y over units, about; axes: layer, column.

    One layer multiplies it by 1 + (κ/k − 1)/width, with κ the kurtosis about 0 of what comes in: that of the
    activations, then 3, of sums of many. The kurtosis of the average of y over units is about 3 times that; that of the
    average of y², measured over widths 4 to 64 and depths 1 to 8, at most about 10 times its square.
    """
    law = law_of(config.activations)
    raw = law.central[4] + 4.0 * law.mean * law.central[3] + 6.0 * law.mean**2 * law.central[2] + law.mean**4
    keep = 1.0 - config.columns
    first = 1.0 + (raw / keep - 1.0) / config.width
    later = 1.0 + (3.0 / keep - 1.0) / config.width
    return np.array([first * later**layer for layer in range(config.depths[-1])])
