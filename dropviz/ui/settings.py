"""Settings of a page: one record each for the widget, the address and the range that both are held to.

The address holds what differs from the default, so that a copied address gives the same picture. A value in the
address that a setting does not allow is replaced by the default and named in one sentence.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

FINEST = 9  # decimals of a setting: what is smaller than 1e-9 is 0
STREAMLITS_OWN = {"embed", "embed_options"}


def _plain(text: str) -> str:
    """Return the text of a number in ASCII digits; Python itself takes other scripts' digits and underscores."""
    if not text.isascii() or "_" in text:
        raise ValueError(text)
    return text


def _settled(value: float, decimals: int = FINEST) -> float:
    """Return the number with no more decimals than a setting has; without −0."""
    return value if isinstance(value, int) else round(value, decimals) + 0.0


class Setting(Protocol):
    """What the address and the page need of a setting; ``parse`` raises ValueError where ``allowed`` is broken."""

    @property
    def key(self) -> str:
        """Name in the address and in the session."""

    @property
    def default(self) -> Any:
        """Value when the address is silent."""

    def parse(self, text: str) -> Any:
        """Return the value that the address spells, or raise ValueError."""

    def spell(self, value: Any) -> str:
        """Return how the address spells a value."""

    def allowed(self) -> str:
        """Return the allowed values in words."""

    def widget(self) -> Any:
        """Show the widget and return its value."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number with a range; whole if the default is an int."""

    key: str
    label: str
    default: float
    low: float
    high: float
    step: float = 1
    help: str | None = None

    def parse(self, text: str) -> float:
        """Return the number if it lies in the range."""
        value = (int if isinstance(self.default, int) else float)(_plain(text))
        if not self.low <= value <= self.high:
            raise ValueError(text)
        return _settled(value)

    def spell(self, value: float) -> str:
        """Shortest text that gives the same number back."""
        return repr(value)

    def allowed(self) -> str:
        """Return the range in words."""
        kind = "a whole number" if isinstance(self.default, int) else "a number"
        return f"{kind} from {self.low:,} to {self.high:,}"

    def widget(self) -> float:
        """Number field; of floats also where the number is whole, for a field of integers reads 1e5 as 1."""
        kind = int if isinstance(self.default, int) else float
        value = st.number_input(
            self.label,
            min_value=float(self.low),
            max_value=float(self.high),
            step=float(self.step),
            key=self.key,
            help=self.help,
            format="%.0f" if kind is int else "%g",
        )
        return _settled(math.floor(value + 0.5) if kind is int else value)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several options, value → label."""

    key: str
    label: str
    options: Mapping[str, str]
    default: str
    help: str | None = None
    segmented: bool = False
    on_change: Callable[[], None] | None = None  # of a row of segments

    def parse(self, text: str) -> str:
        """Return the option of that name."""
        if text not in self.options:
            raise ValueError(text)
        return text

    def spell(self, value: str) -> str:
        """The option's name."""
        return value

    def allowed(self) -> str:
        """Return the options in words."""
        return "one of " + ", ".join(self.options)

    def widget(self) -> str:
        """Select box, or a row of segments."""
        if self.segmented:
            chosen = st.segmented_control(
                self.label,
                list(self.options),
                format_func=self.options.__getitem__,
                key=self.key,
                help=self.help,
                required=True,
                on_change=self.on_change,
            )
            return chosen or self.default
        return st.selectbox(
            self.label, list(self.options), format_func=self.options.__getitem__, key=self.key, help=self.help
        )


@dataclass(frozen=True, slots=True)
class Choices:
    """At least one and at most ``most`` of several options, value → label; the order is that of the options."""

    key: str
    label: str
    options: Mapping[str, str]
    default: tuple[str, ...]
    most: int
    help: str | None = None

    def parse(self, text: str) -> list[str]:
        """Return the options named, separated by commas."""
        names = text.split(",")
        if len(set(names)) != len(names) or len(names) > self.most or not set(names) <= set(self.options):
            raise ValueError(text)
        return [name for name in self.options if name in names]

    def spell(self, value: Sequence[str]) -> str:
        """The names, separated by commas."""
        return ",".join(value)

    def allowed(self) -> str:
        """Return the options in words."""
        return f"one to {self.most} of {', '.join(self.options)}, separated by commas"

    def widget(self) -> tuple[str, ...]:
        """Row of pills; none means the default, more than ``most`` the first of them."""
        chosen = st.pills(
            self.label,
            list(self.options),
            selection_mode="multi",
            format_func=self.options.__getitem__,
            key=self.key,
            help=self.help,
        )
        names = tuple(name for name in self.options if name in chosen) or self.default
        if len(names) > self.most:
            left_out = ", ".join(self.options[name] for name in names[self.most :])
            st.info(f"At most {self.most} are shown at a time; left out: {left_out}.")
        return names[: self.most]


@dataclass(frozen=True, slots=True)
class Hidden:
    """A number that the page itself sets (the rate of a live figure), held to a range like any other."""

    key: str
    default: float
    low: float
    high: float

    def parse(self, text: str) -> float:
        """Return the number if it lies in the range."""
        value = float(_plain(text))
        if not self.low <= value <= self.high:
            raise ValueError(text)
        return _settled(value, 2)  # as fine as the slider

    def spell(self, value: float) -> str:
        """Shortest text that gives the same number back."""
        return f"{value:g}"

    def allowed(self) -> str:
        """Return the range in words."""
        return f"a number from {self.low:g} to {self.high:g}"

    def widget(self) -> float:
        """Nothing to show: return the value."""
        return float(saved()[self.key])


RATE = Hidden("rate", 0.3, 0.0, 0.95)


def saved() -> dict[str, Any]:
    """Values of every setting met in this session: what a person chose survives a visit to another page."""
    values: dict[str, Any] = st.session_state.setdefault("settings", {})
    return values


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
