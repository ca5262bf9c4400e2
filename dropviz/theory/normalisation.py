"""Dropout before a normalisation: what BatchNorm's stored statistics make of the factor at test.

A unit z = Σ wᵢ·aᵢ behind dropout, whose inputs are independent with mean μ and variance v; rate r, keep k = 1 − r,
train factor t, test factor s. Over inputs and masks::

    training   mean t·k·μ·Σw     variance t²·Σw²·k·(v + r·μ²)
    test       mean s·μ·Σw       variance s²·Σw²·v

BatchNorm subtracts the mean and divides by the standard deviation of training, in both phases. LayerNorm and RMSNorm
divide by what they see, so they give the same for z and c·z, c > 0, but for their ε.

Source: Li, Chen, Hu, Yang, *Understanding the disharmony between dropout and batch normalization by variance shift*,
CVPR 2019: the variance at test ÷ in training is their Δ in case (b), a layer between dropout and BatchNorm, at
correlation 0. Ioffe & Szegedy, ICML 2015 (BatchNorm); Ba et al., 2016 (LayerNorm); Zhang & Sennrich, NeurIPS 2019.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import Floats, drop_rounding, quotient
from dropviz.numbers.rates import below_one
from dropviz.theory.strategies import strategy as find_strategy


class Behind(NamedTuple):
    """Mean and variance at test behind BatchNorm, which were 0 and 1 in training; shape (rate,) each."""

    mean: Floats
    variance: Floats


def behind_batch_norm(
    strategy: str, rate: ArrayLike, mean: float, variance: float, alignment: float
) -> Behind:
    """Mean (s − t·k)·μ·√A/(t·√(k·(v + r·μ²))) and variance (s/t)²·v/(k·(v + r·μ²)) at test, by a ``strategy``.

    At each ``rate`` in [0, 1); ``mean`` and ``variance`` are μ and v ≥ 0 of the inputs, ``alignment`` is A = (Σw)²/Σw²,
    for Σw > 0. NaN where the training variance is 0. ValueError if the strategy is unknown or a rate out of range.

    Examples
    --------
    >>> behind = behind_batch_norm("standard", [0.5], 0.0, 2.0, 1.0)
    >>> behind.mean.tolist(), behind.variance.tolist()
    ([0.0], [0.5])
    """
    row, r = find_strategy(strategy), np.atleast_1d(below_one(rate))
    t, s, keep = row.train_scale(r), row.test_scale(r), 1.0 - r
    train = t**2 * keep * (variance + r * mean**2)
    gap = drop_rounding(s - t * keep, s)
    return Behind(quotient(gap * mean * np.sqrt(alignment), np.sqrt(train)), quotient(s**2 * variance, train))


def change_by_forgetting(rate: ArrayLike, mean: float, variance: float, alignment: float) -> Floats:
    """RMS change r·√(v + μ²·A)/√(k·(v + r·μ²)) of BatchNorm's output at test where standard's factor is forgotten.

    Arguments and errors as of `behind_batch_norm`; ``alignment`` is the mean of A over the units.

    >>> change_by_forgetting([0.0, 0.5], 0.0, 2.0, 1.0).round(4).tolist()
    [0.0, 0.7071]
    """
    r = np.atleast_1d(below_one(rate))
    return quotient(
        r * np.sqrt(variance + mean**2 * alignment), np.sqrt((1.0 - r) * (variance + r * mean**2))
    )
