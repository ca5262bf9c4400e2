"""A person's own table of steps and rates: an editor on the page, one line in the address."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.elements.widgets import data_editor

from dropviz.schedules import table
from dropviz.ui.settings.kinds import saved

MOST_ROWS = 40
MOST_CELL = 60  # characters
MOST_TEXT = MOST_CELL * MOST_ROWS  # in the address

Rows = tuple[tuple[float, float], ...]


class _FewRows(data_editor.DataEditorSerde):
    """What a browser says was edited, without most of too many new rows: Streamlit adds 1,000 in four seconds."""

    def deserialize(self, ui_value: str | None) -> data_editor.DataEditorState:
        state = super().deserialize(ui_value)
        del state["added_rows"][2 * MOST_ROWS + 1 :]  # with empty ones, and still more than `read_rows` takes
        return state


data_editor.DataEditorSerde = _FewRows  # type: ignore[misc]


def read_rows(steps: Sequence[object], rates: Sequence[object]) -> Rows:
    """Return rows of (step, rate) from cells of any kind; rows with both cells empty do not count.

    Raises
    ------
    ValueError
        In one sentence that names the row: see `dropviz.schedules.table`. Also for more than 40 rows, or 80 with empty
        ones, and for a cell of more than 60 characters.
    """
    if len(steps) > 2 * MOST_ROWS:
        raise ValueError(f"the table must have at most {MOST_ROWS} rows; it has more")
    pairs = [
        (_cell(step), _cell(rate))
        for step, rate in zip(steps, rates, strict=True)
        if _cell(step) or _cell(rate)
    ]
    if len(pairs) > MOST_ROWS:
        raise ValueError(f"the table must have at most {MOST_ROWS} rows; it has {len(pairs)}")
    for number, pair in enumerate(pairs, start=1):
        if max(map(len, pair)) > MOST_CELL:
            raise ValueError(f"row {number}: a cell must have at most {MOST_CELL} characters; one has more")
    table([step for step, _ in pairs], [rate for _, rate in pairs])
    return tuple((float(step), float(rate)) for step, rate in pairs)


def _cell(cell: Any) -> str:
    return "" if pd.isna(cell) else str(cell).strip()


def _number(value: float) -> str:
    return f"{value:.15g}"


@dataclass(frozen=True, slots=True)
class RateTable:
    """The setting: rows of (step, rate), written ``0:0.5,600:0.2`` in the address."""

    key: str
    label: str
    default: Rows

    def parse(self, text: str) -> Rows:
        """Return the rows that the address spells, or raise ValueError."""
        if len(text) > MOST_TEXT:
            raise ValueError(f"the table must be written in at most {MOST_TEXT} characters")
        rows = [row.split(":") for row in text.split(",")]
        if any(len(row) != 2 for row in rows) or not text.isascii() or "_" in text:
            raise ValueError(f"the table must be rows of step:rate, separated by commas; got {text!r}")
        return read_rows([row[0] for row in rows], [row[1] for row in rows])

    def spell(self, value: Rows) -> str:
        """Rows as ``step:rate``, separated by commas."""
        return ",".join(f"{_number(step)}:{_number(rate)}" for step, rate in value)

    def allowed(self) -> str:
        """Return the allowed tables in words."""
        return f"1 to {MOST_ROWS} rows step:rate, separated by commas, with rising steps and rates from 0 to below 1"

    def widget(self) -> Rows:
        """Editor of the table; cells are text, so that what is no number is refused in words, not swallowed."""
        cells = f"{self.key}_cells_{st.session_state.get('arrivals', 0)}"
        if cells not in st.session_state:  # a new editor, or one that was away and forgot its edits
            st.session_state[self.key] = list(saved()[self.key])
        frame = pd.DataFrame(
            [(_number(step), _number(rate)) for step, rate in st.session_state[self.key]],
            columns=["step", "rate"],
            dtype=str,
        )
        st.caption(self.label)
        edited = st.data_editor(
            frame,
            key=cells,
            num_rows="dynamic",
            hide_index=True,
            height="content",
            column_config={"step": st.column_config.TextColumn(), "rate": st.column_config.TextColumn()},
        )
        try:
            return read_rows(edited["step"].tolist(), edited["rate"].tolist())
        except ValueError as problem:
            st.warning("This table cannot be used; the last good one is drawn.")
            st.text(f"{problem}.")
            kept: Rows = saved()[self.key]
            return kept
