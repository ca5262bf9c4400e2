"""Blocks of words as nodes of the page: each kind as it is meant, and text that never becomes markup."""

from dataclasses import fields, replace
from typing import get_args

import pytest
from playwright.sync_api import expect

from dropviz.live import words
from dropviz.live.glossary import MEANINGS
from dropviz.live.modules import HERE
from dropviz.live.panels import wire
from dropviz.numbers.formulas import unbroken
from tests.browser.in_view import broken_formulas, expect_focus

BUILD = """async (blocks) => {
  const { wordNodes } = await import("/modules/words.js");
  document.body.replaceChildren(...wordNodes(blocks));
  const { innerHTML, textContent } = document.body;
  return [innerHTML, textContent, document.querySelectorAll("script, img").length];
}"""
SPANS = [
    (words.LiveText("n"), '<span data-text="n"></span>'),
    (words.LiveText("n", "code"), '<code data-text="n"></code>'),
    (words.LiveText("n", "small"), '<small data-text="n"></small>'),
    (words.Styled("s", "strong"), "<b>s</b>"),
    (words.Styled("s", "emphasis"), "<i>s</i>"),
    (words.Styled("s", "mistake"), '<span class="dv-mistake">s</span>'),
    (words.Key("k", "none"), '<span class="dv-key" data-color="none">k</span>'),
    (words.Key("k", "none", dashed=True), '<span class="dv-key dv-test" data-color="none">k</span>'),
    (words.Swatch(), '<span class="dv-swatch"></span>'),
    (
        words.Link("https://a.example/?b=1", "l"),
        '<a href="https://a.example/?b=1" target="_blank" rel="noopener">l</a>',
    ),
    (words.PageLink("noise", "l", True), '<a href="noise" class="dv-page-link" data-takes-rate="">l</a>'),
    (words.PageLink("story", "l", False), '<a href="story" class="dv-page-link">l</a>'),
    (words.Picker("n", "l"), '<label class="dv-pick"><input type="radio" value="n">l</label>'),
    (
        words.Term("keep", "k"),
        f'<span role="button" tabindex="0" class="dv-term" aria-description="{MEANINGS["keep"]}">k</span>',
    ),
]
BLOCKS = [
    (words.Heading("h"), "<h3>h</h3>"),
    (
        words.Heading(["h", words.LiveText("n")], "standard"),
        '<h3 data-color="standard"><span class="dv-swatch"></span>h<span data-text="n"></span></h3>',
    ),
    (words.Paragraph("p"), "<p>p</p>"),
    (words.Paragraph(words.LiveText("n"), "muted"), '<p class="dv-muted" data-text="n"></p>'),
    (words.Paragraph(words.LiveText("n", "strong")), '<p><b data-text="n"></b></p>'),
    (
        words.Quantities([words.quantity("q", "n"), words.Quantity("o", "0")], tight=True),
        '<dl class="dv-numbers dv-tight"><div><dt>q</dt><dd><span data-text="n"></span>'
        '<small data-text="n-exact"></small></dd></div><div><dt>o</dt><dd>0</dd></div></dl>',
    ),
    (words.Quantities([]), '<dl class="dv-numbers"></dl>'),
    (words.Code("a\nb"), "<pre><code>a\nb</code></pre>"),
    (words.Code(words.LiveText("n")), '<pre><code data-text="n"></code></pre>'),
    (
        words.Table(["t", ["u", words.LiveText("n")]], [["r", "1"]]),
        '<div class="dv-scroll"><table class="dv-table"><thead><tr><th scope="col">t</th>'
        '<th scope="col">u<span data-text="n"></span></th></tr></thead>'
        '<tbody><tr><th scope="row">r</th><td>1</td></tr></tbody></table></div>',
    ),
    (
        words.Neurons("n"),
        '<div class="dv-unit-row"><div class="dv-unit-names"><span>training</span><span>test</span></div>'
        '<svg data-units="n"></svg></div>',
    ),
    (
        words.columns([words.Paragraph("a")], []),
        '<div class="dv-columns" style="--dv-columns: 2"><section><p>a</p></section><section></section></div>',
    ),
    (
        words.Cells(["l", [words.LiveText("n", "strong"), " m"], words.LiveText("n")]),
        '<span class="dv-cells"><span>l</span><span><b data-text="n"></b> m</span><span data-text="n"></span></span>',
    ),
    (
        words.Fold("t", [words.Paragraph("a")]),
        '<details class="dv-fold"><summary>t</summary><p>a</p></details>',
    ),
    (
        words.Options("l", [words.Option("n", "t", "o")]),
        '<div class="dv-options" role="radiogroup" aria-label="l"><label class="dv-option" data-color="n">'
        '<input type="radio" value="n"><b>t</b><small>o</small></label></div>',
    ),
    (
        words.Bars("mean of all"),
        '<div class="dv-bars"><span class="dv-phase">training</span><span class="dv-phase">test</span>'
        '<div class="dv-stand"></div><div class="dv-stand"></div><div class="dv-mean"></div><div class="dv-mean"></div>'
        '<div class="dv-break"></div><b class="dv-badge" data-text="badge"></b><span class="dv-mean-value">'
        '<small>mean of all</small><b data-text="train-mean"></b></span><span class="dv-mean-value">'
        '<b data-text="test-mean"></b></span><button class="dv-ask" type="button" '
        'title="Show where the mean comes from">average all</button></div>',
    ),
    (
        words.Group("neurons", [words.Paragraph("a")], "none"),
        '<div class="dv-neurons" data-color="none"><p>a</p></div>',
    ),
]
HOSTILE = "<script>document.title = 'taken'</script><img src=x onerror=alert(1)> &amp; \"'"


