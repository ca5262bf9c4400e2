"""Links of a picture to other pages: to their files, and none to a page that the folder has not."""

from collections.abc import Mapping
from typing import Any


def relinked(part: Any, files: Mapping[str, str]) -> Any:
    """Return a payload with links to ``files``, by the address that each had; a line that is only a lost link goes."""
    match part:
        case {"span": "PageLink", "address": address, "words": words}:
            path, _, query = address.partition("?")
            known = path in files
            return part | {"address": f"{files[path]}?{query}".rstrip("?")} if known else words
        case dict():
            return {name: relinked(each, files) for name, each in part.items()}
        case list():
            return [relinked(each, files) for each in part if not _lost(each, files)]
    return part


def _lost(block: Any, files: Mapping[str, str]) -> bool:
    match block:
        case {"block": "Paragraph", "spans": {"span": "PageLink", "address": address}}:
            return address.partition("?")[0] not in files
    return False
