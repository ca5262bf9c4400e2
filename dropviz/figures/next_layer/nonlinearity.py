"""Step 2, drawn: after a nonlinearity f the average of f(z) over masks is not f of the average."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.panels.phases import shaded
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Row
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import each_plain, estimated, plain
from dropviz.settings.next_layer import LABELS
from dropviz.simulation.next_layer import STRATEGIES, NonlinearUnit
from dropviz.simulation.nonlinearity import ROUNDING, LogisticUnit, UnitOutput

HEIGHT, LOW = 250, 165  # of the picture, and of what unfolds, pixels
INVERTED, AVERAGE = "inverted", "other"
BALDI = words.Link("https://papers.nips.cc/paper/4878-understanding-dropout", "Baldi & Sadowski, NIPS 2013")


def nonlinearity_live(found: NonlinearUnit) -> LiveFigure:
    """Return the figure: the average of f(z) and the test pass; both strategies and a logistic unit unfold."""
    unit = found.unit
    curves, differences = gap_panels(unit)
    logistic = logistic_panels(found.logistic, found.logistic_gap)
    factor, said = [words.live_paragraph("factor")], _logistic_words()
    return LiveFigure(
        rows=[
            Row([shaded(over(unit.rates, [curves], HEIGHT)[0], unit.rates, AVERAGE)]),
            Row(over(unit.rates, [differences], LOW), factor, "Would a factor mend it?"),
            Row(
                over(unit.rates, logistic, LOW), said, "One logistic unit: the test pass is a geometric mean"
            ),
        ],
        rates=unit.rates.tolist(),
        texts=_texts(found),
        head=[words.live_paragraph("finding", "finding")],
        foot=[_note(unit)],
        alt=f"Over the rate: {'; '.join(panel.title for panel in (curves, differences, *logistic))}.",
    )


# ---- panels ---------------------------------------------------------------------------------------------------------


def gap_panels(unit: UnitOutput) -> list[Curves]:
    """E[f(z)] beside f(E[z]), and their difference for both strategies."""
    index = unit.strategies.index("inverted")
    average, test = _drawable(unit.output[index], Estimate(unit.at_test[index]))
    lines = [Line("average over masks", AVERAGE, average), Line("test pass", INVERTED, test, dashed=True)]
    title, differences = _differences(unit.strategies, unit.gap, "The gap reaches", "No gap at any rate")
    return [
        Curves(gap_finding(unit.gap[index]), "f(z)", lines),
        Curves(title, "average − test pass", differences),
    ]


def _drawable(*curves: Estimate) -> Sequence[Estimate]:
    """The curves, or one level for all where they differ by less than the float32 of the browser could place."""
    together = np.concatenate([curve.exact for curve in curves])
    if np.ptp(together) > 1e-5 * np.abs(together).max():
        return curves
    return [replace(curve, exact=np.full_like(curve.exact, together[0])) for curve in curves]


def _differences(names: Sequence[str], gaps: Floats, reaches: str, none: str) -> tuple[str, list[Line]]:
    """A line for each strategy's gap, shape (strategy, rate), and the title that says how far the largest goes."""
    largest = float(np.abs(gaps).max())
    lines = [Line(name, name, Estimate(gap)) for name, gap in zip(names, gaps, strict=True)]
    return f"{reaches} {plain(largest, 2)}" if largest > 0.0 else none, lines


def gap_finding(gap: Floats) -> str:
    """Say how the average over masks lies to the test pass, at every rate."""
    if not gap.any():
        return "Here the average is the test pass"
    if (gap >= 0.0).all():
        return "The average is never below the test pass"
    return f"The average is {'never above' if (gap <= 0.0).all() else 'not'} the test pass"


