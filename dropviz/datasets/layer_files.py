"""The arrays of a file on this machine, by name, one at a time: .npz, .npy and .safetensors.

Nothing that the file claims is believed, and nothing in it is run. A failure is a ValueError with one sentence.
"""

import json
import math
import mmap
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dropviz.datasets.files import HEADER_BYTES, npy_header, npy_values, unpacked

MOST_ARRAYS = 20_000
MOST_BYTES = 2_000_000_000  # of an array, unpacked
MOST_HEADER = 10_000_000  # bytes of the JSON of a .safetensors file
SUFFIXES = (".npz", ".npy", ".safetensors")
SAFETENSORS = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4", "I16": "<i2",
               "I8": "i1", "U64": "<u8", "U32": "<u4", "U16": "<u2", "U8": "u1", "BOOL": "?"}  # fmt: skip
_BROKEN = "a .safetensors file must start with the JSON of its arrays, which must lie within it; this one is damaged"

Named = tuple[str, NDArray[Any]]


def layer_arrays(path: str | Path) -> Iterator[Named]:
    """Yield name and array of each array of numbers or text in a file; that of an .npy file is named as the file.

    A file has at most 20,000 arrays of 2 GB. Arrays of .npy and .safetensors are views of the file, not copies.
    ValueError if the file is of another kind, damaged, or pickled; OSError if it cannot be opened.
    """
    file = Path(path)
    suffix = file.suffix.lower()
    if suffix not in SUFFIXES:
        raise ValueError(f"the file’s name must end in {', '.join(SUFFIXES)}; got {file.name[-40:]!r}")
    if not file.stat().st_size:
        raise ValueError(f"the file must not be empty; {file.name[-40:]!r} has 0 bytes")
    if suffix == ".npz":
        yield from _npz(file)
        return
    with file.open("rb") as opened:
        data = memoryview(mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ))
    if suffix == ".npy":
        yield file.stem, npy_values(npy_header(bytes(data[:HEADER_BYTES])), data)
    else:
        yield from _safetensors(data)


def _npz(file: Path) -> Iterator[Named]:
    try:
        archive = zipfile.ZipFile(file)
    except OSError:
        raise
    except Exception as error:  # BadZipFile, and whatever damaged fields lead to
        raise ValueError(
            "an .npz file must be a zip file of arrays; it is damaged or something else"
        ) from error
    with archive:
        entries = [entry for entry in archive.infolist() if entry.filename.endswith(".npy")]
        _check_number(len(entries))
        for entry in entries:
            header = npy_header(unpacked(archive, entry, HEADER_BYTES))
            length = header.start + header.size * header.dtype.itemsize
            _check_bytes(length)
            name = entry.filename.removesuffix(".npy")
            if header.dtype.kind == "U":  # the names in a record
                yield (
                    name,
                    _text(header.shape, header.dtype, unpacked(archive, entry, length)[header.start :]),
                )
            else:
                yield name, npy_values(header, unpacked(archive, entry, length))


def _text(shape: tuple[int, ...], dtype: np.dtype[Any], data: bytes) -> NDArray[Any]:
    if not dtype.itemsize or len(data) != math.prod(shape) * dtype.itemsize:
        raise ValueError("an array of names must be whole; it is damaged")
    return np.frombuffer(data, dtype).reshape(shape)


def _safetensors(data: memoryview) -> Iterator[Named]:
    length = header_length(bytes(data[:8]))
    values = data[8 + length :]
    for tensor in tensors(bytes(data[8 : 8 + length])):
        if tensor.last > len(values):
            raise ValueError(_BROKEN)
        yield tensor.name, tensor.values(values[tensor.first : tensor.last])


class Tensor(NamedTuple):
    """What the header of a .safetensors file says of an array, and where behind the header its bytes stand."""

    name: str
    kind: str
    shape: tuple[int, ...]
    first: int
    last: int

    @property
    def dtype(self) -> np.dtype[Any]:
        """The type of what stands there; of bfloat16 the upper half of float32."""
        return np.dtype(SAFETENSORS[self.kind])

    def values(self, data: memoryview | bytes) -> NDArray[Any]:
        """The array, or the slices along its first axis that ``data`` has."""
        if not math.prod(self.shape):
            return np.empty(self.shape, np.float32)
        values = np.frombuffer(data, self.dtype).reshape((-1, *self.shape[1:]) if self.shape else ())
        return (values.astype("<u4") << 16).view("<f4") if self.kind == "BF16" else values


def header_length(data: bytes) -> int:
    """Length of the header of a .safetensors file, from its first 8 bytes; ValueError if it is too long."""
    length = int.from_bytes(data, "little")
    if len(data) != 8 or not 2 <= length <= MOST_HEADER:
        raise ValueError(_BROKEN)
    return length


def tensors(header: bytes) -> list[Tensor]:
    """The arrays that the header of a .safetensors file names, in their order in the file."""
    try:
        named = json.loads(header)
        named.pop("__metadata__", None)
        rows = [(name, row["dtype"], row["shape"], row["data_offsets"]) for name, row in named.items()]
    except (ValueError, AttributeError, KeyError, TypeError, RecursionError) as error:
        raise ValueError(_BROKEN) from error
    _check_number(len(rows))
    return sorted((_tensor(*row) for row in rows), key=lambda tensor: tensor.first)


def _tensor(name: str, kind: Any, shape: Any, offsets: Any) -> Tensor:
    if not isinstance(kind, str) or kind not in SAFETENSORS:
        raise ValueError(f"{name[:40]!r} must have one of the types {', '.join(SAFETENSORS)}; got {kind!r}")
    if not (_counts(shape) and _counts(offsets) and len(offsets) == 2 and len(shape) <= 32):
        raise ValueError(_BROKEN)
    length = math.prod(shape) * np.dtype(SAFETENSORS[kind]).itemsize
    _check_bytes(length)
    if offsets[1] - offsets[0] != length:
        raise ValueError(_BROKEN)
    return Tensor(name, kind, tuple(shape), *offsets)


def _counts(numbers: Any) -> bool:
    return isinstance(numbers, list) and all(type(number) is int and number >= 0 for number in numbers)


def _check_number(count: int) -> None:
    if not 1 <= count <= MOST_ARRAYS:
        raise ValueError(f"the file must hold 1 to {MOST_ARRAYS:,} arrays; it holds {count:,}")


def _check_bytes(count: int) -> None:
    if count > MOST_BYTES:
        raise ValueError(f"each array must have at most {MOST_BYTES:,} bytes; one claims {count:,}")
