"""Everything at once on the first screen: distributions, moments and discrepancy of every strategy, at every rate."""

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.panels.distributions import distribution
from dropviz.figures.panels.neurons import KEY, factor_texts, neurons, strategy_head
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import SMALLEST_DRAWN, Line, Panel, Row
from dropviz.numbers.checks import check_choice
from dropviz.numbers.written import each_plain, estimated
from dropviz.settings.first_screen import MEASURES
from dropviz.simulation.first_screen import FirstScreen
from dropviz.simulation.histogram import Distribution
from dropviz.simulation.sweep import Sweep
from dropviz.theory.activations import Activations
from dropviz.theory.moments import PHASES, variance_ratio
from dropviz.theory.standard_errors import GAPS
from dropviz.theory.strategies import Strategy, strategy

DISTRIBUTION, CURVES = 108, 112  # heights of the panels, pixels
TALL_CURVES = 190  # of those that hold the names of many strategies
NUMBERS = (("train", "mean"), ("test", "mean"), ("train", "variance"), ("test", "variance"))
RATIO = "variance_ratio"
TITLES = {RATIO: "variance ratio", "mean_gap": "mean gap", "rms_gap": "RMS gap"} | {
    name: MEASURES[name] for name in ("relative_gap", "wasserstein")
}
STEMS = {"train": "exactly 0 in training", "test": "exactly 0 at test"}
HINT = (
    "Drag the rate: units drop out in training, at test all are there. Watch what each strategy makes of those that "
    "stay, and whether the two means match."
)
NOTATION = (
    "a: activation; m: mask, 1 kept, 0 dropped; k: keep. "
    f"{KEY} Lines are exact, points simulated, ± one standard error."
)


def explorer_live(screen: FirstScreen, measure: str = RATIO, whole: bool = True) -> LiveFigure:
    """Return the first screen with its neurons, numbers and code.

    Parameters
    ----------
    screen
        What to show.
    measure
        Discrepancy in the third panel: variance_ratio, relative_gap, mean_gap, rms_gap or wasserstein.
    whole
        Whether the numbers come with it; otherwise what unfolds is empty, and more to come.

    Raises
    ------
    ValueError
        If the measure is unknown.
    """
    check_choice("measure", measure, MEASURES)
    config = screen.sweep.config
    rates, chosen = np.asarray(config.rates), [strategy(name) for name in config.strategies]
    panels = curve_panels(screen.sweep, measure)
    across = len(chosen) if len(chosen) <= 3 else 2
    heads = [strategy_head(row, words.live_paragraph(f"{row.name}-note", "muted")) for row in chosen]
    shown = distributions(screen, chosen, map(formulas, chosen), DISTRIBUTION, heads)
    rows = [Row(shown[at : at + across]) for at in range(0, len(shown), across)]
    names, findings = " and ".join(row.label for row in chosen), "; ".join(panel.title for panel in panels)
    return LiveFigure(
        rows=[*rows, Row(over(rates, panels, CURVES if len(chosen) <= 2 else TALL_CURVES))],
        rates=config.rates,
        texts=_texts(screen, chosen, measure, whole),
        head=[words.Paragraph(HINT, "hint")],
        foot=[
            words.Paragraph(NOTATION, "muted"),
            words.Fold(
                "The numbers, with their errors",
                [words.Columns([numbers_below(row, measure, len(chosen) == 3) for row in chosen], across)]
                if whole
                else [],
            ),
        ],
        alt=f"Distributions of training and test outputs for {names}, and three curves over the rate: {findings}.",
        **neurons(screen.units, chosen, rates),
        more=not whole,
    )


def formulas(row: Strategy) -> str:
    """What a strategy makes of an activation, as the title of its distributions."""
    return f"{row.short}: training {row.train_scale.of('m·a')}, test {row.test_scale.of('a')}"


def distributions(
    screen: FirstScreen,
    rows: Sequence[Strategy],
    titles: Iterable[str],
    height: int,
    heads: Sequence[Sequence[words.Block]] | None = None,
) -> list[Panel]:
    """The distributions of these strategies; ``heads`` stand above them."""
    return [
        distribution(screen.distributions[row.name], title, row.name, STEMS, height, head)
        for row, title, head in zip(rows, titles, heads or [()] * len(rows), strict=True)
    ]


