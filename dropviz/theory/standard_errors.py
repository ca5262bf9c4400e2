"""Standard errors of everything that a sweep simulates, from the law of the activations.

The error of an average over n units is √(V/n), with V the variance of what is averaged. V is known here, so it is not
estimated from the same sample: where the sample has missed what is rare, such an estimate would be 0. Variances and
the measures of the train/test discrepancy are smooth functions of averages; their V is E[φ²], with φ the first-order
change of the measure that one unit makes (the delta method). Training and test output of a unit share its activation,
so φ belongs to the unit and not to a phase.
"""

# axes: strategy, phase, rate; of gaps: measure, strategy, rate

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from dropviz.numbers.checks import Floats
from dropviz.theory.activations import Activations, Exponential, LogNormal, Normal, Sparse, Uniform
from dropviz.theory.measured import Empirical

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


def variance_error(second: Floats, fourth: Floats, count: int) -> Floats:
    """Standard error of the variance of ``count`` values, √((F − V²·(n − 3)/(n − 1))/n).

    V is their second and F their fourth central moment, elementwise; 0 where rounding would make the root imaginary.
    """
    spread = np.maximum(fourth - second**2 * ((count - 3) / (count - 1)), 0.0)
    return np.asarray(np.sqrt(spread / count))


class SampleMoments(NamedTuple):
    """Mean and variance (divisor: count − 1) of samples, each followed by its standard error."""

    mean: Floats
    mean_se: Floats
    variance: Floats
    variance_se: Floats


def sample_moments(samples: Floats) -> SampleMoments:
    """Moments down each column of two or more ``samples``, with errors from the samples themselves."""
    count = len(samples)
    deviation = samples - samples[0]
    offset = deviation.mean(axis=0)
    # measured from the first sample, a column that does not vary has variance 0 to the bit
    deviation -= offset
    # fourth powers of a person's largest values would leave float64
    unit = max(1.0, float(np.abs(deviation).max()))
    square = (deviation / unit) ** 2
    second, fourth = square.mean(axis=0), np.square(square).mean(axis=0)
    variance = second * (count / (count - 1)) * unit**2
    error = variance_error(second, fourth, count) * unit**2
    return SampleMoments(samples[0] + offset, np.sqrt(variance / count), variance, error)


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
    """Standard errors of every measure in ``GAPS``. Axes: measure, strategy, rate; NaN where a measure is undefined.

    With D = test − train output of a unit, f·a of a survivor (f = s − t) and s·a of a dropped unit:
    Var[D] = (k·f² + r·s²)·v + k·r·(f − s)²·μ², and E[Dᵖ] = (k·fᵖ + r·sᵖ)·E[aᵖ] gives the error of √E[D²],
    √(Var[D²]/n)/(2·√E[D²]). The mean ratio has the relative error √(r·E[a²]/(k·n))/|μ|.
    """
    keep, train, test = 1.0 - rates, scales[:, 0], scales[:, 1]
    mu, v = law.mean, law.second
    square = v + mu**2
    fourth = law.fourth + 4 * law.third * mu + 6 * v * mu**2 + mu**4
    survivor = test - train
    of_gap = np.sqrt(
        (keep * survivor**2 + rates * test**2) * v + keep * rates * (survivor - test) ** 2 * mu**2
    )
    squared_gap = (keep * survivor**2 + rates * test**2) * square
    of_square = np.sqrt(np.maximum((keep * survivor**4 + rates * test**4) * fourth - squared_gap**2, 0.0))
    with np.errstate(divide="ignore", invalid="ignore"):
        deviations = [
            law.size * of_gap,
            of_gap / np.abs(train * keep * mu),
            (train / test) ** 2 * keep * (v + rates * mu**2) / v * _relative_of_variance_ratio(law, rates),
            law.size * np.where(squared_gap > 0.0, of_square / (2.0 * np.sqrt(squared_gap)), 0.0 * of_square),
            np.abs(test / (train * keep)) * np.sqrt(square * rates / keep) / abs(np.float64(mu)),
        ]
    errors = np.array(deviations) / np.sqrt(units)
    if units == 1:
        errors[GAPS.index("variance_ratio")] = np.nan
    return np.where(np.isfinite(errors), errors, np.nan)


def _relative_of_variance_ratio(law: Law, rates: Floats) -> Floats:
    """√E[φ²] of ln(train / test variance): φ = (m·a − M)²/V − (a − μ)²/v; shape (rate,).

    With x = a − μ, δ = r·μ, M = k·μ and V the variance of m·a, a survivor's φ is (x + δ)²/V − x²/v and a dropped
    unit's M²/V − x²/v.
    """
    keep, v = 1.0 - rates, np.float64(law.second)
    delta, masked = rates * law.mean, keep * (v + rates * law.mean**2)
    p2, p1, p0 = 1 / masked - 1 / v, 2 * delta / masked, delta**2 / masked
    survivors = p2**2 * law.fourth + 2 * p2 * p1 * law.third + (p1**2 + 2 * p2 * p0) * v + p0**2
    level = (keep * law.mean) ** 2 / masked
    dropped = level**2 - 2 * level + law.fourth / v**2
    return np.asarray(np.sqrt(np.maximum(keep * survivors + rates * dropped, 0.0)))
