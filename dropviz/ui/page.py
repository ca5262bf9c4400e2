"""A page of the app is a record; the frame does what every page does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from dropviz.settings.kinds import Setting


@dataclass(frozen=True, slots=True)
class Page:
    """A page, from the navigation down to what it draws.

    Attributes
    ----------
    address, title, question
        Its address, its name in the navigation, and what a link to it asks where that says too little.
    heading, settings
        Its title on the screen, and what its address holds.
    controls
        Shows what stands above and beside the picture, and returns what was chosen, the arguments of the next two.
    view
        Draws the live figure and all that follows its rate: a fragment, which runs alone when a drag has ended.
    below
        Draws what stands below and does not follow the rate.
    more
        Whether the navigation lists it under "More".
    """

    address: str
    title: str
    heading: str
    settings: tuple[Setting, ...]
    controls: Callable[[], tuple[Any, ...]] = tuple
    view: Callable[..., None] | None = None
    below: Callable[..., None] | None = None
    question: str = ""
    more: bool = False
