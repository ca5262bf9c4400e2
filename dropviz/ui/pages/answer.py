"""The answer: which strategy is preferable, and why; and what the better one does not do."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dropviz.figures.answer import answer_live
from dropviz.settings.kinds import RATE
from dropviz.simulation.answer import EvidenceConfig, evidence
from dropviz.training.config import same_path
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.page import Page

VERDICT = (
    "**Inverted dropout is preferable: both strategies match the mean and are one function up to the constant k, "
    "but only inverted leaves nothing to do at test.** The reasons are practical, not statistical. Here are five, "
    "and three things that inverting does not do, at the rate that you choose; the numbers are those of 100,000 "
    "ReLU-normal units."
)


@st.cache_data(max_entries=1, show_spinner=False)
def _live(config: EvidenceConfig) -> Ready:
    return ready(answer_live(evidence(config), same_path(config.rates)))


def _controls(_: DeltaGenerator) -> tuple[()]:
    st.markdown(VERDICT)
    return ()


def _figure() -> None:
    live_figure(_live(EvidenceConfig()), "answer")


PAGE = Page(
    address="answer",
    title="Answer",
    question="which strategy is preferable, and why?",
    heading="Which strategy is preferable, and why?",
    settings=(RATE,),
    controls=_controls,
    view=_figure,
)
