"""Behind BatchNorm: the closed forms against moments and Li's variance shift, and standard = inverted."""

import numpy as np
import pytest

from dropviz.simulation.variance_shift import exact_variance_shift
from dropviz.theory.activations import RELU
from dropviz.theory.moments import exact_moments
from dropviz.theory.normalisation import behind_batch_norm, change_by_forgetting

RATES = np.array([0.0, 0.1, 0.3, 0.5, 0.95])
MU, V = RELU.exact_mean, RELU.exact_variance


def test_the_numbers_with_the_factor_and_without_it():
    with_factor, forgotten = (behind_batch_norm(name, 0.3, MU, V, 1.0) for name in ("standard", "none"))
    assert with_factor.variance == pytest.approx(0.61, abs=0.005)
    assert forgotten.variance == pytest.approx(1.25, abs=0.005)
    assert with_factor.mean == 0.0
    assert forgotten.mean == pytest.approx(0.22, abs=0.01)


@pytest.mark.parametrize("name", ["standard", "inverted", "none", "both"])
def test_a_unit_of_one_input_has_the_moments_of_that_input(name):
    behind = behind_batch_norm(name, RATES, MU, V, 1.0)
    train, test = (exact_moments(name, phase, RATES, MU, V) for phase in ("train", "test"))
    np.testing.assert_allclose(behind.variance, test.variance / train.variance)
    np.testing.assert_allclose(behind.mean, (test.mean - train.mean) / np.sqrt(train.variance), atol=1e-12)


def test_with_the_factor_it_is_the_variance_shift_of_uncorrelated_inputs():
    shift = exact_variance_shift(RATES, MU, V, 0.0, 5.0)
    np.testing.assert_allclose(behind_batch_norm("standard", RATES, MU, V, 5.0).variance, shift)
    np.testing.assert_allclose(behind_batch_norm("inverted", RATES, MU, V, 5.0).variance, shift)


def test_forgetting_changes_the_output_by_the_part_that_is_missing():
    """(z − k·z)/deviation: its mean square, from the mean and variance of z without dropout."""
    forgotten = behind_batch_norm("none", RATES, MU, V, 2.5)
    square = RATES**2 * forgotten.variance * (V + MU**2 * 2.5) / V
    np.testing.assert_allclose(change_by_forgetting(RATES, MU, V, 2.5), np.sqrt(square))


def test_inputs_that_are_all_0_have_no_output():
    for found in (
        *behind_batch_norm("none", RATES, 0.0, 0.0, 1.0),
        change_by_forgetting(RATES, 0.0, 0.0, 1.0),
    ):
        assert np.isnan(found).all()


def test_an_unknown_strategy_and_a_rate_out_of_range_are_refused():
    with pytest.raises(ValueError, match="strategy"):
        behind_batch_norm("batch", 0.3, MU, V, 1.0)
    with pytest.raises(ValueError, match="rate must be"):
        change_by_forgetting(1.0, MU, V, 1.0)


def test_means_are_off_by_the_root_of_the_alignment():
    one, nine = (behind_batch_norm("none", RATES, MU, V, alignment).mean for alignment in (1.0, 9.0))
    np.testing.assert_allclose(nine, 3.0 * one)
