"""Exact moments of every strategy, and the exact discrepancy between training and test.

Notation: rate r, keep k = 1 − r, activation mean μ and variance v, train factor t, test factor s, mask m.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dropviz.activations import Activations, Floats
from dropviz.strategies import Strategy
from dropviz.strategies import strategy as find_strategy

PHASES = ("train", "test")
QUANTILE_NODES = 4096


class Moments(NamedTuple):
    """A mean and a variance, each a float or an array over rates."""

    mean: NDArray[np.float64]
    variance: NDArray[np.float64]


class Discrepancy(NamedTuple):
    """How far the training output is from the test output; each an array over rates."""

    mean_gap: Floats
    relative_gap: Floats
    variance_ratio: Floats
    rms_gap: Floats
    wasserstein: Floats


def check_rate(rate: ArrayLike) -> Floats:
    """Return ``rate`` as float64, or raise ValueError unless all of it lies in [0, 1]."""
    try:
        rates = np.asarray(rate)
    except ValueError:
        raise ValueError(f"rate must be a number from 0 to 1; got {rate!r}") from None
    if rates.dtype.kind not in "biuf":
        raise ValueError(f"rate must be a number from 0 to 1; got {rate!r}")
    rates = rates.astype(np.float64)
    if not ((rates >= 0.0) & (rates <= 1.0)).all():
        raise ValueError(f"rate must lie from 0 to 1; got {rate!r}")
    return rates


def exact_moments(
    strategy: str | Strategy, phase: str, rate: ArrayLike, mean: ArrayLike, variance: ArrayLike
) -> Moments:
    """Mean and variance of an output, over units and masks.

    Training output m·a·t: mean t·k·μ, variance t²·(k·v + k·r·μ²). Test output a·s: mean s·μ, variance s²·v.

    Parameters
    ----------
    strategy
        A name in the table, or a row of it.
    phase
        "train" or "test".
    rate, mean, variance
        r in [0, 1], μ and v ≥ 0 of the activation; scalars or arrays that broadcast. Dimensionless.

    Returns
    -------
    Moments
        NaN where a factor of the strategy divides by zero.

    Raises
    ------
    ValueError
        If the strategy or the phase is unknown, a rate lies outside [0, 1], or a variance is negative.

    Source: Srivastava et al., JMLR 15:1929–1958 (2014) for the two strategies; the moments follow from
    m² = m and the independence of m and a.

    >>> exact_moments("inverted", "train", 0.5, 1.0, 1.0)
    Moments(mean=1.0, variance=3.0)
    """
    row = find_strategy(strategy) if isinstance(strategy, str) else strategy
    rates = check_rate(rate)
    keep = 1.0 - rates
    mu, v = np.asarray(mean, dtype=np.float64), np.asarray(variance, dtype=np.float64)
    if (v < 0.0).any():
        raise ValueError(f"variance must not be negative; got {variance!r}")
    if phase == "train":
        scale = row.train_scale(rates)
        return Moments(_plain(scale * keep * mu), _plain(scale**2 * keep * (v + rates * mu**2)))
    if phase == "test":
        scale = row.test_scale(rates)
        return Moments(_plain(scale * mu), _plain(scale**2 * v))
    raise ValueError(f"phase must be one of train, test; got {phase!r}")


def _plain(values: Floats) -> Floats:
    """Turn a 0-d array into a float, so that scalars in give scalars out."""
    return values if np.ndim(values) else float(values)  # type: ignore[return-value]


def variance_ratio(rate: ArrayLike, mean: ArrayLike, variance: ArrayLike) -> Floats:
    """Train/test variance of both correct strategies: 1/k + (r/k)·μ²/v; infinite where v = 0 < r·μ².

    >>> float(round(variance_ratio(0.5, 1.0, 2.0), 6))
    2.5
    """
    rates, mu, v = np.broadcast_arrays(check_rate(rate), mean, variance)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(((v + rates * np.square(mu)) / (1.0 - rates)) / v, dtype=np.float64)


def exact_discrepancy(strategy: str, rates: ArrayLike, activations: Activations) -> Discrepancy:
    """Every measure of the train/test discrepancy, from the law of the activations.

    mean_gap = test mean − train mean; relative_gap = mean_gap/|train mean|; variance_ratio = train/test;
    rms_gap = √E[(m·a·t − a·s)²] = √((v + μ²)·(k·(t − s)² + r·s²)); wasserstein = W₁ of the two output laws
    (see `wasserstein`). NaN where a measure is undefined: relative_gap at train mean 0, variance_ratio at 0/0.

    Raises
    ------
    ValueError
        If the strategy is unknown or a rate lies outside [0, 1].
    """
    row, r = find_strategy(strategy), np.atleast_1d(check_rate(rates))
    mu, v = activations.exact_mean, activations.exact_variance
    train = exact_moments(row, "train", r, mu, v)
    test = exact_moments(row, "test", r, mu, v)
    t, s = row.train_scale(r), row.test_scale(r)
    gap = test.mean - train.mean
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = np.where(train.mean == 0.0, np.nan, gap / np.abs(train.mean))
        ratio = train.variance / test.variance
    rms = np.sqrt((v + mu**2) * ((1.0 - r) * (t - s) ** 2 + r * s**2))
    return Discrepancy(gap, relative, ratio, rms, wasserstein(row, r, activations))


def wasserstein(row: Strategy, rates: Floats, activations: Activations) -> Floats:
    """W₁ = ∫₀¹ |Q_train(u) − Q_test(u)| du between the training and test outputs, at each rate.

    With Q the quantile function of a and n = P(a < 0): Q_test(u) = s·Q(u), and Q_train is t·Q(u/k) for u < k·n,
    t·Q((u − r)/k) for u > r + k·n, and 0 between, where the dropped units are. The integral is a midpoint sum
    of 4096 nodes that crowd towards both ends, where the tails are: about four digits for the sources here.
    """
    corner = (np.arange(QUANTILE_NODES) + 0.5) / QUANTILE_NODES
    nodes = corner**2 * (3.0 - 2.0 * corner)
    weights = 6.0 * corner * (1.0 - corner) / QUANTILE_NODES
    values = activations.quantile(nodes)
    negative = float(weights @ (values < 0.0))
    distances = np.empty(len(rates))
    for index, rate in enumerate(rates):
        keep = 1.0 - rate
        if keep == 0.0:
            trained = np.zeros_like(nodes)
        else:
            below, above = nodes < keep * negative, nodes > rate + keep * negative
            source = np.where(below, nodes / keep, (nodes - rate) / keep)
            trained = np.where(below | above, np.interp(source, nodes, values), 0.0)
        difference = row.train_scale(rate) * trained - row.test_scale(rate) * values
        distances[index] = weights @ np.abs(difference)
    return distances
