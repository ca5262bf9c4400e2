"""The first screen's one idea: scale nowhere, at test or in training, and see whether the two means differ."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from dropviz.figures.everything import (
    curve_panels,
    distributions,
    formulas,
    numbers,
    numbers_below,
)
from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.panels.neurons import factor_texts, neurons
from dropviz.figures.panels.phases import phases, shaded
from dropviz.live import words
from dropviz.live.figure import LiveFigure, UnitRow, Variant
from dropviz.live.panels import Axis, Line, Panel, Row
from dropviz.numbers.written import each_plain, plain
from dropviz.settings.first_screen import ANSWER, MEASURES
from dropviz.simulation.first_screen import FirstScreen
from dropviz.simulation.sweep import Sweep
from dropviz.theory.moments import PHASES
from dropviz.theory.strategies import Strategy, strategy

CURVES, DISTRIBUTION = 110, 130  # heights of the panels, pixels
NOTES = {
    "none": "a mistake",
    "standard": "standard: 2014 paper",
    "inverted": "inverted: PyTorch, Keras, JAX",
}
SAME = 1e-9  # means that differ by no more, relatively, are equal
HALF = 0.5  # the rate whose training variance the axis of variances still holds
RATIOS = (0.5, 40.0)  # most that is drawn of test ÷ training
PROBLEM = "Dropout switches units off in training; at test all are on. "


def where_live(screen: FirstScreen, chosen: str = ANSWER.default) -> LiveFigure:
    """Return the figure that asks where to scale; its variants are the answers, ``chosen`` the one shown first.

    Where the outputs of the ``screen`` are not counted, what unfolds is empty, and more to come.
    """
    sweep, rates = screen.sweep, np.asarray(screen.sweep.config.rates)
    answers = [strategy(name) for name in ANSWER.options]
    right = [row for row in answers if not row.mistake]
    whole = bool(screen.distributions)
    units = neurons(screen.dozen, answers, rates)
    return LiveFigure(
        rows=[
            Row(panels, fold="Standard and inverted") for panels in (_both(screen, right) if whole else [[]])
        ],
        rates=sweep.config.rates,
        texts=_texts_of_all(sweep, answers, right if whole else ()),
        lead=[
            words.live_paragraph("problem", "finding"),
            words.Options(ANSWER.label, [_option(row) for row in answers]),
            words.Bars("mean of all units"),
        ],
        head=[words.live_paragraph("finding", "finding")],
        foot=[
            words.Fold(
                "The numbers of both, with their errors",
                [words.columns(*map(numbers_below, right))] if whole else [],
            )
        ],
        alt="",
        units=units["units"],
        unit_rows=[_with_means(row, sweep) for row in units["unit_rows"]],
        crowd=(screen.crowd.edges.tolist(), screen.crowd.share.tolist(), screen.crowd.zero),
        variants=_variants(sweep, answers),
        chosen=chosen,
        more=not whole,
    )


def _both(screen: FirstScreen, right: Sequence[Strategy]) -> list[list[Panel]]:
    """The strategies that are right, side by side: what comes out, and the curves of both."""
    rates = np.asarray(screen.sweep.config.rates)
    return [
        distributions(screen, right, map(formulas, right), DISTRIBUTION),
        over(rates, curve_panels(screen.sweep, chosen=right), CURVES),
    ]


def _option(row: Strategy) -> words.Option:
    """An answer: where it scales, by how much at this rate, and who does so."""
    title: list[words.Span] = [ANSWER.options[row.name]]
    if not row.mistake:
        phase = "test" if row.name == "standard" else "train"
        title += [": ", words.LiveText(f"{row.name}-{phase}-factor")]
    return words.Option(row.name, title, NOTES[row.name])


def _with_means(row: UnitRow, sweep: Sweep) -> UnitRow:
    train, test = (sweep.estimate("mean", row.name, phase).exact.tolist() for phase in PHASES)
    return replace(row, train_mean=train, test_mean=test)


def _variants(sweep: Sweep, answers: Sequence[Strategy]) -> dict[str, Variant]:
    """The curves and words of each answer; all axes stand at the same places: a choice moves the curves alone."""
    rates = np.asarray(sweep.config.rates)
    lines = _lines(sweep, answers)
    rows = {row.name: over(rates, _curves(sweep, row, lines), CURVES) for row in answers}
    right = max(panel.right for panels in rows.values() for panel in panels)
    variants = {}
    for row in answers:
        mean, variance, gap = (_sparse(replace(panel, right=right)) for panel in rows[row.name])
        findings = "; ".join(panel.title for panel in (mean, variance, gap))
        variants[row.name] = Variant(
            [Row([shaded(mean, rates, row.name), shaded(variance, rates, row.name), gap])],
            _texts(sweep, row),
            f"Three curves over the rate, scaled {ANSWER.options[row.name]}: {findings}.",
        )
    return variants


# ---- the curves -----------------------------------------------------------------------------------------------------


def _lines(sweep: Sweep, answers: Sequence[Strategy]) -> dict[str, dict[str, list[Line]]]:
    """The lines of each panel by answer: mean and variance in both phases, and the discrepancy."""
    measure = "mean_ratio" if sweep.config.activations.exact_mean else "mean_gap"
    moments = {
        moment: {row.name: phases(sweep, moment, row) for row in answers} for moment in ("mean", "variance")
    }
    gaps = {row.name: [Line("mean", row.name, sweep.gap_estimate(measure, row.name))] for row in answers}
    return moments | {"gap": gaps}


def _curves(sweep: Sweep, row: Strategy, lines: Mapping[str, Mapping[str, list[Line]]]) -> list[Curves]:
    """Mean, variance and discrepancy of one answer, on axes that have room for the lines of every answer."""
    law = sweep.config.activations
    mu, v = law.exact_mean, law.exact_variance
    beside = {name: [line for each in of.values() for line in each] for name, of in lines.items()}
    return [
        Curves(_mean_title(row, mu), "mean", lines["mean"][row.name], beside=beside["mean"]),
        Curves(
            _variance_title(row, mu, v),
            "variance",
            lines["variance"][row.name],
            limits=(0.0, _most_variance(sweep)),
            beside=beside["variance"],
        ),
        Curves(
            _gap_title(row, mu),
            "test ÷ training" if mu else MEASURES["mean_gap"],
            lines["gap"][row.name],
            log=mu != 0.0,
            limits=RATIOS if mu else (-math.inf, math.inf),
            beside=beside["gap"],
        ),
    ]


def _most_variance(sweep: Sweep) -> float:
    """Where the axis of variances ends: with that of inverted dropout in training at rate `HALF`.

    Those of higher rates leave the picture: they would press the gap of every answer flat.
    """
    variance = sweep.estimate("variance", "inverted", "train").exact
    return float(variance[np.asarray(sweep.config.rates) <= HALF].max())


def _mean_title(row: Strategy, mu: float) -> str:
    if mu == 0.0:
        return "Every mean is 0"
    if row.mistake:
        return "Means differ"
    return "Means match"


def _variance_title(row: Strategy, mu: float, v: float) -> str:
    if mu == v == 0.0:
        return "Every variance is 0"
    if row.mistake:
        return "Variances differ too" if mu else "Variances differ"
    return "Variances still differ"


def _gap_title(row: Strategy, mu: float) -> str:
    if mu == 0.0:
        return "Every mean is 0: no gap"
    return "Gap: × 1/keep" if row.mistake else "No gap: × 1"


def _sparse(panel: Panel) -> Panel:
    """The panel with few ticks; a logarithmic axis says that it is one."""
    title = f"{panel.y.title}, log" if panel.y.log else panel.y.title
    x = replace(panel.x, title="rate", ticks=(0.0, 0.5, 0.9))
    return replace(panel, x=x, y=replace(panel.y, title=title, ticks=_few(panel.y)))


def _few(axis: Axis) -> Sequence[float] | None:
    """At most three powers of ten on a logarithmic axis; None, what the browser finds, on another."""
    if not axis.log:
        return axis.ticks
    low, high = math.ceil(math.log10(axis.low)), math.floor(math.log10(axis.high))
    step = max(1, math.ceil((high - low) / 2))
    return [10.0**power for power in range(low, high + 1, step)]


# ---- words ----------------------------------------------------------------------------------------------------------


def _problem(row: Strategy, rate: float, centred: bool) -> str:
    """What the next layer gets at test if this answer is chosen; of ``centred`` activations the mean is 0."""
    if rate == 0.0:
        return PROBLEM + "At rate 0 none is switched off."
    if centred:
        return PROBLEM + "Here the mean is 0 all the same."
    if row.mistake:
        return PROBLEM + f"Unscaled, the next layer gets {plain(1.0 / (1.0 - rate), 3)} times as much."
    return PROBLEM + "Scaled, both give the next layer the same mean."


def _texts_of_all(
    sweep: Sweep, answers: Sequence[Strategy], right: Sequence[Strategy]
) -> dict[str, Sequence[str]]:
    """What is said whatever is chosen: what each answer does, and the numbers of those that are right."""
    texts: dict[str, Sequence[str]] = {}
    for row in answers:
        texts |= factor_texts(row, sweep.config.rates)
    for row in right:
        texts |= numbers(sweep, row)
    return texts


def _texts(sweep: Sweep, row: Strategy) -> Mapping[str, Sequence[str]]:
    means = (tuple(sweep.estimate("mean", row.name, phase).exact.tolist()) for phase in PHASES)
    law = sweep.config.activations
    return _texts_of(row, sweep.config.rates, *means, law.exact_mean, law.exact_variance)


@lru_cache(maxsize=24)  # they are the same for every draw
def _texts_of(
    row: Strategy,
    rates: tuple[float, ...],
    train: tuple[float, ...],
    test: tuple[float, ...],
    mu: float,
    v: float,
) -> Mapping[str, Sequence[str]]:
    """What is said of one answer at every rate: the problem, the finding, the two means, and whether they agree."""
    findings = _findings(row, rates, mu == 0.0, v == 0.0)
    told = zip(rates, each_plain(train, 3), each_plain(test, 3), findings, strict=True)
    return {
        "problem": [_problem(row, rate, mu == 0.0) for rate in rates],
        "finding": findings,
        "train-mean": each_plain(train, 2),
        "test-mean": each_plain(test, 2),
        "badge": [_badge(one, other) for one, other in zip(train, test, strict=True)],
        "summary": [
            f"Rate {rate:.2f}. Training mean {one}, test mean {other}. {finding}"
            for rate, one, other, finding in told
        ],
    }


def _badge(train: float, test: float) -> str:
    """How the test mean compares with the training mean."""
    if abs(test - train) <= SAME * abs(test):
        return "="
    return f"× {plain(test / train, 3)}"


@lru_cache(maxsize=12)  # they are the same for most laws
def _findings(row: Strategy, rates: tuple[float, ...], centred: bool, constant: bool) -> list[str]:
    return [_finding(row, rate, centred, constant) for rate in rates]


def _finding(row: Strategy, rate: float, centred: bool, constant: bool) -> str:
    """What happens at this rate, in a sentence; of ``centred`` activations the mean is 0."""
    keep = f"{round(1.0 - rate, 6):g}"
    factor = f"1/{keep} = {plain(1.0 / (1.0 - rate), 3)}"
    if rate == 0.0:
        return "At rate 0 nothing is dropped, and there is nothing to scale."
    if centred and constant:
        return "Every activation is 0, and stays 0 whatever is scaled."
    if centred:
        return {
            "none": "Nothing is scaled, and no mean shows it: every mean is 0. The variances differ.",
            "standard": f"At test every output is multiplied by {keep}; every mean is 0 all the same.",
            "inverted": f"Survivors grow to {factor} times their size; every mean is 0 all the same.",
        }[row.name]
    return {
        "none": f"Nothing is scaled: the test mean is {factor} times the training mean.",
        "standard": f"At test every output is multiplied by {keep}: both means shrink.",
        "inverted": f"Survivors grow to {factor} times their size: the mean stays.",
    }[row.name]
