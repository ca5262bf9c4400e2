"""The live figure: traces that move take their data from their tracks, at the place that is asked for."""

import base64

import numpy as np
import pytest

from dropviz.live.figure import LiveFigure, Track

RATES = (0.0, 0.25, 0.5, 0.9)
Y, X = np.arange(8.0).reshape(4, 2), 10.0 + np.arange(8.0).reshape(4, 2)
POINTS = np.array([5.0, 6.0])
LIVE = LiveFigure(
    figure={
        "data": [
            {"name": "still"},
            {"name": "moves", "x": [1, 2]},
            {"name": "wanders"},
            {"name": "points", "y": POINTS},
        ],
        "layout": {"height": 100},
    },
    rates=RATES,
    tracks=[Track(1, Y), Track(2, Y, X), Track(3, POINTS[np.newaxis])],
    alt="",
)


@pytest.mark.parametrize(("rate", "index"), [(0.0, 0), (0.3, 1), (0.37, 1), (0.38, 2), (0.99, 3), (5.0, 3)])
def test_it_is_drawn_at_the_nearest_place(rate, index):
    assert LIVE.nearest(rate) == index
    still, moves, wanders, points = LIVE.drawn(rate)["data"]
    assert still == {"name": "still"}
    assert moves["x"] == [1, 2]
    np.testing.assert_array_equal(moves["y"], Y[index])
    np.testing.assert_array_equal(wanders["x"], X[index])
    np.testing.assert_array_equal(points["y"], POINTS)
    figure = LIVE.to_figure(rate)
    assert figure.layout.sliders[0].active == index
    np.testing.assert_array_equal(figure.data[2].x, X[index])
    np.testing.assert_array_equal(figure.frames[index].data[1].x, X[index])
    payload = LIVE.payload(rate)
    assert payload["start"] == index
    sent = base64.b64decode(payload["figure"]["data"][2]["x"]["bdata"])
    np.testing.assert_array_equal(np.frombuffer(sent, "<f8"), X[index])


def test_drawing_it_at_one_place_leaves_the_figure_as_it_was():
    LIVE.drawn(0.9)
    assert LIVE.figure["data"][1] == {"name": "moves", "x": [1, 2]}
