"""The answer: which strategy is preferable, and why; and what the better one does not do."""

import numpy as np
import streamlit as st

import dropviz as dv
from dropviz.figures.answer.figure import LAYERS, NOISES, STRATEGIES, Evidence, answer_live
from dropviz.schedules import annealed, compare_test_factors
from dropviz.settings.kinds import RATE
from dropviz.simulation.layer import LayerConfig, layer_sweep
from dropviz.simulation.noise_sweep import NoiseConfig, noise_sweep
from dropviz.simulation.nonlinearity import logistic_unit
from dropviz.training.config import TrainingConfig, as_standard
from dropviz.training.dropout import Dropout
from dropviz.training.optimizers import SGD, Adam
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.frame import heading
from dropviz.ui.settings.session import read_address, write_address

SETTINGS = (RATE,)
CONFIG = dv.SweepConfig(strategies=STRATEGIES)
STEPS = 100  # of the annealed schedule
VERDICT = (
    "**Inverted dropout is preferable: both strategies match the mean and are one function up to the constant k, "
    "but only inverted leaves nothing to do at test.** The reasons are practical, not statistical. Here are five, "
    "and three things that inverting does not do, at the rate that you choose; the numbers are those of 100,000 "
    "ReLU-normal units."
)


def _evidence() -> Evidence:
    rates = CONFIG.rates
    return Evidence(
        sweep=dv.sweep(CONFIG),
        noise=noise_sweep(NoiseConfig(rates=rates, noises=NOISES)),
        layer=layer_sweep(LayerConfig(rates=rates, strategies=LAYERS, weight_mean=8.0, bias=1.0)),
        annealed=[compare_test_factors(annealed(rate, STEPS), range(STEPS + 1)) for rate in rates],
        unit=logistic_unit([0.5] * 8, [1.0] * 8, -2.0, rates),
        learning_rate={
            type(optimizer).__name__: np.array([_same_path(optimizer, rate) for rate in rates])
            for optimizer in (SGD(), Adam())
        },
    )


def _same_path(optimizer: SGD | Adam, rate: float) -> float:
    """How many times inverted's learning rate standard needs behind the dropout to follow the same path."""
    inverted = TrainingConfig(hidden=(2,), dropout=(None, Dropout("inverted", rate)), optimizer=optimizer)
    return as_standard(inverted).layer_scales[1].learning_rate


@st.cache_data(max_entries=1, show_spinner=False)
def _live() -> Ready:
    return ready(answer_live(_evidence()))


def show_page() -> None:
    """Show the page."""
    heading("Which strategy is preferable, and why?")
    for complaint in read_address("answer", SETTINGS):
        st.warning(complaint)
    st.markdown(VERDICT)
    _figure()


@st.fragment
def _figure() -> None:
    live_figure(_live(), "answer")
    write_address(SETTINGS)
