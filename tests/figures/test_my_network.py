"""A network, drawn: a row a layer, on axes that compare, with a verdict that the numbers bear out."""

import re

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.my_network import network_live
from dropviz.layers.network_view import network_view
from dropviz.live.panels import Line
from dropviz.live.words import Fold, Heading
from dropviz.settings.my_network import BOUND
from dropviz.ui.pages.my_network.page import RECORD

RNG = np.random.default_rng(2)
LAYERS = {
    "relu": np.maximum(RNG.normal(size=(300, 6)), 0.0),
    "far": RNG.normal(8.0, 1.0, size=(300, 3)),
    "dead": np.zeros((10, 2)),
    "one": RNG.normal(size=50),
}


def drawn(layers=LAYERS, bound=2.0):
    view = network_view(dv.report(layers, rate=0.3, bound=bound))
    return view, network_live(view)


def test_a_row_a_layer_on_the_same_axes():
    view, live = drawn()
    assert [row.words[0].spans for row in live.rows] == list(LAYERS)
    assert all(row.beside and len(row.panels) == 1 and isinstance(row.words[0], Heading) for row in live.rows)
    assert (
        len({(panel.y.low, panel.y.high, panel.x.low, panel.x.high, panel.right) for panel in live.panels})
        == 1
    )
    assert [panel.x.title for panel in live.panels] == ["", "", "", "dropout rate"]
    for layer, panel in zip(view.layers, live.panels, strict=True):
        line, *worst = (mark for mark in panel.marks if isinstance(mark, Line))
        assert np.array_equal(line.estimate.exact, layer.ratios, equal_nan=True)
        assert len(worst) == (not layer.report.alike)


@pytest.mark.parametrize("bound", [1.0, 1.5, 2.0, 1000.0])
def test_the_verdict_is_that_of_the_ratio_at_every_rate(bound):
    view, live = drawn(bound=bound)
    for at, layer in enumerate(view.layers):
        judged, said = live.texts[f"judged-{at}"], live.texts[f"verdict-{at}"]
        for place, ratio in enumerate(layer.ratios):
            expected = "–" if np.isnan(ratio) else "✓ Fine" if ratio <= bound * (1 + 1e-12) else "✗ Too much"
            assert judged[place] == expected, (layer.report.name, view.rates[place], ratio)
            if expected != "–":
                largest = float(re.search(r"up to rate ([\d.]+)\.$", said[place])[1])
                known = layer.report.all_largest_rate
                assert known - 1e-4 <= largest <= known
                assert f"at most {bound:g} " in said[place]


def test_the_finding_counts_the_layers_above_the_bound():
    view, live = drawn()
    for at, (rate, said) in enumerate(zip(view.rates, live.texts["finding"], strict=True)):
        if rate == 0.0:
            assert said == "At rate 0 nothing is dropped: training and test are the same."
        else:
            above = sum(layer.ratios[at] > 2.0 for layer in view.layers)
            assert f"in far, the most of 4 layers; above × 2 in {above} of them." in said
        assert live.texts["summary"][at].endswith(said)


@pytest.mark.parametrize("layers", [{"a": [0.0, 0.0]}, {"a": np.full((3, 2), 7.0), "b": [1.0]}])
def test_a_network_without_variance_says_so_at_every_rate(layers):
    _, live = drawn(layers)
    assert set(live.texts["finding"][1:]) == {"Here no layer has any variance, and so there is no ratio."}


def test_what_unfolds_has_the_units_that_suffer_most():
    view, live = drawn()
    unfolded = [block for row in live.rows for block in row.words if isinstance(block, Fold)]
    assert len(unfolded) == len(LAYERS)
    assert unfolded[0].title.startswith("6 units, 300 values each, at test: mean ")
    assert unfolded[2].title.endswith("variance 0, 100 % zeros")
    table = unfolded[0].blocks[0]
    assert [row[0] for row in table.rows] == [str(unit.index) for unit in view.layers[0].worst]


def test_the_example_is_a_network_that_goes_from_fine_to_too_much():
    live = network_live(network_view(dv.report(RECORD, rate=0.3, bound=float(BOUND.default))))
    assert len(live.rows) == 4
    for at in range(4):
        judged = live.texts[f"judged-{at}"]
        assert (judged[live.nearest(0.3)], judged[-1]) == ("✓ Fine", "✗ Too much")


def test_names_of_a_file_are_text():
    hostile = "<img src=x onerror=alert(1)> {finding} $x$"
    _, live = drawn({hostile: [1.0, 2.0], "b": [1.0, 3.0]})
    assert live.rows[0].words[0].spans == hostile
    assert live.payload(0.3)["rows"][0]["words"][0]["spans"] == hostile
