"""What the first screen shows beside the moments: every unit is counted once, on axes that stay from draw to draw."""

from dataclasses import replace

import numpy as np
import pytest

import dropviz as dv
from dropviz.settings.sources import SOURCES
from dropviz.simulation.first_screen import CROWD, crowd, first_look

EVERY = tuple(dv.strategies())
CONFIG = dv.SweepConfig(dv.Normal(relu=True), 5000, dv.rate_grid(0.0, 0.95, 0.05), EVERY, 3)


@pytest.mark.parametrize("name", EVERY)
def test_bins_the_mass_at_0_and_what_is_beyond_make_a_whole(name):
    picture = first_look(dv.sweep(CONFIG)).distributions[name]
    train, test = (picture.masses[phase] for phase in ("train", "test"))
    defined = np.isfinite(train.share)
    whole = picture.train.sum(axis=1) + train.share + picture.outside
    np.testing.assert_allclose(whole[defined], 100.0)
    assert (picture.outside[defined] > -1e-9).all()
    assert defined[0] == (name != "wrong_train")  # which divides by rate 0
    assert (picture.test.sum(axis=1) + test.share <= 100.0 + 1e-9).all()
    assert len(picture.test) == (1 if dv.strategies()[name].test_scale.symbol == "1" else len(CONFIG.rates))


def test_a_mass_at_0_is_what_was_dropped_or_0_before():
    train = first_look(dv.sweep(CONFIG)).distributions["inverted"].masses["train"]
    expected = 100.0 * (1.0 - 0.5 * (1.0 - np.array(CONFIG.rates)))
    np.testing.assert_allclose(train.share, expected, atol=5 * 100 * 0.5 / 5000**0.5)
    assert not train.at.any()


def test_another_draw_has_the_same_axes():
    one, other = (
        first_look(dv.sweep(replace(CONFIG, seed=seed))).distributions["inverted"] for seed in (1, 2)
    )
    np.testing.assert_array_equal(one.edges, other.edges)
    assert one.top == other.top
    assert (one.train != other.train).any()


def test_what_nobody_looks_at_is_not_counted_and_the_units_are_the_same():
    counted, few = (first_look(dv.sweep(CONFIG), counted=some) for some in (True, False))
    assert few.distributions == {}
    np.testing.assert_array_equal(few.units.activation, counted.units.activation)
    np.testing.assert_array_equal(few.dozen.activation, counted.dozen.activation)


def test_a_sweep_of_few_units_shows_them_all():
    seen = first_look(dv.sweep(replace(CONFIG, units=10)), units=16).units
    assert len(seen.activation) == 10
    assert len(first_look(dv.sweep(CONFIG), units=16).units.activation) == 16


LAWS = {name: source.make(*(one.default for one in source.settings)) for name, source in SOURCES.items()}
LAWS |= {
    "all 0": dv.Constant(0.0),
    "large": dv.Constant(1e6),
    "few": dv.Empirical(np.array([-1.0, 0.0, 7.0])),
}


@pytest.mark.parametrize("law", LAWS.values(), ids=LAWS)
def test_the_crowd_is_the_law_itself_and_its_mean_the_exact_one(law):
    edges, share, zero = crowd(law)
    assert zero + share.sum() == pytest.approx(100.0)
    assert (np.diff(edges) > 0.0).all()
    middles = 0.5 * (edges[1:] + edges[:-1])
    within = (
        0.5 * (edges[1] - edges[0]) + 0.01 * law.exact_variance**0.5
    )  # what is rarer than a quantile counts
    assert float(middles @ share) / 100.0 == pytest.approx(law.exact_mean, abs=within)
    drawn = law.sample(np.random.default_rng(1), 100_000)
    at_zero = float((drawn == 0.0).mean())
    error = 5.0 * (at_zero * (1.0 - at_zero) / len(drawn)) ** 0.5
    assert zero / 100.0 == pytest.approx(at_zero, abs=error + 1.0 / CROWD)
