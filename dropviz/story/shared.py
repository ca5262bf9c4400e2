"""The stories of lecturers in Redis, for all replicas; each process holds those it has read in its memory too."""

import logging
import math
import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from redis import Redis
from redis.exceptions import RedisError

from dropviz.story.held import MOST_HELD, MemoryShelf, mark_of

log = logging.getLogger(__name__)
HELD, KEPT, USED = "dropviz:story:", "dropviz:told:", "dropviz:stories"
LASTS = 24 * 3600  # seconds that a story is held after it was used last
SAYS_SO = 60.0  # seconds after which a process that uses a story tells Redis again
PATIENCE = 2.0  # seconds for one answer of Redis

# KEYS: the story, by when each was used. ARGV: content, mark, now, seconds it lasts, most, what keys begin with
HOLD = """
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[4])
redis.call('ZADD', KEYS[2], ARGV[3], ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', ARGV[3] - ARGV[4])
redis.call('EXPIRE', KEYS[2], ARGV[4])
for _ = 1, redis.call('ZCARD', KEYS[2]) - ARGV[5] do
  redis.call('DEL', ARGV[6] .. redis.call('ZPOPMIN', KEYS[2])[1])
end
"""
# KEYS: the story that is told. ARGV: content, room, until when
KEEP = """
redis.call('HSET', KEYS[1], 'content', ARGV[1], ARGV[2], ARGV[3])
redis.call('EXPIREAT', KEYS[1], ARGV[3], redis.call('TTL', KEYS[1]) < 0 and 'NX' or 'GT')
"""
# KEYS: the story that is told. ARGV: room
LET_GO = """
redis.call('HDEL', KEYS[1], ARGV[1])
if redis.call('HLEN', KEYS[1]) <= 1 then redis.call('DEL', KEYS[1]) end
"""


class SharedShelf:
    """See `Shelf`, which says what each function does; ConnectionError where Redis is away and has to be asked."""

    def __init__(self, url: str, most: int = MOST_HELD) -> None:
        self.most = most
        self._here = MemoryShelf(most)
        self._used: OrderedDict[str, float] = OrderedDict()  # when Redis last heard of it from this process
        self._redis = Redis.from_url(
            url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE, health_check_interval=10
        )
        self._hold, self._keep, self._let_go = map(self._redis.register_script, (HOLD, KEEP, LET_GO))

    def hold(self, content: bytes) -> str:  # noqa: D102
        mark = self._here.hold(content)
        if not self._is_due(mark):
            return mark
        self._used[mark] = time.monotonic()
        self._used.move_to_end(mark)
        while len(self._used) > self.most:
            self._used.popitem(last=False)
        try:
            with _reached():
                now, keys = time.time(), [HELD + mark, USED]
                self._hold(keys=keys, args=(content, mark, now, LASTS, self.most, HELD))
        except ConnectionError:
            log.warning("Redis is away: a story is held by this process alone.")
        return mark

    def _is_due(self, mark: str) -> bool:
        """Whether Redis has not heard of a story for a while."""
        return time.monotonic() - self._used.get(mark, -math.inf) >= SAYS_SO

    def get(self, mark: str) -> bytes:  # noqa: D102
        with suppress(LookupError):
            here = self._here.get(mark)
            self.hold(here)
            return here
        with _reached():
            content = self._redis.get(HELD + mark) or self._redis.hget(KEPT + mark, "content")
        if not isinstance(content, bytes) or mark_of(content) != mark:
            raise LookupError(mark)
        self.hold(content)
        return content

    def keep(self, mark: str, room: str, until: float) -> None:  # noqa: D102
        with _reached():
            self._keep(keys=[KEPT + mark], args=[self.get(mark), room, int(until)])

    def let_go(self, mark: str, room: str) -> None:  # noqa: D102
        with _reached():
            self._let_go(keys=[KEPT + mark], args=[room])


@contextmanager
def _reached() -> Iterator[None]:
    try:
        yield
    except (RedisError, OSError) as error:
        raise ConnectionError("The stories cannot be reached at the moment; try again in 2 s.") from error
