"""The panels of the next layer: z over masks, f(z), depth, one logistic unit, and the shift before batch norm."""

from collections.abc import Sequence

import numpy as np

from dropviz.figures.panels.curves import Box, Drawing, Line, Panel, draw_panel
from dropviz.figures.panels.style import COLORS, INK, TEST_DASH, axis, faint, panel_title
from dropviz.numbers.checks import Floats
from dropviz.numbers.written import plain
from dropviz.simulation.layer import LayerDensities, LayerSweep
from dropviz.simulation.nonlinearity import DepthGap, LogisticUnit, NonlinearGap
from dropviz.simulation.variance_shift import VarianceShift

INVERTED, STANDARD, MISTAKE, AVERAGE = (COLORS[name] for name in ("inverted", "standard", "none", "other"))
SMALLEST_GAP, LARGEST_GAP = 1e-3, 1e6  # what the axes of the depth can show
BELL_END, BELL_TOP = 4.0, 1.25  # axes of the densities behind batch norm
ROUNDING = 1e-12  # relative; differences below it are rounding


# ---- z over masks ---------------------------------------------------------------------------------------------------


def shares(densities: LayerDensities) -> Floats:
    """Masks per bin in per cent. Axes: strategy, rate, bin."""
    return np.asarray(100.0 * densities.density * np.diff(densities.edges))


def top_share(densities: LayerDensities, rates: Floats) -> float:
    """End of the axis of the shares: the tallest bar at the rate nearest to 0.15; at smaller rates z is a needle."""
    tallest = float(shares(densities)[:, int(np.abs(rates - 0.15).argmin())].max())
    return 1.1 * tallest if tallest < 60.0 else 105.0


def draw_masks(
    drawing: Drawing,
    box: Box,
    number: int,
    sweep: LayerSweep,
    densities: LayerDensities,
    name: str,
) -> None:
    """Draw the distribution of z over masks by the strategy ``name``, and the z of the test network."""
    at, rates = sweep.config.strategies.index(name), np.asarray(sweep.config.rates)
    edges, top = densities.edges, top_share(densities, rates)
    axes = _axes(number)
    bars = shares(densities)[at]
    drawing.add(
        {
            "type": "scatter",
            "mode": "lines",
            "x": edges[:-1],
            "line": {"color": COLORS[name], "width": 1.5, "shape": "hv"},
            "fill": "tozeroy",
            "fillcolor": faint(COLORS[name], 0.3),
            "name": "training",
            "hoverinfo": "skip",
            **axes,
        },
        y=bars,
    )
    _draw_test_z(drawing, sweep.test_z[at], top, COLORS[name], axes)
    if name == "standard":
        _draw_test_z(drawing, sweep.test_z[sweep.config.strategies.index("inverted")], top, MISTAKE, axes)
    title = (
        "Divided: the mean of z is the test z"
        if name == "inverted"
        else "Not divided: the mean is keep·W·a + b"
    )
    _finish(
        drawing, box, number, title, ("z = W·a + b", (edges[0], edges[-1])), ("masks per bin", (0.0, top))
    )
    drawing.axes[axes["yaxis"].replace("y", "yaxis")]["ticksuffix"] = " %"


def _draw_test_z(drawing: Drawing, test_z: Floats, top: float, color: str, axes: dict[str, str]) -> None:
    x = np.repeat(test_z[:, None], 2, axis=1)
    drawing.add(
        {
            "type": "scatter",
            "mode": "lines",
            "line": {"color": color, "width": 2, "dash": TEST_DASH},
            "name": "test",
            "hoverinfo": "skip",
            **axes,
        },
        y=np.tile([0.0, top], (len(x), 1)),
        x=x,
    )


def moment_panels(sweep: LayerSweep) -> list[Panel]:
    """Mean and variance of z over the rate, simulated on the exact lines."""
    means, variances = [], []
    for name in ("inverted", "standard"):
        at, color = sweep.config.strategies.index(name), COLORS[name]
        means.append(Line(f"{name} train", color, sweep.exact_mean[at], sweep.mean[at], sweep.mean_se[at]))
        means.append(Line(f"{name} test", color, sweep.test_z[at], dashed=True))
        variances.append(
            Line(name, color, sweep.exact_variance[at], sweep.variance[at], sweep.variance_se[at])
        )
    square_sum = float(np.square(sweep.weights * sweep.inputs).sum())
    varies = square_sum > 0.0
    title = (
        "Variance: r/k·Σw²a², undivided r·k·Σw²a²" if varies else "No variance: z is the same for every mask"
    )
    limits = (3e-3 * square_sum, 30.0 * square_sum) if varies else (0.0, 1.0)
    return [
        Panel("The means match: training = test", "mean of z", means),
        Panel(title, "variance of z", variances, log=varies, limits=limits),
    ]


# ---- one unit -------------------------------------------------------------------------------------------------------