# ---- the curves -----------------------------------------------------------------------------------------------------


def curve_panels(
    sweep: Sweep, measure: str = "variance_ratio", chosen: Sequence[Strategy] = ()
) -> list[Curves]:
    """Mean, variance and the discrepancy of the ``chosen`` strategies, or of all, each under its finding."""
    chosen = chosen or [strategy(name) for name in sweep.config.strategies]
    mu, v = sweep.config.activations.exact_mean, sweep.config.activations.exact_variance
    means, variances = (
        [
            Line(f"{row.short} {phase}", row.name, sweep.estimate(moment, row.name, phase), phase == "test")
            for row in chosen
            for phase in PHASES
        ]
        for moment in ("mean", "variance")
    )
    wrong = [shown.label for shown in chosen if shown.mistake]
    reach = 4.0 * abs(mu) or 1.0
    mean_title = "Every mean is 0" if mu == 0.0 else "The means match: training = test"
    if mu != 0.0 and wrong:
        mean_title = "Means differ: a mistake" if len(wrong) == 1 else "Means differ: mistakes"
    if v == 0.0 and mu == 0.0:
        variance_title = "Every variance is 0"
    else:
        variance_title = "Variances do not match" if wrong else "The variances do not: training ≥ test"
    return [
        Curves(mean_title, "mean", means, limits=(-reach, reach)),
        _variance_panel(variance_title, variances, sweep.config.activations),
        _discrepancy_panel(sweep, chosen, measure),
    ]


def _variance_panel(title: str, lines: Sequence[Line], law: Activations) -> Curves:
    """Variances; on a linear axis where the activations do not vary, for there those at test are 0."""
    mu, v = law.exact_mean, law.exact_variance
    varies = v > SMALLEST_DRAWN
    limits = (1e-4 * v, 1e4 * (v + mu**2)) if varies else (0.0, 20.0 * mu**2 or 1.0)
    return Curves(title, "variance", lines, varies, limits)


def _discrepancy_panel(sweep: Sweep, chosen: Sequence[Strategy], measure: str) -> Curves:
    gaps = [sweep.gap_estimate(measure, shown.name) for shown in chosen]
    lines = [Line(shown.short, shown.name, gap) for shown, gap in zip(chosen, gaps, strict=True)]
    finite = np.concatenate([gap.exact[np.isfinite(gap.exact)] for gap in gaps])
    early = any(np.nan_to_num(gap.exact[np.equal(sweep.config.rates, 0.0)]).any() for gap in gaps)
    title = _gap_title(measure, chosen, sweep.config.activations, len(finite) > 0, early)
    if measure == "variance_ratio":
        law = sweep.config.activations
        right = variance_ratio(sweep.config.rates, law.exact_mean, law.exact_variance)
        limits = (0.05, max(200.0, 1.5 * float(right[np.isfinite(right)].max(initial=0.0))))
        return Curves(title, MEASURES[measure], lines, log=len(finite) > 0, limits=limits)
    # What a mistake makes of a rate near 0 or 1 would press all else flat; where all is 0, the errors set the scale.
    errors = sweep.gap_error(measure) if measure in GAPS else np.zeros(0)
    reach = max(
        20.0 * float(np.median(np.abs(finite))) if len(finite) else 0.0,
        8.0 * float(errors[np.isfinite(errors)].max(initial=0.0)),
    )
    return Curves(title, MEASURES[measure], lines, limits=(-reach, reach) if reach else (-1.0, 1.0))


def _gap_title(
    measure: str, chosen: Sequence[Strategy], activations: Activations, any_exact: bool, early: bool
) -> str:
    """The finding of the third panel; ``early`` tells that a mistake has a gap at rate 0 already."""
    mu, v = activations.exact_mean, activations.exact_variance
    wrong = any(shown.mistake for shown in chosen)
    if measure == "variance_ratio":
        if v == 0.0:
            return "Test variance is 0: no finite ratio"
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
        "rms_gap": "Unit by unit, a gap, and at rate 0" if early else "Unit by unit, a gap above rate 0",
        "wasserstein": "Distributions differ, and at rate 0"
        if early
        else "Distributions differ above rate 0",
    }[measure]


