"""What is held against the text itself and the curves beside it: equations, errors, names of curves, and spelling.

Each check yields what is false, as a text; none is as it should be.
"""

import itertools
import math
import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np

from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Panel
from tests.figures.reading import labels, lines

NUMBER = r"[−-]?\d[\d,]*(?:\.\d+)?(?:e[+-]\d+)?"
TERM = rf"{NUMBER}(?: ?[/÷×·] ?{NUMBER})*"
EQUALS = re.compile(r" ?([=≈]) ?")
# "0.3 in training = 0.3 at test" is an equation too; those of symbols and units, "2·a = …", are not
LEFT = re.compile(rf"(?<![·/÷×] )(?<![\w.,·/÷×(²−])({TERM})(?: in training)?$")
RIGHT = re.compile(rf"((?>{TERM}))(?![\w·(]| ?[·/÷×])")
OF_RATE = re.compile(rf"\b(keep|k|rate) = ({NUMBER})(?![\w.]| ?[/÷×·])")
ESTIMATED = re.compile(rf"(?<![\w.])({NUMBER})(?: ± ({NUMBER}|\?))?,? \(?exact ({NUMBER})")
THINGS = (
    "units|inputs|masks|layers|points|seeds|passes|examples|networks|epochs|keys|channels|places|steps|curves"
)
UNDEFINED = re.compile(r"\b(?:undefined|infinite)\b")  # where a page divides by something that may be 0
SPELLING = re.compile(rf"\b(?:nan|inf|None)\b|[−-]0(?:\.0+)?(?![.\d])|(?<![\w.,/−])(?<!× )1 (?:{THINGS})\b")


@lru_cache(maxsize=100_000)
def value(text: str) -> tuple[float, float]:
    """The value of a number or of a product, and how far its last digit lets it be off; operands are exact."""
    parts = re.split(r"\s*([/÷×·])\s*", text)
    numbers = [float(part.replace(",", "").replace("−", "-")) for part in parts[::2]]
    found = numbers[0]
    for sign, number in zip(parts[1::2], numbers[1:], strict=True):
        found = found * number if sign in "×·" else found / number if number else math.nan
    return found, 0.0 if len(numbers) > 1 else _half_digit(text)


def _half_digit(text: str) -> float:
    digits, _, power = text.partition("e")
    return 0.5000001 * 10.0 ** (int(power or 0) - len(digits.partition(".")[2]))


def unequal(text: str, rate: float | None) -> Iterator[str]:
    """Equations between numbers that are not equal in the digits written; keeps and rates that are others."""
    for sign in EQUALS.finditer(text):
        left, right = LEFT.search(text[: sign.start()]), RIGHT.match(text, sign.end())
        if left and right:
            (one, near), (other, by) = value(left[1]), value(right[1])
            if not abs(one - other) <= near + by + 0.02 * abs(one) * (sign[1] == "≈"):
                yield f"{left[1]} {sign[1]} {right[1]}: {text}"
    if rate is None:
        return
    for name, written in OF_RATE.findall(text):
        known, near = value(written)
        if abs(known - (rate if name == "rate" else 1.0 - rate)) > near:
            yield f"{name} = {written} at rate {rate:g}: {text}"


def strayed_text(text: str, sigmas: float) -> Iterator[str]:
    """Numbers further from the exact ones beside them than their error can be; one without an error is exact."""
    for simulated, error, exact in ESTIMATED.findall(text):
        if error == "?":
            continue
        (seen, near), (true, by), (off, more) = (
            value(simulated),
            value(exact),
            value(error) if error else (0.0, 0.0),
        )
        if abs(seen - true) > sigmas * (off + more) + near + by:
            yield f"{simulated} ± {error or 0} beside {exact}: {text}"


def strayed_curves(live: LiveFigure, sigmas: float) -> Iterator[str]:
    """Simulated curves further from the exact ones than their error can be."""
    drawn = [(panel, mark) for panel in live.panels for mark in panel.marks if isinstance(mark, Line)]
    for panel, line in drawn:
        exact, seen, error = line.estimate.exact, line.estimate.simulated, line.estimate.error
        if seen is None or error is None:
            continue
        known = exact[np.isfinite(exact)]
        size = np.abs(known).max(initial=0.0)
        rounding = (
            1e-9 if (known != known[:1]).any() else 1e-5
        )  # a level, where float32 could draw nothing else
        with np.errstate(invalid="ignore"):
            far = (
                np.abs(seen - exact) > sigmas * error + rounding * size + 1e-13
            )  # of a sum of numbers near 1
        if far.any():
            at = int(far.argmax())
            yield f"{panel.title}, {line.name}, place {at}: {seen[at]} ± {error[at]}, exact {exact[at]}"


def misnamed(panel: Panel) -> Iterator[str]:
    """Labels that name no curve of the panel, or say "=" of curves that differ."""
    drawn = lines(panel)
    for text in labels(panel) if drawn else ():
        heads, both = re.split(" [=≈] ", text.partition(": training ")[0]), ": training " in text
        phases = ("in training", "at test") if f"{heads[0]} at test" in drawn else ("train", "test")
        said = [f"{head} {phase}" for head in heads for phase in phases] if both else heads
        if not set(said) <= set(drawn):
            yield f"no such curve: {text}"
        elif "≈" not in text:
            for one, other in itertools.combinations(said, 2):
                if not same(drawn[one].estimate.exact, drawn[other].estimate.exact):
                    yield f"not equal: {text} in {panel.title}"


def same(one: np.ndarray, other: np.ndarray | float) -> bool:
    """Whether two curves are equal, rounding apart."""
    small = 1e-9 * np.abs(one[np.isfinite(one)]).max(initial=0.0)
    return bool(np.allclose(one, other, rtol=1e-9, atol=small, equal_nan=True))


def misspelt(text: str, divides: bool) -> Iterator[str]:
    """What is left of a number that there is not, a minus before a zero, and "1 units"."""
    if found := SPELLING.search(text) or (not divides and UNDEFINED.search(text)):
        yield f"{found[0]!r}: {text}"
