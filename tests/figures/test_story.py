"""The pictures of the story: true to the theory, whole, and named by what they show at every setting."""

import gzip
import json
import re

import numpy as np
import pytest

from dropviz.figures.story import scene_live, story_payload
from dropviz.live.modules import inlined
from dropviz.live.page import story_html
from dropviz.story.images import Image
from dropviz.story.pictures import PICTURES, RATES
from dropviz.story.reading import own_story
from dropviz.story.scenes import Scene, Story
from dropviz.theory.measured import Empirical
from dropviz.theory.moments import PHASES, exact_gap, exact_moments
from dropviz.theory.strategies import strategies, strategy
from tests.figures.reading import assert_defined, exact, titles

STORY = own_story()
EXTREME = {
    "distributions": {"strategies": ("wrong_train", "both"), "rate": 0.0, "units": 100},
    "mask": {"strategies": ("wrong_train",), "rate": 0.95},
    "means": {"strategies": ("none", "wrong_test")},
    "variances": {"strategies": ("standard", "inverted", "none")},
    "variance_ratio": {"strategies": ("both", "wrong_test")},
    "test_factors": {"strategies": ("standard", "wrong_test")},
    "which_p": {"rate": 0.0},
    "mistakes": {"mistakes_kind": "wrong_train", "rate": 0.0},
    "next_layer": {"layer_inputs": 1, "layer_scale": 0.0, "layer_bias": -5.0, "layer_f": "tanh"},
    "annealing": {"schedule_start": 0.0, "schedule_steps": 10, "step": 1e5},
    "learning_rates": {"rate": 0.95},
}


def live_of(picture, **settings):
    scene = Scene("t", "s", picture, tuple(settings.items()))
    return scene_live(scene, scene.result())


def payload_of(story):
    return story_payload(story, story.results())


@pytest.mark.parametrize("picture", PICTURES)
@pytest.mark.parametrize("extreme", [False, True])
def test_every_picture_is_whole(picture, extreme):
    live = live_of(picture, **(EXTREME[picture] if extreme else {}))
    assert_defined(live)
    assert live.alt
    assert live.panels
    assert all(panel.marks for panel in live.panels)
    columns = 2 if picture == "mask" else 1  # training beside test
    assert {len(row.panels) for row in live.rows} == {columns}
    assert {len(values) for values in live.texts.values()} <= {len(live.rates)}


OWN = {"skewed": [0.0, 0.0, 1.0, 5.0], "centred": [-1.0, 1.0], "equal": [-2.0], "heavy": [1e6, 1e6 + 1]}


@pytest.mark.parametrize("values", OWN.values(), ids=OWN)
@pytest.mark.parametrize("picture", [name for name, picture in PICTURES.items() if picture.suits])
def test_every_picture_is_whole_of_own_activations_that_suit_it(picture, values):
    activations = Empirical(values)
    scene = Scene("t", "s", picture, activations=activations)
    if not PICTURES[picture].suits(activations):
        assert activations.exact_mean == 0.0 or activations.exact_variance == 0.0
        return
    result = scene.result()
    assert_defined(scene_live(scene, result))
    if picture in ("means", "variances", "variance_ratio"):
        assert result.config.activations == activations
        shown = {"means": "exact_mean", "variances": "exact_variance"}.get(picture)
        line = exact(scene_live(scene, result).panels[0], "inverted" if shown is None else "inverted test")
        expected = (
            getattr(activations, shown) if shown else exact_gap(picture, "inverted", RATES, activations)
        )
        np.testing.assert_allclose(line, np.broadcast_to(expected, len(RATES)))


def test_extremes_are_given_for_every_picture():
    assert EXTREME.keys() == PICTURES.keys()


@pytest.mark.parametrize("scene", STORY.scenes, ids=lambda scene: scene.title)
def test_a_picture_starts_where_its_scene_says(scene):
    live = scene_live(scene, scene.result())
    settings = dict(scene.settings)
    assert live.rates[live.nearest(scene.place)] == pytest.approx(settings.get("step", settings.get("rate")))


def test_exact_lines_are_the_theory():
    activations = STORY.scenes[2].result().config.activations
    for name in ("standard", "inverted"):
        live = live_of("variance_ratio")
        ratio = exact(live.panels[0], name)
        np.testing.assert_allclose(ratio, exact_gap("variance_ratio", name, live.rates, activations))
        means = exact(live_of("means").panels[0], f"{name} train")
        moments = exact_moments(
            name, "train", np.array(live.rates), activations.exact_mean, activations.exact_variance
        )
        np.testing.assert_allclose(means, moments.mean)


