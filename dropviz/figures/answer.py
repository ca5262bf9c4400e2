"""The answer: five reasons and three limits, each with its evidence at every rate."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from dropviz.figures.panels import html
from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.panels.html import live
from dropviz.frameworks.snippets import numpy_lines
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Row, role
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import each_plain, estimated
from dropviz.settings.addresses import WITHOUT_RATE, page_link
from dropviz.simulation.answer import LAYERS, NOISES, Evidence

HEIGHT = 108  # of a panel, pixels

CS231N = ("CS231n notes", "https://cs231n.github.io/neural-networks-2/#reg")
RENNIE = (
    "Rennie et al., SLT 2014",
    "https://research.ibm.com/publications/annealed-dropout-training-of-deep-networks",
)
SRIVASTAVA = ("Srivastava et al., JMLR 2014", "https://jmlr.org/papers/v15/srivastava14a.html")
WANG = ("Wang &amp; Manning, ICML 2013", "https://proceedings.mlr.press/v28/wang13a.html")
CONVNETJS = ("ConvNetJS, pull request 61", "https://github.com/karpathy/convnetjs/pull/61")
LI = ("Li et al., CVPR 2019", "https://arxiv.org/abs/1801.05134")
BALDI = ("Baldi &amp; Sadowski, NIPS 2013", "https://papers.nips.cc/paper/4878-understanding-dropout")


class Point(NamedTuple):
    """One thing to say: a sentence or two, who said it first, the evidence at this rate, and the page that shows it.

    ``source`` is a text and an address, ``page`` a title and the name of a page of the app.
    """

    heading: str
    sentence: str
    source: tuple[str, str]
    evidence: str
    page: tuple[str, str]


REASONS = (
    Point(
        "1 · Nothing to do at test",
        "The test network is plain code, the same for networks trained with and without dropout.",
        CS231N,
        f"Standard: {live('standard-line', 'code')}; inverted: {live('inverted-line', 'code')}. "
        f"The factor forgotten: test mean {live('forgotten', 'b')} times the training mean "
        f"(exact {live('forgotten-exact', 'b')}).",
        ("Two strategies", "explore"),
    ),
    Point(
        "2 · The rate may change in training",
        "Annealing takes the rate to 0: inverted is right at every step. Once the rate moves, no single "
        "test factor fits every step of standard.",
        RENNIE,
        f"From {live('rate', 'b')} to 0 its mean is off by up to {live('error-first', 'b')} with the first rate's "
        f"factor, {live('error-middle', 'b')} with the mean rate's, {live('error-last', 'b')} with the last's; "
        f"inverted: {live('error-never', 'b')}.",
        ("A changing rate", "schedule"),
    ),
    Point(
        "3 · The noise has mean zero",
        "Inverted adds a·(m/k − 1), whose mean is 0, as it is when a is multiplied by a Gaussian N(1, r/k); standard "
        "adds a·(m − 1), whose mean is −r·μ.",
        SRIVASTAVA,
        f"Here: inverted {live('noise-inverted', 'b')}, Gaussian {live('noise-gaussian', 'b')}, standard "
        f"{live('noise-standard', 'b')} (exact {live('noise-standard-exact', 'b')}).",
        ("Zero-mean noise", "noise"),
    ),
    Point(
        "4 · The next layer sees its usual scale",
        "In training, the mean over masks of z = W·a + b is what z is without dropout; standard shrinks W·a to k·W·a, "
        "and leaves b.",
        WANG,
        f"Without dropout z = {live('plain-z', 'b')}; in training inverted {live('z-inverted', 'b')}, standard "
        f"{live('z-standard', 'b')}.",
        ("Next layer", "next-layer"),
    ),
    Point(
        "5 · No p at inference",
        "Where nothing is multiplied, nobody can mistake the drop for the keep probability, as happened.",
        CONVNETJS,
        f"× {live('drop', 'b')} where × {live('keep', 'b')} is meant: test mean {live('wrong', 'b')} times the "
        f"training mean (exact {live('wrong-exact', 'b')}).",
        ("Which p?", "which-p"),
    ),
)
LIMITS = (
    Point(
        "It does not remove the variance shift",
        "Training ÷ test variance is 1/k + (r/k)·μ²/v for both strategies. Batch norm keeps the variance that it saw "
        "in training, which at test is another.",
        LI,
        f"Here {live('ratio', 'b')}, exact {live('ratio-exact', 'b')}.",
        ("Next layer", "next-layer"),
    ),
    Point(
        "It is no other function, but another training",
        "Standard with the weights V/k behind the dropout is inverted with V: one function. To stay one in training, "
        "those weights need the learning rate η/k² with SGD, η/k with Adam (as ε → 0), and the weight decay k²·λ as a "
        "term of the loss, "
        "where inverted has η and λ. At equal learning rates the two train differently wherever the rate is above 0.",
        SRIVASTAVA,
        f"At this rate {live('path-SGD', 'b')}·η with SGD, {live('path-Adam', 'b')}·η with Adam.",
        ("Training", "training"),
    ),
    Point(
        "It does not average the thinned networks",
        "One pass at test is not the average of the networks that dropout trains. For a logistic unit it is their "
        "normalized geometric mean, with either strategy.",
        BALDI,
        f"Eight inputs 1, weights 0.5, bias −2, all 256 masks: one pass gives {live('unit-test', 'b')}, the average is "
        f"{live('unit-average', 'b')}.",
        ("Next layer", "next-layer"),
    ),
)


def answer_live(evidence: Evidence, learning_rates: Mapping[str, Floats]) -> LiveFigure:
    """Draw the evidence.

    Parameters
    ----------
    evidence
        What the answer rests on.
    learning_rates
        Optimizer → by what standard's learning rate exceeds inverted's on the same path, at each of its rates.
    """
    panels = [
        replace(panel, above=_block(point))
        for panel, point in zip(
            over(evidence.rates, _panels(evidence), HEIGHT, 3), (*REASONS, LIMITS[0]), strict=True
        )
    ]
    return LiveFigure(
        rows=[Row(panels[:3]), Row(panels[3:])],
        rates=tuple(evidence.rates.tolist()),
        texts=_texts(evidence, learning_rates),
        foot=html.columns([_block(limit) for limit in LIMITS[1:]]),
        alt="Six curves over the dropout rate. " + "; ".join(panel.title for panel in panels) + ".",
    )


# ---- the curves -----------------------------------------------------------------------------------------------------


def _panels(evidence: Evidence) -> list[Curves]:
    sweep, layer = evidence.sweep, evidence.layer

    def gap(measure: str, name: str, label: str = "") -> Line:
        return Line(label or name, name, sweep.gap_estimate(measure, name))

    right = [gap("mean_ratio", name) for name in LAYERS]
    annealed = [
        Line(name, role(name, "standard"), Estimate(error), name in ("mean rate", "first rate"))
        for name, error in zip(evidence.annealed, evidence.worst_error, strict=True)
    ]
    noises = [Line(name, role(name), evidence.noise[at]) for at, name in enumerate(NOISES)]
    sums = [Line(name, name, layer.estimate("mean", name)) for name in LAYERS]
    shift = [gap("variance_ratio", name) for name in LAYERS]
    means, reach = "test ÷ training mean", (0.04, 25.0)
    forgotten = gap("mean_ratio", "none", "forgotten")
    wrong = gap("mean_ratio", "wrong_test", "× rate, not keep")
    error, first = "worst error of mean", "first dropout rate"
    return [
        Curves("1 · The factor forgotten: off by 1/k", means, [forgotten, *right], True, reach),
        Curves("2 · Annealed to 0: inverted is never off", error, annealed, False, (0.0, 1.0), first),
        Curves("3 · The noise of inverted has mean 0", "mean of the noise", noises),
        Curves("4 · Inverted keeps the mean of z", "mean of z in training", sums),
        Curves("5 · The wrong factor: right only at 0.5", means, [wrong, *right], True, reach),
        Curves("The variance shift: one curve for both", "train/test variance", shift, True, (0.5, 200.0)),
    ]


# ---- words and numbers ----------------------------------------------------------------------------------------------


def _texts(evidence: Evidence, learning_rates: Mapping[str, Floats]) -> dict[str, list[str]]:
    """Every text that changes with the rate, by name; `REASONS` and `LIMITS` say where each stands."""
    sweep, layer, rates = evidence.sweep, evidence.layer, evidence.rates.tolist()
    standard, inverted = (
        [numpy_lines(name, rate)[1].replace("keep", f"{1 - rate:g}") for rate in rates]
        for name in ("standard", "inverted")
    )
    texts = {
        "rate": [f"{rate:.2f}" for rate in rates],
        "drop": [f"{rate:g}" for rate in rates],
        "keep": [f"{round(1.0 - rate, 12):g}" for rate in rates],
        "standard-line": standard,
        "inverted-line": inverted,
        "unit-average": each_plain(evidence.unit.arithmetic_mean),
        "unit-test": each_plain(evidence.unit.weight_scaled),
        "plain-z": each_plain(layer.test_z[LAYERS.index("inverted")]),
    }
    shown = {
        "forgotten": sweep.gap_estimate("mean_ratio", "none"),
        "wrong": sweep.gap_estimate("mean_ratio", "wrong_test"),
        "ratio": sweep.gap_estimate("variance_ratio", "inverted"),
        **{f"noise-{name}": evidence.noise[at] for at, name in enumerate(NOISES)},
    }
    for label, estimate in shown.items():
        texts |= html.number_texts(label, estimate, exact="")
    for name in LAYERS:
        texts[f"z-{name}"] = estimated(layer.estimate("mean", name))
    for label, errors in zip(("last", "middle", "first", "never"), evidence.worst_error, strict=True):
        texts[f"error-{label}"] = [f"{100 * error:.0f} %" for error in errors.tolist()]
    for optimizer, factors in learning_rates.items():
        texts[f"path-{optimizer}"] = each_plain(factors)
    texts["summary"] = [
        f"Rate {rate:.2f}. Forgotten factor: test mean {one} times the training mean. Variance ratio {two} for both."
        for rate, one, two in zip(rates, texts["forgotten-exact"], texts["ratio-exact"], strict=True)
    ]
    return texts


def _block(point: Point) -> str:
    (author, address), (title, page) = point.source, point.page
    source = html.link(address, author)
    takes_rate = "" if page in WITHOUT_RATE else " data-takes-rate"
    link = f'<a href="{page_link(page)}"{takes_rate} style="white-space:nowrap">→ {title}</a>'
    return f"<h3>{point.heading}</h3><p>{point.sentence} ({source})</p><p>{point.evidence} {link}</p>"
