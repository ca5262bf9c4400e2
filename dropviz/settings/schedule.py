"""The settings of the page of a changing rate, and the schedules that they make."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from dropviz import schedules
from dropviz.schedules import Schedule
from dropviz.settings.kinds import Choice, Number, Setting
from dropviz.settings.rate_table import TABLE, Rows

MOST_STEPS = 100_000


def _rate(key: str, label: str, default: float) -> Number:
    help = "A probability that a unit is dropped."
    return Number(f"schedule_{key}", label, default, 0.0, 0.99, 0.05, help=help)


def _annealed_code(total: int, start: float, zero_at: int) -> str:
    return f"annealed({start!r}, duration={total * zero_at / 100!r})"


def _stairs(
    total: int, first: float, last: float, levels: int
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Rates and boundaries of equally high and equally long stairs."""
    rates = np.linspace(first, last, levels).round(6).tolist()
    return tuple(rates), tuple(round(total * (i + 1) / levels, 6) for i in range(levels - 1))


def _table_arguments(rows: Rows) -> tuple[list[float], list[float]]:
    return [step for step, _ in rows], [rate for _, rate in rows]


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of the list: its label, its settings, the schedule and the call that these and the steps give, and whose.

    ``make`` and ``code`` take the number of training steps and the values of the settings, in their order.
    """

    label: str
    settings: tuple[Setting, ...]
    make: Callable[..., Schedule]
    code: Callable[..., str]
    source: str


START = _rate("start", "rate at the start", 0.5)  # of the annealed schedule
_BETWEEN = Choice(
    "schedule_between",
    "between the rows",
    {"linear": "straight line", "step": "rate of the row above"},
    "linear",
    help="What the rate is at a step that no row names.",
)
_ZERO_LABEL, _ZERO_HELP = "rate 0 after, % of the training", "When the straight line reaches 0."
_LEVELS_HELP = "How many rates, one after the other."
KINDS: Mapping[str, Kind] = {
    "annealed": Kind(
        "annealed",
        (
            START,
            Number("schedule_zero_at", _ZERO_LABEL, 100, 1, 100, 5, help=_ZERO_HELP),
        ),
        lambda total, start, zero_at: schedules.annealed(start, total * zero_at / 100),
        _annealed_code,
        "Annealed dropout takes the rate from a high initial value to zero over the training: Rennie, "
        "Goel, Thomas, [SLT 2014]"
        "(https://research.ibm.com/publications/annealed-dropout-training-of-deep-networks). "
        "The straight line is our choice.",
    ),
    "curriculum": Kind(
        "curriculum",
        (
            _rate("final", "rate approached", 0.5),
            Number("schedule_speed", "γ × steps", 10.0, 0.1, 100.0, 1.0, help="How fast it is approached."),
        ),
        lambda total, final, speed: schedules.curriculum(final, speed / total),
        lambda total, final, speed: f"curriculum({final!r}, gamma={speed / total!r})",
        "Curriculum dropout goes the other way, from no dropout up: keep = (1 − k̄)·exp(−γ·step) + k̄. "
        "Morerio et al., [ICCV 2017](https://arxiv.org/abs/1703.06229).",
    ),
    "cosine": Kind(
        "cosine",
        (_rate("cosine_start", "rate at the start", 0.5), _rate("cosine_final", "rate at the end", 0.0)),
        lambda total, start, final: schedules.cosine(start, final, total),
        lambda total, start, final: f"cosine({start!r}, {final!r}, duration={total})",
        "Half a cosine, as Loshchilov and Hutter use for the learning rate: "
        "[ICLR 2017](https://arxiv.org/abs/1608.03983).",
    ),
    "steps": Kind(
        "steps",
        (
            _rate("steps_first", "first rate", 0.5),
            _rate("steps_last", "last rate", 0.0),
            Number("schedule_levels", "levels", 3, 2, 10, 1, help=_LEVELS_HELP),
        ),
        lambda total, *values: schedules.steps(*_stairs(total, *values)),
        lambda total, *values: "steps({}, boundaries={})".format(*_stairs(total, *values)),
        "Equally high and equally long stairs.",
    ),
    "constant": Kind(
        "constant",
        (_rate("constant", "rate", 0.3),),
        lambda _, rate: schedules.constant(rate),
        lambda _, rate: f"constant({rate!r})",
        "One rate: then standard dropout has a right factor too, 1 − rate.",
    ),
    "table": Kind(
        "own table",
        (TABLE, _BETWEEN),
        lambda _, rows, between: schedules.table(*_table_arguments(rows), between),
        lambda _, rows, between: "table({}, {}, {!r})".format(*_table_arguments(rows), between),
        "Before the first row holds the first rate, after the last row the last.",
    ),
}
KIND = Choice(
    "schedule",
    "schedule",
    {name: kind.label for name, kind in KINDS.items()},
    "annealed",
    help="How the rate depends on the training step.",
    control="segments",
)
TOTAL = Number(
    "schedule_steps",
    "training steps",
    1000,
    10,
    MOST_STEPS,
    100,
    help="How long the training is: one step, one update of the weights.",
)
STEP = Number("step", "training step", 400.0, 0.0, float(MOST_STEPS), control="page")
SETTINGS: tuple[Setting, ...] = (
    STEP,
    KIND,
    TOTAL,
    *(setting for kind in KINDS.values() for setting in kind.settings),
)
