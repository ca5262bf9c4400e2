"""The first screen: distributions, mean, variance and discrepancy of every strategy, at every rate."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from dropviz.figures.panels import html
from dropviz.figures.panels.curves import SMALLEST_DRAWN, Line, Panel, draw_panel
from dropviz.figures.panels.distributions import draw_distribution
from dropviz.figures.panels.drawing import Box, Drawing
from dropviz.figures.panels.grid import Drawn, Row, draw_grid
from dropviz.figures.panels.neurons import neurons
from dropviz.figures.panels.style import COLORS
from dropviz.live.figure import LiveFigure
from dropviz.numbers.checks import Floats, check_choice
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import estimated, plain
from dropviz.settings.first_screen import MEASURES
from dropviz.simulation.first_screen import FirstScreen
from dropviz.simulation.histogram import Distribution
from dropviz.simulation.sweep import Sweep
from dropviz.theory.activations import Activations
from dropviz.theory.moments import PHASES, Moments, exact_gap, exact_moments, variance_ratio
from dropviz.theory.strategies import Strategy, strategy

STEMS = {"train": "exactly 0 in training", "test": "exactly 0 at test"}
HINT = (
    '<p class="dv-hint">Drag the rate: units drop out in training, at test all are there. Watch what each strategy '
    "makes of those that stay, and whether the two means match.</p>"
)
KEY = (
    '<p class="dv-muted">a: activation; m: mask, 1 kept, 0 dropped; k: keep. Area is the size of an output; '
    "a dashed ring is a dropped unit, a solid ring a negative output. Lines are exact, points simulated, ± one "
    "standard error.</p>"
)


def explorer_live(screen: FirstScreen, measure: str = "variance_ratio") -> LiveFigure:
    """Return the first screen with its neurons, numbers and code.

    Parameters
    ----------
    screen
        What to show.
    measure
        Discrepancy in the third panel: variance_ratio, relative_gap, mean_gap, rms_gap or wasserstein.

    Raises
    ------
    ValueError
        If the measure is unknown.
    """
    check_choice("measure", measure, MEASURES)
    config = screen.sweep.config
    rates, chosen = np.asarray(config.rates), [strategy(name) for name in config.strategies]
    panels = curve_panels(screen.sweep, measure)
    drawn = _draw(screen, chosen, panels)
    across = _columns_of(len(chosen))
    return LiveFigure(
        figure=drawn.figure,
        rates=config.rates,
        tracks=drawn.tracks,
        texts=_texts(screen),
        head=HINT + html.columns([_head(shown) for shown in chosen], across),
        foot=html.columns([_foot(shown, len(chosen) == 3) for shown in chosen], across) + KEY,
        narrow=drawn.narrow,
        alt=_alt(chosen, panels),
        **neurons(screen.units, chosen, rates),
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


def _draw(screen: FirstScreen, chosen: Sequence[Strategy], panels: Sequence[Panel]) -> Drawn:
    rates = np.asarray(screen.sweep.config.rates)

    def draw(drawing: Drawing, places: Sequence[Box]) -> None:
        for number, (shown, box) in enumerate(zip(chosen, places, strict=False), start=1):
            title = f"{shown.short}: training {shown.train_scale.of('m·a')}, test {shown.test_scale.of('a')}"
            picture, color = screen.distributions[shown.name], COLORS[shown.name]
            draw_distribution(drawing, picture, box, number, title, color, STEMS)
        below = places[len(chosen) :]
        for number, (panel, box) in enumerate(zip(panels, below, strict=True), start=len(chosen) + 1):
            draw_panel(drawing, panel, box, number, rates)

    return draw_grid(_rows_of(len(chosen)), draw)


# ---- the curves -----------------------------------------------------------------------------------------------------


def curve_panels(sweep: Sweep, measure: str = "variance_ratio") -> list[Panel]:
    """Mean, variance and the chosen discrepancy, each under its finding."""
    chosen = [strategy(name) for name in sweep.config.strategies]
    mu, v = sweep.config.activations.exact_mean, sweep.config.activations.exact_variance
    means, variances = [], []
    for shown in chosen:
        for phase in PHASES:
            text, color, dashed = f"{shown.short} {phase}", COLORS[shown.name], phase == "test"
            means.append(Line(text, color, sweep.estimate("mean", shown.name, phase), dashed))
            variances.append(Line(text, color, sweep.estimate("variance", shown.name, phase), dashed))
    wrong = [shown.label for shown in chosen if shown.mistake]
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
        _discrepancy_panel(sweep, chosen, measure),
    ]


def _discrepancy_panel(sweep: Sweep, chosen: Sequence[Strategy], measure: str) -> Panel:
    gaps = [sweep.gap_estimate(measure, shown.name) for shown in chosen]
    lines = [Line(shown.short, COLORS[shown.name], gap) for shown, gap in zip(chosen, gaps, strict=True)]
    finite = np.concatenate([gap.exact[np.isfinite(gap.exact)] for gap in gaps])
    title = _gap_title(measure, chosen, sweep.config.activations, len(finite) > 0)
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


def _gap_title(measure: str, chosen: Sequence[Strategy], activations: Activations, any_exact: bool) -> str:
    """The finding of the third panel."""
    mu, v = activations.exact_mean, activations.exact_variance
    wrong = any(shown.mistake for shown in chosen)
    if measure == "variance_ratio":
        if v == 0.0:
            return "Test variance is 0: no ratio"
        if not any_exact:
            return "No training output: no ratio"
        both = {shown.name for shown in chosen} == {"standard", "inverted"}
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


def _texts(screen: FirstScreen) -> dict[str, Sequence[str]]:
    """Every text that changes with the rate, by name; see `_head` and `_foot` for where each stands."""
    sweep, config = screen.sweep, screen.sweep.config
    texts: dict[str, Sequence[str]] = {**_exact_texts(config.activations, config.rates, config.strategies)}
    for name in config.strategies:
        for phase in PHASES:
            for moment in Moments._fields:
                _put(texts, f"{name}-{phase}-{moment}", sweep.estimate(moment, name, phase))
        _put(texts, f"{name}-ratio", sweep.gap_estimate("variance_ratio", name))
        texts[f"{name}-note"] = _notes(screen.distributions[name])
    return texts


@lru_cache(maxsize=8)  # the same for every draw; an array in a key stays in memory
def _exact_texts(
    activations: Activations, rates: tuple[float, ...], names: tuple[str, ...]
) -> Mapping[str, tuple[str, ...]]:
    """The texts that no draw changes: factors, exact values, and the summary that is read out."""
    mu, v = activations.exact_mean, activations.exact_variance
    texts: dict[str, tuple[str, ...]] = {}
    summaries = [[f"Rate {rate:.2f}."] for rate in rates]
    for shown in map(strategy, names):
        means = []
        for part, factor in zip(PHASES, (shown.train_scale, shown.test_scale), strict=True):
            texts[f"{shown.name}-{part}-factor"] = tuple(factor.words(rate) for rate in rates)
            moments = exact_moments(shown, part, rates, mu, v)
            means.append(moments.mean.tolist())
            for moment, values in moments._asdict().items():
                texts[f"{shown.name}-{part}-{moment}-exact"] = _exact(values)
        texts[f"{shown.name}-ratio-exact"] = _exact(
            exact_gap("variance_ratio", shown.name, rates, activations)
        )
        for summary, train, test in zip(summaries, *means, strict=True):
            summary.append(f"{shown.short}: training mean {plain(train, 3)}, test mean {plain(test, 3)}.")
    texts["summary"] = tuple(map(" ".join, summaries))
    return MappingProxyType(texts)


def _exact(values: Floats) -> tuple[str, ...]:
    return tuple(f"exact {plain(value)}" for value in values.tolist())


def _put(texts: dict[str, Sequence[str]], name: str, estimate: Estimate) -> None:
    """Write values under ``name`` and their standard errors under ``name``-error; an empty text where there is none."""
    parts = [text.partition(" ± ") for text in estimated(estimate)]
    texts[name] = [value for value, _, _ in parts]
    texts[f"{name}-error"] = [f"± {error}" if error else "" for _, _, error in parts]


def _notes(picture: Distribution) -> list[str]:
    """Say what the picture cannot show, a sentence or three a rate: the mass at 0, and what its frame cuts off."""
    texts = []
    tallest = np.maximum(picture.train.max(axis=1), picture.test.max(axis=1)).tolist()
    zeros = zip(*(picture.masses[phase].share.tolist() for phase in PHASES), strict=True)
    for outside, top, (zero, silent) in zip(picture.outside.tolist(), tallest, zeros, strict=True):
        if math.isnan(zero):
            texts.append("The training factor divides by 0 at this rate: no output.")
            continue
        note = f"Exactly 0 (stems, of 100 %): {zero:.0f} % in training, {silent:.0f} % at test."
        if outside > 0.5:
            note += f" Beyond the axis: {outside:.0f} % in training."
        if top > picture.top:
            note += f" Tallest bar: {top:.0f} %."
        texts.append(note)
    return texts


def _head(shown: Strategy) -> str:
    name, color = shown.name, COLORS[shown.name]
    return (
        html.heading(shown.label, color, shown.mistake)
        + html.factors(color, f"{name}-train-factor", f"{name}-test-factor")
        + html.neurons(name)
        + html.live(f"{name}-note", "p", "dv-muted")
    )


def _foot(shown: Strategy, tight: bool) -> str:
    def cell(title: str, text: str) -> str:
        name = f"{shown.name}-{text}"
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
    code = f"train = a * mask{shown.train_scale.code}\ntest  = a{shown.test_scale.code}"
    numbers = html.numbers(cells, "dv-tight" if tight else "")
    return html.heading_on_phones(shown.label) + numbers + html.code(code)


def _alt(chosen: Sequence[Strategy], panels: Sequence[Panel]) -> str:
    names = " and ".join(shown.label for shown in chosen)
    findings = "; ".join(panel.title for panel in panels)
    return (
        f"Distributions of training and test outputs for {names}, and three curves over the rate: {findings}."
    )
