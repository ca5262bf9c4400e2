"""The story of a person's own activations: its numbers are of these, and a scene that they do not fit keeps its own."""

import math

import numpy as np
import pytest

import dropviz as dv
from dropviz.numbers.written import short
from dropviz.story.pictures import PICTURES
from dropviz.story.reading import OWN_STORY, USUAL, own_story, read_story
from dropviz.theory.activations import RELU

CONTENT, USUAL_STORY = OWN_STORY.read_bytes(), own_story()
DRAWS = [number for number, scene in enumerate(USUAL_STORY.scenes, start=1) if scene.draws]
FILES = {
    "skewed": ([0.0, 0.0, 1.0, 5.0], DRAWS),
    "negative": ([-3.0, -1.0, -0.5], DRAWS),
    "centred": ([-1.0, 1.0], [4, 7]),
    "equal": ([2.0, 2.0], [3, 6, 7]),
    "nothing": ([0.0, 0.0], []),
    "heavy": ([1e6, 1e6 + 1.0], DRAWS),
}


def own(name):
    return dv.Empirical(FILES[name][0])


@pytest.mark.parametrize("name", FILES)
def test_a_scene_is_drawn_from_what_fits_it_and_the_same_answer_stays_right(name):
    activations = own(name)
    scenes = read_story(CONTENT, activations).scenes
    drawn = [number for number, scene in enumerate(scenes, start=1) if scene.activations == activations]
    assert drawn == FILES[name][1]
    for scene, usual in zip(scenes, USUAL_STORY.scenes, strict=True):
        if scene.activations == RELU:
            assert scene == usual
        assert scene.question.options == usual.question.options


@pytest.mark.parametrize("name", ["skewed", "negative", "heavy"])
def test_the_numbers_of_the_variance_scene_are_those_of_the_theory(name):
    activations = own(name)
    scene, usual = (story.scenes[3] for story in (read_story(CONTENT, activations), USUAL_STORY))
    expected = {
        rate: float(dv.exact_moments("inverted", "train", rate, mean, v).variance / v)
        for rate in (0.5, 0.8)
        for mean, v in [(activations.exact_mean, activations.exact_variance)]
    }
    assert scene.question.worked.value == pytest.approx(expected[0.5])
    assert short(expected[0.8]) in scene.reveal
    assert "are your own." in scene.notes
    assert f"are {USUAL}." in usual.notes
    # as far away, relatively, as is right where the activations are the usual ones
    allowed = scene.question.drag.within / scene.question.worked.value
    assert allowed == pytest.approx(usual.question.drag.within / usual.question.worked.value)


def test_the_unit_that_is_asked_about_has_their_inputs():
    scene = read_story(CONTENT, own("skewed")).scenes[6]
    unit = scene.result()
    gap = unit.gap[unit.strategies.index("inverted"), np.searchsorted(unit.rates, 0.3)]
    assert scene.question.worked.value == pytest.approx(gap)
    assert not math.isclose(gap, USUAL_STORY.scenes[6].question.worked.value)


def test_a_picture_says_whether_it_is_drawn_from_activations():
    assert {name for name, picture in PICTURES.items() if picture.suits} == {
        "distributions",
        "means",
        "variances",
        "variance_ratio",
        "mistakes",
        "next_layer",
    }


def test_an_answer_that_its_author_marked_is_of_the_authors_activations():
    marked = """[[scene]]
title = "t"
sentence = "s"
picture = "means"
[scene.ask]
text = "?"
options = [{ text = "yes", right = true }, { text = "no" }]
"""
    (scene,) = read_story(marked.encode(), own("skewed")).scenes
    assert scene.activations == RELU
    (scene,) = read_story(marked.split("[scene.ask]", maxsplit=1)[0].encode(), own("skewed")).scenes
    assert scene.activations == own("skewed")
