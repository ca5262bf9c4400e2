"""A person's own activations, from the bytes of a file of theirs; nothing that the file claims is believed.

Every size is checked before memory is taken for it. A failure is a ValueError with one sentence for the person.
"""

import csv
import io
import math
import re
import subprocess
import threading
import zipfile
from array import array
from collections.abc import Callable, Iterator
from itertools import chain
from pathlib import PurePosixPath
from typing import Any, BinaryIO, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dropviz.datasets import processes
from dropviz.numbers.checks import Floats, checked_array
from dropviz.numbers.written import read_number

MOST_BYTES = 20_000_000
MOST_VALUES = 5_000_000
MOST_COLUMNS = 100_000  # of a table
MOST_LINES = 2 * MOST_VALUES  # of a table; every second may be blank
MOST_LINE, MOST_CELL = 25 * MOST_COLUMNS, 1_000  # characters; a float64 has at most 24
MOST_ARRAYS = 1_000  # in an .npz file
LARGEST, SMALLEST_SIZE = 1e15, 1e-15  # squares of these, and float32 in the browser, keep their digits
HEADER_BYTES = 1 << 14  # NumPy itself reads no header above 10,000
PARQUET_SECONDS = 30
UNREADABLE_PARQUET = (
    "a .parquet file must be whole, unencrypted and in Parquet format; this one cannot be read"
)
NO_TEXT = "a .csv file must be text in UTF-8; this one is UTF-16 or not text"
REAL = "biuf"  # NumPy's kinds of real numbers
# 0,05: nobody writes 05 in a column of its own
_CUT_DECIMAL = re.compile(r"(?:^|,)\s*(-?\d+,0\d+)\s*(?:,|$)")


