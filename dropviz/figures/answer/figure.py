"""The answer: five reasons and three limits, each with its evidence at every rate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from dropviz.figures.answer.points import LIMITS, REASONS, Point
from dropviz.figures.panels.curves import Drawing, Line, Panel, draw_panel
from dropviz.figures.panels.grid import NARROW, TICKS, TITLE, TOP, Row, boxes, draw_panels, total_height
from dropviz.figures.panels.style import COLORS
from dropviz.frameworks.snippets import numpy_lines
from dropviz.live.figure import LiveFigure
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import each_plain, estimated, plain
from dropviz.schedules import FactorComparison
from dropviz.settings.addresses import page_link
from dropviz.simulation.layer import LayerSweep
from dropviz.simulation.noise_sweep import NoiseSweep
from dropviz.simulation.nonlinearity import LogisticUnit
from dropviz.simulation.sweep import Sweep

STRATEGIES = ("standard", "inverted", "none", "wrong_test")
NOISES = ("standard", "inverted", "gaussian")
LAYERS = ("standard", "inverted")
HEIGHT = 108  # of a panel, pixels
NOTE = 116  # of the place for the words above each panel on a phone, pixels


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the answer rests on, all of it on the rates of ``sweep``.

    Attributes
    ----------
    sweep, noise, layer
        Simulations of `STRATEGIES`, `NOISES` and `LAYERS`.
    annealed
        For each rate, what the test factors do while the rate falls from it to 0.
    unit
        One logistic unit over all its masks.
    learning_rate
        Optimizer → by what standard's learning rate exceeds inverted's on the same path, at each rate.
    """

    sweep: Sweep
    noise: NoiseSweep
    layer: LayerSweep
    annealed: Sequence[FactorComparison]
    unit: LogisticUnit
    learning_rate: Mapping[str, Floats]

    @property
    def worst_error(self) -> Floats:
        """Largest relative error of the test mean along each annealed schedule. Axes: factor, rate."""
        return np.array([comparison.worst_error for comparison in self.annealed]).T


def answer_live(evidence: Evidence) -> LiveFigure:
    """Draw the evidence.

    Raises
    ------
    ValueError
        If a part of the evidence stands on other rates, or compares something else, than the answer needs.
    """
    _check(evidence)
    config = evidence.sweep.config
    rates = np.asarray(config.rates)
    panels = _panels(evidence)
    shown = (*REASONS, LIMITS[0])  # one a panel
    drawn = draw_panels(panels, [Row(3, HEIGHT), Row(3, HEIGHT)], rates)
    return LiveFigure(
        figure=drawn.figure,
        rates=config.rates,
        tracks=drawn.tracks,
        texts=_texts(evidence),
        head=_columns(shown[:3], "dv-only-wide"),
        foot=_notes(shown) + _columns(shown[3:], "dv-only-wide") + _columns(LIMITS[1:]),
        narrow=_narrow(panels, rates),
        alt="Six curves over the dropout rate. " + "; ".join(panel.title for panel in panels) + ".",
    )


def _narrow(panels: Sequence[Panel], rates: Floats) -> dict[str, Any]:
    """Layout for a phone: one panel below the other, with a place for words above each."""
    drawing, rows = Drawing(), _narrow_rows(len(panels))
    for number, (panel, box) in enumerate(zip(panels, boxes(rows, NARROW)[1::2], strict=True), start=1):
        draw_panel(drawing, panel, box, number, rates)
    return drawing.axes | {"annotations": drawing.annotations, "height": total_height(rows)}


def _narrow_rows(panels: int) -> list[Row]:
    return [Row(1, NOTE), Row(1, HEIGHT)] * panels


def _check(evidence: Evidence) -> None:
    rates = evidence.sweep.config.rates
    for name, found, wanted in (
        ("sweep", evidence.sweep.config.strategies, STRATEGIES),
        ("noise", evidence.noise.config.noises, NOISES),
        ("layer", evidence.layer.config.strategies, LAYERS),
        ("rates of noise", evidence.noise.config.rates, rates),
        ("rates of layer", evidence.layer.config.rates, rates),
        ("rates of unit", tuple(evidence.unit.rates.tolist()), rates),
        ("first rates of annealed", tuple(float(one.rates[0]) for one in evidence.annealed), rates),
    ):
        if found != wanted:
            raise ValueError(f"{name} must be {wanted}; got {found}")


# ---- the curves -----------------------------------------------------------------------------------------------------


def _mean_ratio(sweep: Sweep, name: str) -> Estimate:
    """Test mean over training mean of one strategy.

    Both means are those of the same units.
    """
    at = sweep.config.strategies.index(name)
    exact = sweep.exact_mean[at, 1] / sweep.exact_mean[at, 0]
    return replace(sweep.gap_estimate("mean_ratio", name), exact=exact)


def _variance_ratio(sweep: Sweep, name: str) -> Estimate:
    """Training variance over test variance of one strategy.

    Both variances are those of the same units.
    """
    at = sweep.config.strategies.index(name)
    exact = sweep.exact_variance[at, 0] / sweep.exact_variance[at, 1]
    return replace(sweep.gap_estimate("variance_ratio", name), exact=exact)


