"""The images of a room: the code that leads phones to it, and those of its story."""

import base64
import io
import re
from collections.abc import Sequence

import segno

from dropviz.hall.refusals import Refusal
from dropviz.story.images import Image

MOST_ADDRESS = 300  # characters; the code of a longer one is too fine for the last row


def qr_code(code: str, address: str) -> bytes:
    """Return the QR code, as SVG, of the room's address: only its lecturer's browser knows how the hall reaches it.

    Refusal: the address is not one of this room.
    """
    if len(address) > MOST_ADDRESS or not re.fullmatch(rf"https?://[^\s?#@]+/hall/{code}", address):
        raise Refusal(422, f"address must be one of this room, as https://…/hall/{code}.")
    content = io.BytesIO()
    segno.make(address, error="m").save(content, kind="svg", border=2, omitsize=True)
    return content.getvalue()


def image(images: Sequence[Image | None], scene: str) -> tuple[str, bytes]:
    """Return the media type and the content of the image of scene number ``scene``. Refusal: it has none."""
    number = int(scene) if scene.isascii() and scene.isdigit() and len(scene) < 4 else 0
    found = images[number - 1] if 1 <= number <= len(images) else None
    if found is None:
        raise Refusal(404, "There is no image in this scene.")
    kind, _, content = found.address.removeprefix("data:").partition(";base64,")
    return kind, base64.b64decode(content)
