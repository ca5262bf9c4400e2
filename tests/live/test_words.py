"""Words as blocks: what is written is what is sent, every live text has its texts, and no figure speaks HTML."""

import re
from typing import get_args

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.answer import answer_live
from dropviz.figures.everything import explorer_live
from dropviz.figures.mistakes.beside_inverted import mistake_live
from dropviz.figures.mistakes.left_on import left_on_live
from dropviz.figures.next_layer.batch_norm import batch_norm_live
from dropviz.figures.next_layer.depth import depth_live
from dropviz.figures.next_layer.mean import mean_live
from dropviz.figures.next_layer.nonlinearity import nonlinearity_live
from dropviz.figures.noise import noise_live
from dropviz.figures.schedule import schedule_live
from dropviz.figures.story import scene_live
from dropviz.figures.which_p import which_p_live
from dropviz.frameworks.conventions import frameworks
from dropviz.live import words
from dropviz.live.modules import HERE
from dropviz.live.panels import wire
from dropviz.numbers.estimate import Estimate
from dropviz.schedules import annealed
from dropviz.simulation.answer import EvidenceConfig, evidence
from dropviz.simulation.changing_rate import changing_rate
from dropviz.simulation.first_screen import first_look
from dropviz.simulation.layer import LayerConfig
from dropviz.simulation.mistakes import MistakeConfig, answers_left_on, beside_inverted
from dropviz.simulation.next_layer import NextLayerConfig, masked_unit, nonlinear_unit, normalized_shift
from dropviz.simulation.noise_pair import NoisePairConfig, noise_pair
from dropviz.simulation.nonlinearity import depth_gap
from dropviz.simulation.which_p import STRATEGIES, which_p
from dropviz.story.pictures import PICTURES
from dropviz.story.scenes import Scene
from dropviz.training.config import learning_rate_factors
from tests.live.reading import asked, asked_by, records, said, words_of

RATES = dv.rate_grid(0.0, 0.9, 0.1)
EVERY = tuple(dv.strategies())
HOSTILE = "<script>alert('x')</script> &amp; \" {x} <b>"


def swept(*strategies):
    return dv.SweepConfig(units=500, rates=RATES, strategies=strategies)


def which(source, target):
    named = frameworks()
    return which_p_live(which_p(swept(*STRATEGIES)), named[source], named[target])


FIGURES = {
    "first": lambda: explorer_live(first_look(dv.sweep(swept(*EVERY)))),
    "mistake": lambda: mistake_live(
        beside_inverted(MistakeConfig(swept("inverted", *EVERY[2:]), "wrong_test"))
    ),
    "left on": lambda: left_on_live(answers_left_on(LayerConfig(masks=100))),
    "noise": lambda: noise_live(noise_pair(NoisePairConfig("alpha", dv.Normal(), 500, display_units=500))),
    "schedule": lambda: schedule_live(changing_rate(annealed(0.5, duration=100), 100)),
    "which p": lambda: which("CNTK", "JAX stax"),
    "one framework": lambda: which("PyTorch", "PyTorch"),
    "answer": lambda: answer_live(
        evidence(EvidenceConfig(units=500, rates=RATES, steps=20)), learning_rate_factors(RATES)
    ),
    "next layer, mean": lambda: mean_live(masked_unit(NextLayerConfig())),
    "next layer, nonlinearity": lambda: nonlinearity_live(nonlinear_unit(NextLayerConfig())),
    "next layer, depth": lambda: depth_live(depth_gap(NextLayerConfig().depth)),
    "next layer, batch norm": lambda: batch_norm_live(normalized_shift(NextLayerConfig())),
}
SENT = [
    (words.LiveText("a", "strong"), {"span": "LiveText", "name": "a", "style": "strong"}),
    (
        words.Heading(["t", words.Swatch()], "standard"),
        {"block": "Heading", "spans": ["t", {"span": "Swatch"}], "color": "standard"},
    ),
]


def scene(picture):
    shown = Scene("t", "s", picture)
    return scene_live(shown, shown.result())


@pytest.mark.parametrize("name", [*FIGURES, *PICTURES])
def test_every_live_text_has_a_text_at_every_rate(name):
    live = FIGURES[name]() if name in FIGURES else scene(name)
    assert asked(live) <= live.texts.keys()
    assert {len(texts) for texts in live.texts.values()} == {len(live.rates)}
    neurons = {each.name for each in records(words_of(live)) if isinstance(each, words.Neurons)}
    assert neurons == {row.name for row in live.unit_rows}


@pytest.mark.parametrize("name", FIGURES)
def test_words_are_words(name):
    live = FIGURES[name]()
    assert said(words_of(live))
    assert not re.search(r"<[a-z/]|&\w+;", said(words_of(live)))


def test_a_sentence_is_its_words_with_live_texts_and_what_is_given():
    code = words.Styled("x", "code")
    assert words.sentence("a {b-c}, {d:plain}{e}: {f}.", e=code, f="") == [
        "a ",
        words.LiveText("b-c", "strong"),
        ", ",
        words.LiveText("d", "plain"),
        code,
        ": ",
        "",
        ".",
    ]
    assert words.sentence("{given}", given=HOSTILE) == [HOSTILE]  # what is given is no template
    assert words.sentence("") == []


def test_a_quantity_has_the_texts_that_it_asks_for():
    shown = words.quantity("mean", "m")
    assert said(shown) == "mean{m}{m-exact}"
    texts = words.quantity_texts("m", Estimate(np.array([1.5, np.nan]), np.array([1.25, np.nan])))
    assert asked_by([shown]) == texts.keys()
    assert texts["m-exact"] == ["exact 1.500", ""]


@pytest.mark.parametrize(("record", "sent"), SENT)
def test_a_record_says_of_which_kind_it_is(record, sent):
    assert wire(record) == sent
    assert wire([record, (HOSTILE, record)]) == [sent, [HOSTILE, sent]]


@pytest.mark.parametrize("word", ["span", "block"])
def test_the_browser_can_build_every_kind(word):
    kinds = {kind.__name__ for kind in get_args({"span": words.Span, "block": words.Block}[word])} - {"str"}
    script = (HERE / "words.js").read_text(encoding="utf-8")
    table = script.split(f"const {word.upper()}S = {{")[1].split("\n};")[0]
    assert set(re.findall(r"^  (\w+):", table, re.MULTILINE)) == kinds


def test_no_script_makes_nodes_of_html():
    for path in HERE.glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|DOMParser|document\.write", text), (
            path.name
        )


def test_no_figure_writes_html():
    figures = HERE.parent / "figures"
    tags = r"</?(?:p|b|i|h\d|a|div|span|pre|code|table|t[rdh]|small|svg|section|dl|d[td]|br)\b|&(?:amp|lt|gt|\w+sp);"
    written = [path.name for path in figures.rglob("*.py") if re.search(tags, path.read_text("utf-8"))]
    assert written == []
