"""What the answer says: five reasons and three limits; `dropviz.figures.answer.figure` gives the numbers in them."""

from dataclasses import dataclass

from dropviz.figures.panels.html import live

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


@dataclass(frozen=True, slots=True)
class Point:
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
