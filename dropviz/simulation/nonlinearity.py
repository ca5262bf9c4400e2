"""What a nonlinearity f does to the match of the means: E[f(z)] is not f(E[z]), and no factor repairs that in general.

Axes: mask (or pass), unit, strategy, rate, layer. Notation as in `dropviz.simulation.layer`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import (
    Checked,
    Floats,
    check_choice,
    check_count,
    check_number,
    checked,
    drop_rounding,
)
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.rates import below_one, check_rising, rate_grid
from dropviz.simulation.layer import LayerSweep
from dropviz.simulation.masks import MOST_ENUMERATED, enumerate_masks, mask_probabilities
from dropviz.theory.activations import RELU, Activations
from dropviz.theory.normal import erf
from dropviz.theory.strategies import Factor, strategy

ROUNDING = 1e-12  # of the outputs; gaps below it are rounding


def sigmoid(z: Floats) -> Floats:
    """1/(1 + e^−z), without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * z)))


NONLINEARITIES: Mapping[str, Callable[[Floats], Floats]] = MappingProxyType(
    {
        "relu": lambda z: np.maximum(z, 0.0),
        "sigmoid": sigmoid,
        "tanh": np.tanh,
        "gelu": lambda z: 0.5 * z * (1.0 + erf(z / math.sqrt(2.0))),
    }
)


def nonlinearity(name: str) -> Callable[[Floats], Floats]:
    """Return the nonlinearity called ``name``, or raise ValueError, listing the names, if there is none."""
    return NONLINEARITIES[check_choice("nonlinearity", name, NONLINEARITIES)]


@dataclass(frozen=True, slots=True, eq=False)
class UnitOutput:
    """The output f(z) of one unit over masks, beside f of a single z; shape (strategy, rate).

    NaN where a factor divides by zero.
    """

    inputs: int  # the fan-in
    nonlinearity: str  # the name of f
    strategies: tuple[str, ...]
    rates: Floats
    output: Estimate  # E[f(z)] in training; exact, by all 2ⁿ masks, for a fan-in up to 12, NaN beyond
    at_mean: Floats  # f(E[z]), with the exact mean of the training z
    at_test: Floats  # f(z) as computed at test; equal to ``at_mean`` where the strategy matches the means
    gap: Floats  # E[f(z)] − f(E[z]), exact where it could be enumerated; 0 where no more than rounding


def unit_output(sweep: LayerSweep, name: str) -> UnitOutput:
    """Put every z of ``sweep`` through the nonlinearity ``name``."""
    f, config = nonlinearity(name), sweep.config
    rows, rates = [strategy(each) for each in config.strategies], np.asarray(config.rates)
    every = None  # sums and probabilities of all masks
    if config.fan_in <= MOST_ENUMERATED:
        masks = enumerate_masks(config.fan_in)
        every = masks @ (sweep.weights * sweep.inputs), mask_probabilities(masks, rates)
    # strategies may share a train factor, and so z
    by_factor: dict[Factor, tuple[Floats, Floats, Floats]] = {}
    for row in rows:
        if row.train_scale not in by_factor:
            output, exact = f(sweep.training_z(row.name)), np.full(len(rates), np.nan)
            deviation = output.std(axis=0, ddof=1)
            if every is not None:  # then it is known, too: masks that few draws hold may decide it
                outputs = f(row.train_scale(rates) * every[0][:, None] + config.bias)
                exact = np.einsum("mr,mr->r", every[1], outputs)
                deviation = np.sqrt(np.einsum("mr,mr->r", every[1], np.square(outputs - exact)))
            by_factor[row.train_scale] = exact, output.mean(axis=0), deviation / math.sqrt(config.masks)
    columns = [by_factor[row.train_scale] for row in rows]
    exact, mean, error = (np.array(column) for column in zip(*columns, strict=True))
    best, at_mean = exact if every is not None else mean, f(sweep.exact_mean)
    return UnitOutput(
        inputs=config.fan_in,
        nonlinearity=name,
        strategies=config.strategies,
        rates=rates,
        output=Estimate(exact, mean, error),
        at_mean=at_mean,
        at_test=f(sweep.test_z),
        gap=drop_rounding(best - at_mean, np.nanmax(np.abs(best)), ROUNDING),
    )


@dataclass(frozen=True, slots=True)
class DepthConfig(Checked):
    """A stack of ``depth`` layers (1 to 8) of ``width`` units (1 to 512), inverted dropout before each.

    One input is drawn from ``activations``; weights from N(0, ``weight_scale``²/width), with the scale 0 to 10, and no
    biases; ``passes`` (2 to 10,000) noisy passes at each rate.
    """

    activations: Activations = RELU
    nonlinearity: str = checked("relu", check_choice, NONLINEARITIES)
    width: int = checked(64, check_count, 1, 512)
    depth: int = checked(8, check_count, 1, 8)
    weight_scale: float = checked(1.5, check_number, 0.0, 10.0)
    rates: tuple[float, ...] = checked(rate_grid(0.0, 0.9, 0.1), check_rising)
    passes: int = checked(300, check_count, 2, 10_000)
    seed: int = checked(7, check_count, 0, 2**63 - 1)

    def __post_init__(self) -> None:
        Checked.__post_init__(self)
        if self.depth * self.width * self.passes > 20_000_000:
            raise ValueError("depth × width × passes must be at most 20,000,000; choose fewer passes")