def logistic_panels(unit: LogisticUnit, gaps: Floats) -> list[Curves]:
    """Average, normalized geometric mean and test pass of one logistic unit, and how far they lie apart."""
    average, geometric, test = _drawable(
        *(Estimate(mean) for mean in (unit.arithmetic_mean, unit.geometric_mean, unit.weight_scaled))
    )
    means = [
        Line("average", AVERAGE, average),
        Line("geometric mean", INVERTED, geometric),
        Line("test pass", INVERTED, test, dashed=True),
    ]
    title, lines = _differences(STRATEGIES, gaps, "The average is off by up to", "Here all three are equal")
    return [
        Curves("The test pass is the geometric mean", "σ(z), inverted", means),
        Curves(title, "average − geometric", lines),
    ]


# ---- words ----------------------------------------------------------------------------------------------------------


def _logistic_words() -> list[words.Block]:
    said = words.sentence(
        "With f = σ, the logistic function, the test pass is the {mean} of all thinned networks ({baldi}), which need "
        "not be their average. {logistic:plain}",
        mean=words.Styled("normalized geometric mean", "emphasis"),
        baldi=BALDI,
    )
    return [words.Paragraph(said)]


def _note(unit: UnitOutput) -> words.Fold:
    inputs = f"{unit.inputs} input{'' if unit.inputs == 1 else 's'}"
    said = (
        f"One unit with {inputs} and random, untrained weights, f = {LABELS[unit.nonlinearity]}, inverted dropout. "
        f"Lines are exact: all {2**unit.inputs:,} masks are listed. Points are simulated, with bars of one standard "
        "error. "
    )
    simulated = words.sentence(
        "At this rate f(z) averages {unit-average}, exact; {unit-simulated}, simulated."
    )
    return words.Fold("The numbers, and how they are found", [words.Paragraph([said, *simulated])])


def _texts(found: NonlinearUnit) -> dict[str, list[str]]:
    unit, logistic = found.unit, found.logistic
    inverted = unit.strategies.index("inverted")
    output, test, gap = unit.output[inverted], unit.at_test[inverted], unit.gap[inverted]
    columns = (unit.rates.tolist(), output.exact.tolist(), test.tolist(), gap.tolist())
    f = f"f = {LABELS[unit.nonlinearity]}"
    findings = [_finding(f, *seen) for seen in zip(*columns, strict=True)]
    largest = float(np.abs(logistic.geometric_mean - logistic.weight_scaled).max())
    rounding = f"Over all rates the last two differ by at most {plain(largest, 1)}, which is rounding."
    if largest == 0.0:
        rounding = "Over all rates the last two are equal."
    means = zip(
        *map(each_plain, (logistic.arithmetic_mean, logistic.geometric_mean, logistic.weight_scaled)),
        strict=True,
    )
    return {
        "finding": findings,
        "factor": [_factor(*seen) for seen in zip(*columns[1:], strict=True)],
        "unit-simulated": estimated(output),
        "unit-average": each_plain(output.exact),
        "logistic": [
            f"At this rate (inverted): average {average}, geometric mean {geometric}, test pass {passed}. {rounding}"
            for average, geometric, passed in means
        ],
        "summary": [f"Rate {rate:.2f}. {said}" for rate, said in zip(columns[0], findings, strict=True)],
    }


def _finding(f: str, rate: float, average: float, test: float, gap: float) -> str:
    if rate == 0.0:
        return f"At rate 0 nothing is dropped: f(z) is {plain(test)} in training and at test."
    if gap == 0.0:
        return f"Here the mean is kept after {f} too: f(z) averages {plain(test)} over masks, and is that at test."
    return (
        f"After {f} the mean is not kept: f(z) averages {plain(average)} over masks, but at test it is "
        f"{plain(test)}, {plain(abs(gap), 3)} {'less' if gap > 0.0 else 'more'}."
    )


def _factor(average: float, test: float, gap: float) -> str:
    if gap == 0.0:
        return "At this rate there is no gap."
    if abs(test) <= ROUNDING * abs(average):
        return f"At this rate the gap is {plain(gap, 3)}, and no factor mends it: the test pass gives 0."
    return (
        f"At this rate the gap is {plain(gap, 3)} (inverted). A factor of {plain(average / test, 3)} would mend it for "
        "this unit; step 3 tries one factor for a whole layer."
    )
