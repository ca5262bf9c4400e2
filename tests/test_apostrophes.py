"""What is read on a screen has one apostrophe, the curly one."""

import ast
import re
from pathlib import Path

import pytest

import dropviz
from dropviz.frameworks.conventions import frameworks

HERE = Path(dropviz.__file__).parent
ROOMS = ("datasets", "figures", "layers", "live", "settings", "story", "training", "ui")  # what pages say
STRAIGHT = re.compile(r"(?<!')\b[A-Za-z]+'(?:s\b|\s[a-z])|^'s\b")
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
COMMENT = re.compile(r"\s*(#|//|/?\*)")


def said(path):
    """The string constants of a module that are no docstrings."""
    tree = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    docs = {ast.get_docstring(node, clean=False) for node in tree if isinstance(node, DOCUMENTED)}
    texts = [node.value for node in tree if isinstance(node, ast.Constant) and isinstance(node.value, str)]
    return [text for text in texts if text not in docs and "redis.call" not in text]


@pytest.mark.parametrize("room", ROOMS)
def test_no_text_of_a_page_has_a_straight_apostrophe(room):
    texts = [text for path in (HERE / room).rglob("*.py") for text in said(path)]
    assert len(texts) > 50
    assert [text for text in texts if STRAIGHT.search(text)] == []


@pytest.mark.parametrize("kind", ["live/*.js", "data/story.toml"])
def test_no_text_of_a_script_or_of_the_story_has_one(kind):
    lines = [line for path in HERE.glob(kind) for line in path.read_text(encoding="utf-8").splitlines()]
    texts = [re.split(r"/[/*] |/\*\*", line)[0] for line in lines if not COMMENT.match(line)]
    assert len(texts) > 50
    assert [text for text in texts if STRAIGHT.search(text)] == []


def test_no_convention_has_one_and_its_address_is_what_it_was():
    rows = frameworks()
    assert not any(
        STRAIGHT.search(text) for row in rows.values() for text in (row.said, row.version, *row.notes)
    )
    assert rows["Andrew Ng's course"].said == "Andrew Ng’s course"
