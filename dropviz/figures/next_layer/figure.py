"""The next layer: what of dropout reaches z = W·a + b, and what a nonlinearity, depth and batch norm make of it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from dropviz.figures.next_layer.text import depth_finding, foot, head, sections, texts
from dropviz.figures.panels.curves import Line, Panel, over
from dropviz.figures.panels.grid import (
    Box,
    Drawing,
    Part,
    Row,
    curve_on,
    draw_grid,
    frame,
    one_column,
    words_end,
)
from dropviz.figures.panels.style import COLORS, INK, TEST_DASH, faint, words
from dropviz.live.figure import LiveFigure
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import plain
from dropviz.simulation.next_layer import BELL_END, STRATEGIES, NextLayer
from dropviz.simulation.nonlinearity import ROUNDING, DepthGap, LogisticUnit, UnitOutput
from dropviz.simulation.variance_shift import VarianceShift

# A note of HTML stands in a row of words, its lower edge on the panels below.
WORDS = (Row(0, 66), Row(0, 92), Row(0, 82), Row(0, 80))
ROWS = (Row(2, 118), Row(2, 118), *(row for note in WORDS for row in (note, Row(2, 150))))
GAP = 6  # between a note and the titles of the panels below, pixels
INVERTED, MISTAKE, AVERAGE = (COLORS[name] for name in ("inverted", "none", "other"))
SMALLEST_GAP, LARGEST_GAP = 1e-3, 1e6  # what the axes of the depth can show
BELL_TOP = 1.25  # of the axis of the densities behind batch norm


def next_layer_live(result: NextLayer) -> LiveFigure:
    """Return the page's figure: five sections, each two panels wide, all at one rate."""
    panels = [
        *moment_panels(result),
        *gap_panels(result.unit),
        _depth_panel(result.depth),
        *logistic_panels(result.logistic, result.logistic_gap),
        _shift_panel(result.shift),
    ]
    curves = over(result.rates, panels)
    parts: list[Part] = [
        *(partial(_draw_masks, result, name) for name in ("inverted", "standard")),
        *curves[:4],
        partial(_draw_layers, result.depth),
        *curves[4:],
        partial(_draw_bells, result),
    ]
    findings = "; ".join(panel.title for panel in panels)
    return LiveFigure(
        **draw_grid(ROWS, parts),
        rates=result.layer.config.rates,
        texts=texts(result),
        head=head(result.layer),
        foot=_notes(sections(result)) + foot(),
        alt="Twelve panels over the rate: distributions of z over masks, divided by keep and not, beside the z of the "
        f"test network; {findings}.",
    )


def _notes(notes: Sequence[str]) -> str:
    """The notes, each lifted from below the figure into the row that was left free for it."""
    lifted = (
        f'<section class="dv-note" style="--dv-wide:{wide - GAP}px;--dv-narrow:{narrow - GAP}px">{note}</section>'
        for note, wide, narrow in zip(notes, words_end(ROWS), words_end(one_column(ROWS)), strict=True)
    )
    return f'<div class="dv-notes">{"".join(lifted)}</div>'


# ---- z over masks ---------------------------------------------------------------------------------------------------


def _draw_masks(result: NextLayer, name: str, drawing: Drawing, box: Box, number: int) -> None:
    """Draw the distribution of z over masks by the strategy ``name``, and the z of the test network."""
    index, color, curve = STRATEGIES.index(name), COLORS[name], curve_on(number)
    area = {"fill": "tozeroy", "fillcolor": faint(color, 0.3), "name": "training"}
    line = {"color": color, "width": 1.5, "shape": "hv"}
    drawing.add(curve | area | {"x": result.edges[:-1], "line": line}, y=result.shares[index])
    title, tested = "Divided: the mean of z is the test z", {color: result.layer.test_z[index]}
    if name == "standard":
        title = "Not divided: the mean is keep·W·a + b"
        tested[MISTAKE] = result.layer.test_z[STRATEGIES.index("inverted")]
    for ink, z in tested.items():
        dashed = {"line": {"color": ink, "width": 2, "dash": TEST_DASH}, "name": "test"}
        ends = np.tile([0.0, result.top], (len(z), 1))
        drawing.add(curve | dashed, y=ends, x=np.repeat(z[:, None], 2, axis=1))
    across = {"title": "z = W·a + b", "range": (result.edges[0], result.edges[-1])}
    up = {"title": "masks per bin", "range": (0.0, result.top), "ticksuffix": " %"}
    frame(drawing, box, number, title, across, up)


def moment_panels(result: NextLayer) -> list[Panel]:
    """Mean and variance of z over the rate, simulated on the exact lines."""
    layer, means, variances = result.layer, [], []
    for index, name in enumerate(STRATEGIES):
        color = COLORS[name]
        means.append(Line(f"{name} train", color, layer.estimate("mean", name)))
        means.append(Line(f"{name} test", color, Estimate(layer.test_z[index]), dashed=True))
        variances.append(Line(name, color, layer.estimate("variance", name)))
    title, limits = "No variance: z is the same for every mask", (0.0, 1.0)
    varies = result.square_sum > 0.0
    if varies:
        title = "Variance: r/k·Σw²a², undivided r·k·Σw²a²"
        limits = (3e-3 * result.square_sum, 30.0 * result.square_sum)
    return [
        Panel("The means match: training = test", "mean of z", means),
        Panel(title, "variance of z", variances, log=varies, limits=limits),
    ]


