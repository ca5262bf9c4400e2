"""Which p: the part of the units that each framework's number counts, what to divide by, and everyone's p."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.frameworks.conventions import (
    DROPPED,
    QUESTION_RATES,
    VERBS,
    Framework,
    Probability,
    Scales,
    answer,
    frameworks,
    line_of_code,
    migration,
)
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Axis, Label, Labels, Line, Panel, Path, Points, Row
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import estimated, plain
from dropviz.simulation.which_p import STRATEGIES, WhichP
from dropviz.theory.strategies import INVERSE_KEEP, INVERSE_RATE

HEIGHT = 124  # of a panel, pixels
CROSSING = 0.5  # the rate at which rate = keep
UNITS, SOURCE, TARGET = 3.0, 2.0, 1.0  # how high the bars stand
ROOM, TO_LABEL = 44, 0.5  # pixels from bar to bar, and how far up from a bar its label stands
PARTS: Mapping[Probability, str] = {"drop": "dropped", "keep": "kept"}
COLORS_OF: Mapping[Probability, str] = {"drop": "ink", "keep": "other"}
LETTERS = 34  # of a label that a phone has room for
SCALES: Mapping[Scales, str] = {
    "train": "in training",
    "test": "at test",
    "neither": "nowhere",
    "always": "whenever called",
    "none-needed": "no need to",
}
WHY = "Why divide by keep?"
MEANS_DRAWN = f"The means of “{WHY}” are drawn"
HOW_KNOWN = (
    "run: our tests run that version and check the row. read: read in the linked file. documented: taken from what is "
    "not its code. Inferred: concluded from the source, not said by it. The linked files of Hugging Face are older "
    "than the version that was run; both say the same."
)


def which_p_live(found: WhichP, source: Framework, target: Framework) -> LiveFigure:
    """Draw which part of the units the number of each framework counts, and say what to write at every rate.

    Parameters
    ----------
    found
        What both factors do to the mean.
    source, target
        The framework that the code is written for, and the one that it moves to.
    """
    rates = np.asarray(found.rates)
    moves = _move_texts(source, target, found.rates)
    finding = [answer(source, target, rate) for rate in found.rates]
    return LiveFigure(
        rows=[Row([parts_panel(rates, source, target)]), _why_row(found)],
        rates=found.rates,
        texts=moves
        | _code_texts(source, target, found.rates)
        | {"verdict": [_verdict(rate) for rate in found.rates]}
        | {"finding": finding, "summary": finding},
        head=[words.live_paragraph("finding", "finding"), _code_cards(source, target)],
        foot=[*_moves(moves), _everyone()],
        alt=f"The units as a bar, split at the dropout rate into dropped and kept. {_title(source, target)}. Below it, "
        "folded: the factors 1/rate and 1/keep over the rate, which cross at 0.5 where both are 2; and the training "
        "mean divided by the test mean, which is 1 at every rate for 1/keep and keep/rate for 1/rate.",
    )


# ---- the picture ----------------------------------------------------------------------------------------------------


def parts_panel(rates: Floats, source: Framework, target: Framework) -> Panel:
    """The units as a bar, split at the rate, and under it a bar for the part that each framework's number counts."""
    prefix = "as if " if source.noise == "Gaussian" else ""  # nothing is dropped there
    bars = [(UNITS, part, prefix + PARTS[part], 20.0) for part in PARTS]
    places = ((source, SOURCE), (target, TARGET))[: 1 if source == target else 2]
    bars += [(height, row.written, f"{row.said}: {row.number_name}", 9.0) for row, height in places]
    y = Axis("", places[-1][1] - 0.4, UNITS + 0.9, ticks=())
    return Panel(
        _title(source, target),
        Axis(f"share of the {DROPPED[source.unit]}", 0.0, 1.0, ticks=(0.0, 0.2, 0.4, 0.6, 0.8, 1.0)),
        y,
        [_bar(rates, *bar) for bar in bars],
        int(ROOM * (y.high - y.low)),
        Labels([_label(y, *bar) for bar in bars], [_label(y, *bar, letters=LETTERS) for bar in bars]),
        over=True,
    )


