"""A story drawn already: what a hall is told where scenes are drawn from activations that stay with their owner."""

import gzip
import json
from collections.abc import Mapping
from typing import Any

GZIP = b"\x1f\x8b"  # no text begins so, and a story's file is text


def drawn(payload: Mapping[str, Any]) -> bytes:
    """Return a story as the browser gets it, to be held like a story's file; the same for the same scenes."""
    return gzip.compress(json.dumps(payload, sort_keys=True).encode(), mtime=0)


def is_drawn(content: bytes) -> bool:
    """Whether what is held is a story that is drawn, and no file."""
    return content.startswith(GZIP)


def read_drawn(content: bytes) -> dict[str, Any]:
    """Return the story as the browser gets it."""
    payload: dict[str, Any] = json.loads(gzip.decompress(content))
    return payload
