"""The story in the browser: its script and style, and what both need to know of every scene."""

from typing import Any

from dropviz.explorer import HERE, javascript, stylesheet
from dropviz.figures.story import scene_live
from dropviz.predictions import short
from dropviz.story import Question, Scene, Story
from dropviz.story_results import result_of

APP_EXPORT = "export default function (component)"  # a module has one default export: here, the story's


def story_javascript() -> str:
    """The source of the story: one module, with the live figure that it mounts."""
    live = javascript().replace(APP_EXPORT, "function mountAlone(component)")
    return f"{live}\n{(HERE / 'story.js').read_text(encoding='utf-8')}"


def story_stylesheet() -> str:
    """The style of the story and of its live figures."""
    return f"{stylesheet()}\n{(HERE / 'story.css').read_text(encoding='utf-8')}"


def story_payload(story: Story) -> dict[str, Any]:
    """Everything the browser needs to tell the story, as JSON-ready values; the pictures are simulated here."""
    return {"title": story.title, "scenes": [_scene(scene) for scene in story.scenes]}


def _scene(scene: Scene) -> dict[str, Any]:
    return {
        "title": scene.title,
        "sentence": scene.sentence,
        "notes": scene.notes,
        "reveal": scene.reveal,
        "veiled": scene.veiled,
        "question": _question(scene.question) if scene.question else None,
        "picture": scene_live(scene, result_of(scene)).payload(),
    }


def _question(question: Question) -> dict[str, Any]:
    drag = question.drag
    return {
        "text": question.text,
        "line": question.worked.line,
        "value": question.worked.value,
        "shown": short(question.worked.value),
        "options": [{"text": option.text, "right": option.right} for option in question.options],
        "drag": {"rate": drag.rate, "within": drag.within} if drag else None,
    }
