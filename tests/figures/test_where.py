"""The questions about real networks: one sentence and one picture each, and nothing undefined at either end."""

from functools import cache

import pytest

from dropviz.live.words import Paragraph
from dropviz.settings.where import QUESTIONS
from dropviz.ui.pages.where import ANSWERS
from tests.figures.reading import assert_defined, simulated, strayed
from tests.live.reading import asked


@cache
def drawn(question, end):
    """The figure at one end of all its settings, or as it opens."""
    settings = QUESTIONS[question].settings
    return ANSWERS[question](
        **{name: type(one.default)(getattr(one, end, one.default)) for name, one in settings.items()}
    )


EVERY = [(question, end) for question in QUESTIONS for end in ("default", "low", "high")]


@pytest.mark.parametrize(("question", "end"), EVERY)
def test_nothing_undefined_is_said_or_drawn_and_every_text_has_a_place(question, end):
    live = drawn(question, end)
    assert_defined(live)
    assert asked(live) == set(live.texts) - {"summary"}
    assert {len(texts) for texts in live.texts.values()} == {len(live.rates)}


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_question_opens_with_one_sentence_and_one_picture(question):
    live = drawn(question, "default")
    assert [block.kind for block in live.head if isinstance(block, Paragraph)] == ["finding"]
    first = [row for row in live.rows if not row.fold]
    assert len(first) == 1
    assert len(first[0].panels) == (2 if question == "exact" else 1)  # that asks for both means
    assert all(len(text) <= 200 for text in live.texts["finding"])
    live.to_figure()  # Plotly accepts every property


@pytest.mark.parametrize(("question", "end"), EVERY)
def test_points_lie_within_five_errors_of_their_lines(question, end):
    for line in simulated(drawn(question, end)):
        assert not strayed(line).any(), line.name
