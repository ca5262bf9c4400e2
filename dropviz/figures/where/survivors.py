"""Dividing by the survivors, drawn: layers that lose every unit, and the variance of a layer's sum."""

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.where.question import HEAD, HEIGHT, LOW, source_of, texts_of
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Row
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import plain
from dropviz.simulation.where.survivors import Survivors

COLORS = ("ink", "both", "other", "inverted")  # of the widths, the narrowest first
DIVIDED = "÷ survivors"
FEWEST = 1e-3  # per cent of the masks that are said as they are
DROPBLOCK = words.Link("https://arxiv.org/abs/1810.12890", "Ghiasi et al., NeurIPS 2018, algorithm 1")
VISION = words.Link(
    "https://github.com/pytorch/vision/blob/2901effa534c95798f5cdced7ee9081d2dfd7c5f/torchvision/ops/drop_block.py",
    "torchvision’s DropBlock",
)
WITHOUT = words.Link(
    "https://github.com/miguelvr/dropblock/blob/0ecbb636320222b0404071898944d0317ccfcb04/dropblock/dropblock.py#L58",
    "miguelvr/dropblock",
)


def survivors_live(found: Survivors) -> LiveFigure:
    """Return the figure: how often no unit is left; variance and mean of the layer's sum unfold."""
    rates = np.asarray(found.config.rates)
    empty, variances, means = _empty(found), _variances(found), _means(found)
    return LiveFigure(
        rows=[
            Row(over(rates, [empty], HEIGHT)),
            Row(
                over(rates, [variances, means], LOW),
                [words.live_paragraph("variance")],
                fold="Variance and mean of the sum",
            ),
        ],
        rates=found.config.rates,
        texts=_texts(found),
        head=HEAD,
        foot=[_note(found)],
        alt=f"Over the rate: {empty.title}; {variances.title}; {means.title}.",
    )


# ---- panels ---------------------------------------------------------------------------------------------------------


def _empty(found: Survivors) -> Curves:
    lines = [
        Line(f"{width} unit{'s' * (width > 1)}", color, estimate)
        for color, (width, estimate) in zip(COLORS, found.empty.items(), strict=True)
    ]
    return Curves("Masks that drop a whole layer: rⁿ", "share of the masks", lines, ends=(-0.03, 1.03))


def _variances(found: Survivors) -> Curves:
    lines = [
        Line("inverted", "inverted", found.inverted.variance),
        Line(DIVIDED, "other", found.survivors.variance),
        Line("while one survives", "other", Estimate(found.given_one), dashed=True),
    ]
    # inverted's grows without end: the picture ends where r/k is 6
    high = 6.0 * found.square_sum or np.inf
    return Curves(f"Variance of the sum of {_units(found)}", "variance over masks", lines, limits=(0.0, high))


def _means(found: Survivors) -> Curves:
    lines = [
        Line("inverted", "inverted", found.inverted.mean),
        Line(DIVIDED, "other", found.survivors.mean),
    ]
    return Curves("Mean of the sum: Σ a, and (1 − rⁿ)·Σ a", "mean over masks", lines)


def _units(found: Survivors) -> str:
    return f"{found.config.units} unit{'s' * (found.config.units > 1)}"


# ---- words ----------------------------------------------------------------------------------------------------------


def _note(found: Survivors) -> words.Fold:
    said = words.sentence(
        "m·a·n/S divides by the share S/n of the units that survived. Given any S above 0 its mean is a, so only the "
        "masks that drop all n units, rⁿ of them, make it smaller. The sum is n times the mean of a sample of S units "
        "without replacement: of equal units it does not vary at all, of unequal ones it may vary more than "
        "inverted’s. DropBlock divides so ({dropblock}), over a batch, where it hardly ever loses all. At S = 0 "
        "{vision} adds 10⁻⁶ to S and gives zeros, as here; {without} computes 0/0. "
        f"Here: {_units(found)}, {source_of(found.config.activations)}, {found.config.masks:,} masks. Lines are "
        "exact, points simulated with bars of one standard error.",
        dropblock=DROPBLOCK,
        vision=VISION,
        without=WITHOUT,
    )
    return words.Fold("Why, and who divides so", [words.Paragraph(said)])


def _texts(found: Survivors) -> dict[str, list[str]]:
    rates, units = found.config.rates, found.config.units
    variances = (found.inverted.variance.exact.tolist(), found.survivors.variance.exact.tolist())
    findings = [_finding(_units(found), rate, rate**units) for rate in rates]
    return texts_of(rates, findings, variance=[_variance(*each) for each in zip(*variances, strict=True)])


def _finding(units: str, rate: float, empty: float) -> str:
    if rate == 0.0:
        return "At rate 0 every unit survives: dividing by the survivors changes nothing."
    alone = f", of 1 unit in {_percent(rate)}" if empty != rate else ""
    return (
        f"Dividing by the survivors keeps the mean, unless none is left: of {units} in "
        f"{_percent(empty)} of the masks{alone}."
    )


def _variance(inverted: float, divided: float) -> str:
    if inverted == 0.0:
        return "No sum varies."
    return f"The sum’s variance is {plain(divided / inverted, 2)} times that of inverted."


def _percent(share: float) -> str:
    percent = 100.0 * share
    return f"{plain(percent, 2)} %" if percent >= FEWEST else f"less than {FEWEST:g} %"
