"""Which p: the factors of the question under both readings of p, and what everyone's p means."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.frameworks.conventions import (
    QUESTION_RATES,
    VERBS,
    WHERE,
    Framework,
    Scales,
    frameworks,
    line_of_code,
    migration,
)
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Panel, Points, Row
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import plain
from dropviz.simulation.which_p import STRATEGIES, WhichP
from dropviz.theory.strategies import INVERSE_KEEP, INVERSE_RATE

if TYPE_CHECKING:
    import pandas as pd

HEIGHT = 124  # of a panel, pixels
CROSSING = 0.5  # the rate at which rate = keep
COLUMNS = ("rate", "by-rate", "by-rate-mean", "by-keep", "by-keep-mean")  # of the table of the question
EVIDENCE = {
    "run": "run by our tests",
    "read from source": "read from source",
    "documentation": "read from its documentation",
}
SCALES: Mapping[Scales, str] = {
    "train": "in training",
    "test": "at test",
    "neither": "nowhere",
    "always": "whenever called",
    "none-needed": "no need to",
}


def which_p_live(found: WhichP, source: Framework, target: Framework) -> LiveFigure:
    """Draw what dividing by the rate and by keep do to the training mean, and both lines of code at every rate.

    Parameters
    ----------
    found
        What to show.
    source, target
        The framework that the code is written for, and the one that it moves to.
    """
    rates = np.asarray(found.rates)
    factors, *means = over(rates, [factor_panel(rates), *_mean_panels(found)], HEIGHT)
    sides = {"source": source} if target == source else {"source": source, "target": target}
    moves = _migration_texts(source, target, found.rates)
    cards = [_framework_card(row, side) for side, row in sides.items()]
    return LiveFigure(
        rows=[Row([_ringed(factors, 2.0), *(_ringed(panel, 1.0) for panel in means)])],
        rates=found.rates,
        texts=_table_texts(found) | _code_texts(source, target, found.rates) | moves,
        head=[words.columns(_table(), cards)],
        foot=[_migration_list(source, target, len(moves))] if target != source else [],
        alt="Over the dropout rate: the factors 1/rate and 1/keep, which cross at rate 0.5 where both are 2; and the "
        "training mean divided by the test mean, which is 1 at every rate for 1/keep and keep/rate for 1/rate. Read p "
        "as the drop rate, and 1/keep is called 1/(1−p); read p as the keep probability, and it is called 1/p.",
    )


# ---- the curves -----------------------------------------------------------------------------------------------------


def factor_panel(rates: Floats) -> Curves:
    """1/rate and 1/keep, whichever of them is called 1/p."""
    lines = _lines(("1/rate", "1/keep"), Estimate(np.array([INVERSE_RATE(rates), INVERSE_KEEP(rates)])))
    return Curves("The factors meet at 0.5: both are 2", "factor", lines, log=True, limits=(0.9, 30.0))


def _mean_panels(found: WhichP) -> list[Curves]:
    return [
        Curves(title, "training ÷ test mean", _lines(names, found.means), True, (0.04, 30.0), x_title)
        for title, names, x_title in (
            ("p is the drop rate: 1/(1−p) is right", ("1/p", "1/(1−p)"), "dropout rate = p"),
            ("p is the keep probability: 1/p is right", ("1/(1−p)", "1/p"), "dropout rate = 1 − p"),
        )
    ]


def _lines(names: tuple[str, str], curves: Estimate) -> list[Line]:
    return [Line(names[at], name, curves[at]) for at, name in enumerate(STRATEGIES)]


def _ringed(panel: Panel, value: float) -> Panel:
    """The panel with a ring where its curves cross, at ``value``: there the wrong factor looks right."""
    ring = Points("the error hides", "ink", np.array([CROSSING]), np.array([value]), size=17, open=True)
    return replace(panel, marks=[*panel.marks, ring])


# ---- the table of the question --------------------------------------------------------------------------------------


def _table_texts(found: WhichP) -> dict[str, list[str]]:
    """Texts of the table: the question's three rows, and this rate's, which moves to its place among them.

    Each cell has two texts, one in bold and one not; that of the other kind is empty.
    """
    rates = np.asarray(found.rates)
    fixed = [int(np.abs(rates - rate).argmin()) for rate in QUESTION_RATES]
    places = [sum(other < at for other in fixed) for at in range(len(rates))]
    values, below = _cells(found)
    texts = {}
    for slot in range(len(fixed) + 1):
        shown = [[*fixed[:place], at, *fixed[place:]][slot] for at, place in enumerate(places)]
        bold = [(at, slot == place) for at, place in zip(shown, places, strict=True)]
        for column, cells in values.items():
            texts[f"this-{slot}-{column}"] = [cells[at] if this else "" for at, this in bold]
            texts[f"other-{slot}-{column}"] = ["" if this else cells[at] for at, this in bold]
        for column, cells in below.items():
            texts[f"exact-{slot}-{column}"] = [cells[at] for at in shown]
    texts["verdict"] = texts["summary"] = [_verdict(rate) for rate in found.rates]
    return texts


def _cells(found: WhichP) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """What stands in each column at every rate, and the exact value below it in those that have one."""
    values, below = {"rate": [f"{rate:.2f}" for rate in found.rates]}, {}
    for at, (column, factor) in enumerate({"by-rate": INVERSE_RATE, "by-keep": INVERSE_KEEP}.items()):
        factors = factor(np.asarray(found.rates)).tolist()
        values[column] = [plain(value) if math.isfinite(value) else "1/0" for value in factors]
        means, exact = words.quantity_texts(column, found.means[at]).values()
        values[f"{column}-mean"] = [mean if text else "none" for mean, text in zip(means, exact, strict=True)]
        below[f"{column}-mean"] = exact
    return values, below


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


def _table() -> list[words.Block]:
    """The table of the question with a fourth row, this rate's."""
    by_rate: words.Spans = [words.Styled("÷ rate", "strong"), "\n1/p, if p = drop\n1/(1−p), if p = keep"]
    by_keep: words.Spans = [words.Styled("÷ keep", "strong"), "\n1/(1−p), if p = drop\n1/p, if p = keep"]
    titles = ("dropout rate", "factor", "mean*", "factor", "mean*")
    rows = [[_slot(slot, column) for column in COLUMNS] for slot in range(len(QUESTION_RATES) + 1)]
    return [
        words.Table(titles, rows, [("", 1), (by_rate, 2), (by_keep, 2)]),
        words.Paragraph("* training mean ÷ test mean, simulated; 1 is right. Bold: this rate.", "muted"),
        words.live_paragraph("verdict"),
    ]


