"""The mistakes: each beside inverted dropout on the same activations and masks, and dropout left on at test."""

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.panels.neurons import factor_texts, neurons, strategy_head
from dropviz.figures.panels.phases import phases, shaded
from dropviz.frameworks.snippets import numpy_lines
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Axis, Label, Labels, Line, Panel, Path, Row
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import each_plain, estimated, plain, short
from dropviz.simulation.mistakes import ANSWERS, Answers, Mistake
from dropviz.theory.diagnosis import LEFT_ON, cure
from dropviz.theory.moments import PHASES
from dropviz.theory.strategies import Strategy, strategy

HEIGHT, FOLDED = 190, 150  # of a panel, pixels
RIGHT = "correct, and left on"  # a ratio of means cannot tell them apart
ONE_CURVE = {"wrong_train": "wrong p", "wrong_test": "wrong p"}  # both ratios are r/k
ON, OFF = "none", "inverted"
ON_LABEL, OFF_LABEL = "dropout left on at test", "dropout off at test"
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
            _units_fold(found, wrong, right),
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
        title, of = f"Unit by unit, {title}", "a unit's test output / its training average"
    return Curves(title, of, shown, log=True, limits=(0.04, 25.0))


def _curve(row: Strategy) -> str:
    return ONE_CURVE.get(row.name, row.short)


# ---- words ----------------------------------------------------------------------------------------------------------


def changed_lines(name: str) -> tuple[str, str]:
    """The line of code that is wrong in the mistake ``name``, and the right one; in NumPy, as `numpy_lines` writes it.

    >>> changed_lines("none"), changed_lines("left_on")
    (('train = a * mask', 'train = a * mask / keep'), ('test = a * mask / keep', 'test = a'))
    """
    right = numpy_lines(cure(name).name, 0.3)
    if name == LEFT_ON:
        return right[0].replace("train", "test"), right[1]
    wrong = numpy_lines(name, 0.3)  # the lines are the same at every rate where they are defined
    (pair,) = [lines for lines in zip(wrong, right, strict=True) if lines[0] != lines[1]]
    return pair


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
    name, nothing = found.name, found.sweep.config.activations.exact_variance == 0.0 and found.centred
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
        times = written if written == short(ratio) else f"{written}\u00a0=\u00a0{short(ratio)}"
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
    return words.Fold("The code: one line is wrong", [pair])


def _numbers_fold(found: Mistake, wrong: Strategy, right: Strategy) -> words.Fold:
    units = f"{found.sweep.config.units:,} units, under the same mask on both sides"
    note = words.Paragraph(f"Lines are exact; points are simulated: {units}.", "muted")
    pair = words.columns([_heading(wrong), _numbers(wrong)], [_heading(right), _numbers(right)])
    return words.Fold("The numbers, with their errors", [pair, note])


def _numbers(row: Strategy) -> words.Quantities:
    titles = {"training mean": "train", "test mean": "test", "test / training": "ratio"}
    return words.Quantities([words.quantity(title, f"{row.name}-{text}") for title, text in titles.items()])


def _units_fold(found: Mistake, wrong: Strategy, right: Strategy) -> words.Fold:
    key = words.Paragraph(
        "Area is the size of an output; a dashed ring is a dropped unit, a solid ring a negative output.",
        "muted",
    )
    pair = words.columns(strategy_head(wrong, key), strategy_head(right, key))
    return words.Fold(f"Unit by unit: {len(found.units.activation)} of them", [pair])


def _heading(row: Strategy) -> words.Heading:
    return words.Heading(f"{WRONG_SIGN if row.mistake else RIGHT_SIGN} {row.label}", row.name)


# ---- dropout left on at test ----------------------------------------------------------------------------------------


def left_on_live(found: Answers) -> LiveFigure:
    """Return the answers of one unit over masks beside its one answer with dropout off; folded, all rates."""
    answers = [_answers_panel(found), _one_answer_panel(found)]
    panels = [_spread_panel(found), _flip_panel(found)]
    spread, flips = over(found.rates, panels, FOLDED)
    if not found.flipped.exact.any():
        flips = replace(flips, y=replace(flips.y, ticks=(0.0,)))  # no shares below 0
    return LiveFigure(
        rows=[Row(answers), Row([spread, flips], fold="How far the answers scatter, at every rate")],
        rates=tuple(found.rates.tolist()),
        texts=_answer_texts(found),
        head=[words.live_paragraph("finding", "finding")],
        foot=[
            words.Fold("The code: one line is wrong", [_left_on_code()]),
            words.Fold("The numbers, and six answers to the same input", [_answers_foot()]),
        ],
        alt=f"{'. '.join(panel.title for panel in answers)}. {'. '.join(panel.title for panel in panels)}.",
    )


def _spread_panel(found: Answers) -> Curves:
    scatters = bool(found.exact_std.max() > 0.0)
    title = "The higher the rate, the more they scatter" if scatters else "Nothing scatters: every input is 0"
    lines = [Line("standard deviation", ON, Estimate(found.exact_std, found.std))]
    return Curves(title, "standard deviation", lines, limits=(0.0, np.inf))


def _flip_panel(found: Answers) -> Curves:
    most = found.flipped.exact.max()
    if found.off == 0.0:
        title = "The answer is 0: it has no sign to flip"
    elif most == 0.0:
        title = "No mask flips the sign of the answer"
    else:
        title = f"Up to {most:.0f} % of the masks flip its sign"
    # too many masks to list: so is the line
    line = Line("sign flipped", ON, found.flipped, kind="simulated")
    return Curves(title, "masks, %", [line], limits=(0.0, 100.0))


