"""Means over all thinned networks, each weighted with the probability of its mask. Axes: mask, rate, class."""

import numpy as np

from dropviz.numbers.checks import Floats


def softmax(z: Floats) -> Floats:
    """exp(zᵢ)/Σ exp(zⱼ) along the last axis, without overflow."""
    powers = np.exp(z - z.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))


def average(values: Floats, chances: Floats) -> Floats:
    """Σ over masks of P(mask)·value, shape (rate, class).

    ``values`` have shape (mask, rate, class), ``chances``, the probabilities, (mask, rate).
    """
    return np.asarray(np.einsum("mr,mrc->rc", chances, values))


def normalized_geometric_mean(z: Floats, chances: Floats) -> Floats:
    """Π over masks of pᵢ^P(mask), divided by its sum over classes, for p = softmax(z); shape (rate, class).

    log pᵢ = zᵢ − log Σ exp(zⱼ), and the last term is the same for every class, so it cancels::

        normalized geometric mean = softmax(E[z])

    It is the test pass where E[z] is the z of the test pass: in one layer, for there z is linear in the mask. Behind
    a nonlinearity E[z] need not be that.

    Source: Hinton et al., *Improving neural networks by preventing co-adaptation of feature detectors*,
    arXiv:1207.0580, 2012; Baldi and Sadowski, *Understanding dropout*, NIPS 2013.
    """
    return softmax(average(z, chances))
