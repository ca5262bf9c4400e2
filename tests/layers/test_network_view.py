"""What a page shows of a report: the right layers and units, at every rate."""

import numpy as np
import pytest

import dropviz as dv
from dropviz.layers.network_view import MOST_LAYERS, MOST_UNITS, network_view, table_rows
from dropviz.layers.recording import Recorded
from dropviz.layers.reports import report_on

RNG = np.random.default_rng(5)
UNITS = RNG.normal(size=(200, 7)) * np.arange(1, 8) + np.array([0.0, 1.0, -3.0, 0.0, 9.0, 2.0, 0.0])
UNITS[:, 6] = 4.0  # no variance


def view_of(layers, **options):
    return network_view(dv.report(layers, rate=0.3, bound=2.0), **options)


def test_a_layer_has_its_ratio_and_its_worst_units_at_every_rate():
    view = view_of({"fc": UNITS})
    (layer,) = view.layers
    assert view.rates.tolist() == list(dv.rate_grid(0.0, 0.95, 0.01))
    for at in (0, 30, 95):
        rate = float(view.rates[at])
        found = dv.report({"fc": UNITS}, rate=rate, bound=2.0).layers["fc"]
        assert layer.ratios[at] == pytest.approx(found.all_ratio, rel=1e-12)
        if rate:
            assert [unit.index for unit in layer.worst] == found.worst(MOST_UNITS)
        for unit in layer.worst:
            assert unit.ratios[at] == pytest.approx(found.ratio[unit.index], rel=1e-12)
            assert unit.largest_rate == found.largest_rate[unit.index]
        behind = found.behind_batch_norm
        assert layer.least_behind[at] == pytest.approx(np.nanmin(behind), rel=1e-12)
        assert layer.most_behind[at] == pytest.approx(np.nanmax(behind), rel=1e-12)
    assert view.worst == "fc"
    assert np.array_equal(view.worst_ratios, layer.ratios)


@pytest.mark.parametrize("values", [np.zeros((4, 3)), np.full((4, 1), 2.5), [1.0]])
def test_without_variance_there_is_no_worst(values):
    view = view_of({"fc": values})
    (layer,) = view.layers
    assert (view.worst, layer.worst) == ("", ())
    assert np.isnan(view.worst_ratios).all()
    assert np.isnan(layer.least_behind).all()
    assert np.isnan(view.largest_rates).all()


def test_of_many_layers_those_that_suffer_most_are_shown_in_their_order():
    layers = {f"layer {at}": RNG.normal(at % 5, 1.0, size=(50, 2)) for at in range(40)}
    view = view_of(layers)
    report = dv.report(layers, rate=0.3)
    ratios = {name: layer.all_ratio for name, layer in report.layers.items()}
    worst = sorted(ratios, key=lambda name: -ratios[name])[:MOST_LAYERS]
    assert [layer.report.name for layer in view.layers] == [name for name in layers if name in worst]
    assert view.worst == worst[0]
    assert len(view.largest_rates) == 40
    last = view_of(layers, first=36)
    assert [layer.report.name for layer in last.layers] == [f"layer {at}" for at in range(36, 40)]
    assert last.worst == view.worst


def test_the_table_has_every_layer_and_no_number_that_is_none():
    rows = table_rows(dv.report({"fc": UNITS, "dead": np.zeros((3, 2))}, rate=0.3))
    assert [row["layer"] for row in rows] == ["fc", "dead"]
    assert rows[0]["its worst unit"] == dv.report({"fc": UNITS}, rate=0.3).layers["fc"].worst(1)[0]
    assert rows[1]["variance ×"] is None
    assert rows[1]["always 0"] == 2


def test_layers_seen_in_training_only_are_named():
    table = np.array([[4.0], [1.0], [1.0], [0.0], [1.0], [0.0]])
    report = report_on([Recorded("a", table, None), Recorded("b", None, table)], 0.3, 2.0)
    assert network_view(report).left_out == ("b",)
