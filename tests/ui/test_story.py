import hashlib
import json
from functools import partial
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from dropviz.settings.addresses import page_link
from dropviz.story.pictures import PICTURES
from dropviz.story.reading import OWN_STORY, own_story
from dropviz.story.scenes import Scene
from dropviz.ui.components import story as talk
from dropviz.ui.frame import PAGES
from tests.ui.opening import open_page

run = partial(open_page, "story")


def told(at: AppTest) -> dict[str, Any]:
    """What the component was sent."""
    (component,) = [one for one in at.main if one.type == "bidi_component"]
    sent: dict[str, Any] = json.loads(component.proto.json)
    return sent


def titles(at: AppTest) -> list[str]:
    return [scene["title"] for scene in told(at)["story"]["scenes"]]


def test_the_page_opens_with_the_whole_story_at_its_first_scene() -> None:
    at = run()
    assert not at.warning
    assert titles(at) == [scene.title for scene in own_story().scenes]
    assert (told(at)["scene"], told(at)["mode"]) == (1, "page")


def test_the_address_says_scene_order_and_mode() -> None:
    at = run(scene="2", order="3,1,2", mode="talk")
    scenes = own_story().scenes
    assert titles(at) == [scenes[2].title, scenes[0].title, scenes[1].title]
    assert (told(at)["scene"], told(at)["mode"]) == (2, "talk")
    assert not at.warning


def test_a_scene_beyond_a_short_order_is_its_last() -> None:
    at = run(scene="9", order="5,6")
    assert told(at)["scene"] == 2
    assert [box.value for box in at.warning] == ["The last scene of this story is 2; it is shown."]
    assert not run(scene="2", order="5,6").warning


def test_a_refused_address_says_what_is_shown_instead() -> None:
    for address, instead in (
        ({"order": "1,1"}, "the whole story"),
        ({"story": "x"}, "the story of this app"),
    ):
        (warning,) = run(**address).warning
        assert warning.value.endswith(f"; {instead} is used.")


def test_every_scene_has_its_link_its_public_address_and_a_code_of_it() -> None:
    for number, scene in enumerate(told(run(order="2,4"))["story"]["scenes"], start=1):
        assert "rate=" in scene["link"]
        assert scene["public"].endswith(f"story?scene={number}&order=2,4")
        assert scene["qr"].startswith("data:image/svg+xml")


def test_the_public_address_is_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DROPVIZ_PUBLIC_URL", "https://dropout.example.org/app/")
    scene = told(run())["story"]["scenes"][0]
    assert scene["public"] == "https://dropout.example.org/app/story?scene=1"


@pytest.mark.parametrize(
    "nonsense",
    [
        "dropout",
        "ftp://a.org",
        "https://",
        "https://a b",
        "http://[1",
        "http://a:b",
        "https://a.org?x=1",
        "https://" + "a" * 9999,
    ],
)
def test_a_public_address_that_is_none_is_passed_over(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, nonsense: str
) -> None:
    monkeypatch.setenv("DROPVIZ_PUBLIC_URL", nonsense)
    assert told(run())["story"]["scenes"][0]["public"] == "story?scene=1"
    assert "DROPVIZ_PUBLIC_URL must be like https://" in caplog.text


@pytest.mark.parametrize(
    ("asked", "public"),
    [
        ("https://uni.example/courses/dropout/story?mode=talk", "https://uni.example/courses/dropout/story"),
        ("http://192.168.1.7:8501/story/", "http://192.168.1.7:8501/story"),
    ],
)
def test_behind_a_proxy_the_public_address_is_what_the_visitor_asked_for(
    monkeypatch: pytest.MonkeyPatch, asked: str, public: str
) -> None:
    monkeypatch.setattr(
        talk, "st", SimpleNamespace(context=SimpleNamespace(url=asked), get_option=lambda _: None)
    )
    assert talk.public_address("story") == public


