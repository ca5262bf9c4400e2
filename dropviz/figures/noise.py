"""Zero-mean noise: one kind beside inverted dropout, its output, its moments at every rate, and a table of all."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Literal, cast

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.panels.distributions import distribution, on_one_axis
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Panel, Path, Row, Stem, role
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import each_plain, estimated, plain
from dropviz.settings.noise import LONG, SHORT
from dropviz.simulation.histogram import Distribution
from dropviz.simulation.noise_pair import NoisePair
from dropviz.theory.moments import Moments
from dropviz.theory.noise import ALPHA_FILL, MaskNoise, Noise, noise, noise_ratio, noises

PICTURE, HEIGHT = 150, 130  # of the picture and of the folded curves, pixels
TEST = "title"  # its colour: its mean lies on that of training where they match
STEMS = {
    "zeros": "exactly 0 in training",
    "dropped": "one value in training: dropped",
    "zero": "one value in training: 0 before",
    "test": "exactly 0 at test",
}
# beside the stems of a panel that has both of these, after their shares
BESIDE = {STEMS["dropped"]: " off", STEMS["zero"]: " were 0", STEMS["test"]: ""}
ZEROS = {"alpha": "{alpha-test-zeros:plain}"}  # no room for that beside its stem
NOTES = {"alpha": " (puts dropped units below 0)"}
CODE: Mapping[str, str] = {
    "standard": "train = a * mask\ntest = a * keep",
    "inverted": "train = a * mask / keep\ntest = a",
    "gaussian": "train = a * rng.normal(1, np.sqrt(rate / keep), a.shape)\ntest = a",
    "additive": "s = np.sqrt(rate / keep * np.mean(a**2))\ntrain = a + rng.normal(0, s, a.shape)\ntest = a",
    "uniform": "h = np.sqrt(3 * rate / keep)\ntrain = a * rng.uniform(1 - h, 1 + h, a.shape)\ntest = a",
    "alpha": "fill = -1.7580993\nA = (keep * (1 + fill**2 * rate)) ** -0.5\n"
    "train = A * (np.where(mask, a, fill) - rate * fill)\ntest = a",
}


def noise_live(found: NoisePair) -> LiveFigure:
    """Return inverted dropout beside one other noise."""
    rates = np.asarray(found.sweep.config.rates)
    curves = over(rates, [_mean_panel(found), _variance_panel(found), _discrepancy_panel(found)], HEIGHT)
    pictures = [_picture(found, name) for name in found.pair]
    return LiveFigure(
        rows=[Row(pictures), Row(curves, fold="At every rate")],
        rates=found.sweep.config.rates,
        texts=_texts(found),
        head=[words.live_paragraph("finding", "finding"), _overview()],
        foot=[
            words.Fold("The numbers", [words.columns(*map(_numbers, found.pair))]),
            words.Fold("The same in NumPy", [words.columns(*map(_code, found.pair))]),
            words.Fold("All six at this rate, exact", _table()),
        ],
        alt=f"Distributions of the training and test output of inverted dropout and of {LONG[found.pair[1]]}, "
        f"and three curves over the rate: {'; '.join(panel.title for panel in curves)}.",
        chosen=found.pair[1],
    )


# ---- the picture ----------------------------------------------------------------------------------------------------


def _picture(found: NoisePair, name: str) -> Panel:
    """The distributions of the output in training and at test, and their means as upright lines."""
    kind, picture = noise(name), on_one_axis(found.distributions)[name]
    train, test = (found.exact[name][phase].mean for phase in ("train", "test"))
    needs = "× keep" if kind.needs_test_scale else "nothing"
    match = "match" if _same(train, test) else "differ above rate 0"
    title = f"{SHORT[name].capitalize()}, {needs} at test: the means {match}"
    panel = distribution(picture, title, role(name), STEMS, PICTURE, _above(name))
    means = [
        _upright("mean in training", role(name), train, picture.top),
        _upright("mean at test", TEST, test, picture.top, "dashed"),
    ]
    x, few = panel.x, (2.0, 9.0)  # whole numbers, where a few of them say enough
    if few[0] < x.high - x.low < few[1]:
        step = 2 if x.high - x.low > 4.0 else 1
        x = replace(x, ticks=np.arange(step * math.ceil(x.low / step), x.high, step).tolist())
    of_test = ("test", STEMS["test"])
    marks = [
        replace(mark, color=TEST) if isinstance(mark, Path | Stem) and mark.name in of_test else mark
        for mark in panel.marks
    ]
    stems = [mark for mark in marks if isinstance(mark, Stem)]
    if "dropped" in picture.masses:
        stems = [replace(stem, said=BESIDE[stem.name]) for stem in stems]
    curves = [mark for mark in marks if not isinstance(mark, Stem)]
    return replace(panel, x=x, marks=[*curves, *means, *stems])  # what is said of stems lies over all lines


def _upright(
    name: str, color: str, at: Floats, top: float, dash: Literal["solid", "dashed"] = "solid"
) -> Path:
    return Path(name, color, np.column_stack((at, at)), np.array([0.0, 0.62 * top]), dash, width=3)


# ---- the curves -----------------------------------------------------------------------------------------------------


def _no_larger(one: Floats, other: Floats) -> bool:
    """Whether ``one`` ≤ ``other`` everywhere, rounding apart."""
    return bool((one <= other + 1e-9 * np.abs(other).max(initial=0.0)).all())


def _same(one: Floats, other: Floats) -> bool:
    return _no_larger(one, other) and _no_larger(other, one)


def _lines(found: NoisePair, estimates: Estimate) -> list[Line]:
    names = found.sweep.config.noises
    return [Line(SHORT[name], role(name), estimates[at]) for at, name in enumerate(names)]


def _inverted_and_other(found: NoisePair, estimates: Estimate) -> tuple[Floats, Floats, str]:
    """The exact curves of the pair, and what the other noise is called."""
    at = found.sweep.config.noises.index("inverted")
    return estimates.exact[at], estimates.exact[-1], SHORT[found.pair[1]]


def _mean_panel(found: NoisePair) -> Curves:
    lines = _lines(found, found.mean)
    biased = [line.name for line in lines if line.estimate.exact.any()]
    title = f"Noise with a mean: {', '.join(biased)}" if biased else "Every noise here has mean 0"
    if len(biased) == 1:
        title = f"Only {biased[0]}’s noise has a mean"
    reach = 4.0 * abs(found.sweep.config.activations.exact_mean) or 1.0
    return Curves(title, "mean of the noise", lines, limits=(-reach, reach))


def _variance_panel(found: NoisePair) -> Curves:
    inverted, other, name = _inverted_and_other(found, found.variance)
    varies = bool(found.variance.exact.any())
    if not varies:
        title = "Every noise has variance 0"
    elif _same(inverted, other):
        title = f"{name.capitalize()} is matched to inverted"
    elif _no_larger(other, inverted):
        title = f"{name.capitalize()} adds less noise than inverted"
    elif _no_larger(inverted, other):
        title = f"{name.capitalize()} adds more noise than inverted"
    else:
        title = f"{name.capitalize()} against inverted: it depends on r"
    return Curves(title, "variance of the noise", _lines(found, found.variance), log=varies)


def _discrepancy_panel(found: NoisePair) -> Curves:
    """Training variance over test variance; where the test variance is 0, the gap between the means instead."""
    if not np.isfinite(found.variance_ratio.exact).any():
        lines = _lines(found, found.mean_gap)
        return Curves("Test variance is 0: the gap of the means", "mean gap, test − train", lines)
    inverted, other, name = _inverted_and_other(found, found.variance_ratio)
    alike = _same(inverted, other)
    if _same(other, np.ones_like(other)):
        title = "No gap in the variance" if alike else f"{name.capitalize()} keeps the variance"
    else:
        title = "Variance ratio: one curve for all" if alike else f"Variance ratio: {name} differs"
    lines = _lines(found, found.variance_ratio)
    return Curves(title, "train/test variance", lines, log=True, limits=(1e-3, 1e4))


# ---- what follows the rate ------------------------------------------------------------------------------------------


def _texts(found: NoisePair) -> dict[str, list[str]]:
    """Every text that changes with the rate, by name; `_overview`, `_above`, `_numbers` and `_table` say where."""
    activations, rates = found.sweep.config.activations, found.sweep.config.rates
    square = activations.exact_variance + activations.exact_mean**2
    said = {"rate": [f"{rate:.2f}" for rate in rates]}
    for name, kind in noises().items():
        said |= _exact_texts(name, found.exact[name])
        said[f"{name}-formula"] = [_SPELLED[name](rate, square) for rate in rates]
        said[f"{name}-at-test"] = [_at_test(kind, rate) for rate in rates]
        said[f"{name}-unit"] = [
            f"{plain(share, 3)}·a" if share else "0" for share in found.unit_mean[name].tolist()
        ]
    for name in found.pair:
        said |= _simulated_texts(found, name)
        said[f"{name}-note"] = _notes(found.distributions[name])
        said |= {f"{name}-test-zeros": _test_zeros(found.distributions[name])} if name in ZEROS else {}
    said["finding"] = _findings(found)
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


def _at_test(kind: Noise, rate: float) -> str:
    """Whether anything is to be done at test, and what."""
    if kind.needs_test_scale:
        return f"yes: {kind.test_scale.words(rate)}" if rate else "no, at rate 0"
    return "no, for mean 0, variance 1" if kind.name == "alpha" and rate else "no"


def _findings(found: NoisePair) -> list[str]:
    """What was found of the noise beside inverted dropout, a sentence a rate."""
    name, rates = found.pair[1], found.sweep.config.rates
    said = []
    for at, rate in enumerate(rates):
        if rate == 0.0:
            said.append("At rate 0 there is no noise, and nothing to do at test.")
        elif name == "alpha":
            said.append(_alpha_finding(found, at))
        elif name == "standard":
            said.append(
                f"Standard dropout needs × {1.0 - rate:.2g} at test: "
                f"in training the mean of every unit is {1.0 - rate:.2g}·a."
            )
        else:
            said.append(f"Nothing to do at test with {LONG[name]}: every unit keeps its mean.")
    return said


def _standardised(found: NoisePair) -> bool:
    """Whether the activations have the mean 0 and the variance 1 that alpha dropout is made for."""
    config = found.sweep.config
    return abs(config.activations.exact_mean) <= 1e-6 and abs(config.activations.exact_variance - 1.0) <= 1e-6


def _alpha_finding(found: NoisePair, at: int) -> str:
    if _standardised(found):
        return (
            "Nothing to do at test: alpha dropout keeps the mean 0 and the variance 1 of these activations."
        )
    parts = [float(part[at]) for phase in ("train", "test") for part in found.exact["alpha"][phase]]
    train_mean, train_variance, mean, variance = (plain(part, 3) for part in parts)
    return (
        "Alpha dropout needs nothing at test for activations of mean 0 and variance 1. "
        f"These have {mean} and {variance}; its output in training has {train_mean} and {train_variance}."
    )


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
    pairs = zip(estimated(ratio), np.isfinite(cast(Floats, ratio.simulated)).tolist(), strict=True)
    return said | {f"{name}-ratio": [text if known else "none" for text, known in pairs]}


def _alpha_spelled(rate: float, _: float) -> str:
    row = cast(MaskNoise, noise("alpha"))
    scale, shift = float(row.scale(np.array(rate))), float(row.shift(np.array(rate)))
    return f"{plain(scale, 3)}·(a or {plain(ALPHA_FILL)}) + {plain(shift, 3)}"


# the training output at a rate, and at a mean square of the activations
_SPELLED: Mapping[str, Callable[[float, float], str]] = {
    "standard": lambda rate, _: f"m·a, P(m = 0) = {rate:g}",
    "inverted": lambda rate, _: f"m·a / {1 - rate:.2g}",
    "gaussian": lambda rate, _: f"a·N(1, {plain(float(noise_ratio(rate)) ** 2, 3)})",
    "additive": lambda rate, square: f"a + N(0, {plain(float(noise_ratio(rate)) ** 2 * square, 3)})",
    "uniform": lambda rate, _: f"a·U(1 ± {plain(math.sqrt(3.0) * float(noise_ratio(rate)), 3)})",
    "alpha": _alpha_spelled,
}


def _alpha_verdict(found: NoisePair) -> list[str]:
    config = found.sweep.config
    mu, v = config.activations.exact_mean, config.activations.exact_variance
    if _standardised(found):
        return ["These activations are standardised, so it keeps both, at every rate."] * len(config.rates)
    means, variances = (each_plain(values) for values in found.exact["alpha"]["train"])
    before = f"These activations have mean {plain(mu)} and variance {plain(v)}"
    return [
        f"{before}; at rate {rate:.2f} its output has mean {mean} and variance {variance}."
        for rate, mean, variance in zip(config.rates, means, variances, strict=True)
    ]


def _test_zeros(picture: Distribution) -> list[str]:
    """The share of the units that are 0 at test, where any is."""
    shares = picture.masses["test"].share.tolist() if "test" in picture.masses else picture.outside * 0.0
    return [f", {share:.0f} % at 0" if share else "" for share in shares]


def _notes(picture: Distribution) -> list[str]:
    """Say what the picture cannot show, a sentence or two a rate: the point masses, and what its frame cuts off."""
    said = []
    for index, (outside, tallest) in enumerate(zip(picture.outside, picture.train.max(axis=1), strict=True)):
        here = {name: (mass.share[index], mass.at[index]) for name, mass in picture.masses.items()}
        parts = []
        if "zeros" in here:
            parts.append(f"Exactly 0: {here['zeros'][0]:.0f} % in training.")
        if "dropped" in here:
            share, at = here["dropped"]
            parts.append(f"Dropped, at {at:.2f}: {share:.0f} % in training.".replace("-", "−"))
        share, at = here.get("zero", (0.0, 0.0))
        if share > 0.0:
            place = "Exactly 0" if at == 0.0 else f"Zeros, moved to {at:.2f}"
            parts.append(f"{place}: {share:.0f} % in training.".replace("-", "−"))
        if outside > 0.5:
            parts.append(f"Beyond the axis: {outside:.0f} %.")
        if tallest > picture.top:
            parts.append(f"Tallest bar: {tallest:.0f} %.")
        said.append(" ".join(parts))
    return said


# ---- what stands still ----------------------------------------------------------------------------------------------


def _overview() -> words.Table:
    """The six noises, a row each, which chooses what stands beside inverted dropout; what each needs at test."""
    rows: list[list[words.Spans]] = [
        [_name(name), words.LiveText(f"{name}-at-test", "strong")] for name in noises()
    ]
    return words.Table(["noise", "anything at test?"], rows)


def _name(name: str) -> list[words.Span]:
    if name == "inverted":
        return [words.Key("", name), words.Styled(LONG[name], "strong"), " (shown beside each)"]
    return [words.Picker(name, LONG[name]), NOTES.get(name, "")]


def _above(name: str) -> list[words.Block]:
    means = words.sentence(
        f"{{training}}, {{test}}{ZEROS.get(name, '')}; upright: means "
        f"{{{name}-train-mean-exact}}, {{{name}-test-mean-exact}}",
        training=words.Key("training", role(name)),
        test=words.Key("test", TEST, dashed=True),
    )
    return [words.Paragraph(means)]


def _code(name: str) -> list[words.Block]:
    return [words.Heading(LONG[name], role(name)), words.Code(CODE[name])]


def _numbers(name: str) -> list[words.Block]:
    cells = []
    for title, text in (
        ("noise mean", "noise-mean"),
        ("noise variance", "noise-variance"),
        ("training mean", "train-mean"),
        ("training variance", "train-variance"),
        ("variance ratio", "ratio"),
    ):
        value, exact = words.LiveText(f"{name}-{text}"), words.LiveText(f"{name}-{text}-exact")
        cells.append(words.Quantity(title, value, [["exact ", exact]]))
    note = words.live_paragraph(f"{name}-note", "muted")
    return [words.Heading(LONG[name], role(name)), words.Quantities(cells), note]


def _table() -> list[words.Block]:
    """All noises at this rate, exact."""
    asked = {  # title → the texts of its cells
        "at this rate": ("formula",),
        "at test": ("at-test",),
        "mean at a unit": ("unit",),
        "noise mean": ("noise-mean-exact",),
        "noise variance": ("noise-variance-exact",),
        "mean, training → test": ("train-mean-exact", "test-mean-exact"),
        "variance, training → test": ("train-variance-exact", "test-variance-exact"),
        "variance ratio": ("ratio-exact",),
    }
    rows = []
    for name, kind in noises().items():
        cells: list[words.Spans] = [
            words.sentence(" → ".join(f"{{{name}-{text}:plain}}" for text in texts))
            for texts in asked.values()
        ]
        rows.append([kind.label, kind.formula, *cells])
    alpha = "Alpha dropout keeps mean 0 and variance 1 of a standardised input, and of no other. {alpha-verdict:plain}"
    return [
        words.Table(["noise", "training output", *asked], rows),
        words.columns([words.Paragraph(words.sentence(alpha))]),
    ]
