"""What of dropout reaches z = W·a + b, and what a nonlinearity, depth and batch norm make of it.

Axes of results: strategy ("inverted", "standard"), rate, bin. Notation as in `dropviz.simulation.layer`.
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
    DepthGap,
    LogisticUnit,
    UnitOutput,
    depth_gap,
    logistic_unit,
    unit_output,
)
from dropviz.simulation.variance_shift import VarianceShift, VarianceShiftConfig, variance_shift
from dropviz.theory.activations import RELU, Activations

STRATEGIES = ("inverted", "standard")
TALLEST_RATE = 0.15  # the picture has room for the bars there; at smaller rates z is a needle
BELL_END = 4.0  # of the axis of the densities behind batch norm

Part = TypeVar("Part", LayerConfig, DepthConfig, VarianceShiftConfig)


@dataclass(frozen=True, slots=True)
class NextLayerConfig:
    """Everything that decides the page: a unit of any fan-in, a small one, a stack of layers, and batch norm.

    ``fan_in``, ``weight_scale``, ``bias``, ``activations`` and ``masks`` are those of `LayerConfig`; the small unit has
    ``unit_inputs``, 1 to 12, all of whose masks are listed, and half as many drawn. ``nonlinearity``, ``width`` and
    ``passes`` are those of `DepthConfig`, ``input_mean``, ``correlation`` and ``samples`` of `VarianceShiftConfig`.
    What is outside its range is refused there, when it is simulated.
    """

    fan_in: int = 64
    weight_scale: float = 1.5
    bias: float = 0.0
    nonlinearity: str = "relu"
    unit_inputs: int = MOST_ENUMERATED
    input_mean: float = 0.5
    correlation: float = 0.05
    seed: int = 2
    rates: tuple[float, ...] = GRID
    activations: Activations = RELU
    masks: int = 4000
    width: int = 48
    passes: int = 200
    samples: int = 4000

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
        """The stack of layers, whose input is drawn from its own activations."""
        return self._part(DepthConfig, activations=RELU)

    @property
    def shift(self) -> VarianceShiftConfig:
        """The layer before batch norm."""
        return self._part(VarianceShiftConfig, mean=self.input_mean, weight_mean=4.0)

    def _part(self, kind: type[Part], **others: Any) -> Part:
        """A configuration of this kind with what both have in common, and ``others``."""
        common = {item.name for item in fields(kind)} & {item.name for item in fields(self)}
        return kind(**({name: getattr(self, name) for name in common} | others))


@dataclass(frozen=True, slots=True, eq=False)
class NextLayer:
    """Everything that the page shows, all on the same grid of rates."""

    config: NextLayerConfig
    rates: Floats
    layer: LayerSweep  # one unit's z over masks
    square_sum: float  # Σ wᵢ²aᵢ² of that unit, on which its variance over masks rests
    edges: Floats  # of the bins of z
    shares: Floats  # per cent of the masks in each bin, shape (strategy, rate, bin),
    outside: Floats  # and outside all bins, as a fraction, shape (strategy, rate)
    top: float  # where the axis of the shares ends, per cent; taller bars are cut
    unit: UnitOutput  # the small unit through the nonlinearity
    logistic: LogisticUnit  # the small unit as a logistic unit, by inverted dropout
    logistic_gap: Floats  # its average − geometric mean, shape (strategy, rate); 0 where it is rounding
    depth: DepthGap
    shift: VarianceShift
    bell_x: Floats
    bells: Floats  # density of what batch norm passes on at test, N(0, Δ), at each x, shape (rate, x);
    expected_bell: Floats  # and the one of variance 1 that it expects, shape (x,)


def next_layer(config: NextLayerConfig) -> NextLayer:
    """Simulate the five sections of the page."""
    layer, unit = layer_sweep(config.layer), layer_sweep(config.unit)
    rates, densities = np.asarray(config.rates), layer_densities(layer)
    shares = 100.0 * densities.density * np.diff(densities.edges)
    tallest = float(shares[:, np.abs(rates - TALLEST_RATE).argmin()].max())
    logistic = {
        name: logistic_unit(unit.weights, unit.inputs, config.bias, rates, name) for name in STRATEGIES
    }
    gaps = [
        drop_rounding(one.arithmetic_mean - one.geometric_mean, one.geometric_mean.max(), ROUNDING)
        for one in logistic.values()
    ]
    shift, x = variance_shift(config.shift), np.linspace(-BELL_END, BELL_END, 161)
    return NextLayer(
        config=config,
        rates=rates,
        layer=layer,
        square_sum=float(np.square(layer.weights * layer.inputs).sum()),
        edges=densities.edges,
        shares=shares,
        outside=densities.outside_mass,
        top=1.1 * tallest if tallest < 60.0 else 105.0,
        unit=unit_output(unit, config.nonlinearity),
        logistic=logistic["inverted"],
        logistic_gap=np.array(gaps),
        depth=depth_gap(config.depth),
        shift=shift,
        bell_x=x,
        bells=_normal_density(x, np.maximum(shift.exact_shift, 1e-6)[:, None]),
        expected_bell=_normal_density(x, 1.0),
    )


def _normal_density(x: Floats, variance: Floats | float) -> Floats:
    return np.asarray(np.exp(-0.5 * x**2 / variance) / np.sqrt(2.0 * np.pi * variance))
