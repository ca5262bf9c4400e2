"""Where rooms live: one interface, in the memory of this process (`memory`) or in Redis (`shared`)."""

from collections.abc import Callable, Collection
from typing import Protocol

from dropviz.hall.refusals import Refusal
from dropviz.hall.rooms import Change, Look, Room


class Store(Protocol):
    """Rooms, where their lecturers stand, votes, and who is there.

    Every function may raise Refusal with 503 where the store cannot be reached.
    """

    async def create(self, room: Room) -> None:
        """Open a room. KeyError: its code is taken. Refusal: there are too many."""

    async def find(self, code: str) -> Room | None:
        """Return a room that is open."""

    async def look(self, room: Room) -> Look | None:
        """Return an open room as it is now."""

    async def change(self, room: Room, change: Change) -> None:
        """Let the lecturer stand elsewhere."""

    async def vote(self, room: Room, scene: int, voter: str, slot: int, address: str) -> None:
        """Count a vote, instead of this voter's last one in the scene.

        Refusal: it is revealed, or too many vote, in all or from the address.
        """

    async def close(self, room: Room) -> None:
        """Forget a room and all that belongs to it."""

    async def join(self, room: Room, voters: Collection[str]) -> None:
        """These phones are here, or still here: to be said again within `STAYS` seconds."""

    async def leave(self, room: Room, voter: str) -> None:
        """Take a phone for gone."""

    def listen(self, hear: Callable[[str], object]) -> None:
        """Say from now on, on the event loop, the code of a room that has changed; "" where any may have."""

    async def stop(self) -> None:
        """End what runs beside."""


STAYS = 40.0  # seconds that a phone counts as present after it was last said to be


def no_room() -> Refusal:
    """What everybody gets who asks for a room that is not open."""
    return Refusal(404, "There is no such room, or it is closed.")


def revealed_already(scene: int) -> Refusal:
    """What a vote gets that comes too late."""
    return Refusal(409, f"Scene {scene} is revealed; its votes no longer change.")


def too_many_voters(most: int, of_address: bool = False) -> Refusal:
    """What a new voter gets where as many have voted as may."""
    return too_many(f"voters {'of this address ' if of_address else ''}in this scene", most)


def too_many(what: str, most: int) -> Refusal:
    """What is refused when a limit is reached."""
    return Refusal(429, f"There are {most:,} {what} already, as many as there may be.", retry_after=60)
