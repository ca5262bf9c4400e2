"""Files that are read once and in parts: the same numbers as read whole, and one sentence for what is none."""

import io
import json
import struct
import zipfile

import numpy as np
import pytest

from dropviz.datasets import streams
from dropviz.datasets.files import read_activations
from dropviz.datasets.streams import largest_array, streamed

RNG = np.random.default_rng(7)
ARRAYS = {
    "maps": RNG.normal(size=(5, 3, 4, 2)).astype(np.float32),
    "fortran": np.asfortranarray(RNG.normal(size=(7, 9))),
    "counts": np.arange(10),
    "flags": RNG.random((4, 3)) > 0.5,
}


class Once(io.RawIOBase):
    """A file that only goes forward, a few bytes at a time: no seek, no second look."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def readable(self):
        return True

    def read(self, most=-1):
        piece = self.data[self.at : self.at + min(most if most >= 0 else 1 << 30, 1000)]
        self.at += len(piece)
        return piece


class Pipe(io.RawIOBase):
    """What NumPy writes an .npz into where it cannot go back: no entry says its length before its content."""

    def __init__(self):
        self.data = b""

    def writable(self):
        return True

    def write(self, data):
        self.data += bytes(data)
        return len(data)


def npz(save=np.savez_compressed, file=io.BytesIO, **arrays):
    out = file()
    save(out, **arrays)
    return out.data if isinstance(out, Pipe) else out.getvalue()


def npy(array):
    out = io.BytesIO()
    np.save(out, array, allow_pickle=False)
    return out.getvalue()


def tensors(arrays, **header):
    head, body = {}, b""
    for name, array in arrays.items():
        kind = {"f": "F", "i": "I"}[array.dtype.kind] + str(8 * array.dtype.itemsize)
        ends = [len(body), len(body) + array.nbytes]
        head[name] = {"dtype": kind, "shape": list(array.shape), "data_offsets": ends}
        body += array.tobytes()
    text = json.dumps(head | header).encode()
    return struct.pack("<Q", len(text)) + text + body


def whole(name, data):
    """Every array with parts, put together."""
    found = {}
    for array in streamed(name, Once(data)):
        parts = list(array.parts)
        if parts:
            found[array.name] = np.concatenate(parts, axis=array.split)
    return found


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize("file", [io.BytesIO, Pipe])
def test_an_npz_gives_its_arrays_whether_or_not_it_says_their_lengths(save, file):
    found = whole("a.npz", npz(save, file, **ARRAYS))
    assert found.keys() == ARRAYS.keys()
    for name, array in ARRAYS.items():
        assert np.array_equal(found[name], array), name


@pytest.mark.parametrize("name", ARRAYS)
def test_parts_are_slices_of_the_array(monkeypatch, name):
    monkeypatch.setattr(streams, "PART", 6)
    (array,) = streamed("folder/layer.npy", Once(npy(ARRAYS[name])))
    parts = list(array.parts)
    assert array.name == "layer"
    assert len(parts) > 1
    assert np.array_equal(np.concatenate(parts, axis=array.split), ARRAYS[name])


def test_safetensors_give_their_arrays_and_bfloat16_as_float32():
    arrays = {name: ARRAYS[name] for name in ("maps", "counts")}
    found = whole("a.safetensors", tensors(arrays, __metadata__={"format": "pt"}))
    assert all(np.array_equal(found[name], array) for name, array in arrays.items())
    half = {"w": {"dtype": "BF16", "shape": [2, 2], "data_offsets": [0, 8]}}
    text = json.dumps(half).encode()
    data = struct.pack("<Q", len(text)) + text + struct.pack("<4H", 0x3F80, 0x4000, 0xBF80, 0)
    assert whole("a.safetensors", data)["w"].tolist() == [[1.0, 2.0], [-1.0, 0.0]]


def test_tables_give_their_columns(monkeypatch):
    pandas = pytest.importorskip("pandas")
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(streams, "PART", 2)
    table = np.array([[1.0, 0.5], [2.0, -1.5], [3.0, 1e-3]])
    text = "first;second\n" + "\n".join(";".join(map(str, row)) for row in table)
    assert np.array_equal(whole("t.csv", text.encode())["t"], table)
    out = io.BytesIO()
    pandas.DataFrame(table, columns=["a", "b"]).to_parquet(out)
    assert np.array_equal(whole("t.parquet", out.getvalue())["t"], table)


def test_what_is_no_array_of_numbers_is_named_and_has_no_parts():
    given = {
        "names": np.array(["a", "bc"]),
        "one": np.float64(3.0),
        "none": np.zeros((0, 3)),
        "late": np.zeros(2),
    }
    found = {
        array.name: (len(list(array.parts)), array.text) for array in streamed("a.npz", Once(npz(**given)))
    }
    assert {name: count for name, (count, _) in found.items()} == {"names": 0, "one": 0, "none": 0, "late": 1}
    assert found["names"][1].tolist() == ["a", "bc"]


def zipped(name, data, method=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        archive.writestr(name, data)
    return out.getvalue()


def claiming(shape):
    """The header of an array of that shape, and a few zeros behind it."""
    head = io.BytesIO()
    np.lib.format.write_array_header_1_0(head, {"descr": "<f8", "fortran_order": False, "shape": shape})
    return head.getvalue() + bytes(80)


GOOD = npz(a=ARRAYS["maps"])
HOSTILE = [
    ("a.npz", b"", "zip file of arrays"),
    ("a.npz", b"PK\5\6" + bytes(18), "at least one array"),
    ("a.npz", GOOD[: len(GOOD) // 2], "must be whole"),
    ("a.npz", GOOD[:60] + bytes([GOOD[60] ^ 255]) + GOOD[61:], r"\.npy format|unpacked|checksum|whole"),
    ("a.npz", zipped("a.npy", b"no array"), ".npy format"),
    ("a.npz", zipped("a.npy", claiming((10**12,))), "must be whole"),
    ("a.npz", zipped("a.npy", claiming((2, 10**9))), "at most 2,000,000 values"),
    ("a.npz", zipped("a.npy", npy(np.zeros(4)), zipfile.ZIP_BZIP2), "stored or deflated"),
    ("a.npz", npz(a=np.array([None], dtype=object)), "never opened"),
    ("a.npy", npy(np.zeros(4))[:-1], "must be whole"),
    ("a.npy", b"\x93NUMPY\2\0\xff\xff\xff\xff", ".npy format"),
    ("a.safetensors", struct.pack("<Q", 1 << 40), "JSON of its arrays"),
    ("a.safetensors", struct.pack("<Q", 2) + b"{}", "1 to 20,000 arrays"),
    ("a.safetensors", tensors({"a": np.zeros(4)})[:-1], "must be whole"),
    ("a.safetensors", tensors({}, a={"dtype": "F64", "shape": [1], "data_offsets": [0, 9]}), "JSON of its arrays"),
    ("a.csv", b"1,2\n3,x\n", "row 2, column 2"),
    ("a.csv", b"\xff\xfe1\0", "UTF-8"),
    ("a.pt", b"", "must end in"),
    ("", b"", "must end in"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "words"), HOSTILE)
def test_a_hostile_file_gets_one_sentence(name, data, words):
    with pytest.raises(ValueError, match=words) as refused:
        whole(name, data)
    assert "\n" not in str(refused.value)


def test_arrays_of_safetensors_that_overlap_are_refused():
    one = {"dtype": "F64", "shape": [1], "data_offsets": [0, 8]}
    text = json.dumps({"a": one, "b": one}).encode()
    with pytest.raises(ValueError, match="overlap"):
        whole("a.safetensors", struct.pack("<Q", len(text)) + text + bytes(8))


def test_a_zip_bomb_is_not_unpacked_to_its_end(monkeypatch):
    monkeypatch.setattr(streams, "MOST_UNPACKED", 100_000)
    packed = zipped("a.npy", npy(np.zeros(1_000_000)))
    assert len(packed) < 10_000
    with pytest.raises(ValueError, match="100,000 bytes when unpacked"):
        whole("a.npz", packed)
    behind = zipped("a.npy", npy(np.zeros(4)) + bytes(3_000_000))
    with pytest.raises(ValueError, match="npz"):
        whole("a.npz", behind)


@pytest.mark.parametrize(
    "arrays",
    [
        {"flags": ARRAYS["flags"], "counts": ARRAYS["counts"]},
        {"fortran": ARRAYS["fortran"]},
        {"whole": np.arange(6), "float": np.arange(6.0) / 7},
    ],
)
def test_the_largest_array_is_that_of_an_upload(arrays):
    file = io.BytesIO()
    np.savez(file, **arrays, empty=np.zeros((0, 3)), text=np.array(["a"] * 999))
    found = largest_array("a.npz", io.BytesIO(file.getvalue()), 1_000)
    np.testing.assert_array_equal(found, read_activations("a.npz", file.getvalue()))


def test_an_array_that_is_too_large_or_none_is_a_sentence():
    with pytest.raises(ValueError, match="an array must have at most 5 values; 'a' has more"):
        largest_array("a.csv", io.BytesIO(b"1\n2\n3\n4\n5\n6\n"), 5)
    file = io.BytesIO()
    np.savez(file, text=np.array(["a"]))
    with pytest.raises(ValueError, match="it holds none"):
        largest_array("a.npz", io.BytesIO(file.getvalue()), 5)