@pytest.fixture
def built(page, app_url):
    """A page of our origin that has nothing but the scripts; builds blocks on it."""

    def serve(route):
        name = route.request.url.rpartition("/")[2]
        whole = name == "bare"
        text = "<!doctype html><body>" if whole else (HERE / name).read_text(encoding="utf-8")
        route.fulfill(body=text, content_type="text/html" if whole else "text/javascript")

    page.route(f"{app_url}/bare", serve)
    page.route(f"{app_url}/modules/*", serve)
    page.goto(f"{app_url}/bare")
    return lambda blocks: page.evaluate(BUILD, wire(blocks))


def test_every_kind_is_built_as_it_is_meant(built):
    shown = {type(one) for one, _ in (*SPANS, *BLOCKS)}
    assert shown == {kind for kind in (*get_args(words.Span), *get_args(words.Block)) if kind is not str}
    for span, node in SPANS:
        assert built([words.Paragraph(["a ", span])])[0] == f"<p>a {node}</p>"
    for block, node in BLOCKS:
        assert built([block])[0] == node


def test_text_stays_text(built):
    for one, _ in (*SPANS, *BLOCKS):
        texts = [
            each.name
            for each in fields(one)
            if each.name in ("text", "words", "label", "spans", "address", "shown", "title", "of")
        ]
        hostile = replace(one, **dict.fromkeys(texts, HOSTILE))
        block = hostile if isinstance(one, get_args(words.Block)) else words.Paragraph([hostile])
        _, text, scripts = built([block])
        assert scripts == 0
        unseen = (
            {"address", "label"} if isinstance(one, words.Options) else {"address"}
        )  # a label for screen readers
        assert text.count(HOSTILE) == len([name for name in texts if name not in unseen])
    cells = [words.Quantity(HOSTILE, HOSTILE, [HOSTILE]), words.Quantity(HOSTILE, [HOSTILE])]
    table = words.Table([HOSTILE, [HOSTILE]], [[HOSTILE, [HOSTILE]]])
    options = words.Options("l", [words.Option(HOSTILE, HOSTILE, HOSTILE), words.Option("n", [HOSTILE], "")])
    row = words.Cells([HOSTILE, [HOSTILE]])
    _, text, scripts = built([words.columns([words.Quantities(cells)], [table, options, row])])
    assert (text.count(HOSTILE), scripts) == (14, 0)


def test_a_term_says_its_meaning_to_pointer_key_and_finger_and_stops_when_they_leave(page, built):
    built([words.Paragraph(["First ", words.Term("keep", "k"), ", then ", words.Term("mask"), "."])])
    shown = page.locator(".dv-meaning").filter(visible=True)
    keep, mask = page.locator(".dv-term").all()
    keep.hover()
    expect(shown).to_have_text(MEANINGS["keep"])
    shown.hover()  # it stays while it is read
    expect(shown).to_have_count(1)
    page.mouse.move(0, 300)
    expect(shown).to_have_count(0)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    expect_focus(mask)
    expect(mask).to_have_accessible_description(MEANINGS["mask"])
    expect_focus(page.get_by_role("button", name="mask"))
    expect(shown).to_have_text(MEANINGS["mask"])
    page.keyboard.press("Escape")
    expect(shown).to_have_count(0)
    mask.click()
    expect(shown).to_have_text(MEANINGS["mask"])
    keep.focus()
    expect(shown).to_have_text(MEANINGS["keep"])
    place, word = shown.bounding_box(), keep.bounding_box()
    assert place["x"] >= 0
    assert place["y"] + place["height"] <= word["y"] + 1 or place["y"] >= word["y"] + word["height"] - 1


def test_a_line_would_end_in_a_formula_that_is_not_held_together(page, built):
    text = "The test mean is 1/0.7 = 1.43 times as much, 30 % of it × 0.7, and 1 − r the rest."
    broken = {}
    for held in (text, unbroken(text)):
        built([words.Paragraph(held)])
        broken[held] = set()
        for width in range(120, 320, 20):
            page.evaluate("width => { document.querySelector('p').style.width = `${width}px`; }", width)
            broken[held].update(broken_formulas(page))
    assert {part.replace("\u00a0", " ") for part in broken[text]} >= {"1/0.7 = 1.43", "1 − r"}
    assert broken[unbroken(text)] == set()