# ---- one unit -------------------------------------------------------------------------------------------------------


def gap_panels(unit: UnitOutput) -> list[Panel]:
    """E[f(z)] beside f(E[z]), and their difference for both strategies."""
    index = unit.strategies.index("inverted")
    average, test = _drawable(unit.output[index], Estimate(unit.at_test[index]))
    lines = [Line("average over masks", AVERAGE, average), Line("test pass", INVERTED, test, dashed=True)]
    title, differences = _differences(unit.strategies, unit.gap, "The gap reaches", "No gap at any rate")
    return [
        Panel(gap_finding(unit.gap[index]), "f(z)", lines),
        Panel(title, "average − test pass", differences),
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
    lines = [Line(name, COLORS[name], Estimate(gap)) for name, gap in zip(names, gaps, strict=True)]
    return f"{reaches} {plain(largest, 2)}" if largest > 0.0 else none, lines


def gap_finding(gap: Floats) -> str:
    """Say how the average over masks lies to the test pass, at every rate."""
    if not gap.any():
        return "Here the average is the test pass"
    if (gap >= 0.0).all():
        return "The average is never below the test pass"
    return f"The average is {'never above' if (gap <= 0.0).all() else 'not'} the test pass"


def logistic_panels(unit: LogisticUnit, gaps: Floats) -> list[Panel]:
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
        Panel("The test pass is the geometric mean", "σ(z), inverted", means),
        Panel(title, "average − geometric", lines),
    ]


# ---- depth ----------------------------------------------------------------------------------------------------------


def _draw_layers(depth: DepthGap, drawing: Drawing, box: Box, number: int) -> None:
    """Draw the gap over the layers at this rate: as it is, after the best single factor, and the noise floor."""
    layers = np.arange(1.0, depth.config.depth + 1.0)
    largest = np.clip(np.nan_to_num(depth.relative_gap).max(), 1.0, LARGEST_GAP)
    for name, values, color, dash, size in (
        ("gap", depth.relative_gap, INVERTED, "solid", 7),
        ("after the best factor", depth.residual_gap, MISTAKE, TEST_DASH, 7),
        ("cannot be seen below", depth.noise_floor, INK, "1px,3px", 0),
    ):
        line = {"color": color, "width": 2, "dash": dash}
        marker = {"color": color, "size": [size] * len(layers)}
        drawn = {"mode": "lines+markers", "x": layers, "line": line, "marker": marker, "name": name}
        drawing.add(curve_on(number) | drawn, y=values)
    across = {"title": "layer", "range": (0.6, len(layers) + 0.4), "dtick": 1}
    ends = (float(np.log10(SMALLEST_GAP)), float(np.log10(1.5 * largest)))
    up = {"title": "relative gap", "range": ends, "type": "log", "dtick": 2, "tickformat": "~g"}
    frame(drawing, box, number, "The gap at this rate, layer by layer", across, up)


def _depth_panel(depth: DepthGap) -> Panel:
    """The gap over the rate after the first and the last layer."""
    # a logarithm has no place for 0
    gap = Estimate(np.where(depth.relative_gap > ROUNDING, depth.relative_gap, np.nan))
    # there is no closed form: these curves are simulated
    lines = [Line("layer 1", INK, gap[:, 0], kind="simulated")]
    if depth.config.depth > 1:
        lines.append(Line(f"layer {depth.config.depth}", INVERTED, gap[:, -1], kind="simulated"))
    limits = (SMALLEST_GAP, LARGEST_GAP)
    return Panel(depth_finding(depth), "relative gap", lines, log=True, limits=limits)


# ---- batch norm -----------------------------------------------------------------------------------------------------


def _shift_panel(shift: VarianceShift) -> Panel:
    """Δ over the rate, simulated on the exact line."""
    lines = [Line("Δ", INVERTED, shift.estimates("shift"))]
    return Panel("At test z varies less: Δ < 1 above rate 0", "Δ = test / training", lines, limits=(0.0, 1.0))


def _draw_bells(result: NextLayer, drawing: Drawing, box: Box, number: int) -> None:
    """Draw the exact density of what batch norm passes on at test, N(0, Δ), and a normal of variance 1."""
    curve = curve_on(number) | {"x": result.bell_x}
    area = {"fill": "tozeroy", "fillcolor": faint(INVERTED, 0.2), "name": "at test"}
    drawing.add(curve | area | {"line": {"color": INVERTED, "width": 2, "dash": TEST_DASH}}, y=result.bells)
    expected = {"y": result.expected_bell, "line": {"color": INK, "width": 2}, "name": "variance 1"}
    drawing.add(curve | expected)
    across = {"title": "output of batch norm", "range": (-BELL_END, BELL_END)}
    up = {"title": "density", "range": (0.0, BELL_TOP)}
    frame(drawing, box, number, "Batch norm expects variance 1 and gets Δ", across, up)
    where = {"x": 1.5, "y": 0.2, "xref": curve["xaxis"], "yref": curve["yaxis"], "xanchor": "left"}
    drawing.annotations.append(words("variance 1", INK, **where))