def gap_panels(gap: NonlinearGap, strategies: tuple[str, ...]) -> list[Panel]:
    """E[f(z)] beside f(E[z]), and their difference for both strategies."""
    at = strategies.index("inverted")
    exact, test = _drawable(gap.exact_output[at], gap.at_test[at])
    lines = [
        Line("average over masks", AVERAGE, exact, gap.mean_output[at], gap.mean_output_se[at]),
        Line("test pass", INVERTED, test, dashed=True),
    ]
    differs = draws_a_gap(gap.gap, gap.exact_output)
    gaps = dict(zip(strategies, np.where(differs, gap.gap, 0.0), strict=True))
    largest = max(float(np.abs(values).max()) for values in gaps.values())
    title = f"The gap reaches {plain(largest, 2)}" if largest > 0.0 else "No gap at any rate"
    differences = [Line(name, COLORS[name], values) for name, values in gaps.items()]
    return [
        Panel(gap_finding(gaps["inverted"]), "f(z)", lines),
        Panel(title, "average − test pass", differences),
    ]


def _drawable(*curves: Floats) -> Sequence[Floats]:
    """The curves, or one level for all where they differ by less than the float32 of the browser could place."""
    together = np.concatenate(curves)
    if np.ptp(together) > 1e-5 * np.abs(together).max():
        return curves
    return [np.full_like(curve, together[0]) for curve in curves]


def draws_a_gap(gap: Floats | float, outputs: Floats) -> Floats:
    """Whether a gap is more than the rounding of the outputs that it is the difference of."""
    return np.asarray(np.abs(gap) > ROUNDING * np.abs(outputs).max())


def gap_finding(gap: Floats) -> str:
    """Say how the average over masks lies to the test pass, at every rate."""
    if not gap.any():
        return "Here the average is the test pass"
    if (gap >= 0.0).all():
        return "The average is never below the test pass"
    return (
        "The average is never above the test pass"
        if (gap <= 0.0).all()
        else "The average is not the test pass"
    )


def logistic_panels(inverted: LogisticUnit, standard: LogisticUnit) -> list[Panel]:
    """Average, normalized geometric mean and test pass of one logistic unit, and how far they lie apart."""
    average, geometric, test = _drawable(
        inverted.arithmetic_mean, inverted.geometric_mean, inverted.weight_scaled
    )
    means = [
        Line("average", AVERAGE, average),
        Line("geometric mean", INVERTED, geometric),
        Line("test pass", INVERTED, test, dashed=True),
    ]
    differences = [
        Line(name, color, np.where(draws_a_gap(gap, unit.geometric_mean), gap, 0.0))
        for name, color, unit in (("inverted", INVERTED, inverted), ("standard", STANDARD, standard))
        for gap in (unit.arithmetic_mean - unit.geometric_mean,)
    ]
    largest = max(float(np.abs(line.exact).max()) for line in differences)
    title = (
        f"The average is off by up to {plain(largest, 2)}" if largest > 0.0 else "Here all three are equal"
    )
    return [
        Panel("The test pass is the geometric mean", "σ(z), inverted", means),
        Panel(title, "average − geometric", differences),
    ]


# ---- depth ----------------------------------------------------------------------------------------------------------


def draw_layers(drawing: Drawing, box: Box, number: int, depth: DepthGap) -> None:
    """Draw the gap over the layers at this rate: as it is, after the best single factor, and the noise floor."""
    layers, axes = np.arange(1, depth.config.depth + 1), _axes(number)
    largest = np.clip(np.nan_to_num(depth.relative_gap).max(), 1.0, LARGEST_GAP)
    curves = (
        ("gap", depth.relative_gap, INVERTED, "solid", 7),
        ("after the best factor", depth.residual_gap, MISTAKE, TEST_DASH, 7),
        ("cannot be seen below", depth.noise_floor, INK, "1px,3px", 0),
    )
    for name, values, color, dash, size in curves:
        drawing.add(
            {
                "type": "scatter",
                "mode": "lines+markers",
                "x": layers.astype(float),
                "line": {"color": color, "width": 2, "dash": dash},
                "marker": {"color": color, "size": [size] * len(layers)},
                "name": name,
                "hoverinfo": "skip",
                **axes,
            },
            y=values,
        )
    _finish(
        drawing,
        box,
        number,
        "The gap at this rate, layer by layer",
        ("layer", (0.6, len(layers) + 0.4)),
        ("relative gap", (float(np.log10(SMALLEST_GAP)), float(np.log10(1.5 * largest)))),
    )
    drawing.axes[axes["xaxis"].replace("x", "xaxis")]["dtick"] = 1
    drawing.axes[axes["yaxis"].replace("y", "yaxis")] |= {"type": "log", "dtick": 2, "tickformat": "~g"}


