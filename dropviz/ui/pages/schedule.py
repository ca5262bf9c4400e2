"""A changing rate: schedules, and why inverted dropout needs no test factor when the rate moves."""

from functools import partial
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.widgets import data_editor

from dropviz.figures.schedule import schedule_live
from dropviz.numbers.formulas import unbroken
from dropviz.settings import pages
from dropviz.settings import schedule as settings
from dropviz.settings.schedule import KINDS, MOST_ROWS, STEP, TABLE, Rows, handles
from dropviz.simulation.changing_rate import changing_rate
from dropviz.ui.components.code import show_code
from dropviz.ui.components.live import Ready, live_figure, ready
from dropviz.ui.page import Page
from dropviz.ui.settings.session import saved, set_value
from dropviz.ui.settings.widgets import fold, folded_settings, show

LOOPS = {
    "the loop, in NumPy": "# inverted; at test: a\n"
    "rate = schedule(step)\n"
    "mask = rng.random(a.shape) >= rate\n"
    "a = a * mask / (1 - rate)",
    "the loop, in PyTorch": "# inverted; at test: model.eval()\n"
    "for module in model.modules():\n"
    "    if isinstance(module, torch.nn.Dropout):\n"
    "        module.p = float(schedule(step))",
}


MOVED = "schedule_moved"  # in the session: a hand has just done so
BY_HAND = "schedule_by_hand"  # and how often one has

WHY = (
    "A network is tested while it learns, not only at the end. With standard dropout the factor for that is "
    "1 − *the rate of this step*: a number that has to travel with every saved network. Any one factor, "
    "fixed for the whole training, is right only where the rate happens to be the one that it came from. "
    "Where the rate moves, standard’s training mean, keep·E[a], moves too, and the next layer has to follow it. "
    "Inverted dropout divides by each step’s own keep while training: the mean stays at E[a], and the test "
    "network never learns that there was a schedule."
)
CAPTION = (
    "Means are those of the layer’s output, for any activations with E[a] ≠ 0; errors are exact. "
    "The mean is all that is compared here: the variance in training follows the rate with both. "
    "Further reading, named beside annealing by the answers to this question: Modified Dropout for Training "
    "Neural Network."
)


class _FewRows(data_editor.DataEditorSerde):
    """What a browser says was edited, without most of too many new rows: Streamlit adds 1,000 in four seconds."""

    def deserialize(self, ui_value: str | None) -> data_editor.DataEditorState:
        state = super().deserialize(ui_value)
        del state["added_rows"][2 * MOST_ROWS + 1 :]  # with empty ones, and still more than `read_rows` takes
        return state


data_editor.DataEditorSerde = _FewRows  # type: ignore[misc]


@st.cache_data(max_entries=64, show_spinner=False)
def _live(name: str, total: int, values: tuple[Any, ...]) -> Ready:
    found = changing_rate(KINDS[name].call(total, *values)(), total)
    return ready(schedule_live(found, handles(name, total, values)), STEP.default)


def _controls(place: DeltaGenerator) -> tuple[str, int, tuple[Any, ...]]:
    name = show(settings.KIND)
    with folded_settings("schedule_settings", place) as ask:
        total = int(ask(settings.TOTAL))
        values = tuple(
            _edit_table() if ask is show and setting is TABLE else ask(setting)
            for setting in KINDS[name].settings
        )
    return name, total, values


def _edit_table() -> Rows:
    """Show the editor of the table; cells are text, so that what is no number is refused in words, not swallowed."""
    import pandas as pd

    cells = f"{TABLE.key}_cells_{st.session_state.get('arrivals', 0)}_{st.session_state.get(BY_HAND, 0)}"
    if cells not in st.session_state:  # a new editor, or one that was away and forgot its edits
        st.session_state[TABLE.key] = list(saved()[TABLE.key])
    frame = pd.DataFrame(
        [(settings.written(step), settings.written(rate)) for step, rate in st.session_state[TABLE.key]],
        columns=["step", "rate"],
        dtype=str,
    )
    st.caption(TABLE.label)
    edited = st.data_editor(
        frame,
        key=cells,
        num_rows="dynamic",
        hide_index=True,
        height="content",
        column_config={"step": st.column_config.TextColumn(), "rate": st.column_config.TextColumn()},
    ).fillna("")
    try:
        saved()[TABLE.key] = settings.read_rows(edited["step"].tolist(), edited["rate"].tolist())
    except ValueError as problem:
        st.warning("This table cannot be used; the last good one is drawn.")
        st.text(f"{problem}.")
    kept: Rows = saved()[TABLE.key]
    return kept


def _move(name: str, total: int, values: tuple[Any, ...], changes: object) -> None:
    """Make the schedule the person's own, with the points where the hand has left them."""
    held = handles(name, total, values)
    try:
        rows = held.moved(changes)
    except ValueError:
        return  # no hand of ours
    set_value(settings.KIND, "table")
    set_value(settings.BETWEEN, held.between)
    saved()[TABLE.key] = rows
    st.session_state[BY_HAND] = st.session_state.get(BY_HAND, 0) + 1
    st.session_state[MOVED] = True


def _figure(name: str, total: int, values: tuple[Any, ...]) -> None:
    if st.session_state.pop(MOVED, False):
        st.rerun()  # the whole page: its settings and its code are others
    live = _live(name, total, values)
    step = saved()[STEP.key]
    saved()[STEP.key] = min(live.rates, key=lambda place: abs(place - step))
    live_figure(live, "schedule", STEP, move=partial(_move, name, total, values))


def _below(name: str, total: int, values: tuple[Any, ...]) -> None:
    kind = KINDS[name]
    code, why = (
        fold("Three lines of the training loop", "schedule_code"),
        fold("Why no factor fits a rate that moves, and sources", "schedule_why"),
    )
    if code.open:
        made = f"from dropviz.schedules import {name}\n\nschedule = {kind.code(total, *values)}"
        with code:
            show_code("schedule_code", {"the schedule": made} | LOOPS)
    if why.open:
        why.markdown(unbroken(WHY))
        why.caption(unbroken(f"{kind.source} {CAPTION}"))


PAGE = Page(
    *pages.SCHEDULE,
    settings=settings.SETTINGS,
    controls=_controls,
    view=_figure,
    below=_below,
    more=True,
)
