"""Units behind shared masks: what is simulated lies at the closed forms, and masks are shared as it is said."""

from dataclasses import replace

import numpy as np
import pytest

import dropviz as dv
from dropviz.simulation.where.groups import KINDS, GroupsConfig, grouped

RATES = dv.rate_grid(0.0, 0.95, 0.05)
CONFIG = GroupsConfig(rates=RATES)
FOUND = grouped(CONFIG)
AT = RATES.index(0.3)


@pytest.mark.parametrize("quantity", ["mean", "deviation", "covariance"])
@pytest.mark.parametrize("config", [CONFIG, replace(CONFIG, channels=1), replace(CONFIG, places=1, seed=11)])
def test_what_is_simulated_lies_within_five_errors_of_what_is_exact(config, quantity):
    estimate = grouped(config).estimates(quantity)
    known = np.isfinite(estimate.error)
    assert (np.abs(estimate.simulated - estimate.exact) <= 5.0 * estimate.error + 1e-14)[known].all()
    assert (estimate.error[:, 1:] > 0.0)[known[:, 1:]].all()
    assert known[:, AT].all()


def test_what_all_masks_share_has_no_error_near_one_half():
    # there z is one of two values as far from its mean, and its square hardly varies
    path = KINDS.index("path")
    assert np.isnan(FOUND.estimates("deviation").error[path, RATES.index(0.5)])
    assert np.isnan(FOUND.estimates("covariance").error[path, RATES.index(0.5)])
    assert np.isfinite(FOUND.estimates("mean").error).all()


@pytest.mark.parametrize("values", [[0.0], [3.0], [-1.0, 1.0], [1e15, 1.0, -2.0], [1e-15, 0.0]])
def test_a_person_s_own_values_have_the_same_law(values):
    found = grouped(replace(CONFIG, activations=dv.Empirical(values), seed=4))
    size = float(np.abs(values).max())
    for quantity, unit in (("mean", size), ("deviation", size), ("covariance", size**2)):
        estimate = found.estimates(quantity)
        off, known = np.abs(estimate.simulated - estimate.exact), np.isfinite(estimate.error)
        assert (off <= 5.0 * estimate.error + 1e-13 * unit)[known].all()


def test_errors_are_those_of_many_seeds():
    few = replace(CONFIG, masks=400, rates=(0.3,), places=4)
    found = [grouped(replace(few, seed=seed)) for seed in range(200)]
    for quantity in ("mean", "deviation", "covariance"):
        scores = np.array(
            [(one.simulated - one.exact) / one.error for one in (each.estimates(quantity) for each in found)]
        )
        assert (scores.var(axis=0) > 0.75).all(), quantity
        assert (scores.var(axis=0) < 1.35).all(), quantity


def test_the_mean_is_the_same_and_the_variance_that_of_the_groups():
    np.testing.assert_array_equal(FOUND.exact_mean, FOUND.tested)
    path = np.sqrt(0.3 / 0.7) * FOUND.tested
    assert FOUND.exact_deviation[KINDS.index("path"), AT] == pytest.approx(path)
    element, channel, _, weight = FOUND.exact_deviation[:, AT]
    assert element < channel < path
    assert weight == element


def test_units_behind_weights_of_their_own_masks_are_apart():
    covariance = dict(zip(KINDS, FOUND.exact_covariance[:, AT], strict=True))
    assert covariance["weight"] == 0.0
    assert covariance["path"] > covariance["channel"] > covariance["element"] > 0.0


def test_at_rate_0_every_mask_gives_the_same():
    assert (FOUND.deviation[:, 0] == 0.0).all()
    np.testing.assert_allclose(FOUND.mean[:, 0], FOUND.tested)


def test_one_place_a_channel_makes_a_channel_an_element():
    found = grouped(replace(CONFIG, places=1))
    np.testing.assert_allclose(found.exact_deviation[0], found.exact_deviation[1])


@pytest.mark.parametrize(("part", "message"), [({"channels": 0}, "channels"), ({"places": 17}, "places")])
def test_what_is_out_of_range_is_refused_by_name(part, message):
    with pytest.raises(ValueError, match=message):
        replace(CONFIG, **part)
