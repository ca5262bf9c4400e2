"""The mistakes: each beside inverted dropout on the same activations and masks, and dropout left on at test."""

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.panels.neurons import factor_texts, neurons, strategy_head
from dropviz.frameworks.snippets import numpy_lines
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Axis, Label, Labels, Line, Panel, Path, Row
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import each_plain, estimated, plain
from dropviz.simulation.mistakes import ANSWERS, Answers, Mistake
from dropviz.theory.moments import PHASES
from dropviz.theory.strategies import Strategy, strategy

HEIGHT = 150  # of a panel, pixels
RIGHT = "correct, and left on"  # a ratio of means cannot tell them apart
ONE_CURVE = {"wrong_train": "wrong p", "wrong_test": "wrong p"}  # both ratios are r/k
ON, OFF = "none", "inverted"
ON_LABEL, OFF_LABEL = "dropout left on at test", "dropout off at test"


def mistake_live(found: Mistake) -> LiveFigure:
    """Return a mistake beside inverted dropout: units, ratio of means, means, numbers and code."""
    rates = np.asarray(found.sweep.config.rates)
    pair = (strategy(found.name), strategy("inverted"))
    panels = [ratio_panel(found, pair[0]), _mean_panel(found, pair[0])]
    heads = [strategy_head(row, words.live_paragraph(f"{row.name}-verdict")) for row in pair]
    return LiveFigure(
        rows=[Row(over(rates, panels, HEIGHT))],
        rates=found.sweep.config.rates,
        texts=_mistake_texts(found, pair),
        head=[words.columns(*heads)],
        foot=[words.columns(*map(_mistake_foot, pair))],
        alt=f"{pair[0].label} beside inverted dropout. {'. '.join(panel.title for panel in panels)}.",
        **neurons(found.units, pair, rates),
    )


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
    return Curves(title, "test mean / training mean", shown, log=True, limits=(0.04, 25.0))


def _curve(row: Strategy) -> str:
    return ONE_CURVE.get(row.name, row.short)


def _mean_panel(found: Mistake, chosen: Strategy) -> Curves:
    train, test = (found.sweep.estimate("mean", chosen.name, phase) for phase in PHASES)
    color = chosen.name
    lines = [Line("training", color, train), Line("test", color, test, dashed=True)]
    root, sizes = found.invisible_rate, ("small", "large") if found.starts_small else ("large", "small")
    where = "at every rate but 0" if root is None else f"below {root:g}, too {sizes[1]} above"
    limits = (0.0, 4.0 * found.sweep.config.activations.exact_mean)
    # left of named_from they meet, at 0 or at 0.5
    return Curves(f"Its test mean is too {sizes[0]} {where}", "mean", lines, limits=limits, named_from=2 / 3)


def _mistake_texts(found: Mistake, pair: Sequence[Strategy]) -> dict[str, list[str]]:
    """Every text that changes with the rate, by name; `strategy_head` and `_mistake_foot` say where each stands."""
    rates = found.sweep.config.rates
    texts: dict[str, list[str]] = {}
    for row in pair:
        name, ratio = row.name, found.ratios[row.name]
        texts |= {**factor_texts(row, rates), **words.quantity_texts(f"{name}-ratio", ratio)}
        for phase in PHASES:
            texts |= words.quantity_texts(f"{name}-{phase}", found.sweep.estimate("mean", name, phase))
        texts[f"{name}-verdict"] = [_verdict(row, value) for value in ratio.exact.tolist()]
        texts[f"{name}-code"] = [_code(row, rate) for rate in rates]
    verdicts = zip(rates, texts[f"{found.name}-verdict"], strict=True)
    return texts | {"summary": [f"Rate {rate:.2f}. {pair[0].short}: {said}" for rate, said in verdicts]}


def _verdict(row: Strategy, ratio: float) -> str:
    if math.isnan(ratio):
        return "The training factor divides by 0 at this rate: no output."
    if math.isclose(ratio, 1.0):
        hides = ": at this rate the mistake does not show" if row.mistake else ""
        return f"Test mean = training mean{hides}."
    return f"Test mean = {plain(ratio)} × training mean."


