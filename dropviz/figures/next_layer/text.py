"""The words and numbers of the next layer's page: what stands still, and what follows the rate."""

import numpy as np

from dropviz.live import words
from dropviz.numbers.written import each_plain, estimated, plain
from dropviz.settings.next_layer import LABELS
from dropviz.simulation.layer import LayerSweep
from dropviz.simulation.next_layer import STRATEGIES, NextLayer
from dropviz.simulation.nonlinearity import ROUNDING, DepthGap
from dropviz.simulation.variance_shift import VarianceShift

COURSE = "https://www.coursera.org/lecture/deep-neural-network/dropout-regularization-eM33A"
NG = words.Link(COURSE, "Andrew Ng’s course")
WANG = words.Link("https://proceedings.mlr.press/v28/wang13a.html", "Wang & Manning, ICML 2013")
BALDI = words.Link("https://papers.nips.cc/paper/4878-understanding-dropout", "Baldi & Sadowski, NIPS 2013")
LI = words.Link("https://arxiv.org/abs/1801.05134", "Li et al., CVPR 2019")
INVERTED, STANDARD, MISTAKE = "inverted", "standard", "none"

Texts = dict[str, list[str]]


# ---- what stands still ----------------------------------------------------------------------------------------------


def head(layer: LayerSweep) -> list[words.Block]:
    """The first section: the claim, and a column for each way of training."""
    inputs, masks = _count(layer.config.fan_in, "fixed input"), f"{layer.config.masks:,}"
    lead = words.sentence(
        "{ng} (Coursera, 2017): after {divide}, {z4} keeps its expected size. "
        f"Here: one unit of layer 4, {inputs}, {masks} masks. Exact moments: {{wang}}.",
        ng=NG,
        divide=words.Styled("a3 /= keep_prob", "code"),
        z4=words.Styled("z4 = W4·a3 + b4", "code"),
        wang=WANG,
    )
    divided = words.Heading("Divided by keep: inverted", INVERTED)
    undivided = words.Heading("Not divided: standard, if a is scaled at test", STANDARD)
    inverted = _keys(words.Key("training", INVERTED), words.Key("test: W·a + b", INVERTED, True))
    standard = _keys(
        words.Key("training", STANDARD),
        words.Key("test, scaled", STANDARD, True),
        words.Key("test, unscaled: the mistake", MISTAKE, True),
    )
    return [
        words.columns([words.Paragraph(lead)]),
        words.columns(
            [divided, inverted, *_numbers("inverted", "z at test")],
            [undivided, standard, *_numbers("standard", "z at test, scaled")],
        ),
    ]


def _keys(*keys: words.Key) -> words.Paragraph:
    return words.Paragraph([span for key in keys for span in (key, "\N{EN SPACE}")], "factor")


def _numbers(name: str, at_test: str) -> list[words.Block]:
    """What the picture of the strategy ``name`` cannot show, and its numbers; nothing moves while digits change."""
    titles = {"mean": "mean of z", "variance": "variance of z", "test": at_test}
    cells = [words.quantity(title, f"{name}-{part}") for part, title in titles.items()]
    return [words.live_paragraph(f"{name}-note", "muted"), words.Quantities(cells, widths=(1, 1.25, 1))]


