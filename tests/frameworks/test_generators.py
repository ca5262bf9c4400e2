import random

import numpy as np
import pytest

from dropviz.frameworks.generators import generators_kept

MAKE = {
    "NumPy": lambda: np.random.default_rng(0),
    "NumPy, Mersenne Twister": lambda: np.random.Generator(np.random.MT19937(0)),
    "NumPy, old": lambda: np.random.RandomState(0),
    "Python": lambda: random.Random(0),
}


def drawn(draws):
    return [draws.random() for _ in range(3)]


def fails(draws):
    with generators_kept([None, draws]):
        drawn(draws)
        raise ZeroDivisionError


@pytest.mark.parametrize("name", MAKE)
def test_a_generator_comes_back_as_it_was_from_an_error_too(name):
    draws = MAKE[name]()
    with pytest.raises(ZeroDivisionError):
        fails(draws)
    assert drawn(draws) == drawn(MAKE[name]())
