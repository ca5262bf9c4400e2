"""Settings and the address: reading on arrival, complaints, and writing what differs from the defaults."""

import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dropviz.ui.settings.kinds import Hidden, Setting, saved

STREAMLITS_OWN = {"embed", "embed_options"}


def read_address(page: str, settings: Sequence[Setting]) -> list[str]:
    """Take the settings from the address on arrival, else from the session; return what had to be refused.

    One arrives on the first run of a session, and by stepping back or forth in the browser's history.
    """
    context = get_script_run_ctx()
    first = "page" not in st.session_state
    arrived = first or (context is not None and context.is_history_navigation)
    if not arrived:
        for setting in settings:
            _restore(setting)
        opened = st.session_state["page"] != page
        st.session_state["page"] = page
        st.session_state["replace"] = urlencode(_spelled(settings)) if opened else ""
        return []
    complaints = []
    address = {name: st.query_params.get_all(name) for name in st.query_params if name not in STREAMLITS_OWN}
    for setting in settings:
        texts = address.pop(setting.key, [])
        value = setting.default
        if len(texts) > 1:
            complaints.append(
                f"The address names {setting.key} more than once; {setting.spell(value)} is used."
            )
        elif texts:
            try:
                value = setting.parse(texts[0])
            except (ValueError, OverflowError):
                instead = setting.spell(value) or "the default"
                complaints.append(
                    f"In the address, {setting.key} must be {setting.allowed()}; {instead} is used."
                )
        saved()[setting.key] = value
        st.session_state.pop(setting.key, None)
        _restore(setting)
    if address and first:
        names = sorted({re.sub(r"\W", "", name)[:20] or "a nameless one" for name in address})
        complaints.append(f"The address has settings that this page does not know: {', '.join(names[:5])}.")
    st.session_state["page"], st.session_state["replace"] = page, ""
    st.session_state["arrivals"] = st.session_state.get("arrivals", 0) + 1
    return complaints


def _restore(setting: Setting) -> None:
    """Give the widget of a setting its remembered value where the session has lost it (a page left and met again)."""
    value = saved().setdefault(setting.key, setting.default)
    if not isinstance(setting, Hidden) and setting.key not in st.session_state:
        st.session_state[setting.key] = list(value) if isinstance(value, tuple) else value


def show(setting: Setting) -> Any:
    """Show the widget of a setting, remember its value and return it."""
    value = setting.widget()
    saved()[setting.key] = value
    return value


def to_replace() -> str:
    """Return the query that takes the place of a page's bare address, on the very run that opens the page."""
    context = get_script_run_ctx()
    in_fragment = context is not None and bool(context.fragment_ids_this_run)
    return "" if in_fragment else str(st.session_state.get("replace", ""))


def _spelled(settings: Sequence[Setting]) -> dict[str, str]:
    """Every setting that differs from its default, as the address spells it."""
    texts = {setting.key: setting.spell(saved().get(setting.key, setting.default)) for setting in settings}
    defaults = {setting.key: setting.spell(setting.default) for setting in settings}
    return {key: text for key, text in texts.items() if text != defaults[key]}


def write_address(settings: Sequence[Setting]) -> None:
    """Put every setting that differs from its default into the address, and nothing else."""
    if to_replace():
        return  # the live figure does it, in place of the bare address that opening a page has left
    wanted = _spelled(settings)
    for name in list(st.query_params):
        if name not in wanted and name not in STREAMLITS_OWN:
            del st.query_params[name]
    for name, text in wanted.items():
        if st.query_params.get_all(name) != [text]:
            st.query_params[name] = text
