"""The first screen: distributions, mean, variance and discrepancy of every strategy, at every rate."""

import math
from collections.abc import Sequence
from html import escape

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dropviz.activations import Floats
from dropviz.explorer import LiveFigure, UnitRow
from dropviz.figures.curves import Box, Drawing, Line, Panel, draw_panel
from dropviz.figures.grid import Drawn, Row, draw_grid
from dropviz.figures.style import COLORS, TEST_DASH, axis, faint, panel_title
from dropviz.numbers import plain, with_error
from dropviz.outputs import Histogram, histogram, some_units
from dropviz.strategies import Strategy, strategy
from dropviz.sweep import Sweep
from dropviz.theory import exact_discrepancy

MEASURES = {
    "variance_ratio": "train/test variance",
    "relative_gap": "relative mean gap",
    "mean_gap": "mean gap, test − train",
    "rms_gap": "RMS gap per unit",
    "wasserstein": "Wasserstein distance",
}
BINS, UNITS_SHOWN = 56, 24


def explorer(sweep: Sweep, measure: str = "variance_ratio", rate: float = 0.3) -> go.Figure:
    """Return the first screen as a Plotly figure with one frame a rate and a slider.

    Parameters
    ----------
    sweep
        What to show.
    measure
        Discrepancy in the third panel: variance_ratio, relative_gap, mean_gap, rms_gap or wasserstein.
    rate
        The rate at first sight; the nearest one of the grid is taken.

    Raises
    ------
    ValueError
        If the measure is unknown.
    """
    return explorer_live(sweep, measure, rate).to_figure()


def explorer_live(sweep: Sweep, measure: str = "variance_ratio", rate: float = 0.3) -> LiveFigure:
    """Return the first screen with its neurons, numbers and code; see `explorer` for the parameters."""
    if measure not in MEASURES:
        raise ValueError(f"measure must be one of {', '.join(MEASURES)}; got {measure!r}")
    config = sweep.config
    rates = np.asarray(config.rates)
    start = int(np.abs(rates - rate).argmin())
    rows = [strategy(name) for name in config.strategies]
    outputs = histogram(config)
    panels = _panels(sweep, rows, measure)
    drawn = _draw(rows, outputs, panels, rates, start)
    shown = some_units(config, UNITS_SHOWN)
    return LiveFigure(
        figure=drawn.figure,
        rates=config.rates,
        start=start,
        tracks=drawn.tracks,
        texts=_texts(sweep, rows, outputs),
        head=_columns([_head(row) for row in rows]),
        foot=_columns([_foot(row) for row in rows]),
        narrow=drawn.narrow,
        units=list(zip(shown.activation.tolist(), shown.dropped_at.tolist(), strict=True)),
        unit_rows=[
            UnitRow(
                row.name, COLORS[row.name], _or_none(row.train_scale(rates)), _or_none(row.test_scale(rates))
            )
            for row in rows
        ],
        alt=_alt(rows, panels),
    )


# ---- where things stand ---------------------------------------------------------------------------------------------

DISTRIBUTION, CURVES = 116, 118  # heights of the panels, pixels


def _columns_of(count: int) -> int:
    return count if count <= 3 else 2


def _rows_of(count: int) -> list[Row]:
    """Rows of distributions, one a strategy, and the row of curves below; an odd one out has a row of its own."""
    columns = _columns_of(count)
    full, rest = divmod(count, columns)
    distributions = [Row(columns, DISTRIBUTION)] * full + [Row(rest, DISTRIBUTION)] * bool(rest)
    return [*distributions, Row(3, CURVES)]


def _draw(
    rows: Sequence[Strategy], outputs: Histogram, panels: Sequence[Panel], rates: Floats, start: int
) -> Drawn:
    edges, top = _display_axes(outputs)

    def draw(drawing: Drawing, places: Sequence[Box]) -> None:
        for number, (row, box) in enumerate(zip(rows, places, strict=False), start=1):
            _draw_distribution(drawing, row, outputs, rates, start, box, number, edges, top)
        for number, (panel, box) in enumerate(
            zip(panels, places[len(rows) :], strict=True), start=len(rows) + 1
        ):
            draw_panel(drawing, panel, box, number, rates, start)

    return draw_grid(_rows_of(len(rows)), draw)


# ---- the distributions ----------------------------------------------------------------------------------------------