# ---- words and numbers ----------------------------------------------------------------------------------------------


def _texts(
    screen: FirstScreen, chosen: Sequence[Strategy], measure: str, whole: bool
) -> dict[str, Sequence[str]]:
    """Every text that changes with the rate, by name; `strategy_head` and `numbers_below` say where each stands."""
    sweep, rates = screen.sweep, screen.sweep.config.rates
    texts: dict[str, Sequence[str]] = {}
    summaries = [[f"Rate {rate:.2f}."] for rate in rates]
    for row in chosen:
        texts |= numbers(sweep, row, measure) if whole else {}
        texts |= factor_texts(row, rates)
        texts[f"{row.name}-note"] = _notes(screen.distributions[row.name])
        exact = (sweep.estimate("mean", row.name, phase).exact for phase in PHASES)
        means = (_written(mean.tobytes(), "", 3) for mean in exact)
        for summary, train, test in zip(summaries, *means, strict=True):
            summary.append(f"{row.short}: training mean {train}, test mean {test}.")
    return texts | {"summary": [" ".join(summary) for summary in summaries]}


def numbers(sweep: Sweep, row: Strategy, measure: str = RATIO) -> dict[str, Sequence[str]]:
    """The texts of `numbers_below`: moments and discrepancy of a strategy, with error and exact value."""
    estimates = {f"{phase}-{moment}": sweep.estimate(moment, row.name, phase) for phase, moment in NUMBERS}
    estimates["gap"] = sweep.gap_estimate(measure, row.name)
    texts: dict[str, Sequence[str]] = {}
    for name, estimate in estimates.items():
        parts = [text.partition(" ± ") for text in estimated(estimate)]
        texts[f"{row.name}-{name}"] = [value for value, _, _ in parts]
        texts[f"{row.name}-{name}-error"] = [f"± {error}" if error else "" for _, _, error in parts]
        texts[f"{row.name}-{name}-exact"] = _written(estimate.exact.tobytes(), "exact ", 4)
    return texts


@lru_cache(maxsize=128)  # exact values are the same for every draw
def _written(values: bytes, before: str, digits: int) -> tuple[str, ...]:
    return tuple(f"{before}{text}" for text in each_plain(np.frombuffer(values), digits))


def _notes(picture: Distribution) -> list[str]:
    """Say what the picture cannot show, a sentence or three a rate: the mass at 0, and what its frame cuts off."""
    texts = []
    tallest = np.maximum(picture.train.max(axis=1), picture.test.max(axis=1)).tolist()
    zeros = zip(*(picture.masses[phase].share.tolist() for phase in PHASES), strict=True)
    for outside, top, (zero, silent) in zip(picture.outside.tolist(), tallest, zeros, strict=True):
        if math.isnan(zero):
            texts.append("The training factor divides by 0 at this rate: no output.")
            continue
        note = f"Exactly 0: {zero:.0f} % in training, {silent:.0f} % at test."
        if outside > 0.5:
            note += f" Beyond the axis: {outside:.0f} % in training."
        if top > picture.top:
            note += f" Tallest bar: {top:.0f} %."
        texts.append(note)
    return texts


def numbers_below(row: Strategy, measure: str = RATIO, tight: bool = False) -> list[words.Block]:
    """The numbers of a strategy, ``tight`` where three stand side by side, and its code."""
    cells = []
    for title, text in (
        *((f"{phase} {moment}", f"{phase}-{moment}") for phase, moment in NUMBERS),
        (TITLES[measure], "gap"),
    ):
        name = f"{row.name}-{text}"
        below = [words.LiveText(f"{name}-error"), words.LiveText(f"{name}-exact")]
        cells.append(words.Quantity(title, words.LiveText(name), below))
    code = f"train = a * mask{row.train_scale.code}\ntest  = a{row.test_scale.code}"
    return [words.Heading(row.label, row.name), words.Quantities(cells, tight), words.Code(code)]
