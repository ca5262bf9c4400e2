"""The story for the browser: what it needs to know of every scene."""

from collections.abc import Sequence
from typing import Any

from dropviz.figures.story import scene_live
from dropviz.numbers.written import short
from dropviz.story.pictures import Result
from dropviz.story.scenes import Question, Scene, Story


def story_payload(story: Story, results: Sequence[Result]) -> dict[str, Any]:
    """Everything the browser needs to tell the story, as JSON-ready values; ``results``: one a scene, in order."""
    scenes = [_scene(scene, result) for scene, result in zip(story.scenes, results, strict=True)]
    return {"title": story.title, "scenes": scenes}


def _scene(scene: Scene, result: Result) -> dict[str, Any]:
    return {
        "title": scene.title,
        "sentence": scene.sentence,
        "notes": scene.notes,
        "reveal": scene.reveal,
        "veiled": scene.veiled,
        "question": _question(scene.question) if scene.question else None,
        "picture": scene_live(scene, result).payload(scene.place),
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
