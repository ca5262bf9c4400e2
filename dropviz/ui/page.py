"""A page of the app is a record; the frame does what every page does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from streamlit.delta_generator import DeltaGenerator

from dropviz.settings.kinds import Setting


@dataclass(frozen=True, slots=True)
class Page:
    """A page, from the navigation down to what it draws.

    Attributes
    ----------
    address, title, heading, question : what it is called (`PageName`)
    settings : what its address holds
    controls : shows what stands above the picture, and in the place below it that it gets what unfolds; returns what
        was chosen, for the next two
    chosen : returns the same from what the session holds, where the picture is not to wait for the controls
    view : draws the live figure and what follows its rate; runs again when a drag has ended
    below : draws what stands below and does not follow the rate
    more : whether the navigation lists it under "More"
    """

    address: str
    title: str
    heading: str
    question: str
    settings: tuple[Setting, ...]
    controls: Callable[[DeltaGenerator], tuple[Any, ...]] = lambda _: ()
    chosen: Callable[[], tuple[Any, ...]] | None = None
    view: Callable[..., None] | None = None
    below: Callable[..., None] | None = None
    more: bool = False
