"""How much of the hall's server anybody may take: each limit is a setting, an environment variable."""

import os
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields

from dropviz.hall.refusals import Refusal

PREFIX = "DROPVIZ_HALL_"


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits, each set by DROPVIZ_HALL_ and its name in capitals; a whole hall may stand behind one address.

    Attributes
    ----------
    rooms, rooms_per_address : open at once
    rooms_per_minute : opened from one address
    drawings_per_minute : of QR codes, for one address
    hours : after which a room ends by itself
    phones, phones_per_address, phones_per_room : connected at once; voters per scene of a room as well
    voters_per_address : per scene of a room: tokens of voters are made by phones, and nobody may fill a room with them
    votes : kept at once in the memory of a process
    requests_per_second, requests_per_address : in all and from one address; ten seconds' worth may come at once
    misses_per_second : from one address, of rooms that are none; ten seconds' worth may come at once
    votes_per_second : of one phone; ten seconds' worth may come at once
    body : bytes of a message
    proxies : how many proxies stand in front, each of which adds the address it was asked from to X-Forwarded-For
    """

    rooms: int = 200
    rooms_per_address: int = 20
    rooms_per_minute: int = 20
    drawings_per_minute: int = 30
    hours: int = 24
    phones: int = 5_000
    phones_per_address: int = 3_000
    phones_per_room: int = 3_000
    voters_per_address: int = 1_500
    votes: int = 500_000
    requests_per_second: int = 2_000
    requests_per_address: int = 1_000
    misses_per_second: int = 20
    votes_per_second: int = 2
    body: int = 2_000
    proxies: int = 0

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Limits":
        """Read the settings; what is not set has its default.

        Raises
        ------
        ValueError
            A setting is no whole number in its range.
        """
        given = {}
        for field in fields(cls):
            name = PREFIX + field.name.upper()
            text = environment.get(name, "").strip()
            if text:
                low, high = (
                    (0, 10) if field.name == "proxies" else (1, 24) if field.name == "hours" else (1, 10**6)
                )
                if not (text.isascii() and text.isdigit() and len(text) < 8 and low <= int(text) <= high):
                    raise ValueError(f"{name} must be a whole number from {low} to {high:,}; got {text!r}")
                given[field.name] = int(text)
        return cls(**given)


class Buckets:
    """A bucket of tokens for each name: what is taken flows back at a rate; the name unused longest is forgotten."""

    def __init__(
        self, rate: float, burst: float, most: int = 20_000, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.rate, self.burst, self.most, self.clock = rate, burst, most, clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, name: str, what: str) -> None:
        """Take a token; Refusal with 429 if there is none."""
        now = self.clock()
        left, at = self._left.get(name, (self.burst, now))
        left = min(self.burst, left + (now - at) * self.rate)
        enough = left >= 1.0
        self._left[name] = (left - enough, now)
        self._left.move_to_end(name)
        if len(self._left) > self.most:
            self._left.popitem(last=False)
        if not enough:
            wait = max(1, round((1.0 - left) / self.rate))
            raise Refusal(429, f"Too many {what}; try again in {wait} s.", retry_after=wait)
