"""What networks give is float32: every closed form takes it as the float64 of the same value, and so loses no digit."""

import numpy as np
import pytest

from dropviz.theory.activations import Exponential, Sparse, Uniform
from dropviz.theory.measured import Empirical
from dropviz.theory.moments import mean_ratio
from dropviz.theory.noise import noises
from dropviz.theory.penalty import dropout_ridge, linear_penalty, logistic_penalty
from dropviz.theory.strategies import INVERSE_KEEP, INVERSE_RATE, strategy
from dropviz.theory.survivors import survivor_sums

RNG = np.random.default_rng(2)
TABLE, ROW = RNG.normal(size=(6, 3)).astype(np.float32), RNG.uniform(0.1, 0.9, 3).astype(np.float32)


@pytest.mark.parametrize(
    ("closed", "given"),
    [
        (Uniform(0.1, 1.3).quantile, (ROW,)),
        (Exponential(1.3).quantile, (ROW,)),
        (Sparse(0.2, 1.3).quantile, (ROW,)),
        (Empirical(np.array([0.1, 0.7, 0.9])).quantile, (ROW,)),
        (lambda w, x: linear_penalty(w, x, [0.3]), (ROW, TABLE)),
        (lambda w, x: logistic_penalty(w, x, [0.3]), (ROW, TABLE)),
        (lambda x, y: dropout_ridge(x, y, [0.3]), (TABLE, TABLE[:, 0])),
        (lambda r: mean_ratio(strategy("none"), r), (ROW * ROW,)),  # small: 1 − r needs more digits than r
        *((factor, (ROW,)) for factor in (INVERSE_KEEP, INVERSE_RATE)),
        (lambda b: np.array(survivor_sums(b, 0.3)), (ROW,)),
        *(
            (lambda mu, row=row: np.array(row.noise_moments(0.3, mu, 1.0)), (ROW,))
            for row in noises().values()
        ),
        *(
            (lambda mu, row=row: np.array(row.output_moments(0.3, mu, 1.0)), (ROW,))
            for row in noises().values()
        ),
    ],
)
def test_float32_is_read_as_the_float64_of_the_same_value(closed, given):
    found, expected = closed(*given), closed(*(part.astype(np.float64) for part in given))
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, expected)


def test_a_factor_reads_integers_as_numbers():
    """NumPy's 1/x of integers is an integer."""
    np.testing.assert_array_equal(INVERSE_RATE([0, 1]), [np.nan, 1.0])
