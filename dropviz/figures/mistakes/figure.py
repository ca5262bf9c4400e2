"""One mistake beside inverted dropout, on the same activations and masks, at every rate."""

import math
from collections.abc import Sequence

import numpy as np

from dropviz.figures.panels import html
from dropviz.figures.panels.curves import Line, Panel, draw_panel
from dropviz.figures.panels.drawing import Box, Drawing
from dropviz.figures.panels.grid import Drawn, Row, draw_grid
from dropviz.figures.panels.neurons import neurons
from dropviz.figures.panels.style import COLORS
from dropviz.frameworks.snippets import numpy_lines
from dropviz.live.figure import LiveFigure
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import estimated, plain
from dropviz.simulation.mistakes import Mistake
from dropviz.theory.moments import PHASES
from dropviz.theory.strategies import Strategy, strategy

HEIGHT = 150  # of a panel, pixels
RIGHT = "correct, and left on"  # a ratio of means cannot tell them apart
ONE_CURVE = {"wrong_train": "wrong p", "wrong_test": "wrong p"}  # both ratios are r/k


def mistake_live(found: Mistake) -> LiveFigure:
    """Return a mistake beside inverted dropout: units, ratio of means, means, numbers and code."""
    rates = np.asarray(found.sweep.config.rates)
    pair = (strategy(found.name), strategy("inverted"))
    panels = [ratio_panel(found, pair[0]), _mean_panel(found, pair[0])]
    drawn = _draw(panels, rates)
    return LiveFigure(
        figure=drawn.figure,
        rates=found.sweep.config.rates,
        tracks=drawn.tracks,
        texts=_texts(found, pair),
        head=html.columns([_head(shown) for shown in pair]),
        foot=html.columns([_foot(shown) for shown in pair]),
        narrow=drawn.narrow,
        alt=f"{pair[0].label} beside inverted dropout. {'. '.join(panel.title for panel in panels)}.",
        **neurons(found.units, pair, rates),
    )


# ---- the panels -----------------------------------------------------------------------------------------------------


def ratio_panel(found: Mistake, chosen: Strategy) -> Panel:
    """Ratio of the means of every mistake; the chosen one last, on top of the others, and with simulated points."""
    ratios = {strategy(name): ratio for name, ratio in found.ratios.items() if strategy(name).mistake}
    lines = {
        _curve(shown): Line(_curve(shown), COLORS[shown.name], Estimate(ratio.exact))
        for shown, ratio in ratios.items()
    }
    lines.pop(_curve(chosen))
    right = Line(RIGHT, COLORS["inverted"], Estimate(np.ones(len(found.sweep.config.rates))))
    on_top = Line(_curve(chosen), COLORS[chosen.name], found.ratios[chosen.name])
    root = found.invisible_rate
    where = f"does not show at rate {root:g}" if root is not None else "shows at every rate but 0"
    title = f"“{chosen.short}” {where}"
    return Panel(
        title, "test mean / training mean", [right, *lines.values(), on_top], log=True, limits=(0.04, 25.0)
    )


def _curve(shown: Strategy) -> str:
    return ONE_CURVE.get(shown.name, shown.short)


def _mean_panel(found: Mistake, chosen: Strategy) -> Panel:
    lines = [
        Line(
            label,
            COLORS[chosen.name],
            found.sweep.estimate("mean", chosen.name, phase),
            dashed=phase == "test",
        )
        for phase, label in zip(PHASES, ("training", "test"), strict=True)
    ]
    root, sizes = found.invisible_rate, ("small", "large") if found.starts_small else ("large", "small")
    where = "at every rate but 0" if root is None else f"below {root:g}, too {sizes[1]} above"
    limits = (0.0, 4.0 * found.sweep.config.activations.exact_mean)
    title = f"Its test mean is too {sizes[0]} {where}"
    return Panel(
        title, "mean", lines, limits=limits, named_from=2 / 3
    )  # left of it they meet, at 0 or at 0.5


def _draw(panels: Sequence[Panel], rates: Floats) -> Drawn:
    thick = f"{panels[0].lines[-1].name}, exact"

    def draw(drawing: Drawing, places: Sequence[Box]) -> None:
        for number, (panel, box) in enumerate(zip(panels, places, strict=True), start=1):
            draw_panel(drawing, panel, box, number, rates)
        for trace in drawing.traces:
            if trace["yaxis"] == "y" and trace["name"].endswith(", exact"):
                trace["line"]["width"] = 4 if trace["name"] == thick else 1.5

    return draw_grid([Row(len(panels), HEIGHT)], draw)


# ---- words and numbers ----------------------------------------------------------------------------------------------


def _texts(found: Mistake, pair: Sequence[Strategy]) -> dict[str, list[str]]:
    """Every text that changes with the rate, by name; `_head` and `_foot` say where each stands."""
    rates = found.sweep.config.rates
    texts: dict[str, list[str]] = {}
    for shown in pair:
        name, ratio = shown.name, found.ratios[shown.name]
        for phase, factor in zip(PHASES, (shown.train_scale, shown.test_scale), strict=True):
            texts[f"{name}-{phase}-factor"] = [factor.words(rate) for rate in rates]
            texts |= _number_texts(f"{name}-{phase}", found.sweep.estimate("mean", name, phase))
        texts |= _number_texts(f"{name}-ratio", ratio)
        texts[f"{name}-verdict"] = [_verdict(shown, value) for value in ratio.exact.tolist()]
        texts[f"{name}-code"] = [_code(shown, rate) for rate in rates]
    texts["summary"] = [
        f"Rate {rate:.2f}. {pair[0].short}: {said}"
        for rate, said in zip(rates, texts[f"{found.name}-verdict"], strict=True)
    ]
    return texts


def _number_texts(name: str, estimate: Estimate) -> dict[str, list[str]]:
    exact = [f"exact {plain(value)}" if math.isfinite(value) else "" for value in estimate.exact.tolist()]
    return {name: estimated(estimate), f"{name}-exact": exact}


def _verdict(shown: Strategy, ratio: float) -> str:
    if math.isnan(ratio):
        return "The training factor divides by 0 at this rate: no output."
    if math.isclose(ratio, 1.0):
        return "Test mean = training mean" + (
            ": at this rate the mistake does not show." if shown.mistake else "."
        )
    return f"Test mean = {plain(ratio)} × training mean."


def _code(shown: Strategy, rate: float) -> str:
    """The two lines in NumPy, and in a comment what their factors are at this rate."""
    train, test = numpy_lines(shown.name, 0.3)  # the lines are the same at every rate where they are defined
    width = max(len(train), len(test))
    factors = (shown.train_scale.words(rate), shown.test_scale.words(rate))
    return "\n".join(
        f"{line:<{width}}  # {words}" for line, words in zip((train, test), factors, strict=True)
    )


def _head(shown: Strategy) -> str:
    name, color = shown.name, COLORS[shown.name]
    return (
        html.heading(shown.label, color, shown.mistake)
        + html.factors(color, f"{name}-train-factor", f"{name}-test-factor")
        + html.neurons(name)
        + html.live(f"{name}-verdict", "p")
    )


def _foot(shown: Strategy) -> str:
    name = shown.name
    cells = (
        html.number_cell("training mean", f"{name}-train"),
        html.number_cell("test mean", f"{name}-test"),
        html.number_cell("test / training", f"{name}-ratio"),
    )
    return html.heading_on_phones(shown.label) + html.numbers(cells) + html.live_code(f"{name}-code")
