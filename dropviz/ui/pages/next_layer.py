"""The next layer: z = W·a + b over masks, then a nonlinearity, depth, one logistic unit, and batch norm."""

from dataclasses import replace

import streamlit as st

import dropviz as dv
from dropviz.figures.next_layer.figure import next_layer_live
from dropviz.settings.next_layer import (
    BIAS,
    CORRELATION,
    FAN_IN,
    INPUT_MEAN,
    NONLINEARITY,
    SCALE,
    SEED,
    SETTINGS,
    UNIT_INPUTS,
)
from dropviz.simulation.layer import LayerConfig
from dropviz.simulation.next_layer import STRATEGIES, NextLayerConfig, next_layer
from dropviz.simulation.nonlinearity import DepthConfig
from dropviz.simulation.variance_shift import VarianceShiftConfig
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.page import Page
from dropviz.ui.settings.widgets import show, show_seed

RATES = dv.rate_grid(0.0, 0.95, 0.01)


@st.cache_data(max_entries=32, show_spinner="Drawing masks …")
def _live(config: NextLayerConfig) -> Ready:
    return ready(next_layer_live(next_layer(config)))


def _controls() -> tuple[NextLayerConfig]:
    with st.sidebar:
        fan_in, scale, bias = int(show(FAN_IN)), show(SCALE), show(BIAS)
        nonlinearity, inputs = show(NONLINEARITY), int(show(UNIT_INPUTS))
        mean, correlation = show(INPUT_MEAN), show(CORRELATION)
        seed = show_seed(SEED, "A new seed: other weights, inputs and masks.")
    layer = LayerConfig(
        fan_in=fan_in,
        weight_scale=scale,
        bias=bias,
        rates=RATES,
        strategies=STRATEGIES,
        masks=4000,
        seed=seed,
    )
    config = NextLayerConfig(
        layer=layer,
        unit=replace(layer, fan_in=inputs, weight_mean=1.0, masks=2000),
        depth=DepthConfig(
            nonlinearity=nonlinearity, width=48, weight_scale=scale, rates=RATES, passes=200, seed=seed
        ),
        shift=VarianceShiftConfig(
            fan_in=fan_in,
            mean=mean,
            correlation=correlation,
            weight_mean=4.0,
            weight_scale=scale,
            rates=RATES,
            seed=seed,
        ),
    )
    return (config,)


def _figure(config: NextLayerConfig) -> None:
    live_figure(_live(config), "next_layer")


PAGE = Page(
    address="next-layer",
    title="Next layer",
    question="what reaches the next layer?",
    heading="What reaches the next layer?",
    settings=SETTINGS,
    controls=_controls,
    view=_figure,
)
