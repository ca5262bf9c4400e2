"""A story's file: TOML, read and checked, with every verdict computed.

Which answer is right follows from a computation of `dropviz.story.predictions`, as do the numbers that a text quotes;
or the author of a story marks it.
"""

import math
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

from dropviz.numbers.written import short
from dropviz.settings.kinds import RATE, Choice, Choices, Number
from dropviz.settings.story import MOST_SCENES
from dropviz.story.images import Image, checked_address
from dropviz.story.lines import check_size, cut, line_of, syntax_error
from dropviz.story.pictures import DRAGGABLE, PICTURES
from dropviz.story.predictions import COMPUTATIONS, Worked, compute
from dropviz.story.scenes import Drag, Option, Question, Scene, Story
from dropviz.theory.activations import RELU, Activations

OWN_STORY = Path(__file__).parents[1] / "data" / "story.toml"
MOST_TEXT, MOST_BYTES = 4000, 1_000_000  # characters; bytes, images included
MOST_NAMED = 10  # of the keys that are no part of a story
TEXTS = ("title", "sentence", "notes", "reveal")
SCENE_KEYS = (*TEXTS, "picture", "settings", "veiled", "image", "alt", "numbers", "ask")
VEILED: Mapping[object, Literal["", "all", "means"]] = {True: "all", False: "", "means": "means"}
MEANS_OF = "mask"  # the picture whose means can be hidden alone
MOST_OPTIONS = 4
FARTHEST = 1e6  # from the value of what is dragged, and still right
USUAL, OWN = "the ReLU of a standard normal", "your own"  # activations, in a text that names them
EQUAL = 1e-9  # relative; below it two numbers are one
_CLAIM = re.compile(r"(=|<|>)\s*(-?\d+(?:\.\d+)?)(?:\s*/\s*(\d+(?:\.\d+)?))?")


