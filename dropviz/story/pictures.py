"""The pictures that a scene can show, each cut from a page."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple

from dropviz.settings import first_screen, mistakes, next_layer, schedule
from dropviz.settings.kinds import RATE, Choice, Choices, Number
from dropviz.story import results


class Picture(NamedTuple):
    """A cut of the page named ``address``: the settings that it takes, and what computes it from their values by key.

    The first setting is where the slider stands.
    """

    address: str
    settings: tuple[Number | Choice | Choices, ...]
    compute: Callable[[Mapping[str, Any]], results.Result]


# A scene differs from its page in four settings: its sample is large enough for every curve, its mistakes are those of
# the table, its schedule starts at a rate that the pictures show, and its slider at the first step.
_TABLED = {name: mistakes.MISTAKE.options[name] for name in mistakes.TABLED}
_SAMPLE = Picture(
    "explore",
    (RATE, replace(first_screen.UNITS, low=100), first_screen.SEED, first_screen.STRATEGIES),
    results.sample,
)
PICTURES: Mapping[str, Picture] = MappingProxyType(
    {
        "distributions": _SAMPLE._replace(compute=results.screen),
        "mask": _SAMPLE._replace(compute=results.screen),
        "means": _SAMPLE,
        "variances": _SAMPLE,
        "variance_ratio": _SAMPLE,
        "test_factors": _SAMPLE,
        "which_p": Picture("which-p", (RATE,), results.which_p),
        "mistakes": Picture("mistakes", (RATE, replace(mistakes.MISTAKE, options=_TABLED)), results.mistake),
        "next_layer": Picture(
            "next-layer",
            (
                RATE,
                next_layer.UNIT_INPUTS,
                next_layer.SCALE,
                next_layer.BIAS,
                next_layer.NONLINEARITY,
                next_layer.SEED,
            ),
            results.unit,
        ),
        "annealing": Picture(
            "schedule",
            (
                replace(schedule.STEP, default=0.0),
                replace(schedule.START, high=RATE.high),
                schedule.TOTAL,
            ),
            results.annealing,
        ),
        "learning_rates": Picture("answer", (RATE,), results.learning_rates),
    }
)
# The one point that a person can drag: the y of a picture's curve at a rate. The other pictures show no single curve.
DRAGGABLE = ("means", "variances", "variance_ratio", "which_p", "mistakes", "test_factors", "learning_rates")
