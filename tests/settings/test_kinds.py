"""The four kinds: what they take, how they spell it, and in which words they refuse."""

import pytest

from dropviz.settings.kinds import RATE, Choices, Number, Text
from dropviz.settings.next_layer import UNIT_INPUTS
from dropviz.simulation.masks import MOST_ENUMERATED

WHOLE = Number("n", "number", 5, 1, 1000)
REAL = Number("x", "number", 0.5, -1.0, 1000.0)
SOME = Choices("some", "some", {"a": "A", "b": "B", "c": "C"}, ("a",), most=2)
WORD = Text("word", "word", "", form="letters", parse=lambda text: text[text.index("a") :], empty="no word")


@pytest.mark.parametrize(
    ("setting", "text", "value"),
    [
        (WHOLE, " 007 ", 7),
        (REAL, "-0", 0.0),
        (REAL, "1e-10", 0.0),
        (REAL, "0.30000000000000004", 0.3),
        (RATE, "0.123", 0.12),
        (SOME, "c,a", ("a", "c")),
    ],
)
def test_a_text_is_read(setting, text, value):
    found = setting.parse(text)
    assert repr(found) == repr(value)
    assert setting.parse(setting.spell(found)) == found


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        *((WHOLE, text) for text in ("1e2", "5.0", "0", "1001", "")),
        *((REAL, text) for text in ("1000.1", "1_0", "nan")),
        *((RATE, text) for text in ("0.951", "-0.1")),
        *((SOME, text) for text in ("a,b,c", "a,a", "d", "")),
        (WORD, "x"),
    ],
)
def test_what_is_not_allowed_is_refused(setting, text):
    with pytest.raises(ValueError, match=r"^"):
        setting.parse(text)


def test_ranges_are_said_in_words():
    assert WHOLE.allowed() == "a whole number from 1 to 1,000"
    assert REAL.allowed() == "a number from -1.0 to 1,000.0"
    assert RATE.allowed() == "a number from 0 to 0.95"
    assert SOME.allowed() == "one to 2 of a, b, c, separated by commas"


def test_a_text_says_what_its_absence_means():
    assert (WORD.parse("bac"), WORD.spell("ac"), WORD.spell("")) == ("ac", "ac", "no word")


def test_a_field_of_whole_numbers_rounds_to_the_nearest():
    assert [WHOLE.settled(value) for value in (1.5, 2.4, 7)] == [2, 2, 7]


def test_the_small_unit_has_as_many_inputs_as_have_their_masks_listed():
    assert UNIT_INPUTS.high == MOST_ENUMERATED
