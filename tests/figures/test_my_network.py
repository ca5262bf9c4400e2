"""A network, drawn: a row a layer, on axes that compare, with a verdict that the numbers bear out."""

import re

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.my_network import network_live
from dropviz.layers.layer_report import ratio_of
from dropviz.layers.network_view import network_view
from dropviz.live.panels import Line
from dropviz.live.words import Fold, Heading
from dropviz.numbers.written import plain
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
            expected = "–" if np.isnan(ratio) else "✗ Too much" if ratio > bound * (1 + 1e-12) else "✓ Fine"
            of_units = [
                ratio_of(view.rates[place], *moments)
                for moments in zip(layer.report.mean, layer.report.variance, strict=True)
            ]
            if expected == "✓ Fine" and any(one > bound * (1 + 1e-12) for one in of_units):
                expected = "✓ Mostly fine"
            assert judged[place] == expected, (layer.report.name, view.rates[place], ratio)
            if expected != "–":
                assert said[place].startswith(f"× {plain(ratio, 3)}, ")
                largest = float(re.search(r"up to rate ([\d.]+)\.$", said[place])[1])
                known = layer.report.all_largest_rate
                assert max(known - 0.01, 0.9 * known) <= largest <= known + 1e-9  # two digits, rounded down
                assert f"at most × {bound:g} " in said[place]


def test_the_finding_counts_the_layers_above_the_bound():
    view, live = drawn()
    for at, (rate, said) in enumerate(zip(view.rates, live.texts["finding"], strict=True)):
        if rate == 0.0:
            assert said == "At rate 0 nothing is dropped: training and test are the same."
        else:
            above = sum(layer.ratios[at] > 2.0 for layer in view.layers)
            assert f"in far, the most of 4 layers; {above or 'none'} above × 2." in said
        assert live.texts["summary"][at].endswith(said)


@pytest.mark.parametrize("layers", [{"a": [0.0, 0.0]}, {"a": np.full((3, 2), 7.0), "b": [1.0]}])
def test_a_network_without_variance_says_so_at_every_rate(layers):
    _, live = drawn(layers)
    assert set(live.texts["finding"][1:]) == {"Here no layer has any variance, and so there is no ratio."}


def test_what_unfolds_has_the_units_that_suffer_most():
    view, live = drawn()
    unfolded = [block for row in live.rows for block in row.words if isinstance(block, Fold)]
    assert len(unfolded) == len(LAYERS)
    assert [fold.title for fold in unfolded] == ["6 units", "3 units", "2 units", "1 unit"]
    facts, table, *_ = unfolded[0].blocks
    assert facts.spans.startswith("At test, 300 values of each: mean ")
    assert unfolded[2].blocks[0].spans.endswith("variance 0, 100 % zeros.")
    assert [row[0] for row in table.rows] == [str(unit.index) for unit in view.layers[0].worst]


def test_the_example_is_a_network_that_goes_from_fine_to_too_much():
    live = network_live(network_view(dv.report(RECORD, rate=0.3, bound=float(BOUND.default))))
    assert len(live.rows) == 4
    for at in range(4):
        judged = live.texts[f"judged-{at}"]
        # at this rate all values of a layer stay within the bound, and its worst unit does not
        assert (judged[1], judged[live.nearest(0.3)], judged[-1]) == ("✓ Fine", "✓ Mostly fine", "✗ Too much")


def test_a_layer_that_is_called_a_number_is_no_number():
    _, live = drawn({"0": RNG.normal(size=9), "8": RNG.normal(5.0, 1.0, size=9)})
    assert "in layer 8, the most of 2 layers" in live.texts["finding"][30]


def test_names_of_a_file_are_text():
    hostile = "<img src=x onerror=alert(1)> {finding} $x$"
    _, live = drawn({hostile: [1.0, 2.0], "b": [1.0, 3.0]})
    assert live.rows[0].words[0].spans == hostile
    assert live.payload(0.3)["rows"][0]["words"][0]["spans"] == hostile
