"""The pictures of the story: one panel each, cut from the pages, narrow enough to stand beside the words."""

import math
from collections.abc import Sequence
from dataclasses import replace
from html import escape
from typing import Any

import numpy as np

from dropviz.figures.next_layer.panels import gap_panels
from dropviz.figures.panels.curves import Box, Drawing, Line, Panel, draw_panel
from dropviz.figures.panels.distributions import distributions, draw_distribution
from dropviz.figures.panels.grid import Row, draw_grid
from dropviz.figures.panels.style import COLORS, panel_title
from dropviz.frameworks.snippets import numpy_lines
from dropviz.live.figure import LiveFigure, UnitRow
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.schedules import FactorComparison
from dropviz.simulation.histogram import histogram, some_units
from dropviz.simulation.next_layer import UnitOutput
from dropviz.simulation.sweep import Sweep
from dropviz.story.results import LearningRates, Result
from dropviz.story.scenes import Scene
from dropviz.theory.moments import PHASES, invisible_rate
from dropviz.theory.strategies import INVERSE_KEEP, INVERSE_RATE, Strategy, strategy

HEIGHT, LOW = 252, 95  # of a panel alone, and of one below rows of neurons or beside a second one, pixels
UNITS_SHOWN = 16
PLACES = 100  # of the slider along a schedule, less one


def scene_live(scene: Scene, result: Result) -> LiveFigure:
    """Return the live figure of a scene; ``result`` is what `dropviz.story.results.result_of` computed for it.

    One column of panels; the first has the axes "x" and "y", in which a point can be dragged.
    """
    if isinstance(result, FactorComparison):
        return _annealing(result)
    if isinstance(result, LearningRates):
        return _curves([_learning_rate_panel(result)], result.rates)
    if isinstance(result, UnitOutput):
        return _curves(gap_panels(result)[:1], result.rates)
    rates = np.asarray(result.config.rates)
    if scene.picture == "distributions":
        return _distributions(result)
    if scene.picture == "mask":
        return _with_units(_curves([_factor_panel(result)], rates, LOW), result)
    panel = {
        "means": _mean_panel,
        "variances": _variance_panel,
        "variance_ratio": _variance_ratio_panel,
        "test_factors": _test_factor_panel,
        "which_p": _which_p_panel,
        "mistakes": _mistake_panel,
    }[scene.picture](result)
    live = _curves([panel], rates, HEIGHT if scene.picture != "test_factors" else HEIGHT - 45)
    return live if scene.picture != "test_factors" else _with_code(live, result)


def place_of(scene: Scene) -> float:
    """Where the slider of a scene stands at first: its training step or its rate."""
    settings = dict(scene.settings)
    return float(settings.get("step", 0.0) if scene.picture == "annealing" else settings.get("rate", 0.3))


# ---- one column -----------------------------------------------------------------------------------------------------


def _one_column(figure: Any, narrow: Any) -> dict[str, Any]:
    """The figure with the layout that the grid made for a phone: panels below one another, labels placed for that."""
    return {"data": figure["data"], "layout": {**figure["layout"], **narrow}}


def _curves(panels: Sequence[Panel], rates: Floats, height: int = HEIGHT) -> LiveFigure:
    def draw(drawing: Drawing, places: Sequence[Box]) -> None:
        for number, (panel, box) in enumerate(zip(panels, places, strict=True), start=1):
            draw_panel(drawing, panel, box, number, rates)

    drawn = draw_grid([Row(1, height)] * len(panels), draw)
    figure = _one_column(drawn.figure, drawn.narrow)
    for name, settings in figure["layout"].items():
        if name.startswith("yaxis") and settings["type"] == "log":
            figure["layout"][name] = settings | _ticks(*settings["range"])
    return LiveFigure(
        figure=figure,
        rates=tuple(rates.tolist()),
        tracks=drawn.tracks,
        alt=f"Over the {panels[0].x_title}: {'; '.join(panel.title for panel in panels)}.",
        texts={"summary": [_summary(panels, rates, index) for index in range(len(rates))]},
    )


def _ticks(low: float, high: float) -> dict[str, Any]:
    """Ticks of a logarithmic axis from 10^low to 10^high: 1, 2, 5 of each decade, or decades where those are many."""
    steps = (1.0, 2.0, 5.0) if high - low < 2.2 else (1.0,)
    values = [step * 10.0**decade for decade in range(math.floor(low), math.ceil(high)) for step in steps]
    shown = [value for value in values if low <= math.log10(value) <= high]
    return {"tickvals": shown, "ticktext": [f"{value:g}" for value in shown]}


