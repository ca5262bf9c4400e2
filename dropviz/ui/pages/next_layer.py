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
from dropviz.ui.frame import heading
from dropviz.ui.settings.session import read_address, write_address
from dropviz.ui.settings.widgets import show, show_seed


@st.cache_data(max_entries=32, show_spinner="Drawing masks …")
def _live(config: NextLayerConfig) -> Ready:
    return ready(next_layer_live(next_layer(config)))


def show_page() -> None:
    """Show the page."""
    heading("What reaches the next layer?")
    for complaint in read_address("next-layer", SETTINGS):
        st.warning(complaint)
    with st.sidebar:
        config = _controls()
    _figure(config)


def _controls() -> NextLayerConfig:
    """Show the widgets and return what they decide."""
    return NextLayerConfig(
        fan_in=int(show(FAN_IN)),
        weight_scale=show(SCALE),
        bias=show(BIAS),
        nonlinearity=show(NONLINEARITY),
        unit_inputs=int(show(UNIT_INPUTS)),
        input_mean=show(INPUT_MEAN),
        correlation=show(CORRELATION),
        seed=show_seed(SEED, "A new seed: other weights, inputs and masks."),
    )


@st.fragment
def _figure(config: NextLayerConfig) -> None:
    live_figure(_live(config), "next_layer")
    write_address(SETTINGS)
