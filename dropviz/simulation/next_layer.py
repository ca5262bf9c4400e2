"""What of dropout reaches z = W·a + b, and what a nonlinearity, depth and batch norm make of it: four steps.

Axes of results: strategy ("inverted", "standard"), rate, bin. Notation as in `dropviz.simulation.layer`. The third step
is `depth_gap` of the configuration's ``depth``.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, TypeVar

import numpy as np

from dropviz.numbers.checks import Floats, drop_rounding
from dropviz.numbers.rates import GRID
from dropviz.simulation.layer import LayerConfig, LayerSweep, layer_densities, layer_sweep
from dropviz.simulation.masks import MOST_ENUMERATED
from dropviz.simulation.nonlinearity import (
    ROUNDING,
    DepthConfig,
    LogisticUnit,
    UnitOutput,
    logistic_unit,
    unit_output,
)
from dropviz.simulation.variance_shift import VarianceShift, VarianceShiftConfig, variance_shift
from dropviz.theory.activations import RELU, Activations

STRATEGIES = ("inverted", "standard")
WIDEST_RATE, DEVIATIONS = (
    0.5,
    3.2,
)  # at that rate the picture has room for z ± so many of its standard deviations,
TALLEST_RATE = 0.2  # and here for its bars: at smaller rates z is a needle, at larger ones its tails are cut
MOST_ADDED = 24  # inputs whose part in z is shown one by one,
USUAL_RATE = 0.75  # up to which the picture has room for all of them
BELL_END = 4.0  # of the axis of the densities behind batch norm
NARROWEST = 1e-6  # variance of a density that can be drawn

Part = TypeVar("Part", LayerConfig, DepthConfig, VarianceShiftConfig)


@dataclass(frozen=True, slots=True)
class NextLayerConfig:
    """Everything that decides the page: a unit of any fan-in, a small one, a stack of layers, and batch norm.

    ``fan_in``, ``weight_scale``, ``bias``, ``activations`` and ``masks`` are those of `LayerConfig`; the small unit has
    ``unit_inputs``, 1 to 12, all of whose masks are listed, and half as many drawn. ``nonlinearity``, ``width`` and
    ``passes`` are those of `DepthConfig`, ``correlation`` and ``samples`` of `VarianceShiftConfig`; the inputs before
    batch norm have mean ``input_mean`` and variance 1 or, where that is None, the moments of ``activations``.
    ValueError, as of those four, if one is outside its range.
    """

    fan_in: int = 64
    weight_scale: float = 1.5
    bias: float = 0.0
    nonlinearity: str = "relu"
    unit_inputs: int = MOST_ENUMERATED
    input_mean: float | None = 0.5
    correlation: float = 0.05
    seed: int = 2
    rates: tuple[float, ...] = GRID
    activations: Activations = RELU
    masks: int = 4000
    width: int = 48
    passes: int = 200
    samples: int = 4000

    def __post_init__(self) -> None:
        for part in ("layer", "unit", "depth", "shift"):
            getattr(self, part)

    @property
    def layer(self) -> LayerConfig:
        """The unit of any fan-in."""
        return self._part(LayerConfig, strategies=STRATEGIES)

    @property
    def unit(self) -> LayerConfig:
        """The small unit."""
        return replace(self.layer, fan_in=self.unit_inputs, weight_mean=1.0, masks=self.masks // 2)

    @property
    def depth(self) -> DepthConfig:
        """The stack of layers."""
        return self._part(DepthConfig)

    @property
    def shift(self) -> VarianceShiftConfig:
        """The layer before batch norm."""
        mean, variance = self.input_mean, 1.0
        if mean is None:  # Δ has no unit: in this one neither moment is out of range
            mean, variance = self.activations.exact_mean, self.activations.exact_variance
            size = max(abs(mean), variance**0.5) or 1.0
            mean, variance = mean / size, variance / size / size
        return self._part(VarianceShiftConfig, mean=mean, variance=variance, weight_mean=4.0)

    def _part(self, kind: type[Part], **others: Any) -> Part:
        """A configuration of this kind with what both have in common, and ``others``."""
        common = {item.name for item in fields(kind)} & {item.name for item in fields(self)}
        return kind(**({name: getattr(self, name) for name in common} | others))


# ---- 1: the mean of z -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class MaskedUnit:
    """One unit's z over masks, and what its first inputs add to z under one mask more, by inverted dropout."""

    layer: LayerSweep
    square_sum: float  # Σ wᵢ²aᵢ², on which the variance over masks rests
    edges: Floats  # of the bins of z
    shares: Floats  # per cent of the masks in each bin, shape (strategy, rate, bin),
    outside: Floats  # and outside all bins, as a fraction, shape (strategy, rate)
    top: float  # where the axis of the shares ends, per cent; taller bars are cut
    added: Floats  # wᵢ·aᵢ·mᵢ/k of the first inputs, at most 24, shape (rate, input),
    tested: Floats  # wᵢ·aᵢ of the same, shape (input,)
    added_range: tuple[float, float]  # the smallest and the largest of these, and 0, up to rate 0.75
    one_z: Floats  # z of all inputs under that mask, shape (rate,)


