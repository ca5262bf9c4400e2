"""A file read by a process of its own: what is left of it comes back whole, and nothing forged is believed."""

import io
import json
import sys

import numpy as np
import pytest

from dropviz.layers import reading
from dropviz.layers.reading import REDUCED, REFUSED, Reading, packed, read_layers, unpacked
from dropviz.layers.reducing import reduced
from dropviz.layers.together import together
from tests.datasets.test_streams import npz
from tests.layers.test_reducing import MAPS

DATA = npz(conv=MAPS, fc=MAPS[:, :, 0, 0], names=np.array(["a"]))


def alike(one, other):
    return one.name == other.name and one.shape == other.shape and one.tables.keys() == other.tables.keys() and all(
        np.array_equal(one.tables[axis], other.tables[axis]) for axis in one.tables
    )  # fmt: skip


def test_the_process_gives_what_is_read_here():
    expected, left_out = reduced("a.npz", io.BytesIO(DATA))
    found = read_layers("a.npz", DATA)
    assert all(map(alike, found.arrays, expected))
    assert (len(found.arrays), found.left_out) == (2, tuple(left_out))
    again = unpacked(packed(expected, left_out))
    assert all(map(alike, again.arrays, expected))


def test_a_refusal_is_its_sentence():
    with pytest.raises(ValueError, match=r"^the file’s name must end in"):
        read_layers("a.pt", DATA)


def test_a_process_that_ends_is_told_in_a_sentence(monkeypatch):
    monkeypatch.setattr(reading, "command", lambda *_: ([sys.executable, "-c", "raise SystemExit(1)"], {}))
    with pytest.raises(ValueError, match="memory and time"):
        read_layers("a.npz", DATA)


def test_a_process_that_is_stopped_is_gone():
    one = Reading("a.npz")
    one.write(DATA[:100])
    one.stop()
    assert one._process.returncode is not None


ROW = {"name": "a", "shape": [2], "units": {"0": 1}, "train": 0}
FORGED = [
    b"",
    b"{}\n",
    b"[" * 100_000,
    b"\xff\n",
    *(
        json.dumps({"arrays": [ROW | change], "left_out": []}).encode() + b"\n" + bytes(48)
        for change in (
            {}, {"name": "\n"}, {"name": 3}, {"shape": "x"}, {"shape": None}, {"units": {"0": 10**9}},
            {"units": {"0": -1}}, {"units": {"x": 1}}, {"train": 10**30}, {"train": None, "units": {"0": 2}},
        )
    ),
    json.dumps({"arrays": [ROW], "left_out": [3]}).encode() + b"\n" + np.ones(6).tobytes(),
    json.dumps({"arrays": [ROW], "left_out": []}).encode() + b"\n" + np.full(6, np.nan).tobytes(),
]  # fmt: skip


@pytest.mark.parametrize("forged", FORGED)
def test_what_somebody_forged_is_refused(forged):
    with pytest.raises(ValueError, match="damaged"):
        read_layers("a.npz", REDUCED + forged)


def test_a_forged_sentence_is_short_and_text():
    with pytest.raises(ValueError, match=r"^x{1000}$"):
        read_layers("a.npz", REFUSED + b"x" * 5000)


# ---- several files --------------------------------------------------------------------------------------------------


def test_files_together_are_one_network_whose_names_differ():
    one, other = (unpacked(packed(*reduced("a.npz", io.BytesIO(DATA)))) for _ in range(2))
    network = together([("a.npz", one), ("b.npz", other), ("b.npz", other)], 1)
    names = [layer.name for layer in network.layers]
    assert names == ["a: conv", "a: fc", "b: conv", "b: fc", "b: conv (2)", "b: fc (2)"]
    assert network.without == ("names",) * 3
    alone = together([("a.npz", one)], 2)
    assert [layer.name for layer in alone.layers] == ["conv"]
    assert alone.without == ("names", "fc")
