"""A person's own file: what is read from good ones, and one sentence, bounded memory and no crash for bad ones."""

import io
import re
import struct
import sys
import tracemalloc
import zipfile
import zlib

import numpy as np
import pandas as pd
import pytest

from dropviz.datasets import files, parquet
from dropviz.datasets.files import MOST_BYTES, MOST_COLUMNS, MOST_VALUES, read_activations

VALUES = np.random.default_rng(3).normal(size=(7, 3))
JARGON = re.compile(
    r"traceback|error|exception|codec|arrow|thrift|np\.|allow_pickle|object at|literal|errno|\n", re.I
)


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def npy_claiming(shape, content=b"", descr="<f8", version=(1, 0)):
    header = f"{{'descr': {descr!r}, 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    length = struct.pack("<H" if version == (1, 0) else "<I", len(header))
    return b"\x93NUMPY" + bytes(version) + length + header + content


def npz(**arrays):
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def zipped(content, name="x.npy", method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def parquet_of(table, **options):
    stream = io.BytesIO()
    pd.DataFrame(table).to_parquet(stream, **options)
    return stream.getvalue()


def peak_memory(name, data):
    """Return the sentence (or None) and the most bytes that were taken at a time."""
    tracemalloc.start()
    try:
        read_activations(name, data)
        sentence = None
    except ValueError as error:
        sentence = str(error)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return sentence, peak


@pytest.mark.parametrize(
    "array",
    [
        VALUES, VALUES[0], np.asfortranarray(VALUES), VALUES.astype(">f4"), VALUES.astype(np.float16),
        VALUES > 0, np.arange(5, dtype=np.uint8), np.arange(-3, 3), VALUES.astype(np.longdouble),
    ],
)  # fmt: skip
@pytest.mark.parametrize("written", [npy, lambda array: npz(x=array)])
def test_numpy_files_keep_values_and_shape(array, written):
    name = "a.npy" if written is npy else "a.npz"
    result = read_activations(name, written(array))
    assert result.dtype == np.float64
    np.testing.assert_array_equal(result, array.astype(np.float64))


@pytest.mark.parametrize("version", [(1, 0), (2, 0)])
def test_both_header_versions(version):
    data = npy_claiming((2,), struct.pack("<2d", 1.5, -2.0), version=version)
    assert read_activations("a.npy", data).tolist() == [1.5, -2.0]


def test_of_several_arrays_the_largest_real_one_is_read():
    arrays = {"text": np.array(["a"] * 9), "small": np.ones(2), "large": VALUES, "ids": np.zeros((7, 3), int)}
    np.testing.assert_array_equal(read_activations("a.npz", npz(**arrays)), VALUES)
    np.testing.assert_array_equal(read_activations("a.npz", npz(ids=arrays["ids"], large=VALUES)), VALUES)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1,2\n3,4\n", [[1, 2], [3, 4]]),
        ("a,b\n1,2\n", [[1, 2]]),
        ("a;b\r\n1;2\r\n\r\n3;4", [[1, 2], [3, 4]]),
        ("a\tb\r1\t2\r", [[1, 2]]),
        ("mean activation\n0.5\n-1e-3\n", [0.5, -0.001]),
        ("1\n2\n3", [1, 2, 3]),
        ('"a, first","b"\n"1"," 2 "\n', [[1, 2]]),
        ("\ufeffa,b\n1,2\n", [[1, 2]]),
        ("  1 , 2  \n", [[1, 2]]),
        ("0,1,2\n0.5,1.5,2.0\n", [[0.5, 1.5, 2]]),
        ("0,1\r\n1e-3,0.0\r\n3,4", [[0.001, 0], [3, 4]]),
        ("0,1,2\n3,4,5\n", [[0, 1, 2], [3, 4, 5]]),  # whole numbers below: values, all of them
        ("0,1,2\n", [[0, 1, 2]]),
        ("0.0,1.0\n0.5,1.5\n", [[0, 1], [0.5, 1.5]]),
        ("0\n1.5\n", [0, 1.5]),
        ("1,2\n3.5,4.5\n", [[1, 2], [3.5, 4.5]]),
        ("0,0.5\n1,0\n", [[0, 0.5], [1, 0]]),
    ],
)
def test_csv_with_and_without_header_and_separators(text, expected):
    assert read_activations("A.CSV", text.encode()).tolist() == expected


