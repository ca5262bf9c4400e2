"""Each word of the glossary is a term where it first stands, and nowhere else; no text changes but in its spaces."""

from types import MappingProxyType

import pytest

from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.glossary import MEANINGS
from dropviz.live.panels import Row
from dropviz.live.terms import MARK, Reader, places
from tests.live.reading import records, said


def entries(text):
    return [entry for _, _, entry in places(text)]


def terms(part):
    """The words that are explained, in their order on the page."""
    return [each.shown for each in records(part) if isinstance(each, words.Term)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("A unit of a layer, a test, a: b, (a layer) and a 3", ["unit", "b"]),  # the article
        ("strategies: m·a/k, E[a] and a = 1", ["strategy", "m", "a", "k", "E", "a", "a"]),
        ("10 s and 3 h", []),  # units of measure
        (
            "the standard deviation, standard errors, standard",
            ["standard deviation", "standard error", "standard"],
        ),
        ("inverted dropout's Units keep means", ["inverted", "unit", "keep"]),  # a verb, perhaps
        ("fan-in zero-mean noise, torch.mean, mean-field, meaning", ["fan-in", "zero-mean noise"]),
        ("ReLU, relu, RELU", ["ReLU"]),
        ("BatchNorm's variance, Batch norm", ["batch norm", "variance", "batch norm"]),
        ("k̄ and σ(z)", ["k̄", "σ", "z"]),
        ("", []),
    ],
)
def test_words_are_found_whole_the_longest_first_and_the_article_never(text, found):
    assert entries(text) == found


def test_every_entry_is_found_by_its_name():
    for entry in MEANINGS:
        formula = f"·{entry}·" if len(entry) == 1 else f"The {entry}."
        assert entries(formula) == [entry] or not entry[0].isalpha(), entry


def test_the_first_of_each_is_a_term_and_what_is_no_sentence_has_none():
    blocks = [
        words.Heading("mean"),
        words.Paragraph(
            ["A mean, ", words.Styled("mask", "code"), words.Link("b", "unit"), " and means of a mean"]
        ),
        words.Code("rate = mask"),
        words.Table(["variance", "mean"], [[words.Picker("n", "mask"), "a mask"], ["seed", "mask = 1"]]),
        words.Options("rate", [words.Option("n", "rate", "rate")]),
        words.Fold("keep", [words.Paragraph("One unit"), words.Paragraph("its rate")]),
        words.Paragraph("units at last"),
    ]
    shown = Reader().read(blocks)
    assert terms(shown) == ["mean", "variance", "seed", "mask", "rate", "units"]  # the fold opens later
    assert said(shown).replace("\u00a0", " ") == said(blocks)
    assert terms(Reader(known=["mean", "unit"]).read(blocks)) == ["variance", "seed", "mask", "rate"]


def test_a_live_text_explains_what_it_says_at_any_place_and_code_stays_code():
    texts = {
        "finding": [f"no {MARK}unit{MARK}", "the mean = 1, a mean"],
        "line": ["mean = mask"],
        "value": ["mask"],
    }
    live = words.LiveText
    blocks = [
        words.Paragraph([live("finding"), " at this mean"]),
        words.Code(live("line")),
        words.Paragraph(
            [live("value"), live("value"), live("line", "code")]
        ),  # twice: which would be the first?
    ]
    reader = Reader([texts])
    assert reader.read(blocks) == blocks
    assert reader.texts(texts) == {
        "finding": [f"no {MARK}unit{MARK}", f"the {MARK}mean{MARK}\u00a0=\u00a01, a mean"],
        "line": ["mean = mask"],
        "value": ["mask"],
    }
    assert reader.terms == {"unit": MEANINGS["unit"], "mean": MEANINGS["mean"]}


def test_a_figure_sends_the_meanings_of_its_words_alone_and_explains_what_unfolds_last():
    live = LiveFigure(
        rows=[
            Row([], [words.Paragraph("a folded mean")], "fold"),
            Row([], [words.Paragraph("an open mean")]),
        ],
        rates=(0.0, 0.5),
        alt="",
        texts=MappingProxyType({"n": ["a mask", "keep"], "summary": ["30 % of the rate"] * 2}),
        head=[words.Paragraph(words.LiveText("n"), "finding")],
    )
    payload = live.payload()
    assert payload["terms"] == {word: MEANINGS[word] for word in ("mask", "keep")}
    assert payload["texts"] == {
        "n": [f"a {MARK}mask{MARK}", f"{MARK}keep{MARK}"],
        "summary": ["30\u00a0% of the rate"] * 2,
    }
    folded, seen = (row["words"][0]["spans"] for row in payload["rows"])
    assert folded == "a folded mean"
    assert seen[1]["meaning"] == MEANINGS["mean"]
    assert live.payload(known=["mask", "keep"])["terms"] == {}
