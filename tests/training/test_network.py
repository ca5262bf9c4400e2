from typing import Any

import numpy as np
import pytest

from dropviz.training import network
from dropviz.training.dropout import Dropout, methods
from dropviz.training.network import Affine

SIZES = (5, 7, 6, 3)


def start(dtype="float64", init="he"):
    return network.initialise(SIZES, np.random.default_rng(1), init, dtype)


def noisy_sites(rng, examples):
    """Every kind of noise that a site can have: a mask, gain and offset, none."""
    mask = (rng.random((examples, 5)) > 0.3) / 0.7
    both = Affine(rng.standard_normal((examples, 7)), rng.standard_normal((examples, 7)))
    return (Affine(mask), both, None)


def central_differences(loss_of, vector, step=1e-6):
    slopes = np.empty_like(vector)
    for index in range(vector.size):
        high, low = vector.copy(), vector.copy()
        high[index] += step
        low[index] -= step
        slopes[index] = (loss_of(high) - loss_of(low)) / (2 * step)
    return slopes


@pytest.mark.parametrize("regression", [False, True])
@pytest.mark.parametrize("with_noise", [False, True])
def test_gradient_agrees_with_central_differences(regression, with_noise):
    rng = np.random.default_rng(2)
    features = rng.standard_normal((11, 5))
    targets: Any = rng.standard_normal((11, 3)) if regression else rng.integers(0, 3, 11)
    loss: Any = network.squared_error if regression else network.softmax_cross_entropy
    noises = noisy_sites(rng, 11) if with_noise else ()
    parameters = start()
    parameters.flat[:] += 0.1 * rng.standard_normal(parameters.flat.size)

    def loss_of(vector):
        output, _ = network.forward(network.as_parameters(SIZES, vector), features, noises)
        return loss(output, targets)[0]

    output, backward = network.forward(parameters, features, noises)
    gradient = network.as_parameters(SIZES, np.full_like(parameters.flat, np.nan))
    assert backward(loss(output, targets)[1], gradient) is gradient
    expected = central_differences(loss_of, parameters.flat)
    assert np.abs(expected).max() > 0.05
    np.testing.assert_allclose(gradient.flat, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("method", methods())
def test_gradient_through_every_method_agrees_with_central_differences(method):
    rng = np.random.default_rng(8)
    features, labels = rng.standard_normal((11, 5)), rng.integers(0, 3, 11)
    noises = [Dropout(method, 0.4).draw(0.4, (11, size), rng, "float64") for size in SIZES[:-1]]
    parameters = start()
    # without biases an example whose units all fall stands exactly at the kink of the ReLU
    parameters.flat[:] += 0.1 * rng.standard_normal(parameters.flat.size)

    def loss_of(vector):
        output, _ = network.forward(network.as_parameters(SIZES, vector), features, noises)
        return network.softmax_cross_entropy(output, labels)[0]

    output, backward = network.forward(parameters, features, noises)
    gradient = backward(network.softmax_cross_entropy(output, labels)[1], start()).flat
    assert np.abs(gradient).max() > 0.05
    np.testing.assert_allclose(gradient, central_differences(loss_of, parameters.flat), rtol=0, atol=1e-6)


def test_forward_is_the_formula():
    rng = np.random.default_rng(3)
    features = rng.standard_normal((4, 5))
    parameters = start()
    noises = noisy_sites(rng, 4)
    hidden = features * noises[0].gain
    hidden = np.maximum(hidden @ parameters.weights[0] + parameters.biases[0], 0)
    hidden = hidden * noises[1].gain + noises[1].offset
    hidden = np.maximum(hidden @ parameters.weights[1] + parameters.biases[1], 0)
    expected = hidden @ parameters.weights[2] + parameters.biases[2]
    output, _ = network.forward(parameters, features, noises)
    np.testing.assert_allclose(output, expected, rtol=1e-13)
    sites = network.site_activations(parameters, features, noises)
    assert [site.shape for site in sites] == [(4, 5), (4, 7), (4, 6), (4, 3)]
    np.testing.assert_array_equal(sites[-1], output)
    np.testing.assert_allclose(sites[2], hidden, rtol=1e-13)


def test_forward_leaves_its_arguments_alone():
    features = np.random.default_rng(4).standard_normal((4, 5))
    features.flags.writeable = False
    parameters = start()
    parameters.flat.flags.writeable = False
    before = features.copy()
    network.predict(parameters, features)
    np.testing.assert_array_equal(features, before)


def test_scaling_a_site_is_scaling_the_weights_behind_it():
    features = np.random.default_rng(5).standard_normal((4, 5))
    parameters = start()
    factors = (0.7, 0.4, 1.0)
    sites = tuple(Affine(factor) for factor in factors)
    output, _ = network.forward(parameters, features, sites)
    scaled = network.predict(network.scale_sites(parameters, factors), features)
    np.testing.assert_allclose(scaled, output, rtol=1e-13)
    assert np.abs(network.predict(parameters, features) - output).max() > 0.01


def test_softmax_cross_entropy_survives_large_scores():
    loss, gradient = network.softmax_cross_entropy(np.array([[1000.0, 0.0], [0.0, 1000.0]]), np.array([0, 0]))
    assert loss == 500.0
    np.testing.assert_array_equal(gradient, [[0.0, 0.0], [-0.5, 0.5]])


def test_softmax_sums_to_one_and_ignores_a_shift():
    scores = np.random.default_rng(6).standard_normal((3, 4, 5))
    probability = network.softmax(scores)
    np.testing.assert_allclose(probability.sum(axis=-1), 1.0, rtol=1e-14)
    np.testing.assert_allclose(network.softmax(scores + 700), probability, rtol=1e-10)


@pytest.mark.parametrize(("init", "variance"), [("he", 2 / 400), ("glorot", 2 / 700), ("zeros", 0.0)])
def test_initial_weights_have_their_variance(init, variance):
    parameters = network.initialise((400, 300), np.random.default_rng(7), init, "float64")
    weight = parameters.weights[0]
    # the variance of a sample of n has relative error √(2/n) for a normal, less for a uniform
    assert weight.var() == pytest.approx(variance, rel=5 * np.sqrt(2 / weight.size))
    assert not parameters.biases[0].any()


def test_float32_and_float64_start_alike():
    single, double = start("float32"), start("float64")
    assert single.flat.dtype == np.float32
    np.testing.assert_array_equal(single.flat, double.flat.astype(np.float32))


def test_parameters_are_views_of_one_vector():
    parameters = start()
    parameters.flat[:] = np.arange(parameters.flat.size)
    assert parameters.weights[0][0, 1] == 1
    assert parameters.biases[0][0] == 35
    assert parameters.biases[-1][-1] == parameters.flat.size - 1 == network.parameter_count(SIZES) - 1


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: network.parameter_count((3,)), "sizes must be two or more"),
        (lambda: network.parameter_count((3, 0, 2)), "each at least 1"),
        (lambda: network.parameter_count((10_000, 10_000)), "at most 20,000,000"),
        (lambda: network.as_parameters((2, 2), np.zeros(5)), r"flat must have shape \(6,\)"),
        (lambda: start(init="xavier"), "init must be one of he, glorot, zeros; got 'xavier'"),
        (lambda: start(dtype="float16"), "dtype must be float32 or float64; got 'float16'"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
