import numpy as np
import pytest

from dropviz.simulation.masks import enumerate_masks, mask_probabilities
from dropviz.theory.penalty import dropout_ridge, linear_penalty, logistic_penalty, noise_of

RATES = np.array([0.0, 0.05, 0.3, 0.8, 0.95])
RNG = np.random.default_rng(1)
X, Y, W = RNG.normal(size=(7, 4)), RNG.normal(size=7), np.array([1.5, -0.4, 0.0, 0.9])


def added(cost, weights=W):
    """E[cost(x̃·w)] − cost(x·w) over all masks of every example, mean over examples; shape (rate,)."""
    masks = enumerate_masks(4)
    z = np.einsum("mj,ej->me", masks, X * weights)[:, :, None] / (1.0 - RATES)
    noisy = np.einsum("mr,mer->er", mask_probabilities(masks, RATES), cost(z))
    return (noisy - cost(X @ weights)[:, None]).mean(axis=0)


def test_the_linear_penalty_is_that_of_all_masks_whatever_the_targets():
    def cost(z):
        return 0.5 * (z - (Y if z.ndim == 1 else Y[:, None])) ** 2

    np.testing.assert_allclose(linear_penalty(W, X, RATES), added(cost), atol=1e-12)


def test_the_logistic_penalty_is_the_limit_of_small_noise_and_not_exact():
    def cost(z):
        return np.logaddexp(0.0, z)

    small = 0.01 * W
    np.testing.assert_allclose(added(cost, small)[1:4], logistic_penalty(small, X, RATES)[1:4], rtol=2e-3)
    assert abs(added(cost)[3] / logistic_penalty(W, X, RATES)[3] - 1.0) > 0.05
    assert logistic_penalty(W, X, 0.0) == 0.0


def test_ridge_has_no_slope_left_of_loss_and_penalty():
    ridge, nudge = dropout_ridge(X, Y, RATES), 1e-5

    def objective(w, rate):
        return 0.5 * ((Y - X @ w) ** 2).mean() + linear_penalty(w, X, rate)

    for w, rate in zip(ridge, RATES, strict=True):
        slopes = [(objective(w + e, rate) - objective(w - e, rate)) / (2 * nudge) for e in nudge * np.eye(4)]
        np.testing.assert_allclose(slopes, 0.0, atol=1e-7)
    np.testing.assert_allclose(ridge[0], np.linalg.lstsq(X, Y, rcond=None)[0])


def test_uncorrelated_features_are_all_shrunk_by_keep():
    x = np.array([[1.0, 2.0], [1.0, -2.0]])
    np.testing.assert_allclose(
        dropout_ridge(x, [3.0, 1.0], RATES), (1 - RATES)[:, None] * [[2.0, 0.5]], rtol=1e-12
    )


def test_bad_input_is_refused():
    with pytest.raises(ValueError, match="rate must be a number, at least 0 and below 1"):
        noise_of(1.0)
    with pytest.raises(ValueError, match="features must be linearly independent"):
        dropout_ridge(np.zeros((3, 2)), np.ones(3), 0.0)
