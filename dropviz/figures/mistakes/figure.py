"""One mistake beside inverted dropout, on the same activations and masks, at every rate."""

import math
from collections.abc import Sequence
from html import escape

import numpy as np

from dropviz.figures.panels.curves import Box, Drawing, Line, Panel, draw_panel
from dropviz.figures.panels.grid import Drawn, Row, draw_grid
from dropviz.figures.panels.labels import Curve, place
from dropviz.figures.panels.style import COLORS
from dropviz.frameworks.snippets import numpy_lines
from dropviz.live.figure import LiveFigure, UnitRow
from dropviz.numbers.checks import Floats
from dropviz.numbers.written import plain, with_error
from dropviz.simulation.histogram import some_units
from dropviz.simulation.sweep import Sweep
from dropviz.theory.moments import invisible_rate, mean_ratio
from dropviz.theory.strategies import Strategy, strategy

UNITS_SHOWN, HEIGHT = 20, 150
RIGHT = "correct, and left on"  # a ratio of means cannot tell them apart
ONE_CURVE = {"wrong_train": "wrong p", "wrong_test": "wrong p"}  # both ratios are r/k


def mistake_live(sweep: Sweep, name: str) -> LiveFigure:
    """Return the mistake ``name`` beside inverted dropout: units, ratio of means, means, numbers and code.

    Parameters
    ----------
    sweep
        Of "inverted" and of one mistake or more; every one of them is a curve in the first panel.
    name
        The mistake in the foreground.

    Raises
    ------
    ValueError
        If "inverted" or ``name`` is not in the sweep, ``name`` is no mistake, or the mean of the activations, by
        which the figure divides, is not above 0.
    """
    config = sweep.config
    if not strategy(name).mistake:
        raise ValueError(f"name must be a mistake; got {name!r}")
    if not {"inverted", name} <= set(config.strategies):
        raise ValueError(f"sweep must hold 'inverted' and {name!r}; it holds {', '.join(config.strategies)}")
    if not config.activations.exact_mean > 0.0:
        raise ValueError(f"activations must have a mean above 0; got {plain(config.activations.exact_mean)}")
    rates = np.asarray(config.rates)
    rows = [strategy(name), strategy("inverted")]
    panels = [_ratio_panel(sweep, rows[0]), _mean_panel(sweep, rows[0])]
    drawn = _draw(panels, rows[0], rates)
    shown = some_units(config, UNITS_SHOWN)
    return LiveFigure(
        figure=drawn.figure,
        rates=config.rates,
        tracks=drawn.tracks,
        texts=_texts(sweep, rows),
        head=columns([_head(row) for row in rows]),
        foot=columns([_foot(row) for row in rows]),
        narrow=drawn.narrow,
        units=list(zip(shown.activation.tolist(), shown.dropped_at.tolist(), strict=True)),
        unit_rows=[_unit_row(row, rates) for row in rows],
        alt=f"{rows[0].label} beside inverted dropout. {'. '.join(panel.title for panel in panels)}.",
    )


# ---- the panels -----------------------------------------------------------------------------------------------------


def _ratio_panel(sweep: Sweep, chosen: Strategy) -> Panel:
    """Ratio of the means of every mistake; the chosen one last, on top of the others, and with simulated points."""
    rates = np.asarray(sweep.config.rates)
    lines = {RIGHT: Line(RIGHT, COLORS["inverted"], np.ones_like(rates))}
    for row in map(strategy, sweep.config.strategies):
        if row.mistake and row is not chosen:
            lines[_curve(row)] = Line(_curve(row), COLORS[row.name], mean_ratio(row, rates))
    lines.pop(_curve(chosen), None)
    lines[_curve(chosen)] = Line(
        _curve(chosen), COLORS[chosen.name], mean_ratio(chosen, rates), *simulated_ratio(sweep, chosen)
    )
    root = invisible_rate(chosen)
    where = f"does not show at rate {root:g}" if root is not None else "shows at every rate but 0"
    title = f"“{chosen.short}” {where}"
    return Panel(title, "test mean / training mean", list(lines.values()), log=True, limits=(0.04, 25.0))


