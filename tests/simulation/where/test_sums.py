"""Histograms of what masks give: shares of all masks, and axes that hold what they are to hold."""

import numpy as np

from dropviz.simulation.where.sums import mask_histogram, near

RATES = (0.0, 0.15, 0.6, 0.9)


def test_shares_and_what_is_beyond_make_up_all_masks():
    samples = [np.random.default_rng(kind).normal(1.0, 0.5, (500, 4)) for kind in range(2)]
    found = mask_histogram(samples, RATES, 0.0, 1.8)
    np.testing.assert_allclose(found.shares.sum(axis=2) / 100.0 + found.outside, 1.0)
    assert (found.outside > 0.0).all()
    assert (found.edges[0], found.edges[-1]) == (0.0, 1.8)
    counted, _ = np.histogram(samples[1][:, 2], found.edges)
    np.testing.assert_allclose(found.shares[1, 2], counted / 5.0)


def test_the_axis_ends_above_the_tallest_bar_at_a_small_rate():
    samples = np.linspace(0.0, 1.0, 480)[:, None] * np.array([0.0, 1.0, 1.0, 1.0])
    found = mask_histogram([samples], RATES, 0.0, 1.0)
    assert found.shares[0, 1].max() < found.top < 100.0
    assert found.shares[0, 0].max() == 100.0
    assert mask_histogram([0.0 * samples], RATES, 0.0, 0.0).top == 105.0


def test_the_nearest_rate():
    assert [near(RATES, rate) for rate in (0.0, 0.2, 1.0)] == [0, 1, 3]
