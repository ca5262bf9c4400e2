"""The contract with the browser: `types.d.ts` says of every record that is sent what its fields are."""

import re
import types
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest

from dropviz.live import panels, words
from dropviz.live.figure import LiveFigure, UnitRow
from dropviz.live.modules import HERE
from dropviz.numbers.estimate import Estimate

WRITTEN = (HERE / "types.d.ts").read_text(encoding="utf-8")
INTERFACES = {
    name: dict(re.findall(r"(\w+): ([^;]+);", body))
    for name, body in re.findall(r"^interface (\w+) \{(.*?)\}$", WRITTEN, re.MULTILINE | re.DOTALL)
}
ALIASES = dict(re.findall(r"^type (\w+) = ([^;]+);", WRITTEN, re.MULTILINE))
UNIONS = {"mark": panels.Mark, "block": words.Block, "span": words.Span}
NAMED = {kind: word for word, union in UNIONS.items() for kind in get_args(union) if kind is not str}
OTHERS = (
    panels.Axis,
    panels.Label,
    panels.Labels,
    panels.Panel,
    panels.Row,
    words.Quantity,
    UnitRow,
    Estimate,
)
SCALARS = {str: "string", bool: "boolean", int: "number", float: "number"}


def agrees(hint: Any, written: str) -> bool:
    """Whether a type that Python writes is the one that the browser reads, as far as one can say."""
    if get_origin(hint) is Literal:
        return sorted(re.findall('"([^"]*)"', ALIASES.get(written, written))) == sorted(get_args(hint))
    if hint in SCALARS:
        return written == SCALARS[hint]
    if get_origin(hint) is types.UnionType and type(None) in get_args(hint):
        return written.endswith(" | null")
    if get_origin(hint) is Sequence:
        return written.endswith("[]")
    return written not in SCALARS.values()


@pytest.mark.parametrize("kind", [*NAMED, *OTHERS], ids=lambda kind: kind.__name__)
def test_a_record_is_written_down_field_by_field(kind):
    written = dict(INTERFACES[kind.__name__])
    if kind in NAMED:
        assert written.pop(NAMED[kind]) == f'"{kind.__name__}"'
    hints = get_type_hints(kind)
    assert list(written) == [each.name for each in fields(kind)]
    assert [name for name in written if not agrees(hints[name], written[name])] == []


@pytest.mark.parametrize("word", UNIONS)
def test_a_union_names_its_kinds(word):
    kinds = [kind.__name__ for kind in get_args(UNIONS[word])]
    assert ALIASES[word.capitalize()].split(" | ") == ["string" if kind == "str" else kind for kind in kinds]


def test_the_payload_is_written_down():
    live = LiveFigure([], (0.0, 0.5), "nothing")
    assert set(INTERFACES["Payload"]) == set(live.payload())
