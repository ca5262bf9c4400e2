"""The next layer: z = W·a + b over masks, then a nonlinearity, depth, one logistic unit, and batch norm."""

import streamlit as st

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
from dropviz.simulation.next_layer import NextLayerConfig, next_layer
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.page import Page
from dropviz.ui.settings.widgets import show, show_seed


@st.cache_data(max_entries=32, show_spinner="Drawing masks …")
def _live(config: NextLayerConfig) -> Ready:
    return ready(next_layer_live(next_layer(config)))


def _controls() -> tuple[NextLayerConfig]:
    with st.sidebar:
        config = NextLayerConfig(
            fan_in=int(show(FAN_IN)),
            weight_scale=show(SCALE),
            bias=show(BIAS),
            nonlinearity=show(NONLINEARITY),
            unit_inputs=int(show(UNIT_INPUTS)),
            input_mean=show(INPUT_MEAN),
            correlation=show(CORRELATION),
            seed=show_seed(SEED, "A new seed: other weights, inputs and masks."),
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
