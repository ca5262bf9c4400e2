"""Formulas in a sentence: no line of a page ends inside one."""

import re
from functools import lru_cache

KEPT = "\u00a0"  # a space at which no line ends
_SIGNS = "=≈≠<>≤≥×÷+−·/±→"
# A space before or behind a sign that stands alone, before % and …, and between a quantity and its number. The space
# comes first in the pattern: only there the search looks.
_INSIDE = re.compile(
    rf" (?:(?=[{_SIGNS}](?: |$)|[%…])|(?<=^[{_SIGNS}] )|(?<=[ (][{_SIGNS}] )"
    r"|(?:(?<=\bp )|(?<=\b(?:rate|step) ))(?=\d))"
)
_NEXT_EQUALITY = re.compile(f"(?<={KEPT})([=≈]{KEPT}[^ ]*?){KEPT}(?=[=≈]{KEPT})")


@lru_cache(maxsize=2**14)  # most texts of a figure are the same for every draw
def unbroken(text: str) -> str:
    """Hold every formula of a text together; one with several equalities may end a line before the second.

    >>> unbroken("mean × 0.7 = 0.28 = 30 % of it").replace("\\xa0", "_")
    'mean_×_0.7_=_0.28 =_30_% of it'
    """
    if " " not in text:
        return text
    text = _INSIDE.sub(KEPT, text)
    return _NEXT_EQUALITY.sub(r"\1 ", text) if text.count("=") + text.count("≈") > 1 else text
