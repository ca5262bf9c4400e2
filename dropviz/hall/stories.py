"""The stories of rooms as phones get them: data, made once a story, compressed once."""

import asyncio
import gzip
import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dropviz.figures.story import phone_payload, story_payload
from dropviz.hall.ballots import Ballot, Choices, Scale
from dropviz.hall.refusals import Refusal
from dropviz.hall.rooms import Room
from dropviz.serving.kept import Kept
from dropviz.story.drawn import is_drawn, read_drawn
from dropviz.story.held import Shelf
from dropviz.story.images import Image
from dropviz.story.reading import OWN_STORY, read_story

log = logging.getLogger(__name__)
MOST_BYTES = 64_000_000  # of stories kept as they are sent; others are made anew from their files


@dataclass(frozen=True, slots=True)
class Told:
    """A story as phones get it.

    Attributes
    ----------
    title : of the story
    scenes : how many there are, and the result at the end, which stands where there was something to predict
    ballots : what can be voted in each scene
    compressed, etag : its data, JSON by gzip, and what tells it from others
    images : of each scene
    """

    title: str
    scenes: int
    ballots: tuple[Ballot | None, ...]
    compressed: bytes
    etag: str
    images: tuple[Image | None, ...]

    @property
    def size(self) -> int:
        """Bytes that it takes, about."""
        return len(self.compressed) + sum(len(image.address) for image in self.images if image)

    def content(self) -> bytes:
        """Return its data as JSON."""
        return gzip.decompress(self.compressed)

    def ballot(self, scene: int) -> Ballot:
        """Return what can be voted in a scene, from 1 on. Refusal: nothing."""
        ballot = self.ballots[scene - 1] if scene <= len(self.ballots) else None
        if ballot is None:
            raise Refusal(422, f"Scene {scene} asks nothing.")
        return ballot


def tell(file: bytes, order: str) -> Told:
    """Read a story's file and draw all its pictures, which takes a part of a second; or take it as it is drawn."""
    whole = read_drawn(file) if is_drawn(file) else _payload(file, order)
    payload = phone_payload(whole)
    ballots = tuple(map(_ballot, payload["scenes"]))
    content = json.dumps(payload, separators=(",", ":")).encode()
    return Told(
        title=payload["title"],
        scenes=len(ballots) + any(scene["question"] is not None for scene in payload["scenes"]),
        ballots=ballots,
        compressed=gzip.compress(content, compresslevel=9, mtime=0),
        etag=f'"{hashlib.sha256(content).hexdigest()[:16]}"',
        images=tuple(scene["image"] and Image(**scene["image"]) for scene in whole["scenes"]),
    )


def _payload(file: bytes, order: str) -> dict[str, Any]:
    story = read_story(file).arranged([int(number) for number in order.split(",") if number])
    return story_payload(story, story.results())


def _ballot(scene: Mapping[str, Any]) -> Ballot | None:
    question = scene["question"]
    if question is None:
        return None
    if question["drag"] is None:
        return Choices(len(question["options"]))
    axis = scene["picture"]["rows"][0]["panels"][0]["y"]  # a point is dragged in the first panel
    return Scale(axis["low"], axis["high"], axis["log"], question["value"], question["drag"]["within"])


class Stories:
    """The stories of rooms, told one at a time beside the event loop; whoever asks meanwhile waits for that."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self.kept = Kept(self._tell, lambda told: told.size, MOST_BYTES)
        self._turn = asyncio.Lock()

    async def of(self, room: Room) -> Told:
        """Return the story of a room."""
        return await self.get(room.story, room.order)

    async def get(self, mark: str, order: str) -> Told:
        """Return a story by its mark, "" is ours, with its scenes in an order. Refusal: it is not held, or broken."""
        return await self.kept.get((mark, order))

    async def _tell(self, name: tuple[str, str]) -> Told:
        mark, order = name
        async with self._turn:
            try:
                file = await asyncio.to_thread(self.shelf.get, mark) if mark else OWN_STORY.read_bytes()
                return await asyncio.to_thread(tell, file, order)
            except LookupError:
                raise Refusal(
                    422, f"story {mark} is not held here (any longer); load its file again."
                ) from None
            except ConnectionError as error:
                raise Refusal(503, str(error), retry_after=2) from None
            except ValueError as error:
                raise Refusal(422, f"This story cannot be told: {str(error).splitlines()[0]}") from None
            except Exception:
                log.exception("A story could not be told.")
                raise Refusal(422, "This story cannot be told.") from None
