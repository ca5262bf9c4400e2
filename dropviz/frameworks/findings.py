"""What is wrong with somebody's dropout: one finding a fault."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault: its ``kind``, how bad it is, where it is, what was measured, and what to change, in a sentence.

    ``left_on``: random at test. ``wrong_scale``: means in training and at test differ. ``wrong_rate``: another share is
    dropped than was asked for. ``lost_after_eval``: random in training, and not any more once the network was
    evaluated. ``stuck_mask``: the same mask in every pass. ``no_effect``: dropout is asked for, and none takes place.

    Examples
    --------
    >>> print(Finding("left_on", "error", "drop (Dropout)", "two passes differ", "Pass the mode on."))
    error: left_on at drop (Dropout): Pass the mode on. (two passes differ)
    """

    kind: str
    severity: Literal["error", "warning"]
    where: str
    measured: str
    sentence: str

    def __str__(self) -> str:
        return f"{self.severity}: {self.kind} at {self.where}: {self.sentence} ({self.measured})"


def nothing_wrong(findings: Iterable[Finding]) -> bool:
    """Whether no finding is an error."""
    return not any(finding.severity == "error" for finding in findings)


def told(lines: Iterable[str], findings: Iterable[Finding]) -> str:
    """Return what was seen, a line each, and what is wrong with it."""
    return "\n".join([*lines, *(list(map(str, findings)) or ["nothing wrong was found"])])
