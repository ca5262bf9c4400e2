"""When weight scaling is exact, drawn: how far two means over all thinned networks are from the test pass."""

from collections.abc import Mapping

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.where.question import HEAD, HEIGHT, source_of, texts_of
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Row
from dropviz.numbers.checks import Floats
from dropviz.numbers.written import plain
from dropviz.simulation.where.exact import SHAPES, Thinned, ThinnedMeans

# name on screen and colour of each network
NAMES: Mapping[str, tuple[str, str]] = {
    "linear": ("linear network", "ink"),
    "softmax": ("one softmax layer", "inverted"),
    "relu": ("a ReLU layer", "other"),
    "deep": ("two ReLU layers", "both"),
}
SEEN = 1e-3  # a smaller gap is called so
HINTON = words.Link("https://arxiv.org/abs/1207.0580", "Hinton et al., 2012")
BALDI = words.Link("https://papers.nips.cc/paper/4878-understanding-dropout", "Baldi & Sadowski, NIPS 2013")


def exact_live(found: Thinned) -> LiveFigure:
    """Return the figure: both means of four networks less their test pass, over the rate."""
    rates = np.asarray(found.config.rates)
    panels = [_gaps(found, *each) for each in (("Average", "average"), ("Geometric mean", "geometric"))]
    return LiveFigure(
        rows=[Row(over(rates, panels, HEIGHT))],
        rates=found.config.rates,
        texts=_texts(found),
        head=HEAD,
        foot=[_note(found)],
        alt=f"Over the rate: {'; '.join(panel.title for panel in panels)}.",
    )


def _gaps(found: Thinned, mean: str, kind: str) -> Curves:
    lines = [
        Line(NAMES[name][0], NAMES[name][1], estimate)
        for name, each in found.networks.items()
        if (estimate := getattr(each, kind)) is not None
    ]
    return Curves(f"{mean} of all networks − test pass", "gap", lines)


# ---- words ----------------------------------------------------------------------------------------------------------


def _note(found: Thinned) -> words.Fold:
    widths = {name: "–".join(map(str, shape.widths)) for name, shape in SHAPES.items()}
    said = words.sentence(
        "A thinned network is what one mask leaves. In a linear network the masks of different layers are independent "
        "and z is linear in each, so the test pass is the average. Behind one softmax layer it is the normalized "
        "geometric mean, softmax(E[z]), as z is linear in the mask ({hinton}; {baldi}). Behind a nonlinearity E[z] "
        "is not the z of the test pass in general, and neither mean is. Inverted dropout of the inputs and of every "
        f"hidden layer; standard makes the same networks. Widths: linear {widths['linear']}, softmax "
        f"{widths['softmax']}, ReLU {widths['relu']} and {widths['deep']}; inputs {_inputs(found)}, "
        "weights random, untrained. Gaps are of the probability of the likeliest class; of the linear network, as a "
        f"share of its output. Lines are exact, by all masks, {_counts(found)}; points: {found.config.masks:,} drawn "
        "masks, bars of one standard error.",
        hinton=HINTON,
        baldi=BALDI,
    )
    return words.Fold("Why, and how it is computed", [words.Paragraph(said)])


def _inputs(found: Thinned) -> str:
    law = found.config.activations
    return source_of(law) if law else "the size of a normal"


def _counts(found: Thinned) -> str:
    *first, last = (f"{each.count:,}" for each in found.networks.values())
    return f"{', '.join(first)} and {last}"


def _texts(found: Thinned) -> dict[str, list[str]]:
    rates, networks = found.config.rates, found.networks
    gaps = [_geometric(networks[name]) for name in ("relu", "deep")]
    errors = [means.average.error for means in networks.values() if means.average.error is not None]
    still = np.all(np.equal(errors, 0.0), axis=0)
    seen = zip(rates, still.tolist(), *(each.tolist() for each in gaps), strict=True)
    findings = [_finding(*each) for each in seen]
    return texts_of(rates, findings)


def _geometric(means: ThinnedMeans) -> Floats:
    """The gap of the geometric mean of a network that has a softmax."""
    if means.geometric is None:
        raise ValueError("means must be of a network with a softmax; got one without")
    return means.geometric.exact


def _finding(rate: float, still: bool, relu: float, deep: float) -> str:
    if rate == 0.0:
        return "At rate 0 nothing is dropped: both means are the test pass in every network."
    if still:
        return "Here every thinned network says the same, and so does the test pass."
    return (
        "The test pass is the average of all networks in the linear one, and their geometric mean behind one softmax "
        f"layer. Behind a ReLU layer it is off from that by {_size(relu)}, behind two by {_size(deep)}."
    )


def _size(gap: float) -> str:
    return plain(abs(gap), 2) if abs(gap) >= SEEN else f"less than {SEEN:g}"
