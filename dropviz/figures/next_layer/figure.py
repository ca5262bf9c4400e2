"""The next layer: what of dropout reaches z = W·a + b, and what a nonlinearity, depth and batch norm make of it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from dropviz.figures.next_layer.text import depth_finding, foot, head, sections, texts
from dropviz.figures.panels.curves import Curves, over
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Axis, Label, Labels, Line, Panel, Path, Row
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import plain
from dropviz.simulation.next_layer import BELL_END, STRATEGIES, NextLayer
from dropviz.simulation.nonlinearity import ROUNDING, DepthGap, LogisticUnit, UnitOutput
from dropviz.simulation.variance_shift import VarianceShift

LOW, HEIGHT = 118, 150  # of a panel of the first section, and of the others, pixels
INVERTED, MISTAKE, AVERAGE = "inverted", "none", "other"
SMALLEST_GAP, LARGEST_GAP = 1e-3, 1e6  # what the axes of the depth can show
BELL_TOP = 1.25  # of the axis of the densities behind batch norm


def next_layer_live(result: NextLayer) -> LiveFigure:
    """Return the page's figure: five sections, each two panels wide, all at one rate."""
    moments = moment_panels(result)
    panels = [
        *gap_panels(result.unit),
        _depth_panel(result.depth),
        *logistic_panels(result.logistic, result.logistic_gap),
        _shift_panel(result.shift),
    ]
    average, gap, depth, *logistic, shift = over(result.rates, panels, HEIGHT, 2)
    pairs = ([average, gap], [_layers_panel(result.depth), depth], logistic, [shift, _bells_panel(result)])
    findings = "; ".join(panel.title for panel in (*moments, *panels))
    return LiveFigure(
        rows=[
            Row([_masks_panel(result, name) for name in ("inverted", "standard")]),
            Row(over(result.rates, moments, LOW)),
            *(Row(pair, words) for pair, words in zip(pairs, sections(result), strict=True)),
        ],
        rates=result.layer.config.rates,
        texts=texts(result),
        head=head(result.layer),
        foot=foot(),
        alt="Twelve panels over the rate: distributions of z over masks, divided by keep and not, beside the z of the "
        f"test network; {findings}.",
    )


# ---- z over masks ---------------------------------------------------------------------------------------------------


def _masks_panel(result: NextLayer, name: str) -> Panel:
    """The distribution of z over masks by the strategy ``name``, and the z of the test network."""
    index = STRATEGIES.index(name)
    title, tested = "Divided: the mean of z is the test z", {name: result.layer.test_z[index]}
    if name == "standard":
        title = "Not divided: the mean is keep·W·a + b"
        tested[MISTAKE] = result.layer.test_z[STRATEGIES.index("inverted")]
    upright = np.array([0.0, result.top])
    marks = [
        Path("training", name, result.edges[:-1], result.shares[index], width=1.5, stepped=True, filled=True),
        *(
            Path("test", color, np.repeat(z[:, None], 2, axis=1), upright, "dashed")
            for color, z in tested.items()
        ),
    ]
    x = Axis("z = W·a + b", float(result.edges[0]), float(result.edges[-1]))
    return Panel(title, x, Axis("masks per bin", 0.0, float(result.top), unit=" %"), marks, LOW)


def moment_panels(result: NextLayer) -> list[Curves]:
    """Mean and variance of z over the rate, simulated on the exact lines."""
    layer, means, variances = result.layer, [], []
    for index, name in enumerate(STRATEGIES):
        means.append(Line(f"{name} train", name, layer.estimate("mean", name)))
        means.append(Line(f"{name} test", name, Estimate(layer.test_z[index]), dashed=True))
        variances.append(Line(name, name, layer.estimate("variance", name)))
    title, limits = "No variance: z is the same for every mask", (0.0, 1.0)
    varies = result.square_sum > 0.0
    if varies:
        title = "Variance: r/k·Σw²a², undivided r·k·Σw²a²"
        limits = (3e-3 * result.square_sum, 30.0 * result.square_sum)
    return [
        Curves("The means match: training = test", "mean of z", means),
        Curves(title, "variance of z", variances, log=varies, limits=limits),
    ]


# ---- one unit -------------------------------------------------------------------------------------------------------


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


# ---- depth ----------------------------------------------------------------------------------------------------------


def _layers_panel(depth: DepthGap) -> Panel:
    """The gap over the layers at this rate: as it is, after the best single factor, and the noise floor."""
    layers = np.arange(1.0, depth.config.depth + 1.0)
    largest = float(np.clip(np.nan_to_num(depth.relative_gap).max(), 1.0, LARGEST_GAP))
    marks = [
        Path("gap", INVERTED, layers, depth.relative_gap, dots=7),
        Path("after the best factor", MISTAKE, layers, depth.residual_gap, "dashed", dots=7),
        Path("cannot be seen below", "ink", layers, depth.noise_floor, "dotted"),
    ]
    x = Axis("layer", 0.6, len(layers) + 0.4, ticks=layers.tolist())
    y = Axis("relative gap", SMALLEST_GAP, 1.5 * largest, log=True)
    return Panel("The gap at this rate, layer by layer", x, y, marks, HEIGHT)


def _depth_panel(depth: DepthGap) -> Curves:
    """The gap over the rate after the first and the last layer."""
    # a logarithm has no place for 0
    gap = Estimate(np.where(depth.relative_gap > ROUNDING, depth.relative_gap, np.nan))
    # there is no closed form: these curves are simulated
    lines = [Line("layer 1", "ink", gap[:, 0], kind="simulated")]
    if depth.config.depth > 1:
        lines.append(Line(f"layer {depth.config.depth}", INVERTED, gap[:, -1], kind="simulated"))
    limits = (SMALLEST_GAP, LARGEST_GAP)
    return Curves(depth_finding(depth), "relative gap", lines, log=True, limits=limits)


# ---- batch norm -----------------------------------------------------------------------------------------------------


def _shift_panel(shift: VarianceShift) -> Curves:
    """Δ over the rate, simulated on the exact line."""
    lines = [Line("Δ", INVERTED, shift.estimates("shift"))]
    return Curves(
        "At test z varies less: Δ < 1 above rate 0", "Δ = test / training", lines, limits=(0.0, 1.0)
    )


def _bells_panel(result: NextLayer) -> Panel:
    """The exact density of what batch norm passes on at test, N(0, Δ), and a normal of variance 1."""
    marks = [
        Path("at test", INVERTED, result.bell_x, result.bells, "dashed", filled=True),
        Path("variance 1", "ink", result.bell_x, result.expected_bell),
    ]
    x, y = Axis("output of batch norm", -BELL_END, BELL_END), Axis("density", 0.0, BELL_TOP)
    names = [Label(("variance 1",), "ink", 0.5 + 0.5 * 1.5 / BELL_END, 0.2 / BELL_TOP, anchor="start")]
    return Panel("Batch norm expects variance 1 and gets Δ", x, y, marks, HEIGHT, Labels(names, names))
