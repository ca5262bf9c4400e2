"""What every page has: help beside each control, a way on, and the words."""

import re
from importlib import import_module

import pytest

from dropviz.settings.rate_table import TABLE
from dropviz.ui.frame import MORE, PAGES, QUESTIONS
from dropviz.ui.glossary import WORDS, glossary_html

ROWS = (*PAGES, *MORE)


@pytest.mark.parametrize("module", [module for _, _, module in ROWS])
def test_every_control_has_help(module):
    settings = import_module(f"dropviz.ui.pages.{module}").SETTINGS
    controls = [setting for setting in settings if setting.control != "page" and setting is not TABLE]
    assert [control.key for control in controls if not control.help] == []


def test_the_questions_belong_to_pages():
    assert set(QUESTIONS) <= {address for address, _, _ in ROWS}


def test_the_words_of_the_question_are_explained():
    dozen = {
        "rate",
        "keep",
        "mask",
        "unit",
        "activation",
        "strategy",
        "phase",
        "standard",
        "inverted",
        "mean",
    }
    assert dozen | {"variance", "standard error", "exact"} <= set(WORDS)
    html = glossary_html()
    assert re.findall(r"<dt>(.*?)</dt>", html) == list(WORDS)
    assert all(text.endswith(".") for text in WORDS.values())
