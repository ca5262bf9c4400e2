"""The story as data: scenes, and the pictures that they can show.

A scene is one state of the app with one sentence, a question to predict, and what to say when the curve is shown.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NamedTuple
from urllib.parse import urlencode

from dropviz.settings.addresses import page_link
from dropviz.story.predictions import Worked
from dropviz.theory.strategies import strategies


class Limits(NamedTuple):
    """What a setting of a picture may be: its range, or its options, one or several of them."""

    low: float = -math.inf
    high: float = math.inf
    whole: bool = False
    options: tuple[str, ...] = ()
    several: bool = False


class Picture(NamedTuple):
    """A picture that a scene can show: a cut of the page named ``address``, and the settings that it takes."""

    address: str
    settings: tuple[str, ...]


_RATE = Limits(0.0, 0.95)
SETTINGS: Mapping[str, Limits] = MappingProxyType(
    {
        "rate": _RATE,
        "units": Limits(100, 1_000_000, whole=True),
        "seed": Limits(0, 2**31 - 1, whole=True),
        "strategies": Limits(options=tuple(strategies()), several=True),
        "mistakes_kind": Limits(options=tuple(name for name, row in strategies().items() if row.mistake)),
        "layer_inputs": Limits(1, 12, whole=True),
        "layer_scale": Limits(0.0, 5.0),
        "layer_bias": Limits(-5.0, 5.0),
        "layer_f": Limits(options=("relu", "tanh", "sigmoid", "gelu")),
        "layer_seed": Limits(0, 2**31 - 1, whole=True),
        "step": Limits(0.0, 100_000.0),
        "schedule_start": Limits(0.0, 0.95),
        "schedule_steps": Limits(10, 100_000, whole=True),
    }
)
DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "rate": 0.3,
        "units": 100_000,
        "seed": 7,
        "strategies": ("standard", "inverted"),
        "mistakes_kind": "none",
        "layer_inputs": 12,
        "layer_scale": 1.5,
        "layer_bias": 0.0,
        "layer_f": "relu",
        "layer_seed": 2,
        "step": 0.0,
        "schedule_start": 0.5,
        "schedule_steps": 1000,
    }
)
_SAMPLE = ("rate", "units", "seed", "strategies")
PICTURES: Mapping[str, Picture] = MappingProxyType(
    {
        "distributions": Picture("explore", _SAMPLE),
        "mask": Picture("explore", _SAMPLE),
        "means": Picture("explore", _SAMPLE),
        "variances": Picture("explore", _SAMPLE),
        "variance_ratio": Picture("explore", _SAMPLE),
        "test_factors": Picture("explore", _SAMPLE),
        "which_p": Picture("which-p", ("rate",)),
        "mistakes": Picture("mistakes", ("rate", "mistakes_kind")),
        "next_layer": Picture(
            "next-layer", ("rate", "layer_inputs", "layer_scale", "layer_bias", "layer_f", "layer_seed")
        ),
        "annealing": Picture("schedule", ("step", "schedule_start", "schedule_steps")),
        "learning_rates": Picture("answer", ("rate",)),
    }
)
# The one point that a person can drag: the y of a picture's curve at a rate. The other pictures show no single curve.
DRAGGABLE = ("means", "variances", "variance_ratio", "which_p", "mistakes", "test_factors", "learning_rates")


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

    def value(self, key: str) -> Any:
        """The value of a setting of its picture; where the scene is silent, the default."""
        return dict(self.settings).get(key, DEFAULTS[key])

    @property
    def place(self) -> float:
        """Where the slider stands at first: a rate, or a step of the training."""
        return float(self.value(PICTURES[self.picture].settings[0]))

    @property
    def address(self) -> str:
        """Link to the page with the settings of the live figure, as the app writes them."""
        texts = {
            name: ",".join(value)
            if isinstance(value, tuple)
            else f"{value:g}"
            if isinstance(value, float)
            else value
            for name, value in self.settings
        }
        return page_link(PICTURES[self.picture].address, urlencode(texts, safe=","))


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
