"""The words and numbers of the page of zero-mean noise: what stands still, and what follows the rate."""

import math
from collections.abc import Callable, Mapping
from html import escape
from types import MappingProxyType
from typing import cast

import numpy as np

from dropviz.figures.panels import html
from dropviz.figures.panels.style import COLORS
from dropviz.numbers.checks import Floats
from dropviz.numbers.written import each_plain, estimated, plain
from dropviz.settings.noise import SHORT
from dropviz.simulation.histogram import Distribution
from dropviz.simulation.noise_pair import NoisePair
from dropviz.theory.moments import Moments
from dropviz.theory.noise import ALPHA_FILL, MaskNoise, noise, noise_ratio, noises

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


# ---- what follows the rate ------------------------------------------------------------------------------------------


def texts(found: NoisePair) -> dict[str, list[str]]:
    """Every text that changes with the rate, by name; `head` and `foot` say where each stands."""
    activations, rates = found.sweep.config.activations, found.sweep.config.rates
    square = activations.exact_variance + activations.exact_mean**2
    said = {"rate": [f"{rate:.2f}" for rate in rates]}
    for name, kind in noises().items():
        said |= _exact_texts(name, found.exact[name])
        said[f"{name}-formula"] = [_SPELLED[name](rate, square) for rate in rates]
        said[f"{name}-at-test"] = [
            f"a {kind.test_scale.words(rate)}" if kind.needs_test_scale else "nothing to do" for rate in rates
        ]
        said[f"{name}-unit"] = [_at_a_unit(share) for share in found.unit_mean[name].tolist()]
    for name in found.pair:
        said |= _simulated_texts(found, name)
        said[f"{name}-note"] = _notes(found.distributions[name], isinstance(noise(name), MaskNoise))
    said["alpha-verdict"] = _alpha_verdict(found)
    said["summary"] = [
        f"Rate {rate}. "
        + " ".join(
            f"{SHORT[name]}: the noise has mean {said[f'{name}-noise-mean-exact'][at]} "
            f"and variance {said[f'{name}-noise-variance-exact'][at]}."
            for name in found.pair
        )
        for at, rate in enumerate(said["rate"])
    ]
    return said


def _exact_texts(name: str, exact: Mapping[str, Moments]) -> dict[str, list[str]]:
    """The exact moments of one noise."""
    said = {
        f"{name}-{phase}-{moment}-exact": each_plain(values)
        for phase, moments in exact.items()
        for moment, values in moments._asdict().items()
    }
    variances = zip(exact["train"].variance.tolist(), exact["test"].variance.tolist(), strict=True)
    said[f"{name}-ratio-exact"] = [plain(train / test) if test > 0.0 else "none" for train, test in variances]
    return said


def _simulated_texts(found: NoisePair, name: str) -> dict[str, list[str]]:
    """The simulated moments of one noise, with their standard errors."""
    index = found.sweep.config.noises.index(name)
    said = {
        f"{name}-{phase}-{moment}": estimated(curves.estimates(moment)[index])
        for phase, curves in (("noise", found.sweep.noise), ("train", found.sweep.train))
        for moment in Moments._fields
    }
    ratio = found.variance_ratio[index]
    defined = np.isfinite(cast(Floats, ratio.simulated)).tolist()
    said[f"{name}-ratio"] = [
        text if known else "none" for text, known in zip(estimated(ratio), defined, strict=True)
    ]
    return said


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


def _at_a_unit(share: float) -> str:
    """Say what mean the noise has at a unit with activation a: 0, or a share of a."""
    return f"At a unit, the noise has mean {f'{plain(share, 3)}·a' if share else '0'}."


def _alpha_verdict(found: NoisePair) -> list[str]:
    config = found.sweep.config
    mu, v = config.activations.exact_mean, config.activations.exact_variance
    if abs(mu) <= 1e-6 and abs(v - 1.0) <= 1e-6:
        return ["These activations are standardised, so it keeps both, at every rate."] * len(config.rates)
    means, variances = (each_plain(values) for values in found.exact["alpha"]["train"])
    before = f"These activations have mean {plain(mu)} and variance {plain(v)}"
    return [
        f"{before}; at rate {rate:.2f} its output has mean {mean} and variance {variance}."
        for rate, mean, variance in zip(config.rates, means, variances, strict=True)
    ]


def _notes(picture: Distribution, masks: bool) -> list[str]:
    """Say what the picture cannot show, a sentence or two a rate: the point masses, and what its frame cuts off."""
    said = []
    for index, (outside, tallest) in enumerate(zip(picture.outside, picture.train.max(axis=1), strict=True)):
        here = {name: (mass.share[index], mass.at[index]) for name, mass in picture.masses.items()}
        parts = []
        if masks and "dropped" in here:
            share, at = here["dropped"]
            place = "Exactly 0" if at == 0.0 else f"Dropped, at {at:.2f}".replace("-", "−")
            parts.append(f"{place}: {share:.0f} % in training.")
        share, at = here.get("zero", (0.0, 0.0))
        if share > 0.0:
            parts.append(
                f"Exactly 0: {share:.0f} % in training."
                if at == 0.0
                else f"Zeros, moved to {at:.2f}: {share:.0f} %."
            )
        if outside > 0.5:
            parts.append(f"Beyond the axis: {outside:.0f} %.")
        if tallest > picture.top:
            parts.append(f"Tallest bar: {tallest:.0f} %.")
        said.append(" ".join(parts) or "\N{NO-BREAK SPACE}")  # an empty line keeps its height
    return said


# ---- what stands still ----------------------------------------------------------------------------------------------


def color_of(name: str) -> str:
    """The colour of a noise."""
    return COLORS.get(name, COLORS["other"])


def head(found: NoisePair) -> str:
    """HTML above the figure: what both noises do."""
    return html.columns([_head(name) for name in found.pair])


def foot(found: NoisePair) -> str:
    """HTML below the figure: the numbers and the code of both, and the table of all."""
    return html.columns([_foot(name) for name in found.pair]) + _table()


def _head(name: str) -> str:
    return (
        html.heading(noise(name).label, color_of(name))
        + html.factors(color_of(name), f"{name}-formula", f"{name}-at-test")
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
    for name, kind in noises().items():
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
        cells = (escape(kind.formula), at_test, mean, variance, means, variances, ratio)
        rows.append((kind.label, cells))
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
