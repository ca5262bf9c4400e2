"""Dropout before a normalisation, drawn: what a forgotten factor changes there, and what the right one leaves."""

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.where.question import HEAD, HEIGHT, LOW, source_of, texts_of
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Row
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import plain
from dropviz.simulation.where.normalisation import EPSILON, STRATEGIES, Normalised

NAMES = {"standard": "× keep at test", "none": "× keep forgotten"}
SEEN = 1e-3  # a change that is smaller is no more than the ε of the normalisation
LI = words.Link("https://arxiv.org/abs/1801.05134", "Li et al., CVPR 2019")


def normalisation_live(found: Normalised) -> LiveFigure:
    """Return the figure: the change by forgetting; variance and means behind BatchNorm unfold."""
    rates = np.asarray(found.config.rates)
    change, variance, off = _change(found), _variance(found), _off(found)
    return LiveFigure(
        rows=[
            Row(over(rates, [change], HEIGHT)),
            Row(
                over(rates, [variance, off], LOW),
                [words.live_paragraph("behind")],
                fold="Variance and means behind BatchNorm",
            ),
        ],
        rates=found.config.rates,
        texts=_texts(found),
        head=HEAD,
        foot=[_numbers(), _order(), _how(found)],
        alt=f"Over the rate: {change.title}; {variance.title}; {off.title}.",
    )


# ---- panels ---------------------------------------------------------------------------------------------------------


def _change(found: Normalised) -> Curves:
    """What forgetting changes behind each normalisation; that of the last two is on the examples drawn.

    Theirs is drawn only where their outputs have the size 1, with which the axis compares.
    """
    lines = [Line("BatchNorm", "none", found.estimates("change"))]
    if not found.outweighed:
        lines += [
            Line("LayerNorm", "other", Estimate(found.layer_norm_change), kind="simulated"),
            Line("RMSNorm", "other", Estimate(found.rms_norm_change), dashed=True, kind="simulated"),
        ]
    title = "Forgetting × keep changes the output at test by"
    return Curves(title, "standard deviations in training", lines)


def _lines(found: Normalised, quantity: str) -> list[Line]:
    estimate = found.estimates(quantity)
    return [Line(NAMES[name], name, estimate[at], dashed=True) for at, name in enumerate(STRATEGIES)]


def _variance(found: Normalised) -> Curves:
    training = Line("training: 1", "ink", Estimate(np.ones(len(found.config.rates))))
    return Curves("Variance behind BatchNorm", "variance", [training, *_lines(found, "variance")], log=True)


def _off(found: Normalised) -> Curves:
    title = "Means behind BatchNorm at test; in training 0"
    return Curves(title, "off by, root mean square", _lines(found, "off"))


# ---- words ----------------------------------------------------------------------------------------------------------


def _numbers() -> words.Fold:
    columns: list[list[words.Block]] = [
        [
            words.Heading(NAMES[name].capitalize(), name),
            words.Quantities(
                [
                    words.quantity("variance behind BatchNorm", f"{name}-variance"),
                    words.quantity("its means are off by", f"{name}-off"),
                ]
            ),
        ]
        for name in STRATEGIES
    ]
    epsilon = words.sentence(
        "Behind LayerNorm forgetting changes the output by {layer}, behind RMSNorm by {rms}: the work of their "
        f"ε = {EPSILON:g} alone."
    )
    return words.Fold("The numbers", [words.columns(*columns), words.Paragraph(epsilon)])


def _order() -> words.Fold:
    before = (
        "LayerNorm and RMSNorm divide each example by its own size, so z and k·z become the same, but for their ε. "
        "Before them, and in training as well, standard and inverted dropout are one network: a factor that is "
        "forgotten changes what their ε changes, and no more."
    )
    after = words.sentence(
        "BatchNorm divides by a variance that it stored in training, where masks made z vary more. The factor mends "
        "the means; it does not mend the variance, nor does inverted dropout: v/(k·(v + r·μ²)) forgotten, "
        "k·v/(v + r·μ²) with × keep, k = keep (the Δ of {li}, case (b), uncorrelated inputs). So they put dropout "
        "after the last BatchNorm, where no stored variance follows.",
        li=LI,
    )
    return words.Fold("So where does dropout belong?", [words.Paragraph(before), words.Paragraph(after)])


def _how(found: Normalised) -> words.Fold:
    config = found.config
    inputs = "1 input" if config.inputs == 1 else f"{config.inputs} inputs"
    said = (
        f"{config.units} units with {inputs} each, {source_of(config.activations)}; random, untrained weights with "
        f"mean 0. BatchNorm stores mean and variance of every unit under dropout, from {config.samples:,} examples, "
        "and divides by that standard deviation. Changes and means are root mean squares over units and examples. "
        "Lines of BatchNorm are exact, those of the other two computed on drawn inputs; points are simulated, bars: "
        "one standard error."
    )
    return words.Fold("How it is computed", [words.Paragraph(said)])


def _texts(found: Normalised) -> dict[str, list[str]]:
    rates = found.config.rates
    findings, behind = ([say(found, at) for at in range(len(rates))] for say in (_finding, _behind))
    texts = texts_of(rates, findings, behind=behind) | {
        "layer": [plain(change, 2) for change in found.layer_norm_change.tolist()],
        "rms": [plain(change, 2) for change in found.rms_norm_change.tolist()],
    }
    for at, name in enumerate(STRATEGIES):
        for quantity in ("variance", "off"):
            texts |= words.quantity_texts(f"{name}-{quantity}", found.estimates(quantity)[at])
    return texts


def _finding(found: Normalised, at: int) -> str:
    law, forgotten = found.config.activations, plain(found.exact_change[at], 2)
    if law.exact_mean == law.exact_variance == 0.0:
        return "Every input is 0, and so is every z: BatchNorm has nothing to divide by."
    if not np.isfinite(found.exact_change[at]):
        return "No z varies in training: BatchNorm has nothing to divide by."
    if found.config.rates[at] == 0.0:
        return "At rate 0 nothing is dropped, and × keep is × 1: every normalisation gives what it gave in training."
    if found.outweighed:
        return (
            f"Inputs as small as these are outweighed by an ε = {EPSILON:g} in a normalisation. Without ε, forgetting "
            f"× keep changes BatchNorm’s output by {forgotten} standard deviations."
        )
    change = max(found.layer_norm_change[at], found.rms_norm_change[at])
    others = f"about {plain(change, 1)}" if change >= SEEN else f"less than {SEEN:g}"
    return (
        f"Forgetting × keep changes BatchNorm’s output by {forgotten} standard deviations, "
        f"LayerNorm’s and RMSNorm’s by {others}."
    )


def _behind(found: Normalised, at: int) -> str:
    if not np.isfinite(found.exact_change[at]):
        return "Without a z that varies there is no variance to divide by."
    if found.config.rates[at] == 0.0:
        return "At rate 0 the variance is 1 in both modes."
    without = "Without ε, even" if found.outweighed else "Even"
    variance = plain(found.exact_variance[0, at], 2)
    return f"{without} with × keep, BatchNorm’s variance is {variance} at test, not 1 as in training."
