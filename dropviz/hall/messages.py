"""What phones and lecturers send: JSON, checked field by field, refused in one sentence."""

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from dropviz.hall.refusals import Refusal
from dropviz.hall.rooms import Change
from dropviz.settings.kinds import Text
from dropviz.settings.story import ORDER, STORY

MOST_SHOWN = 40  # characters of a value that is not what it should be
HIGHEST_RATE = 1e9  # the slider's place is a rate, or a step of a training
VOTER = re.compile(r"[A-Za-z0-9_-]{16,64}")


@dataclass(frozen=True, slots=True)
class Vote:
    """What a phone sends: an option by its number from 0, or a value."""

    scene: int
    voter: str
    option: int | None = None
    value: float | None = None


def read_opening(body: bytes) -> tuple[str, str]:
    """Return the mark of the story of a new room, "" is ours, and the order of its scenes, "" is all as they stand."""
    given = _fields(body, (STORY.key, ORDER.key))
    return _setting(STORY, given.get(STORY.key, "")), _setting(ORDER, given.get(ORDER.key, ""))


def read_change(body: bytes, scenes: int) -> Change:
    """Return what a lecturer changes in a room whose story has so many scenes."""
    given = _fields(body, ("scene", "revealed", "rate"))
    if not given:
        raise Refusal(422, "The message changes nothing; send scene, revealed or rate.")
    revealed = given.get("revealed")
    if "revealed" in given and not isinstance(revealed, bool):
        _refuse("revealed", "true or false", revealed)
    rate = given.get("rate")
    if rate is not None:
        rate = _number("rate", rate, 0.0, HIGHEST_RATE)
    scene = _whole("scene", given["scene"], 1, scenes) if "scene" in given else None
    return Change(scene, revealed, rate, forgets_rate="rate" in given and rate is None)


def read_vote(body: bytes, scenes: int) -> Vote:
    """Return the vote of a phone in a room whose story has so many scenes."""
    given = _fields(body, ("scene", "option", "value", "voter"))
    scene = _whole("scene", given.get("scene"), 1, scenes)
    if ("option" in given) == ("value" in given):
        raise Refusal(422, "A vote has either option or value.")
    option = _whole("option", given["option"], 0, 99) if "option" in given else None
    value = _number("value", given["value"], -1e300, 1e300) if "value" in given else None
    return Vote(scene, checked_voter(given.get("voter")), option, value)


def checked_voter(voter: object) -> str:
    """Return the token by which a phone is told from others. Refusal: it is none."""
    if not isinstance(voter, str) or not VOTER.fullmatch(voter):
        _refuse("voter", "16 to 64 letters, digits, _ or -", voter)
    return str(voter)


def _fields(body: bytes, known: tuple[str, ...]) -> dict[str, Any]:
    try:
        given = json.loads(body.decode("utf-8"), object_pairs_hook=_once, parse_constant=_no_number)
    except Refusal:
        raise
    except UnicodeDecodeError as error:
        raise Refusal(400, f"The message is not UTF-8 text: {error.reason} at byte {error.start}.") from None
    except RecursionError:
        raise Refusal(400, "The message is nested too deeply.") from None
    except ValueError as error:
        raise Refusal(400, f"The message is not JSON: {error}.") from None
    if not isinstance(given, Mapping):
        raise Refusal(422, f"The message must be a JSON object with {', '.join(known)}; got {_shown(given)}.")
    for name in given:
        if name not in known:
            raise Refusal(422, f"{_cut(name)} is not known here; send {', '.join(known)}.")
    return dict(given)


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise Refusal(400, f"{_cut(name)} stands twice in the message.")
        found[name] = value
    return found


def _no_number(text: str) -> NoReturn:
    raise Refusal(400, f"The message is not JSON: {text} is no number.")


def _setting(setting: Text, given: object) -> str:
    """A setting of the story, as an address spells it; "" leaves it as it is at first."""
    if given == "":
        return str(setting.default)
    try:
        return str(setting.parse(given if isinstance(given, str) else "none"))
    except ValueError:
        _refuse(setting.key, setting.form, given)


def _whole(name: str, given: object, low: int, high: int) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not low <= given <= high:
        _refuse(name, f"a whole number from {low} to {high}", given)
    return int(given)


def _number(name: str, given: object, low: float, high: float) -> float:
    if isinstance(given, bool) or not isinstance(given, int | float) or not low <= given <= high:
        _refuse(name, f"a number from {low:g} to {high:g}", given)
    number = float(given)
    return number if math.isfinite(number) else _refuse(name, "a finite number", given)


def _refuse(name: str, wanted: str, given: object) -> NoReturn:
    said = "nothing" if given is None else _shown(given)
    raise Refusal(422, f"{name} must be {wanted}; got {said}.")


def _shown(value: object) -> str:
    try:
        return _cut(json.dumps(value))
    except (ValueError, RecursionError):  # a number of more digits than Python writes
        return "a value too large to show"


def _cut(text: str) -> str:
    plain = text.encode("ascii", "backslashreplace").decode().replace("\n", " ")
    return plain if len(plain) <= MOST_SHOWN else f"{plain[: MOST_SHOWN - 1]}…"
