"""Units behind dropout and before a normalisation, at test: with standard's factor, and with it forgotten.

Axes of results: strategy (`STRATEGIES`), rate; of samples: example, unit, rate. BatchNorm has the mean and variance of
every unit in training; LayerNorm and RMSNorm see the units of one example at test.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from dropviz.numbers.checks import Bools, Checked, Floats, check_count, checked, quotient
from dropviz.numbers.estimate import Estimates
from dropviz.numbers.rates import GRID, check_rising
from dropviz.simulation.masks import check_masked, masked_sums
from dropviz.theory.activations import RELU, Activations
from dropviz.theory.law import law_of
from dropviz.theory.normalisation import behind_batch_norm, change_by_forgetting
from dropviz.theory.sums import fair_by_variance, masked_moments, moments_of_sum

STRATEGIES = ("standard", "none")
EPSILON = 1e-5  # of PyTorch's LayerNorm and RMSNorm, inside the root
FEW = 200  # examples are enough for LayerNorm, for which nothing is drawn but inputs


@dataclass(frozen=True, slots=True)
class NormalisationConfig(Checked):
    """``units`` units, 2 to 256, of ``inputs`` inputs, 1 to 256, which are drawn from ``activations``.

    Weights are drawn from N(0, 2/inputs); each of the ``samples`` examples has inputs and a mask of its own.
    """

    activations: Activations = RELU
    inputs: int = checked(64, check_count, 1, 256)
    units: int = checked(12, check_count, 2, 256)
    rates: tuple[float, ...] = checked(GRID, check_rising)
    samples: int = checked(2000, check_count, 2, 100_000)
    seed: int = checked(3, check_count, 0, 2**63 - 1)

    def __post_init__(self) -> None:
        Checked.__post_init__(self)
        check_masked("samples", self.samples, self.inputs)


@dataclass(frozen=True, slots=True, eq=False)
class Normalised(Estimates):
    """What the factor does to outputs at test, in standard deviations of training.

    ``off`` and ``variance`` are those behind BatchNorm, (strategy, rate): the root mean square over units of their
    means, which were 0 in training, and their variance, which was 1. ``change`` is the root mean square by which
    forgetting the factor changes the output, (rate,). All three are NaN where no z varies in training; errors are NaN
    where rare inputs decide them.
    """

    config: NormalisationConfig
    off: Floats
    off_se: Floats
    exact_off: Floats
    variance: Floats
    variance_se: Floats
    exact_variance: Floats
    change: Floats
    change_se: Floats
    exact_change: Floats
    layer_norm_change: Floats  # the same for LayerNorm and RMSNorm, on the examples drawn, shape (rate,)
    rms_norm_change: Floats
    outweighed: bool  # whether z is so small that ε is more than a hundredth of what these two divide by


def normalised(config: NormalisationConfig) -> Normalised:
    """Draw weights, then an input and a mask for every example, and normalise what comes out."""
    rng = np.random.default_rng(config.seed)
    weights = np.sqrt(2.0 / config.inputs) * rng.standard_normal((config.units, config.inputs))
    inputs = config.activations.sample(rng, config.samples * config.inputs)
    inputs = inputs.reshape(config.samples, config.inputs)
    masks = np.random.SeedSequence(config.seed, spawn_key=(1,))
    root = weights.sum(axis=1) / np.sqrt(np.square(weights).sum(axis=1))  # √A, with the sign of Σw
    size = float(np.sqrt(np.square(root).mean()))
    law = (config.activations.exact_mean, config.activations.exact_variance)
    exact = [behind_batch_norm(name, config.rates, *law, size**2) for name in STRATEGIES]
    exact_change = change_by_forgetting(config.rates, *law, size**2)
    tested = inputs[:FEW] @ weights.T
    centred = tested - tested.mean(axis=1, keepdims=True)
    seen = _behind_batch_norm(config, weights, inputs, masks, root / size)
    return Normalised(
        config=config,
        exact_off=np.array([each.mean for each in exact]),
        exact_variance=np.array([each.variance for each in exact]),
        exact_change=exact_change,
        layer_norm_change=_change(
            lambda z: _rms_norm(z - z.mean(axis=1, keepdims=True)), tested, config.rates
        ),
        rms_norm_change=_change(_rms_norm, tested, config.rates),
        outweighed=min(np.square(each).mean() for each in (tested, centred)) < 100.0 * EPSILON,
        **{name: np.where(np.isfinite(exact_change), each, np.nan) for name, each in seen.items()},
    )


def _behind_batch_norm(
    config: NormalisationConfig,
    weights: Floats,
    inputs: Floats,
    masks: np.random.SeedSequence,
    direction: Floats,
) -> Mapping[str, Floats]:
    """The simulated fields with their errors, by the delta method over examples; all units see the same masks.

    The means are off along ``direction``, shape (unit,): an average over units of their parts in it has no bias.
    """
    rates, shape = np.asarray(config.rates), (len(STRATEGIES), config.samples, len(config.rates))
    off, variance, change = np.zeros(shape), np.zeros(shape), np.zeros(shape[1:])
    scales = [1.0 - rates, np.ones_like(rates)]
    for one, along in zip(weights, direction, strict=True):
        products = one * inputs
        train = masked_sums(np.random.default_rng(masks), products, config.samples, rates)
        test = products.sum(axis=1, keepdims=True)
        spread = np.square(train - train.mean(axis=0))
        var = spread.mean(axis=0)
        wobble = quotient(spread, var) - 1.0
        share = quotient(np.square(test - test.mean()), var)
        # each example's value and, on top, its part in the errors of the stored mean and variance
        for at, scale in enumerate(scales):
            shift = quotient(scale * test - train, np.sqrt(var))
            off[at] += along * (shift - 0.5 * shift.mean(axis=0) * wobble)
            ratio = scale**2 * share
            variance[at] += ratio - ratio.mean(axis=0) * wobble
        square = quotient(rates**2 * np.square(test), var)
        change += square - square.mean(axis=0) * wobble
    told = _fair(config, weights)
    seen = {"off": off, "variance": variance, "change": change}
    found = {}
    for name, influence in seen.items():
        found[name] = influence.mean(axis=-2) / config.units
        error = influence.std(axis=-2) / config.units / np.sqrt(config.samples)
        found[f"{name}_se"] = np.where(told, error, np.nan)
    root = np.sqrt(found["change"])
    error = quotient(found["change_se"], 2.0 * root)
    return found | {"change": root, "change_se": np.where(root == 0.0, 0.0, error)}


def _fair(config: NormalisationConfig, weights: Floats) -> Bools:
    """Whether the errors, which are seen in the examples, are fair at each rate.

    They are where those of the variances are, in training and at test, of the unit that has the fewest inputs to it;
    and at rate 0, where training and test are the same.
    """
    law, rates = law_of(config.activations), np.asarray(config.rates)
    few = weights[(np.square(weights**2).sum(axis=1) / np.square(weights).sum(axis=1) ** 2).argmax()]
    train, test = (moments_of_sum(few, masked_moments(law, each)) for each in (rates, 0.0))
    known = fair_by_variance(train, config.samples) & fair_by_variance(test, config.samples)
    return np.asarray(known | (rates == 0.0))


def _rms_norm(z: Floats) -> Floats:
    """Each example, a row, divided by the root mean square of its units."""
    return np.asarray(z / np.sqrt(np.square(z).mean(axis=1, keepdims=True) + EPSILON))


def _change(normalise: Callable[[Floats], Floats], tested: Floats, rates: tuple[float, ...]) -> Floats:
    """RMS by which a normalisation's output changes where standard's factor is forgotten, at each rate."""
    forgotten = normalise(tested)
    return np.array(
        [np.sqrt(np.square(normalise((1.0 - rate) * tested) - forgotten).mean()) for rate in rates]
    )
