"""The answer: a table of five reasons and, apart, three limits; each row unfolds its evidence at every rate."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from dropviz.figures.panels.curves import Curves, over
from dropviz.frameworks.snippets import numpy_lines
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Row, role
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import each_plain, estimated, plain, short
from dropviz.settings.addresses import WITHOUT_RATE, page_link
from dropviz.simulation.answer import LAYERS, NOISES, Evidence

TALL, LOW = 150, 120  # of a panel, pixels

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

FINDING = (
    "Inverted. Both strategies match the mean and differ by the factor k = {keep} alone; "
    "{left:plain} to do at test."
)
TITLES = words.Cells(
    [
        "",
        words.Key("at test (2014 paper)", "standard"),
        words.Key("in training (PyTorch)", "inverted"),
    ]
)
IN_WORDS = "In words"
LIMITS_TITLE = "What inverting does not do"
OBJECTION_TITLE = "The strongest objection"


class Point(NamedTuple):
    """One thing to say: a sentence or two, who said it first, the evidence at this rate, and the page that shows it.

    ``source`` is a text and an address, ``page`` a title and the name of a page of the app; ``evidence`` is written
    as a `sentence`.
    """

    label: str
    sentence: str
    source: tuple[str, str]
    evidence: str
    page: tuple[str, str]


REASONS = (
    Point(
        "1. Nothing to do at test",
        "The test network is plain code, without a trace of dropout.",
        CS231N,
        "Standard: {standard-line:code}; inverted: {inverted-line:code}. Forgotten: test ÷ training mean {forgotten} "
        "(exact {forgotten-exact}).",
        ("Start", "explore"),
    ),
    Point(
        "2. The rate may change",
        "Annealing takes the rate to 0 in training: inverted is right at every step. Once the rate moves, no single "
        "test factor fits every step of standard.",
        RENNIE,
        "From {rate} to 0 the first rate’s factor is off by up to {error-first}, the mean rate’s by {error-middle}, "
        "the last’s by {error-last}, the best of all by {least}; inverted needs none.",
        ("A changing rate", "schedule"),
    ),
    Point(
        "3. The noise has mean 0",
        "Inverted adds a·(m/k − 1), whose mean is 0, as it is when a is multiplied by a Gaussian N(1, r/k); "
        "standard adds a·(m − 1), whose mean is −r·a.",
        SRIVASTAVA,
        "Over all units: inverted {noise-inverted}, Gaussian {noise-gaussian}, standard {noise-standard} (exact "
        "{noise-standard-exact}).",
        ("Zero-mean noise", "noise"),
    ),
    Point(
        "4. The next layer keeps its scale",
        "In training, the mean over masks of z = W·a + b is what z is without dropout; standard shrinks W·a to k·W·a, "
        "and leaves b.",
        WANG,
        "One unit with random, untrained weights: without dropout z = {plain-z}; in training inverted {z-inverted}, "
        "standard {z-standard}.",
        ("Next layer", "next-layer"),
    ),
    Point(
        "5. No p to misread at test",
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
        "{shift:plain}",
        ("Next layer", "next-layer"),
    ),
    Point(
        "It is no other function, but another training",
        "Standard with the weights V/k behind the dropout is inverted with V. To stay one in training, those weights "
        "need the learning rate η/k² with SGD, η/k (and k·ε) with Adam, and the weight decay k²·λ as a term of the "
        "loss, where inverted has η, ε and λ. At equal learning rates the two train differently wherever the rate is "
        "above 0.",
        SRIVASTAVA,
        "At this rate {path-SGD}·η with SGD, {path-Adam}·η with Adam.",
        ("Training", "training"),
    ),
    Point(
        "It does not average the thinned networks",
        "One pass at test is in general not the average of the networks that dropout trains: of linear ones it is. For "
        "a logistic unit it is their normalized geometric mean, with either strategy.",
        BALDI,
        "Eight inputs 1, weights 0.5, bias −2, all 256 masks: one pass gives {unit-test}, the average is "
        "{unit-average}.",
        ("Next layer", "next-layer"),
    ),
)
# What a row says of inverted at every rate; what it says of standard follows the rate (`_cells`).
INVERTED = ("nothing", "always right", "average loss 0", "W·a stays", "no factor")


def answer_live(evidence: Evidence, learning_rates: Mapping[str, Floats]) -> LiveFigure:
    """Draw the evidence.

    Parameters
    ----------
    evidence
        What the answer rests on.
    learning_rates
        Optimizer → by what standard's learning rate exceeds inverted's on the same path, at each of its rates.
    """
    reasons = over(evidence.rates, _reason_panels(evidence), TALL)
    limits = over(evidence.rates, _limit_panels(evidence, learning_rates), LOW)
    rows = [
        Row(
            [panel],
            _evidence(point),
            words.Cells([point.label, words.LiveText(f"cell-{at}"), inverted]),
            at == 0,
        )
        for at, (panel, point, inverted) in enumerate(zip(reasons, REASONS, INVERTED, strict=True))
    ]
    rows[0] = replace(rows[0], words=[words.Fold(IN_WORDS, rows[0].words)])  # it is open: few words at first
    apart = [
        replace(panel, above=[words.Heading(point.label), *_evidence(point)])
        for panel, point in zip(limits, LIMITS, strict=True)
    ]
    titles = "; ".join(panel.title for panel in [*reasons, *limits])
    return LiveFigure(
        rows=[*rows, Row(apart, fold=LIMITS_TITLE)],
        rates=tuple(evidence.rates.tolist()),
        texts=_cells(evidence) | _texts(evidence, learning_rates),
        head=[words.Paragraph(words.sentence(FINDING), "finding"), TITLES],
        foot=[words.Fold(OBJECTION_TITLE, _objection())],
        alt=f"Eight pictures over the dropout rate. {titles}.",
    )


# ---- the curves -----------------------------------------------------------------------------------------------------


def _mean_ratio(evidence: Evidence, name: str) -> Estimate:
    """Test ÷ training mean; where the activations have mean 0, nothing that is drawn can show it."""
    ratio = evidence.sweep.gap_estimate("mean_ratio", name)
    return ratio if evidence.sweep.config.activations.exact_mean else Estimate(ratio.exact)


def _reason_panels(evidence: Evidence) -> list[Curves]:
    means = "test ÷ training mean"
    if not evidence.sweep.config.activations.exact_mean:
        means += ", unit by unit"
    reach = (0.04, 25.0)
    right = [Line(name, name, _mean_ratio(evidence, name)) for name in LAYERS]
    forgotten = Line("forgotten", "none", _mean_ratio(evidence, "none"))
    wrong = Line("× rate, not keep", "wrong_test", _mean_ratio(evidence, "wrong_test"))
    annealed = [
        Line(name, role(name, "standard"), Estimate(error), name in ("mean rate", "first rate"))
        for name, error in zip(evidence.annealed, evidence.worst_error, strict=True)
    ]
    best = Line("best factor", "ink", Estimate(evidence.least_error))
    noises = [Line(name, role(name), evidence.noise[at]) for at, name in enumerate(NOISES)]
    sums = [Line(name, name, evidence.layer.estimate("mean", name)) for name in LAYERS]
    error, first = "worst error of a factor", "first dropout rate"
    return [
        Curves("The factor forgotten: off by 1/k", means, [forgotten, *right], True, reach),
        Curves("Annealed to 0: inverted is never off", error, [*annealed, best], False, (0.0, 1.0), first),
        Curves("The noise of inverted has mean 0", "mean of the noise", noises),
        Curves("Inverted keeps the mean of z", "mean of z in training", sums),
        Curves("The wrong factor: right only at 0.5", means, [wrong, *right], True, reach),
    ]


def _limit_panels(evidence: Evidence, learning_rates: Mapping[str, Floats]) -> list[Curves]:
    shift = [Line(name, name, evidence.sweep.gap_estimate("variance_ratio", name)) for name in LAYERS]
    paths = [Line(name, "other", Estimate(factors)) for name, factors in learning_rates.items()]
    unit = [
        Line("average", "ink", Estimate(evidence.unit.arithmetic_mean)),
        Line("one pass", "inverted", Estimate(evidence.unit.weight_scaled), dashed=True),
    ]
    spread = evidence.sweep.config.activations.exact_variance > 0.0
    title = "The variance shift: one curve for both" if spread else "The test variance is 0: no ratio"
    return [
        Curves(title, "train/test variance", shift, spread, (0.5, 200.0)),
        Curves("The learning rate of standard, same path", "× that of inverted", paths, True),
        Curves("One pass, and the average of all masks", "output of the unit", unit),
    ]


# ---- words and numbers ----------------------------------------------------------------------------------------------


def _cells(evidence: Evidence) -> dict[str, list[str]]:
    """What each row says of standard at each rate; it holds for any activations."""
    forgotten, wrong = (_mean_ratio(evidence, name).exact for name in ("none", "wrong_test"))
    said: Sequence[tuple[Floats, Callable[[float, float], str], str]] = (
        (
            forgotten,
            lambda r, off: f"× {1 - r:.2f}; forgotten: mean × {off:.2f}",
            "× 1, nothing to forget",
        ),
        (
            evidence.least_error,
            lambda _, off: f"best single factor off by {_percent(off)}",
            "one factor fits",
        ),
        (evidence.rates, lambda _, rate: f"average loss {rate:.2f}·a", "no loss"),
        (1.0 - evidence.rates, lambda _, keep: f"W·a shrinks to {keep:.2f}·W·a", "W·a stays"),
        (
            wrong,
            lambda r, off: f"× {r:.2f} instead of × {1 - r:.2f}: mean × {off:.2f}",
            "× 0 instead of × 1: all is 0",
        ),
    )
    return {
        f"cell-{at}": [
            write(rate, value) if rate else f"{still} at rate 0"
            for rate, value in zip(evidence.rates.tolist(), values.tolist(), strict=True)
        ]
        for at, (values, write, still) in enumerate(said)
    }


def _percent(share: float) -> str:
    return f"{short(100 * share)} %"


def _shift(evidence: Evidence) -> list[str]:
    """The variance ratio in a sentence, or why there is none."""
    ratio = evidence.sweep.gap_estimate("variance_ratio", "inverted")
    return [
        f"Here {simulated}, exact {plain(exact)}."
        if math.isfinite(exact)
        else "Here every test output is the same."
        for simulated, exact in zip(estimated(ratio), ratio.exact.tolist(), strict=True)
    ]


def _texts(evidence: Evidence, learning_rates: Mapping[str, Floats]) -> dict[str, list[str]]:
    """Every other text that changes with the rate, by name; `REASONS` and `LIMITS` say where each stands."""
    layer, rates = evidence.layer, evidence.rates.tolist()
    keep = [f"{1 - rate:.2f}" for rate in rates]
    standard, inverted = (
        [numpy_lines(name, rate)[1].replace("keep", f"{1 - rate:g}") for rate in rates]
        for name in ("standard", "inverted")
    )
    texts = {
        "rate": [f"{rate:.2f}" for rate in rates],
        "drop": [f"{rate:.2f}" for rate in rates],
        "left": [
            "only inverted leaves nothing" if rate else "at rate 0 neither leaves anything" for rate in rates
        ],
        "keep": keep,
        "standard-line": standard,
        "inverted-line": inverted,
        "shift": _shift(evidence),
        "least": [_percent(error) for error in evidence.least_error.tolist()],
        "unit-average": each_plain(evidence.unit.arithmetic_mean),
        "unit-test": each_plain(evidence.unit.weight_scaled),
        "plain-z": each_plain(layer.test_z[LAYERS.index("inverted")]),
    }
    shown = {
        "forgotten": _mean_ratio(evidence, "none"),
        "wrong": _mean_ratio(evidence, "wrong_test"),
        **{f"noise-{name}": evidence.noise[at] for at, name in enumerate(NOISES)},
    }
    for label, estimate in shown.items():
        texts |= words.quantity_texts(label, estimate, exact="")
    for name in LAYERS:
        texts[f"z-{name}"] = estimated(layer.estimate("mean", name))
    for label, errors in zip(("last", "middle", "first"), evidence.worst_error[:3], strict=True):
        texts[f"error-{label}"] = [_percent(error) for error in errors.tolist()]
    for optimizer, factors in learning_rates.items():
        texts[f"path-{optimizer}"] = each_plain(factors)
    texts["summary"] = [
        f"Rate {rate:.2f}. Inverted: nothing to do at test. Standard: × {kept}; forgotten, the mean is {off} times it."
        for rate, kept, off in zip(rates, keep, texts["forgotten-exact"], strict=True)
    ]
    return texts


def _evidence(point: Point) -> list[words.Block]:
    (author, address), (title, page) = point.source, point.page
    link = words.PageLink(page_link(page), f"→ {title}", page not in WITHOUT_RATE)
    return [
        words.Paragraph([f"{point.sentence} (", words.Link(address, author), ")"]),
        words.Paragraph(words.sentence(point.evidence)),
        words.Paragraph(link),
    ]


def _objection() -> list[words.Block]:
    author, address = SRIVASTAVA
    folded = words.sentence(
        "The authors of the 2014 paper multiply the weights behind the dropout by k once, after training ({paper}). "
        "Then their network is plain code too, with nothing to do at test.",
        paper=words.Link(address, author),
    )
    return [
        words.Paragraph(folded),
        words.Paragraph(
            words.sentence(
                "{true} At this rate W becomes {keep}·W, once. In what is exported, reasons 1 and 5 are gone.",
                true=words.Styled("True.", "strong"),
            )
        ),
        words.Paragraph(
            "What stays: a network is tested before its export too, after every epoch, and each of these tests needs "
            "the factor, or a folded copy. A rate that changed leaves no one k that fits all of the training. And "
            "reasons 3 and 4 are about training, which no export changes."
        ),
        words.Paragraph(
            words.Styled("So: once exported, neither is better. Until then inverted is.", "strong")
        ),
    ]