@pytest.mark.parametrize("index", [None, ["first", "second, again", "x", "y", "z", "u", "v"]])
def test_the_index_that_pandas_writes_is_left_out(index):
    table = pd.DataFrame(VALUES, columns=["a", "b", "c"], index=index)
    np.testing.assert_array_equal(read_activations("a.csv", table.to_csv().encode()), VALUES)
    numbered = pd.DataFrame(VALUES, index=index)  # columns 0, 1, 2
    np.testing.assert_array_equal(read_activations("a.csv", numbered.to_csv().encode()), VALUES)
    np.testing.assert_array_equal(read_activations("a.csv", numbered.to_csv(index=False).encode()), VALUES)
    np.testing.assert_array_equal(parquet.table_values(parquet_of(table)), VALUES)


def test_parquet_columns_of_every_real_type():
    table = {
        "a": VALUES[:, 0],
        "b": np.arange(7, dtype=np.uint8),
        "c.d": VALUES[:, 1] > 0,
        "e": VALUES[:, 2].astype("f4"),
    }
    expected = np.column_stack([np.asarray(column, dtype=float) for column in table.values()])
    np.testing.assert_array_equal(parquet.table_values(parquet_of(table)), expected)
    assert parquet.table_values(parquet_of({"a": [1, 2]})).tolist() == [1.0, 2.0]
    assert parquet.table_values(parquet_of(pd.DataFrame(index=["x"]))).size == 0


def test_parquet_comes_back_from_its_own_process():
    table = pd.DataFrame(VALUES, columns=["a", "b", "c"])
    np.testing.assert_array_equal(read_activations("Own.Parquet", parquet_of(table)), VALUES)


def test_the_largest_and_the_smallest_values_that_can_be_drawn():
    for values in ([1e15, -1e15], [1e-15], [0.0, 0.0], [1e-300, 1.0]):
        assert read_activations("a.npy", npy(np.array(values))).tolist() == values


def test_as_many_values_as_allowed_are_read():
    assert read_activations("a.npy", npy(np.zeros(MOST_VALUES, np.int8))).shape == (MOST_VALUES,)
    assert read_activations("a.csv", b",".join([b"1"] * MOST_COLUMNS)).shape == (1, MOST_COLUMNS)