def _summary(panels: Sequence[Panel], rates: Floats, index: int) -> str:
    """The curves' exact values at one place, in words."""
    values = [
        f"{line.name} {line.estimate.exact[index]:.3g}"
        for panel in panels
        for line in panel.lines
        if math.isfinite(line.estimate.exact[index])
    ]
    return f"{panels[0].x_title} {rates[index]:g}. {panels[0].y_title}: {', '.join(values)}."


# ---- panels ---------------------------------------------------------------------------------------------------------


def _rows(sweep: Sweep) -> list[Strategy]:
    return [strategy(name) for name in sweep.config.strategies]


def _lines(sweep: Sweep, moment: str) -> list[Line]:
    return [
        Line(
            f"{row.short} {phase}", COLORS[row.name], sweep.estimate(moment, row.name, phase), phase == "test"
        )
        for row in _rows(sweep)
        for phase in PHASES
    ]


def _mean_panel(sweep: Sweep) -> Panel:
    wrong = any(row.mistake for row in _rows(sweep))
    title = "A mistake: the means part" if wrong else "The means match: training = test"
    return Panel(
        title, "mean", _lines(sweep, "mean"), limits=(0.0, 4.0 * sweep.config.activations.exact_mean)
    )


def _variance_panel(sweep: Sweep) -> Panel:
    wrong = any(row.mistake for row in _rows(sweep))
    title = "The variances do not match" if wrong else "Variance: training is never below test"
    v = sweep.config.activations.exact_variance
    return Panel(title, "variance", _lines(sweep, "variance"), log=True, limits=(1e-3 * v, 1e3 * v))


def _variance_ratio_panel(sweep: Sweep) -> Panel:
    rows = _rows(sweep)
    lines = [
        Line(row.short, COLORS[row.name], sweep.gap_estimate("variance_ratio", row.name)) for row in rows
    ]
    both = {row.name for row in rows} == {"standard", "inverted"}
    title = "One curve for both strategies" if both else "Training variance ÷ test variance"
    return Panel(title, "training ÷ test variance", lines, log=True, limits=(0.04, 50.0))


def _factor_panel(sweep: Sweep) -> Panel:
    rates = np.asarray(sweep.config.rates)
    lines = [Line(row.short, COLORS[row.name], Estimate(row.train_scale(rates))) for row in _rows(sweep)]
    return Panel("What a survivor is multiplied by", "training factor", lines, log=True, limits=(0.9, 30.0))


def _test_factor_panel(sweep: Sweep) -> Panel:
    rates = np.asarray(sweep.config.rates)
    rows = _rows(sweep)
    lines = [Line(row.short, COLORS[row.name], Estimate(row.test_scale(rates)), dashed=True) for row in rows]
    free = [row.short for row in rows if row.test_scale.symbol == "1"]
    title = f"{' and '.join(free).capitalize()}: 1 at every rate" if free else "All need a factor at test"
    return Panel(title, "test factor", lines, limits=(0.0, 1.1))


def _which_p_panel(sweep: Sweep) -> Panel:
    rates = np.asarray(sweep.config.rates)
    lines = [
        Line("1/rate", COLORS["wrong_train"], Estimate(INVERSE_RATE(rates))),
        Line("1/keep", COLORS["inverted"], Estimate(INVERSE_KEEP(rates))),
    ]
    return Panel("More dropout, more to make up: 1/keep", "factor", lines, log=True, limits=(0.9, 30.0))


def _mistake_panel(sweep: Sweep) -> Panel:
    rates = np.asarray(sweep.config.rates)
    wrong = next(row for row in _rows(sweep) if row.mistake)
    root = invisible_rate(wrong)
    where = f"does not show at rate {root:g}" if root is not None else "shows at every rate but 0"
    lines = [
        Line("correct", COLORS["inverted"], Estimate(np.ones_like(rates))),
        Line(wrong.short, COLORS[wrong.name], sweep.gap_estimate("mean_ratio", wrong.name)),
    ]
    return Panel(f"“{wrong.short}” {where}", "test ÷ training mean", lines, log=True, limits=(0.04, 25.0))


def _learning_rate_panel(result: LearningRates) -> Panel:
    lines = [
        Line("SGD: 1/k²", COLORS["other"], Estimate(result.sgd)),
        Line("Adam: 1/k", COLORS["none"], Estimate(result.adam)),
    ]
    title = "Same path: standard over inverted"
    return Panel(title, "ratio of learning rates", lines, log=True, limits=(0.9, 500.0))


