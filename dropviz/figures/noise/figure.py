"""Zero-mean noise: one kind beside inverted dropout, its output, and its moments at every rate."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from html import escape
from types import MappingProxyType
from typing import cast

import numpy as np

from dropviz.figures.noise.outputs import draw_output, notes, outputs
from dropviz.figures.panels import html
from dropviz.figures.panels.curves import Line, Panel, draw_panel
from dropviz.figures.panels.drawing import Box, Drawing
from dropviz.figures.panels.grid import Row, draw_grid
from dropviz.figures.panels.style import COLORS
from dropviz.live.figure import LiveFigure
from dropviz.numbers.checks import Floats, quotient
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import plain, with_error
from dropviz.settings.noise import SHORT
from dropviz.simulation.noise_sweep import NoiseDensities, NoiseSweep
from dropviz.theory.activations import Activations
from dropviz.theory.noise import ALPHA_FILL, MaskNoise, SpreadNoise, noise, noise_ratio, noises

MEASURES: Mapping[str, str] = MappingProxyType(
    {"variance_ratio": "train/test variance", "mean_gap": "mean gap, test − train"}
)
CODE: Mapping[str, str] = MappingProxyType(
    {
        "standard": "train = a * mask\ntest = a * keep",
        "inverted": "train = a * mask / keep\ntest = a",
        "gaussian": "train = a * rng.normal(1, np.sqrt(rate / keep), a.shape)\ntest = a",
        "additive": "s = np.sqrt(rate / keep * np.mean(a**2))\ntrain = a + rng.normal(0, s, a.shape)\ntest = a",
        "uniform": "h = np.sqrt(3 * rate / keep)\ntrain = a * rng.uniform(1 - h, 1 + h, a.shape)\ntest = a",
        "alpha": "fill = -1.7580993\nA = (keep * (1 + fill**2 * rate)) ** -0.5\n"
        "train = A * (np.where(mask, a, fill) - rate * fill)\ntest = a",
    }
)
OUTPUT, CURVES = 112, 112  # heights of the panels, pixels


def noise_live(sweep: NoiseSweep, densities: NoiseDensities) -> LiveFigure:
    """Return inverted dropout beside one other noise.

    Parameters
    ----------
    sweep
        The moments of every noise that has a curve: inverted, and any others.
    densities
        The outputs of the two noises that are compared, inverted first, at the rates of ``sweep``.

    Raises
    ------
    ValueError
        If ``densities`` is not of two noises, inverted first, or its rates are not those of ``sweep``.
    """
    pair = densities.config.noises
    if len(pair) != 2 or pair[0] != "inverted":
        raise ValueError(f"densities must be of inverted and one other noise; got {', '.join(pair)}")
    if densities.config.rates != sweep.config.rates:
        raise ValueError("densities must have the rates of the sweep")
    rates = np.asarray(sweep.config.rates)
    pictures = outputs(densities, [_color(name) for name in pair], [SHORT[name] for name in pair])
    panels = [_mean_panel(sweep), _variance_panel(sweep), _discrepancy_panel(sweep)]

    def draw(drawing: Drawing, places: Sequence[Box]) -> None:
        for number, (picture, box) in enumerate(zip(pictures, places, strict=False), start=1):
            draw_output(drawing, picture, box, number)
        for number, (panel, box) in enumerate(zip(panels, places[2:], strict=True), start=3):
            draw_panel(drawing, panel, box, number, rates)

    drawn = draw_grid([Row(2, OUTPUT), Row(3, CURVES)], draw)
    texts = _texts(sweep, pair) | {f"{picture.row.name}-note": notes(picture) for picture in pictures}
    return LiveFigure(
        figure=drawn.figure,
        rates=sweep.config.rates,
        tracks=drawn.tracks,
        texts=texts,
        head=html.columns([_head(name) for name in pair]),
        foot=html.columns([_foot(name) for name in pair]) + _table(),
        narrow=drawn.narrow,
        alt=f"Distributions of the training and test output of inverted dropout and of {noise(pair[1]).label}, "
        f"and three curves over the rate: {'; '.join(panel.title for panel in panels)}.",
    )


def _color(name: str) -> str:
    return COLORS.get(name, COLORS["other"])


# ---- the curves -----------------------------------------------------------------------------------------------------


def _no_larger(one: Floats, other: Floats) -> bool:
    """Whether ``one`` ≤ ``other`` everywhere, rounding apart."""
    return bool((one <= other + 1e-9 * np.abs(other).max(initial=0.0)).all())


def _same(one: Floats, other: Floats) -> bool:
    return _no_larger(one, other) and _no_larger(other, one)


def _settled(means: Floats, activations: Activations) -> Floats:
    """Means without the rounding that a difference of equals leaves: what is 0 is drawn and written as 0."""
    size = math.sqrt(activations.exact_variance + activations.exact_mean**2)
    return np.where(np.abs(means) <= 1e-12 * size, 0.0, means)


def _lines(names: Sequence[str], estimates: Estimate) -> list[Line]:
    return [Line(SHORT[name], _color(name), estimates[at]) for at, name in enumerate(names)]


def _mean_panel(sweep: NoiseSweep) -> Panel:
    means = sweep.noise.estimates("mean")
    means = replace(means, exact=_settled(means.exact, sweep.config.activations))
    lines = _lines(sweep.config.noises, means)
    biased = [line.name for line in lines if line.estimate.exact.any()]
    if not biased:
        title = "Every noise here has mean 0"
    elif len(biased) == 1:
        title = f"Only {biased[0]}'s noise has a mean"
    else:
        title = f"Noise with a mean: {', '.join(biased)}"
    reach = 4.0 * abs(sweep.config.activations.exact_mean) or 1.0
    return Panel(title, "mean of the noise", lines, limits=(-reach, reach))


def _variance_panel(sweep: NoiseSweep) -> Panel:
    names, variances = sweep.config.noises, sweep.noise.estimates("variance")
    exact = variances.exact
    inverted, other = exact[names.index("inverted")], exact[-1]
    name = SHORT[names[-1]]
    if not exact.any():
        title = "Every noise has variance 0"
    elif _same(inverted, other):
        title = f"{name} is matched to inverted"
    elif _no_larger(other, inverted):
        title = f"{name.capitalize()} adds less noise than inverted"
    elif _no_larger(inverted, other):
        title = f"{name.capitalize()} adds more noise than inverted"
    else:
        title = f"{name.capitalize()} against inverted: it depends on r"
    return Panel(title, "variance of the noise", _lines(names, variances), log=bool(exact.any()))


def _discrepancy_panel(sweep: NoiseSweep) -> Panel:
    """Training variance over test variance; where the test variance is 0, the gap between the means instead."""
    names = sweep.config.noises
    ratios = bool(np.isfinite(sweep.exact_variance_ratio).any())
    gap = _settled(sweep.exact_mean_gap, sweep.config.activations)
    exact = sweep.exact_variance_ratio if ratios else gap
    simulated, errors = (
        simulated_ratio(sweep) if ratios else (sweep.test.exact_mean - sweep.train.mean, sweep.train.mean_se)
    )
    lines = _lines(names, Estimate(exact, simulated, errors))
    if not ratios:
        title = "Test variance is 0: the gap of the means"
        return Panel(title, MEASURES["mean_gap"], lines)
    inverted, other, name = exact[names.index("inverted")], exact[-1], SHORT[names[-1]]
    if _same(other, np.ones_like(other)):
        title = (
            f"{name.capitalize()} keeps the variance"
            if not _same(inverted, other)
            else "No gap in the variance"
        )
    elif _same(inverted, other):
        title = "Variance ratio: one curve for all"
    else:
        title = f"Variance ratio: {name} differs"
    return Panel(title, MEASURES["variance_ratio"], lines, log=True, limits=(1e-3, 1e4))


# ---- words and numbers ----------------------------------------------------------------------------------------------


def _texts(sweep: NoiseSweep, pair: Sequence[str]) -> dict[str, list[str]]:
    """Every text that changes with the rate, by name; see `_head`, `_foot` and `_table` for where each stands."""
    activations, rates = sweep.config.activations, np.asarray(sweep.config.rates)
    mu, v = activations.exact_mean, activations.exact_variance
    texts: dict[str, list[str]] = {"rate": [f"{rate:.2f}" for rate in rates.tolist()]}
    for name, row in noises().items():
        texts |= _row_texts(row, rates, mu, v)
        spelled = _SPELLED[name]
        texts[f"{name}-formula"] = [spelled(rate, v + mu**2) for rate in rates.tolist()]
        texts[f"{name}-at-test"] = [
            f"a {row.test_scale.words(rate)}" if row.needs_test_scale else "nothing to do"
            for rate in rates.tolist()
        ]
        texts[f"{name}-unit"] = [
            f"At a unit, the noise has mean {_unit_mean(row, rate)}." for rate in rates.tolist()
        ]
    for name in pair:
        texts |= _simulated(sweep, sweep.config.noises.index(name), name)
    texts["alpha-verdict"] = _alpha_verdict(rates, mu, v)
    texts["summary"] = [
        f"Rate {rate}. "
        + " ".join(
            f"{SHORT[name]}: the noise has mean {texts[f'{name}-noise-mean-exact'][i]} "
            f"and variance {texts[f'{name}-noise-variance-exact'][i]}."
            for name in pair
        )
        for i, rate in enumerate(texts["rate"])
    ]
    return texts


def _row_texts(row: MaskNoise | SpreadNoise, rates: Floats, mu: float, v: float) -> dict[str, list[str]]:
    """The exact moments of one noise."""
    moments = {
        "noise": row.noise_moments(rates, mu, v),
        "train": row.output_moments(rates, mu, v),
        "test": row.test_moments(rates, mu, v),
    }
    texts = {}
    rounding = 1e-12 * math.sqrt(v + mu**2)
    for phase, (mean, variance) in moments.items():
        kept = np.where(np.abs(mean) <= rounding, 0.0, mean) * np.ones_like(rates)
        texts[f"{row.name}-{phase}-mean-exact"] = [plain(value) for value in kept.tolist()]
        texts[f"{row.name}-{phase}-variance-exact"] = [
            plain(value) for value in (variance * np.ones_like(rates)).tolist()
        ]
    train, test = moments["train"].variance, moments["test"].variance * np.ones_like(rates)
    texts[f"{row.name}-ratio-exact"] = [
        plain(one / other) if other > 0.0 else "none"
        for one, other in zip(train.tolist(), test.tolist(), strict=True)
    ]
    return texts


def simulated_ratio(sweep: NoiseSweep) -> tuple[Floats, Floats]:
    """Simulated training variance over exact test variance, which adds no error, and its standard error."""
    test = sweep.test.exact_variance
    return quotient(sweep.train.variance, test), quotient(sweep.train.variance_se, test)


def _simulated(sweep: NoiseSweep, index: int, name: str) -> dict[str, list[str]]:
    """The simulated moments of one noise, with their standard errors."""
    texts = {}
    for phase, curves in (("noise", sweep.noise), ("train", sweep.train)):
        for moment in ("mean", "variance"):
            values, errors = getattr(curves, moment)[index], getattr(curves, f"{moment}_se")[index]
            pairs = zip(values.tolist(), errors.tolist(), strict=True)
            texts[f"{name}-{phase}-{moment}"] = [with_error(value, error) for value, error in pairs]
    ratios, errors = simulated_ratio(sweep)
    texts[f"{name}-ratio"] = [
        with_error(value, error) if math.isfinite(value) else "none"
        for value, error in zip(ratios[index].tolist(), errors[index].tolist(), strict=True)
    ]
    return texts


_SPELLED: Mapping[str, Callable[[float, float], str]] = MappingProxyType(
    {
        "standard": lambda rate, _: f"m·a, P(m = 0) = {rate:g}",
        "inverted": lambda rate, _: f"m·a / {1 - rate:.2g}",
        "gaussian": lambda rate, _: f"a·N(1, {plain(float(noise_ratio(rate)) ** 2, 3)})",
        "additive": lambda rate, square: f"a + N(0, {plain(float(noise_ratio(rate)) ** 2 * square, 3)})",
        "uniform": lambda rate, _: f"a·U(1 ± {plain(math.sqrt(3.0) * float(noise_ratio(rate)), 3)})",
        "alpha": lambda rate, _: _alpha_spelled(rate),
    }
)


def _alpha_spelled(rate: float) -> str:
    row = cast(MaskNoise, noise("alpha"))
    scale, shift = float(row.scale(np.array(rate))), float(row.shift(np.array(rate)))
    return f"{plain(scale, 3)}·(a or {plain(ALPHA_FILL)}) + {plain(shift, 3)}"


def _unit_mean(row: MaskNoise | SpreadNoise, rate: float) -> str:
    """Mean of the noise at a unit with activation a: 0, or a share of a."""
    share = float(row.noise_moments(rate, 1.0, 0.0).mean)
    return "0" if abs(share) < 1e-12 else f"{plain(share, 3)}·a"


def _alpha_verdict(rates: Floats, mu: float, v: float) -> list[str]:
    if abs(mu) <= 1e-6 and abs(v - 1.0) <= 1e-6:
        return ["These activations are standardised, so it keeps both, at every rate."] * len(rates)
    train = noise("alpha").output_moments(rates, mu, v)
    before = f"These activations have mean {plain(mu)} and variance {plain(v)}"
    return [
        f"{before}; at rate {rate:.2f} its output has mean {plain(mean)} and variance {plain(variance)}."
        for rate, mean, variance in zip(
            rates.tolist(), train.mean.tolist(), train.variance.tolist(), strict=True
        )
    ]


def _head(name: str) -> str:
    return (
        html.heading(noise(name).label, _color(name))
        + html.factors(_color(name), f"{name}-formula", f"{name}-at-test")
        + html.live(f"{name}-unit", "p", "dv-muted")
        + html.live(f"{name}-note", "p", "dv-muted")
    )


def _foot(name: str) -> str:
    def cell(title: str, text: str) -> str:
        exact = html.live(f"{name}-{text}-exact")
        return html.number_cell(title, f"{name}-{text}", f"<small>exact {exact}</small>")

    cells = (
        cell("noise mean", "noise-mean"),
        cell("noise variance", "noise-variance"),
        cell("training mean", "train-mean"),
        cell("training variance", "train-variance"),
        cell("variance ratio", "ratio"),
    )
    return html.numbers(cells) + html.code(CODE[name])


def _table() -> str:
    """All noises at this rate, exact."""
    titles = (
        "noise",
        "training output",
        "at test",
        "noise mean",
        "noise variance",
        "mean, training → test",
        "variance, training → test",
        "variance ratio",
    )
    rows = []
    for name, row in noises().items():
        at_test, mean, variance, ratio, *moments = (
            html.live(f"{name}-{part}")
            for part in (
                "at-test",
                "noise-mean-exact",
                "noise-variance-exact",
                "ratio-exact",
                *(
                    f"{phase}-{moment}-exact"
                    for moment in ("mean", "variance")
                    for phase in ("train", "test")
                ),
            )
        )
        means, variances = " → ".join(moments[:2]), " → ".join(moments[2:])
        cells = (escape(row.formula), at_test, mean, variance, means, variances, ratio)
        rows.append((row.label, cells))
    return (
        f"<h3>All of them at rate {html.live('rate')}, exact</h3>"
        + html.table(titles, rows)
        + html.columns(
            [
                "<p>Alpha dropout keeps mean 0 and variance 1 of a standardised input, and of no other. "
                f"{html.live('alpha-verdict')}</p>"
            ]
        )
    )
