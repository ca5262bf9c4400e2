"""Attention and residual branches, drawn: a row of weights no longer sums to 1, and a sum has no factor of its own."""

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.panels.distributions import MEAN_DOT
from dropviz.figures.where.question import HEAD, HEIGHT, LOW, texts_of
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Axis, Line, Mark, Panel, Path, Points, Row
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import plain
from dropviz.settings.addresses import page_link
from dropviz.simulation.where.residual import BRANCHES, Attended

BRANCH_COLORS = ("other", "both", "wrong_test")
ISSUE = words.Link("https://github.com/pytorch/pytorch/issues/124464", "PyTorch, issue 124464")
NANOGPT = words.Link("https://github.com/karpathy/nanoGPT/pull/240", "nanoGPT, pull request 240")
VASWANI = words.Link("https://arxiv.org/abs/1706.03762", "Vaswani et al., NIPS 2017")
HE = words.Link("https://arxiv.org/abs/1512.03385", "He et al., CVPR 2016")


def residual_live(found: Attended) -> LiveFigure:
    """Return the figure: the sum of a row over masks; its spread over the rate and residual branches unfold."""
    rates = np.asarray(found.config.rates)
    drawn, deviation, branches = _sums_panel(found), _deviations(found), _branches(found)
    return LiveFigure(
        rows=[
            Row([drawn]),
            Row(over(rates, [deviation], LOW), fold="The spread of the sum over the rate"),
            Row(
                over(rates, [branches], LOW),
                [words.live_paragraph("branch")],
                "A residual branch: x + dropout(f(x))",
            ),
        ],
        rates=found.config.rates,
        texts=_texts(found),
        head=HEAD,
        foot=[_mistake(), _how(found)],
        alt=f"{drawn.title}; over the rate: {deviation.title}; {branches.title}.",
    )


# ---- panels ---------------------------------------------------------------------------------------------------------


def _sums_panel(found: Attended) -> Panel:
    """The distribution of the sum over masks with its mean, and the sum at test."""
    seen = found.histogram
    marks: list[Mark] = [
        Path("training", "inverted", seen.edges[:-1], seen.shares[0], width=1.5, stepped=True, filled=True),
        Path("test", "inverted", np.ones(2), np.array([0.0, seen.top]), "dashed"),
        Points("mean over masks", "inverted", np.ones(1), np.array([0.12 * seen.top]), 11),
    ]
    keys: list[words.Span] = [words.Key(MEAN_DOT, "inverted"), "\N{EN SPACE}"]
    keys += [words.Key("test:\N{NO-BREAK SPACE}1", "inverted", True), "\N{EN SPACE}", words.LiveText("cut")]
    x = Axis("sum of the row", float(seen.edges[0]), float(seen.edges[-1]))
    y = Axis("masks per bin", 0.0, seen.top, unit=" %")
    return Panel(
        "A row of attention weights: its sum over masks", x, y, marks, HEIGHT, above=[words.Paragraph(keys)]
    )


def _deviations(found: Attended) -> Curves:
    lines = [
        Line("one key", "ink", Estimate(found.one_deviation)),
        Line("this row", "inverted", found.estimates("deviation")),
        Line("all alike", "other", Estimate(found.even_deviation)),
    ]
    return Curves("Its standard deviation: √(r/k·Σw²)", "standard deviation", lines)


def _branches(found: Attended) -> Curves:
    estimate = found.estimates("branch")
    lines = [
        Line(f"f is {100 * share:.0f} %", color, estimate[at])
        for at, (share, color) in enumerate(zip(BRANCHES, BRANCH_COLORS, strict=True))
    ]
    return Curves("The factor that the sum would need at test: 1 − r·f/(x + f)", "factor", lines)


# ---- words ----------------------------------------------------------------------------------------------------------


def _mistake() -> words.Fold:
    said = words.sentence(
        "{call} drops whenever {p} is above 0. It is a function, so it knows nothing of {eval}: called with a fixed "
        "rate, attention keeps drawing masks at test, and each answer is another one ({issue}; {nano}). Pass {safe}. "
        "More of them, and the other way round, on the page of {mistakes}.",
        call=words.Styled("F.scaled_dot_product_attention", "code"),
        p=words.Styled("dropout_p", "code"),
        eval=words.Styled("model.eval()", "code"),
        safe=words.Styled("dropout_p=self.p if self.training else 0.0", "code"),
        issue=ISSUE,
        nano=NANOGPT,
        mistakes=words.PageLink(page_link("mistakes"), "mistakes", True),
    )
    return words.Fold("The mistake of our day: attention drops after model.eval()", [words.Paragraph(said)])


def _how(found: Attended) -> words.Fold:
    config = found.config
    keys = "1 key" if config.keys == 1 else f"{config.keys} keys"
    said = words.sentence(
        f"The row is the softmax of random scores over {keys}; Σw² = {plain(found.square_sum, 3)}. "
        "Its kept weights are divided by k and not brought to sum 1 again, as the frameworks do it. Residual "
        "branches: {he}; dropout on the branch before it is added: {vaswani}, section 5.4. "
        f"Lines are exact, distribution and points simulated with {config.masks:,} masks, bars: one standard error.",
        vaswani=VASWANI,
        he=HE,
    )
    return words.Fold("How it is computed, and sources", [words.Paragraph(said)])


def _texts(found: Attended) -> dict[str, list[str]]:
    rates = found.config.rates
    findings = [_finding(*each) for each in zip(rates, found.exact_deviation.tolist(), strict=True)]
    seen = zip(
        found.histogram.shares[0].max(axis=1).tolist(), found.histogram.outside[0].tolist(), strict=True
    )
    return texts_of(
        rates,
        findings,
        branch=[_branch(*seen) for seen in zip(rates, found.exact_branch.T.tolist(), strict=True)],
        cut=[_cut(*each, found.histogram.top) for each in seen],
    )


def _finding(rate: float, deviation: float) -> str:
    if rate == 0.0:
        return "At rate 0 nothing is dropped: a row of attention weights sums to 1."
    return (
        "At test a row of attention weights sums to 1. In training it does so on average only: under one mask the sum "
        f"is 1 ± {plain(deviation, 2)}."
    )


def _branch(rate: float, factors: list[float]) -> str:
    """What the sum would need at test, and what is done instead."""
    if rate == 0.0:
        return "At rate 0 nothing is dropped, and no factor is needed."
    said = ", ".join(
        f"{plain(factor, 3)} where f is {100 * share:.0f} % of it"
        for share, factor in zip(BRANCHES, factors, strict=True)
    )
    return (
        f"Dropout acts on the branch f alone. Without a division in training, the sum would need at test × {said}: no "
        f"one number. Standard’s × {1.0 - rate:.2f} belongs on the branch, not on the sum; inverted needs none."
    )


def _cut(tallest: float, outside: float, top: float) -> str:
    """What the picture of the distribution does not show."""
    said = [f"Bars up to {tallest:.0f} %."] * (tallest > top)
    return " ".join(said + [f"{100 * outside:.0f} % beyond the axis."] * (outside > 0.005))
