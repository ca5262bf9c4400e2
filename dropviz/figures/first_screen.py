"""The first screen: distributions, mean, variance and discrepancy of every strategy, at every rate."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import numpy as np
import plotly.graph_objects as go

from dropviz.figures.panels import html
from dropviz.figures.panels.curves import SMALLEST_DRAWN, Box, Drawing, Line, Panel, draw_panel
from dropviz.figures.panels.distributions import Distribution, distributions, draw_distribution, notes
from dropviz.figures.panels.grid import Drawn, Row, draw_grid
from dropviz.figures.panels.style import COLORS
from dropviz.live.figure import LiveFigure, UnitRow
from dropviz.numbers.checks import Floats, check_choice
from dropviz.numbers.written import plain, with_errors
from dropviz.settings.first_screen import MEASURES
from dropviz.simulation.histogram import histogram, some_units
from dropviz.simulation.sweep import Sweep
from dropviz.theory.activations import Activations
from dropviz.theory.moments import PHASES, exact_gap, exact_moments, variance_ratio
from dropviz.theory.strategies import Strategy, strategy

UNITS_SHOWN = 24
HINT = (
    '<p class="dv-hint">Drag the rate: units drop out in training, at test all are there. Watch what each strategy '
    "makes of those that stay, and whether the two means match.</p>"
)
KEY = (
    '<p class="dv-muted">a: activation; m: mask, 1 kept, 0 dropped; k: keep. Area is the size of an output; '
    "a dashed ring is a dropped unit, a solid ring a negative output. Lines are exact, points simulated, ± one "
    "standard error.</p>"
)


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
    return explorer_live(sweep, measure).to_figure(rate)


def explorer_live(sweep: Sweep, measure: str = "variance_ratio") -> LiveFigure:
    """Return the first screen with its neurons, numbers and code; see `explorer` for the parameters."""
    check_choice("measure", measure, MEASURES)
    config = sweep.config
    rates = np.asarray(config.rates)
    rows = [strategy(name) for name in config.strategies]
    pictures = distributions(rows, histogram(config), config.activations, rates)
    panels = _panels(sweep, rows, measure)
    drawn = _draw(pictures, panels, rates)
    across = _columns_of(len(rows))
    shown = some_units(config, UNITS_SHOWN)
    return LiveFigure(
        figure=drawn.figure,
        rates=config.rates,
        tracks=drawn.tracks,
        texts=_texts(sweep, rows, pictures),
        head=HINT + html.columns([_head(row) for row in rows], across),
        foot=html.columns([_foot(row, len(rows) == 3) for row in rows], across) + KEY,
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


DISTRIBUTION, CURVES = 116, 118  # heights of the panels, pixels


def _columns_of(count: int) -> int:
    return count if count <= 3 else 2


def _rows_of(count: int) -> list[Row]:
    """Rows of distributions, one a strategy, and the row of curves below; an odd one out has a row of its own."""
    columns = _columns_of(count)
    full, rest = divmod(count, columns)
    distributions = [Row(columns, DISTRIBUTION)] * full + [Row(rest, DISTRIBUTION)] * bool(rest)
    return [*distributions, Row(3, CURVES)]


def _draw(pictures: Sequence[Distribution], panels: Sequence[Panel], rates: Floats) -> Drawn:
    count = len(pictures)

    def draw(drawing: Drawing, places: Sequence[Box]) -> None:
        for number, (picture, box) in enumerate(zip(pictures, places, strict=False), start=1):
            draw_distribution(drawing, picture, box, number)
        for number, (panel, box) in enumerate(zip(panels, places[count:], strict=True), start=count + 1):
            draw_panel(drawing, panel, box, number, rates)

    return draw_grid(_rows_of(count), draw)


# ---- the curves -----------------------------------------------------------------------------------------------------


def _panels(sweep: Sweep, rows: Sequence[Strategy], measure: str) -> list[Panel]:
    """Mean, variance and the chosen discrepancy, each under its finding."""
    mu, v = sweep.config.activations.exact_mean, sweep.config.activations.exact_variance
    means, variances = [], []
    for row in rows:
        for phase in PHASES:
            text, color, dashed = f"{row.short} {phase}", COLORS[row.name], phase == "test"
            means.append(Line(text, color, sweep.estimate("mean", row.name, phase), dashed))
            variances.append(Line(text, color, sweep.estimate("variance", row.name, phase), dashed))
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
            log=v > SMALLEST_DRAWN,
            limits=(1e-4 * v, 1e4 * (v + mu**2)) if v > SMALLEST_DRAWN else (0.0, 20.0 * mu**2 or 1.0),
        ),
        _discrepancy_panel(sweep, rows, measure),
    ]


def _discrepancy_panel(sweep: Sweep, rows: Sequence[Strategy], measure: str) -> Panel:
    gaps = [sweep.gap_estimate(measure, row.name) for row in rows]
    lines = [Line(row.short, COLORS[row.name], gap) for row, gap in zip(rows, gaps, strict=True)]
    finite = np.concatenate([gap.exact[np.isfinite(gap.exact)] for gap in gaps])
    title = _gap_title(measure, rows, sweep.config.activations, len(finite) > 0)
    if measure == "variance_ratio":
        law = sweep.config.activations
        right = variance_ratio(sweep.config.rates, law.exact_mean, law.exact_variance)
        limits = (0.05, max(200.0, 1.5 * float(right[np.isfinite(right)].max(initial=0.0))))
        return Panel(title, MEASURES[measure], lines, log=len(finite) > 0, limits=limits)
    # What a mistake makes of a rate near 0 or 1 would press all else flat; where all is 0, the errors set the scale.
    errors = np.concatenate([gap.error for gap in gaps if gap.error is not None] or [np.zeros(0)])
    reach = max(
        20.0 * float(np.median(np.abs(finite))) if len(finite) else 0.0,
        8.0 * float(errors[np.isfinite(errors)].max(initial=0.0)),
    )
    return Panel(title, MEASURES[measure], lines, limits=(-reach, reach) if reach else (-1.0, 1.0))


def _gap_title(measure: str, rows: Sequence[Strategy], activations: Activations, any_exact: bool) -> str:
    """The finding of the third panel."""
    mu, v = activations.exact_mean, activations.exact_variance
    wrong = any(row.mistake for row in rows)
    if measure == "variance_ratio":
        if v == 0.0:
            return "Test variance is 0: no ratio"
        if not any_exact:
            return "No training output: no ratio"
        both = {row.name for row in rows} == {"standard", "inverted"}
        return "Variance ratio: one curve for both" if both else "Variance ratio, train/test"
    if mu == 0.0 and measure in ("mean_gap", "relative_gap"):
        return "Every mean is 0: no gap" if measure == "mean_gap" else "Training mean 0: no relative gap"
    if mu == v == 0.0:
        return "Every output is 0: no gap"
    return {
        "mean_gap": "A mistake parts the means" if wrong else "No mean gap: what is left is noise",
        "relative_gap": "A mistake parts the means" if wrong else "No mean gap: what is left is noise",
        "rms_gap": "Unit by unit, a gap above rate 0",
        "wasserstein": "Distributions differ above rate 0",
    }[measure]


# ---- words and numbers ----------------------------------------------------------------------------------------------


def _or_none(values: Floats) -> list[float | None]:
    return [float(value) if math.isfinite(value) else None for value in values]


def _texts(
    sweep: Sweep, rows: Sequence[Strategy], pictures: Sequence[Distribution]
) -> dict[str, Sequence[str]]:
    """Every text that changes with the rate, by name; see `_head` and `_foot` for where each stands."""
    ratio, ratio_error = sweep.gap("variance_ratio"), sweep.gap_error("variance_ratio")
    config = sweep.config
    texts: dict[str, Sequence[str]] = {**_exact_texts(config.activations, config.rates, config.strategies)}
    for index, row in enumerate(rows):
        for phase, part in enumerate(PHASES):
            for moment in ("mean", "variance"):
                values = getattr(sweep, moment)[index, phase]
                errors = getattr(sweep, f"{moment}_se")[index, phase]
                _put(texts, f"{row.name}-{part}-{moment}", values, errors)
        _put(texts, f"{row.name}-ratio", ratio[index], ratio_error[index])
        texts[f"{row.name}-note"] = notes(pictures[index])
    return texts


@lru_cache(maxsize=8)  # the same for every draw; an array in a key stays in memory
def _exact_texts(
    activations: Activations, rates: tuple[float, ...], names: tuple[str, ...]
) -> Mapping[str, tuple[str, ...]]:
    """The texts that no draw changes: factors, exact values, and the summary that is read out."""
    mu, v = activations.exact_mean, activations.exact_variance
    texts: dict[str, tuple[str, ...]] = {}
    summaries = [[f"Rate {rate:.2f}."] for rate in rates]
    for row in map(strategy, names):
        means = []
        for part, factor in zip(PHASES, (row.train_scale, row.test_scale), strict=True):
            texts[f"{row.name}-{part}-factor"] = tuple(factor.words(rate) for rate in rates)
            moments = exact_moments(row, part, rates, mu, v)
            means.append(moments.mean.tolist())
            for moment, values in moments._asdict().items():
                texts[f"{row.name}-{part}-{moment}-exact"] = _exact(values)
        texts[f"{row.name}-ratio-exact"] = _exact(exact_gap("variance_ratio", row.name, rates, activations))
        for summary, train, test in zip(summaries, *means, strict=True):
            summary.append(f"{row.short}: training mean {plain(train, 3)}, test mean {plain(test, 3)}.")
    texts["summary"] = tuple(map(" ".join, summaries))
    return MappingProxyType(texts)


def _exact(values: Floats) -> tuple[str, ...]:
    return tuple(f"exact {plain(value)}" for value in values.tolist())


def _put(texts: dict[str, Sequence[str]], name: str, values: Floats, errors: Floats) -> None:
    """Write values under ``name`` and their standard errors under ``name``-error; an empty text where there is none."""
    parts = [text.partition(" ± ") for text in with_errors(values, errors)]
    texts[name] = [value for value, _, _ in parts]
    texts[f"{name}-error"] = [f"± {error}" if error else "" for _, _, error in parts]


def _head(row: Strategy) -> str:
    name, color = row.name, COLORS[row.name]
    return (
        html.heading(row.label, color, row.mistake)
        + html.factors(color, f"{name}-train-factor", f"{name}-test-factor")
        + html.neurons(name)
        + html.live(f"{name}-note", "p", "dv-muted")
    )


def _foot(row: Strategy, tight: bool) -> str:
    def cell(title: str, text: str) -> str:
        name = f"{row.name}-{text}"
        return html.number_cell(
            title, name, html.live(f"{name}-error", "small") + html.live(f"{name}-exact", "small")
        )

    cells = (
        cell("train mean", "train-mean"),
        cell("test mean", "test-mean"),
        cell("train variance", "train-variance"),
        cell("test variance", "test-variance"),
        cell("variance ratio", "ratio"),
    )
    code = f"train = a * mask{row.train_scale.code}\ntest  = a{row.test_scale.code}"
    numbers = html.numbers(cells, "dv-tight" if tight else "")
    return html.heading_on_phones(row.label) + numbers + html.code(code)


def _alt(rows: Sequence[Strategy], panels: Sequence[Panel]) -> str:
    names = " and ".join(row.label for row in rows)
    findings = "; ".join(panel.title for panel in panels)
    return (
        f"Distributions of training and test outputs for {names}, and three curves over the rate: {findings}."
    )
