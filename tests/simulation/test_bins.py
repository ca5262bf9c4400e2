"""Histograms against NumPy's own, a row at a time."""

import numpy as np
import pytest

from dropviz.simulation.bins import even_edges, shares


def test_each_row_is_numpys_histogram():
    samples = np.random.default_rng(0).normal(size=(5, 4000)) * np.arange(1.0, 6.0)[:, None]
    edges = even_edges(-2.0, 3.0, 25)
    share, outside = shares(samples, edges)
    for row, sample in enumerate(samples):
        counts = np.histogram(sample, edges)[0]
        np.testing.assert_allclose(share[row], counts / 4000, rtol=1e-12)
        assert outside[row] == pytest.approx(((sample < -2.0) | (sample > 3.0)).mean(), abs=1e-15)


def test_what_is_not_counted_takes_its_share_with_it():
    samples = np.array([[0.5, 1.5, 9.0, 0.6], [0.5, 0.5, 0.5, -9.0]])
    counted = np.array([[True, True, True, False], [False, False, True, False]])
    share, outside = shares(samples, np.array([0.0, 1.0, 2.0]), counted)
    assert share.tolist() == [[0.25, 0.25], [0.25, 0.0]]
    assert outside.tolist() == [0.25, 0.0]


def test_an_undefined_row_stays_undefined():
    share, outside = shares(np.array([[np.nan, np.nan], [0.5, 1.5]]), np.array([0.0, 1.0, 2.0]))
    assert np.isnan(share[0]).all()
    assert np.isnan(outside[0])
    assert share[1].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (3.0, 3.0), (1e9, 1e9), (-1e9, -1e9 + 1e-3)])
def test_edges_of_one_value_lie_around_it(low, high):
    edges = even_edges(low, high, 10)
    assert edges[0] < low <= high < edges[-1]
    assert (np.diff(edges) > 0.0).all()
