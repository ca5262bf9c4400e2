"""The story: ten scenes from the question to the answer, each with something to predict."""

import hashlib
from typing import Any

import streamlit as st

from dropviz.figures.story import story_payload
from dropviz.live.page import story_html
from dropviz.settings.story import MARK_LENGTH, ORDER, SCENE, SETTINGS, STORY
from dropviz.story.reading import MOST_BYTES, OWN_STORY, own_story, read_story
from dropviz.story.scenes import Story
from dropviz.ui.components.story import mount_story
from dropviz.ui.page import Page
from dropviz.ui.settings.session import saved, set_value
from dropviz.ui.settings.sources import disarmed
from dropviz.ui.settings.widgets import show

HOW_TO = (
    "A story is a TOML file: one `[[scene]]` a picture, with title, sentence, question and notes. Which answer "
    "is right is computed. Take ours as a beginning."
)
NOT_HELD = (
    "The story of this address is no longer held here; this is ours. When its file is loaded again, on any computer, "
    "the address leads to it as before."
)
MOST_HELD = 64  # of 200 kilobytes at most each
UPLOAD = "story_file"


@st.cache_resource(max_entries=MOST_HELD, show_spinner=False)
def held_story(mark: str, _read: Story | None = None) -> Story:
    """Return the story of that mark; given the story, hold it for everyone. The one unused longest makes room.

    Raises
    ------
    LookupError
        If no story of that mark is held.
    """
    if _read is None:
        raise LookupError(mark)
    return _read


@st.cache_data(max_entries=16, show_spinner="Drawing the scenes …")
def _payload(story: Story) -> dict[str, Any]:
    return story_payload(story, story.results())


def _controls() -> tuple[Story]:
    mark = show(STORY)
    with st.sidebar:
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
    return (story,)


def _scenes(story: Story) -> None:
    set_value(SCENE, min(int(saved()[SCENE.key]), len(story.scenes)))
    mount_story(story, _payload(story))


def _choose_story(mark: str) -> Story:
    """The story that comes with the app, or a lecturer's own; of a file with errors, every error is said."""
    st.file_uploader(
        "a story of mine",
        type=["toml"],
        key=UPLOAD,
        on_change=_take_file,
        help=f"{HOW_TO} The address and the QR codes lead the hall to the same scenes, while this server holds your "
        f"story: it holds the {MOST_HELD} used last, until it is started anew.",
        max_upload_size=1,
    )
    problem = st.session_state.get("story_problem")
    if problem and st.session_state.get(UPLOAD) is not None:
        st.error("This story was not taken.")
        st.text(problem)
    if not mark:
        return own_story()
    try:
        return held_story(mark)
    except LookupError:
        st.error(NOT_HELD)
        return own_story()


def _take_file() -> None:
    """Read the file that was just given, and tell its story; with a file taken away, ours."""
    upload = st.session_state[UPLOAD]
    saved()[STORY.key], st.session_state["story_problem"] = "", None
    if upload is None:
        return
    content = upload.getvalue()[: MOST_BYTES + 1]
    try:
        story = read_story(content)
    except ValueError as problem:
        st.session_state["story_problem"] = str(problem)
        return
    mark = hashlib.sha256(content).hexdigest()[:MARK_LENGTH]
    held_story(mark, story)
    saved()[STORY.key] = mark


def _downloads(story: Story) -> None:
    with st.sidebar:
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
    address="story",
    title="The story",
    heading="The story: predict first, then look",
    settings=SETTINGS,
    controls=_controls,
    view=_scenes,
    below=_downloads,
)
