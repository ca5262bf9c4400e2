"""Tensors of a .safetensors file are read to the bit; one that lies about itself is refused."""

import json

import numpy as np
import pytest

from dropviz.datasets.layer_files import layer_arrays

FLOATS = np.random.default_rng(2).normal(size=(4, 3)).astype("<f4")


def safetensors(header, content=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + content


def row(kind="F32", shape=(4, 3), offsets=(0, 48)):
    return {"a": {"dtype": kind, "shape": list(shape), "data_offsets": list(offsets)}}


def read(tmp_path, content):
    (tmp_path / "a.safetensors").write_bytes(content)
    return dict(layer_arrays(tmp_path / "a.safetensors"))


def test_tensors_are_read_to_the_bit(tmp_path):
    half, mean = FLOATS.astype("<f2"), {"__metadata__": {"format": "pt"}}
    header = mean | row() | {"b": {"dtype": "F16", "shape": [4, 3], "data_offsets": [48, 72]}}
    found = read(tmp_path, safetensors(header, FLOATS.tobytes() + half.tobytes()))
    assert list(found) == ["a", "b"]
    assert np.array_equal(found["a"], FLOATS)
    assert np.array_equal(found["b"], half)


def test_bfloat16_is_the_upper_half_of_float32(tmp_path):
    upper = (FLOATS.view("<u4") >> 16).astype("<u2")
    found = read(tmp_path, safetensors(row("BF16", offsets=(0, 24)), upper.tobytes()))["a"]
    assert np.array_equal(found.view("<u4") >> 16, upper)
    np.testing.assert_allclose(found, FLOATS, rtol=2**-7)


@pytest.mark.parametrize(
    "content",
    [
        b"short",
        (2**60).to_bytes(8, "little") + b"{}",
        safetensors(b"not json"),
        safetensors(b"[" * 100_000),
        safetensors([1]),
        safetensors({}),
        safetensors({"a": 1}),
        safetensors({"a": {"dtype": "F32"}}),
        safetensors(row("F8_E4M3"), b"0" * 48),
        safetensors(row(["F32"]), b"0" * 48),
        safetensors(row(shape=(4, -3)), b"0" * 48),
        safetensors(row(shape=(4, 2.0)), b"0" * 48),
        safetensors(row(shape=(4, True)), b"0" * 48),
        safetensors(row(shape=(2**40, 2**40)), b"0" * 48),
        safetensors(row(offsets=(0, 40)), b"0" * 48),
        safetensors(row(offsets=(4, 52)), b"0" * 48),
        safetensors(row(offsets=(0,)), b"0" * 48),
        safetensors(row(), b"0" * 47),
    ],
)
def test_a_file_that_lies_about_itself_is_refused(tmp_path, content):
    with pytest.raises(ValueError, match="must"):
        read(tmp_path, content)
