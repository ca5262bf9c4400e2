"""The answer: five reasons and three limits, each with its evidence at every rate."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from dropviz.figures.answer.points import LIMITS, REASONS, Point
from dropviz.figures.panels import html
from dropviz.figures.panels.curves import Line, Panel, draw_panel
from dropviz.figures.panels.drawing import Drawing
from dropviz.figures.panels.grid import NARROW, TICKS, TITLE, TOP, Row, boxes, draw_panels, total_height
from dropviz.figures.panels.style import COLORS
from dropviz.frameworks.snippets import numpy_lines
from dropviz.live.figure import LiveFigure
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import each_plain, estimated
from dropviz.settings.addresses import page_link
from dropviz.simulation.answer import LAYERS, NOISES, Evidence

HEIGHT = 108  # of a panel, pixels
NOTE = 116  # of the place for the words above each panel on a phone, pixels


def answer_live(evidence: Evidence, learning_rates: Mapping[str, Floats]) -> LiveFigure:
    """Draw the evidence.

    Parameters
    ----------
    evidence
        What the answer rests on.
    learning_rates
        Optimizer → by what standard's learning rate exceeds inverted's on the same path, at each of its rates.
    """
    panels = _panels(evidence)
    shown = (*REASONS, LIMITS[0])  # one a panel
    drawn = draw_panels(panels, [Row(3, HEIGHT), Row(3, HEIGHT)], evidence.rates)
    return LiveFigure(
        figure=drawn.figure,
        rates=tuple(evidence.rates.tolist()),
        tracks=drawn.tracks,
        texts=_texts(evidence, learning_rates),
        head=_columns(shown[:3], "dv-only-wide"),
        foot=_notes(shown) + _columns(shown[3:], "dv-only-wide") + _columns(LIMITS[1:]),
        narrow=_narrow(panels, evidence.rates),
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


# ---- the curves -----------------------------------------------------------------------------------------------------


def _panels(evidence: Evidence) -> list[Panel]:
    sweep, layer = evidence.sweep, evidence.layer

    def mean_ratio(name: str, label: str) -> Line:
        return Line(label, COLORS[name], sweep.gap_estimate("mean_ratio", name))

    right = [mean_ratio(name, name) for name in LAYERS]
    annealed = [
        Line(
            name,
            COLORS["inverted" if name == "inverted" else "standard"],
            Estimate(error),
            dashed=name in ("mean rate", "first rate"),
        )
        for name, error in zip(evidence.annealed, evidence.worst_error, strict=True)
    ]
    noises = [
        Line(name, COLORS.get(name, COLORS["other"]), evidence.noise[at]) for at, name in enumerate(NOISES)
    ]
    sums = [Line(name, COLORS[name], layer.estimate("mean", name)) for name in LAYERS]
    shift = [Line(name, COLORS[name], sweep.gap_estimate("variance_ratio", name)) for name in LAYERS]
    means, reach = "test ÷ training mean", (0.04, 25.0)
    forgotten, wrong = mean_ratio("none", "forgotten"), mean_ratio("wrong_test", "× rate, not keep")
    return [
        Panel("1 · The factor forgotten: off by 1/k", means, [forgotten, *right], True, reach),
        Panel(
            "2 · Annealed to 0: inverted is never off",
            "worst error of mean",
            annealed,
            limits=(0.0, 1.0),
            x_title="first dropout rate",
        ),
        Panel("3 · The noise of inverted has mean 0", "mean of the noise", noises),
        Panel("4 · Inverted keeps the mean of z", "mean of z in training", sums),
        Panel("5 · The wrong factor: right only at 0.5", means, [wrong, *right], True, reach),
        Panel("The variance shift: one curve for both", "train/test variance", shift, True, (0.5, 200.0)),
    ]


# ---- words and numbers ----------------------------------------------------------------------------------------------


def _texts(evidence: Evidence, learning_rates: Mapping[str, Floats]) -> dict[str, list[str]]:
    """Every text that changes with the rate, by name; `REASONS` and `LIMITS` say where each stands."""
    sweep, layer, rates = evidence.sweep, evidence.layer, evidence.rates.tolist()
    standard, inverted = (
        [numpy_lines(name, rate)[1].replace("keep", f"{1 - rate:g}") for rate in rates]
        for name in ("standard", "inverted")
    )
    texts = {
        "rate": [f"{rate:.2f}" for rate in rates],
        "drop": [f"{rate:g}" for rate in rates],
        "keep": [f"{round(1.0 - rate, 12):g}" for rate in rates],
        "standard-line": standard,
        "inverted-line": inverted,
        "unit-average": each_plain(evidence.unit.arithmetic_mean),
        "unit-test": each_plain(evidence.unit.weight_scaled),
        "plain-z": each_plain(layer.test_z[LAYERS.index("inverted")]),
    }
    shown = {
        "forgotten": sweep.gap_estimate("mean_ratio", "none"),
        "wrong": sweep.gap_estimate("mean_ratio", "wrong_test"),
        "ratio": sweep.gap_estimate("variance_ratio", "inverted"),
        **{f"noise-{name}": evidence.noise[at] for at, name in enumerate(NOISES)},
    }
    for label, estimate in shown.items():
        texts[label] = estimated(estimate)
        texts[f"{label}-exact"] = each_plain(estimate.exact)
    for name in LAYERS:
        texts[f"z-{name}"] = estimated(layer.estimate("mean", name))
    for label, errors in zip(("last", "middle", "first", "never"), evidence.worst_error, strict=True):
        texts[f"error-{label}"] = [f"{100 * error:.0f} %" for error in errors.tolist()]
    for optimizer, factors in learning_rates.items():
        texts[f"path-{optimizer}"] = each_plain(factors)
    texts["summary"] = [
        f"Rate {rate:.2f}. Forgotten factor: test mean {one} times the training mean. Variance ratio {two} for both."
        for rate, one, two in zip(rates, texts["forgotten-exact"], texts["ratio-exact"], strict=True)
    ]
    return texts


def _columns(points: Sequence[Point], where: str = "") -> str:
    return html.columns([_block(point) for point in points], kind=where, style="margin-bottom:0.6rem")


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
    (author, address), (title, page) = point.source, point.page
    source = html.link(address, author)
    link = f'<a href="{page_link(page)}" data-takes-rate style="white-space:nowrap">→ {title}</a>'
    return f"<h3>{point.heading}</h3><p>{point.sentence} ({source})</p><p>{point.evidence} {link}</p>"
