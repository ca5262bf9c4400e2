"""Step 4, drawn: before batch norm the variance shifts."""

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.panels.phases import shaded
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Axis, Line, Panel, Path, Row
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import each_plain, estimated
from dropviz.simulation.next_layer import BELL_END, NormalizedShift

HEIGHT, LOW = 235, 165  # of the picture, and of what unfolds, pixels
INVERTED = "inverted"
LOWEST, HIGHEST = 1.25, 2.6  # where the axis of the densities ends
LI = words.Link("https://arxiv.org/abs/1801.05134", "Li et al., CVPR 2019")


def batch_norm_live(found: NormalizedShift) -> LiveFigure:
    """Return the figure: the variance behind batch norm over the rate; its distribution at this rate unfolds."""
    bells, shift = _bells_panel(found), shift_panel(found)
    rates = found.shift.config.rates
    (over_rates,) = over(np.asarray(rates), [shift], HEIGHT)
    return LiveFigure(
        rows=[
            Row([shaded(over_rates, np.asarray(rates), INVERTED)]),
            Row([bells], fold="The two variances as distributions"),
        ],
        rates=rates,
        texts=_texts(found),
        head=[words.live_paragraph("finding", "finding")],
        foot=[words.Fold("The numbers and their source", [_numbers(found), _source(found)])],
        alt=f"Over the rate: {shift.title}; {bells.title}.",
    )


# ---- panels ---------------------------------------------------------------------------------------------------------


def _top(found: NormalizedShift) -> float:
    """Where the axis of the densities ends: above the highest, within reason."""
    return float(np.clip(1.05 * np.nan_to_num(found.bells).max(), LOWEST, HIGHEST))


def _bells_panel(found: NormalizedShift) -> Panel:
    """A normal of the variance that batch norm passes on at test, and one of variance 1."""
    marks = [
        Path("variance 1", "ink", found.bell_x, found.expected_bell, filled=True),
        Path("at test", INVERTED, found.bell_x, found.bells, "dashed", width=2.5, filled=True),
    ]
    x = Axis("output of batch norm, drawn as a normal", -BELL_END, BELL_END)
    keys: list[words.Span] = [words.Key("in training: variance 1", "ink"), "\N{EN SPACE}"]
    keys += [words.Key("at test: variance Δ = ", INVERTED, True), words.LiveText("shift-exact", "strong")]
    above = [words.Paragraph([*keys, "\N{EN SPACE}", words.LiveText("cut")])]
    title = "Batch norm expects variance 1 and gets Δ"
    return Panel(title, x, Axis("density", 0.0, _top(found)), marks, LOW, above=above)


def shift_panel(found: NormalizedShift) -> Curves:
    """The variance behind batch norm over the rate, simulated on the exact line, and the one of training."""
    shift = found.shift.estimates("shift")
    known = np.isfinite(shift.exact)
    training = Line("training: 1", "ink", Estimate(np.where(known, 1.0, np.nan)))
    title = (
        "The variance at test: below 1 above rate 0"
        if known.any()
        else "z does not vary: there is no such variance"
    )
    lines = [training, Line("test: Δ", INVERTED, shift, dashed=True)]
    return Curves(title, "variance behind batch norm", lines, limits=(0.0, 1.0))


# ---- words ----------------------------------------------------------------------------------------------------------


def _numbers(found: NormalizedShift) -> words.Paragraph:
    config = found.shift.config
    inputs = "1 normal input" if config.fan_in == 1 else f"{config.fan_in:,} normal inputs"
    moments = (
        "the mean and the variance of the activations"
        if found.measured
        else f"mean {config.mean:g}, variance 1"
    )
    return words.Paragraph(
        words.sentence(
            f"{inputs} of {moments}, correlation {config.correlation:g}; random, untrained weights. At this rate Δ is "
            "{shift-exact}, simulated {shift}."
        )
    )


def _source(found: NormalizedShift) -> words.Paragraph:
    said = words.sentence(
        "Δ is the variance of what batch norm gets at test ÷ in training, the same with either strategy ({li}). Its "
        "formula asks for no more than means, variances and correlations of the inputs; that the outputs at test are "
        f"drawn as normals is exact for normal inputs. Points: {found.shift.config.samples:,} samples, bars: one "
        "standard error.",
        li=LI,
    )
    return words.Paragraph(said)


def _texts(found: NormalizedShift) -> dict[str, list[str]]:
    rates, shift = found.shift.config.rates, found.shift.estimates("shift")
    findings = [_finding(*seen) for seen in zip(rates, shift.exact.tolist(), strict=True)]
    known, peaks, top = np.isfinite(shift.exact), found.bells.max(axis=1), _top(found)

    def where_known(texts: list[str]) -> list[str]:
        return [text if is_known else "–" for text, is_known in zip(texts, known, strict=True)]

    return {
        "finding": findings,
        "shift-exact": where_known([_value(value) for value in shift.exact.tolist()]),
        "shift": where_known(estimated(shift)),
        "cut": ["The curve at test is cut above." if peak > top else "" for peak in peaks.tolist()],
        "summary": [f"Rate {rate:.2f}. {said}" for rate, said in zip(rates, findings, strict=True)],
    }


def _value(shift: float) -> str:
    """Δ; one that is below 1 does not read as 1."""
    (text,) = each_plain([shift])
    return "just under 1" if text == "1.000" and shift < 1.0 else "1" if shift == 1.0 else text


def _finding(rate: float, shift: float) -> str:
    if not np.isfinite(shift):
        return "z does not vary in training: batch norm has nothing to divide by."
    if rate == 0.0:
        return "At rate 0 nothing is dropped: behind batch norm the variance is 1 in training and at test."
    return (
        "Batch norm divides by the variance that it saw in training. At test z varies less: "
        f"the variance behind it is {_value(shift)} instead of 1."
    )
