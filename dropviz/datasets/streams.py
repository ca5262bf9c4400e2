"""The arrays of a file that is read once, from its beginning to its end: .npz, .npy, .safetensors, .csv and .parquet.

No array is ever held whole: each comes in parts, slices along one of its axes. Nothing that the file claims is
believed, and nothing in it is run. A failure is a ValueError with one sentence.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from dropviz.datasets.files import HEADER_BYTES, REAL, csv_lines, npy_header, number_rows
from dropviz.datasets.layer_files import header_length, tensors
from dropviz.datasets.parquet import table_parts

MOST_BYTES = 200 * 2**20  # of a file
MOST_UNPACKED = 1_000_000_000  # bytes, of all arrays of an .npz
MOST_SLICE = 2_000_000  # values of a slice, such as an example
PART = 1 << 17  # values of a part, where a slice has fewer
PIECE = 1 << 16  # bytes that are read at a time
SUFFIXES = ("npz", "npy", "safetensors", "csv", "parquet")
_CUT = "the file must be whole; it ends in the middle of an array"
_NO_ZIP = "an .npz file must be a zip file of arrays; it is damaged or something else"


@dataclass(frozen=True, slots=True)
class Streamed:
    """An array: its name, and its parts, to be taken before the next array; each has all its axes but ``split`` whole.

    ``split`` is 0, or −1 where the first axis varies fastest in the file. What is no array of real numbers, or has no
    value, has no parts; ``text`` is what an array of text holds.
    """

    name: str
    parts: Iterator[NDArray[Any]]
    split: int = 0
    text: NDArray[Any] | None = None


def streamed(name: str, data: BinaryIO) -> Iterator[Streamed]:
    """Yield the arrays of a file called ``name``, one after the other; a table is one array, named as the file.

    ValueError if it is of another kind, damaged, pickled, or an example has more than 2,000,000 values.
    """
    path = PurePosixPath(name.strip())
    kind = path.suffix.lower().removeprefix(".")
    if kind not in _READERS:
        allowed = ", ".join(f".{suffix}" for suffix in SUFFIXES)
        raise ValueError(f"the file’s name must end in {allowed}; got {name[-40:]!r}")
    yield from _READERS[kind](path.stem, data)


def largest_array(name: str, data: BinaryIO, most: int) -> NDArray[Any]:
    """The array of real numbers in a file that has most values; of equally large ones floats first, then the first.

    ValueError as of `streamed`, also if an array has more than ``most`` values, or there is none.
    """
    largest: NDArray[Any] = np.empty(0)
    for array in streamed(name, data):
        count, parts = 0, []
        for part in array.parts:
            count += part.size
            if count > most:
                raise ValueError(f"an array must have at most {most:,} values; {array.name[:40]!r} has more")
            parts.append(part)
        if parts and (count, parts[0].dtype.kind == "f") > (largest.size, largest.dtype.kind == "f"):
            largest = np.concatenate(parts, axis=array.split)
    if not largest.size:
        raise ValueError("the file must hold an array of real numbers; it holds none")
    return largest


class _Source:
    """Bytes that come in order; what was read too far can be given back."""

    def __init__(self, more: Callable[[int], bytes]) -> None:
        self._more, self._back = more, b""

    def some(self, most: int) -> bytes:
        """Up to so many bytes; none at the end."""
        if self._back:
            piece, self._back = self._back[:most], self._back[most:]
            return piece
        return self._more(most)

    def give_back(self, data: bytes) -> None:
        self._back = data + self._back

    def up_to(self, count: int) -> bytes:
        """So many bytes, fewer at the end."""
        pieces, missing = [], count
        while missing and (piece := self.some(missing)):
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)

    def exactly(self, count: int, cut: str = _CUT) -> bytes:
        """So many bytes; ValueError if there are fewer."""
        data = self.up_to(count)
        if len(data) < count:
            raise ValueError(cut)
        return data

    def skip(self, count: int) -> None:
        while count:
            count -= len(self.exactly(min(count, PIECE)))


# ---- .npy and .safetensors ------------------------------------------------------------------------------------------


def _npy(stem: str, data: BinaryIO) -> Iterator[Streamed]:
    yield _array(stem, _Source(data.read))


def _array(name: str, source: _Source) -> Streamed:
    """The array whose .npy header comes next."""
    start = source.up_to(12)
    before = (
        10 if start[6:7] == b"\1" else 12
    )  # version 1.0 has two bytes for the length of its header, others four
    length = int.from_bytes(start[8:before], "little")
    if length > HEADER_BYTES:
        npy_header(b"")  # which refuses it
    header = npy_header(start + source.up_to(max(0, before + length - len(start))))
    if header.dtype.hasobject:
        raise ValueError(
            f"{name[:40]!r} must hold plain numbers; it holds pickled objects, which are never opened"
        )
    if header.dtype.kind == "U" and len(header.shape) == 1:
        text = source.exactly(_checked_length(name, header.size, header.dtype.itemsize, MOST_SLICE))
        return Streamed(name, iter(()), text=np.frombuffer(text, header.dtype))
    if header.dtype.kind not in REAL or not header.shape or not header.size:
        return Streamed(name, _skipped(source, header.size * header.dtype.itemsize))
    shape = header.shape[::-1] if header.fortran_order else header.shape
    parts = _slices(name, shape, header.dtype, source)
    if header.fortran_order:
        return Streamed(name, (part.T for part in parts), -1)
    return Streamed(name, parts)


def _checked_length(name: str, count: int, size: int, most: int) -> int:
    if count * size > most:
        raise ValueError(
            f"{name[:40]!r} must have at most {most:,} bytes of text; it claims {count * size:,}"
        )
    return count * size


def _skipped(source: _Source, length: int) -> Iterator[NDArray[Any]]:
    source.skip(length)
    return iter(())


def _slices(
    name: str, shape: tuple[int, ...], dtype: np.dtype[Any], source: _Source
) -> Iterator[NDArray[Any]]:
    """Whole slices along the first axis, as many at a time as are a part."""
    size = int(np.prod(shape[1:], dtype=object))
    if size > MOST_SLICE:
        raise ValueError(
            f"an example of {name[:40]!r} must have at most {MOST_SLICE:,} values; it has {size:,}"
        )
    step = max(1, PART // size)
    for start in range(0, shape[0], step):
        count = min(step, shape[0] - start)
        yield np.frombuffer(source.exactly(count * size * dtype.itemsize), dtype).reshape(count, *shape[1:])


def _safetensors(_: str, data: BinaryIO) -> Iterator[Streamed]:
    source = _Source(data.read)
    header = source.exactly(header_length(source.up_to(8)))
    at = 0
    for tensor in tensors(header):
        if tensor.first < at:
            raise ValueError("the arrays of a .safetensors file must not overlap; these do")
        source.skip(tensor.first - at)
        at = tensor.last
        if not tensor.shape or tensor.first == tensor.last:
            yield Streamed(tensor.name, _skipped(source, tensor.last - tensor.first))
            continue
        raw = _slices(tensor.name, tensor.shape, tensor.dtype, source)
        yield Streamed(tensor.name, (tensor.values(part.tobytes()) for part in raw))


# ---- .npz: a zip file without its table of contents, which comes last ----------------------------------------------

_ENTRY, _ZIP64 = struct.Struct("<HHHHHIIIHH"), 0xFFFFFFFF


class _Entry:
    """One file in a zip file, whose content comes next; ``close`` reads what is left of it, and its checksum."""

    def __init__(self, source: _Source, unpacked: int) -> None:
        fields = _ENTRY.unpack(source.exactly(_ENTRY.size, _NO_ZIP))
        _, self.flags, method, _, _, self.sum, self.packed, _, letters, extras = fields
        self.name = source.exactly(letters, _NO_ZIP).decode("utf-8", "replace")
        self._read_extras(source.exactly(extras, _NO_ZIP))
        if self.flags & 1 or method not in (0, 8):  # Python unpacks the other methods without a limit
            raise ValueError(
                "arrays in an .npz file must be stored or deflated, without a password; one is not"
            )
        self.source, self.seen, self.count, self.taken = source, 0, unpacked, 0
        self.unpack = zlib.decompressobj(-15) if method == 8 else None

    def _read_extras(self, extras: bytes) -> None:
        while len(extras) >= 4:
            mark, length = struct.unpack("<HH", extras[:4])
            if mark == 1 and self.packed == _ZIP64 and length >= 16:
                self.packed = struct.unpack("<Q", extras[12:20])[0]
            extras = extras[4 + length :]

    @property
    def known(self) -> bool:
        """Whether its length stands before it."""
        return not self.flags & 8

    def read(self, most: int) -> bytes:
        """Up to so many bytes of its content, unpacked."""
        if self.unpack is None:
            most = min(most, self.packed - self.taken) if self.known else most
            data = self.source.some(most)
            self.taken += len(data)
        else:
            data = self._unpacked(most)
        self.seen = zlib.crc32(data, self.seen)
        self.count += len(data)
        if self.count > MOST_UNPACKED:
            raise ValueError(
                f"an .npz file must have at most {MOST_UNPACKED:,} bytes when unpacked; it has more"
            )
        return data

    def _unpacked(self, most: int) -> bytes:
        assert self.unpack is not None
        while not self.unpack.eof:
            packed = self.unpack.unconsumed_tail or self.source.some(PIECE)
            try:
                data = self.unpack.decompress(packed, most)
            except zlib.error as error:
                raise ValueError("an .npz file must be whole; an array in it cannot be unpacked") from error
            if self.unpack.eof:
                self.source.give_back(self.unpack.unused_data)
            if data:
                return data
            if not packed:
                raise ValueError(_CUT)
        return b""

    def close(self) -> None:
        """Read past its end; ValueError if its checksum is another, or it goes on far behind its array."""
        behind = 0
        while (self.unpack is not None or self.known) and (piece := self.read(PIECE)):
            behind += len(piece)
            if behind > MOST_SLICE:
                raise ValueError(_NO_ZIP)
        if not self.known:
            self._read_descriptor()
        if self.sum != self.seen:
            raise ValueError("an .npz file must be whole; the checksum of an array in it is another")

    def _read_descriptor(self) -> None:
        """What stands behind an entry whose length was not known: its checksum and lengths, of four or eight bytes."""
        data = self.source.up_to(28)
        marked = data[4:] if data[:4] == b"PK\7\x08" else data
        self.sum = int.from_bytes(marked[:4], "little")
        wide = 20 if marked[20:22] == b"PK" or marked[12:14] != b"PK" else 12
        self.source.give_back(marked[wide:])


def _npz(_: str, data: BinaryIO) -> Iterator[Streamed]:
    source, unpacked, none = _Source(data.read), 0, True
    while (mark := source.exactly(4, _NO_ZIP)) == b"PK\3\4":
        entry = _Entry(source, unpacked)
        if entry.name.endswith(".npy"):
            array, none = _array(entry.name.removesuffix(".npy"), _Source(entry.read)), False
            yield array
            for _part in array.parts:  # what nobody took
                pass
        entry.close()
        unpacked = entry.count
    if mark not in (b"PK\1\2", b"PK\5\6"):
        raise ValueError(_NO_ZIP)
    if none:
        raise ValueError("an .npz file must hold at least one array; it holds none")


# ---- tables ---------------------------------------------------------------------------------------------------------


def _csv(stem: str, data: BinaryIO) -> Iterator[Streamed]:
    rows = number_rows(csv_lines(data, most_lines=MOST_BYTES))
    yield Streamed(stem, _lines(rows))


def _lines(rows: Iterator[list[float]]) -> Iterator[NDArray[Any]]:
    """As many lines of a table at a time as are a part; each has as many numbers as the first."""
    for first in rows:
        yield np.array([first, *islice(rows, PART // len(first))])


def _parquet(stem: str, data: BinaryIO) -> Iterator[Streamed]:
    yield Streamed(stem, table_parts(_Source(data.read).up_to(MOST_BYTES + 1)))


_READERS: dict[str, Callable[[str, BinaryIO], Iterator[Streamed]]] = {
    "npz": _npz,
    "npy": _npy,
    "safetensors": _safetensors,
    "csv": _csv,
    "parquet": _parquet,
}
