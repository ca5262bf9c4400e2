"""Few bits, simulated: survivors lie at the closed forms, with errors that are neither too large nor too small."""

from dataclasses import replace

import numpy as np
import pytest

import dropviz as dv
from dropviz.simulation.where.precision import PrecisionConfig, low_precision

CONFIG = PrecisionConfig(rates=dv.rate_grid(0.0, 0.95, 0.05))
QUANTITIES = ("one_factor", "all_factor", "one_mask", "all_mask")


@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("layers", [1, 12, 100])
def test_what_is_simulated_lies_within_five_errors_of_what_is_exact(layers, quantity):
    estimate = low_precision(replace(CONFIG, layers=layers)).estimates(quantity)
    assert (np.abs(estimate.simulated - estimate.exact) <= 5.0 * estimate.error + 1e-9).all()
    assert (estimate.error[..., 1:] > 0.0).all()


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_errors_are_those_of_many_seeds(quantity):
    found = [
        low_precision(replace(CONFIG, seed=seed, rates=(0.1, 0.7))).estimates(quantity) for seed in range(300)
    ]
    scores = np.array([(one.simulated - one.exact) / one.error for one in found])
    assert (scores.var(axis=0) > 0.75).all()
    assert (scores.var(axis=0) < 1.3).all()


def test_at_rate_0_nothing_is_off():
    found = low_precision(CONFIG)
    assert [found.estimates(name).simulated[..., 0].max() for name in QUANTITIES] == [0.0] * 4
    assert found.byte_rate[0] == 0.0
    assert (found.factors[:, 0] == 1.0).all()


def test_what_is_out_of_range_is_refused_by_name():
    with pytest.raises(ValueError, match="layers must be an integer from 1 to 100"):
        PrecisionConfig(layers=0)
