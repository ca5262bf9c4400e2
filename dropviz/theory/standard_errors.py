"""Standard errors of everything that a sweep simulates, from the law of the activations, and where they can be shown.

The error of an average over n units is √(V/n), with V the variance of what is averaged. V is known here, so it is not
estimated from the same sample: where the sample has missed what is rare, such an estimate would be 0. Variances and
the measures of the train/test discrepancy are smooth functions of averages; their V is E[φ²], with φ the first-order
change of the measure that one unit makes (the delta method). Training and test output of a unit share its activation,
so φ belongs to the unit and not to a phase.

Every output is affine in the activation, g·a + o with a few g and o, each with its probability (`Mixture`). So φ is a
polynomial in a − μ of degree 1 or 2, and E[φ²] and E[φ⁴] are sums of central moments.

An error says where the draws lie only if the estimate is nearly normal. The kurtosis of an average of n is
3 + (κ − 3)/n, with κ = E[φ⁴]/E[φ²]² that of one unit, and 1/κ is about the share of the units that decide the value:
of a mean of few survivors it is the share of those that are not 0. So an error is *fair* where n ≥ `ENOUGH`·κ, and
where what the delta method leaves out is small. Elsewhere nobody knows it: the value is shown with "± ?".
"""

# axes: strategy, phase, rate; of gaps: measure, strategy, rate; of polynomials: power, branch, then these

from typing import NamedTuple

import numpy as np

from dropviz.numbers.checks import Bools, Floats
from dropviz.theory.law import Law, Mixture

# What a sweep simulates of the discrepancy: `moments.Discrepancy` without wasserstein, and test/train mean.
GAPS = ("mean_gap", "relative_gap", "variance_ratio", "rms_gap", "mean_ratio")
ENOUGH = 5.0  # units that decide a value, at least
NEGLIGIBLE = 0.01  # the square of a relative error that the delta method leaves out, at most


class Errors(NamedTuple):
    """Standard errors of means and variances, and where each can be shown."""

    mean: Floats
    variance: Floats
    mean_fair: Bools
    variance_fair: Bools


def variance_error(second: Floats, fourth: Floats, count: int) -> Floats:
    """Standard error of the variance of ``count`` values, √((F − V²·(n − 3)/(n − 1))/n).

    V is their second and F their fourth central moment, elementwise; 0 where rounding would make the root imaginary,
    NaN for one value.
    """
    others = count - 1 if count > 1 else np.nan
    spread = np.maximum(fourth - second**2 * ((count - 3) / others), 0.0)
    return np.asarray(np.sqrt(spread / count))


def fair(second: Floats, fourth: Floats, count: int) -> Bools:
    """Whether the error of an average of ``count`` values is fair, n ≥ `ENOUGH`·κ, from E[φ²] and E[φ⁴] of one.

    Where nearly all of the variance is in values that few samples have, most samples have none, and one that has is
    far off. Of a share p of the values that is p ≥ 5/n, about. Where nothing is random, the error is 0, and fair.
    """
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        return np.asarray((second == 0.0) | (fourth / second <= count / ENOUGH * second))


def fair_variance(second: Floats, of_square: tuple[Floats, Floats], count: int) -> Bools:
    """Whether `variance_error` is fair: ``second`` is V, ``of_square`` E[φ²] and E[φ⁴], φ = (value − mean)² − V.

    φ leaves out (mean of all − mean)², whose variance is 2·V²/n².
    """
    left_out = 2.0 * second**2 <= NEGLIGIBLE * count * of_square[0]
    return np.asarray(left_out & fair(*of_square, count))


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


# a moment may leave float64: nothing is known of it then, and no error is fair
@np.errstate(over="ignore", invalid="ignore")
def moment_errors(law: Law, outputs: Mixture, units: int) -> Errors:
    """Errors of the simulated mean and variance of ``outputs``: √(V/n), and `variance_error`, NaN for one unit."""
    probability, deviation = outputs.probability, _deviation(law, outputs)
    second, fourth = _even_moments(law, probability, deviation)
    of_square = _even_moments(law, probability, _less(_square(deviation), second))
    return Errors(
        law.size * np.sqrt(second / units),
        law.size**2 * variance_error(second, fourth, units),
        fair(second, fourth, units),
        fair_variance(second, of_square, units),
    )


