"""The next layer: z = Σ wᵢ·aᵢ·mᵢ·t + b with the inputs a held fixed and only the mask m random.

Axes: mask (or sample), unit, strategy, rate, bin. With a strategy's train factor t and test factor s, rate r and
keep k = 1 − r::

    training   E[z] = t·k·Σ wᵢaᵢ + b      Var[z] = t²·k·r·Σ wᵢ²aᵢ²      over masks
    test       z = s·Σ wᵢaᵢ + b

so inverted (t = 1/k, s = 1) has variance (r/k)·Σ wᵢ²aᵢ², standard (t = 1, s = k) has k·r·Σ wᵢ²aᵢ². Andrew Ng's
a3 /= keep_prob, z4 = W4·a3 + b4 is inverted.

Source: Wang & Manning, *Fast dropout training*, ICML 2013.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import (
    LARGEST,
    Checked,
    Floats,
    check_count,
    check_names,
    check_number,
    check_numbers,
    checked,
    place_of,
)
from dropviz.numbers.estimate import Estimate, MomentEstimates
from dropviz.numbers.rates import GRID, below_one, check_rising
from dropviz.simulation.histogram import binned, even_edges
from dropviz.simulation.masks import check_masked, masked_sums
from dropviz.theory.activations import RELU, Activations
from dropviz.theory.moments import Moments
from dropviz.theory.standard_errors import sample_moments
from dropviz.theory.strategies import strategy

BINS = 60  # of the densities of z
LARGEST_WEIGHT = 1e50  # times the largest input, it has a square in the range of float64


@dataclass(frozen=True, slots=True)
class LayerConfig(Checked):
    """Everything that decides one unit of the next layer and its masks.

    ``fan_in`` inputs, 1 to 4096, are drawn once from ``activations``; weights once from
    N(``weight_mean``/fan_in, ``weight_scale``²/fan_in), so that z does not grow with the fan-in; ``masks``, 2 to
    100,000, are drawn by unit and serve every rate.
    """

    activations: Activations = RELU
    fan_in: int = checked(64, check_count, 1, 4096)
    weight_mean: float = checked(4.0, check_number, -1e6, 1e6)
    weight_scale: float = checked(1.0, check_number, 0.0, 1e6)
    bias: float = checked(0.0, check_number, -1e6, 1e6)
    rates: tuple[float, ...] = checked(GRID, check_rising)
    strategies: tuple[str, ...] = checked(("standard", "inverted", "none"), check_names, strategy)
    masks: int = checked(2000, check_count, 2, 100_000)
    seed: int = checked(7, check_count, 0, 2**63 - 1)

    def __post_init__(self) -> None:
        Checked.__post_init__(self)
        check_masked("masks", self.masks, self.fan_in)


@dataclass(frozen=True, slots=True, eq=False)
class LayerSweep(MomentEstimates):
    """The next layer's input over masks; its moments are those of z in training, shape (strategy, rate).

    They are NaN where the train factor divides by zero.
    """

    config: LayerConfig
    weights: Floats  # w, shape (unit,)
    inputs: Floats  # a, shape (unit,)
    masked_sums: Floats  # Σ wᵢ·aᵢ·mᵢ, shape (mask, rate), of which `training_z` makes every strategy's z
    test_z: Floats  # z at test, which is not random, shape (strategy, rate)

    def estimate(self, moment: str, name: str) -> Estimate:
        """Mean or variance of z in training by the strategy ``name``, over the rates."""
        return self.estimates(moment)[place_of("strategy", name, self.config.strategies)]

    def training_z(self, name: str) -> Floats:
        """Z in training by the strategy ``name``, shape (mask, rate)."""
        return strategy(name).train_scale(self.config.rates) * self.masked_sums + self.config.bias


def exact_z(
    name: str, rate: ArrayLike, weights: ArrayLike, inputs: ArrayLike, bias: ArrayLike = 0.0
) -> Moments:
    """Exact mean and variance of z over masks, in training, of every example and every unit of the next layer.

    E[z] = t·k·Σ wᵢaᵢ + b and Var[z] = t²·k·r·Σ wᵢ²aᵢ², with the sums over the inputs' last axis.

    Parameters
    ----------
    name
        The strategy.
    rate
        In [0, 1), one or many; their axes come last in the result.
    weights
        Shape (unit,), or (unit, next unit) for a whole layer: of a PyTorch layer its transposed weight. Up to 1e50.
    inputs
        Shape (..., unit), such as (example, unit); up to 1e100. Dimensionless, as the weights.
    bias
        One number, or shape (next unit,).

    Raises
    ------
    ValueError
        If the strategy is unknown, something is no number in its range, or the shapes do not fit.

    >>> moments = exact_z("inverted", 0.5, [1.0, 2.0], [3.0, 1.0])
    >>> float(moments.mean), float(moments.variance)
    (5.0, 13.0)
    >>> exact_z("inverted", 0.5, [1.0, 2.0], [[3.0, 1.0], [1.0, 1.0]]).variance.tolist()
    [13.0, 5.0]
    """
    r, w = below_one(rate), check_numbers("weights", weights, -LARGEST_WEIGHT, LARGEST_WEIGHT)
    a = check_numbers("inputs", inputs, -LARGEST, LARGEST)
    b = check_numbers("bias", bias, -LARGEST, LARGEST)
    shapes = f"got weights {w.shape}, inputs {a.shape} and bias {b.shape}"
    if w.ndim not in (1, 2) or a.ndim == 0 or a.shape[-1] != len(w):
        raise ValueError(f"weights must be (unit,) or (unit, next unit), and inputs (..., unit); {shapes}")
    if b.shape not in ((), w.shape[1:]):
        raise ValueError(f"bias must be one number, or (next unit,); {shapes}")
    if w.ndim == 1:
        products = w * a
        total, square = products.sum(axis=-1), np.square(products).sum(axis=-1)
    else:
        total, square = a @ w, np.square(a) @ np.square(w)
    keep, scale = 1.0 - r, strategy(name).train_scale(r)
    mean = np.multiply.outer(total, scale * keep) + b.reshape(b.shape + (1,) * r.ndim)
    return Moments(np.asarray(mean), np.asarray(np.multiply.outer(square, scale**2 * keep * r)))


def layer_sweep(config: LayerConfig) -> LayerSweep:
    """Draw one unit's weights and inputs, then its z over masks at every rate, by every strategy of ``config``."""
    rng = np.random.default_rng(config.seed)
    rates, root = np.asarray(config.rates), np.sqrt(config.fan_in)
    inputs = config.activations.sample(rng, config.fan_in)
    weights = config.weight_mean / config.fan_in + config.weight_scale / root * rng.standard_normal(
        config.fan_in
    )
    products = weights * inputs
    sums = masked_sums(rng, products, config.masks, rates)
    seen = sample_moments(sums)
    rows = [strategy(name) for name in config.strategies]
    train = np.array([row.train_scale(rates) for row in rows])
    test = np.array([row.test_scale(rates) for row in rows])
    exact = [exact_z(name, rates, weights, inputs, config.bias) for name in config.strategies]
    return LayerSweep(
        config=config,
        weights=weights,
        inputs=inputs,
        masked_sums=sums,
        mean=train * seen.mean + config.bias,
        mean_se=train * seen.mean_se,
        variance=train**2 * seen.variance,
        variance_se=train**2 * seen.variance_se,
        exact_mean=np.array([moments.mean for moments in exact]),
        exact_variance=np.array([moments.variance for moments in exact]),
        test_z=test * products.sum() + config.bias,
    )


