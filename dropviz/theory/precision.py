"""Dropout in few bits: the factor 1/k rounded to 16 bits, and a mask that compares random bytes with a threshold.

A layer whose factor is rounded has the mean k·round(1/k) times that of its input, not 1; one whose mask keeps with
probability k' ≠ k has k'/k. Over L layers these factors multiply.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dropviz.numbers.checks import Floats, check_choice
from dropviz.numbers.rates import below_one

FORMATS = ("bfloat16", "float16")
DROPPED_BITS = 45  # of the 52 of a float64's fraction, of which bfloat16 has 7


def bfloat16(values: ArrayLike) -> Floats:
    """The bfloat16 nearest to each value, as float64; of two as near, the one whose last bit is 0.

    bfloat16 has the range of float32 and 8 significant bits. Rounded is the float64 itself, once. For values that are 0
    or from 1e-37 to 1e38 in magnitude.

    >>> bfloat16([1 / 0.9, 1 / 0.7, 1 / 0.5]).tolist()
    [1.109375, 1.4296875, 2.0]
    """
    bits: NDArray[np.uint64] = np.array(values, dtype=np.float64).view(np.uint64)
    step = np.uint64(DROPPED_BITS)
    last = (bits >> step) & np.uint64(1)
    half = np.uint64(2 ** (DROPPED_BITS - 1) - 1)
    return ((bits + half + last) >> step << step).view(np.float64)


def rounded(values: ArrayLike, format: str) -> Floats:
    """Each value in the 16-bit ``format``, one of `FORMATS`, as float64.

    ValueError if the format is unknown.
    """
    if check_choice("format", format, FORMATS) == "bfloat16":
        return bfloat16(values)
    return np.asarray(values, dtype=np.float16).astype(np.float64)


def byte_keep(rate: ArrayLike) -> Floats:
    """The probability with which a mask of random bytes keeps, at each ``rate`` in [0, 1): a multiple of 1/256.

    k' = (⌊255·k⌋ + 1)/256 with k in float32; at rate 0 nothing is dropped.

    Source: FlashAttention, ``csrc/flash_attn/flash_api.cpp`` (threshold) and ``dropout.h`` (byte ≤ threshold).

    >>> byte_keep([0.0, 0.1, 0.5]).tolist()
    [1.0, 0.8984375, 0.5]
    """
    keep = np.float32(1.0) - below_one(rate).astype(np.float32)
    return np.asarray((np.floor(keep.astype(np.float64) * 255.0) + 1.0) / 256.0)


def factor_error(rate: ArrayLike, format: str, layers: int = 1) -> Floats:
    """(k·round(1/k))^L − 1: the relative error of the mean after L ``layers``; 0 where 1/k is exact.

    >>> factor_error([0.1, 0.5], "bfloat16", 12).round(4).tolist()
    [-0.0186, 0.0]
    """
    keep = 1.0 - below_one(rate)
    return _compounded(keep * rounded(1.0 / keep, format), layers)


def mask_error(rate: ArrayLike, layers: int = 1) -> Floats:
    """(k'/k)^L − 1: the relative error of the mean after L ``layers`` whose masks are random bytes (`byte_keep`).

    >>> mask_error([0.1, 0.5]).round(4).tolist()
    [-0.0017, 0.0]
    """
    return _compounded(byte_keep(rate) / (1.0 - below_one(rate)), layers)


def _compounded(factor: Floats, layers: int) -> Floats:
    error = np.asarray(factor - 1.0)
    error[np.abs(error) < 1e-12] = 0.0  # the rate itself is a rounded decimal number
    return np.asarray(np.expm1(layers * np.log1p(error)))
