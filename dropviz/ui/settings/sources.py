"""Which activations a page shows: the widgets of every source, and a person's own file."""

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dropviz.datasets.files import MOST_BYTES, MOST_VALUES, read_activations
from dropviz.numbers.written import plain
from dropviz.settings.kinds import Setting
from dropviz.settings.sources import FILE, SOURCE, SOURCES
from dropviz.theory.activations import Activations
from dropviz.theory.measured import Empirical
from dropviz.ui.components.upload import Upload, upload
from dropviz.ui.settings.session import saved, set_value
from dropviz.ui.settings.widgets import fold, show

FILE_TYPES = ("npy", "npz", "csv", "parquet")
FILE_HELP = f"Numbers, one or two axes; at most {MOST_BYTES // 1_000_000} MB and {MOST_VALUES:,} values."


def choose_source(ask: Callable[[Setting], Any] = show) -> tuple[Activations, str]:
    """Show the widgets, or ask `kept` or `heard`; return the activations and what they are called on the page."""
    name = ask(SOURCE)
    if name == FILE:
        own = _own_file() if ask is show else _last()
        if own.value is not None:
            return own.value, own.name
        return SOURCES["digits"].make(), SOURCES["digits"].label
    source = SOURCES[name]
    values = [ask(setting) for setting in source.settings]
    return source.make(*values), source.label


def own_activations() -> Upload[Empirical]:
    """A person's own activations, where these are chosen; they stay with the session, on whatever page they came."""
    return _last() if saved().get(SOURCE.key) == FILE else Upload()


def name_own() -> None:
    """Say that a person's own activations are drawn from, or that there are none yet, where these are chosen."""
    own = own_activations()
    if own.value is not None:
        st.caption(f"Drawn from {disarmed(own.name)}.")
    elif saved().get(SOURCE.key) == FILE and not own.problem:
        st.info("Choose a file; until then the hidden layer of the digits is shown.")


def drawn_from(place: DeltaGenerator, default: Activations, label: str, what: str = "Drawn") -> Activations:
    """Return a person's own activations if there are any, else ``default``; a line in ``place`` says which.

    What is given here is drawn from on every page that draws, until it is removed.
    """
    own = own_activations()
    used = own.value if own.value is not None else default
    with place:
        st.caption(f"{what} from {disarmed(own.name) if own.value is not None else label}.")
        unfolded = fold("My own activations", "own_activations")
        if unfolded.open:
            with unfolded:
                _own_file()
    return used


def _own_file() -> Upload[Empirical]:
    """Show the uploader of a person's own activations; return what it was given."""
    given = upload(
        "my own activations",
        FILE_TYPES,
        lambda name, content: Empirical(read_activations(name, content)),
        key=_key(),
        help=f"{FILE_HELP} Of several arrays in an .npz, the largest is taken. The file stays on the server while this "
        "page is open and is never written down; it is no part of the address.",
        limit=MOST_BYTES,
        keep=True,
        on_change=_take,
    )
    name = disarmed(given.name)
    if given.problem:
        drawn = name if given.value is not None else "what was drawn before"
        st.error(disarmed(f"This file was not taken: {given.problem}.") + f" Still drawn: {drawn}.")
    if given.value is not None:
        values = given.value.values
        shape = " × ".join(f"{length:,}" for length in values.shape)
        noun = "value" if values.size == 1 else "values"
        st.caption(
            f"{name}: {shape} {noun}, mean {plain(values.mean())}, variance {plain(values.var())}. "
            "Every unit is one of them, with replacement."
        )
        st.button("Remove this file", on_click=_forget)
    return given


def _key() -> str:
    """The uploader's key: another one after a file was removed, for Streamlit cannot empty an uploader."""
    return f"file_{st.session_state.get('files_removed', 0)}"


def _last() -> Upload[Empirical]:
    last: Upload[Empirical] = st.session_state.get(f"{_key()}_read", Upload())
    return last


def _take(given: Upload[Empirical]) -> None:
    """Draw from what a person has just given, and no longer from what was taken away.

    A file is taken away for a moment, too, where another one takes its place: the uploader must stay to get that.
    """
    if not given.mark:
        st.session_state.pop(f"{_key()}_read", None)
    elif given.value is not None:
        set_value(SOURCE, FILE)


def _forget() -> None:
    st.session_state.pop(f"{_key()}_read", None)
    st.session_state["files_removed"] = st.session_state.get("files_removed", 0) + 1
    set_value(SOURCE, SOURCE.default)


def disarmed(text: str) -> str:
    """Text of another's making, with Markdown's signs disarmed."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]()#+!|<>$~:" else char for char in text)
