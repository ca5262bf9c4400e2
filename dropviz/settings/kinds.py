"""Four kinds of settings: one record each for the widget, the address and the range that both are held to.

``parse`` reads what an address spells and raises ValueError where it is not what ``allowed`` says in words; ``spell``
writes it. A setting whose ``control`` is "page" has no widget: the page itself sets it, as a live figure sets the rate.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from dropviz.numbers.written import read_number

FINEST = 9  # decimals of a setting: what is smaller than 1e-9 is 0
SLIDERS_FINEST = 2  # decimals of what a live figure sets


@dataclass(frozen=True, slots=True)
class Number:
    """A number with a range; whole if the default is an int and a person types it."""

    key: str
    label: str
    default: float
    low: float
    high: float
    step: float = 1
    help: str | None = None
    control: Literal["field", "slider", "page"] = "field"

    @property
    def whole(self) -> bool:
        """Whether only whole numbers are allowed."""
        return isinstance(self.default, int) and self.control != "page"

    def parse(self, text: str) -> float:
        number = read_number(text)
        value = int(text) if self.whole else number
        if not self.low <= value <= self.high:
            raise ValueError(text)
        return self.settled(value)

    def accepts(self, value: object) -> bool:
        """Whether what a browser sends, which may be anything, is a number in the range."""
        return isinstance(value, int | float) and self.low <= value <= self.high

    def settled(self, value: float) -> float:
        """Return the number with no more decimals than the setting has; without −0."""
        if self.whole:
            return math.floor(value + 0.5)
        return round(value, SLIDERS_FINEST if self.control == "page" else FINEST) + 0.0

    def spell(self, value: float) -> str:
        """Shortest text that gives the same number back."""
        return f"{value:g}" if self.control == "page" else repr(value)

    def allowed(self) -> str:
        form = "g" if self.control == "page" else ","
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {self.low:{form}} to {self.high:{form}}"


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several options, value → label.

    ``otherwise`` is what an address means that holds other settings and not this one; empty: the default. What is
    ``remembered`` by a browser is what a bare address means there, on a later visit.
    """

    key: str
    label: str
    options: Mapping[str, str]
    default: str
    help: str | None = None
    control: Literal["box", "segments", "page"] = "box"
    otherwise: str = ""
    remembered: bool = False

    def parse(self, text: str) -> str:
        if text not in self.options:
            raise ValueError(text)
        return text

    def accepts(self, value: object) -> bool:
        """Whether what a browser sends, which may be anything, is one of the options."""
        return isinstance(value, str) and value in self.options

    def spell(self, value: str) -> str:
        return value

    def allowed(self) -> str:
        return "one of " + ", ".join(self.options)


@dataclass(frozen=True, slots=True)
class Choices:
    """At least one and at most ``most`` of several options, value → label; the order is that of the options."""

    key: str
    label: str
    options: Mapping[str, str]
    default: tuple[str, ...]
    most: int
    help: str | None = None
    control: Literal["pills"] = "pills"

    def parse(self, text: str) -> tuple[str, ...]:
        names = text.split(",")
        if len(set(names)) != len(names) or len(names) > self.most or not set(names) <= set(self.options):
            raise ValueError(text)
        return tuple(name for name in self.options if name in names)

    def spell(self, value: Sequence[str]) -> str:
        return ",".join(value)

    def allowed(self) -> str:
        return f"one to {self.most} of {', '.join(self.options)}, separated by commas"


@dataclass(frozen=True, slots=True)
class Text:
    """A text of a form of its own: ``parse`` makes its value or raises ValueError, ``write`` is the way back."""

    key: str
    label: str
    default: Any
    form: str  # what is allowed, in words
    parse: Callable[[str], Any]
    write: Callable[[Any], str] = str
    empty: str = ""  # what a value without text means, in words
    help: str | None = None
    placeholder: str | None = None
    control: Literal["field", "page"] = "field"

    def spell(self, value: Any) -> str:
        """The value's text; where there is none, what that means, for a sentence: no address ever names it."""
        return self.write(value) or self.empty

    def allowed(self) -> str:
        return self.form


Setting = Number | Choice | Choices | Text


def seed(key: str, default: int, help: str = "The same seed gives the same draw, to the last bit.") -> Number:
    """The seed of a page."""
    return Number(key, "seed", default, 0, 2**31 - 1, 1, help=help)


RATE = Number("rate", "dropout rate", 0.3, 0.0, 0.95, 0.01, control="page")
