"""Stories stay where a room tells them: on memory and on Redis alike."""

import time

import pytest

from dropviz.story.held import MemoryShelf, mark_of
from dropviz.story.shelf import redis_url as read_redis_url


@pytest.fixture(params=["memory", "redis"])
def make_shelf(request, monkeypatch):
    """What makes a shelf of each kind."""
    if request.param == "memory":
        return MemoryShelf
    url = request.getfixturevalue("redis_url")
    import redis

    from dropviz.story import shared
    from dropviz.story.shared import SharedShelf

    monkeypatch.setattr(shared, "SAYS_SO", 0.0)
    with redis.Redis.from_url(url) as client:
        client.flushall()
    return lambda most: SharedShelf(url, most)


def test_no_more_stories_are_held_than_said_and_the_longest_unused_goes_first(make_shelf):
    shelf = make_shelf(3)
    first, second, third = (shelf.hold(content) for content in (b"a", b"b", b"c"))
    assert (first, shelf.get(first)) == (mark_of(b"a"), b"a")
    shelf.hold(b"d")
    assert [shelf.get(mark) for mark in (first, third)] == [b"a", b"c"]
    with pytest.raises(LookupError):
        shelf.get(second)


def test_what_a_room_tells_stays_until_the_room_closes(make_shelf):
    shelf = make_shelf(1)
    told = shelf.hold(b"told")
    shelf.keep(told, "ROOM1", time.time() + 100)
    shelf.keep(told, "ROOM2", time.time() + 200)
    for number in range(200):
        shelf.hold(f"pushes {number}".encode())
    shelf.let_go(told, "ROOM1")
    assert shelf.get(told) == b"told"
    shelf.let_go(told, "ROOM2")
    shelf.hold(b"pushes")
    with pytest.raises(LookupError):
        shelf.get(told)


def test_what_is_not_held_cannot_be_kept_and_a_room_that_has_ended_keeps_nothing(make_shelf):
    shelf = make_shelf(1)
    with pytest.raises(LookupError):
        shelf.keep("0" * 16, "ROOM1", time.time() + 100)
    told = shelf.hold(b"told")
    shelf.keep(told, "ROOM1", time.time() - 1)
    shelf.hold(b"other")
    with pytest.raises(LookupError):
        shelf.get(told)


def test_a_story_of_one_process_is_told_by_another_and_each_of_its_keys_ends(redis_url):
    import redis

    from dropviz.story.shared import SharedShelf

    one, other = SharedShelf(redis_url), SharedShelf(redis_url)
    told = one.hold(b"told")
    assert other.get(told) == b"told"
    one.keep(told, "ROOM1", time.time() + 100)
    one.keep(told, "ROOM2", time.time() + 50)
    with redis.Redis.from_url(redis_url) as client:
        assert 90 < client.ttl(f"dropviz:told:{told}") <= 100
        assert all(client.ttl(key) > 0 for key in client.keys("*"))
        client.set(f"dropviz:story:{'1' * 16}", b"forged")
        with pytest.raises(LookupError):
            other.get("1" * 16)
        client.flushall()
    assert one.get(told) == b"told"


def test_without_redis_a_story_is_held_by_its_process_and_others_get_a_sentence(caplog):
    pytest.importorskip("redis")
    from dropviz.story.shared import SharedShelf

    shelf = SharedShelf("redis://127.0.0.1:1/0")
    assert shelf.get(shelf.hold(b"told")) == b"told"
    assert "Redis is away" in caplog.text
    with pytest.raises(ConnectionError, match="cannot be reached at the moment"):
        shelf.get("0" * 16)


def test_a_setting_that_is_no_address_of_redis_is_refused(monkeypatch):
    monkeypatch.setenv("DROPVIZ_REDIS_URL", "localhost:6379")
    with pytest.raises(
        ValueError, match=r"DROPVIZ_REDIS_URL must be like redis://host:6379/0; got 'localhos'…"
    ):
        read_redis_url()
    monkeypatch.setenv("DROPVIZ_REDIS_URL", " ")
    assert read_redis_url() == ""
