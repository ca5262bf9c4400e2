"""The stories of lecturers, which this server holds by the mark of their content.

The one unused longest makes room for another, but a story that is told in a room of the hall stays as long as that.
"""

import hashlib
import time
from collections import OrderedDict
from threading import Lock
from typing import Protocol

from dropviz.settings.story import MARK_LENGTH

MOST_HELD = 64  # of a megabyte at most each, besides those that are told in a room


def mark_of(content: bytes) -> str:
    """Return the mark that a story is known by, hexadecimal digits of its content's hash."""
    return hashlib.sha256(content).hexdigest()[:MARK_LENGTH]


class Shelf(Protocol):
    """Where stories are held."""

    def hold(self, content: bytes) -> str:
        """Hold the file of a story for everyone; return its mark."""

    def get(self, mark: str) -> bytes:
        """Return the file of the story of that mark. LookupError: none is held."""

    def keep(self, mark: str, room: str, until: float) -> None:
        """Let nothing push out a story that is told in a room, until this time in seconds. LookupError: as above."""

    def let_go(self, mark: str, room: str) -> None:
        """The room is closed: what is kept for it alone leaves."""


class MemoryShelf:
    """Stories in the memory of this process; any thread may ask."""

    def __init__(self, most: int = MOST_HELD) -> None:
        self.most = most
        self._lock = Lock()
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._kept: dict[str, tuple[bytes, dict[str, float]]] = {}

    def hold(self, content: bytes) -> str:
        """Hold the file of a story for everyone; return its mark."""
        mark = mark_of(content)
        with self._lock:
            self._held[mark] = content
            self._held.move_to_end(mark)
            while len(self._held) > self.most:
                self._held.popitem(last=False)
        return mark

    def get(self, mark: str) -> bytes:
        """Return the file of the story of that mark. LookupError: none is held."""
        with self._lock:
            if mark in self._held:
                self._held.move_to_end(mark)
                return self._held[mark]
            self._forget_ended()
            return self._kept[mark][0]

    def keep(self, mark: str, room: str, until: float) -> None:
        """Let nothing push out a story that is told in a room, until this time in seconds. LookupError: as above."""
        content = self.get(mark)
        with self._lock:
            self._kept.setdefault(mark, (content, {}))[1][room] = until

    def let_go(self, mark: str, room: str) -> None:
        """The room is closed: what is kept for it alone leaves."""
        with self._lock:
            if mark in self._kept:
                self._kept[mark][1].pop(room, None)
            self._forget_ended()

    def _forget_ended(self) -> None:
        now = time.time()
        self._kept = {
            mark: (content, rooms)
            for mark, (content, rooms) in self._kept.items()
            if any(until > now for until in rooms.values())
        }
