"""A museum of mistakes, each beside the right thing, and a diagnosis of a person's own."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import dropviz as dv
from dropviz.figures.mistakes.beside_inverted import mistake_live
from dropviz.figures.mistakes.left_on import left_on_live
from dropviz.settings import pages
from dropviz.settings.mistakes import INPUTS, MISTAKE, SEED, SETTINGS, TABLED
from dropviz.settings.sources import USUAL
from dropviz.simulation.layer import LayerConfig
from dropviz.simulation.mistakes import MistakeConfig, answers_left_on, beside_inverted
from dropviz.theory.activations import RELU, Activations
from dropviz.theory.diagnosis import LEFT_ON
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.page import Page
from dropviz.ui.pages.mistakes.diagnosis import show_diagnosis
from dropviz.ui.settings.sources import drawn_from
from dropviz.ui.settings.widgets import folded_settings, show

OWN: dict[str | type[Any], Callable[[Any], Any]] = {dv.Empirical: lambda source: source.digest}


@st.cache_data(max_entries=32, show_spinner=False, hash_funcs=OWN)
def _beside_inverted(activations: Activations, name: str) -> Ready:
    config = dv.SweepConfig(activations, strategies=("inverted", *TABLED))
    return ready(mistake_live(beside_inverted(MistakeConfig(config, name))))


@st.cache_data(max_entries=32, show_spinner="Drawing the masks…", hash_funcs=OWN)
def _left_on(activations: Activations, inputs: int, seed: int) -> Ready:
    return ready(left_on_live(answers_left_on(LayerConfig(activations, fan_in=inputs, seed=seed))))


def _controls(place: DeltaGenerator) -> tuple[str, Activations, int, int]:
    name = show(MISTAKE)
    activations = drawn_from(place, RELU, USUAL)
    if name != LEFT_ON:
        return name, activations, int(INPUTS.default), int(SEED.default)
    with folded_settings("mistakes_settings", place) as ask:
        return name, activations, int(ask(INPUTS)), int(ask(SEED))


def _picture(name: str, activations: Activations, inputs: int, seed: int) -> None:
    left_on = name == LEFT_ON
    live_figure(
        _left_on(activations, inputs, seed) if left_on else _beside_inverted(activations, name), "mistakes"
    )


PAGE = Page(
    *pages.MISTAKES,
    settings=SETTINGS,
    controls=_controls,
    view=_picture,
    below=show_diagnosis,
)
