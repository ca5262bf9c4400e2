"""Which activations a page shows: the widgets of every source, and a person's own file."""

import streamlit as st

from dropviz.datasets.files import MOST_BYTES, MOST_VALUES, read_activations
from dropviz.numbers.written import plain
from dropviz.settings.sources import FILE, SOURCE, SOURCES
from dropviz.theory.activations import Activations
from dropviz.theory.measured import Empirical
from dropviz.ui.components.upload import upload
from dropviz.ui.settings.widgets import show

FILE_TYPES = ("npy", "npz", "csv", "parquet")
FILE_HELP = f"Numbers, one or two axes; at most {MOST_BYTES // 1_000_000} MB and {MOST_VALUES:,} values."


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
    given = upload(
        "file",
        FILE_TYPES,
        lambda name, content: Empirical(read_activations(name, content)),
        key="file",
        help=f"{FILE_HELP} Of several arrays in an .npz, the largest is taken. The file stays on the server while this "
        "page is open and is never written down; it is no part of the address.",
        limit=MOST_BYTES,
        keep=True,
    )
    name = disarmed(given.name)
    if given.problem:
        drawn = name if given.value is not None else "the digits"
        st.error(disarmed(f"This file was not taken: {given.problem}.") + f" Still drawn: {drawn}.")
    if given.value is not None:
        values = given.value.values
        shape = " × ".join(f"{length:,}" for length in values.shape)
        noun = "value" if values.size == 1 else "values"
        st.caption(
            f"Drawn from {name}: {shape} {noun}, mean {plain(values.mean())}, variance {plain(values.var())}. "
            "Every unit is one of them, with replacement."
        )
        return given.value, SOURCE.options[FILE]
    if not given.mark:
        st.info("Choose a file; until then the hidden layer of the digits is shown.")
    return SOURCES["digits"].make(), SOURCES["digits"].label


def disarmed(text: str) -> str:
    """Text of another's making, with Markdown's signs disarmed."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+!|<>$~:" else char for char in text)
