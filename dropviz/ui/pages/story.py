"""The story: ten scenes from the question to the answer, each with something to predict."""

from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dropviz.figures.story import story_payload
from dropviz.live.page import story_html
from dropviz.settings import pages
from dropviz.settings.story import ORDER, SCENE, SETTINGS, STORY
from dropviz.story.drawn import drawn, is_drawn
from dropviz.story.held import MOST_HELD
from dropviz.story.reading import MOST_BYTES, OWN_STORY, USUAL, own_story, read_story
from dropviz.story.scenes import Story
from dropviz.story.shelf import shelf
from dropviz.theory.activations import RELU
from dropviz.theory.measured import Empirical
from dropviz.ui.components.story import mount_story
from dropviz.ui.components.upload import Upload, upload
from dropviz.ui.page import Page
from dropviz.ui.settings.session import saved, set_value
from dropviz.ui.settings.sources import disarmed, drawn_from, own_activations
from dropviz.ui.settings.widgets import show

HOW_TO = (
    "A story is a TOML file: one `[[scene]]` after another, with a picture of this app, an image or only text; a "
    "question, whose answer is computed or marked; and notes. Take ours as a beginning: its head says what can stand "
    "there."
)
NOT_HELD = (
    "The story of this address is no longer held here; this is ours. When its file is loaded again, on any computer, "
    "the address leads to it as before."
)


def _told(content: bytes, own: Empirical | None) -> Story:
    """The story of a file, read once by each visitor: it may hold their own activations, which are large."""
    key = (content, own.digest if own is not None else "")
    if st.session_state.get("story_told", ("", None))[0] != key:
        st.session_state["story_told"] = key, read_story(content, own)
    story: Story = st.session_state["story_told"][1]
    return story


@st.cache_data(
    max_entries=16, show_spinner="Drawing the scenes …", hash_funcs={Empirical: lambda source: source.digest}
)
def _payload(story: Story) -> dict[str, Any]:
    return story_payload(story, story.results())


@st.cache_data(max_entries=16, show_spinner=False, hash_funcs={Empirical: lambda source: source.digest})
def _drawn(story: Story) -> bytes:
    return drawn(_payload(story))


def _controls(place: DeltaGenerator) -> tuple[Story]:
    mark = show(STORY)
    with place.expander("Settings"):
        whole = _choose_story(mark)
        if whole.title != own_story().title:
            st.caption(f"Told: {disarmed(whole.title)}, {len(whole.scenes)} scenes.")
        order = show(ORDER)
    numbers = [int(number) for number in order.split(",") if number]
    beyond = [str(number) for number in numbers if number > len(whole.scenes)]
    if beyond:
        st.warning(f"This story has {len(whole.scenes)} scenes; left out: {', '.join(beyond)}.")
    story = whole.arranged(numbers)
    if saved()[SCENE.key] > len(story.scenes):
        st.warning(f"The last scene of this story is {len(story.scenes)}; it is shown.")
    _say_what_is_drawn(story, place)
    return (story,)


def _say_what_is_drawn(story: Story, place: DeltaGenerator) -> None:
    """Which scenes are drawn from a person's own activations, and which do not fit these."""
    drawn = [(at, scene.activations == RELU) for at, scene in enumerate(story.scenes, start=1) if scene.draws]
    usual, own = ([at for at, is_usual in drawn if is_usual == wanted] for wanted in (True, False))
    given = own_activations().value is not None
    drawn_from(place, RELU, USUAL, f"{_counted(own if given else usual)} drawn")
    if given and usual:
        place.caption(f"{_counted(usual)} drawn from {USUAL}: your own do not fit what is asked there.")
    if own:
        place.caption(
            f"Phones in your room see what the screen shows. An address of a scene shows it drawn from {USUAL}."
        )


def _counted(numbers: list[int]) -> str:
    """Scenes by their numbers, with a verb.

    >>> _counted([3, 4]), _counted([3]), _counted([])
    ('Scenes 3, 4 are', 'Scene 3 is', 'No scene is')
    """
    if not numbers:
        return "No scene is"
    return f"Scenes {', '.join(map(str, numbers))} are" if len(numbers) > 1 else f"Scene {numbers[0]} is"


def _scenes(story: Story) -> None:
    set_value(SCENE, min(int(saved()[SCENE.key]), len(story.scenes)))
    own = any(scene.draws and scene.activations != RELU for scene in story.scenes)
    mount_story(story, _payload(story), shelf().hold(_drawn(story)) if own else "")


def _choose_story(mark: str) -> Story:
    """The story that comes with the app, or a lecturer's own; of a file with errors, every error is said."""
    given = upload(
        "a story of mine",
        ["toml"],
        _read,
        key="story_file",
        help=f"{HOW_TO} The address and the QR codes lead the hall to the same scenes, while this server holds your "
        f"story: the {MOST_HELD} used last, and those that a room tells.",
        limit=MOST_BYTES,
        on_change=_tell,
    )
    if given.problem:
        st.error("This story was not taken.")
        st.text(given.problem)
    content = OWN_STORY.read_bytes()
    if mark:
        try:
            held = shelf().get(mark)
        except (LookupError, ConnectionError):
            held = b""
        if held and not is_drawn(held):
            content = held
        else:
            st.error(NOT_HELD)
    return _told(content, own_activations().value)


def _read(_: str, content: bytes) -> str:
    """Hold the story of a file, and return its mark."""
    content = content[: MOST_BYTES + 1]
    read_story(content)
    return shelf().hold(content)


def _tell(given: Upload[str]) -> None:
    """Tell the story of a file; without one that can be read, ours."""
    saved()[STORY.key] = "" if given.problem else given.value or ""


def _downloads(story: Story) -> None:
    with st.expander("The story as a file"):
        st.download_button(
            "story as one HTML file",
            lambda: story_html(_payload(story)),
            "dropviz-story.html",
            "text/html",
            on_click="ignore",
            help="Works without a network, from a disk or in a frame of a slide, with the same keys.",
        )
        st.download_button(
            "scenes as TOML",
            OWN_STORY.read_bytes(),
            "story.toml",
            "application/toml",
            on_click="ignore",
            help=HOW_TO,
        )


PAGE = Page(
    *pages.STORY,
    settings=SETTINGS,
    controls=_controls,
    view=_scenes,
    below=_downloads,
)