def draw_depth(drawing: Drawing, box: Box, number: int, depth: DepthGap) -> None:
    """Draw the gap over the rate after the first and the last layer."""
    gap = np.where(
        depth.relative_gap > ROUNDING, depth.relative_gap, np.nan
    )  # a logarithm has no place for 0
    lines = [Line("layer 1", INK, gap[:, 0])]
    if depth.config.depth > 1:
        lines.append(Line(f"layer {depth.config.depth}", INVERTED, gap[:, -1]))
    first = len(drawing.traces)
    panel = Panel(depth_finding(depth), "relative gap", lines, log=True, limits=(SMALLEST_GAP, LARGEST_GAP))
    draw_panel(drawing, panel, box, number, np.asarray(depth.config.rates))
    for trace in drawing.traces[first:]:  # there is no closed form: these curves are simulated
        trace["name"] = trace["name"].replace(", exact", ", simulated")


def depth_finding(depth: DepthGap, rate: float = 0.5) -> str:
    """Say what eight layers make of the gap after one, at the grid's rate nearest to ``rate``."""
    at = int(np.abs(np.asarray(depth.config.rates) - rate).argmin())
    there = f"At rate {depth.config.rates[at]:g}"
    first, last = depth.relative_gap[at, 0], depth.relative_gap[at, -1]
    if not np.isfinite([first, last]).all():
        return "No gap to measure: the output is 0"
    if max(first, last) <= ROUNDING and depth.noise_floor[at, -1] <= ROUNDING:
        return "Every pass gives the same: no gap"
    if first <= depth.noise_floor[at, 0] or last <= depth.noise_floor[at, -1]:
        return f"{there} the gap drowns in noise"
    times = last / first
    change = "grows" if times > 1.25 else "shrinks" if times < 0.8 else "stays"
    return f"{there} the gap {change}: × {short(times)} in {depth.config.depth} layers"


# ---- batch norm -----------------------------------------------------------------------------------------------------


def shift_panel(shift: VarianceShift) -> Panel:
    """Δ over the rate, simulated on the exact line."""
    line = Line("Δ", INVERTED, shift.exact_shift, shift.shift, shift.shift_se)
    return Panel(
        "At test z varies less: Δ < 1 above rate 0", "Δ = test / training", [line], limits=(0.0, 1.0)
    )


def draw_bells(drawing: Drawing, box: Box, number: int, shift: VarianceShift) -> None:
    """Draw the exact density of what batch norm passes on at test, N(0, Δ), and a normal of variance 1."""
    x, axes = np.linspace(-BELL_END, BELL_END, 161), _axes(number)
    variance = np.maximum(shift.exact_shift, 1e-6)[:, None]
    bells = np.exp(-0.5 * x**2 / variance) / np.sqrt(2.0 * np.pi * variance)
    unit = np.exp(-0.5 * x**2) / np.sqrt(2.0 * np.pi)
    common = {"type": "scatter", "mode": "lines", "x": x, "hoverinfo": "skip", **axes}
    drawing.add(
        common
        | {
            "line": {"color": INVERTED, "width": 2, "dash": TEST_DASH},
            "fill": "tozeroy",
            "fillcolor": faint(INVERTED, 0.2),
            "name": "at test",
        },
        y=bells,
    )
    drawing.add(common | {"y": unit, "line": {"color": INK, "width": 2}, "name": "variance 1"})
    ranges = ((-BELL_END, BELL_END), (0.0, BELL_TOP))
    title = "Batch norm expects variance 1 and gets Δ"
    _finish(drawing, box, number, title, ("output of batch norm", ranges[0]), ("density", ranges[1]))
    label = {"text": "variance 1", "x": 1.5, "y": 0.2, "xref": axes["xaxis"], "yref": axes["yaxis"]}
    drawing.annotations.append(
        label | {"xanchor": "left", "showarrow": False, "font": {"color": INK, "size": 12}}
    )


def short(value: float) -> str:
    """Write a positive number with two significant digits, from 100 on as a whole one.

    >>> short(0.0314), short(12345.6)
    ('0.031', '12,346')
    """
    return plain(value, 2) if value < 99.5 else f"{value:,.0f}"


# ---- axes -----------------------------------------------------------------------------------------------------------


def _axes(number: int) -> dict[str, str]:
    suffix = "" if number == 1 else str(number)
    return {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}


def _finish(
    drawing: Drawing,
    box: Box,
    number: int,
    title: str,
    across: tuple[str, tuple[float, float]],
    up: tuple[str, tuple[float, float]],
) -> None:
    """Add the title and the axes of a panel, each axis with its own title and range."""
    names = _axes(number)
    for letter, other, domain, (text, ends) in (("x", "y", box.x, across), ("y", "x", box.y, up)):
        drawing.axes[names[f"{letter}axis"].replace(letter, f"{letter}axis")] = axis(
            domain=domain,
            anchor=names[f"{other}axis"],
            range=ends,
            showgrid=letter == "y",
            title={"text": text, "font": {"size": 12}, "standoff": 2},
        )
    drawing.annotations.append(panel_title(title, box.x[0], box.y[1]))