def read_activations(name: str, data: bytes) -> Floats:
    """Read the activations in a file; dimensionless, 1-D or (examples, units).

    .npy: one array. .npz: the largest array of real numbers in it; of equally large ones floats before integers, then
    the first. .csv: cells separated by commas, semicolons or tabs, in UTF-8, numbers with a decimal point. .parquet:
    every column, where pyarrow is installed. A table is all numbers, but for a header (a first row without any number,
    or whose first cell is empty, or which counts 0, 1, 2, … above a row without whole numbers, as pandas names columns)
    and a column of row names (the first, if the header leaves it unnamed; in Parquet, the index that pandas stores).

    Of the file's ``name`` only the ending counts. ``data``, its content, has at most 20 MB and 5,000,000 values,
    100,000 columns, 1,000 arrays. No value may exceed 1e15 in magnitude, and their root mean square must be 0 or at
    least 1e-15. ValueError if the file is of another kind, empty, broken, too large or pickled, or its values are not
    real and finite or out of range.

    >>> read_activations("measured.csv", b"first;second\\n1;2\\n3;4").tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    suffix = PurePosixPath(name.strip()).suffix.lower()
    if suffix not in _READERS:
        raise ValueError(f"the file’s name must end in .npy, .npz, .csv or .parquet; got {name[-40:]!r}")
    if not 1 <= len(data) <= MOST_BYTES:
        raise ValueError(f"the file must have 1 to {MOST_BYTES:,} bytes; it has {len(data):,}")
    return in_range(_READERS[suffix](data))


def in_range(array: NDArray[Any]) -> Floats:
    """Return activations as float64; ValueError unless all are real and finite, and of a size to count with."""
    values = checked_array(array, LARGEST)
    size = _root_mean_square(values)
    if 0.0 < size < SMALLEST_SIZE:
        raise ValueError(
            f"values must have a root mean square of 0 or at least {SMALLEST_SIZE:g}; it is {size:.3g}"
        )
    return values


def _root_mean_square(values: Floats) -> float:
    largest = float(np.abs(values).max())
    return largest * float(np.sqrt(np.mean(np.square(values / largest)))) if largest else 0.0


def check_count(count: int) -> None:
    """Raise ValueError if there are too many values."""
    if count > MOST_VALUES:
        raise ValueError(f"the file must hold at most {MOST_VALUES:,} values; it holds or claims more")


def check_columns(count: int, most: int) -> None:
    """Raise ValueError if a table has too many columns."""
    if count > most:
        raise ValueError(f"the table must have at most {most:,} columns; it has more")


class _Header(NamedTuple):
    """What an .npy file says of its array, and where in the file the values start."""

    shape: tuple[int, ...]
    fortran_order: bool
    dtype: np.dtype[Any]
    start: int

    @property
    def size(self) -> int:
        return math.prod(self.shape)


def npy_header(data: bytes) -> _Header:
    """Read the header of an .npy file from its first bytes; ValueError if there is none."""
    broken = (
        "an array must be in NumPy’s .npy format; its first bytes are missing, damaged or of another format"
    )
    stream = io.BytesIO(data)
    try:
        version = np.lib.format.read_magic(stream)
        read = (
            np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        )
        header = _Header(*read(stream), start=stream.tell())
    except Exception as error:
        # NumPy parses the header as Python source: there is hardly an error it cannot raise
        raise ValueError(broken) from error
    if len(header.shape) > 64 or any(
        type(one) is not int or one < 0 for one in header.shape
    ):  # NumPy does not
        raise ValueError(broken)
    return header


def npy_values(header: _Header, data: bytes | memoryview) -> NDArray[Any]:
    """Return the array in ``data`` under its ``header``, without a copy; ValueError if it is cut off or pickled."""
    if header.dtype.hasobject:
        raise ValueError(
            "the array must hold plain numbers; it holds pickled objects, which are never opened"
        )
    if header.dtype.kind not in REAL or header.size == 0:
        return np.empty(0, header.dtype.type)  # checked_array says what is wrong with it
    end = header.start + header.size * header.dtype.itemsize
    if len(data) < end:
        raise ValueError(f"the array must have the {end:,} bytes that it claims; it ends after {len(data):,}")
    values = np.frombuffer(data, header.dtype, header.size, header.start)
    return values.reshape(header.shape, order="F" if header.fortran_order else "C")


def _read_npy(data: bytes) -> NDArray[Any]:
    header = npy_header(data)
    check_count(header.size)
    return npy_values(header, data)


def _read_npz(data: bytes) -> NDArray[Any]:
    if data.count(b"PK\1\2") > MOST_ARRAYS:  # the mark before each entry of a zip file's table of contents
        raise ValueError(f"an .npz file must hold at most {MOST_ARRAYS:,} arrays; it holds more")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except Exception as error:  # BadZipFile, and whatever damaged fields lead to
        raise ValueError(
            "an .npz file must be a zip file of arrays; it is damaged or something else"
        ) from error
    entries = [entry for entry in archive.infolist() if entry.filename.endswith(".npy")]
    arrays = [(npy_header(unpacked(archive, entry, HEADER_BYTES)), entry) for entry in entries]
    if not arrays:
        raise ValueError(f"an .npz file must hold 1 to {MOST_ARRAYS:,} arrays; it holds none")
    real = [pair for pair in arrays if pair[0].dtype.kind in REAL]
    header, entry = max(real or arrays, key=lambda pair: (pair[0].size, pair[0].dtype.kind == "f"))
    check_count(header.size)
    if not real:
        return npy_values(header, b"")
    return npy_values(header, unpacked(archive, entry, header.start + header.size * header.dtype.itemsize))


def unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most_bytes: int) -> bytes:
    """Unpack the start of an entry of a zip file and no more: a few packed kilobytes may stand for gigabytes."""
    # Python unpacks the other methods without a limit; NumPy writes only these two.
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise ValueError(
            "arrays in an .npz file must be stored or deflated, as NumPy does; one is packed otherwise"
        )
    try:
        with archive.open(entry) as stream:
            return stream.read(most_bytes)
    except Exception as error:  # BadZipFile, zlib.error, RuntimeError for a password, …
        raise ValueError(
            "an .npz file must be whole and without a password; an array cannot be unpacked"
        ) from error


def _read_csv(data: bytes) -> Floats:
    values, width = array("d"), 0
    for row in number_rows(csv_rows(data, only_numbers=True)):
        values.extend(row)
        width = len(row)
        check_count(len(values))
    table = np.frombuffer(values, dtype=np.float64).reshape(-1, width)
    return table.ravel() if width == 1 else table


def number_rows(rows: Iterator[tuple[int, list[str]]]) -> Iterator[list[float]]:
    """Yield the rows of a table as numbers, without header and row names, from those of `csv_rows`.

    ValueError if a row has another number of cells than the first, a cell is no number, or there is no row.
    """
    first_number, first = next(rows, (0, [""]))
    second = next(rows, None)
    has_header = (
        not first[0].strip()
        or not any(_is_number(cell, float) for cell in first)
        or _counts_columns(first, second)
    )
    names = 1 if has_header and not first[0].strip() and len(first) > 1 else 0  # columns of row names
    beginning = [] if has_header else [(first_number, first)]
    number = 0
    for number, cells in chain(beginning, [second] if second else [], rows):
        if len(cells) != len(first):
            raise ValueError(
                f"row {number} must have {len(first):,} cells, as many as the first; it has {len(cells):,}"
            )
        try:
            yield _numbers(cells[names:])
        except ValueError:
            column = next(index for index in range(names, len(cells)) if not _is_number(cells[index]))
            got = repr(cells[column].strip()[:40])
            raise ValueError(
                f"row {number}, column {column + 1} must be a number such as 0.25; got {got}"
            ) from None
    if not number:
        raise ValueError("the table must have at least one row of numbers; it has none")


def _numbers(cells: list[str]) -> list[float]:
    text = "".join(cells)
    # float itself is faster, but also reads underscores and the digits of other scripts
    return list(map(float if text.isascii() and "_" not in text else read_number, cells))


def _counts_columns(first: list[str], second: tuple[int, list[str]] | None) -> bool:
    """Whether the first row is 0, 1, 2, … above a row without whole numbers, as pandas names columns without names."""
    counted = [cell.strip() for cell in first] == [str(index) for index in range(len(first))]
    if len(first) < 2 or not counted or second is None:
        return False
    return not any(cell.strip().lstrip("+-").isdecimal() for cell in second[1])


def csv_rows(
    data: bytes, most_columns: int = MOST_COLUMNS, most_lines: int = MOST_LINES, only_numbers: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each line that is not blank, with its number in the file, counted from 1.

    The separator is the comma, semicolon or tab that is most frequent in the first such line; cells may be in quotes.
    A line may have 2,500,000 characters, a cell 1,000. With ``only_numbers`` 0,05 must be a decimal with a comma, as no
    cell is a label 05. ValueError if the table is larger, not text in UTF-8, or written with decimal commas.
    """
    if b"\0" in data:
        raise ValueError(NO_TEXT)
    return csv_lines(io.BytesIO(data), most_columns, most_lines, only_numbers)


