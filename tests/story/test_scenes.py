"""The story as data: the order of its scenes, and where each leads."""

from dataclasses import replace

import pytest

from dropviz.story.scenes import PICTURES, Scene, Story


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


def test_every_picture_has_a_page_of_its_own_settings():
    assert {picture.address for picture in PICTURES.values()} >= {"explore", "which-p", "mistakes", "answer"}
