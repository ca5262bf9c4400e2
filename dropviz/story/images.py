"""An image in a story's file: a PNG or JPEG as a data address, bounded in bytes and in pixels.

Nothing else is taken. An SVG could hold more than a picture, an address elsewhere could show another one tomorrow and
tell its host who listens.
"""

import base64
import binascii
import re
import struct
from dataclasses import dataclass

MOST_IMAGE, MOST_SIDE = 300_000, 4096  # bytes; pixels
_ADDRESS = re.compile(r"data:image/(png|jpeg);base64,(.*)", re.DOTALL)
_FORM = "must be like data:image/png;base64,… or data:image/jpeg;base64,…"
_SIZES = frozenset(range(0xC0, 0xD0)) - {
    0xC4,
    0xC8,
    0xCC,
}  # the markers of a JPEG behind which its size stands


@dataclass(frozen=True, slots=True)
class Image:
    """A data address, and in words what it shows."""

    address: str
    alt: str


def checked_address(given: object) -> str:
    """Return the data address without blanks.

    Raises
    ------
    ValueError
        If it is none of a PNG or JPEG of at most 300,000 bytes and 4096 × 4096 pixels.
    """
    found = _ADDRESS.fullmatch(given.strip()) if isinstance(given, str) else None
    if not found:
        raise ValueError(f"image {_FORM}; got {str(given)[:40]!r}")
    kind, text = found[1], "".join(found[2].split())
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"image {_FORM}; its base64 is broken: {error}") from None
    if len(content) > MOST_IMAGE:
        raise ValueError(f"image must have at most {MOST_IMAGE:,} bytes; got {len(content):,}")
    size = _png_size(content) if kind == "png" else _jpeg_size(content)
    if size is None:
        raise ValueError(f"image must hold a {kind.upper()}, as its address says; its first bytes are none")
    if not all(1 <= side <= MOST_SIDE for side in size):
        raise ValueError(f"image must be 1 to {MOST_SIDE} pixels wide and high; got {size[0]} × {size[1]}")
    return f"data:image/{kind};base64,{text}"


def _png_size(content: bytes) -> tuple[int, int] | None:
    """Width and height, which stand in the first chunk; None where it is no PNG."""
    if len(content) < 24 or content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR":
        return None
    width, height = struct.unpack(">II", content[16:24])
    return width, height


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height, from the first segment that tells them; None where it is no JPEG."""
    if content[:2] != b"\xff\xd8":
        return None
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        if marker in _SIZES:
            height, width = struct.unpack(">HH", content[at + 5 : at + 9])
            return width, height
        at += 2 + length
    return None
