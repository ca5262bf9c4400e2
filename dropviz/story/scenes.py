"""The story as data: scenes in order.

A scene is a picture of the app, an image or nothing but text, with one sentence, a question to predict, and what to say
when the curve is shown.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlencode

from dropviz.settings.addresses import page_link
from dropviz.story.images import Image
from dropviz.story.pictures import PICTURES, Result
from dropviz.story.predictions import Worked
from dropviz.theory.activations import RELU, Activations


@dataclass(frozen=True, slots=True)
class Option:
    """An answer to choose, and whether it is right: by the computed value, or as its author says."""

    text: str
    right: bool


@dataclass(frozen=True, slots=True)
class Drag:
    """A point to drag: where it stands on the x axis, and how far from the value (same units) is still right."""

    rate: float
    within: float


@dataclass(frozen=True, slots=True)
class Question:
    """What to predict before the reveal; where it is computed, the value that decides it, and how one gets there."""

    text: str
    worked: Worked | None = None
    options: tuple[Option, ...] = ()
    drag: Drag | None = None


@dataclass(frozen=True, slots=True)
class Scene:
    """A picture by its name, an ``image`` or neither, with what to say about it.

    ``veil`` says what of the picture is hidden until the reveal: nothing, all curves, or the means alone. A picture
    that is drawn from activations is drawn from these.
    """

    title: str
    sentence: str
    picture: str = ""
    settings: tuple[tuple[str, Any], ...] = ()
    image: Image | None = None
    notes: str = ""
    question: Question | None = None
    reveal: str = ""
    veil: Literal["", "all", "means"] = "all"
    activations: Activations = RELU

    @property
    def values(self) -> Mapping[str, Any]:
        """The values of all settings of its picture; where the scene is silent, the defaults."""
        return {one.key: one.default for one in PICTURES[self.picture].settings} | dict(self.settings)

    @property
    def place(self) -> float:
        """Where the slider stands at first, the first setting of every picture: a rate, or a step of the training."""
        return float(next(iter(self.values.values())))

    def result(self) -> Result | None:
        """Compute what its picture shows, if it has one."""
        return PICTURES[self.picture].compute(self.values, self.activations) if self.picture else None

    @property
    def draws(self) -> bool:
        """Whether its picture is drawn from activations."""
        return bool(self.picture) and PICTURES[self.picture].suits is not None

    @property
    def address(self) -> str:
        """Link to the page with the settings of the live figure, as the app writes them; "" without a picture."""
        if not self.picture:
            return ""
        query = {name: f"{value:g}" if isinstance(value, float) else value for name, value in self.settings}
        query |= {name: ",".join(value) for name, value in self.settings if isinstance(value, tuple)}
        picture = PICTURES[self.picture]
        return page_link(picture.address, urlencode(query | dict(picture.fixed), safe=","))


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

    def results(self) -> list[Result | None]:
        """Compute what the picture of every scene shows, in order."""
        return [scene.result() for scene in self.scenes]
