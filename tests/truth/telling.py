"""All that a figure says, as a person reads it: each piece of text with its place of the slider."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from dropviz.live import words
from dropviz.live.figure import LiveFigure
from tests.figures.reading import labels
from tests.live.reading import said, words_of

NAME = re.compile(r"\{([\w-]+)\}")


class Told(NamedTuple):
    """A piece of text, and where the slider stands when it is read (None: anywhere)."""

    text: str
    at: int | None


def views(live: LiveFigure) -> list[LiveFigure]:
    """The figure under each answer that a person can choose, and what stands below all of them."""
    return [replace(live, head=() if live.variants else live.head, lead=())] + [
        replace(live, rows=one.rows, texts={**live.texts, **one.texts}, alt=one.alt, chosen=name, foot=())
        for name, one in live.variants.items()
    ]


def named(live: LiveFigure) -> Iterator[str]:
    """The names of axes, curves and other marks, and the labels of curves."""
    for panel in live.panels:
        yield from (panel.x.title, panel.y.title, *labels(panel), *(mark.name for mark in panel.marks))


def told(live: LiveFigure) -> Iterator[Told]:
    """Every title, sentence and number of one view."""
    titles = [panel.title for panel in live.panels] + [
        row.fold for row in live.rows if isinstance(row.fold, str)
    ]
    yield from (Told(text, None) for text in (live.alt, *titles))
    yield from (Told(" ".join(pair), at) for at, pair in enumerate(live.readouts or ()))
    pieces = [piece for block in words_of(live) for piece in _pieces(block)]
    for piece in [*pieces, "{summary}"]:
        names = set(NAME.findall(piece)) & live.texts.keys()
        if not names:
            yield Told(piece, None)
            continue
        for at in range(len(live.rates)):
            yield Told(_filled(piece, live.texts, at), at)


def _filled(piece: str, texts: Mapping[str, Sequence[str]], at: int) -> str:
    return NAME.sub(lambda found: texts[found[1]][at] if found[1] in texts else found[0], piece)


def _pieces(block: Any) -> Iterator[str]:
    """The words of a block, a paragraph, number or row of a table at a time."""
    match block:
        case words.Paragraph() | words.Heading():
            yield said(block.spans)
        case words.Quantities():
            for cell in block.cells:
                yield f"{cell.title}: {' '.join(map(said, [cell.value, *cell.below]))}"
        case words.Table():
            yield from (" | ".join(map(said, row)) for row in (block.titles, *block.rows))
        case words.Cells():
            yield " | ".join(map(said, block.cells))
        case words.Options():
            yield from (f"{said(each.title)} | {each.note}" for each in block.options)
        case words.Columns():
            yield from (piece for column in block.columns for inner in column for piece in _pieces(inner))
        case words.Group() | words.Fold():
            yield getattr(block, "title", "")
            yield from (piece for inner in block.blocks for piece in _pieces(inner))
        case words.Bars():
            yield block.of
