"""The settings of the page of a changing rate, and the schedules that they make."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np

from dropviz import schedules
from dropviz.numbers.checks import check_number, place_of
from dropviz.schedules import Schedule
from dropviz.settings.kinds import Choice, Number, Setting, Text

MOST_STEPS = 100_000
MOST_ROWS = 40
MOST_CELL = 60  # characters
MOST_TEXT = MOST_CELL * MOST_ROWS  # in the address

Rows = tuple[tuple[float, float], ...]

# ---- a person's own table of steps and rates: cells of an editor, or one line in the address -------------------------


def read_rows(steps: Sequence[object], rates: Sequence[object]) -> Rows:
    """Return rows of (step, rate) from cells of any kind; rows with both cells empty do not count.

    ValueError in one sentence that names the row: see `dropviz.schedules.table`. Also for more than 40 rows, or 80 with
    empty ones, and for a cell of more than 60 characters.
    """
    if len(steps) > 2 * MOST_ROWS:
        raise ValueError(f"the table must have at most {MOST_ROWS} rows; it has more")
    pairs = [
        (_cell(step), _cell(rate))
        for step, rate in zip(steps, rates, strict=True)
        if _cell(step) or _cell(rate)
    ]
    if len(pairs) > MOST_ROWS:
        raise ValueError(f"the table must have at most {MOST_ROWS} rows; it has {len(pairs)}")
    for number, pair in enumerate(pairs, start=1):
        if max(map(len, pair)) > MOST_CELL:
            raise ValueError(f"row {number}: a cell must have at most {MOST_CELL} characters; one has more")
    schedules.table([step for step, _ in pairs], [rate for _, rate in pairs])
    rows = tuple((float(written(float(step))), float(written(float(rate)))) for step, rate in pairs)
    # Two steps may be one as the address has them.
    schedules.table([step for step, _ in rows], [rate for _, rate in rows])
    return rows


def _cell(cell: object) -> str:
    """The text of a cell; None and NaN are empty ones."""
    return "" if cell is None or (isinstance(cell, float) and math.isnan(cell)) else str(cell).strip()


def written(value: float) -> str:
    """A step or a rate as the address and the editor have it."""
    return f"{value:.15g}"


def _read_table(text: str) -> Rows:
    if len(text) > MOST_TEXT:
        raise ValueError(f"the table must be written in at most {MOST_TEXT} characters")
    rows = [row.split(":") for row in text.split(",")]
    if any(len(row) != 2 for row in rows) or not text.isascii() or "_" in text:
        raise ValueError(f"the table must be rows of step:rate, separated by commas; got {text!r}")
    return read_rows([row[0] for row in rows], [row[1] for row in rows])


def _write_table(rows: Rows) -> str:
    return ",".join(f"{written(step)}:{written(rate)}" for step, rate in rows)


TABLE = Text(
    "schedule_table",
    "steps, rising, and their rates; add a row at the end",
    ((0, 0.5), (500, 0.3), (1000, 0)),
    form=f"1 to {MOST_ROWS} rows step:rate, separated by commas, with rising steps and rates from 0 to below 1",
    parse=_read_table,
    write=_write_table,
)


# ---- the kinds of schedules -----------------------------------------------------------------------------------------


def _rate(key: str, label: str, default: float) -> Number:
    return Number(f"schedule_{key}", label, default, 0.0, 0.99, 0.05, "A probability that a unit is dropped.")


def _stairs(total: int, first: float, last: float, levels: int) -> partial[Schedule]:
    """Equally high and equally long stairs."""
    rates = np.linspace(first, last, levels).round(6).tolist()
    boundaries = tuple(round(total * (i + 1) / levels, 6) for i in range(levels - 1))
    return partial(schedules.steps, tuple(rates), boundaries=boundaries)


@dataclass(frozen=True, slots=True)
class Kind:
    """A row of the list: its label, its settings, the call that makes the schedule of them, and whose it is.

    ``call`` takes the number of training steps and the values of the settings, in their order.
    """

    label: str
    settings: tuple[Setting, ...]
    call: Callable[..., partial[Schedule]]
    source: str

    def code(self, *given: object) -> str:
        """Write the call as code."""
        call = self.call(*given)
        arguments = [repr(value) for value in call.args]
        arguments += [f"{name}={value!r}" for name, value in call.keywords.items()]
        return f"{call.func.__name__}({', '.join(arguments)})"


START = _rate("start", "rate at the start", 0.5)  # of the annealed schedule
BETWEEN = Choice(
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
        (START, Number("schedule_zero_at", _ZERO_LABEL, 100, 1, 100, 5, help=_ZERO_HELP)),
        lambda total, start, zero_at: partial(schedules.annealed, start, duration=total * zero_at / 100),
        "Annealed dropout takes the rate from a high initial value to zero over the training: Rennie, "
        "Goel, Thomas, [SLT 2014]"
        "(https://research.ibm.com/publications/annealed-dropout-training-of-deep-networks). "
        "Here it falls in a straight line.",
    ),
    "curriculum": Kind(
        "curriculum",
        (
            _rate("final", "rate approached", 0.5),
            Number("schedule_speed", "γ × steps", 10.0, 0.1, 100.0, 1.0, help="How fast it is approached."),
        ),
        lambda total, final, speed: partial(schedules.curriculum, final, gamma=speed / total),
        "Curriculum dropout goes the other way, from no dropout up: keep = (1 − k̄)·exp(−γ·step) + k̄. "
        "Morerio et al., [ICCV 2017](https://arxiv.org/abs/1703.06229).",
    ),
    "cosine": Kind(
        "cosine",
        (_rate("cosine_start", "rate at the start", 0.5), _rate("cosine_final", "rate at the end", 0.0)),
        lambda total, start, final: partial(schedules.cosine, start, final, duration=total),
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
        _stairs,
        "Equally high and equally long stairs.",
    ),
    "constant": Kind(
        "constant",
        (_rate("constant", "rate", 0.3),),
        lambda _, rate: partial(schedules.constant, rate),
        "One rate: then standard dropout has a right factor too, 1 − rate.",
    ),
    "table": Kind(
        "your own",
        (TABLE, BETWEEN),
        lambda _, rows, between: partial(
            schedules.table, [step for step, _ in rows], [rate for _, rate in rows], between
        ),
        "Before the first row holds the first rate, after the last row the last.",
    ),
}
# ---- the points that a hand moves -----------------------------------------------------------------------------------

HANDLES = 6  # on a curve, evenly spaced
HIGHEST = 0.95  # rate that a hand can set
_DIGITS = 4  # of a rate on a curve that becomes a row


@dataclass(frozen=True, slots=True)
class Handles:
    """The rows of a table that is the schedule or runs near it; ``between`` is the table's."""

    rows: Rows
    between: str

    def moved(self, changes: object) -> Rows:
        """Return the rows with other rates: the place of a row, as text → its rate.

        ValueError for what is no such mapping, for a row that there is not, and for a rate outside [0, 0.95].
        """
        if not isinstance(changes, Mapping):
            raise ValueError(f"changes must be a mapping from rows to rates; got {changes!r}")
        places = [str(place) for place in range(len(self.rows))]
        rates = [rate for _, rate in self.rows]
        for place, rate in changes.items():
            check_number("rate", rate, 0.0, HIGHEST)
            rates[place_of("row", place, places)] = round(float(rate), 2)
        return tuple((step, rate) for (step, _), rate in zip(self.rows, rates, strict=True))


def handles(name: str, total: int, values: Sequence[Any]) -> Handles:
    """Return what a hand moves of a schedule over ``total`` steps: rows of a table, stairs, or points of a curve."""
    if name == "table":
        return Handles(*values)
    made = KINDS[name].call(total, *values)
    if name == "steps":
        return Handles(tuple(zip((0.0, *made.keywords["boundaries"]), *made.args, strict=True)), "step")
    places = np.linspace(0.0, total, HANDLES).round()
    return Handles(tuple(zip(places.tolist(), made()(places).round(_DIGITS).tolist(), strict=True)), "linear")


KIND = Choice(
    "schedule",
    "schedule",
    {name: kind.label for name, kind in KINDS.items()},
    "annealed",
    help="How the rate depends on the training step.",
    control="segments",
)
_TOTAL_HELP = "How long the training is: one step, one update of the weights."
TOTAL = Number("schedule_steps", "training steps", 1000, 10, MOST_STEPS, 100, help=_TOTAL_HELP)
STEP = Number("step", "training step", 400.0, 0.0, float(MOST_STEPS), control="page")
SETTINGS: tuple[Setting, ...] = (
    STEP,
    KIND,
    TOTAL,
    *(one for kind in KINDS.values() for one in kind.settings),
)
