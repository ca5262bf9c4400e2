"""The error function; the rest of the module is held by the sources that use it."""

import math

import numpy as np

from dropviz.theory.normal import erf, normal_quantile


def test_erf_is_that_of_math():
    x = np.concatenate((np.linspace(-7, 7, 20_011), [0.0, -0.0, 1e-300, 1e300, -np.inf, np.inf, np.nan]))
    np.testing.assert_allclose(erf(x), [math.erf(value) for value in x], rtol=0, atol=1e-13)


def test_quantiles_of_nothing_are_nothing():
    assert normal_quantile([]).shape == (0,)
    assert normal_quantile(0.5) == 0.0