@np.errstate(over="ignore", invalid="ignore", divide="ignore")
def gap_errors(law: Law, rates: Floats, scales: Floats, units: int) -> tuple[Floats, Bools]:
    """Standard errors of every measure in ``GAPS``, NaN where a measure is undefined, and whether each is fair.

    With D = test − train output of a unit, M and V the mean and the variance of m·a, R and S the ratios, φ is
    D − E[D]; the same over |exact train mean|; R·((m·a − M)²/V − (a − μ)²/v); (D² − E[D²])/(2·√E[D²]); and
    S·(a − m·a/k)/μ.
    """
    keep, train, test = 1.0 - rates, scales[:, 0], scales[:, 1]
    mu, v = law.mean, np.asarray(law.central[2])
    probability, nobody = np.array([keep, rates])[:, None], np.zeros((1, len(rates)))
    kept = _deviation(law, Mixture(probability, np.array([nobody + 1.0, nobody])))
    everyone = _deviation(law, Mixture(probability, np.ones_like(probability)))
    gap = Mixture(probability, np.array([test - train, test]))
    raw = np.array([gap.gain * mu, gap.gain])
    spread, (squared, fourth) = _even_moments(law, probability, kept)[0], _even_moments(law, probability, raw)
    share = np.array([nobody - rates / keep, nobody + 1.0])
    # φ but for a factor, the factor, and the squared relative error of what is divided by or under a root
    measures = (
        (_deviation(law, gap), law.size, 0.0),
        (_deviation(law, gap), 1.0 / np.abs(train * keep * mu), 0.0),
        (
            _square(kept) / spread - _square(everyone) / v,
            (train / test) ** 2 * spread / v,
            (variance_error(np.array(v), np.array(law.central[4]), units) / v) ** 2,
        ),
        (
            _less(_square(raw), squared),
            law.size * np.where(squared > 0.0, 0.5 / np.sqrt(squared), 0.0),
            (fourth / squared**2 - 1.0) / units,
        ),
        (
            np.array([share, share / mu]),
            np.abs(test / (train * keep)),
            spread / (keep * mu) ** 2 / units,
        ),
    )
    found = [(factor, left_out, *_even_moments(law, probability, phi)) for phi, factor, left_out in measures]
    errors = np.array([factor * np.sqrt(second / units) for factor, _, second, _ in found])
    shown = [
        np.broadcast_to((second == 0.0) | (left_out <= NEGLIGIBLE) & fair(second, fourth, units), test.shape)
        for _, left_out, second, fourth in found
    ]
    if units == 1:
        errors[GAPS.index("variance_ratio")] = np.nan
    return np.where(np.isfinite(errors), errors, np.nan), np.array(shown)


# ---- polynomials in a − μ -------------------------------------------------------------------------------------------


def _deviation(law: Law, outputs: Mixture) -> Floats:
    """Output − E[output], of degree 1."""
    probability, gain, offset = np.broadcast_arrays(*outputs)
    middle = gain * law.mean + offset / law.size
    apart = middle - middle[0]  # so that equal outputs deviate by 0, to the bit
    return np.array([apart - (probability * apart).sum(axis=0), gain])


def _square(polynomial: Floats) -> Floats:
    powers = np.zeros((2 * len(polynomial) - 1, *polynomial.shape[1:]))
    for i, left in enumerate(polynomial):
        for j, right in enumerate(polynomial):
            powers[i + j] += left * right
    return powers


def _less(polynomial: Floats, constant: Floats) -> Floats:
    return np.array([polynomial[0] - constant, *polynomial[1:]])


def _even_moments(law: Law, probability: Floats, phi: Floats) -> tuple[Floats, Floats]:
    """E[φ²] and E[φ⁴]."""
    square = _square(phi)
    second, fourth = (
        (probability * np.einsum("p,p...->...", law.central[: len(powers)], powers)).sum(axis=0)
        for powers in (square, _square(square))
    )
    return np.maximum(second, 0.0), np.maximum(fourth, 0.0)
