"""A person's own table of steps and rates: cells of an editor, or one line in the address."""

import math
from collections.abc import Sequence

from dropviz.schedules import table
from dropviz.settings.kinds import Text

MOST_ROWS = 40
MOST_CELL = 60  # characters
MOST_TEXT = MOST_CELL * MOST_ROWS  # in the address

Rows = tuple[tuple[float, float], ...]


def read_rows(steps: Sequence[object], rates: Sequence[object]) -> Rows:
    """Return rows of (step, rate) from cells of any kind; rows with both cells empty do not count.

    Raises
    ------
    ValueError
        In one sentence that names the row: see `dropviz.schedules.table`. Also for more than 40 rows, or 80 with empty
        ones, and for a cell of more than 60 characters.
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
    table([step for step, _ in pairs], [rate for _, rate in pairs])
    return tuple((float(step), float(rate)) for step, rate in pairs)


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
