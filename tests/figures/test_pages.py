"""The figure of every page as it opens: colours that exist, labels that are true, and a payload within its budget."""

import gzip
import json
from functools import lru_cache, partial

import numpy as np
import pytest

import dropviz as dv
from dropviz.datasets.splits import moons
from dropviz.figures.answer import answer_live
from dropviz.figures.everything import explorer_live
from dropviz.figures.mistakes.beside_inverted import mistake_live
from dropviz.figures.mistakes.left_on import left_on_live
from dropviz.figures.my_network import network_live
from dropviz.figures.next_layer.batch_norm import batch_norm_live
from dropviz.figures.next_layer.depth import depth_live
from dropviz.figures.next_layer.mean import mean_live
from dropviz.figures.next_layer.nonlinearity import nonlinearity_live
from dropviz.figures.noise import noise_live
from dropviz.figures.schedule import schedule_live
from dropviz.figures.story import scene_live, story_payload
from dropviz.figures.training.after import decision_figure
from dropviz.figures.training.epochs import run_colors, training_panel
from dropviz.figures.which_p import which_p_live
from dropviz.frameworks.conventions import frameworks
from dropviz.layers.network_view import network_view
from dropviz.live.panels import COLORS, Labels, Line, wire
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
from dropviz.story.reading import own_story
from dropviz.story.scenes import Scene
from dropviz.theory.noise import noises
from dropviz.training.config import learning_rate_factors
from dropviz.training.curves import panels
from dropviz.training.decision import plane
from dropviz.training.experiments import experiments
from dropviz.ui.components.live import ready
from dropviz.ui.pages.my_network.page import RECORD
from dropviz.ui.pages.where import ANSWERS
from tests.figures.reading import ambiguous, crossing, lines, words
from tests.truth.claims import misnamed

FIRST, ANY = 100_000, 150_000  # bytes of a payload as it is sent
RELU, EVERY = dv.Normal(relu=True), tuple(dv.strategies())
WRONG = [name for name, row in dv.strategies().items() if row.mistake]


@lru_cache
def swept(*strategies):
    return dv.SweepConfig(RELU, rates=dv.rate_grid(0.0, 0.95, 0.01), strategies=strategies)


def first(*strategies):
    return explorer_live(first_look(dv.sweep(swept(*strategies))))


def noisy(other):
    return noise_live(noise_pair(NoisePairConfig(other, RELU)))


def mistaken(name):
    return mistake_live(beside_inverted(MistakeConfig(swept("inverted", *WRONG), name)))


def which():
    config = dv.SweepConfig(strategies=STRATEGIES)
    return which_p_live(which_p(config), frameworks()["PyTorch"], frameworks()["JAX stax"])


def pictured(picture):
    scene = Scene("t", "s", picture)
    return scene_live(scene, scene.result())


FIGURES = {
    "first": lambda: first("standard", "inverted"),
    "first, four": lambda: first(*EVERY[:4]),
    "answer": lambda: answer_live(evidence(EvidenceConfig()), learning_rate_factors(EvidenceConfig().rates)),
    "schedule": lambda: schedule_live(changing_rate(annealed(0.5, duration=1000), 1000)),
    "next layer, mean": lambda: mean_live(masked_unit(NextLayerConfig())),
    "next layer, nonlinearity": lambda: nonlinearity_live(nonlinear_unit(NextLayerConfig())),
    "next layer, depth": lambda: depth_live(depth_gap(NextLayerConfig().depth)),
    "next layer, batch norm": lambda: batch_norm_live(normalized_shift(NextLayerConfig())),
    **{f"where {question}": draw for question, draw in ANSWERS.items()},
    "my network": lambda: network_live(network_view(dv.report(RECORD, rate=0.3))),
    "which p": which,
    "left on": lambda: left_on_live(answers_left_on(LayerConfig())),
    **{f"mistake {name}": partial(mistaken, name) for name in WRONG},
    **{f"noise {name}": partial(noisy, name) for name in noises() if name != "inverted"},
    **{f"story {name}": partial(pictured, name) for name in PICTURES},
}


@lru_cache
def live_of(name):
    return FIGURES[name]()