def _bar(rates: Floats, height: float, part: Probability, name: str, width: float) -> Path:
    """The units below the rate, which are dropped, or those above it. Axes of x: place, end of the bar."""
    ends = [np.zeros_like(rates), rates] if part == "drop" else [rates, np.ones_like(rates)]
    return Path(name, COLORS_OF[part], np.stack(ends, axis=1), np.full(2, height), width=width)


def _label(y: Axis, height: float, part: Probability, name: str, _: float, letters: int = 99) -> Label:
    """The name of a bar, above the end that does not move; only that of its number if it has too many letters."""
    at = (height + TO_LABEL - y.low) / (y.high - y.low)
    shown = name if len(name) <= letters else name.split(": ")[1]
    dropped = part == "drop"
    return Label((shown,), COLORS_OF[part], 0.0 if dropped else 1.0, at, anchor="start" if dropped else "end")


def _counts(row: Framework) -> str:
    if row.written == "drop" and row.noise == "Gaussian":
        return "what dropout would drop"
    return f"what is {PARTS[row.written]}"


def _title(source: Framework, target: Framework) -> str:
    """The finding of the picture."""
    counted = _counts(source), _counts(target)
    if source == target:
        return f"{source.said} counts {counted[0]}"
    if counted[0] == counted[1]:
        return f"Both count {counted[0]}"
    return f"{source.said} counts {counted[0]}, {target.said} {counted[1]}"


# ---- why ------------------------------------------------------------------------------------------------------------


def factor_panel(rates: Floats) -> Curves:
    """1/rate and 1/keep, whichever of them is called 1/p."""
    lines = _lines(("1/rate", "1/keep"), Estimate(np.array([INVERSE_RATE(rates), INVERSE_KEEP(rates)])))
    return Curves("The factors meet at 0.5: both are 2", "factor", lines, log=True, limits=(0.9, 30.0))


def _mean_panel(found: WhichP) -> Curves:
    lines = _lines(("÷ rate", "÷ keep"), found.means)
    return Curves("Only ÷ keep gives 1 at every rate", "training ÷ test mean", lines, True, (0.04, 30.0))


def _lines(names: tuple[str, str], curves: Estimate) -> list[Line]:
    return [Line(names[at], name, curves[at]) for at, name in enumerate(STRATEGIES)]


def _ringed(panel: Panel, value: float) -> Panel:
    """The panel with a ring where its curves cross, at ``value``: there the wrong factor looks right."""
    ring = Points("the error hides", "ink", np.array([CROSSING]), np.array([value]), size=17, open=True)
    return replace(panel, marks=[*panel.marks, ring])


def _why_row(found: WhichP) -> Row:
    rates = np.asarray(found.rates)
    factors, means = over(rates, [factor_panel(rates), _mean_panel(found)], HEIGHT)
    reasons: list[words.Block] = [
        words.Paragraph(
            "Only the kept units are left to carry the mean, so each is divided by keep: the more is dropped, the more "
            "the survivors grow. If p is the drop rate, that is 1/(1−p), as in PyTorch; if p is the probability of "
            "keeping, it is 1/p, as in the notes of CS231n (Stanford)."
        ),
        _factor_table(found),
        words.Paragraph("Means: training ÷ test, simulated; 1 is right.", "muted"),
        words.live_paragraph("verdict"),
    ]
    return Row([_ringed(factors, 2.0), _ringed(means, 1.0)], reasons, fold=WHY)


