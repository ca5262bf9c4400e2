"""A person's own table of steps and rates: an editor on the page, one line in the address."""

import streamlit as st
from streamlit.elements.widgets import data_editor

from dropviz.settings.rate_table import MOST_ROWS, TABLE, Rows, read_rows, written
from dropviz.ui.settings.session import saved


class _FewRows(data_editor.DataEditorSerde):
    """What a browser says was edited, without most of too many new rows: Streamlit adds 1,000 in four seconds."""

    def deserialize(self, ui_value: str | None) -> data_editor.DataEditorState:
        state = super().deserialize(ui_value)
        del state["added_rows"][2 * MOST_ROWS + 1 :]  # with empty ones, and still more than `read_rows` takes
        return state


data_editor.DataEditorSerde = _FewRows  # type: ignore[misc]


def edit_table() -> Rows:
    """Show the editor of the table; cells are text, so that what is no number is refused in words, not swallowed."""
    import pandas as pd

    cells = f"{TABLE.key}_cells_{st.session_state.get('arrivals', 0)}"
    if cells not in st.session_state:  # a new editor, or one that was away and forgot its edits
        st.session_state[TABLE.key] = list(saved()[TABLE.key])
    frame = pd.DataFrame(
        [(written(step), written(rate)) for step, rate in st.session_state[TABLE.key]],
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
        saved()[TABLE.key] = read_rows(edited["step"].tolist(), edited["rate"].tolist())
    except ValueError as problem:
        st.warning("This table cannot be used; the last good one is drawn.")
        st.text(f"{problem}.")
    kept: Rows = saved()[TABLE.key]
    return kept
