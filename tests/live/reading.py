"""Read blocks of words as a person does."""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from dropviz.live.figure import LiveFigure
from dropviz.live.words import Block, Cells, LiveText, Term

NOT_WORDS = ("style", "kind", "color", "name", "address")


def records(part: Any) -> Iterator[Any]:
    """Every record in ``part``, itself included, from the top."""
    if is_dataclass(part):
        yield part
        part = [getattr(part, each.name) for each in fields(part)]
    if isinstance(part, list | tuple):
        for inner in part:
            yield from records(inner)


def words_of(live: LiveFigure) -> list[Block]:
    """All blocks around the panels, from the top."""
    rows = [
        [
            *([row.fold] if isinstance(row.fold, Cells) else []),
            *row.words,
            *(block for panel in row.panels for block in panel.above),
        ]
        for row in live.rows
    ]
    return [*live.head, *(block for row in rows for block in row), *live.foot, *live.notes]


def asked_by(blocks: Sequence[Block]) -> set[str]:
    """The names of the live texts that have a place in ``blocks``."""
    return {each.name for each in records(blocks) if isinstance(each, LiveText)}


def asked(live: LiveFigure) -> set[str]:
    """The names of the live texts that have a place."""
    return asked_by(words_of(live))


def said(part: Any) -> str:
    """The words of blocks or spans; a live text is its name in braces."""
    if isinstance(part, LiveText):
        return f"{{{part.name}}}"
    if isinstance(part, Term):
        return part.shown
    if is_dataclass(part):
        part = [getattr(part, each.name) for each in fields(part) if each.name not in NOT_WORDS]
    return (
        part if isinstance(part, str) else "".join(map(said, part)) if isinstance(part, list | tuple) else ""
    )
