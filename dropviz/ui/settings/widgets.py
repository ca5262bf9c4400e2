"""The widget of every kind of setting."""

import secrets
from collections.abc import Callable
from typing import Any

import streamlit as st

from dropviz.settings.kinds import Choice, Choices, Number, Setting, Text
from dropviz.ui.settings.session import saved, set_value


def show(setting: Setting, on_change: Callable[[], None] | None = None) -> Any:
    """Show the widget of a setting, remember its value and return it.

    ``on_change`` is called when a person clicks another segment; an address does not call it.
    """
    value = saved()[setting.key] if setting.control == "page" else _widget(setting, on_change)
    saved()[setting.key] = value
    return value


def show_seed(seed: Number, help: str) -> int:
    """Show a seed, and a button that draws another one."""
    value = int(show(seed))
    st.button("new draw", on_click=lambda: set_value(seed, secrets.randbelow(2**31)), help=help)
    return value


def _widget(setting: Setting, on_change: Callable[[], None] | None) -> Any:
    match setting:
        case Number():
            return _number(setting)
        case Choice():
            return _choice(setting, on_change)
        case Choices():
            return _choices(setting)
        case Text():
            return _text(setting)


def _number(setting: Number) -> float:
    """Slider, or field; of floats also where the number is whole, for a field of integers reads 1e5 as 1."""
    low, high, step = float(setting.low), float(setting.high), float(setting.step)
    if setting.control == "slider":
        return float(st.slider(setting.label, low, high, step=step, key=setting.key, help=setting.help))
    value = st.number_input(
        setting.label,
        min_value=low,
        max_value=high,
        step=step,
        key=setting.key,
        help=setting.help,
        format="%.0f" if setting.whole else "%g",
    )
    return setting.settled(value)


def _choice(setting: Choice, on_change: Callable[[], None] | None) -> str:
    """Select box, or a row of segments."""
    label_of = setting.options.__getitem__
    if setting.control == "box":
        return st.selectbox(
            setting.label, list(setting.options), format_func=label_of, key=setting.key, help=setting.help
        )
    chosen = st.segmented_control(
        setting.label,
        list(setting.options),
        format_func=label_of,
        key=setting.key,
        help=setting.help,
        required=True,
        on_change=on_change,
    )
    return chosen or setting.default


def _choices(setting: Choices) -> tuple[str, ...]:
    """Row of pills; none means the default, more than ``most`` the first of them."""
    chosen = st.pills(
        setting.label,
        list(setting.options),
        selection_mode="multi",
        format_func=setting.options.__getitem__,
        key=setting.key,
        help=setting.help,
    )
    names = tuple(name for name in setting.options if name in chosen) or setting.default
    if len(names) > setting.most:
        left_out = ", ".join(setting.options[name] for name in names[setting.most :])
        st.info(f"At most {setting.most} are shown at a time; left out: {left_out}.")
    return names[: setting.most]


def _text(setting: Text) -> Any:
    """Text field; what cannot be read is said, and the last value stays."""
    text = st.text_input(setting.label, key=setting.key, placeholder=setting.placeholder, help=setting.help)
    try:
        return setting.parse(text)
    except ValueError:
        st.warning(f"The {setting.key} must be {setting.allowed()}.")
        return saved()[setting.key]
