"""What was found in a function or a network, drawn: means over the rate, and the places where random numbers enter."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.frameworks.audits import Audit
from dropviz.frameworks.findings import Finding
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Axis, Label, Labels, Line, Mark, Panel, Points, Row
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.rates import GRID
from dropviz.numbers.written import with_error
from dropviz.theory.strategies import strategies

HEIGHT, LINE = 180, 44  # of the panels, pixels; of a line of places
DOT, RING = 8, 15  # pixels across: where both means are one, both are seen
MOST_TICKS = 20
ROOM = 1.3  # of the axis above the largest mean
PHASES = ("in training", "at test")
MODES = (
    ("training", "inverted", 2.0),
    ("evaluation", "none", 1.0),
)  # where a place may act, and how high it stands


def audit_live(audit: Audit) -> LiveFigure:
    """The mean output of an activation of 1 as it was measured; over the rate that of the strategy that fits."""
    rates = np.array(sorted({*GRID, audit.rate}))
    seen = [one for one in (audit.train, audit.test) if one is not None]
    means = [one.mean for one in seen]
    said = zip(seen, PHASES, strict=False)
    title = f"Mean output of an activation of 1: {', '.join(f'{with_error(s.mean, s.mean_se)} {p}' for s, p in said)}"
    ends = (ROOM * min(0.0, *means), ROOM * max(1.0, *means))
    lines = list(_exact(audit.strategy, rates))[: len(seen)]
    panel = over(rates, [Curves(title, "mean output", lines, ends=ends)], HEIGHT)[0]
    marks: list[Mark] = [*panel.marks, *_measured(audit.rate, means)]
    return LiveFigure(
        rows=[Row([replace(panel, marks=marks, y=replace(panel.y, ticks=None))])],
        rates=rates.tolist(),
        start=audit.rate,
        foot=[*_told(audit.findings)],
        alt=f"{title}, at rate {audit.rate:.3g}.",
    )


def _exact(name: str, rates: Floats) -> Iterable[Line]:
    if name:
        row = strategies()[name]
        means = ((1.0 - rates) * row.train_scale(rates), row.test_scale(rates))
        for mean, phase in zip(means, PHASES, strict=True):
            yield Line(f"{row.short} {phase}", name, Estimate(mean), dashed=phase == PHASES[1])


def _measured(rate: float, means: Sequence[float]) -> Iterable[Points]:
    for mean, phase, size in zip(means, PHASES, (DOT, RING), strict=False):
        yield Points(
            f"measured {phase}", "title", np.array([rate]), np.array([mean]), size, open=size == RING
        )


class Checked(Protocol):
    """What `dropviz.torch.check` found, as far as it is drawn."""

    places: tuple[Mapping[str, Any], ...]
    findings: tuple[Finding, ...]


def places_live(report: Checked) -> LiveFigure:
    """The places where random numbers enter a network, in the order in which they were met, and when each acts."""
    count = len(report.places)
    numbers = list(range(1, count + 1)) or [0]
    acting = {
        mode: [at for at, place in enumerate(report.places, 1) if mode in place["acts"]] for mode, *_ in MODES
    }
    title = f"Random numbers enter at {count} place{'s' * (count != 1)}" + "".join(
        f"{', ' if mode == 'training' else ' and '}{len(at)} in {mode}" for mode, at in acting.items()
    )
    said = [f"{place['where']}: {place['what']}, {place['acts']}." for place in report.places] or [
        "There are none."
    ]
    x = Axis("place", numbers[0] - 0.5, numbers[-1] + 0.5, ticks=numbers if count <= MOST_TICKS else None)
    marks = [
        Points(f"acts in {mode}", color, np.array(acting[mode]), np.full(len(acting[mode]), height), 12)
        for mode, color, height in MODES
    ]
    names = Labels(
        *(
            [
                Label((mode,), color, 1.0, height / 3.0, anchor="start", aside=8)
                for mode, color, height in MODES
            ],
        )
        * 2
    )
    panel = Panel(title, x, Axis("", 0.0, 3.0, ticks=()), marks, 2 * LINE, names, over=True, right=90)
    return LiveFigure(
        rows=[Row([panel])],
        rates=numbers,
        start=1,
        texts={"place": said},
        head=[words.live_paragraph("place", "finding")],
        foot=[*_told(report.findings)],
        slider_label="place",
        readouts=[(str(at), f"of {count}") for at in numbers],
        leap=5,
        alt=f"{title}.",
    )


def _told(findings: Iterable[Finding]) -> Iterable[words.Block]:
    found = [
        words.Paragraph([words.Styled(one.kind, "mistake"), f" {one.where}: {one.sentence} ({one.measured})"])
        for one in findings
    ]
    return found or [words.Paragraph("Nothing wrong was found.")]
