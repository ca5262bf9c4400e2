"""A table of columns as CSV, and as text for a terminal; without pandas."""

import csv
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

Columns = Mapping[str, Sequence[Any]]


def csv_of(columns: Columns) -> bytes:
    """Return a table as CSV: numbers to the last bit, NaN as an empty cell, a header.

    >>> csv_of({"a": ["x", "y,"], "b": [0.1, float("nan")]})
    b'a,b\\nx,0.1\\n"y,",\\n'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*([_cell(value) for value in column] for column in columns.values()), strict=True))
    return text.getvalue().encode()


def text_of(columns: Columns) -> str:
    """Return a table as text, numbers to six digits.

    >>> print(text_of({"a": ["x", "long"], "b": [1 / 3, 2]}))
       a        b
       x 0.333333
    long        2
    """
    cells = [
        [name, *(f"{value:g}" if isinstance(value, float) else str(value) for value in column)]
        for name, column in columns.items()
    ]
    widths = [max(map(len, column)) for column in cells]
    rows = zip(*cells, strict=True)
    return "\n".join(" ".join(map(str.rjust, row, widths)) for row in rows)


def _cell(value: Any) -> Any:
    return "" if isinstance(value, float) and math.isnan(value) else value
