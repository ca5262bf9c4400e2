"""The next layer in four steps: z = W·a + b over masks, then a nonlinearity, depth, and batch norm."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import dropviz as dv
from dropviz.figures.next_layer.batch_norm import batch_norm_live
from dropviz.figures.next_layer.depth import depth_live
from dropviz.figures.next_layer.mean import mean_live
from dropviz.figures.next_layer.nonlinearity import nonlinearity_live
from dropviz.live.figure import LiveFigure
from dropviz.settings import pages
from dropviz.settings.next_layer import BESIDE, FIELDS, INPUT_MEAN, SCALE, SEED, SETTINGS, STEP
from dropviz.simulation.next_layer import NextLayerConfig, masked_unit, nonlinear_unit, normalized_shift
from dropviz.simulation.nonlinearity import depth_gap
from dropviz.theory.activations import RELU, Activations
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.page import Page
from dropviz.ui.settings.session import saved
from dropviz.ui.settings.sources import drawn_from
from dropviz.ui.settings.widgets import fold, show, show_seed

STEPS: Mapping[str, Callable[[NextLayerConfig], LiveFigure]] = {
    "mean": lambda config: mean_live(masked_unit(config)),
    "nonlinearity": lambda config: nonlinearity_live(nonlinear_unit(config)),
    "depth": lambda config: depth_live(depth_gap(config.depth)),
    "batch_norm": lambda config: batch_norm_live(normalized_shift(config)),
}


@st.cache_data(
    max_entries=32,
    show_spinner="Drawing masks …",
    hash_funcs={dv.Empirical: lambda source: source.digest},
)
def _live(step: str, activations: Activations, settings: Mapping[str, Any]) -> Ready:
    return ready(STEPS[step](NextLayerConfig(activations=activations, **settings)))


def _controls(place: DeltaGenerator) -> tuple[str, Activations]:
    step = show(STEP)
    inputs = "normal inputs with the mean beside the picture" if step == "batch_norm" else "ReLU of a normal"
    return step, drawn_from(place, RELU, inputs)


def _figure(step: str, activations: Activations) -> None:
    picture, beside = st.columns([4, 1], gap="medium")
    with beside:
        own = activations is not RELU
        for setting in BESIDE[step]:
            if not (own and setting is INPUT_MEAN):
                show(setting)
        weights = fold("Weights", "weights")
        if weights.open:
            with weights:
                show(SCALE)
                show_seed(SEED, "A new seed: other weights, inputs and masks.")
    settings = {name: saved()[setting.key] for name, setting in FIELDS.items()}
    if own:
        settings["input_mean"] = None
    with picture:
        live_figure(_live(step, activations, settings), "next_layer")


PAGE = Page(
    *pages.NEXT_LAYER,
    settings=SETTINGS,
    controls=_controls,
    view=_figure,
)