def _display_axes(outputs: Histogram) -> tuple[Floats, float]:
    """Bin edges and the top of the axis: room for the activations stretched or raised about twice."""
    whole = outputs.below[-1] / max(outputs.below[-1, -1], 1e-12)
    low, high = np.interp([0.005, 0.995], whole, outputs.edges)
    low, high = min(0.0, 1.5 * low), max(0.0, 1.5 * high)
    if low == high:
        low, high = -1.0, 1.0
    edges = np.linspace(low, high, BINS + 1)
    tallest = outputs.share(-1, 1.0, edges).max()
    return edges, 2.1 * float(tallest) or 1.0


def _shares(row: Strategy, outputs: Histogram, rates: Floats, edges: Floats) -> tuple[Floats, Floats]:
    """Share of units in every bin, training and test. Axes: rate, bin."""
    train = np.array([outputs.share(i, float(s), edges) for i, s in enumerate(row.train_scale(rates))])
    test = np.array([outputs.share(-1, float(s), edges) for s in row.test_scale(rates)])
    return train, test


def _draw_distribution(
    drawing: Drawing,
    row: Strategy,
    outputs: Histogram,
    rates: Floats,
    start: int,
    box: Box,
    number: int,
    edges: Floats,
    top: float,
) -> None:
    """Draw shares of units per bin, and the share that is exactly 0 as a stem on an axis of its own, 0 to 100 %."""
    suffix = "" if number == 1 else str(number)
    stem_axis = str(number + 40)
    color = COLORS[row.name]
    axes = {"xaxis": f"x{suffix}", "yaxis": f"y{suffix}"}
    train, test = _shares(row, outputs, rates, edges)
    steps = {"type": "scatter", "mode": "lines", "x": edges[:-1], "hoverinfo": "skip", **axes}
    drawing.add(
        steps
        | {
            "y": 100 * train[start],
            "line": {"color": color, "width": 1.5, "shape": "hv"},
            "fill": "tozeroy",
            "fillcolor": faint(color, 0.3),
            "name": "training",
        },
        y=100 * train,
    )
    moves = bool((np.abs(test - test[0]) > 0).any())
    line = {"color": color, "width": 2, "shape": "hv", "dash": TEST_DASH}
    drawing.add(
        steps | {"y": 100 * test[start], "line": line, "name": "test"}, y=100 * test if moves else None
    )
    _draw_stems(
        drawing, outputs, rates, start, (edges[0], edges[-1]), color, axes | {"yaxis": f"y{stem_axis}"}
    )
    title = f"{row.name}: training output {row.train_scale.of('m·a')}, test output {row.test_scale.of('a')}"
    drawing.annotations.append(panel_title(title, box.x[0], box.y[1]))
    drawing.axes[f"xaxis{suffix}"] = axis(
        domain=box.x,
        anchor=axes["yaxis"],
        range=(edges[0] - 0.03 * (edges[-1] - edges[0]), edges[-1]),
        showgrid=False,
        title={"text": "output of a unit", "font": {"size": 12}, "standoff": 2},
    )
    drawing.axes[f"yaxis{suffix}"] = axis(
        domain=box.y,
        anchor=axes["xaxis"],
        range=(0, 100 * top),
        ticksuffix=" %",
        nticks=4,
        title={"text": "units per bin", "font": {"size": 12}, "standoff": 2},
    )
    drawing.axes[f"yaxis{stem_axis}"] = axis(
        overlaying=axes["yaxis"], anchor=axes["xaxis"], range=(0, 100), visible=False
    )


def _draw_stems(
    drawing: Drawing,
    outputs: Histogram,
    rates: Floats,
    start: int,
    span: tuple[float, float],
    color: str,
    axes: dict[str, str],
) -> None:
    """Draw the mass at exactly 0, training and test, a hair's breadth to the left and right of it."""
    hair = 0.008 * (span[1] - span[0])
    zero = 100 * outputs.zero[:-1]
    training = np.column_stack((np.zeros_like(zero), zero))
    stem = {"type": "scatter", "mode": "lines+markers", "hoverinfo": "skip", "cliponaxis": False, **axes}
    marker = {"color": color, "size": [0, 10], "symbol": "circle"}
    drawing.add(
        stem
        | {
            "x": [-hair, -hair],
            "y": training[start],
            "line": {"color": color, "width": 4},
            "marker": marker,
            "name": "exactly 0 in training",
        },
        y=training,
    )
    drawing.add(
        stem
        | {
            "x": [hair, hair],
            "y": [0, 100 * outputs.zero[-1]],
            "line": {"color": color, "width": 2, "dash": TEST_DASH},
            "marker": {
                "color": color,
                "size": [0, 10 if outputs.zero[-1] > 0 else 0],
                "symbol": "circle-open",
            },
            "name": "exactly 0 at test",
        }
    )


