"""Turn Parquet into an array in a process of its own: ``python -m dropviz.datasets.parquet < a.parquet > a.npy``.

Some damaged files make Arrow end the process that reads them; that must not be the one that serves the page.
"""

import io
import sys
from collections.abc import Iterator
from typing import Any

import numpy as np

from dropviz.datasets.files import (
    MOST_COLUMNS,
    MOST_VALUES,
    PARQUET_SECONDS,
    UNREADABLE_PARQUET,
    check_columns,
    check_count,
)
from dropviz.datasets.processes import limit_this_process
from dropviz.extras import how_to_get
from dropviz.numbers.checks import Floats

MOST_UNPACKED = 20 * MOST_VALUES  # bytes: a value has 8, its place in a dictionary 4, pages have headers
PART = 1 << 17  # values read at a time


def table_values(data: bytes) -> Floats:
    """Read every column but a stored pandas index; shape (rows,) for one column, else (rows, columns).

    ValueError if the file is broken, too large or not all numbers, or pyarrow is not installed.
    """
    file, names = _opened(data)
    _check_size(file.metadata, len(names))
    if not names:
        return np.empty(0)
    try:
        table = file.read(columns=names, use_threads=False)
        columns = _columns(table)
    except Exception as error:
        raise ValueError(UNREADABLE_PARQUET) from error
    return columns[0] if len(columns) == 1 else np.column_stack(columns)


def table_parts(data: bytes) -> Iterator[Floats]:
    """Yield every column but a stored pandas index, some rows at a time; shape (rows, columns).

    ValueError as `table_values` raises it, but for the size: what is unpacked at a time is bounded by the caller.
    """
    file, names = _opened(data)
    check_columns(len(names), MOST_COLUMNS)
    try:
        size = max(1, PART // max(1, len(names)))
        for rows in file.iter_batches(batch_size=size, columns=names, use_threads=False):
            yield np.column_stack(_columns(rows))
    except Exception as error:
        raise ValueError(UNREADABLE_PARQUET) from error


def _opened(data: bytes) -> tuple[Any, list[str]]:
    """The file, and the names of its columns, all of real numbers."""
    try:
        import pyarrow  # type: ignore[import-untyped]
        from pyarrow import parquet
    except ImportError:
        how = how_to_get("pyarrow", "a .parquet file")
        raise ValueError(f"{how}, or save it as .npy, .npz or .csv") from None
    try:
        file = parquet.ParquetFile(pyarrow.BufferReader(data))
        fields = [field for field in file.schema_arrow if not field.name.startswith("__index_level_")]
    except Exception as error:  # ArrowInvalid, OSError, and whatever damaged fields lead to
        raise ValueError(UNREADABLE_PARQUET) from error
    for field in fields:
        if not _is_real(field.type):
            raise ValueError(f"column {field.name[:40]!r} must hold numbers; it holds {str(field.type)[:40]}")
    return file, [field.name for field in fields]


def _columns(table: Any) -> list[Any]:
    import pyarrow

    # one batch of rows has arrays, which are copied where they have missing values or are bits
    return [
        np.asarray(column.cast(pyarrow.float64(), safe=False).to_numpy(zero_copy_only=False))
        for column in table.columns
    ]


def _is_real(arrow_type: Any) -> bool:
    from pyarrow import types

    return bool(types.is_integer(arrow_type) or types.is_floating(arrow_type) or types.is_boolean(arrow_type))


def _check_size(metadata: Any, columns: int) -> None:
    """Check what the groups of rows and the columns in them claim; the totals may say otherwise."""
    check_columns(metadata.num_columns, MOST_COLUMNS)
    groups = [metadata.row_group(index) for index in range(metadata.num_row_groups)]
    check_count(max(abs(metadata.num_rows), sum(abs(group.num_rows) for group in groups)) * columns)
    chunks = [group.column(index) for group in groups for index in range(group.num_columns)]
    check_count(sum(abs(chunk.num_values) for chunk in chunks))
    if sum(abs(chunk.total_uncompressed_size) for chunk in chunks) > MOST_UNPACKED:
        raise ValueError(f"the table must have at most {MOST_UNPACKED:,} bytes when unpacked; it claims more")


def main() -> int:
    """Convert standard input; return 0, or 2 after a sentence on standard output."""
    limit_this_process(PARQUET_SECONDS)
    try:
        values = table_values(sys.stdin.buffer.read())
    except ValueError as error:
        sys.stdout.buffer.write(str(error).encode())
        return 2
    array = io.BytesIO()
    np.save(array, values)
    sys.stdout.buffer.write(array.getbuffer())
    return 0


if __name__ == "__main__":
    sys.exit(main())
