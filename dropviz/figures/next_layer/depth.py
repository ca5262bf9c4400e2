"""Step 3, drawn: how far the average over masks is from the test pass after each layer of a stack."""

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.panels.labels import room, tip_labels
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Axis, Line, Mark, Panel, Path, Row
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import plain
from dropviz.settings.next_layer import LABELS
from dropviz.simulation.nonlinearity import ROUNDING, DepthGap

HEIGHT, LOW = 235, 165  # of the picture, and of what unfolds, pixels
INVERTED, MENDED = "inverted", "other"
SMALLEST_GAP, LARGEST_GAP = 0.1, 1e8  # what the axes can show, per cent
OTHER_RATES = (0.1, 0.3, 0.5, 0.7, 0.9)  # of the thin lines, which show where this rate is among all
UNIT = "gap, % of the test pass"
GROWS, SHRINKS = 1.25, 0.8  # from the first layer to the last; in between it stays


def depth_live(found: DepthGap) -> LiveFigure:
    """Return the figure: the gap layer by layer at this rate; what a factor leaves, and every rate, unfold."""
    layers, mended, over_rates = _layers_panel(found), _mended_panel(found), _rates_panel(found)
    rates = np.asarray(found.config.rates)
    return LiveFigure(
        rows=[
            Row([layers]),
            Row([mended], [words.live_paragraph("factor")], "Would one factor a layer mend it?"),
            Row(over(rates, [over_rates], LOW), fold="At every rate: after the first and the last layer"),
        ],
        rates=found.config.rates,
        texts=_texts(found),
        head=[words.live_paragraph("finding", "finding")],
        foot=[_note(found)],
        alt=f"{layers.title}; {mended.title}; over the rate: {over_rates.title}.",
    )


# ---- panels ---------------------------------------------------------------------------------------------------------


def _layers_panel(found: DepthGap) -> Panel:
    """The gap over the layers at this rate, and what the noise hides."""
    key = words.Key("average over masks − test pass, at this rate", INVERTED)
    return _over_layers("After each layer; random, untrained weights", found, found.relative_gap, key, HEIGHT)


def _mended_panel(found: DepthGap) -> Panel:
    """What the best single factor of each layer leaves of it."""
    key = words.Key("gap after each layer’s best factor, at this rate", MENDED)
    return _over_layers("What the best factor leaves, by layer", found, found.residual_gap, key, LOW)


def _over_layers(title: str, found: DepthGap, gap: Floats, key: words.Key, height: int) -> Panel:
    """A gap over the layers at this rate and, thin, at a few others, and what the noise hides."""
    layers, noise = _layers(found), 100.0 * found.noise_floor
    largest = float(np.clip(np.nan_to_num(100.0 * found.relative_gap).max(), 100.0, LARGEST_GAP))
    lowest = float(np.clip(noise[noise > ROUNDING].min(initial=1.0), SMALLEST_GAP, 1.0))
    x = Axis("layer", 0.6, len(layers) + 0.4, ticks=layers.tolist())
    y = Axis(UNIT, lowest, 1.5 * largest, log=True)
    above_noise = np.where(gap > found.noise_floor, 100.0 * gap, np.nan)
    others = {
        f"rate {rate:g}": above_noise[found.config.rates.index(rate)]
        for rate in OTHER_RATES
        if rate in found.config.rates
    }
    tips = [
        (name, "ink", float(x.share(layers[-1:])[0]), float(up))
        for name, values in others.items()
        if 0.0 <= (up := y.share(values[-1:])[0]) <= 1.0
    ]
    labels = tip_labels(tips, height)
    marks: list[Mark] = [Path(name, "ink", layers, values, width=0.75) for name, values in others.items()]
    marks.append(Path("gap", key.color, layers, 100.0 * gap, width=3, dots=10))
    marks.append(Path("lost in noise below", "ink", layers, noise, "dotted"))
    above = [words.Paragraph([key, "\N{EN SPACE}dotted: below it a gap is lost in noise"])]
    return Panel(title, x, y, marks, height, labels, above=above, right=room(labels))


def _layers(found: DepthGap) -> Floats:
    return np.arange(1.0, found.config.depth + 1.0)


