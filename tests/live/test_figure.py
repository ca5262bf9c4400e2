"""The live figure: rows of panels whose marks have a value a place, and a payload that starts where it is told."""

import base64
import json
from dataclasses import replace

import numpy as np
import pytest

from dropviz.live.figure import LiveFigure, UnitRow, Variant
from dropviz.live.panels import Axis, Line, Panel, Path, Row
from dropviz.live.words import Paragraph
from dropviz.numbers.estimate import Estimate

RATES = (0.0, 0.25, 0.5, 0.9)
Y, X = np.arange(8.0).reshape(4, 2), 10.0 + np.arange(8.0).reshape(4, 2)
POINTS = np.array([5.0, 6.0])
AXES = Axis("across", 0.0, 20.0), Axis("up", 0.0, 10.0)
STILL = Panel("stands", *AXES, [Path("still", "ink", POINTS, POINTS)], 50)
MOVES = Panel("moves", *AXES, [Path("wanders", "inverted", X, Y), Path("rises", "none", POINTS, Y)], 50)
OVER = Panel("over", *AXES, [Line("exact one", "both", Estimate(np.arange(4.0)))], 50, over=True)
LIVE = LiveFigure(
    rows=[Row([STILL, MOVES]), Row([OVER], [Paragraph("words")])],
    rates=RATES,
    alt="three panels",
    texts={"rate": ["a", "b", "c", "d"]},
    units=[(0.123456789, 2)],
    unit_rows=[UnitRow("standard", "standard", [1.0, None, 1.0, 1.0], [1.0] * 4)],
)


def sent(numbers):
    values = np.frombuffer(base64.b64decode(numbers["data"]), "<f4")
    return values.reshape(-1, numbers["points"])


def test_panels_are_those_of_the_rows_from_the_top():
    assert LIVE.panels == [STILL, MOVES, OVER]


@pytest.mark.parametrize(("rate", "index"), [(0.0, 0), (0.3, 1), (0.37, 1), (0.38, 2), (0.99, 3), (5.0, 3)])
def test_it_is_drawn_at_the_nearest_place(rate, index):
    assert LIVE.nearest(rate) == index
    figure = LIVE.to_figure(rate)
    still, wanders, rises, line, cursor = figure.data
    assert [trace.name for trace in (still, wanders, rises, line, cursor)] == [
        "still",
        "wanders",
        "rises",
        "exact one, exact",
        "this rate",
    ]
    np.testing.assert_array_equal(still.y, POINTS)
    np.testing.assert_array_equal(wanders.x, X[index])
    np.testing.assert_array_equal(wanders.y, Y[index])
    np.testing.assert_array_equal(rises.x, POINTS)
    np.testing.assert_array_equal(rises.y, Y[index])
    np.testing.assert_array_equal(line.y, np.arange(4.0))
    assert cursor.x[0] == RATES[index]
    assert figure.layout.sliders[0].active == index
    np.testing.assert_array_equal(figure.frames[index].data[0].x, X[index])
    assert LIVE.payload(rate)["start"] == index


def test_the_payload_holds_every_place_of_what_moves_and_one_of_what_stands():
    (still,), (wanders, rises), (line,) = [
        panel["marks"] for row in LIVE.payload()["rows"] for panel in row["panels"]
    ]
    np.testing.assert_array_equal(sent(still["y"]), [POINTS])
    np.testing.assert_array_equal(sent(wanders["x"]), X)
    np.testing.assert_array_equal(sent(wanders["y"]), Y)
    np.testing.assert_array_equal(sent(rises["x"]), [POINTS])
    np.testing.assert_array_equal(sent(line["estimate"]["exact"]), [np.arange(4.0)])


def test_the_payload_is_json_as_every_browser_reads_it():
    payload = LIVE.payload()
    assert json.loads(json.dumps(payload, allow_nan=False)) == payload | {"units": [[0.123457, 2]]}
    tiny = replace(LIVE, units=[(-3.123456789e-7, 2), (1e6, 1)]).payload()["units"]
    assert tiny == [[-3.12346e-7, 2], [1e6, 1]]  # in digits that count, whatever their size
    assert payload["rates"] == list(RATES)
    assert [row["words"] for row in payload["rows"]] == [
        [],
        [{"block": "Paragraph", "spans": "words", "kind": ""}],
    ]
    assert payload["unitRows"] == [
        {"name": "standard", "color": "standard", "train": [1.0, None, 1.0, 1.0], "test": [1.0] * 4}
        | {"train_mean": [], "test_mean": []}
    ]


def seen(*errors, simulated=1.0):
    points = np.full(4, simulated), np.array([*errors, *[0.1] * (4 - len(errors))])
    return Row([Panel("p", *AXES, [Line("l", "both", Estimate(np.ones(4), *points))], 50, over=True)])


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, False),
        ({"texts": {"a": ["1", "2 ± ?"]}}, True),
        ({"texts": {"a": ["1 ±", "? 2"]}}, False),
        ({"variants": {"v": Variant([], {"a": ["1 ± ?"]}, "alt")}}, True),
        ({"variants": {"v": Variant([seen(np.nan)], {}, "alt")}}, True),
        ({"rows": [seen(0.1, np.nan)]}, True),
        ({"rows": [seen(0.1)]}, False),
        ({"rows": [seen(np.nan, np.nan, np.nan, np.nan, simulated=np.nan)]}, False),
    ],
)
def test_an_error_that_nobody_knows_is_explained_wherever_it_may_be_read(changes, told):
    live = replace(LIVE, **changes)
    assert bool(live.notes) is told
    assert bool(live.payload()["foot"]) is told
