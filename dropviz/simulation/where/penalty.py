"""What dropout of the features adds to a loss, and the weights that it trains: simulated beside the formula.

Axes: pass (one mask an example), chain, example, feature, rate.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from dropviz.numbers.checks import Checked, Floats, check_count, checked
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.rates import GRID, check_rising
from dropviz.simulation.masks import enumerate_masks, mask_probabilities
from dropviz.theory.normal import sigmoid
from dropviz.theory.penalty import dropout_ridge, linear_penalty, logistic_penalty

TRUE = (1.5, 0.0, -1.0)  # the weights that make the targets
COPY = 0.8  # correlation of the second feature with the first
BURN_IN, STEP = 0.5, 0.5  # share of the steps that no average has; the learning rate over keep


@dataclass(frozen=True, slots=True)
class PenaltyConfig(Checked):
    """``examples`` (4 to 500) of three normal features, the second nearly a copy of the first.

    The targets are x·(1.5, 0, −1) with noise of standard deviation 0.5. The loss is simulated by ``passes`` (2 to
    10,000) over the examples, each with masks of its own; the weights by ``chains`` (4 to 200) of ``steps`` (20 to
    10,000) of gradient descent.
    """

    examples: int = checked(24, check_count, 4, 500)
    rates: tuple[float, ...] = checked(GRID, check_rising)
    passes: int = checked(500, check_count, 2, 10_000)
    chains: int = checked(32, check_count, 4, 200)
    steps: int = checked(200, check_count, 20, 10_000)
    seed: int = checked(7, check_count, 0, 2**63 - 1)


@dataclass(frozen=True, slots=True, eq=False)
class Penalty:
    """What dropout adds to a mean loss at the weights TRUE, shape (rate,), and what it trains, (rate, feature)."""

    config: PenaltyConfig
    linear: Estimate  # of linear regression: the formula is exact
    logistic: Estimate  # of logistic regression: exact by all masks,
    quadratic: Floats  # and its formula, an approximation
    weights: Estimate  # of linear regression: ridge, and the mean of gradient descent with masks


def penalty(config: PenaltyConfig) -> Penalty:
    """Draw examples; add up their losses with masks and without; train weights with masks."""
    rng = np.random.default_rng(config.seed)
    x, w, rates = rng.standard_normal((config.examples, len(TRUE))), np.array(TRUE), np.asarray(config.rates)
    x[:, 1] = COPY * x[:, 0] + math.sqrt(1.0 - COPY**2) * x[:, 1]
    y = x @ w + 0.5 * rng.standard_normal(config.examples)

    labels = rng.random(config.examples) < sigmoid(x @ w)

    def square(z: Floats) -> Floats:
        return np.asarray(0.5 * (y[:, None] - z) ** 2)

    def log_loss(z: Floats) -> Floats:
        """−log P(label) = log(1 + eᶻ) − label·z."""
        return np.asarray(np.logaddexp(0.0, z) - labels[:, None] * z)

    uniforms = rng.random((config.passes, *x.shape))
    linear, logistic = (_added(cost, x * w, rates, uniforms) for cost in (square, log_loss))
    ridge = dropout_ridge(x, y, rates)
    weights, errors = _trained(rng, x, y, dropout_ridge(x, y, 0.0)[0], config)
    return Penalty(
        config=config,
        linear=Estimate(linear_penalty(w, x, rates), linear.simulated, linear.error),
        logistic=logistic,
        quadratic=logistic_penalty(w, x, rates),
        weights=Estimate(ridge, weights, errors),
    )


def _added(cost: Callable[[Floats], Floats], products: Floats, rates: Floats, uniforms: Floats) -> Estimate:
    """E[cost(x̃·w)] − cost(x·w), mean over examples: by all masks, and over passes; ``products`` are w·x.

    ``cost`` takes z of shape (…, example, rate). The error is from all masks, as the passes may have missed the rare.
    """
    plain = cost(products.sum(axis=1)[:, None])
    masks = enumerate_masks(products.shape[1])
    chances = mask_probabilities(masks, rates)
    every = cost((masks @ products.T)[:, :, None] / (1.0 - rates)) - plain
    exact = np.einsum("mr,mer->er", chances, every)
    variance = np.maximum(np.einsum("mr,mer->er", chances, every**2) - exact**2, 0.0)
    seen = np.empty(len(rates))
    # a rate at a time: its masks stay in the processor's cache
    for place, rate in enumerate(rates):
        z = ((uniforms >= rate) * products).sum(axis=-1)[..., None] / (1.0 - rate)
        seen[place] = (cost(z) - plain).mean()
    count = len(products) * math.sqrt(len(uniforms))
    return Estimate(exact.mean(axis=0), seen, np.sqrt(variance.sum(axis=0)) / count)


def _trained(
    rng: np.random.Generator, x: Floats, y: Floats, first: Floats, config: PenaltyConfig
) -> tuple[Floats, Floats]:
    """Mean weights of gradient descent with masks after the burn-in, over chains, and their standard errors.

    It begins with the weights ``first``, those of training without dropout. The gradient is linear in the weights and
    its masks are new at every step, so the expected weights descend without noise, to those of `dropout_ridge`.
    """
    # axes of what is drawn: chain, rate, example, feature
    keep = 1.0 - np.asarray(config.rates)
    w = np.tile(first, (config.chains, len(keep), 1))
    total, begin = np.zeros_like(w), int(BURN_IN * config.steps)
    for step in range(config.steps):
        uniforms = rng.random((config.chains, 1, *x.shape))
        noisy = x * (uniforms >= 1.0 - keep[:, None, None]) / keep[:, None, None]
        error = (noisy @ w[..., None])[..., 0] - y
        # the curvature grows as 1/k, so the step shrinks as k
        w -= (STEP / len(y) * keep)[:, None] * (error[..., None, :] @ noisy)[..., 0, :]
        if step >= begin:
            total += w
    means = total / (config.steps - begin)
    return means.mean(axis=0), means.std(axis=0, ddof=1) / math.sqrt(config.chains)