class _Problem(ValueError):
    """What is wrong, and at which field of the scene."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(reason)
        self.path = path


@cache
def own_story() -> Story:
    """Return the story that comes with dropviz."""
    return read_story(OWN_STORY.read_bytes())


def read_story(content: bytes, own: Activations | None = None) -> Story:
    """Read a story from TOML; its pictures are drawn from a person's ``own`` activations where these fit the scene.

    Raises
    ------
    ValueError
        One line of text for every problem: the line of the file, the scene, and the reason.
    """
    if len(content) > MOST_BYTES:
        raise ValueError(f"The file has {len(content):,} bytes; a story has at most {MOST_BYTES:,}.")
    try:
        text = content.decode("utf-8").replace("\r\n", "\n")
        check_size(text)
        table = tomllib.loads(text)
    except UnicodeDecodeError as error:
        raise ValueError(f"The file is not UTF-8 text: {error.reason} at byte {error.start}.") from None
    except tomllib.TOMLDecodeError as error:
        raise ValueError(syntax_error(str(error), text)) from None
    return _story(table, text, own)


def _story(table: Mapping[str, Any], text: str, own: Activations | None) -> Story:
    records = table.get("scene", [])
    problems, scenes = [], []
    unknown = [key for key in table if key not in ("title", "scene")]
    for key in unknown[:MOST_NAMED]:
        problems.append(
            f"Line {line_of(text, -1, key)}: {key} is not a part of a story; use title and [[scene]]."
        )
    if len(unknown) > MOST_NAMED:
        problems.append(f"{len(unknown) - MOST_NAMED:,} more keys are not a part of a story.")
    title = table.get("title", "The story")
    if not isinstance(title, str):
        problems.append(f"Line {line_of(text, -1, 'title')}: title must be text; got {title!r}.")
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise ValueError(f"Line {line_of(text, -1, 'scene')}: scenes must be written as [[scene]].")
    if not 1 <= len(records) <= MOST_SCENES:
        problems.append(
            f"Line 1: a story has 1 to {MOST_SCENES} scenes, each under [[scene]]; got {len(records)}."
        )
    for number, record in enumerate(records[:MOST_SCENES], start=1):
        try:
            scenes.append(_drawn_from(own, record))
        except _Problem as problem:
            line = line_of(text, number - 1, problem.path)
            problems.append(f"Line {line}: {problem} (scene {number}, {problem.path or 'scene'}).")
    if problems:
        raise ValueError("\n".join(map(cut, problems)))
    return Story(title, tuple(scenes))


def _drawn_from(own: Activations | None, record: Mapping[str, Any]) -> Scene:
    """The scene of its author or, where its words stay true, of a person's own activations.

    They do where the picture can be drawn, every number computed, and the same answer is right by its computation. What
    is dragged may then be as far away, relatively, as its author allows.
    """
    scene = _scene(record, RELU)
    suits = PICTURES[scene.picture].suits if scene.picture else None
    if own is None or suits is None or not suits(own):
        return scene
    try:
        drawn = _scene(record, own)
    except _Problem:
        return scene
    asked, before = drawn.question, scene.question
    if not asked or not before:
        return drawn
    if not asked.worked or not before.worked or asked.options != before.options:
        return scene
    if asked.drag:
        grown = abs(asked.worked.value / before.worked.value) if before.worked.value else 1.0
        asked = replace(asked, drag=replace(asked.drag, within=asked.drag.within * grown))
    return replace(drawn, question=asked)


def _scene(record: Mapping[str, Any], activations: Activations) -> Scene:
    _known(record, SCENE_KEYS)
    picture = record.get("picture", "")
    if "picture" in record and (not isinstance(picture, str) or picture not in PICTURES):
        raise _Problem(
            "picture",
            f"picture must be one of {', '.join(PICTURES)}, or be left out for a scene of text or with an image; "
            f"got {picture!r}",
        )
    if picture and "image" in record:
        raise _Problem("image", "a scene has a picture or an image, not both")
    alone = [key for key in ("settings", "veiled") if key in record and not picture]
    if alone:
        raise _Problem(alone[0], f"{alone[0]} needs a picture, and this scene has none")
    settings = _settings(_table(record, "settings"), picture) if picture else ()
    question = _question(_table(record, "ask"), picture, activations) if "ask" in record else None
    numbers = {"activations": USUAL if activations is RELU else OWN}
    numbers |= {name: _number(name, given, activations) for name, given in _table(record, "numbers").items()}
    if question and question.worked:
        numbers["value"] = short(question.worked.value)
    texts = {
        key: _filled(_text(record, key, needed=key in ("title", "sentence")), numbers, key) for key in TEXTS
    }
    veil = _veil(record.get("veiled", True), picture) if picture else ""
    return Scene(
        picture=picture,
        settings=settings,
        image=_image(record),
        question=question,
        veil=veil if question else "",
        activations=activations,
        **texts,
    )


def _veil(given: object, picture: str) -> Literal["", "all", "means"]:
    if not isinstance(given, bool | str) or given not in VEILED:
        raise _Problem("veiled", f'veiled must be true, false or "means"; got {given!r}')
    if given == "means" and picture != MEANS_OF:
        raise _Problem("veiled", f'veiled = "means" is of the picture {MEANS_OF}; use true or false')
    return VEILED[given]


def _image(record: Mapping[str, Any]) -> Image | None:
    if "image" not in record:
        if "alt" in record:
            raise _Problem("alt", "alt says what an image shows, and this scene has none")
        return None
    try:
        return Image(checked_address(record["image"]), _text(record, "alt", needed=True))
    except _Problem:
        raise
    except ValueError as error:
        raise _Problem("image", str(error)) from None


def _known(record: Mapping[str, Any], names: Sequence[str], within: str = "") -> None:
    for key in record:
        if key not in names:
            raise _Problem(within + key, f"{key} is not known here; use {', '.join(names)}")


def _table(record: Mapping[str, Any], key: str, within: str = "") -> Mapping[str, Any]:
    value = record.get(key, {})
    if not isinstance(value, dict):
        raise _Problem(within + key, f"{key} must be a table; got {value!r}")
    return value


def _text(record: Mapping[str, Any], key: str, needed: bool, within: str = "") -> str:
    value, where = record.get(key, ""), within + key
    if not isinstance(value, str):
        raise _Problem(where, f"{key} must be text; got {value!r}")
    if needed and not value.strip():
        raise _Problem(where, f"{key} is missing")
    if len(value) > MOST_TEXT:
        raise _Problem(where, f"{key} must have at most {MOST_TEXT:,} characters; got {len(value):,}")
    return " ".join(value.split()) if key != "notes" else value.strip()


def _filled(text: str, numbers: Mapping[str, str], key: str) -> str:
    """Put the computed numbers where the text names them in braces."""

    def number(found: re.Match[str]) -> str:
        if found[1] not in numbers:
            raise _Problem(key, f"{{{found[1]}}} is not computed; known are {', '.join(numbers)}")
        return numbers[found[1]]

    return re.sub(r"\{(\w*)\}", number, text)


def _number(name: str, given: object, activations: Activations) -> str:
    path = f"numbers.{name}"
    if not isinstance(given, dict):
        raise _Problem(path, f"{name} must be a table with compute and its parameters; got {given!r}")
    parameters = {key: value for key, value in given.items() if key != "compute"}
    return short(_worked(given.get("compute"), parameters, path, activations).value)


def _worked(name: object, given: Mapping[str, Any], path: str, activations: Activations) -> Worked:
    try:
        return compute(name, given, activations)
    except ValueError as error:
        raise _Problem(path, str(error)) from None


# ---- settings -------------------------------------------------------------------------------------------------------


def _settings(given: Mapping[str, Any], picture: str) -> tuple[tuple[str, Any], ...]:
    allowed = {one.key: one for one in PICTURES[picture].settings}
    for name in given:
        if name not in allowed:
            known = ", ".join(allowed)
            raise _Problem(f"settings.{name}", f"the picture {picture} has no setting {name}; it has {known}")
    return tuple((name, _setting(one, given[name])) for name, one in allowed.items() if name in given)


def _setting(setting: Number | Choice | Choices, value: Any) -> Any:
    path = f"settings.{setting.key}"
    if isinstance(setting, Number):
        number = _number_within(setting.key, value, setting.low, setting.high, path, setting.whole)
        return number if setting.whole else float(number)
    several = isinstance(setting, Choices)
    values = value if several and isinstance(value, list) and value else [value]
    known = all(isinstance(one, str) and one in setting.options for one in values)
    if not known or len(set(values)) < len(values):
        form = "a list of" if several else "one of"
        raise _Problem(path, f"{setting.key} must be {form} {', '.join(setting.options)}; got {value!r}")
    return tuple(values) if several else value


def _number_within(name: str, value: Any, low: float, high: float, path: str, whole: bool = False) -> Any:
    kind, what = (int, "a whole number") if whole else (int | float, "a number")
    if isinstance(value, bool) or not isinstance(value, kind) or not low <= value <= high:
        raise _Problem(path, f"{name} must be {what} from {low:g} to {high:g}; got {value!r}")
    return value


# ---- questions ------------------------------------------------------------------------------------------------------


def _question(ask: Mapping[str, Any], picture: str, activations: Activations) -> Question:
    _known(ask, ("text", "compute", "given", "options", "drag"), "ask.")
    text = _text(ask, "text", needed=True, within="ask.")
    if "compute" not in ask:
        return Question(text, options=_own_options(ask))
    given, name = _table(ask, "given", "ask."), ask.get("compute")
    path = "ask.given" if str(name) in COMPUTATIONS else "ask.compute"
    worked = _worked(name, given, path, activations)
    if ("options" in ask) == ("drag" in ask):
        raise _Problem("ask", "a question has either options or drag")
    if "drag" in ask:
        return Question(text, worked, drag=_drag(ask["drag"], picture))
    return Question(text, worked, options=_options(ask["options"], worked.value))


def _own_options(ask: Mapping[str, Any]) -> tuple[Option, ...]:
    """The options of a question whose answer is not computed: its author says which is right."""
    for key in ("given", "drag"):
        if key in ask:
            raise _Problem(f"ask.{key}", f"{key} needs compute, one of {', '.join(COMPUTATIONS)}")
    path = "ask.options"
    options = []
    for one in _several(ask.get("options"), "text, and one of them right = true"):
        if not isinstance(one, dict) or not {"text"} <= one.keys() <= {"text", "right"}:
            raise _Problem(
                path, f"without compute, an option has text, and the right one right = true; got {one!r}"
            )
        right = one.get("right", False)
        if not isinstance(right, bool):
            raise _Problem(path, f"right must be true or false; got {right!r}")
        options.append(Option(_text(one, "text", needed=True, within=f"{path}."), right))
    count = sum(option.right for option in options)
    if count != 1:
        raise _Problem(path, f"without compute, exactly one option must have right = true; {count} have")
    return tuple(options)


def _several(given: Any, each: str) -> list[Any]:
    if not isinstance(given, list) or not 2 <= len(given) <= MOST_OPTIONS:
        raise _Problem(
            "ask.options", f"options must be a list of 2 to {MOST_OPTIONS} tables, each with {each}"
        )
    return given


def _drag(given: Any, picture: str) -> Drag:
    path = "ask.drag"
    if picture not in DRAGGABLE:
        raise _Problem(path, f"only the pictures {', '.join(DRAGGABLE)} have a curve to predict")
    if not isinstance(given, dict) or given.keys() != {"rate", "within"}:
        raise _Problem(path, f"drag must be a table with rate and within; got {given!r}")
    rate = _number_within("rate", given["rate"], RATE.low, RATE.high, path)
    return Drag(float(rate), float(_number_within("within", given["within"], 0.0, FARTHEST, path)))


def _options(given: Any, value: float) -> tuple[Option, ...]:
    path = "ask.options"
    options = []
    for one in _several(given, "text and is"):
        if not isinstance(one, dict) or one.keys() != {"text", "is"}:
            raise _Problem(path, f"an option must be a table with text and is; got {one!r}")
        options.append(
            Option(_text(one, "text", needed=True, within=f"{path}."), holds(one["is"], value, path))
        )
    right = sum(option.right for option in options)
    if right != 1:
        raise _Problem(
            path, f"exactly one option must be right; the computed value is {short(value)} and {right} are"
        )
    return tuple(options)


def holds(claim: object, value: float, path: str = "is") -> bool:
    """Whether a claim such as "= 1", "> 1" or "= 4/3" is true of ``value``.

    >>> holds("> 1", 1.2), holds("= 4/3", 1 / 0.75), holds("< 1", 1.0)
    (True, True, False)
    """
    found = _CLAIM.fullmatch(claim.strip()) if isinstance(claim, str) else None
    if not found or (found[3] and float(found[3]) == 0.0):
        raise _Problem(path, f'is must be a comparison such as "= 1", "> 1" or "= 4/3"; got {claim!r}')
    bound = float(found[2]) / float(found[3] or 1.0)
    equal = math.isclose(value, bound, rel_tol=EQUAL, abs_tol=EQUAL)
    return equal if found[1] == "=" else not equal and (value < bound) == (found[1] == "<")