def masked_unit(config: NextLayerConfig) -> MaskedUnit:
    """Draw one unit of the next layer, and its z over masks."""
    layer, rates = layer_sweep(config.layer), np.asarray(config.rates)
    densities = layer_densities(layer, WIDEST_RATE, DEVIATIONS)
    shares = 100.0 * densities.density * np.diff(densities.edges)
    tallest = float(shares[:, np.abs(rates - TALLEST_RATE).argmin()].max())
    products = layer.weights * layer.inputs
    uniforms = np.random.default_rng(np.random.SeedSequence(config.seed, spawn_key=(1,))).random(
        len(products)
    )
    kept = uniforms >= rates[:, None]
    parts = products * kept / (1.0 - rates[:, None])
    usual = np.concatenate([parts[rates <= USUAL_RATE, :MOST_ADDED].ravel(), products[:MOST_ADDED], [0.0]])
    return MaskedUnit(
        layer=layer,
        square_sum=float(np.square(products).sum()),
        edges=densities.edges,
        shares=shares,
        outside=densities.outside_mass,
        top=1.1 * tallest if tallest < 60.0 else 105.0,
        added=parts[:, :MOST_ADDED],
        tested=products[:MOST_ADDED],
        added_range=(float(usual.min()), float(usual.max())),
        one_z=parts.sum(axis=1) + config.bias,
    )


# ---- 2: after a nonlinearity ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class NonlinearUnit:
    """A small unit through the nonlinearity, and as a logistic unit."""

    unit: UnitOutput
    logistic: LogisticUnit  # by inverted dropout
    logistic_gap: Floats  # its average − geometric mean, shape (strategy, rate); 0 where it is rounding


def nonlinear_unit(config: NextLayerConfig) -> NonlinearUnit:
    """Put a small unit's z through the nonlinearity, under all its masks."""
    sweep, rates = layer_sweep(config.unit), np.asarray(config.rates)
    logistic = {
        name: logistic_unit(sweep.weights, sweep.inputs, config.bias, rates, name) for name in STRATEGIES
    }
    gaps = [
        drop_rounding(one.arithmetic_mean - one.geometric_mean, one.geometric_mean.max(), ROUNDING)
        for one in logistic.values()
    ]
    return NonlinearUnit(unit_output(sweep, config.nonlinearity), logistic["inverted"], np.array(gaps))


# ---- 4: before batch norm -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class NormalizedShift:
    """The variance shift, and what batch norm makes of it."""

    shift: VarianceShift
    measured: bool  # whether the inputs have the moments of the activations
    bell_x: Floats
    bells: Floats  # density of a normal of variance Δ at each x, shape (rate, x); NaN where Δ is undefined,
    expected_bell: Floats  # and of variance 1, shape (x,)


def normalized_shift(config: NextLayerConfig) -> NormalizedShift:
    """Simulate the variance shift before batch norm."""
    shift, x = variance_shift(config.shift), np.linspace(-BELL_END, BELL_END, 161)
    return NormalizedShift(
        shift=shift,
        measured=config.input_mean is None,
        bell_x=x,
        bells=_normal_density(x, np.maximum(shift.exact_shift, NARROWEST)[:, None]),
        expected_bell=_normal_density(x, 1.0),
    )


def _normal_density(x: Floats, variance: Floats | float) -> Floats:
    return np.asarray(np.exp(-0.5 * x**2 / variance) / np.sqrt(2.0 * np.pi * variance))
