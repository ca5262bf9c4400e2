import numpy as np
import pytest

from dropviz.simulation.masks import enumerate_masks, mask_probabilities
from dropviz.theory.steps import gradient_moments, gradient_ratios, signal_to_noise, step_rule

RATES = np.array([0.0, 0.1, 0.3, 0.5, 0.8, 0.95])
KEEP = 1.0 - RATES
INPUTS, WEIGHTS, TARGET = np.array([1.5, -0.4, 2.0, 0.7, 0.0]), np.array([0.3, 1.1, -0.8, 0.5, 2.0]), 0.9


def one_step(optimizer, weight, gradient, learning_rate, decay, epsilon):
    """One step of each optimizer, written from the papers; Adam's first, where m̂ = g and v̂ = g²."""
    if optimizer == "sgd":
        return weight - learning_rate * (gradient + decay * weight)
    if optimizer == "adam":
        gradient = gradient + decay * weight
        return weight - learning_rate * gradient / (np.abs(gradient) + epsilon)
    return weight - learning_rate * (gradient / (np.abs(gradient) + epsilon) + decay * weight)


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "adamw"])
def test_a_step_of_standard_by_the_rule_stays_the_same_function(optimizer):
    rate, decay, epsilon, rule = 0.1, 0.3, 0.2, step_rule(optimizer, RATES)
    inverted, gradient = np.array([0.7, -1.2, 0.05])[:, None], np.array([0.4, 0.01, -2.0])[:, None]
    standard = inverted / KEEP
    moved = one_step(optimizer, inverted, gradient, rate, decay, epsilon)
    scaled = one_step(
        optimizer,
        standard,
        KEEP * gradient,
        rate * rule.learning_rate,
        decay * rule.weight_decay,
        epsilon * rule.epsilon,
    )
    np.testing.assert_allclose(KEEP * scaled, np.broadcast_to(moved, scaled.shape), rtol=1e-13)


def test_the_rule_is_written_in_powers_of_keep():
    for optimizer, powers in {"sgd": (-2, 2, 0), "adam": (-1, 2, 1), "adamw": (-1, 1, 1)}.items():
        rule = step_rule(optimizer, RATES)
        for found, power in zip((rule.learning_rate, rule.weight_decay, rule.epsilon), powers, strict=True):
            np.testing.assert_allclose(found, KEEP**power)


@pytest.mark.parametrize("name", ["standard", "inverted"])
def test_moments_of_a_gradient_are_those_of_all_masks(name):
    mean, variance = gradient_moments(name, INPUTS, WEIGHTS, TARGET, RATES)
    masks, scale = enumerate_masks(5), 1.0 if name == "standard" else 1.0 / KEEP
    chances = mask_probabilities(masks, RATES)
    error = scale * (masks @ (INPUTS * WEIGHTS))[:, None] - TARGET
    gradient = masks[:, :, None] * INPUTS[:, None] * scale * error[:, None, :]
    exact = np.einsum("mr,mir->ir", chances, gradient)
    np.testing.assert_allclose(mean, exact, atol=1e-12)
    np.testing.assert_allclose(
        variance, np.einsum("mr,mir->ir", chances, (gradient - exact) ** 2), rtol=1e-9, atol=1e-12
    )
    assert (variance[:, 0] == 0.0).all()


def test_the_same_function_has_the_same_signal_to_noise_and_gradients_as_the_ratios_say():
    standard = gradient_moments("standard", INPUTS, WEIGHTS, TARGET, RATES)
    # V = k·W, a rate at a time
    inverted = [
        np.stack(
            [
                gradient_moments("inverted", INPUTS, keep * WEIGHTS, TARGET, rate)[part][:, 0]
                for rate, keep in zip(RATES, KEEP, strict=True)
            ],
            axis=1,
        )
        for part in (0, 1)
    ]
    ratio = gradient_ratios(RATES)["same function, behind"]
    np.testing.assert_allclose(inverted[0], ratio * standard[0], atol=1e-12)
    np.testing.assert_allclose(
        signal_to_noise(*inverted)[:4, 1:], signal_to_noise(*standard)[:4, 1:], rtol=1e-9
    )
    assert np.isnan(signal_to_noise(*standard)[:, 0]).all()


def test_gradients_are_finite_differences_of_the_loss():
    mask, nudge = np.array([1.0, 0.0, 1.0, 1.0, 1.0]), 1e-6

    def loss(a, w, scale):
        return 0.5 * (w @ (mask * a * scale) - TARGET) ** 2

    def gradients(w, scale):
        """∂loss/∂w and ∂loss/∂a over g = z − y, by central differences."""
        steps = nudge * np.eye(5)
        behind = [(loss(INPUTS, w + e, scale) - loss(INPUTS, w - e, scale)) / (2 * nudge) for e in steps]
        before = [(loss(INPUTS + e, w, scale) - loss(INPUTS - e, w, scale)) / (2 * nudge) for e in steps]
        return np.array([behind, before]) / (w @ (mask * INPUTS * scale) - TARGET)

    rate, keep = 0.3, 0.7
    ratios, standard = gradient_ratios(rate), gradients(WEIGHTS, 1.0)
    for case, weights in {"same function": keep * WEIGHTS, "same weights": WEIGHTS}.items():
        for place, part in enumerate(("behind", "before")):
            expected = ratios[f"{case}, {part}"] * standard[place]
            np.testing.assert_allclose(gradients(weights, 1 / keep)[place], expected, atol=1e-7)


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="optimizer must be one of sgd, adam, adamw; got 'lion'"):
        step_rule("lion", 0.3)
    with pytest.raises(ValueError, match="rate must be a number, at least 0 and below 1"):
        step_rule("sgd", 1.0)
