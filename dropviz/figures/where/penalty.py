"""The penalty, drawn: what dropout adds to a loss, and the weights that it trains."""

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.where.question import HEAD, HEIGHT, LOW, texts_of
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Row
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import each_plain
from dropviz.simulation.where.penalty import COPY, TRUE, Penalty

SMALLEST_SHARE = 3e-3  # of what is added at r/k = 1: where the axis begins
WAGER = words.Link(
    "https://papers.nips.cc/paper/4882-dropout-training-as-adaptive-regularization",
    "Wager, Wang & Liang, NIPS 2013",
)
SRIVASTAVA = words.Link(
    "https://jmlr.org/papers/v15/srivastava14a.html", "Srivastava et al., JMLR 2014, section 9.1"
)


def penalty_live(found: Penalty) -> LiveFigure:
    """Return the figure: over the rate, the loss that dropout adds, by formula and by masks; trained weights unfold."""
    rates = np.asarray(found.config.rates)
    added, weights = _added(found), _weights(found)
    return LiveFigure(
        rows=[
            Row(over(rates, [added], HEIGHT)),
            Row(over(rates, [weights], LOW), fold="The weights that are trained"),
        ],
        rates=found.config.rates,
        texts=_texts(found),
        head=HEAD,
        foot=[_numbers(found)],
        alt=f"Over the rate: {added.title}; {weights.title}.",
    )


# ---- panels ---------------------------------------------------------------------------------------------------------


def _added(found: Penalty) -> Curves:
    lines = [
        Line("linear", "inverted", found.linear),
        Line("logistic", "other", found.logistic),
        Line("its formula", "other", Estimate(found.quadratic), dashed=True),
    ]
    # at rate 0 nothing is added, for which a logarithm has no place
    largest = float(found.logistic.exact.max())
    return Curves(
        "What dropout adds to the loss", "added loss", lines, True, (SMALLEST_SHARE * largest, np.inf)
    )


def _weights(found: Penalty) -> Curves:
    names = {"weight 1": "inverted", "weight 2, of a copy": "other", "weight 3": "ink"}
    lines = [Line(name, color, found.weights[:, at]) for at, (name, color) in enumerate(names.items())]
    return Curves("Trained weights: those of ridge regression", "weight", lines)


# ---- words ----------------------------------------------------------------------------------------------------------


def _numbers(found: Penalty) -> words.Fold:
    config = found.config
    titles = {
        "linear": "added to the loss of linear regression",
        "logistic": "added to that of logistic regression",
        "copy": "trained weight of the copy",
    }
    numbers = words.Quantities([words.quantity(title, name) for name, title in titles.items()], tight=True)
    true = ", ".join(f"{weight:g}" for weight in TRUE).replace("-", "−")
    said = words.sentence(
        "Linear regression: ½·(r/k)·Σ w²·mean(x²) is added, exactly and whatever the targets are; the sum with the "
        "loss is smallest at the ridge regression in which every feature is punished by its own mean square "
        "({wager}, section 2; {srivastava}). Logistic regression: ½·(r/k)·Σ w²·mean(P·(1 − P)·x²), with P the "
        "prediction, is a second-order approximation; at small rates, too, it is near only where every w·x is small. "
        f"Here: {config.examples} examples of three features, the second with correlation {COPY:g} to the first; "
        f"losses at the weights {true}. Lines are exact, of the logistic loss by all masks; points are "
        f"{config.passes} passes, and the mean of gradient descent with new masks at every step, "
        f"{config.chains} chains; bars: one standard error.",
        wager=WAGER,
        srivastava=SRIVASTAVA,
    )
    return words.Fold("The numbers, and their sources", [numbers, words.Paragraph(said)])


def _texts(found: Penalty) -> dict[str, list[str]]:
    rates, copy = found.config.rates, found.weights[:, 1]
    exact, formula = each_plain(found.logistic.exact, 3), each_plain(found.quadratic, 3)
    seen = zip(rates, each_plain(found.linear.exact, 3), formula, exact, strict=True)
    findings = [_finding(*each) for each in seen]
    quantities = {"linear": found.linear, "logistic": found.logistic, "copy": copy}
    texts = texts_of(rates, findings)
    for name, estimate in quantities.items():
        texts |= words.quantity_texts(name, estimate)
    texts["logistic-exact"] = [
        f"{value}, formula {guess}" for value, guess in zip(texts["logistic-exact"], formula, strict=True)
    ]
    return texts


def _finding(rate: float, linear: str, formula: str, exact: str) -> str:
    if rate == 0.0:
        return "At rate 0 nothing is added to the loss, and training finds least squares."
    return (
        f"Dropout punishes large weights. To linear regression it adds exactly ½·(r/k)·Σ w²·mean(x²) = {linear}: "
        f"ridge regression. To logistic regression {exact}, where the formula says {formula}."
    )