def _code(row: Strategy, rate: float) -> str:
    """The two lines in NumPy, and in a comment what their factors are at this rate."""
    lines = numpy_lines(row.name, 0.3)  # the lines are the same at every rate where they are defined
    width = max(map(len, lines))
    factors = (row.train_scale.words(rate), row.test_scale.words(rate))
    return "\n".join(f"{line:<{width}}  # {factor}" for line, factor in zip(lines, factors, strict=True))


def _mistake_foot(row: Strategy) -> list[words.Block]:
    titles = {"training mean": "train", "test mean": "test", "test / training": "ratio"}
    cells = [words.quantity(title, f"{row.name}-{text}") for title, text in titles.items()]
    return [
        words.heading_on_phones(row.label),
        words.Quantities(cells),
        words.Code(words.LiveText(f"{row.name}-code")),
    ]


# ---- dropout left on at test ----------------------------------------------------------------------------------------


def left_on_live(found: Answers) -> LiveFigure:
    """Return the answers of one unit over masks beside its one answer with dropout off, at every rate."""
    panels = [_spread_panel(found), _flip_panel(found)]
    spread, flips = over(found.rates, panels, HEIGHT, 3)
    if not found.flipped.exact.any():
        flips = replace(flips, y=replace(flips.y, ticks=(0.0,)))  # no shares below 0
    return LiveFigure(
        rows=[Row([_answers_panel(found), spread, flips])],
        rates=tuple(found.rates.tolist()),
        texts=_answer_texts(found),
        head=[_answers_head()],
        foot=[_answers_foot()],
        alt="Distribution of one unit's answers over masks with dropout left on at test, beside its one answer with "
        f"dropout off. {panels[0].title}. {panels[1].title}.",
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
    low, high = float(found.edges[0]), float(found.edges[-1])
    upright = np.array([0.0, found.top])
    marks = [
        Path("dropout left on", ON, found.edges[:-1], found.shares, width=1.5, stepped=True, filled=True),
        Path("0", "ink", np.zeros(2), upright, width=1),
        Path("dropout off", OFF, np.full(2, found.off), upright, "dashed"),
    ]
    x, y = Axis("answer z of the unit", low, high), Axis("masks", 0.0, float(found.top), unit=" %")
    at = (found.off - low) / (high - low)
    left = at < 0.5
    name = Label(
        ("dropout off",), OFF, at + (0.02 if left else -0.02), 0.93, anchor="start" if left else "end"
    )
    return Panel("One input, an answer a mask", x, y, marks, HEIGHT, Labels([name], [name]))


def _answers_head() -> words.Columns:
    asked = words.Paragraph(f"The same input, asked {ANSWERS} times:")
    on, off = (words.Paragraph(words.LiveText(name, "strong")) for name in ("answers", "off-answers"))
    note = words.live_paragraph("on-note", "muted")
    return words.columns(
        [words.Heading(words.Styled(ON_LABEL, "mistake"), ON), asked, on, note],
        [words.Heading(OFF_LABEL, OFF), asked, off],
    )


def _answers_foot() -> words.Columns:
    titles = ("mean over masks", "standard deviation", "sign flipped")
    on = words.Quantities(list(map(words.quantity, titles, ("on-mean", "on-std", "on-flipped"))))
    known: tuple[words.Span, ...] = (words.LiveText("off-mean"), "0", "never")
    off = words.Quantities([words.Quantity(*each) for each in zip(titles, known, strict=True)])
    return words.columns(
        [words.heading_on_phones(ON_LABEL), on, words.Code(words.LiveText("on-code"))],
        [words.heading_on_phones(OFF_LABEL), off, words.Code("test = a")],
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
            f"test = a * mask / keep  # ÷ {keep:g}, a new mask every time"
            for keep in (1.0 - np.round(found.rates, 6)).tolist()
        ],
    }
    texts["summary"] = [
        f"Rate {rate:.2f}. With dropout left on, answers have standard deviation {std}; {share} flip their sign."
        for rate, std, share in zip(rates, texts["on-std"], texts["on-flipped"], strict=True)
    ]
    return texts


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