def _factor_table(found: WhichP) -> words.Table:
    """Both factors at the rates of the question, and the means that they give."""
    shown = [int(np.abs(np.asarray(found.rates) - rate).argmin()) for rate in QUESTION_RATES]
    rates = np.asarray(found.rates)[shown]
    columns = [[f"{rate:.2f}" for rate in rates]]
    for at, factor in enumerate((INVERSE_RATE, INVERSE_KEEP)):
        columns.append([plain(value) for value in factor(rates).tolist()])
        columns.append([estimated(found.means[at])[place] for place in shown])
    titles = ("dropout\nrate", "÷ rate:\nfactor", "mean", "÷ keep:\nfactor", "mean")
    return words.Table(titles, list(zip(*columns, strict=True)))


def _verdict(rate: float) -> str:
    keep = round(1.0 - rate, 12)
    if rate == 0.0:
        return "At rate 0 nothing is dropped: ÷ keep changes nothing, and ÷ rate would divide by 0."
    if math.isclose(rate, CROSSING):
        return "At rate 0.5 both factors are 2: nothing shows which p was meant."
    return (
        f"At rate {rate:g} the training mean equals the test mean if divided by keep = {keep:g}; "
        f"divided by the rate it is {plain(keep / rate, 3)} times the test mean."
    )


# ---- what to write, and what else changes ---------------------------------------------------------------------------


def _code_texts(source: Framework, target: Framework, rates: Sequence[float]) -> dict[str, list[str]]:
    """Return the lines of code of both frameworks at every rate, by the name of their place in `_code_cards`."""
    return {
        f"{side}-{name}": [line_of_code(row, rate, other=name == "other") for rate in rates]
        for side, row in (("source", source), ("target", target))
        for name in _lines_shown(row)
    }


def _lines_shown(row: Framework) -> tuple[str, ...]:
    return ("line", "other") if row.other_line else ("line",)


def _code_cards(source: Framework, target: Framework) -> words.Columns:
    """The lines of code of both, side by side."""
    cards: list[list[words.Block]] = []
    for side, said, row in (("source", "You have", source), ("target", "You write", target)):
        lines = [words.Code(words.LiveText(f"{side}-{name}")) for name in _lines_shown(row)]
        cards.append([words.Heading(said), *lines])
    return words.columns(*cards)


def _move_texts(source: Framework, target: Framework, rates: Sequence[float]) -> dict[str, list[str]]:
    """What else to change when code moves, one text a sentence; the last ones are empty where there is less to say."""
    if source == target:
        return {}
    others = (migration(source, target, rate)[1:] or ("Nothing.",) for rate in rates)  # without the number
    return {f"move-{row}": list(texts) for row, texts in enumerate(zip_longest(*others, fillvalue=""))}


def _moves(texts: Mapping[str, Sequence[str]]) -> list[words.Block]:
    if not texts:
        return []
    return [words.Fold("What else changes?", [words.columns([*map(words.live_paragraph, texts)])])]


# ---- everyone's p ---------------------------------------------------------------------------------------------------


def _everyone() -> words.Fold:
    """Every framework as a row: what its number means, where it scales, and how that is known."""
    rows = frameworks().values()
    titles = ("framework", "number: probability of", "scales", "evidence", "source", "at drop 0", "at drop 1")
    table = words.Table(titles, [conventions_cells(row) for row in rows])
    note = words.columns([words.Paragraph(HOW_KNOWN, "muted")])
    return words.Fold(f"Everyone’s p: {len(rows)} spellings", [note, table])


def conventions_cells(row: Framework) -> list[words.Spans]:
    """The row of a framework in the table of all."""
    name, which = row.parts
    number = "either, by name" if row.meaning == "both" else VERBS[row.meaning]
    link = words.Link(row.link, row.source.rsplit("/", 1)[-1])
    return [
        [name, *([words.Styled(which, "small")] if which else [])],
        [number, words.Styled(row.parameter, "small")],
        SCALES[row.scales],
        [row.evidence, words.Styled(row.edition, "small")],
        link,
        _at_end(row, "at_drop_0"),
        _at_end(row, "at_drop_1"),
    ]


def _at_end(row: Framework, field: str) -> str:
    text = str(getattr(row, field)).replace("NaN", "not a number")
    return f"{text} (inferred)" if field in row.inferred else text
