"""Rooms in the memory of one process."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from dropviz.hall.limits import Limits
from dropviz.hall.rooms import Change, Look, Room, State
from dropviz.hall.store import no_room, revealed_already, too_many, too_many_voters


@dataclass(slots=True)
class _Open:
    """An open room: where the lecturer stands; voter → slot, slot → votes, address → voters of each scene; phones."""

    room: Room
    state: State = field(default_factory=State)
    votes: dict[int, dict[str, int]] = field(default_factory=dict)
    tallies: dict[int, Counter[int]] = field(default_factory=dict)
    addresses: dict[int, Counter[str]] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)


class MemoryStore:
    """See `Store`, which says what each function does."""

    def __init__(self, limits: Limits, clock: Callable[[], float] = time.time) -> None:
        self.limits, self.clock = limits, clock
        self._rooms: dict[str, _Open] = {}
        self._votes = 0
        self._hear: Callable[[str], object] = str

    async def create(self, room: Room) -> None:  # noqa: D102
        self._forget_ended()
        if room.code in self._rooms:
            raise KeyError(room.code)
        if len(self._rooms) >= self.limits.rooms:
            raise too_many("rooms", self.limits.rooms)
        if (
            sum(one.room.address == room.address for one in self._rooms.values())
            >= self.limits.rooms_per_address
        ):
            raise too_many("rooms of this address", self.limits.rooms_per_address)
        self._rooms[room.code] = _Open(room)
        # A second later, as the clocks may differ: what has ended is not kept until somebody asks for it.
        asyncio.get_running_loop().call_later(room.ends - self.clock() + 1.0, self._forget_ended)

    async def find(self, code: str) -> Room | None:  # noqa: D102
        one = self._open(code)
        return one.room if one else None

    async def look(self, room: Room) -> Look | None:  # noqa: D102
        one = self._open(room.code)
        return Look(one.state, len(one.present), dict(one.tallies.get(one.state.scene, {}))) if one else None

    async def change(self, room: Room, change: Change) -> None:  # noqa: D102
        one = self._here(room)
        one.state = one.state.after(change)
        self._hear(room.code)

    async def vote(self, room: Room, scene: int, voter: str, slot: int, address: str) -> None:  # noqa: D102
        one = self._here(room)
        if scene in one.state.revealed:
            raise revealed_already(scene)
        votes, tally = one.votes.setdefault(scene, {}), one.tallies.setdefault(scene, Counter())
        if voter in votes:
            tally[votes[voter]] -= 1
        else:
            self._let_in(len(votes), one.addresses.setdefault(scene, Counter()), address)
        votes[voter] = slot
        tally[slot] += 1
        self._hear(room.code)

    async def close(self, room: Room) -> None:  # noqa: D102
        self._forget(room.code)
        self._hear(room.code)

    async def join(self, room: Room, voters: Collection[str]) -> None:  # noqa: D102
        one = self._open(room.code)
        if one and not one.present.issuperset(voters):
            one.present.update(voters)
            self._hear(room.code)

    async def leave(self, room: Room, voter: str) -> None:  # noqa: D102
        one = self._open(room.code)
        if one and voter in one.present:
            one.present.remove(voter)
            self._hear(room.code)

    def listen(self, hear: Callable[[str], object]) -> None:  # noqa: D102
        self._hear = hear

    async def stop(self) -> None:  # noqa: D102
        pass

    def _let_in(self, voters: int, addresses: Counter[str], address: str) -> None:
        """Count a new voter of a scene, where there may be one more."""
        if voters >= self.limits.phones_per_room:
            raise too_many_voters(self.limits.phones_per_room)
        if addresses[address] >= self.limits.voters_per_address:
            raise too_many_voters(self.limits.voters_per_address, of_address=True)
        if self._votes >= self.limits.votes:
            raise too_many("votes", self.limits.votes)
        self._votes += 1
        addresses[address] += 1

    def _open(self, code: str) -> _Open | None:
        one = self._rooms.get(code)
        if one and one.room.ends <= self.clock():
            self._forget_ended()
            return None
        return one

    def _here(self, room: Room) -> _Open:
        one = self._open(room.code)
        if one is None:
            raise no_room()
        return one

    def _forget_ended(self) -> None:
        now = self.clock()
        for code in [code for code, one in self._rooms.items() if one.room.ends <= now]:
            self._forget(code)
            self._hear(code)

    def _forget(self, code: str) -> None:
        one = self._rooms.pop(code, None)
        if one:
            self._votes -= sum(map(len, one.votes.values()))
