"""Sentences that were false once and that no number of a picture holds: they stay as they were mended."""

import re

from dropviz.figures.mistakes.exhibits import EXHIBITS, RELATIVES
from dropviz.story.reading import OWN_STORY
from dropviz.theory.steps import step_rule

STORY = OWN_STORY.read_text(encoding="utf-8")


def test_the_story_tells_whom_a_wrong_factor_hid_from_as_it_was():
    assert "nobody noticed" not in STORY
    assert "pull request 61, open since 2016" in STORY


def test_the_story_says_by_what_standard_has_to_tune_its_learning_rate():
    told = re.findall(r"η/k(²?) \((SGD|Adam)", STORY)
    powers = {name: 2 if square else 1 for square, name in told}
    for name, power in powers.items():
        assert step_rule(name.lower(), 0.5).learning_rate == 2.0**power
    assert powers.keys() == {"SGD", "Adam"}


def test_no_report_is_cited_that_saw_no_mistake():
    cited = " ".join([*RELATIVES, *(text for one in EXHIBITS.values() for text in one)])
    assert "LLMs-from-scratch/issues/431" in cited
    assert "LLMs-from-scratch/issues/428" not in cited