def sections(result: NextLayer) -> list[list[words.Block]]:
    """The other four sections."""
    inputs, f = result.unit.inputs, LABELS[result.unit.nonlinearity]
    largest = float(np.abs(result.logistic.geometric_mean - result.logistic.weight_scaled).max())
    masks, stack, batch = 2**inputs, result.depth.config, result.shift.config
    return [
        _section(
            "Matching the mean of z is not enough",
            f"One unit with {_count(inputs, 'input')}, f = {f}, all {masks:,} masks listed. At this rate f(z) is "
            "{unit-average} on average and {unit-test} in the test pass, without dropout (inverted). "
            "{unit-factor:plain}",
        ),
        _section(
            "Does it grow with depth?",
            f"{stack.depth} layers of {stack.width} units, f = {f}, inverted dropout, {stack.passes} passes. Gap: root "
            "mean square over units of average − test pass, relative to the test pass; {still}, {rescaled}, dotted: "
            "lost in noise. {depth:plain}",
            still=words.Key("as it is", INVERTED),
            rescaled=words.Key("after the best single factor", MISTAKE, True),
        ),
        _section(
            "One logistic unit: a geometric mean",
            f"σ(E[z]) is the {{mean}} of all {masks:,} thinned networks ({{baldi}}), which need not be their average. "
            "At this rate (inverted): average {logistic-average}, geometric mean {logistic-geometric}, test pass "
            f"{{logistic-test}}. Over all rates the last two differ by at most {plain(largest, 1)}: rounding.",
            mean=words.Styled("normalized geometric mean", "emphasis"),
            baldi=BALDI,
        ),
        _section(
            "Before batch norm: the variance shifts",
            "Batch norm divides by the variance that it saw in training; at test the variance is Δ times that ({li}), "
            f"with either strategy. {_count(batch.fan_in, 'normal input')} of mean {batch.mean:g}, variance "
            f"{batch.variance:g}, correlation {batch.correlation:g}: at this rate Δ = {{shift-exact}}, simulated "
            "{shift}.",
            li=LI,
        ),
    ]


def _section(title: str, template: str, **given: words.Span) -> list[words.Block]:
    return [words.Heading(title), words.Paragraph(words.sentence(template, **given))]


def foot() -> list[words.Block]:
    """What stands below the figure."""
    said = (
        "Lines are exact and points simulated, with bars of one standard error; the distributions of z and the gap "
        "over depth are simulated alone."
    )
    return [words.columns([words.Paragraph(said, "muted")])]


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


# ---- what follows the rate ------------------------------------------------------------------------------------------


def texts(result: NextLayer) -> Texts:
    """Every text that changes with the rate, by name; the words above say where each stands."""
    unit, shift, logistic = result.unit, result.shift, result.logistic
    inverted = unit.strategies.index("inverted")
    average, test, gap = unit.output.exact[inverted], unit.at_test[inverted], unit.gap[inverted]
    return _layer_texts(result) | {
        "unit-average": each_plain(average),
        "unit-test": each_plain(test),
        "unit-factor": list(map(_factor_sentence, average.tolist(), test.tolist(), gap.tolist())),
        "depth": [_depth_sentence(result.depth, at) for at in range(len(result.rates))],
        "logistic-average": each_plain(logistic.arithmetic_mean),
        "logistic-geometric": each_plain(logistic.geometric_mean),
        "logistic-test": each_plain(logistic.weight_scaled),
        "shift-exact": each_plain(shift.exact_shift),
        "shift": estimated(shift.estimates("shift")),
        "summary": _summary(result.layer, shift),
    }


def _layer_texts(result: NextLayer) -> Texts:
    layer, found = result.layer, Texts()
    divided, scaled = (layer.test_z[STRATEGIES.index(name)] for name in ("inverted", "standard"))
    unscaled = {"inverted": "not random", "standard": f"unscaled {plain(float(divided[0]))}"}
    missed = {"inverted": [None] * len(result.rates), "standard": (divided - scaled).tolist()}
    for at, name in enumerate(STRATEGIES):
        for moment in ("mean", "variance"):
            found |= words.quantity_texts(f"{name}-{moment}", layer.estimate(moment, name))
        found[f"{name}-test"] = each_plain(layer.test_z[at])
        found[f"{name}-test-exact"] = [unscaled[name]] * len(result.rates)
        spreads, tallest = np.sqrt(layer.exact_variance[at]), result.shares[at].max(axis=1)
        columns = (spreads.tolist(), missed[name], tallest.tolist(), result.outside[at].tolist())
        found[f"{name}-note"] = [_mask_note(*seen, result.top) for seen in zip(*columns, strict=True)]
    return found