@pytest.mark.parametrize("name", strategies())
def test_bars_and_means_of_a_mask_are_the_strategy(name):
    scene = Scene("t", "s", "mask", (("strategies", (name,)), ("seed", 3)))
    result, row = scene.result(), strategy(name)
    live = scene_live(scene, result)
    for panel, phase, factor in zip(live.panels, PHASES, (row.train_scale, row.test_scale), strict=True):
        bars, mean, dropped = panel.marks
        for index, rate in enumerate(live.rates):
            kept = (index < result.units.dropped_at) | (phase == "test")
            np.testing.assert_allclose(bars.y[index][:-1:2], np.where(kept, factor(rate), 0.0))
            assert np.isfinite(dropped.y[index]).tolist() == (~kept).tolist()
            expected = factor(rate) * (1 - rate if phase == "train" else 1.0)
            np.testing.assert_allclose(mean.y[index], expected, err_msg=f"{name} {phase} {rate}")


def test_what_is_said_of_a_mask_agrees_with_its_bars_and_means():
    live = live_of("mask", strategies=("inverted", "wrong_train"))
    inverted, wrong = (live.texts[f"{name}-means"] for name in ("inverted", "wrong_train"))
    assert inverted[25] == "inverted: mean 1 in training = 1 at test"
    assert inverted[80] == "inverted: mean 1 in training = 1 at test, bars cut"
    assert (
        inverted[95] == "inverted: mean 1 in training = 1 at test, bars cut"
    )  # one unit is left, 20 times as large
    assert wrong[0] == "wrong p in training: the training factor divides by 0 at this rate."
    assert wrong[50] == "wrong p in training: mean 1 in training = 1 at test"
    assert "mean 4 in training, 1 at test: × 0.25, bars cut" in wrong[20]
    (none,) = live_of("mask", strategies=("none",)).texts["none-means"][30:31]
    assert none == "no compensation: mean 0.7 in training, 1 at test: × 1.43"


def test_a_scene_of_text_or_with_an_image_has_no_figure():
    image = Image("data:image/png;base64,x", "a dot")
    text, shown = payload_of(Story("t", (Scene("a", "b"), Scene("a", "b", image=image))))["scenes"]
    assert (text["picture"], text["image"]) == (None, None)
    assert (shown["picture"], shown["image"]) == (None, {"address": image.address, "alt": "a dot"})


def test_the_dragged_value_lies_on_the_curve_that_is_revealed():
    for scene in (scene for scene in STORY.scenes if scene.question and scene.question.drag):
        live = scene_live(scene, scene.result())
        (panel,) = live.panels
        value = np.interp(scene.question.drag.rate, live.rates, exact(panel, "inverted"))
        assert value == pytest.approx(scene.question.worked.value)
        assert panel.y.log
        assert panel.y.low < scene.question.worked.value < panel.y.high


def test_a_title_says_what_is_drawn():
    assert titles(live_of("means")) == ["The means match: training = test"]
    assert titles(live_of("means", strategies=("none",))) == ["A mistake: the means part"]
    assert "does not show at rate 0.5" in titles(live_of("mistakes", mistakes_kind="wrong_test"))[0]
    assert "shows at every rate but 0" in titles(live_of("mistakes", mistakes_kind="none"))[0]
    assert titles(live_of("test_factors", strategies=("standard",))) == ["All need a factor at test"]
    assert "one factor fits" in titles(live_of("annealing", schedule_start=0.0))[0]


@pytest.mark.parametrize("picture", PICTURES)
def test_a_logarithmic_axis_spans_three_round_numbers_or_more(picture):
    for axis in (axis for panel in live_of(picture).panels for axis in (panel.x, panel.y) if axis.log):
        assert axis.ticks is None  # round numbers inside the axis, chosen where it is drawn
        round_numbers = [step * 10.0**decade for decade in range(-6, 7) for step in (1, 2, 5)]
        assert sum(axis.low <= value <= axis.high for value in round_numbers) >= 3


def test_the_file_needs_no_library_and_no_address():
    page = story_html(payload_of(Story("A <title>", STORY.scenes[:2])))
    assert "plotly.js v" not in page
    assert "A &lt;title&gt;" in page
    own = inlined("story.js") + page[: page.index("<script ")]
    # A name, not an address that is fetched.
    assert set(re.findall(r"https?://[\w.]+", own)) == {"http://www.w3.org"}


def test_the_file_is_small_enough_to_send():
    assert len(gzip.compress(story_html(payload_of(STORY)).encode(), 6)) < 150_000


def test_a_module_has_one_default_export():
    assert inlined("story.js").count("export default") == 1


def test_text_of_a_story_cannot_end_the_script():
    scene = Scene("</script><b>x", "s", "means")
    block = story_html(payload_of(Story("t", (scene,)))).split('id="payload">')[1].split("</script>")[0]
    assert json.loads(block)["scenes"][0]["title"] == "</script><b>x"


def test_the_payload_says_of_every_option_whether_it_is_right():
    scenes = payload_of(STORY)["scenes"]
    assert [scene["question"]["drag"] is None for scene in scenes].count(False) >= 1
    for scene in scenes:
        options = scene["question"]["options"]
        assert not options or sum(option["right"] for option in options) == 1
