"""A row of attention weights and a branch, simulated: sums of mean 1, spread as their weights say, true errors."""

from dataclasses import replace

import numpy as np
import pytest

import dropviz as dv
from dropviz.simulation.where.residual import ResidualConfig, attended

CONFIG = ResidualConfig(rates=dv.rate_grid(0.0, 0.95, 0.05))
FOUND = attended(CONFIG)
AT = CONFIG.rates.index(0.3)
QUANTITIES = ("mean", "deviation", "branch")
EVERY = {
    "default": {},
    "one key": {"keys": 1},
    "even": {"spread": 0.0},
    "sharp": {"spread": 10.0, "keys": 256},
}


@pytest.mark.parametrize("changes", EVERY.values(), ids=EVERY)
def test_what_is_simulated_lies_within_five_errors_of_what_is_exact(changes):
    found = attended(replace(CONFIG, **changes))
    for quantity in QUANTITIES:
        estimate = found.estimates(quantity)
        off, known = np.abs(estimate.simulated - estimate.exact), np.isfinite(estimate.error)
        assert (off <= 5.0 * estimate.error + 1e-14)[known].all(), quantity
        assert (estimate.error[..., 1:] > 0.0)[known[..., 1:]].all()
        assert known[..., AT].all()


def test_errors_are_those_of_many_seeds():
    few = replace(CONFIG, rates=(0.3,), masks=400, spread=0.5)
    found = [attended(replace(few, seed=seed)) for seed in range(300)]
    for quantity in QUANTITIES:
        scores = np.array(
            [(one.simulated - one.exact) / one.error for one in (each.estimates(quantity) for each in found)]
        )
        assert (scores.var(axis=0) > 0.75).all(), quantity
        assert (scores.var(axis=0) < 1.3).all(), quantity


def test_a_row_is_a_softmax_and_its_sum_has_mean_1_and_variance_r_over_k_times_its_squares():
    assert FOUND.weights.sum() == pytest.approx(1.0)
    assert (FOUND.weights > 0.0).all()
    assert (FOUND.exact_mean == 1.0).all()
    assert FOUND.exact_deviation[AT] ** 2 == pytest.approx(0.3 / 0.7 * float(np.square(FOUND.weights).sum()))
    assert FOUND.square_sum == pytest.approx(float(np.square(FOUND.weights).sum()))


def test_every_row_lies_between_one_that_is_even_and_one_of_one_key():
    for changes in EVERY.values():
        found = attended(replace(CONFIG, masks=2, **changes))
        assert (found.even_deviation <= found.exact_deviation + 1e-12).all()
        assert (found.exact_deviation <= found.one_deviation + 1e-12).all()
    even = attended(replace(CONFIG, masks=2, spread=0.0))
    np.testing.assert_allclose(even.exact_deviation, even.even_deviation)
    np.testing.assert_allclose(even.one_deviation, np.sqrt(CONFIG.keys) * even.even_deviation)


def test_at_rate_0_the_row_sums_to_1():
    assert FOUND.deviation[0] == 0.0
    assert FOUND.mean[0] == pytest.approx(1.0)
    assert (FOUND.branch[:, 0] == 1.0).all()


@pytest.mark.parametrize(("part", "message"), [({"keys": 0}, "keys"), ({"spread": -1.0}, "spread")])
def test_what_is_out_of_range_is_refused_by_name(part, message):
    with pytest.raises(ValueError, match=message):
        replace(CONFIG, **part)