@pytest.mark.parametrize(
    ("asked", "bound", "own", "public"),
    [
        ("http://localhost:8501/story", None, "192.168.1.7", "http://192.168.1.7:8501/story"),
        ("http://127.0.0.1:8501/a/story", "0.0.0.0", "10.2.3.4", "http://10.2.3.4:8501/a/story"),
        ("http://localhost:8501/story", "localhost", "192.168.1.7", "http://localhost:8501/story"),
        ("http://localhost:8501/story", None, "172.17.0.2", "http://localhost:8501/story"),  # in a container
        ("http://localhost:8501/story", None, "127.0.0.1", "http://localhost:8501/story"),
        ("http://localhost:8501/story", None, None, "http://localhost:8501/story"),  # no network
        ("http://localhost/story", None, "192.168.1.7", "http://localhost/story"),  # behind a proxy
        ("https://uni.example/story", None, "192.168.1.7", "https://uni.example/story"),
    ],
)
def test_who_opens_the_app_on_the_serving_computer_gets_the_address_that_phones_reach(
    monkeypatch: pytest.MonkeyPatch, asked: str, bound: str | None, own: str | None, public: str
) -> None:
    class Line:
        def __init__(self, *_: int) -> None: ...
        def __enter__(self) -> "Line":
            return self

        def __exit__(self, *_: object) -> None: ...
        def connect(self, _: object) -> None:
            if own is None:
                raise OSError

        def getsockname(self) -> tuple[str | None, int]:
            return own, 5

    context = SimpleNamespace(url=asked)
    monkeypatch.setattr(talk, "st", SimpleNamespace(context=context, get_option=lambda _: bound))
    monkeypatch.setattr(talk, "socket", SimpleNamespace(socket=Line, AF_INET=2, SOCK_DGRAM=2))
    assert talk.public_address("story") == public


def test_scenes_are_put_in_order_on_the_page() -> None:
    at = run()
    at.text_input[0].set_value("4, 2").run()
    assert titles(at) == [own_story().scenes[3].title, own_story().scenes[1].title]
    at.text_input[0].set_value("4,4").run()
    assert len(at.warning) == 1
    assert len(titles(at)) == 2
    at.text_input[0].set_value("").run()
    assert len(titles(at)) == len(own_story().scenes)


def test_numbers_beyond_the_story_are_said() -> None:
    at = run(order="2,39")
    assert "left out: 39" in at.warning[0].value
    assert len(titles(at)) == 1


def test_a_lecturers_own_story_is_told() -> None:
    at = run()
    own = OWN_STORY.read_text(encoding="utf-8").replace("One mask", "Eine Maske")
    at.file_uploader[0].set_value(("mine.toml", own.encode(), "application/toml")).run()
    assert not at.exception
    assert titles(at)[1] == "Eine Maske"


def test_a_story_with_errors_is_refused_with_lines_and_reasons() -> None:
    at = run()
    own = OWN_STORY.read_text(encoding="utf-8").replace('picture = "mask"', 'picture = "mosque"')
    at.file_uploader[0].set_value(("mine.toml", own.encode(), "application/toml")).run()
    assert not at.exception
    line = own[: own.index("mosque")].count("\n") + 1
    assert at.error
    assert at.text[0].value.startswith(f"Line {line}: picture must be one of")
    assert titles(at) == [scene.title for scene in own_story().scenes]


def test_a_story_that_was_loaded_is_told_to_whoever_has_its_address() -> None:
    lecturer = run(order="2,1")
    own = OWN_STORY.read_text(encoding="utf-8").replace("One mask", "Eine Maske").encode()
    lecturer.file_uploader[0].set_value(("mine.toml", own, "application/toml")).run()
    mark = lecturer.session_state["settings"]["story"]
    assert told(lecturer)["story"]["scenes"][1]["public"].endswith(f"story?scene=2&order=2,1&story={mark}")
    hall = run(story=mark, order="2,1")
    assert not hall.error
    assert titles(hall) == titles(lecturer)
    assert titles(hall)[0] == "Eine Maske"
    lecturer.file_uploader[0].set_value(None).run()
    assert titles(lecturer)[0] == "One mask"


def test_a_story_no_longer_held_is_said_and_comes_back_with_its_file() -> None:
    own = OWN_STORY.read_text(encoding="utf-8").replace("One mask", "Gone").encode()
    mark = hashlib.sha256(own).hexdigest()[:16]
    hall = run(story=mark)
    assert "no longer held here" in hall.error[0].value
    assert titles(hall) == [scene.title for scene in own_story().scenes]
    run().file_uploader[0].set_value(("mine.toml", own, "application/toml")).run()
    hall.run()
    assert not hall.error
    assert titles(hall)[1] == "Gone"


@pytest.mark.parametrize("scene", own_story().scenes, ids=lambda scene: scene.title)
def test_the_link_of_a_scene_is_an_address_that_its_page_takes(scene: Scene) -> None:
    address = urlsplit(scene.address)
    (page,) = [page for page in PAGES if page_link(page.address) == address.path]
    settings = {one.key: one for one in page.settings}
    given = dict(parse_qsl(address.query))
    assert given
    for name, text in given.items():
        settings[name].parse(text)


def test_every_setting_of_a_picture_is_one_of_its_page() -> None:
    for picture in PICTURES.values():
        (page,) = [page for page in PAGES if page.address == picture.address]
        known = {one.key: one for one in page.settings}
        assert {one.key for one in picture.settings} <= known.keys()
        for key, text in picture.fixed.items():
            known[key].parse(text)
