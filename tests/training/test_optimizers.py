import numpy as np
import pytest

from dropviz.training.optimizers import SGD, Adam, AdamW

START = np.array([1.0, -2.0, 0.5])
GRADIENT = np.array([0.3, -4.0, 0.0])


def steps(optimizer, count, gradient=GRADIENT, learning_rate=None, weight_decay=None):
    parameters = START.copy()
    buffers = [np.zeros(3) for _ in range(optimizer.buffer_count)]
    rate = optimizer.learning_rate if learning_rate is None else learning_rate
    for step in range(count):
        optimizer.update(parameters, gradient.copy(), buffers, step + 1, rate, weight_decay)
    return parameters


def test_plain_descent_goes_down_the_gradient():
    np.testing.assert_allclose(steps(SGD(0.1, momentum=0.0), 5), START - 0.5 * GRADIENT, atol=1e-14)


def test_momentum_sums_a_geometric_series():
    # velocity after step t is g·(1 − μᵗ)/(1 − μ)
    travelled = sum((1 - 0.9**t) / 0.1 for t in range(1, 8))
    np.testing.assert_allclose(
        steps(SGD(0.1, momentum=0.9), 7), START - 0.1 * travelled * GRADIENT, rtol=1e-13
    )


@pytest.mark.parametrize("optimizer", [SGD(0.1, momentum=0.0), SGD(0.1, momentum=0.9)])
def test_weight_decay_is_added_to_the_gradient(optimizer):
    moved = steps(optimizer, 1, weight_decay=0.5)
    np.testing.assert_allclose(moved, START - 0.1 * (GRADIENT + 0.5 * START), rtol=1e-14)


def test_adam_moves_by_the_learning_rate_along_a_constant_gradient():
    # m̂ = g and v̂ = g² at every step, so each step is learning_rate · g/(|g| + ε)
    moved = steps(Adam(0.01, epsilon=1e-8), 6)
    np.testing.assert_allclose(moved, START - 0.06 * GRADIENT / (np.abs(GRADIENT) + 1e-8), rtol=1e-12)


def test_adam_without_epsilon_does_not_see_the_scale_of_the_gradient():
    tiny = Adam(0.01, epsilon=1e-30)
    np.testing.assert_allclose(steps(tiny, 5, GRADIENT), steps(tiny, 5, 1e-6 * GRADIENT), rtol=1e-12)
    assert np.isfinite(steps(tiny, 5, np.zeros(3))).all()


def test_decoupled_decay_shrinks_the_parameter_and_leaves_the_gradient():
    moved = steps(AdamW(0.01), 1, weight_decay=0.5)
    np.testing.assert_allclose(
        moved, START * (1 - 0.005) - 0.01 * GRADIENT / (np.abs(GRADIENT) + 1e-8), rtol=1e-12
    )
    still = steps(AdamW(0.01), 7, 0.0 * GRADIENT, weight_decay=0.5)
    np.testing.assert_allclose(still, START * 0.995**7, rtol=1e-12)


def test_each_parameter_may_have_its_own_epsilon():
    parameters, buffers = START.copy(), [np.zeros(3), np.zeros(3)]
    epsilon = np.array([1e-8, 4.0, 1.0])
    Adam(0.01).update(parameters, GRADIENT.copy(), buffers, 1, 0.01, None, epsilon)
    np.testing.assert_allclose(parameters, START - 0.01 * GRADIENT / (np.abs(GRADIENT) + epsilon), rtol=1e-12)


@pytest.mark.parametrize("optimizer", [SGD(0.1, momentum=0.9), Adam(0.1), AdamW(0.1)])
def test_each_parameter_may_have_its_own_rates(optimizer):
    rates, decays = np.array([0.1, 0.2, 0.0]), np.array([0.0, 0.3, 0.7])
    together = steps(optimizer, 4, learning_rate=rates, weight_decay=decays)
    for place in range(3):
        alone = steps(optimizer, 4, learning_rate=rates[place], weight_decay=decays[place])
        assert together[place] == pytest.approx(alone[place], rel=1e-14)
    assert together[2] == START[2]


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: SGD(momentum=1.0), "momentum must be a number from 0 to 0.999999; got 1.0"),
        (lambda: SGD(weight_decay=-1.0), "weight_decay must be"),
        (lambda: Adam(beta1=1.0), "beta1 must be"),
        (lambda: Adam(beta2=float("nan")), "beta2 must be"),
        (lambda: Adam(epsilon=0.0), "epsilon must be"),
        (lambda: Adam(weight_decay=float("inf")), "weight_decay must be"),
    ],
)
def test_bad_input_is_refused(call, words):
    with pytest.raises(ValueError, match=words):
        call()
