"""Pieces of HTML: they nest as they should, labels cannot become markup, and live texts keep their names."""

import re
from html.parser import HTMLParser

import pytest

from dropviz.figures.panels import html

ODD = "a < b & <i>c</i>"
PIECES = {
    "heading": html.heading(ODD, "#123456"),
    "mistake": html.heading(ODD, "#123456", mistake=True),
    "on phones": html.heading_on_phones(ODD),
    "key": html.key(ODD, "#123456", dashed=True),
    "cell": html.cell(ODD, "<b>1</b>"),
    "number": html.number_cell(ODD, "name"),
    "code": html.code(ODD),
    "row": html.table(["<b>title</b>"], [(ODD, ["<i>cell</i>"])]),
}


class Nesting(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.words = [], ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.words += data


@pytest.mark.parametrize("name", PIECES)
def test_labels_are_words_and_every_element_ends(name):
    seen = Nesting(PIECES[name])
    assert seen.open == []
    assert ODD in seen.words


def test_columns_say_how_many_stand_in_a_row():
    block = html.heading("x", "#123456")
    assert "--dv-columns:3" in html.columns([block] * 3)
    four = html.columns([block] * 4, across=2, kind="dv-only-wide", style="margin:0")
    assert 'class="dv-columns dv-only-wide" style="--dv-columns:2;margin:0"' in four
    assert four.count("<section>") == 4
    assert Nesting(four).open == []


def test_live_texts_keep_their_names():
    pieces = (
        html.factors("#123456", "in-training", "at-test")
        + html.number_cell("t", "mean")
        + html.live_code("code")
    )
    assert re.findall('data-text="(.*?)"', pieces) == ["in-training", "at-test", "mean", "mean-exact", "code"]
    assert "mean-exact" not in html.number_cell("t", "mean", below="")