GOOD_NPY, GOOD_NPZ, GOOD_PARQUET = npy(VALUES), npz(x=VALUES), parquet_of({"a": [1.0, 2.0]})
TEXT = "é,b\n1,2\n"
HOSTILE = [
    ("a.exe", b"MZ", "must end in .npy, .npz, .csv or .parquet"),
    ("", b"1", "must end in"),
    ("a.csv.gz", b"1", "must end in"),
    ("x" * 10_000, b"1", "must end in"),
    ("..\\../\0\n\u202egnp.<script>", b"1", "must end in"),
    *[(f"a.{kind}", b"", "1 to 20,000,000 bytes") for kind in ("npy", "npz", "csv", "parquet")],
    ("a.npy", bytes(MOST_BYTES + 1), "1 to 20,000,000 bytes; it has 20,000,001"),
    # .npy
    ("a.npy", GOOD_NPY[:5], ".npy format"),
    ("a.npy", GOOD_NPY[:60], ".npy format"),
    ("a.npy", GOOD_NPY[:-1], "ends after"),
    ("a.npy", GOOD_NPZ, ".npy format"),
    ("a.npy", b"\x80\x04cos\nsystem\n(S'true'\ntR.", ".npy format"),
    ("a.npy", npy(np.array([{"a": 1}], dtype=object)), "never opened"),
    ("a.npy", npy_claiming((1,), b"x" * 8, descr=[("a", "O")]), "never opened"),
    ("a.npy", npy_claiming((10**12,), b"12345678"), "at most 5,000,000 values"),
    ("a.npy", npy_claiming((10**4000, 10**4000)), "at most 5,000,000 values"),
    ("a.npy", npy_claiming((10**6, 10**6), descr="|V0"), "at most 5,000,000 values"),
    ("a.npy", npy_claiming((3,), descr="<U0"), "got text"),
    ("a.npy", npy_claiming((3,), descr="|V2000000000"), "real numbers"),
    ("a.npy", npy_claiming((-1,), b"x" * 8), ".npy format"),
    ("a.npy", npy_claiming((1,) * 100, b"x" * 8), ".npy format"),
    ("a.npy", npy_claiming((True,), b"x" * 8), ".npy format"),
    ("a.npy", npy_claiming("(" * 5000), ".npy format"),
    ("a.npy", npy_claiming("-" * 5000 + "1"), ".npy format"),
    ("a.npy", npy_claiming("__import__('os').system('true')"), ".npy format"),
    ("a.npy", npy_claiming((2,), b"x" * 16, descr="nonsense"), ".npy format"),
    ("a.npy", npy(np.zeros((0, 3))), "not be empty"),
    ("a.npy", npy(np.float64(1.0)), "1-D or (examples, units)"),
    ("a.npy", npy(np.zeros((2, 2, 2))), "1-D or (examples, units)"),
    ("a.npy", npy(np.array([1 + 1j])), "complex"),
    ("a.npy", npy(np.array(["a"])), "text"),
    ("a.npy", npy(np.zeros(2, "M8[s]")), "real numbers"),
    ("a.npy", npy(np.zeros(2, "f8,i4")), "real numbers"),
    ("a.npy", npy(np.array([1.0, np.nan])), "finite"),
    ("a.npy", npy(np.array([np.inf])), "finite"),
    ("a.npy", npy(np.array([1e200])), "at most 1e+15"),
    # .npz
    ("a.npz", GOOD_NPY, "zip file of arrays"),
    ("a.npz", GOOD_NPZ[:-30], "zip file of arrays"),
    ("a.npz", GOOD_NPZ[:60] + bytes([GOOD_NPZ[60] ^ 255]) + GOOD_NPZ[61:], "whole and without a password"),
    ("a.npz", npz(), "holds none"),
    ("a.npz", zipped(b"text", "readme.txt"), "holds none"),
    ("a.npz", zipped(b"text"), ".npy format"),
    ("a.npz", npz(x=np.array([None])), "never opened"),
    ("a.npz", npz(x=np.array([1j])), "complex"),
    ("a.npz", zipped(GOOD_NPY, method=zipfile.ZIP_BZIP2), "stored or deflated"),
    ("a.npz", zipped(GOOD_NPY, method=zipfile.ZIP_LZMA), "stored or deflated"),
    ("a.npz", zipped(GOOD_NPY[:-8]), "ends after"),
    ("a.npz", zipped(npy_claiming((10**12,))), "at most 5,000,000 values"),
    ("a.npz", zipped(GOOD_NPY).replace(b"\x14\0\0\0\x08\0", b"\x14\0\x01\0\x08\0"), "without a password"),
    ("a.npz", b"PK\1\2" * 1001, "at most 1,000 arrays"),
    # .csv
    ("a.csv", b"\n \n\n", "at least one row"),
    ("a.csv", b"a,b\n", "at least one row"),
    ("a.csv", b"1,2\n3,x\n", "row 2, column 2 must be a number such as 0.25; got 'x'"),
    ("a.csv", b"a,b\n\n1,2\n3,\n", "row 4, column 2 must be a number such as 0.25; got ''"),
    ("a.csv", b"1,x\n3,4\n", "row 1, column 2"),
    ("a.csv", b"a;b\n1,5;2,5\n", "row 2, column 1 must be a number such as 0.25; got '1,5'"),
    ("a.csv", b"a,b\n1," + b"<b>" * 300 + b"\n", "row 2, column 2"),
    ("a.csv", b"a,b\n1," + b"<b>" * 100_000 + b"\n", "row 2 must have cells of at most 1,000 characters"),
    ("a.csv", b"1,2\n3\n", "row 2 must have 2 cells, as many as the first; it has 1"),
    ("a.csv", b"1,2\n3,4,5\n", "row 2 must have 2 cells, as many as the first; it has 3"),
    ("a.csv", b'a,b\n"1,2\n3,4\n', "row 2 must have 2 cells"),
    ("a.csv", b'"' + b"1" * 200_000, "row 1 must have cells of at most 1,000 characters"),
    ("a.csv", b"a,b\n1_000,2\n", "row 2, column 1 must be a number such as 0.25; got '1_000'"),
    ("a.csv", b"1_000\n2\n", "row 1, column 1 must be a number such as 0.25; got '1_000'"),
    ("a.csv", "1,٣\n2,3\n".encode(), "row 1, column 2 must be a number such as 0.25; got '٣'"),
    ("a.csv", "0.5,1\n2,１\n".encode(), "row 2, column 2 must be a number such as 0.25; got '１'"),
    ("a.csv", b"1,5\n-0,05\n", "row 2 must write decimals with a point, as in 0.25"),
    ("a.csv", b"1,5,2\n3,07,4\n", "got '3,07'"),
    ("a.csv", b"1,nan\n", "finite"),
    ("a.csv", b"1e999\n", "finite"),
    ("a.csv", b"1\n" * 3 + b"-1e101", "at most 1e+15"),
    ("a.npy", npy(np.array([1.0, -1.1e15])), "at most 1e+15 in magnitude; got 1.1e+15"),
    ("a.npz", npz(x=np.array([1e-16, 0.0])), "a root mean square of 0 or at least 1e-15; it is 7.07e-17"),
    ("a.npy", npy(np.array([5e-324, 1e-300])), "at least 1e-15; it is 7.07e-301"),
    ("a.csv", TEXT.encode("utf-16"), "text in UTF-8"),
    ("a.csv", TEXT.encode("utf-16-le"), "text in UTF-8"),
    ("a.csv", TEXT.encode("latin-1"), "text in UTF-8"),
    ("a.csv", GOOD_PARQUET, "text in UTF-8"),
    ("a.csv", b"1," * 1_000_000, "at most 100,000 columns"),
    ("a.csv", b"1\n" + b" " * 2_500_001, "row 2 must have at most 2,500,000 characters; it has more"),
    ("a.csv", b"1" * 1_001, "row 1 must have cells of at most 1,000 characters"),
    # .parquet
    ("a.parquet", GOOD_PARQUET[:-20], "cannot be read"),
    ("a.parquet", parquet_of({"a": ["x"]}), "column 'a' must hold numbers"),
    ("a.parquet", parquet_of({"a": [1.0, None]}), "finite"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "data", "words"), HOSTILE)
