"""The story as data: the order of its scenes, and where each leads."""

from dataclasses import replace

import pytest

from dropviz.story.scenes import Scene, Story


@pytest.mark.parametrize(
    ("order", "titles"),
    [((3, 1, 2), "cab"), ((2,), "b"), ((), "abc"), ((9,), "abc"), ((3, 9), "c")],
)
def test_scenes_are_reordered_and_hidden(order, titles):
    story = Story("s", tuple(Scene(title, ".", "means") for title in "abc"))
    assert "".join(scene.title for scene in story.arranged(order).scenes) == titles


def test_the_address_is_the_state_of_the_app():
    scene = Scene("a", ".", "means", (("rate", 0.25), ("strategies", ("standard", "none")), ("seed", 3)))
    assert scene.address == "./?rate=0.25&strategies=standard,none&seed=3"
    assert replace(scene, settings=()).address == "./"
    assert replace(scene, picture="mask").address.endswith("&view=simple&source=constant")  # as its units are


def test_a_scene_is_silent_where_its_page_has_a_default():
    scene = Scene("a", ".", "annealing", (("schedule_steps", 500),))
    assert scene.values == {"step": 0.0, "schedule_start": 0.5, "schedule_steps": 500}
    assert replace(scene, settings=(("step", 30.0),)).place == 30.0
    assert Scene("a", ".", "which_p").place == 0.3
