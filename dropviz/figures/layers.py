"""What a rate does to the layers of a network, drawn: the variance ratio of each over the rate, a row a layer."""

from dataclasses import replace

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.layers.layer_report import LayerReport
from dropviz.layers.reports import ActivationReport
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Row
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import plain

HEIGHT = 120
MOST_LAYERS = 24  # drawn


def layers_live(report: ActivationReport) -> LiveFigure:
    """Return the figure; of more than 24 layers those that suffer most, in the order of the network."""
    layers = list(report.layers.values())
    if len(layers) > MOST_LAYERS:
        ratios = np.nan_to_num([layer.all_ratio for layer in layers])
        layers = [layers[at] for at in sorted(np.argsort(-ratios, kind="stable")[:MOST_LAYERS].tolist())]
    curves = [_panel(layer) for layer in layers]
    panels = [over(layer.rates, [each], HEIGHT)[0] for layer, each in zip(layers, curves, strict=True)]
    right = max(panel.right for panel in panels)  # one axis for all, so that rows compare
    return LiveFigure(
        rows=[Row([replace(panel, right=right)]) for panel in panels],
        rates=layers[0].rates.tolist(),
        start=report.rate,
        alt=f"Over the rate: {'; '.join(panel.title for panel in panels)}.",
    )


def _panel(layer: LayerReport) -> Curves:
    # Plotly reads tags in titles, and a name may come from a file
    name = layer.title.replace("<", "‹").replace(">", "›")
    lines = [Line("all values", "inverted", Estimate(layer.all_ratios))]
    if not layer.alike:
        lines.append(Line("worst unit", "none", Estimate(layer.worst_ratios), dashed=True))
    title = f"{name}: no variance around {plain(layer.all_mean)}"
    if not np.isnan(layer.all_ratio):
        title = f"{name}: variance × {plain(layer.all_ratio, 3)} in training, at rate {layer.rate:g}"
    return Curves(title, "train / test variance", lines, log=True)
