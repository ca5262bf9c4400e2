import numpy as np
import pytest

from dropviz.schedules import annealed, compare_test_factors, constant, cosine
from dropviz.simulation.changing_rate import changing_rate


def test_annealing_to_0_moves_every_ratio_but_that_of_inverted():
    found = changing_rate(annealed(0.5, duration=1000), 1000)
    keep = 1.0 - 0.5 * (1.0 - found.steps / 1000)
    np.testing.assert_allclose(found.rates, 1.0 - keep)
    np.testing.assert_allclose(found.ratios, [1 / keep, 0.75 / keep, 0.5 / keep, np.ones_like(keep)])
    assert (found.first, found.last, found.varies) == (0.5, 0.0, True)


def test_the_cost_is_that_of_every_step_not_only_of_the_places():
    found = changing_rate(annealed(0.5, duration=1000), 1000)
    ratio = compare_test_factors(annealed(0.5, duration=1000), np.arange(1001)).mean_ratio
    np.testing.assert_allclose(found.mean_error, np.abs(ratio - 1.0).mean(axis=1))
    np.testing.assert_allclose(found.worst_ratio, [2.0, 1.5, 0.5, 1.0])
    assert found.worst_step[:3].tolist() == [0.0, 0.0, 1000.0]


def test_at_a_constant_rate_every_factor_is_right():
    found = changing_rate(constant(0.3), 100_000)
    assert not found.varies
    np.testing.assert_array_equal(found.ratios, 1.0)  # the mean of the rates leaves no rounding
    np.testing.assert_array_equal(found.mean_error, 0.0)
    np.testing.assert_allclose(found.factors, [0.7, 0.7, 0.7, 1.0])


@pytest.mark.parametrize(("total", "places"), [(10, 11), (200, 201), (1000, 201), (100_000, 201)])
def test_the_places_are_whole_steps_from_the_first_to_the_last(total, places):
    steps = changing_rate(cosine(0.5, 0.1, duration=total), total).steps
    assert (len(steps), steps[0], steps[-1]) == (places, 0.0, total)
    assert (steps == steps.round()).all()
    assert (np.diff(steps) > 0).all()
