"""Zero-mean noise: one kind beside inverted dropout, its output, and its moments at every rate."""

from collections.abc import Sequence

import numpy as np

from dropviz.figures.noise.text import color_of, foot, head, texts
from dropviz.figures.panels.curves import Line, Panel, draw_panel
from dropviz.figures.panels.distributions import draw_distribution
from dropviz.figures.panels.drawing import Box, Drawing
from dropviz.figures.panels.grid import Drawn, Row, draw_grid
from dropviz.live.figure import LiveFigure
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.settings.noise import SHORT
from dropviz.simulation.noise_pair import NoisePair
from dropviz.theory.noise import noise

OUTPUT, CURVES = 112, 112  # heights of the panels, pixels
STEMS = {
    "dropped": "one value in training: dropped",
    "zero": "one value in training: 0 before",
    "test": "exactly 0 at test",
}


def noise_live(found: NoisePair) -> LiveFigure:
    """Return inverted dropout beside one other noise."""
    panels = [_mean_panel(found), _variance_panel(found), _discrepancy_panel(found)]
    drawn = _draw(found, panels)
    return LiveFigure(
        figure=drawn.figure,
        rates=found.sweep.config.rates,
        tracks=drawn.tracks,
        texts=texts(found),
        head=head(found),
        foot=foot(found),
        narrow=drawn.narrow,
        alt=f"Distributions of the training and test output of inverted dropout and of {noise(found.pair[1]).label}, "
        f"and three curves over the rate: {'; '.join(panel.title for panel in panels)}.",
    )


def _draw(found: NoisePair, panels: Sequence[Panel]) -> Drawn:
    rates = np.asarray(found.sweep.config.rates)

    def draw(drawing: Drawing, places: Sequence[Box]) -> None:
        for number, (name, box) in enumerate(zip(found.pair, places, strict=False), start=1):
            kind, picture = noise(name), found.distributions[name]
            title = f"{SHORT[name]}: training {kind.formula}, test {kind.test_scale.of('a')}"
            draw_distribution(drawing, picture, box, number, title, color_of(name), STEMS, labelled=False)
        for number, (panel, box) in enumerate(zip(panels, places[2:], strict=True), start=3):
            draw_panel(drawing, panel, box, number, rates)

    return draw_grid([Row(2, OUTPUT), Row(3, CURVES)], draw)


# ---- the curves -----------------------------------------------------------------------------------------------------


def _no_larger(one: Floats, other: Floats) -> bool:
    """Whether ``one`` ≤ ``other`` everywhere, rounding apart."""
    return bool((one <= other + 1e-9 * np.abs(other).max(initial=0.0)).all())


def _same(one: Floats, other: Floats) -> bool:
    return _no_larger(one, other) and _no_larger(other, one)


def _lines(found: NoisePair, estimates: Estimate) -> list[Line]:
    names = found.sweep.config.noises
    return [Line(SHORT[name], color_of(name), estimates[at]) for at, name in enumerate(names)]


def _inverted_and_other(found: NoisePair, estimates: Estimate) -> tuple[Floats, Floats, str]:
    """The exact curves of the pair, and what the other noise is called."""
    at = found.sweep.config.noises.index("inverted")
    return estimates.exact[at], estimates.exact[-1], SHORT[found.pair[1]]


def _mean_panel(found: NoisePair) -> Panel:
    lines = _lines(found, found.mean)
    biased = [line.name for line in lines if line.estimate.exact.any()]
    if not biased:
        title = "Every noise here has mean 0"
    elif len(biased) == 1:
        title = f"Only {biased[0]}'s noise has a mean"
    else:
        title = f"Noise with a mean: {', '.join(biased)}"
    reach = 4.0 * abs(found.sweep.config.activations.exact_mean) or 1.0
    return Panel(title, "mean of the noise", lines, limits=(-reach, reach))


def _variance_panel(found: NoisePair) -> Panel:
    inverted, other, name = _inverted_and_other(found, found.variance)
    varies = bool(found.variance.exact.any())
    if not varies:
        title = "Every noise has variance 0"
    elif _same(inverted, other):
        title = f"{name} is matched to inverted"
    elif _no_larger(other, inverted):
        title = f"{name.capitalize()} adds less noise than inverted"
    elif _no_larger(inverted, other):
        title = f"{name.capitalize()} adds more noise than inverted"
    else:
        title = f"{name.capitalize()} against inverted: it depends on r"
    return Panel(title, "variance of the noise", _lines(found, found.variance), log=varies)


def _discrepancy_panel(found: NoisePair) -> Panel:
    """Training variance over test variance; where the test variance is 0, the gap between the means instead."""
    if not np.isfinite(found.variance_ratio.exact).any():
        lines = _lines(found, found.mean_gap)
        return Panel("Test variance is 0: the gap of the means", "mean gap, test − train", lines)
    inverted, other, name = _inverted_and_other(found, found.variance_ratio)
    alike = _same(inverted, other)
    if _same(other, np.ones_like(other)):
        title = "No gap in the variance" if alike else f"{name.capitalize()} keeps the variance"
    else:
        title = "Variance ratio: one curve for all" if alike else f"Variance ratio: {name} differs"
    lines = _lines(found, found.variance_ratio)
    return Panel(title, "train/test variance", lines, log=True, limits=(1e-3, 1e4))
