"""Checks: what is let through, and that what is refused is named with its value and range."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from dropviz.numbers.checks import (
    ROUNDING,
    Checked,
    check_choice,
    check_count,
    check_names,
    check_numbers,
    checked,
    checked_array,
    drop_rounding,
    quotient,
    readable,
)
from dropviz.numbers.rates import below_one, check_below_one, check_rates
from dropviz.theory.measured import Empirical
from dropviz.theory.moments import exact_moments
from dropviz.theory.observation import observe


def test_a_choice_is_one_of_those_that_are_listed():
    assert check_choice("phase", "test", ("train", "test")) == "test"
    for wrong in ("later", "", None, 5, ["test"]):
        with pytest.raises(ValueError, match="phase must be one of train, test; got ") as caught:
            check_choice("phase", wrong, ("train", "test"))
        assert repr(wrong) in str(caught.value)


def test_names_are_checked_each_and_once():
    seen = []
    check_names("parts", ("b", "a"), seen.append)
    assert seen == ["b", "a"]
    for wrong in ((), ("a", "b", "a")):
        with pytest.raises(ValueError, match="parts must be one or more names, each once; got "):
            check_names("parts", wrong, seen.append)


def test_rounding_is_a_share_of_the_terms():
    assert drop_rounding([3e-15, 3e-14, np.nan], 1.0, ROUNDING).tolist()[:2] == [0.0, 3e-14]
    assert drop_rounding([3e-15, -8e-16], 1.0).tolist() == [3e-15, 0.0]
    assert drop_rounding([3e-15, -3e-15], [-10.0, -1.0]).tolist() == [0.0, -3e-15]


def test_a_quotient_is_undefined_where_it_divides_by_zero():
    found = quotient(np.array([1.0, 0.0, -2.0]), np.array([0.0, 0.0, 4.0]))
    assert np.isnan(found[:2]).all()
    assert found[2] == -0.5


@pytest.mark.parametrize(
    "rate", [-1e-9, 1.0, 2, np.nan, np.inf, "0.5", None, [[0.1], [0.2, 0.3]], [0.5, 1.0], 1j]
)
def test_a_rate_that_is_not_below_one_is_refused(rate):
    for check in (below_one, lambda value: check_below_one("rate", value)):
        with pytest.raises(ValueError, match=r"^rate must be a number, at least 0 and below 1; got "):
            check(rate)


def test_rates_below_one_come_back_as_float64():
    rates = below_one([0, np.float32(0.5), 1 - 2**-53])
    assert rates.dtype == np.float64
    assert rates.tolist() == [0.0, 0.5, 1 - 2**-53]
    check_below_one("rate", np.float32(0.5))


@dataclass(frozen=True, slots=True)
class Row(Checked):
    label: str = "free"
    units: int = checked(7, check_count, 1, 9)
    kind: str = checked("a", check_choice, ("a", "b"))


def test_a_record_checks_the_fields_that_say_how_and_has_no_others():
    assert Row(units=9, kind="b") == Row("free", 9, "b")
    assert not hasattr(Row(), "__dict__")
    with pytest.raises(ValueError, match=r"^units must be an integer from 1 to 9; got 10$"):
        Row(units=10)
    with pytest.raises(ValueError, match=r"^kind must be one of a, b; got 'c'$"):
        replace(Row(), kind="c")


class Tensor:
    """What NumPy meets where a tensor of another library does not become an array."""

    def __init__(self, refusal):
        self.refusal = refusal

    def __array__(self, dtype=None, copy=None):
        raise self.refusal


@pytest.mark.parametrize(
    "refusal",
    [
        RuntimeError("Can't call numpy() on Tensor that requires grad."),
        TypeError("Got unsupported ScalarType BFloat16"),
        TypeError("can't convert cuda:0 device type tensor to numpy."),
    ],
)
def test_a_tensor_that_numpy_cannot_read_is_refused_with_what_to_do(refusal):
    tensor = Tensor(refusal)
    calls = {
        "values": lambda: checked_array(tensor, 1.0),
        "mean": lambda: check_numbers("mean", tensor, 0.0, 1.0),
        "rate": lambda: below_one(tensor),
        "rates": lambda: check_rates(tensor),
        "train": lambda: observe(0.3, tensor, [1.0, 2.0]),
    }
    for name, call in calls.items():
        with pytest.raises(ValueError, match=rf"^{name} must be an array that NumPy can read; of a PyTorch"):
            call()


@pytest.mark.parametrize("kind", [np.float16, np.float32, np.longdouble, np.int8])
def test_numbers_of_any_real_kind_are_compared_as_float64(kind):
    """No warning, which is an error here: 1e100 has no place in float32."""
    found = exact_moments(
        "inverted", "train", np.array([0, 1], kind) / kind(2), kind(1), np.array([1, 0], kind)
    )
    np.testing.assert_array_equal(found, [[1.0, 1.0], [1.0, 1.0]])
    assert all(part.dtype == np.float64 for part in found)
    assert Empirical(np.array([1, 0], kind)).exact_mean == 0.5


def test_no_number_is_rounded_into_its_range():
    with pytest.raises(ValueError, match=r"^mean must be a number from 0 to 1; got "):
        check_numbers("mean", np.longdouble("1e4000"), 0.0, 1.0)
    assert readable("mean", [[1.0], [1.0, 2.0]]) is None
