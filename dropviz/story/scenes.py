"""The story as data: scenes in order.

A scene is one state of the app with one sentence, a question to predict, and what to say when the curve is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from dropviz.settings.addresses import page_link
from dropviz.story.pictures import PICTURES, Result
from dropviz.story.predictions import Worked


@dataclass(frozen=True, slots=True)
class Option:
    """An answer to choose, and whether the computed value makes it right."""

    text: str
    right: bool


@dataclass(frozen=True, slots=True)
class Drag:
    """A point to drag: where it stands on the x axis, and how far from the value (same units) is still right."""

    rate: float
    within: float


@dataclass(frozen=True, slots=True)
class Question:
    """What to predict before the reveal, the value that decides it, and the arithmetic that leads to the value."""

    text: str
    worked: Worked
    options: tuple[Option, ...] = ()
    drag: Drag | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """One state of the app with what to say about it; ``veiled``: the curves are hidden until the reveal."""

    title: str
    sentence: str
    picture: str
    settings: tuple[tuple[str, Any], ...] = ()
    notes: str = ""
    question: Question | None = None
    reveal: str = ""
    veiled: bool = True

    @property
    def values(self) -> Mapping[str, Any]:
        """The values of all settings of its picture; where the scene is silent, the defaults."""
        return {one.key: one.default for one in PICTURES[self.picture].settings} | dict(self.settings)

    @property
    def place(self) -> float:
        """Where the slider stands at first, the first setting of every picture: a rate, or a step of the training."""
        return float(next(iter(self.values.values())))

    def result(self) -> Result:
        """Compute what its picture shows."""
        return PICTURES[self.picture].compute(self.values)

    @property
    def address(self) -> str:
        """Link to the page with the settings of the live figure, as the app writes them."""
        query = {name: f"{value:g}" if isinstance(value, float) else value for name, value in self.settings}
        query |= {name: ",".join(value) for name, value in self.settings if isinstance(value, tuple)}
        return page_link(PICTURES[self.picture].address, urlencode(query, safe=","))


@dataclass(frozen=True, slots=True)
class Story:
    """Scenes in order, under one title."""

    title: str
    scenes: tuple[Scene, ...]

    def arranged(self, order: Sequence[int]) -> "Story":
        """Return the story with the scenes of these numbers (from 1) in this order; numbers beyond are left out.

        An empty order, or one that leaves nothing, means all scenes.
        """
        scenes = tuple(self.scenes[number - 1] for number in order if 1 <= number <= len(self.scenes))
        return Story(self.title, scenes or self.scenes)

    def results(self) -> list[Result]:
        """Compute what every scene shows, in order."""
        return [scene.result() for scene in self.scenes]
