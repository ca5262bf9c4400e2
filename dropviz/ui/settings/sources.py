"""Which activations a page shows: the widgets of every source, and a person's own file."""

import streamlit as st

import dropviz as dv
from dropviz.datasets.files import MOST_BYTES, MOST_VALUES, read_activations
from dropviz.numbers.written import plain
from dropviz.settings.sources import FILE, SOURCE, SOURCES
from dropviz.theory.activations import Activations
from dropviz.ui.settings.widgets import show


def choose_source() -> tuple[Activations, str]:
    """Show the widgets; return the activations and what they are called on the page."""
    name = show(SOURCE)
    if name == FILE:
        return _from_file()
    source = SOURCES[name]
    values = [show(setting) for setting in source.settings]
    return source.make(*values), source.label


def _from_file() -> tuple[Activations, str]:
    """A person's file; until one can be read, the last one that could, or the digits."""
    upload = st.file_uploader(
        "file",
        type=["npy", "npz", "csv", "parquet"],
        help=f"Numbers, one or two axes; at most {MOST_BYTES // 1_000_000} MB and {MOST_VALUES:,} values. "
        "Of several arrays in an .npz, the largest is taken. The file stays on the server while this page is open "
        "and is never written down; it is no part of the address.",
        max_upload_size=MOST_BYTES // 1_000_000,
    )
    if upload is not None and st.session_state.get("file_id") != upload.file_id:
        st.session_state["file_id"] = upload.file_id
        st.session_state["file_problem"] = None
        try:
            values = read_activations(upload.name, upload.getvalue())
            st.session_state["file"], st.session_state["file_name"] = dv.Empirical(values), upload.name
        except ValueError as problem:
            st.session_state["file_problem"] = str(problem)
    if st.session_state.get("file_problem") and upload is not None:
        drawn = disarmed(st.session_state["file_name"]) if "file" in st.session_state else "the digits"
        st.error(
            disarmed(f"This file was not taken: {st.session_state['file_problem']}.")
            + f" Still drawn: {drawn}."
        )
    if "file" in st.session_state:
        values = st.session_state["file"].values
        shape = " × ".join(f"{length:,}" for length in values.shape)
        noun = "value" if values.size == 1 else "values"
        st.caption(
            f"Drawn from {disarmed(st.session_state['file_name'])}: {shape} {noun}, mean {plain(values.mean())}, "
            f"variance {plain(values.var())}. Every unit is one of them, with replacement."
        )
        return st.session_state["file"], SOURCE.options[FILE]
    if upload is None:
        st.info("Choose a file; until then the hidden layer of the digits is shown.")
    return dv.digits(), SOURCES["digits"].label


def disarmed(text: str) -> str:
    """Text of another's making, with Markdown's signs disarmed."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+!|<>$~:" else char for char in text)
