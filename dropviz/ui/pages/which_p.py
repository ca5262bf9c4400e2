"""Which p: what to write for another framework, and who means what by the number."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import dropviz as dv
from dropviz.figures.which_p import MEANS_DRAWN, which_p_live
from dropviz.frameworks.choices import SOURCE, TARGET
from dropviz.frameworks.conventions import frameworks
from dropviz.settings import pages
from dropviz.settings.kinds import RATE
from dropviz.settings.sources import USUAL
from dropviz.simulation.which_p import STRATEGIES, which_p
from dropviz.theory.activations import RELU, Activations
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.page import Page
from dropviz.ui.settings.sources import drawn_from, own_activations
from dropviz.ui.settings.widgets import show


@st.cache_data(max_entries=64, show_spinner=False, hash_funcs={dv.Empirical: lambda source: source.digest})
def _live(activations: Activations, source: str, target: str) -> Ready:
    found = which_p(dv.SweepConfig(activations, strategies=STRATEGIES))
    return ready(which_p_live(found, frameworks()[source], frameworks()[target]))


def _controls(place: DeltaGenerator) -> tuple[Activations, str, str]:
    left, right = st.columns(2, gap="medium")
    with left:
        source = show(SOURCE)
    with right:
        target = show(TARGET)
    own = own_activations().value
    if own is None or own.exact_mean != 0.0:
        return drawn_from(place, RELU, USUAL, MEANS_DRAWN), source, target
    drawn_from(place, RELU, USUAL, "No mean is drawn")
    place.caption(f"Theirs is 0, which no factor changes: drawn from {USUAL}.")
    return RELU, source, target


def _figure(activations: Activations, source: str, target: str) -> None:
    live_figure(_live(activations, source, target), "which_p")


PAGE = Page(
    *pages.WHICH_P,
    settings=(RATE, SOURCE, TARGET),
    controls=_controls,
    view=_figure,
)
