"""Variance shift before batch normalisation: a linear layer's output varies less at test than in training.

Batch normalisation divides by the variance it saw in training; with Δ = Var_test/Var_train of the layer before it,
what it passes on at test has variance Δ instead of 1. Axes: sample, unit, rate.

Source: Li, Chen, Hu, Yang, *Understanding the disharmony between dropout and batch normalization by variance shift*,
CVPR 2019 (arXiv 1801.05134).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import (
    ROUNDING,
    Checked,
    Floats,
    check_count,
    check_number,
    checked,
    drop_rounding,
    quotient,
)
from dropviz.numbers.estimate import Estimates
from dropviz.numbers.rates import GRID, below_one, check_rising
from dropviz.simulation.masks import check_masked, masked_sums


@dataclass(frozen=True, slots=True)
class VarianceShiftConfig(Checked):
    """A linear unit whose inputs are normal with common mean, variance and pairwise correlation.

    ``fan_in`` is 1 to 4096; ``correlation`` lies from −1/(fan_in − 1) to 1, outside which no such inputs exist, and
    has no meaning at fan-in 1. Weights are drawn once from N(``weight_mean``/fan_in, ``weight_scale``²/fan_in).
    """

    fan_in: int = checked(64, check_count, 1, 4096)
    mean: float = checked(0.5, check_number, -1e6, 1e6)
    variance: float = checked(1.0, check_number, 0.0, 1e12)
    correlation: float = 0.05
    weight_mean: float = checked(1.0, check_number, -1e6, 1e6)
    weight_scale: float = checked(1.0, check_number, 0.0, 1e6)
    rates: tuple[float, ...] = checked(GRID, check_rising)
    samples: int = checked(4000, check_count, 2, 100_000)
    seed: int = checked(7, check_count, 0, 2**63 - 1)

    def __post_init__(self) -> None:
        Checked.__post_init__(self)
        check_masked("samples", self.samples, self.fan_in)
        check_number("correlation", self.correlation, -1.0 / max(self.fan_in - 1, 1), 1.0)


def exact_variance_shift(
    rate: ArrayLike, mean: float, variance: float, correlation: float, alignment: float
) -> Floats:
    """Δ = Var_test/Var_train = [v + vρ(A − 1)] / [(c² + v)/k − c² + vρ(A − 1)] at each ``rate`` in [0, 1).

    c, v, ρ are the inputs' mean, variance and correlation; ``alignment`` is A = d·cos²θ = (Σw)²/Σw², from 0 to the
    fan-in d, θ the angle between the weights and (1, …, 1). It is the same for standard and inverted dropout. NaN where
    the training variance is 0.

    Inputs of a trained layer are not alike: for them Δ = Var[z]/(Var[z] + (r/k)·Σ wᵢ²·E[aᵢ²]), with z = Σ wᵢaᵢ without
    dropout, as they are measured.

    Examples
    --------
    >>> exact_variance_shift([0.0, 0.5], 0.0, 1.0, 0.0, 1.0).tolist()
    [1.0, 0.5]
    """
    keep = 1.0 - below_one(rate)
    shared = variance * correlation * (alignment - 1.0)
    # (c² + v)/k − c² = (v + r·c²)/k, without the difference of large numbers
    train = (variance + (1.0 - keep) * mean**2) / keep + shared
    return quotient(np.asarray(variance + shared), np.asarray(train))


@dataclass(frozen=True, slots=True, eq=False)
class VarianceShift(Estimates):
    """Δ at each rate, shape (rate,): simulated with its standard error, and exact.

    NaN where the training variance is 0; ``alignment`` = (Σw)²/Σw² is NaN where all weights are 0.
    """

    config: VarianceShiftConfig
    alignment: float
    shift: Floats
    shift_se: Floats
    exact_shift: Floats


def variance_shift(config: VarianceShiftConfig) -> VarianceShift:
    """Simulate Δ with fresh inputs and a fresh mask for every sample, the same ones at every rate."""
    rng = np.random.default_rng(config.seed)
    rates, count = np.asarray(config.rates), config.samples
    spread = config.weight_scale / np.sqrt(config.fan_in)
    weights = config.weight_mean / config.fan_in + spread * rng.standard_normal(config.fan_in)
    products = weights * _correlated(rng, config)
    trained = masked_sums(rng, products, count, rates) / (1.0 - rates)
    tested = products.sum(axis=1, keepdims=True)
    # inputs that are all alike differ by rounding
    trained_square, tested_square = (
        np.square(drop_rounding(z - z.mean(axis=0), z, ROUNDING)) for z in (trained, tested)
    )
    train_variance = trained_square.mean(axis=0)
    shift = quotient(tested_square.mean(axis=0), train_variance)
    # delta method on the ratio of two means over the same samples
    influence = quotient(tested_square - shift * trained_square, train_variance)
    square_length = float(weights @ weights)
    alignment = float(weights.sum()) ** 2 / square_length if square_length > 0.0 else np.nan
    exact = exact_variance_shift(rates, config.mean, config.variance, config.correlation, alignment)
    return VarianceShift(config, alignment, shift, np.sqrt(np.square(influence).mean(axis=0) / count), exact)


def _correlated(rng: np.random.Generator, config: VarianceShiftConfig) -> Floats:
    """Inputs (sample, unit) with the common mean, variance and correlation ρ.

    The covariance v·((1 − ρ)·I + ρ·J) acts as v·(1 − ρ) on what differs from the row's mean and as v·(1 − ρ + d·ρ)
    on the row's mean, so its root is one factor for each; this covers negative ρ as well.
    """
    d, rho = config.fan_in, config.correlation if config.fan_in > 1 else 0.0
    values = rng.standard_normal((config.samples, d))
    row_mean = values.mean(axis=1, keepdims=True)
    common = np.sqrt(max(1.0 - rho + d * rho, 0.0))
    values = np.sqrt(1.0 - rho) * (values - row_mean) + common * row_mean
    return np.asarray(config.mean + np.sqrt(config.variance) * values)
