"""What can be voted in a scene, and how the votes are counted: every vote is a slot, a whole number from 0."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dropviz.hall.refusals import Refusal

BINS = 40
EDGE = 1e-6  # of the axis; a point at its end may lie so much beyond, by rounding


@dataclass(frozen=True, slots=True)
class Choices:
    """A question with options: the slot is the option's number, from 0."""

    options: int

    def slot(self, option: int | None, value: float | None) -> int:
        """Return the slot of a vote. Refusal: it is none for this question."""
        if option is None or value is not None:
            raise Refusal(422, "This scene asks for an option; send option, not value.")
        if option >= self.options:
            raise Refusal(422, f"option must be from 0 to {self.options - 1} in this scene; got {option}.")
        return option

    def counts(self, tally: Mapping[int, int]) -> Any:
        """Votes of every option, in the order of the options."""
        return [tally.get(slot, 0) for slot in range(self.options)]


@dataclass(frozen=True, slots=True)
class Scale:
    """A question for a value on an axis: the slot is one of 40 bins of equal width on it, twice: wrong, then right.

    On a logarithmic axis the bins are equally wide in the logarithm. ``value`` is right, and what is at most ``within``
    from it.
    """

    low: float
    high: float
    log: bool
    value: float
    within: float

    def slot(self, option: int | None, value: float | None) -> int:
        """Return the slot of a vote. Refusal: it is none for this question."""
        if value is None or option is not None:
            raise Refusal(422, "This scene asks for a value; send value, not option.")
        place = self._place(value)
        if not -EDGE <= place <= 1.0 + EDGE:
            raise Refusal(
                422, f"value must be from {self.low:g} to {self.high:g} in this scene; got {value:g}."
            )
        right = abs(value - self.value) <= self.within
        return min(BINS - 1, max(0, int(place * BINS))) + BINS * right

    def _place(self, value: float) -> float:
        """Where a value lies on the axis, 0 at its low end and 1 at its high end."""
        if not self.log:
            return (value - self.low) / (self.high - self.low)
        return math.log(value / self.low) / math.log(self.high / self.low) if value > 0.0 else -math.inf

    def counts(self, tally: Mapping[int, int]) -> Any:
        """``bins``: the votes in every bin from ``low`` to ``high``; how many are ``right``; whether ``log``."""
        bins = [tally.get(slot, 0) + tally.get(slot + BINS, 0) for slot in range(BINS)]
        right = sum(votes for slot, votes in tally.items() if slot >= BINS)
        return {"low": self.low, "high": self.high, "log": self.log, "bins": bins, "right": right}


Ballot = Choices | Scale