def _mask_note(spread: float, missed: float | None, tallest: float, outside: float, top: float) -> str:
    """Say what the picture of a distribution cannot show, and by how much a test without scaling would miss."""
    if spread == 0.0:
        return "Every mask gives the same z."
    said = [f"Standard deviation over masks {plain(spread, 3)}."]
    if missed is not None:
        said = [f"Without scaling at test, z is off by {plain(missed, 3)}."]
    if tallest > top:
        said.append(f"Tallest bar {tallest:.0f} %.")
    if outside > 0.005:
        said.append(f"Beyond the axis {100 * outside:.0f} %.")
    return " ".join(said)


def _factor_sentence(average: float, test: float, gap: float) -> str:
    if gap == 0.0:
        return "Here there is no gap."
    if abs(test) < ROUNDING:
        return f"The gap is {plain(gap, 3)}, and no factor mends it: the test pass gives 0."
    return (
        f"The gap is {plain(gap, 3)}. A factor of {plain(average / test, 3)} would mend it here; "
        "the next section tries one factor for a whole layer."
    )


def _depth_sentence(depth: DepthGap, at: int) -> str:
    gap, residual, floor = depth.relative_gap[at], depth.residual_gap[at], depth.noise_floor[at]
    if depth.config.rates[at] == 0.0:
        return "At rate 0 there is no noise, and no gap."
    if not np.isfinite(gap[[0, -1]]).all():
        return "The test pass gives 0 in some layer: there is no relative gap."
    said = f"At this rate: {_seen(gap[0], floor[0])} after one layer"
    if depth.config.depth > 1:
        said += f", {_seen(gap[-1], floor[-1])} after {depth.config.depth}"
    return f"{said}; the best factor leaves {_seen(residual[-1], floor[-1])}."


def depth_finding(depth: DepthGap) -> str:
    """Say what eight layers make of the gap after one, at the grid's rate nearest to 0.5."""
    index = int(np.abs(np.asarray(depth.config.rates) - 0.5).argmin())
    there = f"At rate {depth.config.rates[index]:g}"
    first, last = depth.relative_gap[index, 0], depth.relative_gap[index, -1]
    if not np.isfinite([first, last]).all():
        return "No gap to measure: the output is 0"
    if max(first, last) <= ROUNDING and depth.noise_floor[index, -1] <= ROUNDING:
        return "Every pass gives the same: no gap"
    if first <= depth.noise_floor[index, 0] or last <= depth.noise_floor[index, -1]:
        return f"{there} the gap drowns in noise"
    times = last / first
    change = "grows" if times > 1.25 else "shrinks" if times < 0.8 else "stays"
    return f"{there} the gap {change}: × {two_digits(times)} in {depth.config.depth} layers"


def _seen(gap: float, floor: float) -> str:
    """A simulated gap, or that it is smaller than the noise of a finite number of passes."""
    size = max(gap, floor)
    if size <= ROUNDING:
        return "0"
    return two_digits(gap) if gap > floor else f"under {two_digits(size)} (noise)"


def two_digits(value: float) -> str:
    """Write a positive number with two significant digits, from 100 on as a whole one.

    >>> two_digits(0.0314), two_digits(12345.6)
    ('0.031', '12,346')
    """
    return plain(value, 2) if value < 99.5 else f"{value:,.0f}"


def _summary(layer: LayerSweep, shift: VarianceShift) -> list[str]:
    """What a screen reader says when the drag ends."""
    inverted, standard = (layer.config.strategies.index(name) for name in ("inverted", "standard"))
    return [
        f"Rate {rate:.2f}. Mean of z: {plain(layer.exact_mean[inverted, at], 3)} divided by keep, "
        f"{plain(layer.exact_mean[standard, at], 3)} not divided, {plain(layer.test_z[inverted, at], 3)} at test. "
        f"Variance shift {plain(shift.exact_shift[at], 3)}."
        for at, rate in enumerate(layer.config.rates)
    ]
