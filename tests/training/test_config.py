import numpy as np

from dropviz.training.config import same_path


def test_the_factor_is_one_over_the_square_of_keep_for_sgd_and_one_over_keep_for_adam():
    rates = np.array([0.0, 0.3, 0.95])
    found = same_path(rates.tolist())
    np.testing.assert_allclose(found["SGD"], (1.0 - rates) ** -2)
    np.testing.assert_allclose(found["Adam"], 1.0 / (1.0 - rates))
