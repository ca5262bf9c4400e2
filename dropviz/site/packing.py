"""The figures of one file, packed: what stands in several of them stands once, and texts are cut at their numbers.

`site.js` unpacks them. Most of a text is the same at every place of the slider, and most of its numbers are those of
other texts: all 42 figures of a framework on *Which p?* take some 20 kB.
"""

import base64
import gzip
import json
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

NUMBER = re.compile(r"(\d+(?:\.\d+)?)")


class _Numbered(dict[Hashable, int]):
    """Things, each once, by the number that stands for it."""

    def of(self, thing: Hashable) -> int:
        return self.setdefault(thing, len(self))


def packed(figures: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Pack the payloads of figures, by name.

    Returns
    -------
    ``parts`` are JSON, ``columns`` what varies in texts; of each figure a number stands for a part, by field, or by
    place or name in a field.
    """
    parts, columns = _Numbered(), _Numbered()

    def part(value: Any) -> int:
        return parts.of(_json(value))

    def field(name: str, value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: part(_cut(each, columns) if name == "texts" else each) for key, each in value.items()
            }
        if isinstance(value, list) and value and isinstance(value[0], dict):
            return [part(each) for each in value]
        return part(value)

    shapes = {
        name: {key: field(key, value) for key, value in payload.items()} for name, payload in figures.items()
    }
    return {"parts": [json.loads(str(one)) for one in parts], "columns": list(columns), "figures": shapes}


def _cut(texts: Sequence[str], columns: _Numbered) -> list[list[Any]]:
    """Texts of the same words together: the words between their numbers, their places, and a column for each number."""
    together: dict[tuple[str, ...], list[tuple[int, list[str]]]] = {}
    for place, text in enumerate(texts):
        pieces = NUMBER.split(text)
        together.setdefault(tuple(pieces[::2]), []).append((place, pieces[1::2]))
    return [
        [
            words,
            columns.of(tuple(place for place, _ in rows)),
            *map(columns.of, _columns(numbers for _, numbers in rows)),
        ]
        for words, rows in together.items()
    ]


def _columns(rows: Iterable[Sequence[str]]) -> Iterable[tuple[str, ...]]:
    return zip(*rows, strict=True)


def script(name: str, data: object) -> bytes:
    """Return a script that hands over ``data`` under a name; unlike JSON, a page can load it from a disk too."""
    content = gzip.compress(_json(data).encode(), 9, mtime=0)
    return f'dropviz("{name}", "{base64.b64encode(content).decode()}");\n'.encode()


def _json(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