def _curve(row: Strategy) -> str:
    return ONE_CURVE.get(row.name, row.short)


def simulated_ratio(sweep: Sweep, row: Strategy) -> tuple[Floats, Floats]:
    """Simulated test mean / training mean and its standard error; NaN where a few units were all dropped."""
    index = sweep.config.strategies.index(row.name)
    ratio = sweep.gap("mean_ratio")[index]
    return np.where(np.isfinite(ratio), ratio, np.nan), sweep.gap_error("mean_ratio")[index]


def _mean_panel(sweep: Sweep, row: Strategy) -> Panel:
    index = sweep.config.strategies.index(row.name)
    lines = [
        Line(
            phase,
            COLORS[row.name],
            sweep.exact_mean[index, at],
            sweep.mean[index, at],
            sweep.mean_se[index, at],
            dashed=at == 1,
        )
        for at, phase in enumerate(("training", "test"))
    ]
    root = invisible_rate(row)
    if root is None:
        side = "large" if float(mean_ratio(row, 0.5)) > 1.0 else "small"
        title = f"Its test mean is too {side} at every rate but 0"
    else:
        below, above = ("small", "large") if float(mean_ratio(row, 0.5 * root)) < 1.0 else ("large", "small")
        title = f"Its test mean is too {below} below {root:g}, too {above} above"
    mu = sweep.config.activations.exact_mean
    return Panel(title, "mean", lines, limits=(0.0, 4.0 * mu))


def _draw(panels: Sequence[Panel], chosen: Strategy, rates: Floats) -> Drawn:
    def draw(drawing: Drawing, places: Sequence[Box]) -> None:
        for number, (panel, box) in enumerate(zip(panels, places, strict=True), start=1):
            draw_panel(drawing, panel, box, number, rates)
        _label_where_apart(drawing, panels[1], places[1], rates)
        for trace in drawing.traces:
            if trace["yaxis"] == "y" and trace["name"].endswith(", exact"):
                trace["line"]["width"] = 4 if trace["name"] == f"{_curve(chosen)}, exact" else 1.5

    return draw_grid([Row(len(panels), HEIGHT)], draw)


