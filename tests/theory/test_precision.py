"""Few bits: bfloat16 against all of its numbers and against PyTorch, masks against all 256 bytes, and the errors."""

import numpy as np
import pytest

from dropviz.numbers.rates import GRID
from dropviz.theory.precision import FORMATS, bfloat16, byte_keep, factor_error, mask_error, rounded

RATES = np.array(GRID)
EVERY = np.sort([(1.0 + fraction / 128.0) * 2.0**power for fraction in range(128) for power in range(-3, 6)])
# what torch 2.13.0 multiplies bfloat16 ones by, on a CPU
TORCH = {
    0.05: 1.0546875,
    0.1: 1.109375,
    0.15: 1.1796875,
    0.3: 1.4296875,
    0.51: 2.046875,
    0.8: 5.0,
    0.94: 16.625,
}


def test_the_nearest_bfloat16_is_found_among_all_of_them():
    values = 1.0 / (1.0 - RATES)
    nearest = EVERY[np.abs(EVERY[:, None] - values).argmin(axis=0)]
    np.testing.assert_array_equal(bfloat16(values), nearest)


def test_a_tie_goes_to_the_even_one_and_signs_and_zero_stay():
    ties = [1.0 + 1.0 / 256.0, 1.0 + 3.0 / 256.0, -1.0 - 1.0 / 256.0, 0.0]
    assert bfloat16(ties).tolist() == [1.0, 1.0 + 4.0 / 256.0, -1.0, 0.0]
    assert bfloat16(np.nextafter(ties[0], 2.0)) == 1.0 + 1.0 / 128.0  # rounded once, not by way of float32


def test_the_factor_is_the_one_that_pytorch_has():
    assert {rate: float(bfloat16(1.0 / (1.0 - rate))) for rate in TORCH} == TORCH


def test_the_numbers_of_few_bits():
    assert factor_error(0.1, "bfloat16") == pytest.approx(-0.0016, abs=5e-5)
    assert factor_error(0.1, "bfloat16", 12) == pytest.approx(-0.019, abs=5e-4)
    assert factor_error(0.3, "bfloat16") == pytest.approx(0.0008, abs=5e-5)
    assert 0.9 * bfloat16(1.0 / 0.9) == pytest.approx(0.9985, abs=1e-4)
    for format in FORMATS:
        assert factor_error([0.0, 0.2, 0.5], format).tolist() == [0.0, 0.0, 0.0]
    assert mask_error(0.5) == 0.0


@pytest.mark.parametrize(("format", "digits"), [("bfloat16", 8), ("float16", 11)])
def test_an_error_is_at_most_half_a_step_and_compounds(format, digits):
    error = factor_error(RATES, format)
    assert np.abs(error).max() <= 2.0**-digits
    assert np.abs(error).max() > 0.5 * 2.0**-digits
    np.testing.assert_allclose(1.0 + factor_error(RATES, format, 12), (1.0 + error) ** 12)


def test_a_mask_of_bytes_keeps_as_often_as_a_byte_is_small_enough():
    keep = np.float32(1.0) - RATES.astype(np.float32)
    threshold = np.floor(keep.astype(np.float64) * 255.0)
    kept = (np.arange(256)[:, None] <= threshold).mean(axis=0)
    np.testing.assert_array_equal(byte_keep(RATES), kept)
    assert (np.abs(byte_keep(RATES) + RATES - 1.0) <= 1.0 / 256.0).all()
    np.testing.assert_allclose(mask_error(RATES, 3), (kept / (1.0 - RATES)) ** 3 - 1.0, atol=1e-11)


def test_an_unknown_format_is_refused():
    with pytest.raises(ValueError, match="format must be one of bfloat16, float16; got 'int8'"):
        rounded(1.0, "int8")


def test_integers_and_float32_are_read_as_float64():
    assert bfloat16([1, 3]).tolist() == [1.0, 3.0]
    assert bfloat16(np.float32([0.1])).tolist() == [0.10009765625]
    assert byte_keep(0.1).dtype == np.float64
    assert mask_error(0.1).item() == mask_error(0.1, 1).item() != mask_error(0.1, 2).item()