def _rates_panel(found: DepthGap) -> Curves:
    """The gap over the rate after the first and the last layer."""
    # a logarithm has no place for 0
    gap = Estimate(100.0 * np.where(found.relative_gap > ROUNDING, found.relative_gap, np.nan))
    # there is no closed form: these curves are simulated
    lines = [Line("layer 1", "ink", gap[:, 0], kind="simulated")]
    if found.config.depth > 1:
        lines.append(Line(f"layer {found.config.depth}", INVERTED, gap[:, -1], kind="simulated"))
    limits = (SMALLEST_GAP, LARGEST_GAP)
    return Curves("The gap over the rate, simulated", UNIT, lines, log=True, limits=limits)


# ---- words ----------------------------------------------------------------------------------------------------------


def _note(found: DepthGap) -> words.Fold:
    stack = found.config
    said = (
        f"{stack.depth} layers of {stack.width} units, f = {LABELS[stack.nonlinearity]}, random and untrained weights, "
        f"no biases; inverted dropout before each layer. One input, {stack.passes} passes with dropout, one without. "
        "Gap: the root mean square over units of average − test pass, divided by that of the test pass. Training could "
        "make it smaller or larger. All of this is simulated; the dotted line is the standard error of the average."
    )
    return words.Fold("How the gap is measured", [words.Paragraph(said)])


def _texts(found: DepthGap) -> dict[str, list[str]]:
    places = range(len(found.config.rates))
    findings = [depth_finding(found, at) for at in places]
    return {
        "finding": findings,
        "factor": [_factor(found, at) for at in places],
        "summary": [
            f"Rate {rate:.2f}. {said}" for rate, said in zip(found.config.rates, findings, strict=True)
        ],
    }


def depth_finding(found: DepthGap, at: int) -> str:
    """Say what the layers make of the gap after the first, at the rate of this index."""
    gap, floor, depth = found.relative_gap[at], found.noise_floor[at], found.config.depth
    if found.config.rates[at] == 0.0:
        return "At rate 0 nothing is dropped: there is no gap after any layer."
    if not np.isfinite(gap).all():
        return "The test pass gives 0 in some layer: there is no relative gap."
    if max(gap[[0, -1]].max(), floor[[0, -1]].max()) <= ROUNDING:
        return "Every pass gives the same: there is no gap."
    said = f"is {_seen(gap[0], floor[0])} of the test pass after one layer"
    if depth > 1:
        said += f", {_seen(gap[-1], floor[-1])} after {depth}"
    return f"Random, untrained weights: the gap {_course(gap, floor)}{said}."


def _course(gap: Floats, floor: Floats) -> str:
    """What becomes of the gap from the first layer to the last, unless the noise hides it."""
    if len(gap) == 1 or (gap[[0, -1]] <= floor[[0, -1]]).any():
        return ""
    times = gap[-1] / gap[0]
    course = "grows" if times > GROWS else "shrinks" if times < SHRINKS else "changes little"
    return f"{course} with depth: it "


def _factor(found: DepthGap, at: int) -> str:
    gap, left, floor = found.relative_gap[at], found.residual_gap[at], found.noise_floor[at]
    if found.config.rates[at] == 0.0:
        return "At rate 0 there is no gap to mend."
    if not np.isfinite(gap).all():
        return "There is no relative gap to mend."
    return (
        f"After layer {found.config.depth} the gap is {_seen(gap[-1], floor[-1])} of the test pass; "
        f"what the best factor of that layer leaves is {_seen(left[-1], floor[-1])}."
    )


def _seen(gap: float, floor: float) -> str:
    """A simulated gap in per cent, or that it is smaller than the noise of a finite number of passes."""
    if max(gap, floor) <= ROUNDING:
        return "0 %"
    said = f"{two_digits(100.0 * max(gap, floor))} %"
    return said if gap > floor else f"below the noise of {said}"


def two_digits(value: float) -> str:
    """Write a positive number with two significant digits, from 100 on as a whole one.

    >>> two_digits(0.0314), two_digits(12345.6)
    ('0.031', '12,346')
    """
    return plain(value, 2) if value < 99.5 else f"{value:,.0f}"
