"""What is wrong with somebody's dropout: one finding a fault."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal[
    "left_on", "wrong_scale", "wrong_rate", "lost_after_eval", "stuck_mask", "no_effect", "off_at_once"
]
Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault: its ``kind``, how bad it is, where it is, what was measured, and what to change, in a sentence.

    ``left_on``: random at test. ``wrong_scale``: means in training and at test differ. ``wrong_rate``: another share is
    dropped than was asked for. ``lost_after_eval``: random in training, and not any more once the network was
    evaluated. ``stuck_mask``: the same mask in every pass. ``no_effect``: dropout is asked for, and none takes place.
    """

    kind: str
    severity: Severity
    where: str
    measured: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.kind} at {self.where}: {self.sentence} ({self.measured})"
