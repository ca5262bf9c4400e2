"""A person's own activations: every page that draws draws from them, says so, and leaves them when they are removed."""

import json

import numpy as np
import pytest

import dropviz as dv
from dropviz.hall.stories import tell
from dropviz.settings.next_layer import STEP
from dropviz.settings.where import QUESTION, QUESTIONS
from dropviz.story.shelf import shelf
from dropviz.ui.components.upload import Upload
from tests.ui.opening import open_page
from tests.ui.test_story import told

STEPS = [("next-layer", {STEP.key: step}) for step in STEP.options]
DRAWN = {name: question.drawn for name, question in QUESTIONS.items() if question.drawn}
ASKED = [("where", {QUESTION.key: question}) for question in DRAWN]
PAGES: list[tuple[str, dict[str, str]]] = (
    [(name, {}) for name in ("explore", "which-p", "mistakes", "answer", "noise", "story")] + STEPS + ASKED
)
FILES = {"mine.npy": np.arange(6.0), "centred.npy": np.array([-1.0, 1.0]), "equal.npy": np.full(3, 2)}
OF_THE_STORY = {
    "mine.npy": ["Scenes 3, 4, 6, 7 are drawn from mine.npy."],
    "centred.npy": ["Scenes 4, 7 are drawn from centred.npy.", "Scenes 3, 6 are drawn from the ReLU"],
    "equal.npy": ["Scenes 3, 6, 7 are drawn from equal.npy.", "Scene 4 is drawn from the ReLU"],
}


def given(app, name):
    """The session as it is on another page when a file was given elsewhere."""
    app.session_state["settings"]["source"] = "file"
    if "source" in app.session_state:
        app.session_state["source"] = "file"
    app.session_state["file_0_read"] = Upload((1,), name, dv.Empirical(FILES[name]))
    for fold in ("own_activations", "settings", "noise_settings"):
        app.session_state[f"fold_{fold}"] = True
    app.run()
    assert not app.exception
    assert not app.error


def lines(app):
    return [caption.value for caption in app.caption if "rawn from" in caption.value]


CASES = [(name, address, "mine.npy") for name, address in PAGES]
CASES += [(name, {}, file) for name in ("which-p", "story") for file in ("centred.npy", "equal.npy")]


@pytest.mark.parametrize(("name", "address", "file"), CASES)
def test_a_page_draws_from_them_says_so_and_lets_go_of_them(name, address, file):
    app = open_page(name, **address)
    before = lines(app)
    given(app, file)
    said = lines(app)
    expected = OF_THE_STORY[file] if name == "story" else [f"Drawn from {file}."]
    if name == "where":
        expected = [f"{DRAWN[address[QUESTION.key]]} are drawn from {file}."]
    if name == "which-p":
        centred = file == "centred.npy"
        expected = (
            ["No mean is drawn from centred.npy.", "Theirs is 0"]
            if centred
            else [f"The means of “Why divide by keep?” are drawn from {file}."]
        )
    for sentence in expected:
        assert any(one.startswith(sentence) for one in said), said
    next(one for one in app.button if one.label == "Remove this file").click().run()
    assert not app.exception
    assert lines(app) == before


def test_a_room_tells_what_the_screen_shows_and_no_address_does():
    app = open_page("story", order="4,2")
    usual = told(app)
    assert usual["room"]["story"] == ""
    given(app, "mine.npy")
    screen = told(app)
    assert (
        screen["story"]["scenes"][0]["question"]["value"] != usual["story"]["scenes"][0]["question"]["value"]
    )
    room = tell(shelf().get(screen["room"]["story"]), screen["room"]["order"])
    phone = json.loads(room.content())["scenes"]
    for shown, heard in zip(screen["story"]["scenes"], phone, strict=True):
        for name in ("title", "sentence", "question", "reveal", "picture", "terms"):
            assert heard[name] == shown[name]
    assert room.ballots[0].value == screen["story"]["scenes"][0]["question"]["value"]
    stranger = open_page("story", story=screen["room"]["story"])
    assert "no longer held here" in stranger.error[0].value
    assert told(stranger)["room"]["story"] == ""
