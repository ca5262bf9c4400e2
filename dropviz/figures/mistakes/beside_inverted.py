"""The mistakes, each beside inverted dropout on the same activations and masks."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from dropviz.figures.mistakes.exhibits import exhibit
from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.panels.neurons import KEY, factor_texts, neurons, strategy_head
from dropviz.figures.panels.phases import phases, shaded
from dropviz.frameworks.snippets import changed_lines, numpy_lines
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Panel, Row
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import short
from dropviz.simulation.mistakes import Mistake
from dropviz.theory.diagnosis import cure
from dropviz.theory.moments import PHASES
from dropviz.theory.strategies import Strategy, strategy

HEIGHT, FOLDED = 190, 150  # of a panel, pixels
RIGHT = "correct, and left on"  # a ratio of means cannot tell them apart
ONE_CURVE = {"wrong_train": "wrong p", "wrong_test": "wrong p"}  # both ratios are r/k
WRONG_SIGN, RIGHT_SIGN = "✗", "✓"
CAUSES = {
    "none": "Nothing makes up for the dropped units",
    "both": "Scaled in training and again at test",
    "wrong_train": "Training divides by the drop rate instead of keep",
    "wrong_test": "Test multiplies by the drop rate instead of keep",
}
# Test mean over training mean, s/(t·k), as a person would write it.
RATIOS = {"none": "1/{keep}", "both": "{keep}", "wrong_train": "{rate}/{keep}", "wrong_test": "{rate}/{keep}"}
_OF_RATE = "(rate ÷ keep) × training mean"
OF_TRAINING = {"none": "training mean ÷ keep", "both": "keep × training mean"} | dict.fromkeys(
    ONE_CURVE, _OF_RATE
)


def mistake_live(found: Mistake) -> LiveFigure:
    """Return a mistake's means beside those of inverted dropout; folded, its ratio, code, numbers and units."""
    rates, wrong, right = np.asarray(found.sweep.config.rates), strategy(found.name), strategy("inverted")
    means = _mean_panels(found, wrong, right)
    ratio = over(rates, [ratio_panel(found, wrong)], FOLDED)
    return LiveFigure(
        rows=[Row(means), Row(ratio, fold="All mistakes at once")],
        rates=found.sweep.config.rates,
        texts=_mistake_texts(found, wrong, right),
        head=[words.live_paragraph("finding", "finding")],
        foot=[
            _code_fold(wrong, cure(found.name)),
            _numbers_fold(found, wrong, right),
            _units_fold(wrong, right),
            exhibit(found.name),
        ],
        alt=f"{wrong.label} beside inverted dropout. {'. '.join(panel.title for panel in (*means, *ratio))}.",
        **neurons(found.units, (wrong, right), rates),
    )


def _mean_panels(found: Mistake, wrong: Strategy, right: Strategy) -> list[Panel]:
    """The means in both phases under the mistake and under inverted dropout, on the same axis."""
    mu = found.sweep.config.activations.exact_mean
    limits = (min(0.0, 4.0 * mu), max(0.0, 4.0 * mu)) if mu else (-math.inf, math.inf)
    lines = {row.name: phases(found.sweep, "mean", row) for row in (wrong, right)}
    said = "every mean is 0" if found.centred else f"test mean = {OF_TRAINING[wrong.name]}"
    titles = (
        f"{WRONG_SIGN} {wrong.short.capitalize()}: {said}",
        f"{RIGHT_SIGN} Inverted: test mean = training mean",
    )
    curves = [
        Curves(title, "mean", lines[row.name], limits=limits, beside=lines[other.name])
        for title, row, other in zip(titles, (wrong, right), (right, wrong), strict=True)
    ]
    rates = np.asarray(found.sweep.config.rates)
    with_gap, without = over(rates, curves, HEIGHT)
    return [shaded(with_gap, rates, wrong.name), without]


def ratio_panel(found: Mistake, chosen: Strategy) -> Curves:
    """Ratio of the means of every mistake; the chosen one last, on top of the others, and with simulated points."""
    ratios = {strategy(name): ratio for name, ratio in found.ratios.items() if strategy(name).mistake}
    lines = {
        _curve(row): Line(_curve(row), row.name, Estimate(ratio.exact), width=1.5)
        for row, ratio in ratios.items()
    }
    lines.pop(_curve(chosen))
    ones = Estimate(np.ones(len(found.sweep.config.rates)))
    right = Line(RIGHT, "inverted", ones, width=1.5)
    on_top = Line(_curve(chosen), chosen.name, found.ratios[chosen.name], width=4)
    root = found.invisible_rate
    where = f"does not show at rate {root:g}" if root is not None else "shows at every rate but 0"
    shown, title = [right, *lines.values(), on_top], f"“{chosen.short}” {where}"
    of = "test mean / training mean"
    if found.centred:
        title, of = f"Unit by unit, {title}", "a unit’s test output / its training average"
    if _nothing(found):
        title = "Every output is 0: no mistake shows"
    return Curves(title, of, shown, log=True, limits=(0.04, 25.0))


