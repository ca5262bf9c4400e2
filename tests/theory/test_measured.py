"""Measured activations: exact given the array, whatever its kind and layout, and what is refused."""

import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dropviz as dv
from dropviz.numbers.checks import LARGEST

Empirical: Any = dv.Empirical  # takes whatever NumPy can read; its field is float64

REAL = [
    "bool",
    "int8",
    "uint8",
    "int16",
    "uint32",
    "int64",
    "uint64",
    "float16",
    "float32",
    "float64",
    "longdouble",
]


@pytest.mark.parametrize("dtype", REAL)
def test_empirical_takes_every_real_dtype(dtype):
    source = Empirical(np.array([[0, 1, 1], [1, 0, 1]], dtype=dtype))
    assert source.values.dtype == np.float64
    assert source.values.shape == (2, 3)
    assert source.exact_mean == pytest.approx(2 / 3, rel=1e-15)
    assert source.exact_variance == pytest.approx(2 / 9, rel=1e-15)
    assert set(source.sample(np.random.default_rng(0), 100)) == {0.0, 1.0}


def test_empirical_moments_are_exact_given_the_array():
    values = np.random.default_rng(5).lognormal(size=300).astype(np.float32)
    exact = [Fraction(float(value)) for value in values]
    mean = sum(exact) / len(exact)
    variance = sum((value - mean) ** 2 for value in exact) / len(exact)
    source = Empirical(values)
    assert source.exact_mean == pytest.approx(float(mean), rel=1e-14)
    assert source.exact_variance == pytest.approx(float(variance), rel=1e-14)


def test_empirical_moments_that_are_only_rounding_are_zero():
    for values in ([0.1, 0.2, -0.3], np.linspace(-1.0, 1.0, 1000), [1e99, -1e99, 3.0]):
        assert Empirical(values).exact_mean == 0.0
        assert Empirical(values).exact_variance > 0.0
    for value in (0.1, -1 / 3, 1e-90, 1e99, 0.0):
        source = Empirical([value] * 7)
        assert (source.exact_mean, source.exact_variance) == (value, 0.0)
    assert np.isnan(dv.exact_discrepancy("none", 0.3, Empirical([0.1, 0.2, -0.3])).relative_gap[0])
    # What is small but no rounding stays.
    small = Empirical([1.0, -1.0, 1e-12])
    assert small.exact_mean == pytest.approx(1e-12 / 3, rel=1e-3)
    assert Empirical([1e6, 1e6 + 1e-6]).exact_variance == pytest.approx(2.5e-13, rel=1e-3)


def test_empirical_reads_any_memory_layout():
    plain = np.arange(12.0).reshape(3, 4)
    padded = np.zeros((6, 8))
    padded[::2, ::2] = plain
    for layout in (np.asfortranarray(plain), padded[::2, ::2], plain.astype(">f8"), plain.tolist()):
        assert Empirical(layout) == Empirical(plain)
    assert Empirical(plain) != Empirical(plain.ravel())
    assert Empirical(plain) != Empirical(plain + 1e-9)


def test_empirical_is_a_frozen_copy():
    mine = np.array([1.0, 2.0, 3.0])
    source = Empirical(mine)
    mine[0] = 99.0
    assert source.exact_mean == 2.0
    with pytest.raises(ValueError, match="read-only"):
        source.values[0] = 5.0


def test_empirical_draws_every_value_equally_often():
    count = 70_000
    sample = Empirical(np.arange(7)).sample(np.random.default_rng(8), count)
    observed = np.bincount(sample.astype(int), minlength=7)
    chi_square = ((observed - count / 7) ** 2 / (count / 7)).sum()
    assert chi_square < 6 + 5 * math.sqrt(2 * 6)


def test_empirical_quantiles_are_the_sorted_values():
    source = Empirical([3.0, 1.0, 2.0, 2.0])
    assert source.quantile([0.1, 0.25, 0.26, 0.5, 0.75, 0.76, 0.99]).tolist() == [1, 1, 2, 2, 2, 3, 3]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1.0, np.nan], "NaN"),
        ([1.0, np.inf], "infinity"),
        ([-np.inf], "infinity"),
        (np.array([np.nan], dtype=np.float16), "NaN"),
        ([], "empty"),
        (np.zeros((0, 5)), "empty"),
        ([1 + 2j], "complex"),
        ([None, 1.0], "objects"),
        ([{}], "objects"),
        (None, "objects"),
        (["1.0"], "text"),
        ("1.0", "text"),
        (np.array([b"1"]), "text"),
        (np.array(["2020-01-01"], dtype="M8[D]"), "dates"),
        (np.zeros(2, dtype=[("a", float)]), "records"),
        ([[1.0, 2.0], [3.0]], "rows differ in length"),
        (np.zeros((2, 2, 2)), "3 axes"),
        (1.5, "0 axes"),
        (np.ma.masked_array([1.0, 2.0], [False, True]), "masked"),
        ([np.ma.masked_array([1.0, 2.0], [False, True])], "masked"),
        (([1.0], [np.ma.masked]), "masked"),
        ([1e200], "1e\\+200"),
        ([1.0, -1e200], "1e\\+200"),
    ],
)
def test_empirical_refuses_and_says_why(values, said):
    with pytest.raises(ValueError, match=f"^values must .*{said}"):
        Empirical(values)


def test_empirical_refuses_a_long_double_beyond_float64():
    huge = np.array(["1e4000"], dtype=np.longdouble)
    if not np.isfinite(huge).all():
        pytest.skip("long double is float64 on this machine")
    with pytest.raises(ValueError, match=f"at most {LARGEST:g}".replace("+", "\\+")):
        Empirical(huge)


def test_digits_are_the_hidden_layer_of_a_network_that_reads_digits():
    source = dv.digits()
    assert source is dv.digits()
    assert source.values.shape == (360, 64)
    assert (source.values >= 0).all()
    assert 0.2 < (source.values == 0).mean() < 0.9
    with np.load(Path(dv.__file__).parent / "data" / "digits.npz", allow_pickle=False) as data:
        scores = source.values @ data["w2"] + data["b2"]
        labels = data["labels"][data["test_indices"]]
    assert (scores.argmax(axis=1) == labels).mean() > 0.95
