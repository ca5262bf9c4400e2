"""A room of the hall: its code, its key, and where the lecturer stands."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

LETTERS = "CDFGHJKMNPQRTWXY34679"  # no two look alike, and no vowel makes a word of them
LENGTH = 5
CODE = re.compile(f"[{LETTERS}]{{{LENGTH}}}")
KEY_BYTES = 24


@dataclass(frozen=True, slots=True)
class Room:
    """What does not change of a room.

    Attributes
    ----------
    code : what is said in the hall
    key_hash : of the lecturer's key
    story, order : the mark of the story, "" is ours, and the order of its scenes, "" is all as they stand
    ends : seconds since 1970
    address : which it was opened from, as a hash
    """

    code: str
    key_hash: str
    story: str
    order: str
    ends: int
    address: str

    def opens_with(self, key: str) -> bool:
        """Whether this is the lecturer's key."""
        return hmac.compare_digest(self.key_hash, hashed(key))


@dataclass(frozen=True, slots=True)
class Change:
    """What the lecturer changes; None leaves it as it is."""

    scene: int | None = None
    revealed: bool | None = None
    rate: float | None = None
    forgets_rate: bool = False


@dataclass(frozen=True, slots=True)
class State:
    """Where the lecturer stands: the scene (from 1), the scenes that are revealed, and the slider's place if moved."""

    scene: int = 1
    revealed: frozenset[int] = frozenset()
    rate: float | None = None

    def after(self, change: Change) -> "State":
        """Return the state after a change. Another scene is as it was left, its slider where the scene has it."""
        scene = self.scene if change.scene is None else change.scene
        revealed = self.revealed
        if change.revealed is not None:
            revealed = revealed | {scene} if change.revealed else revealed - {scene}
        kept = None if scene != self.scene or change.forgets_rate else self.rate
        return State(scene, revealed, kept if change.rate is None else change.rate)


@dataclass(frozen=True, slots=True)
class Look:
    """A room as it is now: where the lecturer stands, how many phones are here, and the votes of this scene by slot."""

    state: State
    present: int = 0
    tally: Mapping[int, int] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """How many have voted in this scene."""
        return sum(self.tally.values())


def hashed(text: str) -> str:
    """Return what is stored of a key or an address."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def new_room(story: str, order: str, ends: int, address: str) -> tuple[Room, str]:
    """Return a room of a fresh code, and its key, of which the room holds only the hash."""
    code = "".join(secrets.choice(LETTERS) for _ in range(LENGTH))
    key = secrets.token_urlsafe(KEY_BYTES)
    return Room(code, hashed(key), story, order, ends, hashed(address)), key
