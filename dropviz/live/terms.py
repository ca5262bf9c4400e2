"""Words as a page shows them: formulas whole, and each word of the glossary explained where it first stands.

A still text is cut around such a word, which becomes a `Term`. In a text that follows the slider the word stands
between two `MARK`s, and the browser makes a term of it.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache
from operator import is_
from typing import Any

from dropviz.live import words
from dropviz.live.glossary import ALIASES, MEANINGS
from dropviz.live.panels import Row
from dropviz.numbers.formulas import unbroken

MARK = "\u2063"  # a sign that is not seen
Texts = Mapping[str, Sequence[str]]

# Fields that are names, or drawn: in a drawing no line ends by itself.
_UNREAD = {"name", "color", "kind", "style", "address", "x", "y", "marks", "labels", "knots", "texts", "alt"}
_NUMBER = re.compile(r"\d+\.\d+")
_WORD = re.compile("[^\\W\\d_]+\u0304?")
_VERBS = {"keep", "mean", "export", "regularize"}  # if they end in s
_OF_DROPOUT = {"standard", "inverted"}


# ---- the words of the glossary in a text ----------------------------------------------------------------------------


def _is_symbol(word: str) -> bool:
    return len(word.removesuffix("\u0304")) == 1


def _spellings(entry: str) -> set[str]:
    """How an entry is written: a symbol in one way, a word with a capital too, and in the plural."""
    if _is_symbol(entry):
        return {entry}
    plural = f"{entry[:-1]}ies" if entry.endswith("y") else f"{entry}s"
    written = {entry, f"{entry} dropout" if entry in _OF_DROPOUT else entry if entry in _VERBS else plural}
    return written | {word[0].upper() + word[1:] for word in written}


_ENTRIES = {
    spelling: entry
    for name, entry in (*zip(MEANINGS, MEANINGS, strict=True), *ALIASES.items())
    for spelling in _spellings(name)
}
_BY_FIRST: dict[str, list[str]] = {}  # spellings by the word with which they begin, the longest first
for _spelling in sorted(_ENTRIES, key=len, reverse=True):
    if _first := _WORD.match(_spelling):
        _BY_FIRST.setdefault(_first[0], []).append(_spelling)


@lru_cache(maxsize=2**12)  # most texts of a figure are the same for every draw
def places(text: str) -> tuple[tuple[int, int, str], ...]:
    """Where words of the glossary stand in a text, and which entries they are; none lies in another.

    >>> [entry for _, _, entry in places("A unit of a layer: m·a/k, one standard deviation")]
    ['unit', 'm', 'a', 'k', 'standard deviation']
    """
    end, found = 0, []
    for first in _WORD.finditer(text):
        start = first.start()
        for spelling in _BY_FIRST.get(first[0], ()) if start >= end else ():
            if text.startswith(spelling, start) and _alone(text, start, start + len(spelling)):
                end = start + len(spelling)
                found.append((start, end, _ENTRIES[spelling]))
                break
    return tuple(found)


def _alone(text: str, start: int, end: int) -> bool:
    """Whether what stands there is no part of another word, and a letter no article and no unit of measure."""
    before, after = text[max(0, start - 2) : start], text[end : end + 2]
    if re.search(r"[\w'’.-]$", before) or re.match("[\\w\u0304-]", after):
        return False
    if text[start:end] == "a":
        return bool(re.search(r"[·/√[]$", before) or re.match(r"[·/²]|\s[=≠≈]", after))
    return not (_is_symbol(text[start:end]) and re.search(r"\d\s$", before))


def _cut(text: str, entries: AbstractSet[str]) -> list[str | words.Term]:
    """A text in pieces: the first of each of ``entries`` as a term."""
    pieces: list[str | words.Term] = []
    done, left = 0, set(entries)
    for start, end, entry in places(text) if left else ():
        if entry in left:
            pieces += [text[done:start], words.Term(entry, text[start:end])]
            done, left = end, left - {entry}
    return [piece for piece in (*pieces, text[done:]) if piece] or [text]


@lru_cache(maxsize=2**12)
def _marked(text: str, entries: frozenset[str]) -> tuple[str, Mapping[str, str]]:
    """A text with the first of each of ``entries`` between two `MARK`s, and what the words there mean."""
    pieces = _cut(text, entries)
    terms = {piece.shown: piece.meaning for piece in pieces if isinstance(piece, words.Term)}
    marked = (f"{MARK}{each.shown}{MARK}" if isinstance(each, words.Term) else each for each in pieces)
    return "".join(marked), terms


@lru_cache(maxsize=2**7)  # those that follow the slider are the same at most draws
def _entries(texts: tuple[str, ...]) -> frozenset[str]:
    """The entries of the glossary in any of the texts."""
    alike = set(_NUMBER.sub("0.0", MARK.join(texts)).split(MARK))  # but for their numbers most are
    return frozenset(entry for text in alike for _, _, entry in places(text))


# ---- a page ---------------------------------------------------------------------------------------------------------


class Reader:
    """Reads a page from the top, first what is seen at once, then what unfolds.

    ``texts`` are those that follow the slider, of each variant; ``known`` the entries that were explained before.
    Afterwards ``known`` has what was explained here too, and ``terms`` the meaning of each word that was marked.
    """

    def __init__(self, texts: Iterable[Texts] = (), known: Iterable[str] = ()) -> None:
        self.known = set(known)
        self.terms: dict[str, str] = {}
        self._texts = list(texts)
        self._explained_in: dict[str, set[str]] = {}  # the entries that a live text explains
        self._code: set[str] = set()  # live texts that are code
        self._placed: Counter[str] = Counter()
        self._unfolds = False

    def read(self, part: Any) -> Any:
        """Return blocks, rows or lists of them as they are shown."""
        self._placed.update(_live_texts(part))
        for self._unfolds in (False, True):
            part = self._read(part)
        return part

    def tell(self, text: str) -> str:
        """Return a text of its own as it is shown: marked where it explains a word."""
        return self._marked(unbroken(text), self._new([text]))

    def texts(self, texts: Texts) -> dict[str, list[str]]:
        """Return live texts as they are shown, code as it is; `read` has seen where they stand."""
        return {
            name: list(values) if name in self._code else self._shown(values, self._explained_in.get(name))
            for name, values in texts.items()
        }

    def _shown(self, values: Sequence[str], entries: set[str] | None) -> list[str]:
        """One live text at every place; most explain nothing, and need no look at each."""
        whole = [unbroken(text) for text in values]
        if not entries and MARK not in "".join(whole):
            return whole
        return [self._marked(text, entries or set()) for text in whole]

    def _read(self, part: Any) -> Any:
        if isinstance(part, str):
            return unbroken(part)
        if isinstance(part, list | tuple):
            read = [self._read(each) for each in part]
            return part if all(map(is_, read, part)) else type(part)(read)
        if is_dataclass(part):
            return self._record(part)
        return {name: self._read(each) for name, each in part.items()} if isinstance(part, Mapping) else part

    def _record(self, part: Any) -> Any:
        match part:
            case words.Code(words.LiveText(name)) | words.LiveText(name, "code"):
                self._code.add(name)
            case words.Term():
                self.known.add(part.word)
            case words.Paragraph():
                return replace(part, spans=self._spans(part.spans))
            case words.Table():
                titles = [self._spans(title) for title in part.titles]
                return replace(part, titles=titles, rows=[self._row(row) for row in part.rows])
            case words.Code() | words.Styled(_, "code"):
                pass
            case _ if self._unfolds or not _folded(part):
                read = {name: self._read(getattr(part, name)) for name in _read_of(part)}
                changed = {name: each for name, each in read.items() if each is not getattr(part, name)}
                return replace(part, **changed) if changed else part
        return part

    def _row(self, cells: Sequence[words.Spans]) -> Sequence[words.Spans]:
        """A row of a table; one that is chosen by a click explains nothing."""
        chosen = any(isinstance(cell, words.Picker) for cell in cells)
        return [self._read(cell) if chosen else self._spans(cell) for cell in cells]

    def _spans(self, spans: words.Spans) -> words.Spans:
        """A line in which words are explained."""
        told: list[words.Span] = []
        for span in spans if isinstance(spans, list | tuple) else [spans]:
            match span:
                case str():
                    text = unbroken(span)
                    told += _cut(text, self._new([text]))
                    continue
                case words.LiveText(name, style) if style != "code" and self._placed[name] == 1:
                    values = {text: None for texts in self._texts for text in texts.get(name, ())}
                    self._explained_in.setdefault(name, set()).update(self._new(values))
            told.append(self._read(span))
        return told if isinstance(spans, list | tuple) or len(told) != 1 else told[0]

    def _new(self, texts: Iterable[str]) -> set[str]:
        """The entries in ``texts`` that nothing has explained; from now on they are known."""
        new = set(_entries(tuple(texts))) - self.known
        self.known |= new
        return new

    def _marked(self, text: str, entries: set[str]) -> str:
        text = text.replace(MARK, "")
        if not entries:
            return text
        marked, terms = _marked(text, frozenset(entries))
        self.terms |= terms
        return marked


_READ: dict[type, tuple[str, ...]] = {}  # by the kind of a record


def _read_of(record: Any) -> tuple[str, ...]:
    """The fields of a record that hold words, or what does."""
    kind = type(record)
    if kind not in _READ:
        _READ[kind] = tuple(each.name for each in fields(kind) if each.name not in _UNREAD)
    return _READ[kind]


def _folded(part: Any) -> bool:
    return isinstance(part, words.Fold) or (isinstance(part, Row) and bool(part.fold))


def _live_texts(part: Any) -> Iterator[str]:
    """The name of every live text in ``part``, as often as it has a place."""
    if isinstance(part, words.LiveText):
        yield part.name
    elif is_dataclass(part):
        for name in _read_of(part):
            yield from _live_texts(getattr(part, name))
    elif isinstance(part, list | tuple | Mapping):
        for each in part.values() if isinstance(part, Mapping) else part:
            yield from _live_texts(each)
