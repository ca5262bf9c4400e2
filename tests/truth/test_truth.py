"""No page says what is false: all its texts at many settings are held against its curves and against themselves.

`make test` takes a fair sample of the settings, `make truth` all of them.
"""

import random
from collections.abc import Sequence
from functools import lru_cache

import pytest

from tests.truth.claims import misnamed, misspelt, strayed_curves, strayed_text, unequal
from tests.truth.pages import Shown, everything
from tests.truth.sentences import Read, untrue
from tests.truth.telling import Told, named, told, views

SAMPLE = 3  # settings of each page, in `make test`
# these show ratios of what may be 0
DIVIDES = ("first", "everything", "mistake", "answer", "training", "where, normalisation")


@lru_cache
def shown() -> dict[str, list[Shown]]:
    pages: dict[str, list[Shown]] = {}
    for each in everything():
        pages.setdefault(each.page, []).append(each)
    return pages


def false(settings: Sequence[Shown], sigmas: float) -> list[str]:
    """What is false at these settings of a page."""
    found = []
    for each in settings:
        for live in views(each.draw()):
            faults = [*strayed_curves(live, sigmas)]
            faults += [fault for panel in live.panels for fault in misnamed(panel)]
            for text, at in {*told(live), *(Told(name, None) for name in named(live))}:
                said = " ".join(text.split())
                rate = live.rates[at] if at is not None and live.slider_label == "dropout rate" else None
                faults += [
                    *unequal(said, rate),
                    *strayed_text(said, sigmas),
                    *misspelt(said, each.page in DIVIDES),
                ]
            for text, at in set(told(live)):
                faults += untrue(each.page, " ".join(text.split()), Read(live, at, each.law))
            found += [f"{each.settings}: {fault}" for fault in faults]
    return found


@pytest.mark.parametrize("page", shown())
def test_a_sample_of_what_a_page_says_is_true(page):
    settings = shown()[page]
    sample = random.Random(page).sample(settings[1:], min(SAMPLE, len(settings) - 1))
    assert false([settings[0], *sample], 5.0) == []


@pytest.mark.truth
@pytest.mark.parametrize("page", shown())
def test_all_that_a_page_says_is_true(page):
    assert false(shown()[page], 6.0) == []


@pytest.mark.parametrize(
    "text",
    [
        "the mean is 1/0.7 = 1.44 times it", "mean 0.28 in training = 0.30 at test", "keep = 0.6", "0.20 ≈ 0.30",
        "mean: 0.3 ± 0.1 exact 1.9", "ratio 1.0 (exact 1.43)", "mean −0.00", "1 inputs", "mean nan",
    ],
)  # fmt: skip
def test_the_scanner_sees_what_is_false(text):
    assert [*unequal(text, 0.3), *strayed_text(text, 5.0), *misspelt(text, False)]


@pytest.mark.parametrize(
    "text",
    [
        "the mean is 1/0.7 = 1.43 times it", "0.2800 in training = 0.28 at test", "keep = 0.7", "2·a = 3·b",
        "mean: 0.3 ± 0.1 exact 0.4", "0 ± ? exact 0.1", "mean −0.01", "1 input", "11 inputs", "1/0.3 = 3.333e+00",
    ],
)  # fmt: skip
def test_the_scanner_leaves_what_is_true(text):
    assert [*unequal(text, 0.3), *strayed_text(text, 5.0), *misspelt(text, False)] == []
