"""What is known of a tensor while a network runs, of any framework."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from dropviz.frameworks.findings import Place
from dropviz.frameworks.passes import KEPT, Given, Meeting


@dataclass(slots=True, eq=False)
class Tag:
    """What is known of a tensor: the place whose noise it is (``noise``), or that has changed it, and factors since.

    ``count``: how many values of the noise were drawn, which may be expanded to more. ``fixed``: made of nothing but
    numbers of the code, as by `arange`. ``live``: where noise tells, as it does not where something is padded; None is
    everywhere. ``spans``: a mask made of a few places that were drawn, not value by value.
    ``counts``: how many values survive. ``modules``: whose output it is, and ``behind``, whose output alone it is made
    of. ``chosen``: activations say which of its values there are. ``weight``: made of weights alone. ``apart``: what
    two tensors are apart, or noise has left of that. ``given``: the input of the network of which alone it is made, and
    ``passed`` whether something was made of it. ``added``: the module in which it was made as a sum of two activations,
    and these.
    """

    place: Place | None = None
    noise: bool = False
    fixed: bool = False
    live: Any = None
    spans: bool = False
    counts: bool = False
    drawn: int = 0
    count: int = 0
    meeting: Meeting | None = None
    used: bool = False
    scales: dict[str, float] = field(default_factory=dict)
    modules: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    chosen: bool = False
    weight: bool = False
    apart: bool = False
    given: Given | None = None
    passed: bool = False
    added: tuple[Any, ...] = ()

    @property
    def is_kept(self) -> bool:
        """Whether it is of a mask that is kept."""
        return self.place is not None and self.place.call == KEPT

    def go_on(self) -> None:
        """Note that something is made of it: of an input of the network along a second way, if that was so before."""
        if self.given is not None:
            self.given.forked = self.given.forked or self.passed
            self.passed = True


def mixed(added: Iterable[Tag | None]) -> None:
    """Note that something is ``added``: the noise that met what two tensors are apart mixes them, x + noise·(y − x)."""
    for tag in added:
        if tag is not None and tag.apart and tag.meeting is not None:
            tag.meeting.mixes = True
