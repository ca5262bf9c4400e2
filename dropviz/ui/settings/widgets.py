"""The widget of every kind of setting."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator
from streamlit.elements.lib.mutable_expander_container import ExpanderContainer

from dropviz.settings.kinds import Choice, Choices, Number, Setting, Text
from dropviz.ui.settings.session import kept, restore, saved, set_value


def show(setting: Setting) -> Any:
    """Show the widget of a setting, remember its value and return it."""
    restore(setting)
    value = saved()[setting.key] if setting.control == "page" else _widget(setting)
    saved()[setting.key] = value
    return value


def heard(setting: Setting) -> Any:
    """Remember and return what a person may just have set in a widget yet to be shown again; a text, as it was kept."""
    if not isinstance(setting, Text) and setting.control != "page" and setting.key in st.session_state:
        saved()[setting.key] = _value(setting, st.session_state[setting.key])
    return kept(setting)


def _value(setting: Number | Choice | Choices, held: Any) -> Any:
    """What is set by what the widget of a setting holds."""
    match setting:
        case Number():
            return setting.settled(held)
        case Choices():
            return tuple(name for name in setting.options if name in held) or setting.default
    return held or setting.default


def show_seed(seed: Number, help: str) -> int:
    """Show a seed, and a button that draws another one."""
    value = int(show(seed))
    st.button("new draw", on_click=lambda: set_value(seed, secrets.randbelow(100_000)), help=help)
    return value


def fold(title: str, key: str, place: DeltaGenerator | None = None) -> ExpanderContainer:
    """Return what unfolds under its title; whoever fills it does so only where it is ``open``.

    What is folded away costs neither the server nor the visitor anything.
    """
    return (place or st).expander(title, key=f"fold_{key}", on_change="rerun")


@contextmanager
def folded_settings(key: str, place: DeltaGenerator) -> Iterator[Callable[[Setting], Any]]:
    """Yield what asks for settings that unfold in ``place``: `show` where they are open, else `kept`."""
    unfolded = fold("Settings", key, place)
    with unfolded if unfolded.open else nullcontext():
        yield show if unfolded.open else kept


def _widget(setting: Setting) -> Any:
    shown: dict[str, Any] = {"label": setting.label, "key": setting.key, "help": setting.help}
    if isinstance(setting, Choice | Choices):
        shown |= {"options": list(setting.options), "format_func": setting.options.__getitem__}
    match setting:
        case Number():
            # Of floats also where the number is whole, for a field of integers reads 1e5 as 1.
            shown |= {
                "min_value": float(setting.low),
                "max_value": float(setting.high),
                "step": float(setting.step),
            }
            if setting.control == "slider":
                return st.slider(**shown)
            return _value(setting, st.number_input(**shown, format="%.0f" if setting.whole else "%g"))
        case Text():
            return _read(setting, st.text_input(**shown, placeholder=setting.placeholder))
        case Choices():
            chosen = st.pills(**shown, selection_mode="multi", on_change=_settle, args=(setting,))
            if sentence := st.session_state.pop(_left_out(setting), ""):
                st.info(sentence)
            return _value(setting, chosen)
        case Choice(control="box"):
            return st.selectbox(**shown)
        case Choice():
            return _value(setting, st.segmented_control(**shown, required=True))


def _settle(setting: Choices) -> None:
    """Let the chips agree with the picture: none chosen means the default; what is too many is taken back, and said."""
    chosen = st.session_state[setting.key]
    names = [name for name in setting.options if name in chosen] or list(setting.default)
    st.session_state[setting.key] = names[: setting.most]
    if left_out := ", ".join(setting.options[name] for name in names[setting.most :]):
        sentence = f"At most {setting.most} are shown at a time; left out: {left_out}."
        st.session_state[_left_out(setting)] = sentence


def _left_out(setting: Choices) -> str:
    return f"{setting.key}_left_out"


def _read(setting: Text, text: str) -> Any:
    """What a text says; what cannot be read is said, and the last value stays."""
    try:
        return setting.parse(text)
    except ValueError:
        st.warning(f"The {setting.key} must be {setting.allowed()}.")
        return saved()[setting.key]
