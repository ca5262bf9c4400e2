"""The next layer: z = W·a + b over masks, then a nonlinearity, depth, one logistic unit, and batch norm."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dropviz.figures.next_layer.figure import next_layer_live
from dropviz.settings.next_layer import FIELDS, SEED, SETTINGS
from dropviz.simulation.next_layer import NextLayerConfig, next_layer
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.page import Page
from dropviz.ui.settings.widgets import show, show_seed


@st.cache_data(max_entries=32, show_spinner="Drawing masks …")
def _live(config: NextLayerConfig) -> Ready:
    return ready(next_layer_live(next_layer(config)))


def _controls(place: DeltaGenerator) -> tuple[NextLayerConfig]:
    with place.expander("Settings"):
        given = {name: show(setting) for name, setting in FIELDS.items() if setting is not SEED}
        seed = show_seed(SEED, "A new seed: other weights, inputs and masks.")
    return (NextLayerConfig(**given, seed=seed),)


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
