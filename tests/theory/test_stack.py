"""The exact moments of a stack of layers against all masks and all values."""

import itertools

import numpy as np
import pytest

from dropviz.simulation.layer import exact_z
from dropviz.theory.stack import stack_moments

RATES = np.array([0.0, 0.3, 0.8])


def enumerated(weights, rate, values):
    """Mean and covariance of y behind every layer: every value, equally likely, and every mask."""
    depth, width = weights.shape[:2]
    bits = np.array(list(itertools.product((0.0, 1.0), repeat=depth * width))).reshape(-1, depth, width)
    chance = np.prod(np.where(bits == 1.0, 1.0 - rate, rate), axis=(1, 2))
    found = []
    y = np.array(list(itertools.product(values, repeat=width)))[:, None] * np.ones((len(bits), 1))
    probability = np.broadcast_to(chance, y.shape[:2]).ravel() / len(y)
    for layer in range(depth):
        y = (y * bits[:, layer]) @ weights[layer].T
        flat = y.reshape(-1, width)
        mean = probability @ flat
        found.append((mean, (flat - mean).T @ ((flat - mean) * probability[:, None])))
    return found


@pytest.mark.parametrize(("width", "depth"), [(1, 3), (2, 3), (3, 2)])
def test_moments_are_those_of_all_masks_and_values(width, depth):
    weights = np.random.default_rng(width).standard_normal((depth, width, width))
    values = np.array([-1.0, 2.0])
    found = stack_moments(weights, RATES, values.mean(), values.var())
    for column, rate in enumerate(RATES):
        for layer, (mean, covariance) in enumerate(enumerated(weights, rate, values)):
            expected = mean.mean(), np.trace(covariance) / width, covariance.mean()
            moments = found.mean, found.variance, found.mean_variance
            np.testing.assert_allclose(
                [each[layer, column] for each in moments], expected, rtol=1e-10, atol=1e-12
            )
            np.testing.assert_allclose((1.0 - rate) ** (layer + 1) * values.mean() * found.paths[layer], mean)


def test_one_layer_of_constant_activations_is_the_unit_of_the_next_layer():
    w = np.random.default_rng(3).standard_normal((1, 5, 5))
    found = stack_moments(w, RATES, 2.0, 0.0)
    exact = exact_z("standard", RATES, w[0].T, np.full(5, 2.0))  # t = 1
    np.testing.assert_allclose(found.mean[0], exact.mean.mean(axis=0))
    np.testing.assert_allclose(found.variance[0], exact.variance.mean(axis=0), atol=1e-15)


def test_the_first_layers_do_not_depend_on_those_behind():
    w = np.random.default_rng(4).standard_normal((4, 6, 6))
    few, many = stack_moments(w[:2], RATES, 0.5, 1.0), stack_moments(w, RATES, 0.5, 1.0)
    for one, other in zip(few, many, strict=True):
        assert one.tobytes() == other[:2].tobytes()
