"""A changing rate: schedules, and why inverted dropout needs no test factor when the rate moves."""

from typing import Any

import streamlit as st

from dropviz.figures.schedule import schedule_live
from dropviz.settings.rate_table import TABLE
from dropviz.settings.schedule import KIND, KINDS, SETTINGS, STEP, TOTAL, Kind
from dropviz.simulation.changing_rate import changing_rate
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.page import Page
from dropviz.ui.pages.schedule.rate_table import edit_table
from dropviz.ui.settings.session import saved
from dropviz.ui.settings.widgets import show


@st.cache_data(max_entries=64, show_spinner=False)
def _live(name: str, total: int, values: tuple[Any, ...]) -> Ready:
    return ready(schedule_live(changing_rate(KINDS[name].make(total, *values), total)), STEP.default)


def _controls() -> tuple[str, int, tuple[Any, ...]]:
    name = show(KIND)
    with st.sidebar:
        total = int(show(TOTAL))
        values = tuple(
            edit_table() if setting is TABLE else show(setting) for setting in KINDS[name].settings
        )
    return name, total, values


def _figure(name: str, total: int, values: tuple[Any, ...]) -> None:
    live = _live(name, total, values)
    step = saved()[STEP.key]
    saved()[STEP.key] = min(live.rates, key=lambda place: abs(place - step))
    live_figure(live, "schedule", STEP)


def _below(name: str, total: int, values: tuple[Any, ...]) -> None:
    _words(KINDS[name])
    _code(KINDS[name].code(total, *values), name)


def _words(kind: Kind) -> None:
    st.markdown(
        "A network is tested while it learns, not only at the end. With standard dropout the factor for that is "
        "1 − *the rate of this step*: a number that has to travel with every saved network. Any one factor, "
        "fixed for the whole training, is right only where the rate happens to be the one that it came from. "
        "Standard's training mean, keep·E[a], moves with the rate too, and the next layer has to follow it. "
        "Inverted dropout divides by each step's own keep while training: the mean stays at E[a], and the test "
        "network never learns that there was a schedule."
    )
    st.caption(
        f"{kind.source} Means are those of the layer's output, for any activations with E[a] ≠ 0; errors are exact. "
        "The mean is all that is compared here: the variance in training follows the rate with both. "
        "Further reading, named beside annealing by the answers to this question: Modified Dropout for Training "
        "Neural Network."
    )


def _code(call: str, name: str) -> None:
    st.subheader("Three lines of the training loop", anchor=False)
    st.code(f"from dropviz.schedules import {name}\n\nschedule = {call}", language="python")
    left, right = st.columns(2)
    left.code(
        "# inverted; at test: a\n"
        "rate = schedule(step)\n"
        "mask = rng.random(a.shape) >= rate\n"
        "a = a * mask / (1 - rate)",
        language="python",
    )
    right.code(
        "# inverted, in PyTorch; at test: model.eval()\n"
        "for module in model.modules():\n"
        "    if isinstance(module, torch.nn.Dropout):\n"
        "        module.p = float(schedule(step))",
        language="python",
    )


PAGE = Page(
    address="schedule",
    title="A changing rate",
    question="and if the rate changes during training?",
    heading="A changing rate: which rate belongs in the test?",
    settings=SETTINGS,
    controls=_controls,
    view=_figure,
    below=_below,
    more=True,
)
