"""The first screen: the two strategies on the same activations and the same masks."""

import streamlit as st

import dropviz as dv
from dropviz import figures
from dropviz.explorer import LiveFigure
from dropviz.ui.live import live_figure


@st.cache_data(max_entries=64, show_spinner=False)
def _live(config: dv.SweepConfig) -> LiveFigure:
    return figures.explorer_live(dv.sweep(config))


def show() -> None:
    """Show the page."""
    st.title("Dropout: scale at test time, or invert in training?")
    live_figure(_live(dv.SweepConfig()), key="explorer")