def colors(part):
    """Every colour in a payload."""
    if isinstance(part, dict):
        for name, inner in part.items():
            if name in ("color", "colors"):
                yield from [inner] if isinstance(inner, str) else inner
            else:
                yield from colors(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from colors(inner)


@pytest.mark.parametrize("name", FIGURES)
def test_every_colour_is_a_role(name):
    found = set(colors(live_of(name).payload()))
    assert found - {""} <= set(COLORS)  # a heading may have none
    assert found - {"", "ink", "title"}


@pytest.mark.parametrize("name", experiments())
def test_every_colour_of_a_training_is_a_role(name):
    for compared in panels(experiments()[name], ()):
        panel, _ = training_panel(compared)
        assert set(colors(wire(panel))) <= set(COLORS)
        assert set(run_colors([method for _, method in compared.runs])) <= set(COLORS)


@pytest.mark.parametrize("name", FIGURES)
def test_labels_name_lines_and_say_equal_only_of_equal_values(name):
    assert [fault for panel in live_of(name).panels for fault in misnamed(panel)] == []


@pytest.mark.parametrize("name", FIGURES)
def test_a_label_is_nearest_to_its_own_curve_or_a_line_leads_there_and_none_crosses(name):
    live = live_of(name)
    for panel in live.panels:
        x = panel.x.share(np.asarray(live.rates)) if panel.over else np.zeros(0)
        curves = {each: (x, panel.y.share(line.estimate.exact)) for each, line in lines(panel).items()}
        for width in (130.0, 240.0, 600.0) if curves else ():
            assert crossing(panel.labels.wide, width, panel.height) == [], panel.title
            assert ambiguous(panel.labels.wide, curves, width, panel.height) == [], panel.title


@pytest.mark.parametrize("name", FIGURES)
def test_labels_stand_inside_and_none_counts_curves(name):
    live = live_of(name)
    assert "curves in one" not in " ".join(words(live))
    for panel in live.panels:
        assert isinstance(panel.labels, Labels)
        for label in (*panel.labels.wide, *panel.labels.narrow):
            assert label.lines
            assert all(line == line.strip() != "" for line in label.lines)
            assert 0.0 <= label.x <= 1.0
            assert 0.0 <= label.y <= 1.0


@pytest.mark.parametrize("name", FIGURES)
def test_an_axis_holds_what_is_drawn_now_and_the_alternative_text_the_findings(name):
    live = live_of(name)
    assert len(live.alt) > 20
    for panel in live.panels:
        assert panel.x.low < panel.x.high
        assert panel.y.low < panel.y.high
        assert panel.title
        if panel.over:
            assert panel.title in live.alt or name == "which p"  # whose description has words of its own
            places = panel.x.share(np.asarray(live.rates))
            exact = [mark.estimate.exact for mark in panel.marks if isinstance(mark, Line)]
            if not exact:  # a bar from edge to edge, which the rate divides
                assert (panel.x.low, panel.x.high) == (0.0, 1.0)
                assert ((places >= 0.0) & (places <= 1.0)).all()
                continue
            assert ((places > 0.0) & (places < 1.0)).all()
            shares = panel.y.share(np.concatenate(exact))
            known = shares[np.isfinite(shares)]
            assert len(known) == 0 or ((known >= 0.0) & (known <= 1.0)).mean() > 0.7


# ---- the budget -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in FIGURES if not name.startswith("story")])
def test_the_payload_of_a_page_is_within_its_budget(name):
    size = len(ready(live_of(name)).payload)
    assert size <= (FIRST if name == "first" else ANY), f"{size} bytes"


def test_the_payload_of_the_story_is_within_its_budget():
    story = own_story()
    payload = json.dumps(story_payload(story, story.results()), separators=(",", ":")).encode()
    assert len(gzip.compress(payload, 4)) <= ANY


def test_the_examples_in_the_plane_are_within_the_budget():
    panel, _ = decision_figure("label", None, plane(moons()))
    assert set(colors(wire(panel))) <= set(COLORS)
    assert len(gzip.compress(json.dumps(wire(panel)).encode(), 4)) <= ANY
