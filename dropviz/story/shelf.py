"""The shelf of this server: its memory, or Redis where more than one process serves."""

import os
from functools import cache
from importlib.util import find_spec

from dropviz.extras import how_to_get
from dropviz.story.held import MemoryShelf, Shelf

REDIS = "DROPVIZ_REDIS_URL"  # where replicas share stories, and the rooms of the hall


def redis_url() -> str:
    """Return where Redis is, or "" where this process is the only one.

    Raises
    ------
    ValueError
        The setting is no address of Redis, or its package is not installed.
    """
    url = os.environ.get(REDIS, "").strip()
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        raise ValueError(f"{REDIS} must be like redis://host:6379/0; got {url[:8]!r}…")
    if url and find_spec("redis") is None:
        raise ValueError(how_to_get("redis", f"{REDIS}={url.partition(':')[0]}://…"))
    return url


@cache
def shelf() -> Shelf:
    """Return the shelf of this server."""
    url = redis_url()
    if not url:
        return MemoryShelf()
    from dropviz.story.shared import SharedShelf

    return SharedShelf(url)