def _slot(slot: int, column: str) -> words.Spans:
    texts = [words.LiveText(f"this-{slot}-{column}", "strong"), words.LiveText(f"other-{slot}-{column}")]
    return [*texts, words.LiveText(f"exact-{slot}-{column}", "small")] if "mean" in column else texts


# ---- everyone's p ---------------------------------------------------------------------------------------------------


def conventions_table(rate: float) -> "pd.DataFrame":
    """Return every framework as a row: its parameter, what it means, where it scales, and its line at ``rate``."""
    import pandas as pd  # only here: the first page is not to wait for it

    rows = [
        {
            "framework": row.name,
            "probability of": "both, by name" if row.meaning == "both" else VERBS[row.meaning],
            f"line at rate {rate:g}": line_of_code(row, rate),
            "scales": SCALES[row.scales],
            "at drop 0": _at_end(row, "at_drop_0"),
            "at drop 1": _at_end(row, "at_drop_1"),
            "its parameter": row.parameter,
            "evidence": EVIDENCE[row.evidence],
            "source": _place(row),
        }
        for row in frameworks().values()
    ]
    return pd.DataFrame(rows)


def _code_texts(source: Framework, target: Framework, rates: Sequence[float]) -> dict[str, list[str]]:
    """Return the lines of code of both frameworks at every rate, by the name of their place in `_framework_card`."""
    return {
        f"{side}-{name}": [line_of_code(row, rate, other=name == "other") for rate in rates]
        for side, row in (("source", source), ("target", target))
        for name in _lines_shown(row)
    }


def _lines_shown(row: Framework) -> tuple[str, ...]:
    return ("line", "other") if row.other_line else ("line",)


def _migration_texts(source: Framework, target: Framework, rates: Sequence[float]) -> dict[str, list[str]]:
    """What to change when code moves, one text a sentence; the last ones are empty where there is less to say."""
    changes = zip_longest(*(migration(source, target, rate) for rate in rates), fillvalue="")
    return {f"move-{row}": list(sentences) for row, sentences in enumerate(changes)}


def _at_end(row: Framework, field: str) -> str:
    text: str = getattr(row, field)
    return f"{text} (inferred)" if field in row.inferred else text


def _place(row: Framework) -> str:
    return f"{row.source} ({row.repository})" if row.repository else row.source


def _meaning(row: Framework) -> list[words.Span]:
    if row.meaning == "both":
        parameter, said = row.parameter, ": by its name, the probability of {drop} or of {keep}. "
    else:
        parameter, said = row.parameter.split(",")[0], f" is the probability of {{{row.meaning}}}. "
    verbs = {meaning: words.Styled(verb, "strong") for meaning, verb in VERBS.items()}
    return [words.Styled(parameter, "code"), *words.sentence(said, **verbs), f"It {WHERE[row.scales]}."]


def _framework_card(row: Framework, side: str) -> words.Group:
    """One framework: its line at this rate, what the number means, where it scales, both ends, and how we know."""
    known = (
        f"Drop probability 0: {_at_end(row, 'at_drop_0')}; 1: {_at_end(row, 'at_drop_1')}. "
        f"{EVIDENCE[row.evidence].capitalize()}: {_place(row)}."
    )
    lines = [words.Code(words.LiveText(f"{side}-{name}")) for name in _lines_shown(row)]
    return words.Group(
        "card",
        [words.Heading(row.name), *lines, words.Paragraph(_meaning(row)), words.Paragraph(known, "muted")],
    )


def _migration_list(source: Framework, target: Framework, sentences: int) -> words.Columns:
    """Return what changes; its sentences are the texts of `_migration_texts`."""
    title = words.Heading(f"Code moves from {source.name} to {target.name}")
    return words.columns([title, *(words.live_paragraph(f"move-{row}") for row in range(sentences))])
