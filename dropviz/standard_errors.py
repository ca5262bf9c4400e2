"""Standard errors of everything that a sweep simulates, from the law of the activations.

The error of an average over n units is √(V/n), with V the variance of what is averaged. V is known here, so it is not
estimated from the same sample: where the sample has missed what is rare, such an estimate would be 0. Variances and
the measures of the train/test discrepancy are smooth functions of averages; their V is E[φ²], with φ the first-order
change of the measure that one unit makes (the delta method). Training and test output of a unit share its activation,
so φ belongs to the unit and not to a phase.
"""

# axes: p (power of d), rate; of factors and results: strategy, phase, rate or strategy, rate

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from dropviz.activations import (
    Activations,
    Empirical,
    Exponential,
    Floats,
    LogNormal,
    Normal,
    Sparse,
    Uniform,
)

# What a sweep simulates of the discrepancy: `theory.Discrepancy` without wasserstein, and test/train mean.
GAPS = ("mean_gap", "relative_gap", "variance_ratio", "rms_gap", "mean_ratio")
SMALLEST = 1e-150  # the square of a smaller value leaves the range of float64
NODES = 4096


def size_of(mu: float, v: float) -> float:
    """Root mean square of the activations, the unit in which fourth powers neither overflow nor vanish."""
    size = math.hypot(mu, math.sqrt(v))
    return size if size > SMALLEST else 1.0


class Law(NamedTuple):
    """Mean and second, third and fourth central moment of a source, in units of ``size``, its root mean square."""

    size: float
    mean: float
    second: float
    third: float
    fourth: float


@lru_cache(maxsize=8)  # an array in a key stays in memory
def law_of(activations: Activations) -> Law:
    """Central moments up to the fourth; only those above the second may be approximate, to 1e-4 of themselves."""
    mu, v = activations.exact_mean, activations.exact_variance
    size = size_of(mu, v)
    std = math.sqrt(v) / size
    if std == 0.0:
        return Law(size, mu / size, 0.0, 0.0, 0.0)
    skewness, kurtosis = _shape(activations, mu / size, std, size)
    return Law(size, mu / size, std**2, skewness * std**3, kurtosis * std**4)


def _shape(activations: Activations, mean: float, std: float, size: float) -> tuple[float, float]:
    """Skewness and kurtosis: third and fourth central moment over the third and fourth power of the deviation."""
    match activations:
        case Normal(relu=False):
            return 0.0, 3.0
        case Uniform():
            return 0.0, 1.8
        case Exponential():
            return 2.0, 9.0
        case LogNormal():
            w = math.exp(activations.std**2)
            return (w + 2.0) * math.sqrt(w - 1.0), w**4 + 2.0 * w**3 + 3.0 * w**2 - 3.0
        case Sparse():
            q = 1.0 - activations.zero_probability
            third, fourth = q * (6.0 - 6.0 * q + 2.0 * q**2), q * (24.0 - 24.0 * q + 12.0 * q**2 - 3.0 * q**3)
            v = q * (2.0 - q)
            return third / v**1.5, fourth / v**2
    values, weight = _values(activations)
    standard = (values / size - mean) / std
    # The root of the weight goes in first: a ReLU far below 0 has weights of 1e-200 and values of 1e100.
    third, fourth = (float(((weight ** (1.0 / power) * standard) ** power).sum()) for power in (3, 4))
    return third, fourth


def _values(activations: Activations) -> tuple[Floats, Floats]:
    """Values of the activation and their probabilities."""
    match activations:
        case Empirical():
            values = activations.values.ravel()
            return values, np.full(values.size, 1.0 / values.size)
        case Normal():  # rectified; the rest of the probability stands at 0
            z = activations.mean / activations.std
            x = np.linspace(0.0, max(z, 0.0) + 12.0, NODES)
            density = np.exp(-0.5 * (x - z) ** 2) * (x[1] / math.sqrt(2.0 * math.pi))
            density[0] *= 0.5
            return activations.std * np.append(x, 0.0), np.append(density, max(0.0, 1.0 - density.sum()))
    u = (np.arange(NODES) + 0.5) / NODES
    return activations.quantile(u), np.full(NODES, 1.0 / NODES)


def moment_errors(law: Law, rates: Floats, scales: Floats, units: int) -> tuple[Floats, Floats]:
    """Standard errors of the simulated means and variances of the outputs scale·m·a and scale·a.

    m·a has mean M = k·μ, variance V = k·v + k·r·μ² and, with B = μ − M, the fourth central moment
    F = k·(m₄ + 4·m₃·B + 6·v·B² + B⁴) + r·M⁴. The errors are scale·√(V/n) and
    scale²·√((F − V²·(n − 3)/(n − 1))/n), NaN for the variance of one unit.
    """
    keep = 1.0 - rates
    mean = keep * law.mean
    excess = law.mean - mean
    masked = keep * law.second + keep * rates * law.mean**2
    fourth = keep * (law.fourth + 4 * law.third * excess + 6 * law.second * excess**2 + excess**4)
    fourth = fourth + rates * mean**4
    variance = np.array([masked, np.full_like(masked, law.second)])
    fourth = np.array([fourth, np.full_like(masked, law.fourth)])
    others = units - 1 if units > 1 else np.nan
    spread = np.maximum(fourth - variance**2 * (units - 3) / others, 0.0)
    return law.size * scales * np.sqrt(variance / units), law.size**2 * scales**2 * np.sqrt(spread / units)


