"""Settings in the session and in the address bar: read on arrival, remembered, and written where not as at first."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dropviz.settings.addresses import spelled, unknown_names, values_of
from dropviz.settings.kinds import Choice, Setting

STREAMLITS_OWN = {"embed", "embed_options"}
COOKIE = "dropviz_"  # before the name of a setting: a host may serve others, too
REMEMBER = "to_remember"  # in the session


def saved() -> dict[str, Any]:
    """Values of every setting met in this session: what a person chose survives a visit to another page."""
    values: dict[str, Any] = st.session_state.setdefault("settings", {})
    return values


def kept(setting: Setting) -> Any:
    """Return the remembered value of a setting, as where its widget is folded away or the figure itself sets it."""
    return saved()[setting.key]


def set_value(setting: Setting, value: Any) -> None:
    """Set a setting as its widget would; to be called before the widget is shown, as callbacks are."""
    saved()[setting.key] = value
    if setting.control != "page":
        st.session_state[setting.key] = value


def read_address(page: str, settings: Sequence[Setting]) -> list[str]:
    """Take the settings from the address on arrival, else from the session; return what had to be refused.

    One arrives on the first run of a session, and by stepping back or forth in the browser's history.
    """
    context = get_script_run_ctx()
    first = "page" not in st.session_state
    arrived = first or (context is not None and context.is_history_navigation)
    complaints: list[str] = []
    opened = not first and st.session_state["page"] != page
    if opened:
        st.session_state.pop(REMEMBER, None)
    if arrived:
        address = {
            name: st.query_params.get_all(name) for name in st.query_params if name not in STREAMLITS_OWN
        }
        values, complaints = values_of(address, settings)
        complaints += unknown_names(address, settings) if first else []
        if first and not address and not st.context.is_embedded:
            values |= {setting.key: _at_first(setting) for setting in settings}
        saved().update(values)
        for setting in settings:
            if not first:
                st.session_state.pop(setting.key, None)
            if address.keys() == {setting.key} and not complaints:
                remember(setting)
        st.session_state["arrivals"] = st.session_state.get("arrivals", 0) + 1
    known = saved()
    for setting in settings:
        if setting.key not in known:
            known[setting.key] = _at_first(setting)
    st.session_state["page"] = page
    query = urlencode(spelled(settings, saved())) if opened and not arrived else ""
    st.session_state["replace"] = query
    return complaints


def remember(setting: Setting) -> None:
    """Let the browser remember what a person has just chosen, where that is for more than this visit."""
    if isinstance(setting, Choice) and setting.remembered and not st.context.is_embedded:
        value = saved()[setting.key]
        st.session_state[REMEMBER] = {COOKIE + setting.key: "" if value == setting.default else value}


def to_remember() -> dict[str, str]:
    """Return what the browser is to remember by a name of its own; "" is to be forgotten."""
    names: dict[str, str] = st.session_state.get(REMEMBER, {})
    return names


def _at_first(setting: Setting) -> Any:
    """What a setting is when a visit begins: the default, or what this browser remembers of an earlier one."""
    if isinstance(setting, Choice) and setting.remembered:
        value = st.context.cookies.get(COOKIE + setting.key)
        return value if value in setting.options else setting.default
    return setting.default


def restore(setting: Setting) -> None:
    """Give the widget of a setting its remembered value where the session has lost it: it was away for a while."""
    value = saved().setdefault(setting.key, _at_first(setting))
    if setting.control != "page" and setting.key not in st.session_state:
        st.session_state[setting.key] = list(value) if isinstance(value, tuple) else value


def in_fragment() -> bool:
    """Whether only a part of a page that stands already is run."""
    context = get_script_run_ctx()
    return context is not None and bool(context.fragment_ids_this_run)


def to_replace() -> str:
    """Return the query that takes the place of a page's bare address, on the very run that opens the page."""
    return "" if in_fragment() else str(st.session_state.get("replace", ""))


def write_address(settings: Sequence[Setting]) -> None:
    """Put every setting that differs from its default into the address, and nothing else."""
    if to_replace():
        return  # the live figure does it, in place of the bare address that opening a page has left
    wanted = spelled(settings, saved())
    named = {name: st.query_params.get_all(name) for name in st.query_params if name not in STREAMLITS_OWN}
    if named != {name: [text] for name, text in wanted.items()}:
        in_order = {name: wanted[name] for name in named if name in wanted} | wanted
        st.query_params.from_dict(in_order)  # in one message, as each is a step of the browser's history
