"""Layers of z = W·a, one behind the other, with dropout before each: exact moments over activations and masks.

With z₀ the activations, independent with mean μ and variance v, and yₗ = Wₗ·(mₗ∘yₗ₋₁), y₀ = z₀, a strategy with factors
t and s has zₗ = tˡ·yₗ in training and sˡ·yₗ without masks at test. With Pᵢ = Wₗ⋯Wᵢ, the product of the last layers down
to the i-th, and P² its squared entries::

    E[yₗ]   = kˡ·P₁·μ
    Var[yₗ] = k²ˡ·v·P₁²·1 + Σᵢ k²⁽ˡ⁻ⁱ⁾·k·r·Pᵢ²·E[yᵢ₋₁²]

for what a mask adds, k·r·E[y²], is independent of all that went before, and goes through the layers as it is.

Source: the law of total variance, layer by layer; of one layer Wang & Manning, *Fast dropout training*, ICML 2013.
"""

# axes: layer, rate, unit

from typing import NamedTuple

import numpy as np

from dropviz.numbers.checks import Floats


class StackMoments(NamedTuple):
    """Exact moments of yₗ, averaged over the units of a layer; shape (layer, rate)."""

    mean: Floats  # of E[y]
    variance: Floats  # of Var[y]
    mean_variance: Floats  # Var of the average of y over units
    paths: Floats  # P₁·1, so that E[yₗ] = kˡ·μ·paths; shape (layer, unit)


def stack_moments(weights: Floats, rates: Floats, mu: float, v: float) -> StackMoments:
    """Exact moments behind every layer of ``weights``, shape (layer, unit, unit), each acting as ``W @ y``.

    >>> W = np.array([[[1.0, 2.0], [0.0, 1.0]]])
    >>> found = stack_moments(W, np.array([0.5]), mu=3.0, v=1.0)
    >>> found.mean.tolist(), found.variance.tolist()  # of the two units: 4.5 and 1.5, and 13.75 and 2.75
    ([[3.0]], [[8.25]])
    """
    depth, width = len(weights), weights.shape[1]
    keep, shape = 1.0 - rates, (len(weights), len(rates))
    squares = [np.full((len(rates), width), mu**2 + v)]  # E[y²] before each layer
    mean, variance, mean_variance = np.empty(shape), np.empty(shape), np.zeros(shape)
    paths = np.empty((depth, width))
    for layer in range(depth):
        product, spread = np.eye(width), np.zeros((len(rates), width))
        for first in range(layer, -1, -1):
            # einsum, for BLAS may round by the number of its threads
            product = np.einsum("ij,kj->ik", product, np.ascontiguousarray(weights[first].T))
            noise = (keep ** (2 * (layer - first) + 1) * rates)[:, None] * squares[first]
            if first == 0:
                noise = noise + keep[:, None] ** (2 * layer + 2) * v
            spread += np.einsum("rj,ij->ri", noise, np.square(product))
            mean_variance[layer] += np.einsum("rj,j->r", noise, np.square(product.mean(axis=0)))
        paths[layer] = product.sum(axis=1)
        center = np.multiply.outer(keep ** (layer + 1), mu * paths[layer])
        squares.append(spread + np.square(center))
        mean[layer], variance[layer] = center.mean(axis=1), spread.mean(axis=1)
    return StackMoments(mean, variance, mean_variance, paths)