def csv_lines(
    data: BinaryIO, most_columns: int = MOST_COLUMNS, most_lines: int = MOST_LINES, only_numbers: bool = True
) -> Iterator[tuple[int, list[str]]]:
    """Yield what `csv_rows` does from a file that is read a line at a time."""
    text = io.TextIOWrapper(data, encoding="utf-8-sig")
    separator = ""
    try:
        for number, line in enumerate(iter(lambda: text.readline(MOST_LINE + 1), ""), start=1):
            if number > most_lines:
                raise ValueError(f"the table must have at most {most_lines:,} lines; it has more")
            if len(line) > MOST_LINE:
                raise ValueError(f"row {number} must have at most {MOST_LINE:,} characters; it has more")
            if "\0" in line:
                raise ValueError(NO_TEXT)
            if not line.strip():
                continue
            separator = separator or max(",;\t", key=line.count)
            check_columns(line.count(separator) + 1, most_columns)
            if only_numbers and separator == "," and "." not in line:
                _check_decimals(number, line)
            yield number, _cells(number, line, separator)
    except UnicodeDecodeError:
        raise ValueError("a .csv file must be text in UTF-8; this one has another encoding") from None


def _check_decimals(number: int, line: str) -> None:
    if cut := _CUT_DECIMAL.search(line):
        raise ValueError(
            f"row {number} must write decimals with a point, as in 0.25, or separate columns by semicolons; "
            f"got {cut[1][:40]!r}"
        )


def _cells(number: int, line: str, separator: str) -> list[str]:
    try:
        # A line at a time, so that an open quotation mark cannot swallow the file.
        cells = next(csv.reader([line], delimiter=separator)) if '"' in line else line.split(separator)
        if len(line) <= MOST_CELL or max(map(len, cells)) <= MOST_CELL:
            return cells
    except csv.Error:  # a cell of more than 131,072 characters
        pass
    raise ValueError(f"row {number} must have cells of at most {MOST_CELL:,} characters; one is longer")


def _is_number(cell: str, read: Callable[[str], float] = read_number) -> bool:
    try:
        read(cell)
    except ValueError:
        return False
    return True


_READING = threading.BoundedSemaphore(2)  # each may have its hundreds of megabytes


def _read_parquet(data: bytes) -> NDArray[Any]:
    command, environment = processes.command("dropviz.datasets.parquet")
    try:
        with _READING:
            run = subprocess.run(
                command,
                input=data,
                capture_output=True,
                env=environment,
                timeout=PARQUET_SECONDS,
                check=False,
            )
    except subprocess.TimeoutExpired:
        raise ValueError(
            f"a .parquet file must be readable within {PARQUET_SECONDS} seconds; this one took longer"
        ) from None
    except OSError as error:
        raise ValueError("a .parquet file cannot be opened here; save it as .npy, .npz or .csv") from error
    if run.returncode == 2 and run.stdout:
        raise ValueError(run.stdout.decode())
    if run.returncode != 0:
        raise ValueError(UNREADABLE_PARQUET)
    return _read_npy(run.stdout)


_READERS: dict[str, Callable[[bytes], NDArray[Any]]] = {
    ".npy": _read_npy,
    ".npz": _read_npz,
    ".csv": _read_csv,
    ".parquet": _read_parquet,
}