def gap_errors(law: Law, rates: Floats, scales: Floats, units: int) -> Floats:
    """Standard errors of every measure in ``GAPS``. Axes: measure, strategy, rate; NaN where a measure is undefined."""
    keep = 1.0 - rates
    train, test = scales[:, 0], scales[:, 1]
    powers = np.array([1.0, 0.0, law.second, law.third, law.fourth])[:, np.newaxis]
    sums = Sums(keep * powers, powers, law.mean)
    of_gap, of_square = _deviation_of_gap(sums, train, test), _deviation_of_square(sums, train, test)
    square = (train - test) ** 2 * keep + test**2 * rates
    rms = np.sqrt((law.second + law.mean**2) * square)
    exact_train = np.abs(train * keep * law.mean)
    with np.errstate(divide="ignore", invalid="ignore"):
        variance_ratio = (train / test) ** 2 * (keep * law.second + keep * rates * law.mean**2) / law.second
        deviations = [
            law.size * of_gap,
            of_gap / np.where(exact_train > 0.0, exact_train, np.nan),
            variance_ratio * _relative_of_variance_ratio(sums),
            law.size * np.where(rms > 0.0, of_square / (2.0 * rms), 0.0 * of_square),
            np.abs(test / (train * keep)) * _relative_of_mean_ratio(sums),
        ]
    errors = np.array(deviations) / np.sqrt(units)
    if units == 1:
        errors[GAPS.index("variance_ratio")] = np.nan
    return np.where(np.isfinite(errors), errors, np.nan)


# ---- √E[φ²] of each measure -----------------------------------------------------------------------------------------


class Sums(NamedTuple):
    """Averages over all units of dᵖ for p = 0…4, of those that survive each rate and of all, d = (a − μ)/size.

    ``center`` is μ/size. Axes: p, rate; of ``everyone`` the second has length 1.
    """

    survivors: Floats
    everyone: Floats
    center: float

    def about(self, value: Floats | float) -> tuple[Floats, Floats]:
        """Averages of (d − value)ᵖ of the survivors and of the dropped."""
        kept = _shifted(self.survivors, value)
        return kept, _shifted(self.everyone, value) - kept


def _shifted(sums: Floats, by: Floats | float) -> Floats:
    """Sums of (d − by)ᵖ from sums of dᵖ, by the binomial theorem."""
    s0, s1, s2, s3, s4 = sums
    return np.array(
        [
            s0 + 0.0 * by,
            s1 - by * s0,
            s2 - 2 * by * s1 + by**2 * s0,
            s3 - 3 * by * s2 + 3 * by**2 * s1 - by**3 * s0,
            s4 - 4 * by * s3 + 6 * by**2 * s2 - 4 * by**3 * s1 + by**4 * s0,
        ]
    )


def _relative_of_mean_ratio(sums: Sums) -> Floats:
    """√E[φ²] of ln(test mean / train mean): φ = a/A − m·a/M, with A and M the means of a and of m·a; shape (rate,)."""
    kept, dropped = sums.about(-sums.center)
    whole, masked = kept[1] + dropped[1], kept[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(
            np.sqrt(kept[2] * (1 / whole - 1 / masked) ** 2 + np.maximum(dropped[2], 0.0) / whole**2)
        )


def _relative_of_variance_ratio(sums: Sums) -> Floats:
    """√E[φ²] of ln(train / test variance): φ = (m·a − M)²/V_m − (a − A)²/V; shape (rate,).

    With x = a − A and δ = A − M, a survivor's φ is (x + δ)²/V_m − x²/V and a dropped unit's M²/V_m − x²/V.
    """
    mean = sums.everyone[1]
    kept, dropped = sums.about(mean)
    whole, masked = sums.center + mean, sums.center * sums.survivors[0] + sums.survivors[1]
    delta = whole - masked
    v = kept[2] + dropped[2]
    v_m = np.maximum(kept[2] + 2 * delta * kept[1] + delta**2 * kept[0] + masked**2 * dropped[0], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        p2, p1, p0 = 1 / v_m - 1 / v, 2 * delta / v_m, delta**2 / v_m
        survivors = (
            p2**2 * kept[4]
            + 2 * p2 * p1 * kept[3]
            + (p1**2 + 2 * p2 * p0) * kept[2]
            + 2 * p1 * p0 * kept[1]
            + p0**2 * kept[0]
        )
        level = masked**2 / v_m
        others = level**2 * dropped[0] - 2 * level * dropped[2] / v + dropped[4] / v**2
        return np.asarray(np.sqrt(np.maximum(survivors + others, 0.0)))


def _deviation_of_gap(sums: Sums, train: Floats, test: Floats) -> Floats:
    """Standard deviation over units of D = test − train output = a·(s − m·t), in units of size.

    ``train`` and ``test`` are the factors t and s; axes: strategy, rate. A survivor's D is (s − t)·a, a dropped
    unit's s·a: the variance within both groups, and between them.
    """
    within, share, average = [], [], []
    for group in sums.about(-sums.center):
        with np.errstate(divide="ignore", invalid="ignore"):
            center = np.where(group[0] > 0.0, group[1] / group[0], 0.0)
        central = _shifted(group, center)[2]
        within.append(np.maximum(central, 0.0))
        share.append(group[0])
        average.append(center)
    survivor, dropped = test - train, test
    between = share[0] * share[1] * (survivor * average[0] - dropped * average[1]) ** 2
    return np.asarray(np.sqrt(survivor**2 * within[0] + dropped**2 * within[1] + between))


def _deviation_of_square(sums: Sums, train: Floats, test: Floats) -> Floats:
    """Standard deviation over units of D², in units of size²; see `_deviation_of_gap`."""
    kept, dropped = sums.about(-sums.center)
    survivor, other = test - train, test
    square = survivor**2 * kept[2] + other**2 * dropped[2]
    fourth = survivor**4 * kept[4] + other**4 * dropped[4]
    return np.asarray(np.sqrt(np.maximum(fourth - square**2, 0.0)))
