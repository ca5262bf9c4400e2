"""The answer: five reasons and three limits, each with its evidence at every rate."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from dropviz.figures.panels.curves import Curves, over
from dropviz.frameworks.snippets import numpy_lines
from dropviz.live import words
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
WANG = ("Wang & Manning, ICML 2013", "https://proceedings.mlr.press/v28/wang13a.html")
CONVNETJS = ("ConvNetJS, pull request 61", "https://github.com/karpathy/convnetjs/pull/61")
LI = ("Li et al., CVPR 2019", "https://arxiv.org/abs/1801.05134")
BALDI = ("Baldi & Sadowski, NIPS 2013", "https://papers.nips.cc/paper/4878-understanding-dropout")


class Point(NamedTuple):
    """One thing to say: a sentence or two, who said it first, the evidence at this rate, and the page that shows it.

    ``source`` is a text and an address, ``page`` a title and the name of a page of the app; ``evidence`` is written
    as a `sentence`.
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
        "Standard: {standard-line:code}; inverted: {inverted-line:code}. The factor forgotten: test mean {forgotten} "
        "times the training mean (exact {forgotten-exact}).",
        ("Two strategies", "explore"),
    ),
    Point(
        "2 · The rate may change in training",
        "Annealing takes the rate to 0: inverted is right at every step. Once the rate moves, no single "
        "test factor fits every step of standard.",
        RENNIE,
        "From {rate} to 0 its mean is off by up to {error-first} with the first rate's factor, {error-middle} with "
        "the mean rate's, {error-last} with the last's; inverted: {error-never}.",
        ("A changing rate", "schedule"),
    ),
    Point(
        "3 · The noise has mean zero",
        "Inverted adds a·(m/k − 1), whose mean is 0, as it is when a is multiplied by a Gaussian N(1, r/k); standard "
        "adds a·(m − 1), whose mean is −r·μ.",
        SRIVASTAVA,
        "Here: inverted {noise-inverted}, Gaussian {noise-gaussian}, standard {noise-standard} (exact "
        "{noise-standard-exact}).",
        ("Zero-mean noise", "noise"),
    ),
    Point(
        "4 · The next layer sees its usual scale",
        "In training, the mean over masks of z = W·a + b is what z is without dropout; standard shrinks W·a to k·W·a, "
        "and leaves b.",
        WANG,
        "Without dropout z = {plain-z}; in training inverted {z-inverted}, standard {z-standard}.",
        ("Next layer", "next-layer"),
    ),
    Point(
        "5 · No p at inference",
        "Where nothing is multiplied, nobody can mistake the drop for the keep probability, as happened.",
        CONVNETJS,
        "× {drop} where × {keep} is meant: test mean {wrong} times the training mean (exact {wrong-exact}).",
        ("Which p?", "which-p"),
    ),
)
LIMITS = (
    Point(
        "It does not remove the variance shift",
        "Training ÷ test variance is 1/k + (r/k)·μ²/v for both strategies. Batch norm keeps the variance that it saw "
        "in training, which at test is another.",
        LI,
        "Here {ratio}, exact {ratio-exact}.",
        ("Next layer", "next-layer"),
    ),
    Point(
        "It is no other function, but another training",
        "Standard with the weights V/k behind the dropout is inverted with V: one function. To stay one in training, "
        "those weights need the learning rate η/k² with SGD, η/k with Adam (as ε → 0), and the weight decay k²·λ as a "
        "term of the loss, "
        "where inverted has η and λ. At equal learning rates the two train differently wherever the rate is above 0.",
        SRIVASTAVA,
        "At this rate {path-SGD}·η with SGD, {path-Adam}·η with Adam.",
        ("Training", "training"),
    ),
    Point(
        "It does not average the thinned networks",
        "One pass at test is not the average of the networks that dropout trains. For a logistic unit it is their "
        "normalized geometric mean, with either strategy.",
        BALDI,
        "Eight inputs 1, weights 0.5, bias −2, all 256 masks: one pass gives {unit-test}, the average is "
        "{unit-average}.",
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
        replace(panel, above=_blocks(point))
        for panel, point in zip(
            over(evidence.rates, _panels(evidence), HEIGHT, 3), (*REASONS, LIMITS[0]), strict=True
        )
    ]
    return LiveFigure(
        rows=[Row(panels[:3]), Row(panels[3:])],
        rates=tuple(evidence.rates.tolist()),
        texts=_texts(evidence, learning_rates),
        foot=[words.columns(*map(_blocks, LIMITS[1:]))],
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
        texts |= words.quantity_texts(label, estimate, exact="")
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


def _blocks(point: Point) -> list[words.Block]:
    (author, address), (title, page) = point.source, point.page
    link = words.PageLink(page_link(page), f"→ {title}", page not in WITHOUT_RATE)
    return [
        words.Heading(point.heading),
        words.Paragraph([f"{point.sentence} (", words.Link(address, author), ")"]),
        words.Paragraph([*words.sentence(point.evidence), " ", link]),
    ]
