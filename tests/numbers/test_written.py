"""Numbers on screen: never NaN, never more digits than the error allows."""

import math

import numpy as np
import pytest

from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import estimated, plain, read_number, short, with_error


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (1.0, "1.000"), (-0.25, "−0.2500"), (123.456, "123.5"), (0.00012345, "0.0001234"), (1e-9, "1e-09"),
     (0.9999999, "1.000"),
     (math.nan, "undefined"), (math.inf, "infinite"), (-math.inf, "infinite")],
)  # fmt: skip
def test_plain(value, text):
    assert plain(value) == text


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [(0.39894, 0.00061, "0.3989 ± 0.0006"), (-1.5, 0.2, "−1.5 ± 0.2"), (1234.0, 30.0, "1230 ± 30"), (5.0, 0.0, "5.000"),
     (math.nan, 0.1, "undefined"), (2.0, math.nan, "2.0 ± ?"), (0.0, math.nan, "0 ± ?"), (688.3, math.nan, "690 ± ?"),
     (1e9, 1e3, "1.0000000e+09 ± 0.0000010e+09"),
     (0.5, 0.0149, "0.500 ± 0.015"), (0.5, 0.0194, "0.500 ± 0.019"), (0.5, 0.0196, "0.50 ± 0.02"),
     (0.5, 0.0097, "0.500 ± 0.010"), (7.0, 1.26, "7.0 ± 1.3"), (1234.0, 13.0, "1234 ± 13"),
     (-3e-12, 2e-12, "−3e-12 ± 2e-12"), (-3e-10, 3e-9, "0e-09 ± 3e-09"), (2e5, 3e7, "0e+07 ± 3e+07")],
)  # fmt: skip
def test_with_error(value, error, text):
    assert with_error(value, error) == text


def test_no_error_is_written_more_than_a_fifth_off():
    """One digit of 0.0149, 0.01, would be a third too small."""
    for error in np.geomspace(1e-7, 9e5, 2000).tolist():
        written = float(with_error(0.0, error).split(" ± ")[1])
        assert abs(written / error - 1.0) <= 0.2 + 1e-9
        assert float(with_error(0.5, error).split(" ± ")[1]) == written or error > 1e5


def test_a_number_that_a_person_wrote():
    assert [read_number(text) for text in ("1", " -0.25 ", "1e3", "+.5")] == [1.0, -0.25, 1000.0, 0.5]


@pytest.mark.parametrize("text", ["1_000", "١", "１", "1,5", "", "one", "0x1"])
def test_what_is_no_number_is_refused(text):
    with pytest.raises(ValueError, match=r"digits 0 to 9|could not convert"):
        read_number(text)


def test_many_values_are_written_as_each_alone():
    rng = np.random.default_rng(4)
    size = 10.0 ** rng.uniform(-12, 10, 4000)
    values = [*(rng.standard_normal(4000) * size).tolist(), 0.0, -0.0, 0.0004, math.nan, math.inf, 3.0]
    errors = [*(size * 10.0 ** rng.uniform(-6, 2, 4000)).tolist(), 0.1, 0.1, 0.1, 0.1, 0.1, 0.0]
    alone = [with_error(value, error) for value, error in zip(values, errors, strict=True)]
    both = Estimate(np.zeros(len(values)), np.array(values), np.array(errors))
    assert estimated(both) == alone
    assert estimated(both[3:5]) == alone[3:5]


def test_what_was_not_simulated_is_written_without_an_error():
    assert estimated(Estimate(np.array([1.0, math.nan]))) == ["1.000", "undefined"]


@pytest.mark.parametrize("value", [0.0, -0.0, 1.0, -2.5, 1234.5, 1e-7])
def test_short_numbers_read_back(value):
    assert float(short(value).replace("−", "-")) == pytest.approx(value, rel=5e-3)
    assert np.signbit(float(short(-0.0))) == np.False_
