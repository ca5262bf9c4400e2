import time

import pytest

from dropviz.story.held import MemoryShelf, mark_of


def test_no_more_stories_are_held_than_said_and_the_longest_unused_goes_first() -> None:
    shelf = MemoryShelf(most=3)
    first, second, third = (shelf.hold(content) for content in (b"a", b"b", b"c"))
    assert (first, shelf.get(first)) == (mark_of(b"a"), b"a")
    shelf.hold(b"d")
    assert [shelf.get(mark) for mark in (first, third)] == [b"a", b"c"]
    with pytest.raises(LookupError):
        shelf.get(second)


def test_what_a_room_tells_stays_until_the_room_ends_or_closes() -> None:
    shelf = MemoryShelf(most=1)
    told = shelf.hold(b"told")
    shelf.keep(told, "ROOM1", time.time() + 100)
    shelf.keep(told, "ROOM2", time.time() + 100)
    for number in range(200):
        shelf.hold(f"pushes {number}".encode())
    shelf.let_go(told, "ROOM1")
    assert shelf.get(told) == b"told"
    shelf.let_go(told, "ROOM2")
    with pytest.raises(LookupError):
        shelf.get(told)


def test_what_is_not_held_cannot_be_kept_and_a_room_that_has_ended_keeps_nothing() -> None:
    shelf = MemoryShelf(most=1)
    with pytest.raises(LookupError):
        shelf.keep("0" * 16, "ROOM1", time.time() + 100)
    told = shelf.hold(b"told")
    shelf.keep(told, "ROOM1", time.time() - 1)
    shelf.hold(b"other")
    with pytest.raises(LookupError):
        shelf.get(told)
