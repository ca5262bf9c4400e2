import numpy as np
import pytest

from dropviz.simulation.where.penalty import PenaltyConfig, penalty

RATES = (0.0, 0.1, 0.3, 0.6, 0.9, 0.95)


@pytest.fixture(scope="module")
def found():
    return penalty(PenaltyConfig(rates=RATES, chains=24, seed=1))


@pytest.mark.parametrize("name", ["linear", "logistic", "weights"])
def test_simulated_meets_exact(found, name):
    estimate = getattr(found, name)
    off = np.abs(estimate.simulated - estimate.exact)
    assert (off <= 5.0 * estimate.error + 1e-9).all()


def test_at_rate_0_nothing_is_added_and_nothing_moves(found):
    for estimate in (found.linear, found.logistic):
        assert (estimate.exact[0], estimate.simulated[0], estimate.error[0]) == (0.0, 0.0, 0.0)
    assert found.quadratic[0] == 0.0
    np.testing.assert_allclose(found.weights.simulated[0], found.weights.exact[0], atol=1e-9)


def test_the_logistic_formula_is_too_large_at_high_rates(found):
    assert found.quadratic[-1] > 1.3 * found.logistic.exact[-1]
    # all moments of the noise begin with r, so small rates alone do not make it exact
    small = penalty(PenaltyConfig(rates=(1e-6,), chains=4, steps=20))
    assert abs(small.quadratic[0] / small.logistic.exact[0] - 1.0) > 0.01


def test_errors_are_those_of_many_seeds():
    """The z-scores of replicates have a variance near 1: no error is too small or too large."""
    config = [PenaltyConfig(rates=(0.3, 0.8), passes=50, chains=4, steps=20, seed=seed) for seed in range(60)]
    for name in ("linear", "logistic"):
        scores = []
        for each in config:
            estimate = getattr(penalty(each), name)
            scores.append((estimate.simulated - estimate.exact) / estimate.error)
        assert np.abs(np.mean(scores, axis=0)).max() < 0.5
        assert (np.abs(np.var(scores, axis=0) - 1.0) < 0.6).all()


def test_ridge_spreads_the_weight_over_the_copy(found):
    first, copy, other = found.weights.exact.T
    assert copy[0] < 0.2 * first[0]
    assert copy[3] > 0.4 * first[3]
    assert (np.diff(np.abs(other)) < 0.0).all()


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="examples must be an integer from 4 to 500; got 3"):
        PenaltyConfig(examples=3)
