"""How numbers are written on screen: as many digits as their error allows, and never NaN."""

import math

UNDEFINED = "undefined"


def read_number(text: str) -> float:
    """The number that a person wrote, in ASCII digits with a decimal point; Python itself would read more.

    Raises
    ------
    ValueError
        If it is no number, or has other digits or underscores.

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
    text = f"{value:.{digits}g}"
    if "e" not in text and abs(value) >= 1e-3:
        text = f"{value:.{max(0, digits - 1 - math.floor(math.log10(abs(float(text)))))}f}"
    return text.replace("-", "−", 1) if text.startswith("-") else text


def with_error(value: float, error: float) -> str:
    """Write a simulated value with its standard error, one digit of the error deciding how many are written.

    >>> with_error(0.39894, 0.00061), with_error(1.0, 0.0), with_error(2.0, float("nan"))
    ('0.3989 ± 0.0006', '1.000', '2.000')
    """
    if not math.isfinite(value) or not math.isfinite(error) or error <= 1e-15 * abs(value):
        return plain(value)
    decimals = max(0, -math.floor(math.log10(error)))
    if decimals > 8 or abs(value) >= 1e6:
        return f"{plain(value)} ± {error:.0e}"
    rounded = round(value, decimals) + 0.0  # no minus before a zero
    return f"{rounded:.{decimals}f} ± {error:.{decimals}f}".replace("-", "−")


def quotient_error(top: float, top_error: float, bottom: float, bottom_error: float) -> float:
    """Standard error of top/bottom, |top/bottom|·√((Δtop/top)² + (Δbottom/bottom)²); NaN where it is undefined.

    It leaves out the covariance. Where the two rise and fall together, as the variances of one sample do, the true
    error is smaller.

    >>> round(quotient_error(2.0, 0.03, 1.0, 0.02), 3)
    0.05
    """
    if not top or not bottom:
        return math.nan
    return abs(top / bottom) * math.hypot(top_error / top, bottom_error / bottom)