@dataclass(frozen=True, slots=True, eq=False)
class DepthGap:
    """How far the mean of the noisy passes is from the one pass without noise. Axes: rate, layer.

    Root mean squares over units, divided by that of the output h_off without noise; NaN where h_off is 0. What the
    finite number of passes puts into a gap, ``noise_floor``, is taken out of its square (0 where nothing is left).
    """

    config: DepthConfig
    relative_gap: Floats  # of E[h] − h_off
    # the same after h_off was multiplied by the best single factor of each rate and layer: what no scaling removes
    residual_gap: Floats
    noise_floor: Floats  # of the standard errors of E[h]: smaller gaps cannot be seen


def depth_gap(config: DepthConfig) -> DepthGap:
    """Send one input through the stack, without noise and in ``passes`` noisy passes, the same masks at every rate."""
    rng = np.random.default_rng(config.seed)
    f, width = nonlinearity(config.nonlinearity), config.width
    start = config.activations.sample(rng, width)
    weights = config.weight_scale / math.sqrt(width) * rng.standard_normal((config.depth, width, width))
    uniforms = rng.random((config.depth, config.passes, width))
    shape = (len(config.rates), config.depth)
    relative, residual, floor = np.empty(shape), np.empty(shape), np.empty(shape)
    off = [start]
    for matrix in weights:
        off.append(f(matrix @ off[-1]))
    # a rate at a time: its passes stay in the processor's cache
    for index, rate in enumerate(config.rates):
        noisy = np.broadcast_to(start, (config.passes, width))
        for layer, matrix in enumerate(weights):
            kept = uniforms[layer] >= rate
            noisy = f((noisy * kept) @ (matrix.T / (1.0 - rate)))
            gaps = _relative_gaps(noisy, off[layer + 1])
            relative[index, layer], residual[index, layer], floor[index, layer] = gaps
    return DepthGap(config, relative, residual, floor)


def _relative_gaps(noisy: Floats, off: Floats) -> tuple[float, float, float]:
    """Relative gap, residual gap and noise floor of one layer from its outputs (pass, unit) and those without noise."""
    count, square_off = len(noisy), float(off @ off)
    if square_off == 0.0:
        return math.nan, math.nan, math.nan
    mean = noisy.mean(axis=0)
    square_error = float(np.sum((noisy - mean) ** 2)) / (count * (count - 1))
    best = float(mean @ off) / square_off
    gap, residual = (float(np.sum((mean - factor * off) ** 2)) for factor in (1.0, best))
    return (
        math.sqrt(max(gap - square_error, 0.0) / square_off),
        math.sqrt(max(residual - square_error, 0.0) / square_off),
        math.sqrt(square_error / square_off),
    )


@dataclass(frozen=True, slots=True, eq=False)
class LogisticUnit:
    """One logistic unit over all its thinned networks, exactly. Axis: rate."""

    rates: Floats
    arithmetic_mean: Floats  # E[σ(z)], the average output of the thinned networks
    geometric_mean: Floats  # normalized: G/(G + G′), G = Π σ(z)^P(mask), G′ = Π (1 − σ(z))^P(mask)
    weight_scaled: Floats  # σ(E[z]): one pass at test, with scaled (standard) or plain weights (inverted)


def logistic_unit(
    weights: ArrayLike, inputs: ArrayLike, bias: float, rates: ArrayLike, name: str = "inverted"
) -> LogisticUnit:
    """Average, normalized geometric mean and weight-scaled output of σ(Σ wᵢ·aᵢ·mᵢ·t + b), by all 2ⁿ masks.

    The weight-scaled output equals the normalized geometric mean, because log σ(z) − log σ(−z) = z is linear in the
    mask; it is not the average. ValueError if there are not 1 to 12 finite weights and as many inputs, a rate is
    outside [0, 1), or ``name`` is not "standard" or "inverted".

    Source: Baldi & Sadowski, *Understanding dropout*, NIPS 2013.
    """
    if name not in ("standard", "inverted"):
        raise ValueError(f"strategy must be 'standard' or 'inverted'; got {name!r}")
    w, a = np.asarray(weights, dtype=np.float64), np.asarray(inputs, dtype=np.float64)
    if w.ndim != 1 or w.shape != a.shape or not np.isfinite(w * a + bias).all():
        raise ValueError("weights and inputs must be two lists of equally many finite numbers")
    rate_values = np.atleast_1d(below_one(rates))
    masks, scale = enumerate_masks(w.size), strategy(name).train_scale(rate_values)
    chances = mask_probabilities(masks, rate_values)
    z = scale * (masks @ (w * a))[:, None] + bias
    log_on = -np.logaddexp(0.0, -z)  # log σ(z); log(1 − σ(z)) = log σ(−z)
    log_off = -np.logaddexp(0.0, z)
    geometric_on = np.einsum("mr,mr->r", chances, log_on)
    geometric_off = np.einsum("mr,mr->r", chances, log_off)
    return LogisticUnit(
        rates=rate_values,
        arithmetic_mean=np.einsum("mr,mr->r", chances, sigmoid(z)),
        geometric_mean=sigmoid(geometric_on - geometric_off),
        weight_scaled=sigmoid(scale * (1.0 - rate_values) * (w * a).sum() + bias),
    )
