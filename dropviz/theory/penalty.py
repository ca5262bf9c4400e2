"""What dropout adds to the loss of a generalised linear model, and the weights that the sum of both is smallest at.

Inverted dropout of the features, x̃ = m·x/k, leaves the mean of x̃·w and gives it the variance (r/k)·Σⱼ wⱼ²·xⱼ². A loss
A(x·w) − y·(x·w) is linear in the target y, so the noise adds E[A(x̃·w)] − A(x·w), whatever the targets are. Losses are
means over examples; all is dimensionless where features and targets are.
"""

# axes: example, feature, rate

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import Floats
from dropviz.numbers.rates import below_one
from dropviz.theory.normal import sigmoid


def noise_of(rate: ArrayLike) -> Floats:
    """r/k, the variance of m/k, shape of the rate."""
    rates = below_one(rate)
    return np.asarray(rates / (1.0 - rates))


def linear_penalty(weights: ArrayLike, features: ArrayLike, rate: ArrayLike) -> Floats:
    """What dropout adds to the mean of ½·(y − x·w)², exactly: ½·(r/k)·Σⱼ wⱼ²·mean(xⱼ²).

    ``weights`` w have shape (feature,), ``features`` x (example, feature); the result has the shape of the rate.

    Source: Wager, Wang, Liang, *Dropout training as adaptive regularization*, NIPS 2013, section 2, with A(z) = ½·z².

    >>> float(linear_penalty([1.0, 2.0], [[1.0, 1.0]], 0.5))
    2.5
    """
    w, x = np.asarray(weights, dtype=np.float64), np.asarray(features, dtype=np.float64)
    return np.asarray(0.5 * noise_of(rate) * ((w * x) ** 2).sum(axis=1).mean())


def logistic_penalty(weights: ArrayLike, features: ArrayLike, rate: ArrayLike) -> Floats:
    """What dropout adds to the mean of −log P(y), to second order: ½·(r/k)·Σⱼ wⱼ²·mean(p·(1 − p)·xⱼ²).

    p = σ(x·w) is the prediction without noise; shapes as of `linear_penalty`. The orders left out have
    third and higher powers of wⱼ·xⱼ, so this is good where every wⱼ·xⱼ is small; a small rate alone does not make it
    so, as every moment of m/k − 1 begins with r.

    Source: Wager, Wang, Liang, NIPS 2013, section 2, with A(z) = log(1 + eᶻ) and A″ = p·(1 − p).
    """
    w, x = np.asarray(weights, dtype=np.float64), np.asarray(features, dtype=np.float64)
    p = sigmoid(x @ w)
    return np.asarray(0.5 * noise_of(rate) * (p * (1.0 - p) * ((w * x) ** 2).sum(axis=1)).mean())


def dropout_ridge(features: ArrayLike, targets: ArrayLike, rate: ArrayLike) -> Floats:
    """The weights at which the mean of ½·(y − x·w)² with dropout is smallest, shape (rate, feature).

    They solve (XᵀX/N + (r/k)·diag(mean xⱼ²))·w = Xᵀy/N for N examples: ridge regression, in which every feature is
    punished in proportion to its own mean square. ``targets`` y have shape (example,), ``rate`` (rate,).

    Raises
    ------
    ValueError
        If a rate is outside [0, 1), or the features do not decide the weights.

    Source: Srivastava et al., JMLR 15, 2014, section 9.1; Wager, Wang, Liang, NIPS 2013, section 2.
    """
    x, y = np.asarray(features, dtype=np.float64), np.asarray(targets, dtype=np.float64)
    square = x.T @ x / len(x)
    strength = np.atleast_1d(noise_of(rate))[:, None, None]
    matrices, products = square + strength * np.diag(np.diag(square)), x.T @ y / len(x)
    try:
        # a stack of columns: NumPy 1 would read a lone one as a stack of vectors
        return np.asarray(np.linalg.solve(matrices, products[None, :, None])[..., 0])
    except np.linalg.LinAlgError as singular:
        raise ValueError(
            f"features must be linearly independent; got an array of shape {x.shape} that is not"
        ) from singular
