"""Dropout left on at test, drawn: many answers to one input, beside the one with dropout off."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import numpy as np

from dropviz.figures.mistakes.beside_inverted import FOLDED, HEIGHT, RIGHT_SIGN, WRONG_SIGN
from dropviz.figures.mistakes.exhibits import exhibit
from dropviz.figures.panels.curves import Curves, over
from dropviz.frameworks.snippets import changed_lines
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Axis, Label, Labels, Line, Panel, Path, Row
from dropviz.numbers.checks import Floats
from dropviz.numbers.written import estimated, plain, short
from dropviz.simulation.mistakes import ANSWERS, Answers
from dropviz.theory.diagnosis import LEFT_ON

ON, OFF = "none", "inverted"
ON_LABEL, OFF_LABEL = "dropout left on at test", "dropout off at test"


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
            words.Fold("The code", [_left_on_code()]),
            words.Fold("The numbers", [_answers_foot()]),
            exhibit(LEFT_ON),
        ],
        alt=f"{'. '.join(panel.title for panel in answers)}. {'. '.join(panel.title for panel in panels)}.",
    )


def _spread_panel(found: Answers) -> Curves:
    scatters = bool(found.std.exact.max() > 0.0)
    title = "The higher the rate, the more they scatter" if scatters else "Nothing scatters: every input is 0"
    lines = [Line("standard deviation", ON, found.std)]
    return Curves(title, "standard deviation", lines, limits=(0.0, np.inf))


def _flip_panel(found: Answers) -> Curves:
    most = found.flipped.exact.max()
    if found.off == 0.0:
        title = "The answer is 0: it has no sign to flip"
    elif most == 0.0:
        title = f"Not one of {found.masks:,} masks flips the sign"
    else:
        title = f"Up to {short(most)} % of {found.masks:,} masks flip its sign"
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
        **words.quantity_texts("on-std", found.std),
        "on-flipped": [f"{share:.1f} %" for share in found.flipped.exact.tolist()],
        "on-note": [_cut_off(shares, found.top) for shares in found.shares],
        "on-code": [
            f"{changed_lines(LEFT_ON)[0]}  # {WRONG_SIGN} ÷ {keep:g}, a new mask every time"
            for keep in (1.0 - np.round(found.rates, 6)).tolist()
        ],
    }
    findings = [
        _answer_finding(*each, found.off) for each in zip(rates, found.std.exact.tolist(), strict=True)
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
        f"scatter by ± {short(std)}."
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