def _panels(evidence: Evidence) -> list[Panel]:
    sweep, noise, layer = evidence.sweep, evidence.noise, evidence.layer

    def ratio(name: str, label: str) -> Line:
        return Line(label, COLORS[name], _mean_ratio(sweep, name))

    right = [ratio("standard", "standard"), ratio("inverted", "inverted")]
    errors = evidence.worst_error
    annealed = [
        Line(name, COLORS["standard"], Estimate(errors[at]), dashed=at != 0)
        for at, name in enumerate(evidence.annealed[0].names[:3])
    ]
    noises = [
        Line(name, COLORS.get(name, COLORS["other"]), noise.noise.estimates("mean")[at])
        for at, name in enumerate(NOISES)
    ]
    sums = [Line(name, COLORS[name], layer.estimate("mean", name)) for name in LAYERS]
    shift = [Line(name, COLORS[name], _variance_ratio(sweep, name)) for name in LAYERS]
    means, reach = "test ÷ training mean", (0.04, 25.0)
    return [
        Panel(
            "1 · The factor forgotten: off by 1/k", means, [ratio("none", "forgotten"), *right], True, reach
        ),
        Panel(
            "2 · Annealed to 0: inverted is never off",
            "worst error of mean",
            [*annealed, Line("inverted", COLORS["inverted"], Estimate(errors[3]))],
            limits=(0.0, 1.0),
            x_title="first dropout rate",
        ),
        Panel("3 · The noise of inverted has mean 0", "mean of the noise", noises),
        Panel("4 · Inverted keeps the mean of z", "mean of z in training", sums),
        Panel(
            "5 · The wrong factor: right only at 0.5",
            means,
            [ratio("wrong_test", "× rate, not keep"), *right],
            True,
            reach,
        ),
        Panel("The variance shift: one curve for both", "train/test variance", shift, True, (0.5, 200.0)),
    ]


# ---- words and numbers ----------------------------------------------------------------------------------------------


def _texts(evidence: Evidence) -> dict[str, list[str]]:
    """Every text that changes with the rate, by name; `REASONS` and `LIMITS` say where each stands."""
    sweep, rates = evidence.sweep, evidence.sweep.config.rates
    ratio = _variance_ratio(sweep, "inverted")
    keeps = [round(1.0 - rate, 12) for rate in rates]
    texts = {
        "rate": [f"{rate:.2f}" for rate in rates],
        "drop": [f"{rate:g}" for rate in rates],
        "keep": [f"{keep:g}" for keep in keeps],
        "standard-line": [
            numpy_lines("standard", rate)[1].replace("keep", f"{1 - rate:g}") for rate in rates
        ],
        "inverted-line": [numpy_lines("inverted", rate)[1] for rate in rates],
        "unit-average": each_plain(evidence.unit.arithmetic_mean),
        "unit-test": each_plain(evidence.unit.weight_scaled),
        "ratio-exact": each_plain(ratio.exact),
        "ratio": estimated(ratio),
        "plain-z": [plain(float(evidence.layer.test_z[1, at])) for at in range(len(rates))],
    }
    for name, label in (("none", "forgotten"), ("wrong_test", "wrong")):
        means = _mean_ratio(sweep, name)
        texts[label], texts[f"{label}-exact"] = estimated(means), each_plain(means.exact)
    for at, label in enumerate(("last", "middle", "first", "never")):
        texts[f"error-{label}"] = [f"{100 * error:.0f} %" for error in evidence.worst_error[at]]
    for at, name in enumerate(NOISES):
        noise = evidence.noise.noise.estimates("mean")[at]
        texts[f"noise-{name}"], texts[f"noise-{name}-exact"] = estimated(noise), each_plain(noise.exact)
    for name in LAYERS:
        texts[f"z-{name}"] = estimated(evidence.layer.estimate("mean", name))
    for name, factor in evidence.learning_rate.items():
        texts[f"path-{name}"] = each_plain(factor)
    texts["summary"] = [
        f"Rate {rate:.2f}. Forgotten factor: test mean {one} times the training mean. Variance ratio {two} for both."
        for rate, one, two in zip(rates, texts["forgotten-exact"], texts["ratio-exact"], strict=True)
    ]
    return texts


def _columns(points: Sequence[Point], where: str = "") -> str:
    blocks = "".join(f"<section>{_block(point)}</section>" for point in points)
    style = f"--dv-columns:{len(points)};margin-bottom:0.6rem"
    return f'<div class="dv-columns {where}" style="{style}">{blocks}</div>'


def _notes(points: Sequence[Point]) -> str:
    """The same words for a phone: each stands on the lower edge of its place above its panel."""
    rows = _narrow_rows(len(points))
    edges = TOP + np.cumsum([TITLE + row.height + TICKS for row in rows])[::2] - total_height(rows)
    notes = "".join(
        f'<section class="dv-note" style="--dv-narrow:{edge}px">{_block(point)}</section>'
        for edge, point in zip(edges.tolist(), points, strict=True)
    )
    return f'<div class="dv-notes dv-only-narrow">{notes}</div>'


def _block(point: Point) -> str:
    (author, at), (title, page) = point.source, point.page
    source = f'<a href="{at}" target="_blank" rel="noopener">{author}</a>'
    link = f'<a href="{page_link(page)}" data-takes-rate style="white-space:nowrap">→ {title}</a>'
    return f"<h3>{point.heading}</h3><p>{point.sentence} ({source})</p><p>{point.evidence} {link}</p>"