def _annealing(comparison: FactorComparison) -> LiveFigure:
    count = len(comparison.steps)
    places = np.unique(np.linspace(0, count - 1, min(count, PLACES + 1)).round().astype(int))
    steps, rates = comparison.steps[places], comparison.rates[places]
    curves = [("standard, last rate", "standard", 0), ("inverted", "inverted", 3)]
    lines = [
        Line(name, COLORS[color], Estimate(comparison.mean_ratio[at, places])) for name, color, at in curves
    ]
    title = "Standard: one factor cannot fit every step"
    if float(np.ptp(comparison.mean_ratio[0])) < 1e-9:
        title = "A constant rate: one factor fits"
    panel = Panel(
        title,
        "test ÷ training mean",
        lines,
        log=bool(comparison.mean_ratio[0].max() > 10.0),
        x_title="training step",
        x_hover="step %{x:,.0f}",
    )
    return replace(
        _curves([panel], steps),
        slider_label="training step",
        readouts=[
            (f"{at:,.0f}", f"rate {rate:.2f}")
            for at, rate in zip(steps.tolist(), rates.tolist(), strict=True)
        ],
        leap=max(1.0, float(steps[-1]) / 10),
    )


# ---- neurons and code -----------------------------------------------------------------------------------------------


def _distributions(sweep: Sweep) -> LiveFigure:
    """Neurons and distributions, at most of two strategies."""
    rates, rows = np.asarray(sweep.config.rates), _rows(sweep)[:2]
    pictures = distributions(rows, histogram(sweep.config), sweep.config.activations, rates)

    def draw(drawing: Drawing, places: Sequence[Box]) -> None:
        for number, (picture, box) in enumerate(zip(pictures, places, strict=True), start=1):
            draw_distribution(drawing, picture, box, number)
            row = picture.row
            title = f"Training {row.train_scale.of('m·a')} filled, test {row.test_scale.of('a')} dashed"
            drawing.annotations[-1] = panel_title(title, box.x[0], box.y[1])

    height = 175 if len(rows) == 1 else 72
    drawn = draw_grid([Row(1, height)] * len(rows), draw)
    live = LiveFigure(
        figure=_one_column(drawn.figure, drawn.narrow),
        rates=sweep.config.rates,
        tracks=drawn.tracks,
        alt=f"Distributions of the training and the test output: {', '.join(row.label for row in rows)}.",
    )
    return _with_units(live, sweep)


def _with_units(live: LiveFigure, sweep: Sweep) -> LiveFigure:
    """Put a row of neurons a strategy above the figure: training above test."""
    rates, rows = np.asarray(sweep.config.rates), _rows(sweep)[:2]
    shown = some_units(sweep.config, UNITS_SHOWN)
    texts = {
        f"{row.name}-{phase}": [
            "× 1" if factor.symbol == "1" else factor.words(rate) for rate in rates.tolist()
        ]
        for row in rows
        for phase, factor in (("train", row.train_scale), ("test", row.test_scale))
    }
    return replace(
        live,
        texts={**live.texts, **texts},
        head="".join(_units(row) for row in rows),
        units=list(zip(shown.activation.tolist(), shown.dropped_at.tolist(), strict=True)),
        unit_rows=[
            UnitRow(
                row.name, COLORS[row.name], _or_none(row.train_scale(rates)), _or_none(row.test_scale(rates))
            )
            for row in rows
        ],
    )


def _or_none(values: Floats) -> list[float | None]:
    return [float(value) if math.isfinite(value) else None for value in values]


def _units(row: Strategy) -> str:
    kind = ' class="dv-mistake"' if row.mistake else ""
    return (
        f'<div class="story-units" style="--dv-color:{COLORS[row.name]}">'
        f'<p><span class="dv-swatch"></span><b{kind}>{escape(row.short)}</b></p>'
        f'<p class="story-train">training <b data-text="{row.name}-train"></b></p>'
        f'<p class="story-test">test <b data-text="{row.name}-test"></b></p>'
        f'<svg data-units="{row.name}"></svg></div>'
    )


def _with_code(live: LiveFigure, sweep: Sweep) -> LiveFigure:
    """Put each strategy's line of test code below the figure."""
    lines = "\n".join(f"{numpy_lines(row.name, 0.3)[1]}  # {row.short}" for row in _rows(sweep)[:3])
    return replace(live, foot=f"<pre><code>{escape(lines)}</code></pre>")
