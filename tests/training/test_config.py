import numpy as np

from dropviz.training.config import learning_rate_factors


def test_the_factor_is_one_over_the_square_of_keep_for_sgd_and_one_over_keep_for_adam():
    rates = np.array([0.0, 0.3, 0.95])
    found = learning_rate_factors(rates.tolist())
    np.testing.assert_allclose(found["SGD"], (1.0 - rates) ** -2)
    np.testing.assert_allclose(found["Adam"], 1.0 / (1.0 - rates))
