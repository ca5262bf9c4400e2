"""The answer: which strategy is preferable, and why; and what the better one does not do."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import dropviz as dv
from dropviz.figures.answer import answer_live
from dropviz.settings import pages
from dropviz.settings.kinds import RATE
from dropviz.settings.sources import USUAL
from dropviz.simulation.answer import EvidenceConfig, evidence
from dropviz.theory.activations import RELU, Activations
from dropviz.training.config import learning_rate_factors
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.page import Page
from dropviz.ui.settings.sources import drawn_from


@st.cache_data(max_entries=8, show_spinner=False, hash_funcs={dv.Empirical: lambda source: source.digest})
def _live(activations: Activations) -> Ready:
    config = EvidenceConfig(activations)
    return ready(answer_live(evidence(config), learning_rate_factors(config.rates)))


def _controls(place: DeltaGenerator) -> tuple[Activations]:
    return (drawn_from(place, RELU, f"{USUAL}, 100,000 units"),)


def _figure(activations: Activations) -> None:
    live_figure(_live(activations), "answer")


PAGE = Page(
    *pages.ANSWER,
    settings=(RATE,),
    controls=_controls,
    view=_figure,
)
