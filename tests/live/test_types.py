"""The contract with the browser: `types.d.ts` says of every record that is sent what its fields are."""

import re
from collections.abc import Mapping
from dataclasses import is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np
import pytest
from numpy.typing import NDArray

from dropviz.live import figure, panels, words
from dropviz.live.figure import LiveFigure
from dropviz.live.modules import HERE
from dropviz.live.panels import wire

TYPES = (HERE / "types.d.ts").read_text(encoding="utf-8")
NO_RECORDS = {"Numbers", "Payload"}
RECORDS = {
    each.__name__: each
    for module in (figure, panels, words)
    for each in vars(module).values()
    if is_dataclass(each) and isinstance(each, type) and each is not LiveFigure
}
UNIONS = {
    "Mark": panels.Mark,
    "Block": words.Block,
    "Span": words.Span,
    "Spans": words.Spans,
    "Style": words.Style,
}
SAYS = {
    "mark": panels.Mark,
    "block": words.Block,
    "span": words.Span,
}  # what a record of that kind says it is
NAMES = {str: "string", bool: "boolean", int: "number", float: "number", NoneType: "null"}


def declared(text: str) -> dict[str, dict[str, str]]:
    """Record → field → its type, as the scripts declare them."""
    bare = re.sub(r"/\*.*?\*/|//.*", "", text)
    found: dict[str, dict[str, str]] = {}
    for name, body in re.findall(r"^interface (\w+) \{([^}]*)\}", bare, re.MULTILINE):
        parts = [part.strip().partition(":") for part in body.split(";") if part.strip()]
        found[name] = {field.strip(): kind.strip() for field, _, kind in parts}
    return found


def unions(text: str) -> dict[str, str]:
    """Union → its members, as the scripts declare them."""
    return dict(re.findall(r"^type (\w+) = ([^;]+);", text, re.MULTILINE))


def part_of(name: str, text: str) -> set[str]:
    """The names of all that a record holds, and of all that these hold."""
    bodies = {each: " ".join(fields.values()) for each, fields in declared(text).items()} | unions(text)
    found, waiting = {name}, [name]
    while waiting:
        inner = set(re.findall(r"\w+", re.sub('"[^"]*"', "", bodies[waiting.pop()]))) & bodies.keys() - found
        found |= inner
        waiting += inner
    return found


def written(hint: Any, alias: bool = True) -> str:
    """A type of Python's as TypeScript writes what `wire` makes of it, by its ``alias`` if it has one."""
    origin, args = get_origin(hint), get_args(hint)
    known = [name for name, union in UNIONS.items() if args and set(args) == set(get_args(union))]
    if known and alias:
        text = known[0]
    elif origin in (Union, UnionType):
        text = " | ".join(map(written, args))
    elif origin is Literal:
        text = " | ".join(f'"{each}"' for each in args)
    elif origin in (np.ndarray, NDArray):  # the second from NumPy 2.5 on
        text = "Numbers"
    elif origin is tuple and args[-1] is not Ellipsis:
        text = f"[{', '.join(map(written, args))}]"
    elif origin is Mapping:
        text = f"Record<string, {written(args[1])}>"
    elif origin is not None:  # a sequence
        inner = written(args[0])
        text = f"({inner})[]" if " | " in inner else f"{inner}[]"
    else:
        text = NAMES.get(hint) or hint.__name__
    return text


def sent() -> dict[str, dict[str, str]]:
    """Record → field → its type, as Python sends them."""
    return {
        name: {word: f'"{name}"' for word, union in SAYS.items() if record in get_args(union)}
        | {field: written(hint) for field, hint in get_type_hints(record).items()}
        for name, record in RECORDS.items()
    }


def records(text: str) -> dict[str, dict[str, str]]:
    """What the scripts declare of all that a payload holds; the rest is their own."""
    names = part_of("Payload", text) - {"Payload", "Numbers"}
    return {name: body for name, body in declared(text).items() if name in names}


def agreed(text: str) -> bool:
    named = {name: written(union, alias=False) for name, union in UNIONS.items() if name != "Spans"}
    theirs = {name: members for name, members in unions(text).items() if name in UNIONS}
    return records(text) == sent() and theirs == named | {"Spans": "Span | Span[]"}


def test_the_scripts_read_what_python_sends_field_by_field():
    assert records(TYPES) == sent()


def test_the_scripts_know_the_members_of_every_union():
    assert unions(TYPES).keys() & part_of("Payload", TYPES) == UNIONS.keys()
    assert set(get_args(words.Spans)) == {*get_args(words.Span), words.Sequence[words.Span]}
    assert agreed(TYPES)


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("kind: string;", ""),
        ("kind: string;", "kind: string; more: number;"),
        ("kind: string;", "kind?: string;"),
        ("kind: string;", "sort: string;"),
        ("spread: Numbers | null;", "spread: Numbers;"),
        ("low: number;", "low: number | null;"),
        ("colors: [string, string];", "colors: string[];"),
        ('"solid" | "dashed" | "dotted"', '"solid" | "dashed"'),
        ('mark: "Stem";', 'mark: "Path";'),
        ('mark: "Stem"; ', ""),
        (" | Field | Pixels;", " | Field;"),
        ("interface Band ", "interface Belt "),
        ("(number | null)[]", "number[]"),
        ('block: "Table"; ', ""),
        ("rows: Spans[][];", "rows: Spans[];"),
        ("Record<string, string[]>; alt", "string[]; alt"),
        (" | Bars | Cells;", " | Bars;"),
        (' | "mistake";', ";"),
        ("type Spans = Span | Span[];", "type Spans = Span[];"),
    ],
)
def test_a_difference_would_be_found(was, becomes):
    assert was in TYPES
    assert not agreed(TYPES.replace(was, becomes, 1))


def test_the_payload_is_what_the_scripts_declare():
    payload = LiveFigure([], (0.0, 0.5), "alt").payload()
    theirs = declared(TYPES)["Payload"]
    assert list(theirs) == list(payload)
    assert theirs["readouts"].endswith(" | null")
    assert payload["readouts"] is None
    kinds = {"string": str, "number": (int, float)}
    for name, kind in theirs.items():
        if kind in kinds or kind.endswith("[]"):
            assert isinstance(payload[name], kinds.get(kind, list)), name
    required = {field for field in declared(TYPES)["Numbers"] if not field.endswith("?")}
    assert required == wire(np.zeros(2)).keys()