# ---- the curves -----------------------------------------------------------------------------------------------------


def _panels(sweep: Sweep, rows: Sequence[Strategy], measure: str) -> list[Panel]:
    """Mean, variance and the chosen discrepancy, each under its finding."""
    mu, v = sweep.config.activations.exact_mean, sweep.config.activations.exact_variance
    means, variances = [], []
    for index, row in enumerate(rows):
        for phase, name in enumerate(("train", "test")):
            shared = {"name": f"{row.name} {name}", "color": COLORS[row.name], "dashed": phase == 1}
            means.append(
                Line(
                    exact=sweep.exact_mean[index, phase],
                    simulated=sweep.mean[index, phase],
                    error=sweep.mean_se[index, phase],
                    **shared,
                )
            )
            variances.append(
                Line(
                    exact=sweep.exact_variance[index, phase],
                    simulated=sweep.variance[index, phase],
                    error=sweep.variance_se[index, phase],
                    **shared,
                )
            )
    wrong = [row.label for row in rows if row.mistake]
    reach = 4.0 * abs(mu) or 1.0
    mean_title = "Every mean is 0" if mu == 0.0 else "The means match: training = test"
    if mu != 0.0 and wrong:
        mean_title = "Means part: a mistake" if len(wrong) == 1 else "Means part: mistakes"
    if v == 0.0 and mu == 0.0:
        variance_title = "Every variance is 0"
    else:
        variance_title = "Variances do not match" if wrong else "The variances do not: training ≥ test"
    return [
        Panel(mean_title, "mean", means, limits=(-reach, reach)),
        Panel(
            variance_title,
            "variance",
            variances,
            log=v > 0.0,
            limits=(1e-4 * v, 1e4 * v) if v > 0.0 else (0.0, 20.0 * mu**2 or 1.0),
        ),
        _discrepancy_panel(sweep, rows, measure),
    ]


def _discrepancy_panel(sweep: Sweep, rows: Sequence[Strategy], measure: str) -> Panel:
    simulated = sweep.discrepancy().set_index("strategy")[measure]
    activations = sweep.config.activations
    lines = []
    for row in rows:
        exact = getattr(exact_discrepancy(row.name, sweep.config.rates, activations), measure)
        points = (
            None if measure == "wasserstein" else np.atleast_1d(simulated.loc[row.name].to_numpy(dtype=float))
        )
        lines.append(Line(row.name, COLORS[row.name], exact, points))
    finite = np.concatenate([line.exact[np.isfinite(line.exact)] for line in lines])
    ratio = measure == "variance_ratio"
    if ratio and not len(finite):
        title = "Test variance is 0: no ratio"
    elif ratio and {row.name for row in rows} == {"standard", "inverted"}:
        title = "Variance ratio: one curve for both"
    else:
        title = MEASURES[measure].capitalize()
    limits = (
        (0.05, 200.0)
        if ratio
        else (-20.0 * np.median(np.abs(finite)) - 1e-9, 20.0 * np.median(np.abs(finite)) + 1e-9)
    )
    return Panel(title, MEASURES[measure], lines, log=ratio and len(finite) > 0, limits=limits)


# ---- words and numbers ----------------------------------------------------------------------------------------------


def _or_none(values: Floats) -> list[float | None]:
    return [float(value) if math.isfinite(value) else None for value in values]


def _texts(sweep: Sweep, rows: Sequence[Strategy], outputs: Histogram) -> dict[str, list[str]]:
    """Every text that changes with the rate, by name; see `_head` and `_foot` for where each stands."""
    gaps = sweep.discrepancy()
    edges, top = _display_axes(outputs)
    texts: dict[str, list[str]] = {}
    for index, row in enumerate(rows):
        name, rates = row.name, np.asarray(sweep.config.rates)
        texts[f"{name}-train-factor"] = [row.train_scale.words(rate) for rate in rates]
        texts[f"{name}-test-factor"] = [row.test_scale.words(rate) for rate in rates]
        for phase, part in enumerate(("train", "test")):
            for moment in ("mean", "variance"):
                values = getattr(sweep, moment)[index, phase]
                errors = getattr(sweep, f"{moment}_se")[index, phase]
                exact = getattr(sweep, f"exact_{moment}")[index, phase]
                pairs = zip(values.tolist(), errors.tolist(), strict=True)
                texts[f"{name}-{part}-{moment}"] = [with_error(value, error) for value, error in pairs]
                texts[f"{name}-{part}-{moment}-exact"] = [f"exact {plain(value)}" for value in exact.tolist()]
        texts |= _discrepancy_texts(gaps, sweep, name)
        texts[f"{name}-note"] = _notes(row, outputs, rates, edges, top)
    texts["summary"] = [_summary(rows, sweep, index) for index in range(len(sweep.config.rates))]
    return texts


