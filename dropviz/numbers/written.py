"""How numbers are written on screen: as many digits as their error allows, and never NaN."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate

UNDEFINED = "undefined"
UNKNOWN = "± ?"  # an error that nobody knows
ONE_DIGIT = 1.95  # the first digit of what is no more, rounded to one decimal, is 1


def read_number(text: str) -> float:
    """The number that a person wrote, in ASCII digits with a decimal point; Python itself would read more.

    ValueError if it is no number, or has other digits or underscores.

    >>> read_number(" -1.5e3 ")
    -1500.0
    """
    if "_" in text or not text.isascii():
        raise ValueError(f"a number must have the digits 0 to 9 and a decimal point; got {text[:40]!r}")
    return float(text)


def plain(value: float, digits: int = 4) -> str:
    """Write ``value`` with ``digits`` significant digits.

    >>> plain(0.398942), plain(float("nan")), plain(1234567.0), plain(-0.0)
    ('0.3989', 'undefined', '1.235e+06', '0')
    """
    if not math.isfinite(value):
        return "infinite" if math.isinf(value) else UNDEFINED
    if value == 0.0:
        return "0"
    text = f"{value:#.{digits}g}"  # with the zeros at its end
    if "e" in text or abs(value) < 1e-3:
        text = f"{value:.{digits}g}"
    text = text.removesuffix(".")
    return text.replace("-", "−", 1) if text.startswith("-") else text


def grouped(value: float, digits: int = 3) -> str:
    """Write a number as `plain` does, but large ones without powers of ten.

    >>> grouped(0.07712), grouped(1234.0, 2), grouped(-15.6, 2)
    ('0.0771', '1,200', '−16')
    """
    if 10.0**digits <= abs(value) < 1e9:
        return f"{float(f'{value:.{digits}g}'):,.0f}".replace("-", "−")
    return plain(value, digits)


def short(value: float) -> str:
    """Write a number with three significant digits, without trailing zeros.

    >>> short(0.0797885), short(5.0), short(-1 / 3)
    ('0.0798', '5', '−0.333')
    """
    return f"{value + 0.0:.3g}".replace("-", "−")


def each_plain(values: ArrayLike, digits: int = 4) -> list[str]:
    """Write each of ``values``, shape (n,), as `plain` does, in one go where they are of ordinary size.

    >>> each_plain([0.5, 2.0])
    ['0.5000', '2.000']
    """
    numbers = np.asarray(values, dtype=np.float64)
    size = np.abs(numbers)
    texts = (
        ("|".join([f"%#.{digits}g"] * len(numbers)) % tuple(numbers.tolist())).replace("-", "−").split("|")
    )
    ordinary = (size >= 1e-3) & (size < 0.9 * 10.0 ** (digits - 1))
    for at in np.flatnonzero(~ordinary).tolist():
        texts[at] = plain(float(numbers[at]), digits)
    return texts if len(numbers) else []


def estimated(estimate: Estimate) -> list[str]:
    """Write each simulated value of ``estimate``, shape (n,), as `with_error` does; plain the exact ones if none.

    Those that are written with equally many decimals are formatted in one go, which is several times as fast.

    >>> estimated(Estimate(np.array([2.0]), np.array([1.9]), np.array([0.3]))), estimated(Estimate(np.array([2.0])))
    (['1.9 ± 0.3'], ['2.000'])
    """
    if estimate.simulated is None or estimate.error is None:
        return each_plain(estimate.exact)
    numbers, spread = estimate.simulated.tolist(), estimate.error.tolist()
    decimals = _decimals_in_one_go(estimate.simulated, estimate.error)
    texts = [""] * len(numbers)
    for shown in np.unique(decimals).tolist():
        places = np.flatnonzero(decimals == shown).tolist()
        if not shown:
            for at in places:
                texts[at] = with_error(numbers[at], spread[at])
            continue
        line = f"%.{shown}f ± %.{shown}f|" * len(places)
        parts = [part for at in places for part in (round(numbers[at], shown) + 0.0, spread[at])]
        for at, text in zip(places, (line % tuple(parts)).replace("-", "−").split("|"), strict=False):
            texts[at] = text
    return texts


def _decimals_in_one_go(values: Floats, errors: Floats) -> NDArray[np.int64]:
    """Decimals of each value and its error, where these say all: 1 to 8, else 0; shape (n,)."""
    size = np.abs(values)
    regular = (errors > 0.0) & (errors < 1.0) & (size > 1e-9) & (size < 1e6) & (errors > 1e-15 * size)
    decimals = np.zeros(len(values), dtype=np.int64)
    decimals[regular] = _decimals(errors[regular])
    return np.where(decimals <= 8, decimals, 0)


def with_error(value: float, error: float) -> str:
    """Write a simulated value with its standard error, both to the first digit of the error, to two where that is 1.

    Of 0.0149 the first digit alone is a third too small. A value whose error is NaN has two digits; one whose error is
    0 is exact.

    >>> with_error(0.39894, 0.00061), with_error(0.39894, 0.00149), with_error(1.0, 0.0)
    ('0.3989 ± 0.0006', '0.3989 ± 0.0015', '1.000')
    >>> with_error(0.123, float("nan"))
    '0.12 ± ?'
    >>> with_error(39546.0, 7747.0), with_error(1.0023e8, 2.1e5)
    ('40000 ± 8000', '1.002e+08 ± 0.002e+08')
    """
    if math.isfinite(value) and math.isnan(error):
        return f"{grouped(value, 2)} {UNKNOWN}"
    if not math.isfinite(value) or not math.isfinite(error) or error <= max(1e-15 * abs(value), 1e-99):
        return plain(value)
    decimals = int(_decimals(error))
    if decimals <= 8 and abs(value) < 1e6 and error < 1e6:
        value = round(value, decimals) + 0.0  # no minus before a zero
        return f"{value:.{max(0, decimals)}f} ± {round(error, decimals):.{max(0, decimals)}f}".replace(
            "-", "−"
        )
    power = math.floor(math.log10(max(abs(value), error)))
    digits = decimals + power
    scaled = [round(part / 10.0**power, digits) + 0.0 for part in (value, error)]
    text = " ± ".join(f"{part:.{max(0, digits)}f}e{power:+03d}" for part in scaled)
    return text.replace("-", "−", 1) if scaled[0] < 0.0 else text


def _decimals(error: Floats | float) -> NDArray[np.int64]:
    """Decimals that show the digits of an error: the first, or two where the first is 1."""
    power = np.floor(np.log10(error))
    return np.where(error / 10.0**power <= ONE_DIGIT, 1 - power, -power).astype(np.int64)
