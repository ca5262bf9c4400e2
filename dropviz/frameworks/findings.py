"""What is wrong with somebody's dropout: one finding a fault, one report a network."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from typing import Any, ClassVar, Literal

from dropviz.live.shown import Shown


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


@dataclass(frozen=True, slots=True)
class Place:
    """Where random numbers enter: path and class of the module, file and line of its code if any, and the call."""

    path: str
    kind: str
    code: str
    call: str

    def among(self, paths: Sequence[str] | None) -> bool:
        """Whether it is in one of the modules of these paths; None: all are, as in the network, whose path is ""."""
        return paths is None or any(
            not path or self.path == path or self.path.startswith(f"{path}.") for path in paths
        )

    def __str__(self) -> str:
        module = f"{self.path or 'the model'} ({self.kind})"
        return ", ".join(part for part in (module, self.code) if part)


@dataclass(frozen=True, slots=True)
class Report(Shown):
    """What `check` found: ``places`` where random numbers enter, and ``findings``, what is wrong.

    A place says where it is, what is called there, its rate where it has one, and whether it acts in training and in
    evaluation. ``passes`` is how many passes there were in training, ``framework`` PyTorch, Keras or JAX.

    Examples
    --------
    >>> places = ({"where": "drop (Dropout)", "what": "dropout, rate 0.3", "acts": "acts in training"},)
    >>> Report("Net", places, (), passes=4)
    <Report on Net: 1 place, nothing wrong>
    """

    model: str
    places: tuple[Mapping[str, Any], ...]
    findings: tuple[Finding, ...]
    passes: int
    framework: str = "PyTorch"
    DRAWN_BY: ClassVar[str] = "dropviz.figures.audits.places_live"

    @property
    def right(self) -> bool:
        """Whether no finding is an error."""
        return nothing_wrong(self.findings)

    def to_json(self) -> str:
        """The report as JSON."""
        return json.dumps(asdict(self) | {"right": self.right}, ensure_ascii=False)

    def assert_right(self) -> None:
        """Raise AssertionError, with every finding, if one is an error."""
        if not self.right:
            raise AssertionError("\n".join(map(str, self.findings)))

    def __str__(self) -> str:
        lines = (f"{place['where']}: {place['what']}, {place['acts']}" for place in self.places)
        return told(lines, self.findings)

    def __repr__(self) -> str:
        kinds = ", ".join(f"{finding.kind} at {finding.where}" for finding in self.findings)
        count = f"{len(self.places)} place{'s' * (len(self.places) != 1)}"
        return f"<Report on {self.model}: {count}, {kinds or 'nothing wrong'}>"

    def _repr_html_(self) -> str:
        rows = [(place["where"], place["what"], place["acts"]) for place in self.places]
        rows += [(finding.where, finding.kind, finding.sentence) for finding in self.findings]
        cells = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
        return f"<table>{cells}</table>"


def said_of(where: Place, call: str, rates: Iterable[float], modes: Iterable[str]) -> Mapping[str, str]:
    """Return the row of a report for a place: where it is, what is called there, and when it acts."""
    highest = max(rates, default=None)
    what = call if highest is None else f"{call}, rate {highest:g}"
    return {"where": str(where), "what": what, "acts": f"acts in {' and '.join(modes) or 'neither mode'}"}


# ---- what every framework's check says alike ------------------------------------------------------------------------

CHANGES: Mapping[str, str] = {
    "lost_after_eval": "Dropout is lost after evaluation: keep the rate, and turn it on again in training.",
    "stuck_mask": "One mask is used for every pass: draw a new one in every pass, from a generator that moves on.",
    "thrown": "The result of dropout is thrown away: write x = dropout(x).",
    "wrong_scale": (
        "Divide what survives by the probability to keep in training, or multiply by it in evaluation; once."
    ),
    "scaled_twice": "This dropout divides by the probability to keep itself: take the other factor away.",
    "one_mode": "What dropout leaves is multiplied in one mode only: take the factor away, unless it is meant.",
    "skipped": (
        "A layer is left out at random in training and not in evaluation, as LayerDrop does; a path that is dropped "
        "beside others must be divided by the probability to keep it."
    ),
    "masked": (
        "Values are set to 0 in training alone: right where an input is masked, as by SpecAugment; dropout must divide "
        "what survives by the probability to keep."
    ),
    "all_dropped": "Everything is dropped: nothing of the activations gets through.",
    "part_off": "A part of the network stays in evaluation while it trains: right where that part is frozen.",
    "left_out": (
        "An input is left out whole in training, of some examples: right where the network must do without it at "
        "times; dropout must divide what survives by the probability to keep."
    ),
    "never_called": "This dropout layer is there, and no call of the network uses it.",
}


def wrong_scale(
    where: Place,
    train: str,
    test: str,
    change: str = CHANGES["wrong_scale"],
    severity: Literal["error", "warning"] = "error",
) -> Finding:
    """Return that an activation is multiplied by ``train`` on average in training, and by ``test`` in evaluation.

    Without ``test``, by ``train`` times what it is in evaluation.
    """
    measured = f"in training the mean is × {train} that of evaluation"
    if test:
        measured = f"an activation is × {train} on average in training, × {test} in evaluation"
    return Finding("wrong_scale", severity, str(where), measured, change)
