"""Masks for groups, drawn: the mean of z stays, its spread does not."""

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.where.question import HEAD, HEIGHT, LOW, texts_of
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Axis, Line, Mark, Panel, Path, Row, Stem
from dropviz.numbers.written import each_plain, plain
from dropviz.simulation.where.groups import DRAWN, KINDS, Grouped

COLORS = {"element": "inverted", "channel": "other", "path": "both", "weight": "ink"}
SOURCES = {
    "elements": words.Link("https://proceedings.mlr.press/v28/wang13a.html", "Wang & Manning, ICML 2013"),
    "channels": words.Link("https://arxiv.org/abs/1411.4280", "Tompson et al., CVPR 2015"),
    "steps": words.Link("https://arxiv.org/abs/1512.05287", "Gal & Ghahramani, NIPS 2016"),
    "depth": words.Link("https://arxiv.org/abs/1603.09382", "Huang et al., ECCV 2016"),
    "paths": words.Link("https://arxiv.org/abs/1605.07648", "Larsson et al., ICLR 2017"),
    "weights": words.Link("https://proceedings.mlr.press/v28/wan13.html", "Wan et al., ICML 2013"),
}


def groups_live(found: Grouped) -> LiveFigure:
    """Return the figure: z over masks of each kind; its moments over the rate, and a second unit, unfold."""
    rates = np.asarray(found.config.rates)
    drawn, spread, mean, covariance = (
        _masks_panel(found),
        _spread(found),
        _means(found),
        _covariances(found),
    )
    return LiveFigure(
        rows=[
            Row([drawn]),
            Row(
                over(rates, [spread, mean, covariance], LOW), fold="Spread, mean, and two units: DropConnect"
            ),
        ],
        rates=found.config.rates,
        texts=_texts(found),
        head=HEAD,
        foot=[_source(found)],
        alt=f"{drawn.title}; over the rate: {spread.title}; {mean.title}; {covariance.title}.",
    )


# ---- panels ---------------------------------------------------------------------------------------------------------


def _masks_panel(found: Grouped) -> Panel:
    """The distribution of z over masks per element and per channel, and both values of a path."""
    marks: list[Mark] = [
        Path(
            f"a mask per {kind}",
            COLORS[kind],
            found.histogram.edges[:-1],
            shares,
            width=1.5,
            stepped=True,
            filled=True,
        )
        for kind, shares in zip(DRAWN, found.histogram.shares, strict=True)
    ]
    keep = 1.0 - np.asarray(found.config.rates)
    kept_z = found.tested / keep
    marks += [
        Stem("path dropped", COLORS["path"], np.zeros_like(keep), 100.0 * (1.0 - keep), said=""),
        Stem("path kept", COLORS["path"], kept_z, 100.0 * keep, said=""),
    ]
    keys: list[words.Span] = []
    for kind in (*DRAWN, "path"):
        keys += [words.Key(f"a mask per {kind}", COLORS[kind]), "\N{EN SPACE}"]
    above = [words.Paragraph([*keys, words.LiveText("path")])]
    x = Axis("z", float(found.histogram.edges[0]), float(found.histogram.edges[-1]))
    y = Axis("masks per bin", 0.0, found.histogram.top, unit=" %")
    return Panel("z over masks: the mean is the same", x, y, marks, HEIGHT, above=above)


def _lines(found: Grouped, quantity: str) -> list[Line]:
    estimate = found.estimates(quantity)
    return [Line(kind, COLORS[kind], estimate[at], dashed=kind == "weight") for at, kind in enumerate(KINDS)]


def _spread(found: Grouped) -> Curves:
    return Curves(
        "Standard deviation of z: √(r/k·Σ(Σ w·a)²)", "standard deviation", _lines(found, "deviation")
    )


def _means(found: Grouped) -> Curves:
    return Curves("Mean of z: the same for every kind", "mean of z", _lines(found, "mean"))


def _covariances(found: Grouped) -> Curves:
    title = "Covariance of two units: 0 with a mask per weight"
    return Curves(title, "covariance", _lines(found, "covariance"))


# ---- words ----------------------------------------------------------------------------------------------------------


def _source(found: Grouped) -> words.Fold:
    config = found.config
    said = words.sentence(
        "The variance of z is (r/k)·Σ(Σ w·a)²: the inner sum over the inputs that share a mask, the outer one over "
        "these groups. One mask per element: {elements}; per channel (Dropout2d, SpatialDropout): {channels}; one mask "
        "for all time steps of a recurrent layer is the same sum: {steps}. Per path (DropPath): {depth}, {paths}; "
        "then z is 0 or z/k. Per weight (DropConnect): {weights}; each unit has masks of its own. "
        f"Here: {config.channels} × {config.places} inputs, one weight per channel; {config.masks:,} masks. Lines are "
        "exact, points and distributions simulated, bars: one standard error.",
        **SOURCES,
    )
    return words.Fold("How it is computed, and sources", [words.Paragraph(said)])


def _texts(found: Grouped) -> dict[str, list[str]]:
    rates = found.config.rates
    spreads = found.exact_deviation[: len(KINDS) - 1].T.tolist()
    findings = [_finding(found.config.terms, found.tested, *each) for each in spreads]
    seen = zip(
        rates,
        found.histogram.shares.max(axis=(0, 2)).tolist(),
        found.histogram.outside.max(axis=0).tolist(),
        strict=True,
    )
    return texts_of(rates, findings, path=[_note(found, *each) for each in seen])


def _finding(inputs: int, tested: float, element: float, channel: float, path: float) -> str:
    if max(element, channel, path) == 0.0:
        return f"Every mask gives the same z, {plain(tested, 3)}."
    one, many, all_at_once = each_plain([element, channel, path], 2)
    if element == channel == path:
        why = (
            "One input has one mask, whoever shares it"
            if inputs == 1
            else "Here the spread is the same for all"
        )
        return f"{why}: z is {plain(tested, 3)} on average, and spreads ± {one}."
    return (
        f"The mean of z is {plain(tested, 3)} for all; z spreads ± {one} with a mask per element, "
        f"± {many} per channel, ± {all_at_once} per path."
    )


def _note(found: Grouped, rate: float, tallest: float, beyond: float) -> str:
    """Both values of a path, and what the picture of the others cuts."""
    kept = plain(found.tested / (1.0 - rate), 3)
    dropped = f"{100 * rate:.0f} % at 0, {100 - 100 * rate:.0f} % at {kept}."
    said = [dropped if found.tested else "All at 0."]
    said += [f"Bars up to {tallest:.0f} %."] * (tallest > found.histogram.top)
    said += [f"Up to {100 * beyond:.0f} % beyond the axis."] * (beyond > 0.005)
    return " ".join(said)