def _label_where_apart(drawing: Drawing, panel: Panel, box: Box, rates: Floats) -> None:
    """Move the names of the second panel's curves to its right third: left of it the curves meet, at 0 or at 0.5."""
    names = {line.name for line in panel.lines}
    drawing.annotations = [note for note in drawing.annotations if note["text"] not in names]
    right = slice(2 * len(rates) // 3, None)
    curves = [Curve(line.name, line.color, rates[right], line.exact[right]) for line in panel.lines]
    x_range, y_range = drawing.axes["xaxis2"]["range"], drawing.axes["yaxis2"]["range"]
    drawing.annotations += place(curves, x_range, y_range, box.pixels, ("x2", "y2"))


# ---- words and numbers ----------------------------------------------------------------------------------------------


def _unit_row(row: Strategy, rates: Floats) -> UnitRow:
    train, test = (
        [value if math.isfinite(value) else None for value in factor(rates).tolist()]
        for factor in (row.train_scale, row.test_scale)
    )
    return UnitRow(row.name, COLORS[row.name], train, test)


def _texts(sweep: Sweep, rows: Sequence[Strategy]) -> dict[str, list[str]]:
    """Every text that changes with the rate, by name; `_head` and `_foot` say where each stands."""
    rates = list(sweep.config.rates)
    texts: dict[str, list[str]] = {}
    for row in rows:
        index = sweep.config.strategies.index(row.name)
        texts[f"{row.name}-train-factor"] = [row.train_scale.words(rate) for rate in rates]
        texts[f"{row.name}-test-factor"] = [row.test_scale.words(rate) for rate in rates]
        texts[f"{row.name}-verdict"] = [_verdict(row, rate) for rate in rates]
        texts[f"{row.name}-code"] = [_code(row, rate) for rate in rates]
        for at, phase in enumerate(("train", "test")):
            pairs = zip(sweep.mean[index, at].tolist(), sweep.mean_se[index, at].tolist(), strict=True)
            texts[f"{row.name}-{phase}"] = [with_error(*pair) for pair in pairs]
            exact = sweep.exact_mean[index, at].tolist()
            texts[f"{row.name}-{phase}-exact"] = [_exact(value) for value in exact]
        ratios, errors = simulated_ratio(sweep, row)
        pairs = zip(ratios.tolist(), errors.tolist(), strict=True)
        texts[f"{row.name}-ratio"] = [with_error(*pair) for pair in pairs]
        exact = mean_ratio(row, rates).tolist()
        texts[f"{row.name}-ratio-exact"] = [_exact(value) for value in exact]
    texts["summary"] = [
        f"Rate {rate:.2f}. {rows[0].short}: {said}"
        for rate, said in zip(rates, texts[f"{rows[0].name}-verdict"], strict=True)
    ]
    return texts


def _exact(value: float) -> str:
    return f"exact {plain(value)}" if math.isfinite(value) else ""


def _verdict(row: Strategy, rate: float) -> str:
    ratio = float(mean_ratio(row, rate))
    if math.isnan(ratio):
        return "The training factor divides by 0 at this rate: no output."
    if math.isclose(ratio, 1.0):
        return "Test mean = training mean" + (
            ": at this rate the mistake does not show." if row.mistake else "."
        )
    return f"Test mean = {plain(ratio)} × training mean."


def _code(row: Strategy, rate: float) -> str:
    """The two lines in NumPy, and in a comment what their factors are at this rate."""
    train, test = numpy_lines(row.name, 0.3)  # the lines are the same at every rate where they are defined
    width = max(len(train), len(test))
    factors = (row.train_scale.words(rate), row.test_scale.words(rate))
    return "\n".join(
        f"{line:<{width}}  # {words}" for line, words in zip((train, test), factors, strict=True)
    )


def columns(blocks: Sequence[str]) -> str:
    """Put pieces of HTML side by side; one below the other on a phone."""
    inner = "".join(f"<section>{block}</section>" for block in blocks)
    return f'<div class="dv-columns" style="--dv-columns:{len(blocks)}">{inner}</div>'


def number_cell(title: str, text: str) -> str:
    """Return a number that follows the rate: its title, the text called ``text``, and ``text``-exact below."""
    return (
        f'<div><dt>{title}</dt><dd><span data-text="{text}"></span>'
        f'<small data-text="{text}-exact"></small></dd></div>'
    )


def _head(row: Strategy) -> str:
    color = f'style="--dv-color:{COLORS[row.name]}"'
    kind = ' class="dv-mistake"' if row.mistake else ""
    return (
        f'<h3 {color}><span class="dv-swatch"></span><span{kind}>{escape(row.label)}</span></h3>'
        f'<p class="dv-factor"><span class="dv-key" {color}>training</span> '
        f'<b data-text="{row.name}-train-factor"></b>, '
        f'<span class="dv-key dv-test" {color}>test</span> <b data-text="{row.name}-test-factor"></b></p>'
        '<div class="dv-unit-row"><div class="dv-unit-names"><span>training</span><span>test</span></div>'
        f'<svg data-units="{row.name}"></svg></div>'
        f'<p data-text="{row.name}-verdict"></p>'
    )


def _foot(row: Strategy) -> str:
    name = row.name
    cells = (
        number_cell("training mean", f"{name}-train"),
        number_cell("test mean", f"{name}-test"),
        number_cell("test / training", f"{name}-ratio"),
    )
    label = f'<p class="dv-only-narrow"><b>{escape(row.label)}</b></p>'
    return (
        f'{label}<dl class="dv-numbers">{"".join(cells)}</dl><pre><code data-text="{name}-code"></code></pre>'
    )