@dataclass(frozen=True, slots=True, eq=False)
class LayerDensities:
    """Densities of z over masks on common bins: Σ density·width + ``outside_mass`` = 1 at each strategy and rate.

    ``edges`` has shape (bin + 1,), ``density`` (strategy, rate, bin), ``outside_mass`` (strategy, rate); NaN where the
    train factor divides by zero.
    """

    edges: Floats
    density: Floats
    outside_mass: Floats


def layer_densities(sweep: LayerSweep, rate: float = 0.6, deviations: float = 4.0) -> LayerDensities:
    """Histograms of z over ± so many exact standard ``deviations`` of each strategy, at the grid's nearest ``rate``."""
    rates = np.asarray(sweep.config.rates)
    middle = int(np.argmin(np.abs(rates - rate)))
    reach = deviations * np.sqrt(sweep.exact_variance[:, middle])
    ends = np.concatenate((sweep.exact_mean[:, middle] - reach, sweep.exact_mean[:, middle] + reach))
    ends = ends[np.isfinite(ends)]
    low, high = (float(ends.min()), float(ends.max())) if ends.size else (0.0, 0.0)
    edges = even_edges(low, high, BINS)
    pairs = [binned(sweep.training_z(name).T, edges) for name in sweep.config.strategies]
    share, outside = (np.array(each) for each in zip(*pairs, strict=True))
    return LayerDensities(edges, share / (edges[1] - edges[0]), outside)
