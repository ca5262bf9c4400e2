"""Settings of a page: one record each for the widget, the address and the range that both are held to.

The address holds what differs from the default, so that a copied address gives the same picture. A value in the
address that a setting does not allow is replaced by the default and named in one sentence.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import streamlit as st

FINEST = 9  # decimals of a setting: what is smaller than 1e-9 is 0


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
