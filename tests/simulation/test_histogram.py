"""Histogram and units against a count by hand."""

import numpy as np
import pytest

import dropviz as dv
from dropviz.simulation.histogram import binned, even_edges, even_units, histogram, some_units
from dropviz.simulation.sweep import draw_chunk

CONFIG = dv.SweepConfig(dv.Normal(relu=True), units=20_000, rates=(0.0, 0.3, 0.8), seed=5)


def outputs_by_hand(index):
    values, sizes = draw_chunk(CONFIG, 0, 0)
    first_dropped = np.repeat(np.arange(len(sizes)), sizes)
    return values[first_dropped > index]


@pytest.mark.parametrize("index", [0, 1, 2])
@pytest.mark.parametrize("scale", [0.25, 1.0, 3.0])
def test_shares_are_those_of_a_count_by_hand(index, scale):
    pictured = histogram(CONFIG)
    edges = scale * pictured.edges[::20]
    kept = outputs_by_hand(index) * scale
    counted = np.histogram(kept[kept != 0], edges)[0] / CONFIG.units
    (share,) = pictured.shares(slice(index, index + 1), np.array([scale]), edges)
    np.testing.assert_allclose(share, counted, atol=3 / CONFIG.units)
    assert pictured.zero[index] == pytest.approx(1 - np.count_nonzero(kept) / CONFIG.units, abs=1e-12)


def test_the_last_row_is_the_sample_without_dropout():
    values, _ = draw_chunk(CONFIG, 0, 0)
    assert histogram(CONFIG).zero[-1] == pytest.approx(np.mean(values == 0))


def test_an_undefined_or_zero_factor_leaves_no_share():
    pictured = histogram(CONFIG)
    assert (pictured.shares(slice(1, 2), np.array([0.0, np.nan]), pictured.edges) == 0.0).all()


def test_a_row_for_each_factor_is_that_of_the_factor_alone():
    pictured, scales = histogram(CONFIG), np.array([0.5, 1.0, 2.0])
    together = pictured.shares(slice(-1), scales, pictured.edges)
    for at, scale in enumerate(scales):
        alone = pictured.shares(slice(at, at + 1), np.array([scale]), pictured.edges)
        np.testing.assert_array_equal(together[at], alone[0])


def test_constant_activations_have_a_bin():
    pictured = histogram(dv.SweepConfig(dv.Constant(-2.0), units=100, rates=(0.0, 0.5)))
    assert pictured.below[0, -1] == 1.0
    assert pictured.edges[0] < -2.0 < pictured.edges[-1]


def test_units_come_with_the_rate_that_drops_them():
    values, sizes = draw_chunk(CONFIG, 0, 0)
    first_dropped = dict(zip(values[values > 0], np.repeat(np.arange(4), sizes)[values > 0], strict=True))
    units = some_units(CONFIG, 500)
    positive = units.activation > 0
    assert positive.sum() > 150
    assert [first_dropped[a] for a in units.activation[positive]] == units.dropped_at[positive].tolist()
    share = np.mean(units.dropped_at <= 1)
    assert abs(share - 0.3) < 5 * np.sqrt(0.3 * 0.7 / 500)


def test_each_row_is_numpys_histogram():
    samples = np.random.default_rng(0).normal(size=(5, 4000)) * np.arange(1.0, 6.0)[:, None]
    edges = even_edges(-2.0, 3.0, 25)
    share, outside = binned(samples, edges)
    for row, sample in enumerate(samples):
        counts = np.histogram(sample, edges)[0]
        np.testing.assert_allclose(share[row], counts / 4000, rtol=1e-12)
        assert outside[row] == pytest.approx(((sample < -2.0) | (sample > 3.0)).mean(), abs=1e-15)


def test_what_is_not_counted_takes_its_share_with_it():
    samples = np.array([[0.5, 1.5, 9.0, 0.6], [0.5, 0.5, 0.5, -9.0]])
    counted = np.array([[True, True, True, False], [False, False, True, False]])
    share, outside = binned(samples, np.array([0.0, 1.0, 2.0]), counted)
    assert share.tolist() == [[0.25, 0.25], [0.25, 0.0]]
    assert outside.tolist() == [0.25, 0.0]


def test_an_undefined_row_stays_undefined():
    share, outside = binned(np.array([[np.nan, np.nan], [0.5, 1.5]]), np.array([0.0, 1.0, 2.0]))
    assert np.isnan(share[0]).all()
    assert np.isnan(outside[0])
    assert share[1].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.0), (3.0, 3.0), (1e9, 1e9), (-1e9, -1e9 + 1e-3)])
def test_edges_of_one_value_lie_around_it(low, high):
    edges = even_edges(low, high, 10)
    assert edges[0] < low <= high < edges[-1]
    assert (np.diff(edges) > 0.0).all()


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.3, 0.5, 0.7, 0.95])
def test_a_dozen_units_have_the_mean_of_all_before_and_after_they_drop_out(rate):
    config = dv.SweepConfig(rates=dv.rate_grid(0.0, 0.95, 0.01))
    values, dropped_at = even_units(config, 12)
    kept = dropped_at > config.rates.index(rate)
    assert abs(kept.sum() - 12 * (1.0 - rate)) <= 1.0
    mean = config.activations.exact_mean
    assert values[kept].mean() == pytest.approx(
        mean, abs=(0.05 if kept.sum() % 2 == 0 else 0.7 / kept.sum()) * 1.0
    )


@pytest.mark.parametrize("units", [1, 2, 7, 12, 13])
def test_no_unit_is_picked_twice_however_few_there_are(units):
    config = dv.SweepConfig(dv.Normal(), units, (0.0, 0.5))
    picked = even_units(config, 12)
    everyone = draw_chunk(config, 0, 0)[0]
    assert len(set(picked.activation.tolist())) == len(picked.activation) == min(units, 12)
    assert set(picked.activation.tolist()) <= set(everyone.tolist())