def _nothing(found: Mistake) -> bool:
    """Whether every activation is 0."""
    return found.centred and found.sweep.config.activations.exact_variance == 0.0


def _curve(row: Strategy) -> str:
    return ONE_CURVE.get(row.name, row.short)


# ---- words ----------------------------------------------------------------------------------------------------------


def _mistake_texts(found: Mistake, wrong: Strategy, right: Strategy) -> dict[str, Sequence[str]]:
    """Every text that changes with the rate, by name."""
    rates = found.sweep.config.rates
    texts: dict[str, Sequence[str]] = {}
    for row in (wrong, right):
        name, ratio = row.name, found.ratios[row.name]
        if found.centred:
            ratio = Estimate(np.full(len(rates), np.nan))  # 0 / 0
        texts |= {**factor_texts(row, rates), **words.quantity_texts(f"{name}-ratio", ratio)}
        for phase in PHASES:
            texts |= words.quantity_texts(f"{name}-{phase}", found.sweep.estimate("mean", name, phase))
    changed = changed_lines(found.name)
    for kind, row in (("wrong", wrong), ("right", cure(found.name))):
        texts[f"{kind}-code"] = [_code(row, rate, changed) for rate in rates]
    findings = list(map(_finding(found), rates))
    summary = [f"Rate {rate:.2f}. {wrong.short}: {said}" for rate, said in zip(rates, findings, strict=True)]
    return texts | {"finding": findings, "summary": summary}


def _finding(found: Mistake) -> Callable[[float], str]:
    """What the mistake does at a rate, in a sentence."""
    name, nothing = found.name, _nothing(found)
    ratios = dict(zip(found.sweep.config.rates, found.ratios[name].exact.tolist(), strict=True))

    def said(rate: float) -> str:
        ratio = ratios[rate]
        if math.isnan(ratio):
            return f"{CAUSES[name]}, here by 0: there is no output."
        if nothing:
            return "Every activation is 0, and so is every output: no mistake shows."
        if math.isclose(ratio, 1.0):
            why = "nothing is dropped" if rate == 0.0 else "drop rate and keep are the same number"
            return f"At rate {rate:g} {why}: the mistake does not show."
        written = RATIOS[name].format(rate=f"{round(rate, 6):g}", keep=f"{round(1.0 - rate, 6):g}")
        times = written if written == short(ratio) else f"{written} = {short(ratio)}"
        if found.centred:
            average = f"at test a unit gives {times} times its average in training"
            return f"{CAUSES[name]}: {average}. No mean shows it, for all are 0."
        return f"{CAUSES[name]}: the test mean is {times} times the training mean."

    return said


def _code(row: Strategy, rate: float, changed: tuple[str, str]) -> str:
    """The two lines in NumPy; in a comment what their factors are at this rate, and which is the wrong or right one."""
    lines = numpy_lines(row.name, 0.3)
    width = max(map(len, lines))
    signs = dict(zip(changed, (WRONG_SIGN, RIGHT_SIGN), strict=True))
    factors = (row.train_scale.words(rate), row.test_scale.words(rate))
    return "\n".join(
        f"{line:<{width}}  # {signs.get(line, ' ')} {factor}"
        for line, factor in zip(lines, factors, strict=True)
    )


def _code_fold(wrong: Strategy, right: Strategy) -> words.Fold:
    """The code with the mistake, and with the one line changed."""
    wrong_code, right_code = (words.Code(words.LiveText(f"{kind}-code")) for kind in ("wrong", "right"))
    pair = words.columns([_heading(wrong), wrong_code], [_heading(right), right_code])
    return words.Fold("The code", [pair])


def _numbers_fold(found: Mistake, wrong: Strategy, right: Strategy) -> words.Fold:
    units = f"{found.sweep.config.units:,} units, under the same mask on both sides"
    note = words.Paragraph(f"Lines are exact; points are simulated: {units}.", "muted")
    pair = words.columns([_heading(wrong), _numbers(wrong)], [_heading(right), _numbers(right)])
    return words.Fold("The numbers", [pair, note])


def _numbers(row: Strategy) -> words.Quantities:
    titles = {"training mean": "train", "test mean": "test", "test / training": "ratio"}
    return words.Quantities([words.quantity(title, f"{row.name}-{text}") for title, text in titles.items()])


def _units_fold(wrong: Strategy, right: Strategy) -> words.Fold:
    key = words.Paragraph(KEY, "muted")
    pair = words.columns(strategy_head(wrong, key), strategy_head(right, key))
    return words.Fold("Unit by unit", [pair])


def _heading(row: Strategy) -> words.Heading:
    return words.Heading(f"{WRONG_SIGN if row.mistake else RIGHT_SIGN} {row.label}", row.name)