def test_a_bad_file_gets_one_sentence(name, data, words):
    with pytest.raises(ValueError, match=re.escape(words)) as caught:
        read_activations(name, data)
    sentence = str(caught.value)
    assert len(sentence) < 220
    assert not JARGON.search(sentence.split("got", maxsplit=1)[0])
    assert sentence.isprintable()


def test_any_damage_is_a_sentence_or_numbers():
    rng = np.random.default_rng(5)
    good = [
        ("a.npy", GOOD_NPY),
        ("a.npz", GOOD_NPZ),
        ("a.npz", zipped(GOOD_NPY, method=0)),
        ("a.csv", b"a,b\n1,2\n"),
    ]
    read = refused = 0
    for round_ in range(2000):
        name, data = good[round_ % len(good)]
        damaged = bytearray(data)
        for place in rng.integers(len(data), size=rng.integers(1, 4)):
            damaged[place] = rng.integers(256)
        try:
            assert np.isfinite(read_activations(name, bytes(damaged[: rng.integers(1, 2 * len(data))]))).all()
            read += 1
        except ValueError:
            refused += 1
    assert min(read, refused) > 50


def bomb(header, zeros=50_000_000):
    """Deflate an array of zeros with this header, without ever holding it, into a zip file; return the zip file."""
    packer = zlib.compressobj(1, zlib.DEFLATED, -15)
    packed, check = packer.compress(header), zlib.crc32(header)
    block = bytes(1_000_000)
    for _ in range(zeros // len(block)):
        packed += packer.compress(block)
        check = zlib.crc32(block, check)
    packed += packer.flush()
    sizes = struct.pack("<III", check, len(packed), len(header) + zeros)
    common = struct.pack("<HHHHH", 20, 0, 8, 0, 33) + sizes + struct.pack("<HH", 5, 0)
    entry = b"PK\3\4" + common + b"x.npy" + packed
    table = b"PK\1\2" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, 0) + b"x.npy"
    return entry + table + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(table), len(entry), 0)


