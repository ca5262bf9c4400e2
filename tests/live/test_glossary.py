"""The glossary has every technical word of every page, and a term shows what it has."""

import ast
import re
from pathlib import Path

import pytest

from dropviz.live import words
from dropviz.live.glossary import GLOSSARY, MEANINGS
from dropviz.live.panels import wire
from tests.live.reading import said

PACKAGE = Path(__file__).parents[2] / "dropviz"
# The beginnings of words of this field that a student may not know; those on no page are here for the next page.
STEMS = re.findall(
    r"\S+",
    """
    adam anneal attention autoenc backprop batch batch|norm bayes bernoulli bias bin calibrat convol
    correlat covarian cross-entropy curricul decay distribution dropconnect ensemble entropy epoch
    evaluation|mode expectation fan-in gaussian geometric gradient heteroscedas hidden|layer hyperparam
    inference kurtosis learning|rate likelihood logistic logit median momentum monte|carlo multiplicative
    nonlinear normalized optimi overfit perceptron posterior quantile regulari relu residual rms schedule
    seed sgd sigmoid skew softmax standard|deviation standard|error standardis stochastic tanh thinned
    uniform variance|shift variance|ratio variance wasserstein weight weight|decay zero-mean
    """,
)
NO_SYMBOLS = {"A", "I"}  # they begin sentences
# Titles of papers, links and addresses; words between braces and in tags are names for the browser.
NOT_OURS = re.compile(r"\*[A-Z][^*\n]+\*|\[[^\]]*\]\([^)]*\)|https?://\S+|\{[^{}]*\}|<[^<>]*>")
SYMBOL = re.compile(r"(?<![\w'’./-])[A-Za-zα-ωΑ-Ω]\u0304?(?![\w'’.-])")


def _texts(path):
    """The strings of a module that can be sentences: of several words, and no docstrings."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    documented = ast.Module | ast.ClassDef | ast.FunctionDef
    first = [node.body[0] for node in ast.walk(tree) if isinstance(node, documented) and node.body]
    docstrings = {id(node.value) for node in first if isinstance(node, ast.Expr)}
    strings = [
        node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docstrings
    ]
    return [node.value for node in strings if isinstance(node.value, str) and " " in node.value.strip()]


ROOMS = ("ui", "figures", "settings")


@pytest.fixture(scope="module")
def texts():
    """The strings of each file that can be sentences."""
    modules = [path for room in ROOMS for path in PACKAGE.joinpath(room).rglob("*.py")]
    story = (PACKAGE / "data" / "story.toml").read_text(encoding="utf-8").splitlines()
    return {
        **{path.relative_to(PACKAGE): _texts(path) for path in modules},
        Path("data/story.toml"): [line for line in story if not line.startswith("#")],
    }


def unexplained(text):
    """The symbols and the technical words of a text that the glossary does not have."""
    bare = NOT_OURS.sub(" ", text)
    explained = " ".join(MEANINGS).lower()
    stems = [stem.replace("|", " ") for stem in STEMS]
    found = {stem for stem in stems if re.search(rf"(?<!\w){re.escape(stem)}", bare, re.IGNORECASE)}
    symbols = set(SYMBOL.findall(bare)) - NO_SYMBOLS
    return {stem for stem in found if stem not in explained} | (symbols - set(MEANINGS))


def test_every_technical_word_of_every_page_is_explained(texts):
    for path, told in texts.items():
        assert {text: missing for text in told if (missing := unexplained(text))} == {}, path


def test_a_word_without_an_entry_would_be_found(texts):
    assert unexplained("The Kurtosis of q and ξ, by a perceptron") == {"kurtosis", "perceptron", "q", "ξ"}
    assert unexplained("A mean μ of m·a/k: *Softmax of q*, [softmax](https://q.org/q)") == set()
    together = " ".join(text for told in texts.values() for text in told)
    used = [stem for stem in STEMS if stem.replace("|", " ") in together.lower()]
    assert len(used) > len(STEMS) / 3  # the list is that of these pages
    assert len(set(SYMBOL.findall(together))) > 15


def test_each_is_explained_once_in_one_plain_line():
    assert sum(map(len, GLOSSARY.values())) == len(MEANINGS)
    for word, meaning in MEANINGS.items():
        assert meaning.endswith("."), word
        assert len(meaning) <= 90, word
        assert "  " not in meaning, word


def test_a_term_shows_its_word_or_another_and_means_what_the_glossary_says():
    assert said([words.Term("keep"), " ", words.Term("keep", "k")]) == "keep k"
    sent = {"span": "Term", "word": "keep", "shown": "k", "meaning": MEANINGS["keep"]}
    assert wire(words.Term("keep", "k")) == sent


def test_a_word_that_nobody_explains_is_no_term():
    with pytest.raises(ValueError, match="word must be in the glossary; got 'flurb'"):
        words.Term("flurb")