def _answers_panel(found: Answers) -> Panel:
    """The answers over masks as bars, 0 and the answer with dropout off as vertical lines."""
    marks = [
        Path("dropout left on", ON, found.edges[:-1], found.shares, width=1.5, stepped=True, filled=True),
        *_answers_marked(found, "dashed"),
    ]
    title = f"{WRONG_SIGN} Left on at test: one input, an answer for each mask"
    return Panel(title, *_answer_axes(found), marks, HEIGHT, _beside_off(found, "dropout off"))


def _one_answer_panel(found: Answers) -> Panel:
    """The answer with dropout off, which every pass gives, on the same axes."""
    title, name = f"{RIGHT_SIGN} Off at test: one input, one answer", "100 % of the passes"
    return Panel(
        title, *_answer_axes(found), _answers_marked(found, "solid"), HEIGHT, _beside_off(found, name)
    )


def _answers_marked(found: Answers, dash: Literal["solid", "dashed"]) -> list[Path]:
    upright = np.array([0.0, found.top])
    return [
        Path("0", "ink", np.zeros(2), upright, width=1),
        Path("dropout off", OFF, np.full(2, found.off), upright, dash, width=2 if dash == "dashed" else 4),
    ]


def _beside_off(found: Answers, name: str) -> Labels:
    """A name beside the answer with dropout off, where there is more room."""
    at = float(_answer_axes(found)[0].share(np.array([found.off]))[0])
    left = at < 0.5
    label = Label((name,), OFF, at + (0.02 if left else -0.02), 0.93, anchor="start" if left else "end")
    return Labels([label], [label])


def _answer_axes(found: Answers) -> tuple[Axis, Axis]:
    x = Axis("answer z of the unit", float(found.edges[0]), float(found.edges[-1]))
    return x, Axis("passes", 0.0, float(found.top), unit=" %")


def _left_on_code() -> words.Columns:
    return words.columns(
        [words.Heading(f"{WRONG_SIGN} {ON_LABEL}", ON), words.Code(words.LiveText("on-code"))],
        [words.Heading(f"{RIGHT_SIGN} {OFF_LABEL}", OFF), words.Code(f"test = a  # {RIGHT_SIGN} unchanged")],
    )


def _answers_foot() -> words.Columns:
    titles = ("mean over masks", "standard deviation", "sign flipped")
    on = words.Quantities(list(map(words.quantity, titles, ("on-mean", "on-std", "on-flipped"))))
    known: tuple[words.Span, ...] = (words.LiveText("off-mean"), "0", "never")
    off = words.Quantities([words.Quantity(*each) for each in zip(titles, known, strict=True)])
    asked, other = (words.Paragraph(words.LiveText(name, "strong")) for name in ("answers", "off-answers"))
    return words.columns(
        [words.Heading(f"{WRONG_SIGN} {ON_LABEL}", ON), asked, on, words.live_paragraph("on-note", "muted")],
        [words.Heading(f"{RIGHT_SIGN} {OFF_LABEL}", OFF), other, off],
    )


def _answer_texts(found: Answers) -> dict[str, list[str]]:
    """Every text that changes with the rate, by name."""
    rates = found.rates.tolist()
    still = {
        "off-answers": _listed([found.off] * ANSWERS),
        "off-mean": plain(found.off),
        "on-mean-exact": f"exact {plain(found.off)}",
        "on-flipped-exact": f"of {found.masks:,} masks",
    }
    texts = {name: [text] * len(rates) for name, text in still.items()} | {
        "answers": [_listed(column) for column in found.first.T.tolist()],
        "on-mean": estimated(found.mean),
        "on-std": each_plain(found.std, 3),
        "on-std-exact": [f"exact {text}" for text in each_plain(found.exact_std, 3)],
        "on-flipped": [f"{share:.1f} %" for share in found.flipped.exact.tolist()],
        "on-note": [_cut_off(shares, found.top) for shares in found.shares],
        "on-code": [
            f"{changed_lines(LEFT_ON)[0]}  # {WRONG_SIGN} ÷ {keep:g}, a new mask every time"
            for keep in (1.0 - np.round(found.rates, 6)).tolist()
        ],
    }
    findings = [
        _answer_finding(*each, found.off) for each in zip(rates, found.exact_std.tolist(), strict=True)
    ]
    summary = zip(rates, findings, texts["on-flipped"], strict=True)
    return texts | {
        "finding": findings,
        "summary": [
            f"Rate {rate:.2f}. {said} {share} of the masks flip its sign." for rate, said, share in summary
        ],
    }


def _answer_finding(rate: float, std: float, off: float) -> str:
    if rate == 0.0:
        return "At rate 0 nothing is dropped: left on or off, the answer is the same."
    if std == 0.0:
        return "Every input is 0, and so is every answer: the mistake does not show."
    return (
        f"The mask is still drawn at test: the mean is right, {short(off)}, but the answers to one and the same input "
        f"scatter by ±\u00a0{short(std)}."
    )


def _listed(answers: Sequence[float]) -> str:
    return ",  ".join(plain(answer, 3) for answer in answers)


def _cut_off(shares: Floats, top: float) -> str:
    """Say what the frame of the picture cuts off."""
    tallest, outside = shares.max(), 100.0 - shares.sum()
    parts = []
    if tallest > top:
        parts.append(f"Tallest bar: {tallest:.0f} %.")
    if outside > 0.05:
        parts.append(f"Beyond the frame: {outside:.1f} % of the masks.")
    return " ".join(parts)
