"""Moments of values that come in parts are those of all of them at once."""

import numpy as np
import pytest

from dropviz.theory.running import LARGEST_FOURTH, Running


def running_of(values, cuts):
    seen = Running(values.shape[1])
    for part in np.split(values, cuts):
        seen.add(part)
    return seen


@pytest.mark.parametrize("cuts", [[], [1], [499], [3, 4, 200], list(range(1, 500))])
@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_parts_give_the_moments_of_the_whole(cuts, offset):
    values = np.random.default_rng(5).exponential(size=(500, 3)) * [1.0, 0.01, 100.0] + offset
    values[::7, 1] = 0.0
    centred = values - values.mean(axis=0)
    expected = np.stack([(centred**power).mean(axis=0) for power in (2, 3, 4)])
    count, mean, *moments, zeros = running_of(values, cuts).table()
    assert count.tolist() == [500.0] * 3
    np.testing.assert_allclose(mean, values.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(np.stack(moments), expected, rtol=1e-7 if offset else 1e-11)
    assert zeros.tolist() == np.count_nonzero(values == 0.0, axis=0).tolist()


@pytest.mark.parametrize("value", [0.0, 0.1, -1 / 3, 1e-200, LARGEST_FOURTH])
def test_a_unit_that_never_changes_has_no_variance_to_the_bit(value):
    seen = running_of(np.full((101, 2), value), [1, 7, 50])
    assert (seen.mean.tolist(), seen.variance.tolist()) == ([value] * 2, [0.0] * 2)


def test_the_largest_values_stay_within_float64():
    table = running_of(LARGEST_FOURTH * np.array([[1.0], [-1.0]] * 50), [3]).table()
    assert np.isfinite(table).all()
