"""Which p: both factors of the question under both readings of p, and the same line of code in two frameworks."""

import math
from collections.abc import Sequence

import numpy as np

from dropviz.figures.panels import html
from dropviz.figures.panels.curves import Line, Panel, draw_panel
from dropviz.figures.panels.drawing import Box, Drawing, axes_called
from dropviz.figures.panels.grid import Row, draw_grid
from dropviz.figures.panels.style import COLORS, INK
from dropviz.figures.which_p.frameworks import code_texts, framework_card, migration_list, migration_texts
from dropviz.frameworks.conventions import QUESTION_RATES, Framework
from dropviz.live.figure import LiveFigure
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import estimated, plain
from dropviz.simulation.which_p import STRATEGIES, WhichP
from dropviz.theory.strategies import INVERSE_KEEP, INVERSE_RATE

HEIGHT = 124  # of a panel, pixels
CROSSING = 0.5  # the rate at which rate = keep


def which_p_live(found: WhichP, source: Framework, target: Framework) -> LiveFigure:
    """Draw what dividing by the rate and by keep do to the training mean, and both lines of code at every rate.

    Parameters
    ----------
    found
        What to show.
    source, target
        The framework that the code is written for, and the one that it moves to.
    """
    rates, panels = np.asarray(found.rates), _panels(found)

    def draw(drawing: Drawing, places: Sequence[Box]) -> None:
        for number, (panel, box) in enumerate(zip(panels, places, strict=True), start=1):
            draw_panel(drawing, panel, box, number, rates)
            _ring_crossing(drawing, panel, number)

    drawn = draw_grid([Row(3, HEIGHT)], draw)
    moves = migration_texts(source, target, found.rates)
    return LiveFigure(
        figure=drawn.figure,
        rates=found.rates,
        tracks=drawn.tracks,
        texts=_table_texts(found) | code_texts(source, target, found.rates) | moves,
        head=_head(source, target),
        foot=migration_list(source, target, len(moves)),
        narrow=drawn.narrow,
        alt="Over the dropout rate: the factors 1/rate and 1/keep, which cross at rate 0.5 where both are 2; and the "
        "training mean divided by the test mean, which is 1 at every rate for 1/keep and keep/rate for 1/rate. Read p "
        "as the drop rate, and 1/keep is called 1/(1−p); read p as the keep probability, and it is called 1/p.",
    )


# ---- the curves -----------------------------------------------------------------------------------------------------


def factor_panel(rates: Floats) -> Panel:
    """1/rate and 1/keep, whichever of them is called 1/p."""
    lines = _lines(("1/rate", "1/keep"), Estimate(np.array([INVERSE_RATE(rates), INVERSE_KEEP(rates)])))
    return Panel("The factors meet at 0.5: both are 2", "factor", lines, log=True, limits=(0.9, 30.0))


def _lines(names: tuple[str, str], curves: Estimate) -> list[Line]:
    return [Line(names[at], COLORS[name], curves[at]) for at, name in enumerate(STRATEGIES)]


def _panels(found: WhichP) -> list[Panel]:
    reach = (0.04, 30.0)
    y_title = "training ÷ test mean"
    return [
        factor_panel(np.asarray(found.rates)),
        Panel(
            "p is the drop rate: 1/(1−p) is right",
            y_title,
            _lines(("1/p", "1/(1−p)"), found.means),
            log=True,
            limits=reach,
            x_title="dropout rate = p",
        ),
        Panel(
            "p is the keep probability: 1/p is right",
            y_title,
            _lines(("1/(1−p)", "1/p"), found.means),
            log=True,
            limits=reach,
            x_title="dropout rate = 1 − p",
        ),
    ]


def _ring_crossing(drawing: Drawing, panel: Panel, number: int) -> None:
    """Ring the point where the curves of a panel cross: there the wrong factor looks right."""
    value = 2.0 if panel.y_title == "factor" else 1.0
    drawing.add(
        {
            "type": "scatter",
            "mode": "markers",
            "x": [CROSSING],
            "y": [value],
            "marker": {
                "size": 17,
                "symbol": "circle-open",
                "color": INK,
                "line": {"width": 1.5, "color": INK},
            },
            "hovertemplate": "at rate 0.5 the error hides<extra></extra>",
            "name": "the error hides",
            **axes_called(number),
        }
    )