@pytest.mark.parametrize(
    ("name", "made", "words", "megabytes"),
    [
        ("a.npy", lambda: npy_claiming((10**12,)), "at most 5,000,000 values", 1),
        ("a.npy", lambda: npy_claiming((4_999_999,), bytes(1000)), "ends after", 1),
        ("a.npy", lambda: npy_claiming((3,), descr="|V2000000000"), "real numbers", 1),
        ("a.npz", lambda: bomb(npy_claiming((6_250_000,))), "at most 5,000,000 values", 2),
        ("a.npz", lambda: bomb(npy_claiming((10,))), None, 2),  # more behind the array is never unpacked
        ("a.npz", lambda: bomb(b""), ".npy format", 2),
        ("a.npz", lambda: bomb(b"").replace(struct.pack("<I", 50_000_000), struct.pack("<I", 500)), "must be whole", 2),
        ("a.csv", lambda: b"1," * 9_000_000, "row 1 must have at most 2,500,000 characters", 60),
        ("a.csv", lambda: b'"' + b"1," * 1_200_000, "at most 100,000 columns", 60),
        ("a.csv", lambda: b"1" * 19_000_000, "row 1 must have at most 2,500,000 characters", 60),
        ("a.parquet", lambda: parquet_of({"a": np.zeros(MOST_VALUES + 1)}), "at most 5,000,000 values", 2),
    ],
)  # fmt: skip
def test_memory_stays_bounded(name, made, words, megabytes):
    sentence, peak = peak_memory(name, made())
    assert (sentence is None) if words is None else words in sentence
    assert peak < megabytes * 1_000_000


def test_long_lines_and_cells_take_neither_time_nor_memory(refusals):
    lines = ["b'1' * %d", "b' ' * %d", "b'1,' + b' ' * %d", "b'1,' + b'1' * %d"]
    one_line = [f"'a.csv', b'1,2\\n' + {line % 19_000_000}" for line in lines]
    cells = [f"'a.csv', b'\\n'.join([b'1,' + {cell} * 2_000_000] * 9)" for cell in ("b'1'", "b' '")]
    said = refusals("dropviz.datasets.files", "read_activations", one_line + cells)
    assert said[4:] == ["row 1 must have cells of at most 1,000 characters; one is longer"] * 2
    assert all(
        one.startswith("row 2 must have at most 2,500,000 characters; it has more") for one in said[:4]
    )


def test_parquet_that_unpacks_to_too_much_is_refused_unread(monkeypatch):
    monkeypatch.setattr(parquet, "MOST_UNPACKED", 100_000)
    index_too_long = pd.DataFrame({"a": [1.0]}, index=["x" * 1_000_000])
    for table in (index_too_long, {"a": np.random.default_rng(1).normal(size=20_000)}):
        with pytest.raises(ValueError, match="at most 100,000 bytes when unpacked"):
            parquet.table_values(parquet_of(table))


def test_parquet_with_too_many_columns_is_refused(monkeypatch):
    monkeypatch.setattr(parquet, "MOST_COLUMNS", 10)
    with pytest.raises(ValueError, match="at most 10 columns"):
        parquet.table_values(parquet_of({f"c{index}": [1.0] for index in range(11)}))


def test_damaged_parquet_pages_are_a_sentence():
    data = parquet_of({"a": VALUES[:, 0]}, compression=None)
    for place in (4, 12):
        damaged = data[:place] + bytes(byte ^ 127 for byte in data[place : place + 3]) + data[place + 3 :]
        with pytest.raises(ValueError, match=r"cannot be read|must be"):
            read_activations("a.parquet", damaged)


def test_without_pyarrow_parquet_is_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(
        ValueError, match=r'needs pyarrow: pip install "dropviz\[frames\]", or save it as \.npy'
    ):
        parquet.table_values(GOOD_PARQUET)


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in is a shell script")
@pytest.mark.parametrize(
    ("does", "words"), [("kill -ABRT $$", "cannot be read"), ("exec sleep 60", "within 0.2 seconds")]
)
def test_a_reader_that_dies_or_hangs_is_a_sentence(does, words, tmp_path, monkeypatch):
    # Arrow 26 aborts on some damaged files; which ones depends on its version, so that a stand-in does it here.
    stand_in = tmp_path / "python"
    stand_in.write_text(f"#!/bin/sh\n{does}\n")
    stand_in.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(stand_in))
    monkeypatch.setattr(files, "PARQUET_SECONDS", 0.2 if "sleep" in does else 30)
    with pytest.raises(ValueError, match=words):
        read_activations("a.parquet", GOOD_PARQUET)


def test_a_reader_that_cannot_start_is_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "absent"))
    with pytest.raises(ValueError, match="cannot be opened here"):
        read_activations("a.parquet", GOOD_PARQUET)
