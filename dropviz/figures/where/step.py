"""The step of training, drawn: pairs of runs that part at equal settings, and are one by the rule."""

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.where.question import HEAD, HEIGHT, LOW, texts_of
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Axis, Line, Panel, Path, Row
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import each_plain, grouped, plain
from dropviz.training.step_pairs import StepPairs

ROUNDING = 1e-9  # a relative difference of losses that float64 leaves, with room
HIGHEST = 1.5  # of the first loss: what rises above it is cut
TITLES = {
    "SGD": "SGD: learning rate ÷ k² makes them one",
    "AdamW": "AdamW: learning rate ÷ k, k·λ and k·ε make them one",
}
SCALED = {"SGD": "learning rate ÷ k²", "AdamW": "learning rate ÷ k"}
DECOUPLED = words.Link("https://arxiv.org/abs/1711.05101", "Loshchilov & Hutter, ICLR 2019")


def step_live(found: StepPairs) -> LiveFigure:
    """Return the figure: the losses of both strategies under SGD; those under AdamW, and the gradients, unfold."""
    rates, (sgd, adamw), gradients = np.asarray(found.config.rates), _courses(found), _gradients(found)
    titles = [sgd.title, adamw.title, *(curves.title for curves in gradients)]
    return LiveFigure(
        rows=[
            Row([sgd]),
            Row([adamw], fold="The same with AdamW"),
            Row(
                over(rates, gradients, LOW),
                [words.live_paragraph("signal")],
                "The gradient, behind the dropout and before it",
            ),
        ],
        rates=found.config.rates,
        texts=_texts(found),
        head=HEAD,
        foot=[_rule(found)],
        alt=f"Training loss over the steps. {'; '.join(titles)}.",
    )


# ---- panels ---------------------------------------------------------------------------------------------------------


def _courses(found: StepPairs) -> list[Panel]:
    """The training loss of the three runs over the steps, an optimizer a panel."""
    first = float(found.loss[0, 0, 0, 0])
    y = Axis("training loss", 0.0, 1.05 * min(float(found.loss.max()), HIGHEST * first))
    x = Axis("training step", 0.0, float(found.steps[-1]))
    panels = []
    for at, (name, title) in enumerate(TITLES.items()):
        inverted, equal, rule = found.loss[at]
        marks = [
            Path("inverted", "inverted", found.steps, inverted, width=5),
            Path("standard, same learning rate", "standard", found.steps, equal, width=2.5),
            Path(f"standard, {SCALED[name]}", "standard", found.steps, rule, "dashed"),
        ]
        keys: list[words.Span] = [words.Key("inverted", "inverted"), "\N{EN SPACE}"]
        keys += [words.Key("standard, same learning rate", "standard"), "\N{EN SPACE}"]
        keys += [words.Key(f"standard, {SCALED[name]}", "standard", dashed=True)]
        panels.append(Panel(title, x, y, marks, HEIGHT, above=[words.Paragraph(keys)]))
    return panels


def _gradients(found: StepPairs) -> list[Curves]:
    """Inverted's gradients over standard's."""
    titles = {
        "same function": "Same function: 1/k behind, the same before",
        "same weights": "Same weights: 1/k behind and before",
    }
    return [
        Curves(
            title,
            "gradient, inverted / standard",
            [
                Line(place, color, _measured(found, f"{what}, {place}"), dashed=place == "before")
                for place, color in (("behind", "inverted"), ("before", "other"))
            ],
            log=True,
        )
        for what, title in titles.items()
    ]


def _measured(found: StepPairs, name: str) -> Estimate:
    """The ratio of the formula, and of a network's gradients under one mask, which has no error but rounding."""
    return Estimate(found.ratios[name], found.measured[name], np.zeros_like(found.measured[name]))


# ---- words ----------------------------------------------------------------------------------------------------------


def _rule(found: StepPairs) -> words.Fold:
    config = found.config
    titles: list[words.Spans] = ["behind the dropout", "learning rate", "weight decay", "ε", "here"]
    rows: list[list[words.Spans]] = [
        ["SGD, with or without momentum", "η/k²", "k²·λ", "–", words.LiveText("rule-sgd")],
        ["Adam, decay added to the gradient", "η/k", "k²·λ", "k·ε", words.LiveText("rule-adam")],
        ["AdamW, decay on its own", "η/k", "k·λ", "k·ε", words.LiveText("rule-adamw")],
    ]
    said = words.sentence(
        "With V = k·W both are the same function, and the gradient of V is that of W divided by k. What standard then "
        "needs in W, and nowhere else, is the table; the factor of every layer is that of the dropout in front of it. "
        "It follows from the update rules, AdamW’s being that of {source}. "
        f"Here: two moons, one hidden layer of {config.hidden} ReLUs, dropout behind it; the same start, order and "
        f"masks; η and λ 0.1 and 0.001 for SGD with momentum 0.9, 0.02 and 0.01 for AdamW. Points: the gradients of "
        "that network, of one batch under one mask, with the same gradient at the output.",
        source=DECOUPLED,
    )
    return words.Fold("The rule, and how it is shown", [words.Table(titles, rows), words.Paragraph(said)])


def _texts(found: StepPairs) -> dict[str, list[str]]:
    rates = found.config.rates
    equal, rule = found.apart.swapaxes(0, 1)
    factors = [found.rules[name.lower()].learning_rate for name in TITLES]
    seen = zip(
        rates, *(part.T.tolist() for part in (equal, np.array(factors))), rule.max(axis=0), strict=True
    )
    findings = [_finding(*each) for each in seen]
    signals = zip(found.signal["standard"].tolist(), found.signal["inverted"].tolist(), strict=True)
    return texts_of(rates, findings, signal=[_signal(*each) for each in signals]) | {
        f"rule-{name}": _multiples(rule.learning_rate, rule.weight_decay, rule.epsilon, name != "sgd")
        for name, rule in found.rules.items()
    }


def _finding(rate: float, equal: list[float], factors: list[float], rule: float) -> str:
    if rate == 0.0:
        return "At rate 0 both strategies are the same, and so are all runs."
    sgd, adam = (grouped(100.0 * part, 2) for part in equal)
    by_sgd, by_adam = (plain(factor, 3) for factor in factors)
    one = "they are one, to rounding" if rule < ROUNDING else f"they part by {100 * rule:.1g} %"
    return (
        f"At equal settings the losses part by up to {sgd} % (SGD) and {adam} % (AdamW). "
        f"With {by_sgd} and {by_adam} times the learning rate behind the dropout, and λ and ε to match, {one}."
    )


def _signal(standard: float, inverted: float) -> str:
    if not np.isfinite(standard):
        return "Nothing is dropped: the gradients have no noise of masks."
    return (
        "The same function has the same noise in its gradients: over masks the mean of a weight’s gradient is "
        f"{plain(standard, 3)} of its standard deviation with standard and {plain(inverted, 3)} with inverted "
        "(a linear unit, exact). Points lie on the lines: no mask changes the ratios."
    )


def _multiples(rate: Floats, decay: Floats, epsilon: Floats, has_epsilon: bool) -> list[str]:
    columns = zip(each_plain(rate, 3), each_plain(decay, 3), each_plain(epsilon, 3), strict=True)
    return [f"{eta}·η, {lam}·λ" + f", {eps}·ε" * has_epsilon for eta, lam, eps in columns]