# ---- the table of the question --------------------------------------------------------------------------------------

COLUMNS = ("rate", "by-rate", "by-rate-mean", "by-keep", "by-keep-mean")


def _table_texts(found: WhichP) -> dict[str, list[str]]:
    """Texts of the table: the question's three rows, and this rate's, which moves to its place among them.

    Each cell has two texts, one in bold and one not; that of the other kind is empty.
    """
    rates = np.asarray(found.rates)
    fixed = [int(np.abs(rates - rate).argmin()) for rate in QUESTION_RATES]
    cells = [_cells(found, index) for index in range(len(rates))]
    slots = range(len(fixed) + 1)
    texts: dict[str, list[str]] = {
        f"{kind}-{slot}-{column}": [] for kind in ("this", "other") for slot in slots for column in COLUMNS
    }
    texts |= {f"exact-{slot}-{column}": [] for slot in slots for column in COLUMNS if "mean" in column}
    for index in range(len(rates)):
        live = sum(other < index for other in fixed)
        order = [*fixed[:live], index, *fixed[live:]]
        for slot, shown in enumerate(order):
            for column in COLUMNS:
                value, exact = cells[shown][column]
                texts[f"this-{slot}-{column}"].append(value if slot == live else "")
                texts[f"other-{slot}-{column}"].append("" if slot == live else value)
                if "mean" in column:
                    texts[f"exact-{slot}-{column}"].append(exact)
    texts["verdict"] = texts["summary"] = [_verdict(rate) for rate in found.rates]
    return texts


def _cells(found: WhichP, index: int) -> dict[str, tuple[str, str]]:
    """One row of the table: what stands in each column, and the exact value below it, if any."""
    means = found.means[:, index]
    texts = [
        (text, f"exact {plain(exact)}") if math.isfinite(exact) else ("none", "")
        for text, exact in zip(estimated(means), means.exact.tolist(), strict=True)
    ]
    return {
        "rate": (f"{found.rates[index]:.2f}", ""),
        "by-rate": (_number(float(INVERSE_RATE(found.rates[index]))), ""),
        "by-rate-mean": texts[0],
        "by-keep": (_number(float(INVERSE_KEEP(found.rates[index]))), ""),
        "by-keep-mean": texts[1],
    }


def _number(value: float) -> str:
    return plain(value) if math.isfinite(value) else "1/0"


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


def _head(source: Framework, target: Framework) -> str:
    cards = framework_card(source, "source")
    if target != source:
        cards += framework_card(target, "target")
    return html.columns([_table(), cards])


def _table() -> str:
    """The table of the question with a fourth row, this rate's."""
    head = (
        '<tr><th></th><th colspan="2"><b>÷ rate</b><br>1/p, if p = drop<br>1/(1−p), if p = keep</th>'
        '<th colspan="2"><b>÷ keep</b><br>1/(1−p), if p = drop<br>1/p, if p = keep</th></tr>'
        "<tr><th>dropout rate</th><th>factor</th><th>mean*</th><th>factor</th><th>mean*</th></tr>"
    )
    body = "".join(
        "<tr>" + "".join(f"<td>{_slot(slot, column)}</td>" for column in COLUMNS) + "</tr>"
        for slot in range(len(QUESTION_RATES) + 1)
    )
    return (
        html.scrolling_table(head, body)
        + '<p class="dv-muted">* training mean ÷ test mean, simulated; 1 is right. Bold: this rate.</p>'
        '<p style="min-height:2.7em" data-text="verdict"></p>'
    )


def _slot(slot: int, column: str) -> str:
    texts = html.live(f"this-{slot}-{column}", "b") + html.live(f"other-{slot}-{column}")
    if "mean" not in column:
        return texts
    return f'{texts}<small class="dv-muted" style="display:block" data-text="exact-{slot}-{column}"></small>'
