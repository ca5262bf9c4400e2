"""The story in the browser: its script and style."""

from dropviz.live.figure import stylesheet
from dropviz.live.modules import HERE, inlined


def story_javascript() -> str:
    """The source of the component, with the live figure that it mounts."""
    return inlined("story.js")


def story_stylesheet() -> str:
    """The style of the story and of its live figures."""
    return f"{stylesheet()}\n{(HERE / 'story.css').read_text(encoding='utf-8')}"
