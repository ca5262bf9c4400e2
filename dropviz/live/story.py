"""The story in the browser: its script and style."""

from dropviz.live.figure import HERE, javascript, stylesheet

APP_EXPORT = "export default function (component)"  # a module has one default export: here, the story's


def story_javascript() -> str:
    """The source of the story: one module, with the live figure that it mounts."""
    live = javascript().replace(APP_EXPORT, "function mountAlone(component)")
    return f"{live}\n{(HERE / 'story.js').read_text(encoding='utf-8')}"


def story_stylesheet() -> str:
    """The style of the story and of its live figures."""
    return f"{stylesheet()}\n{(HERE / 'story.css').read_text(encoding='utf-8')}"
