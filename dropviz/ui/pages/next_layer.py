"""The next layer: z = W·a + b over masks, then a nonlinearity, depth, one logistic unit, and batch norm."""

import secrets
from dataclasses import replace

import streamlit as st

import dropviz as dv
from dropviz.figures.next_layer.figure import next_layer_live
from dropviz.figures.next_layer.text import LABELS
from dropviz.simulation.layer import LayerConfig
from dropviz.simulation.masks import MOST_ENUMERATED
from dropviz.simulation.next_layer import STRATEGIES, NextLayerConfig, next_layer
from dropviz.simulation.nonlinearity import DepthConfig
from dropviz.simulation.variance_shift import VarianceShiftConfig
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.frame import heading
from dropviz.ui.settings.address import read_address, show, write_address
from dropviz.ui.settings.kinds import RATE, Choice, Number, saved

RATES = dv.rate_grid(0.0, 0.95, 0.01)
FAN_IN = Number("layer_fan_in", "fan-in", 64, 1, 512, 1, help="How many inputs a the unit has.")
SCALE = Number(
    "layer_scale",
    "weight scale",
    1.5,
    0.0,
    5.0,
    0.1,
    help="Weights are drawn from a normal of standard deviation scale/√fan-in and mean 4/fan-in; 1/fan-in in the "
    "small unit.",
)
BIAS = Number("layer_bias", "bias b", 0.0, -5.0, 5.0, 0.5, help="Added to the weighted sum: z = W·a + b.")
NONLINEARITY = Choice(
    "layer_f", "nonlinearity f", LABELS, "relu", help="What the next layer does with z: its output is f(z)."
)
UNIT_INPUTS = Number(
    "layer_inputs",
    "inputs of the small unit",
    MOST_ENUMERATED,
    1,
    MOST_ENUMERATED,
    1,
    help="All 2ⁿ masks are listed.",
)
INPUT_MEAN = Number(
    "layer_input_mean",
    "batch norm: mean of the inputs",
    0.5,
    -5.0,
    5.0,
    0.5,
    help="Mean of every input of the layer before batch norm; each has variance 1.",
)
CORRELATION = Number(
    "layer_correlation",
    "batch norm: correlation",
    0.05,
    0.0,
    1.0,
    0.05,
    help="Correlation of any two of these inputs; 0 means uncorrelated.",
)
SEED = Number(
    "layer_seed", "seed", 2, 0, 2**31 - 1, 1, help="The same seed gives the same weights, inputs, masks."
)
SETTINGS = (RATE, FAN_IN, SCALE, BIAS, NONLINEARITY, UNIT_INPUTS, INPUT_MEAN, CORRELATION, SEED)


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
    fan_in, scale, bias = int(show(FAN_IN)), show(SCALE), show(BIAS)
    nonlinearity, inputs = show(NONLINEARITY), int(show(UNIT_INPUTS))
    mean, correlation, seed = show(INPUT_MEAN), show(CORRELATION), int(show(SEED))
    st.button("new draw", on_click=_new_draw, help="A new seed: other weights, inputs and masks.")
    layer = LayerConfig(
        fan_in=fan_in,
        weight_scale=scale,
        bias=bias,
        rates=RATES,
        strategies=STRATEGIES,
        masks=4000,
        seed=seed,
    )
    return NextLayerConfig(
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


def _new_draw() -> None:
    st.session_state[SEED.key] = saved()[SEED.key] = secrets.randbelow(2**31)


@st.fragment
def _figure(config: NextLayerConfig) -> None:
    live_figure(_live(config), "next_layer")
    write_address(SETTINGS)