def _discrepancy_texts(gaps: pd.DataFrame, sweep: Sweep, name: str) -> dict[str, list[str]]:
    of_strategy = gaps[gaps["strategy"] == name]
    exact = exact_discrepancy(name, sweep.config.rates, sweep.config.activations)
    return {
        f"{name}-ratio": [plain(value) for value in of_strategy["variance_ratio"].tolist()],
        f"{name}-ratio-exact": [f"exact {plain(value)}" for value in exact.variance_ratio.tolist()],
    }


def _notes(row: Strategy, outputs: Histogram, rates: Floats, edges: Floats, top: float) -> list[str]:
    """Say what the picture of the distributions cannot show: the mass at 0, and what lies outside its frame."""
    train, test = _shares(row, outputs, rates, edges)
    notes = []
    for index, rate in enumerate(rates):
        if not math.isfinite(float(row.train_scale(rate))):
            notes.append("The training factor divides by 0 at this rate: no output.")
            continue
        silent = 1.0 if row.test_scale(rate) == 0.0 else outputs.zero[-1]
        note = f"Exactly 0: {100 * outputs.zero[index]:.0f} % in training, {100 * silent:.0f} % at test."
        outside = 1.0 - outputs.zero[index] - train[index].sum()
        if outside > 0.005:
            note += f" Beyond the axis: {100 * outside:.0f} % in training."
        if max(train[index].max(), test[index].max()) > top:
            note += f" Tallest bar: {100 * max(train[index].max(), test[index].max()):.0f} %."
        notes.append(note)
    return notes


def _summary(rows: Sequence[Strategy], sweep: Sweep, index: int) -> str:
    parts = [f"Rate {sweep.config.rates[index]:.2f}."]
    for at, row in enumerate(rows):
        train, test = sweep.exact_mean[at, :, index]
        parts.append(f"{row.name}: training mean {plain(train, 3)}, test mean {plain(test, 3)}.")
    return " ".join(parts)


def _columns(blocks: Sequence[str]) -> str:
    columns = "".join(f"<section>{block}</section>" for block in blocks)
    return f'<div class="dv-columns" style="--dv-columns:{_columns_of(len(blocks))}">{columns}</div>'


def _head(row: Strategy) -> str:
    name = row.name
    kind = ' class="dv-mistake"' if row.mistake else ""
    return (
        f'<h3 style="--dv-color:{COLORS[name]}"><span class="dv-swatch"></span><span{kind}>{escape(row.label)}</span></h3>'
        f'<p class="dv-factor"><span class="dv-key" style="--dv-color:{COLORS[name]}">training</span> '
        f'<b data-text="{name}-train-factor"></b>, '
        f'<span class="dv-key dv-test" style="--dv-color:{COLORS[name]}">test</span> '
        f'<b data-text="{name}-test-factor"></b></p>'
        '<div class="dv-unit-row"><div class="dv-unit-names"><span>training</span><span>test</span></div>'
        f'<svg data-units="{name}"></svg></div>'
        f'<p class="dv-muted" data-text="{name}-note"></p>'
    )


def _foot(row: Strategy) -> str:
    name = row.name

    def cell(title: str, text: str) -> str:
        return (
            f'<div><dt>{title}</dt><dd><span data-text="{name}-{text}"></span>'
            f'<small data-text="{name}-{text}-exact"></small></dd></div>'
        )

    cells = (
        cell("training mean", "train-mean"),
        cell("test mean", "test-mean"),
        cell("training variance", "train-variance"),
        cell("test variance", "test-variance"),
        cell("variance ratio", "ratio"),
    )
    code = f"train = a * mask{row.train_scale.code}\ntest  = a{row.test_scale.code}"
    return f'<dl class="dv-numbers">{"".join(cells)}</dl><pre><code>{code}</code></pre>'


def _alt(rows: Sequence[Strategy], panels: Sequence[Panel]) -> str:
    names = " and ".join(row.label for row in rows)
    findings = "; ".join(panel.title for panel in panels)
    return (
        f"Distributions of training and test outputs for {names}, and three curves over the rate: {findings}."
    )
