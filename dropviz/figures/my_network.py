"""A network, drawn: a row a layer, its verdict beside the variance ratio over the rate."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.layers.layer_report import rounded_down
from dropviz.layers.network_view import LayerView, NetworkView, UnitView
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Labels, Line, Panel, Path, Row
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import each_plain, plain

HEIGHT = 56  # of a row's curves, pixels
LOW, HIGH = 0.93, 10.0  # of the axis of ratios; where the bound is far above, it reaches further
TICKS = (1.0, 3.0, 10.0, 100.0, 1000.0)
ALL, WORST, MOST = "all values", "worst unit", "bound"
LI = words.Link("https://arxiv.org/abs/1801.05134", "Li et al., CVPR 2019")


def network_live(view: NetworkView) -> LiveFigure:
    """Return the figure: what the rate does to every layer shown, in words and as a curve."""
    panels = _panels(view)
    rows = [
        Row([panel], _words(at, layer), beside=True)
        for at, (layer, panel) in enumerate(zip(view.layers, panels, strict=True))
    ]
    return LiveFigure(
        rows=rows,
        rates=view.rates.tolist(),
        texts=_texts(view),
        head=[words.live_paragraph("finding", "finding"), _key(view)],
        foot=_foot(view),
        alt=f"Variance in training ÷ at test over the rate. {'; '.join(panel.title for panel in panels)}.",
    )


# ---- curves ---------------------------------------------------------------------------------------------------------


def _panels(view: NetworkView) -> list[Panel]:
    """The curves of every layer on the same two axes; the last says what its x axis is."""
    high = max(HIGH, 2.0 * view.bound)
    curves = [_curves(layer, view.bound, high) for layer in view.layers]
    panels = over(view.rates, curves, HEIGHT)
    ticks = [tick for tick in TICKS if tick <= high]
    bound = Path(MOST, "ink", view.rates[[0, -1]], np.full(2, view.bound), "dotted", width=1.5)
    return [
        replace(
            panel,
            labels=Labels((), ()),  # they would stand in every row: the key above has them once
            right=10,
            marks=[bound, *panel.marks],
            y=replace(panel.y, ticks=ticks),
            x=panel.x if at == len(panels) - 1 else replace(panel.x, title="", ticks=()),
        )
        for at, panel in enumerate(panels)
    ]


def _curves(layer: LayerView, bound: float, high: float) -> Curves:
    lines = [Line(ALL, "title", Estimate(layer.ratios))]
    if not layer.report.alike:
        lines.append(Line(WORST, "other", Estimate(layer.worst[0].ratios), dashed=True))
    largest = layer.report.all_largest_rate
    within = "no variance" if np.isnan(largest) else f"at most × {bound:g} up to rate {rounded_down(largest)}"
    title = f"{layer.report.title}: {within}"
    return Curves(title, "× variance", lines, log=True, ends=(LOW, 1.05 * high))


def _key(view: NetworkView) -> words.Paragraph:
    spans: list[words.Span] = ["Variance, training ÷ test: ", words.Key(ALL, "title"), "\N{EN SPACE}"]
    spans += [words.Key(WORST, "other", dashed=True), f"; dotted: × {view.bound:g}, the {MOST}"]
    return words.Paragraph(spans, "muted")


# ---- words ----------------------------------------------------------------------------------------------------------


def _words(at: int, layer: LayerView) -> list[words.Block]:
    """What stands beside the curves of a layer; its live texts are those of place ``at``."""
    said = layer.report
    verdict = words.Paragraph(words.sentence(f"{{judged-{at}}}: {{verdict-{at}:plain}}"))
    units = f"{said.units:,} unit{'s' * (said.units > 1)}"
    return [words.Heading(said.title), verdict, words.Fold(units, [_facts(layer), *_units(at, layer)])]


def _facts(layer: LayerView) -> words.Paragraph:
    said = layer.report
    values = f"{said.values:,} value{'s' * (said.values > 1)} of each"
    moments = f"mean {plain(said.all_mean, 3)}, variance {plain(said.all_variance, 3)}"
    return words.Paragraph(f"At test, {values}: {moments}, {_percent(layer.zeros)} zeros.", "muted")


def _units(at: int, layer: LayerView) -> list[words.Block]:
    """The units that suffer most, a batch norm behind all of them, and those without variance."""
    titles = ["unit", "mean", "variance", "zeros", "× at this rate", "behind batch norm", "largest rate"]
    asides = [words.Paragraph(line, "muted") for line in layer.report.asides]
    if not layer.worst:
        return [*asides]
    suffering = words.Table(titles, [_unit(at, unit) for unit in layer.worst])
    return [suffering, words.live_paragraph(f"behind-{at}", "muted"), *asides]


def _unit(at: int, unit: UnitView) -> list[words.Spans]:
    moments = [plain(unit.mean, 3), plain(unit.variance, 3), _percent(unit.zeros)]
    live = [words.LiveText(f"{what}-{at}-{unit.index}") for what in ("ratio", "norm")]
    return [f"{unit.index}", *moments, *live, rounded_down(unit.largest_rate)]


def _percent(share: float) -> str:
    """A share in per cent; 0 and 100 only where it is so.

    >>> _percent(0.0), _percent(0.00012), _percent(0.63), _percent(0.99999)
    ('0 %', '0.012 %', '63 %', '99.9 %')
    """
    if share in (0.0, 1.0):
        return f"{100.0 * share:.0f} %"
    percent = min(100.0 * share, 99.9)
    return f"{percent:.1f} %" if percent > 99.0 else f"{plain(percent, 2)} %"


def _foot(view: NetworkView) -> list[words.Block]:
    said = words.sentence(
        "Of values with mean μ and variance v, standard and inverted dropout make the variance, over values and masks, "
        "in training ÷ at test, at rate r and with k = 1 − r: 1/k + (r/k)·μ²/v. It is exact for the values given, and "
        "the same for masks of single values and of whole channels. The mean is the same in both phases. A batch norm "
        "directly behind divides by the spread that it saw in training, so that at test a unit has variance 1/ratio "
        "({li}). Largest rate: the one at which the ratio is the bound; rates are rounded down. Lines beyond the frame "
        "go on.",
        li=LI,
    )
    blocks: list[words.Block] = [words.Fold("What the numbers are", [words.Paragraph(said)])]
    if view.left_out:
        names = ", ".join(view.left_out)
        blocks.insert(0, words.Paragraph(f"Seen in training only, and not shown: {names}.", "muted"))
    return blocks


# ---- what follows the rate ------------------------------------------------------------------------------------------


def _texts(view: NetworkView) -> Mapping[str, Sequence[str]]:
    rates = view.rates.tolist()
    findings = [_finding(view, at) for at in range(len(rates))]
    said = {
        "finding": findings,
        "summary": [f"Rate {rate:.2f}. {finding}" for rate, finding in zip(rates, findings, strict=True)],
    }
    for at, layer in enumerate(view.layers):
        said[f"judged-{at}"], said[f"verdict-{at}"] = _verdicts(view, layer)
        said[f"behind-{at}"] = _behind(view.rates, layer)
        for unit in layer.worst:
            said[f"ratio-{at}-{unit.index}"] = each_plain(unit.ratios)
            said[f"norm-{at}-{unit.index}"] = each_plain(1.0 / unit.ratios, 3)
    return said


def _finding(view: NetworkView, at: int) -> str:
    rate, count = float(view.rates[at]), len(view.largest_rates)
    if rate == 0.0:
        return "At rate 0 nothing is dropped: training and test are the same."
    if not view.worst:
        return "Here no layer has any variance, and so there is no ratio."
    means = "In training variances grow"
    name = (
        view.worst if any(map(str.isalpha, view.worst)) else f"layer {view.worst}"
    )  # PyTorch has numbers, too
    most = f"× {plain(float(view.worst_ratios[at]), 3)} in {name}"
    if count == 1:
        return f"{means}: {most}."
    above = int(np.count_nonzero(view.largest_rates < rate))
    return f"{means}: {most}, the most of {count:,} layers; {f'{above:,}' if above else 'none'} above × {view.bound:g}."


def _verdicts(view: NetworkView, layer: LayerView) -> tuple[list[str], list[str]]:
    """Whether the ratio is within the bound, of every unit or of all values, in a word and a sentence, at each rate."""
    said, bound = layer.report, f"{view.bound:g}"
    if np.isnan(said.all_largest_rate):
        return ["–"] * len(view.rates), [
            f"no variance around {plain(said.all_mean, 3)}, and so no ratio."
        ] * len(view.rates)
    every = layer.worst[0].largest_rate if layer.worst else 0.0
    fine = np.where(view.rates <= every, "✓ Fine", "✓ Mostly fine")
    judged = np.where(view.rates <= said.all_largest_rate, fine, "✗ Too much").tolist()
    within = f"at most × {bound} up to rate {rounded_down(said.all_largest_rate)}"
    return judged, [f"× {plain(ratio, 3)}, {within}." for ratio in layer.ratios.tolist()]


def _behind(rates: Floats, layer: LayerView) -> list[str]:
    texts = []
    ends = (layer.least_behind.tolist(), layer.most_behind.tolist())
    for rate, low, high in zip(rates.tolist(), *ends, strict=True):
        least, most = plain(low, 3), plain(high, 3)
        between = least if least == most else f"{least} to {most}"
        texts.append(
            f"At rate {rate:.2f} a batch norm directly behind gives variance 1 in training, and {between} at test."
        )
    return texts
