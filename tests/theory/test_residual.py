"""A sum of which dropout scales one branch: its factor from the mean of both parts."""

import numpy as np
import pytest

from dropviz.theory.residual import factor_of_sum

RATES = np.array([0.0, 0.1, 0.5, 0.95])


@pytest.mark.parametrize(("x", "f"), [(1.0, 4.0), (2.0, 2.0), (0.0, 3.0), (3.0, 0.0)])
def test_the_factor_is_the_mean_in_training_over_the_sum_at_test(x, f):
    mean = (1.0 - RATES) * (x + f) + RATES * x  # over both masks
    np.testing.assert_allclose(factor_of_sum(RATES, f / (x + f)), mean / (x + f))


def test_a_branch_alone_needs_keep_and_none_needs_nothing():
    np.testing.assert_allclose(factor_of_sum(RATES, 1.0), 1.0 - RATES)
    np.testing.assert_array_equal(factor_of_sum(RATES, 0.0), 1.0)


def test_a_rate_out_of_range_is_refused():
    with pytest.raises(ValueError, match="rate must be"):
        factor_of_sum(1.0, 0.5)
