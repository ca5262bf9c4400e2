"""Which p: 1/p or 1/(1−p), and who means what by it."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

import dropviz as dv
from dropviz.figures.which_p import conventions_table, which_p_live
from dropviz.frameworks.conventions import frameworks
from dropviz.settings.kinds import RATE, Choice
from dropviz.simulation.which_p import STRATEGIES, which_p
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.page import Page
from dropviz.ui.settings.widgets import show

NAMES = {name: name for name in frameworks()}
SOURCE = Choice(
    "code_from", "code written for", NAMES, "PyTorch", help="Whose convention the number in the code follows."
)
TARGET = Choice("code_to", "moves to", NAMES, "JAX stax", help="Whose convention reads the same number then.")
CONFIG = dv.SweepConfig(strategies=STRATEGIES)
QUESTION = (
    "A comment asks: why scale by 1/p and not by 1/(1−p)? *The more dropout, the more we should compensate, right?* "
    "Right: divide by **keep**. The slides ([CS231n](https://cs231n.github.io/neural-networks-2/#reg)) call that p. "
    "In most frameworks the number is the **drop** probability; if that is p, the factor is 1/(1−p)."
)


@st.cache_data(max_entries=64, show_spinner=False)
def _live(source: str, target: str) -> Ready:
    return ready(which_p_live(which_p(CONFIG), frameworks()[source], frameworks()[target]))


def _controls(_: DeltaGenerator) -> tuple[str, str]:
    left, right = st.columns(2, gap="medium")
    left.markdown(QUESTION)
    with right.container(horizontal=True):
        return show(SOURCE), show(TARGET)


def _figure(source: str, target: str) -> None:
    rate = live_figure(_live(source, target), "which_p")
    st.subheader("Everyone's p", anchor=False)
    st.caption(
        "Rows that our tests run are checked against what the framework computes. The others were read from the file "
        "named; inferred means concluded from it, not said by it."
    )
    st.dataframe(
        conventions_table(rate), hide_index=True, height="content", alt="What p means in every framework"
    )


PAGE = Page(
    address="which-p",
    title="Which p?",
    question="which p is meant, and what to divide by?",
    heading="Which p? Divide by the probability of keeping, whatever it is called",
    settings=(RATE, SOURCE, TARGET),
    controls=_controls,
    view=_figure,
)
