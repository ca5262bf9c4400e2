"""The settings of the story: the scene, the order, how it is shown, and which story it is."""

import re

from dropviz.settings.kinds import Choice, Number, Text

MOST_SCENES = 40
MARK_LENGTH = 16


def _read_order(text: str) -> str:
    """Numbers of scenes, separated by commas, without spaces; each number once. Empty: all."""
    if not text.strip():
        return ""
    parts = [part.strip() for part in text.split(",")]
    numbers = [int(part) for part in parts if re.fullmatch("[0-9]{1,3}", part)]
    known = all(1 <= number <= MOST_SCENES for number in numbers)
    if len(numbers) < len(parts) or len(set(numbers)) < len(numbers) or not known:
        raise ValueError(text)
    return ",".join(map(str, numbers))


def _read_mark(text: str) -> str:
    if not re.fullmatch(f"[0-9a-f]{{{MARK_LENGTH}}}", text):
        raise ValueError(text)
    return text


SCENE = Number("scene", "scene", 1, 1, MOST_SCENES, control="page")
ORDER = Text(
    "order",
    "scenes, in order",
    "",
    form="the numbers of scenes, from 1 on, each once, separated by commas",
    parse=_read_order,
    empty="the whole story",
    help="Numbers with commas: 3,1,2. What is left out is hidden. The order is a part of the address.",
    placeholder="all: 1,2,3,…",
)
MODE = Choice("mode", "mode", {name: name for name in ("page", "talk", "notes")}, "page", control="page")
# Which story is told, by the mark of its content: "" is ours. Set by the address and by loading a file.
STORY = Text(
    "story",
    "story",
    "",
    form=f"the {MARK_LENGTH} digits and letters a to f of a story that was loaded here",
    parse=_read_mark,
    empty="the story of this app",
    control="page",
)
SETTINGS = (SCENE, ORDER, MODE, STORY)
