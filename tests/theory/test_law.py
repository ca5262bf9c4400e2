"""The laws as standard errors need them: against Gauss quadrature, which is exact for polynomials, and draws."""

import math
from functools import lru_cache

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from numpy.polynomial.laguerre import laggauss
from numpy.polynomial.legendre import leggauss

import dropviz as dv
from dropviz.theory.law import law_of, size_of

POWERS = np.arange(9)


@lru_cache
def nodes():
    return leggauss(400)


def of_normal(value, low=-12.0, high=12.0):
    """Values at standard normal z from ``low`` to ``high``, and their probabilities, to rounding."""
    x, weight = nodes()
    half = 0.5 * (high - low)
    z = low + half * (1.0 + x)
    return value(z), half * weight * np.exp(-0.5 * z**2) / math.sqrt(2.0 * math.pi)


def rectified(mean, std):
    value, probability = of_normal(lambda z: mean + std * z, -mean / std)
    return np.append(value, 0.0), np.append(probability, 0.5 * math.erfc(mean / std / math.sqrt(2.0)))


def logistic(z):
    return 1.0 / (1.0 + np.exp(-z))


# five nodes give the moments of a polynomial's law up to the ninth
Z, OF_Z = hermegauss(5)
U, OF_U = leggauss(5)
E, OF_E = laggauss(5)
DIGITS = dv.digits().values.ravel()
LAWS = [  # a source, its values and their probabilities, and how near its moments are
    (dv.Normal(1.0, 2.0), 1.0 + 2.0 * Z, OF_Z / OF_Z.sum(), 1e-12),
    (dv.Uniform(-1.0, 3.0), 1.0 + 2.0 * U, 0.5 * OF_U, 1e-12),
    (dv.Exponential(2.0), 2.0 * E, OF_E, 1e-12),
    (dv.Sparse(0.8, 1.5), np.append(1.5 * E, 0.0), np.append(0.2 * OF_E, 0.8), 1e-12),
    (
        dv.Empirical(np.array([[-1.0, 0.0], [2.0, 7.0]])),
        np.array([-1.0, 0.0, 2.0, 7.0]),
        np.full(4, 0.25),
        1e-12,
    ),
    (dv.digits(), DIGITS, np.full(DIGITS.size, 1.0 / DIGITS.size), 1e-9),
    (dv.Constant(-3.0), np.array([-3.0]), np.ones(1), 1e-12),
    (dv.LogNormal(0.2, 0.5), *of_normal(lambda z: np.exp(0.2 + 0.5 * z)), 1e-9),
    (dv.LogNormal(0.2, 1.5), *of_normal(lambda z: np.exp(0.2 + 1.5 * z), high=26.0), 1e-9),
    (dv.LogNormal(0.2, 0.05), *of_normal(lambda z: np.exp(0.2 + 0.05 * z)), 1e-9),
    (dv.SigmoidNormal(-1.0, 2.0), *of_normal(lambda z: logistic(-1.0 + 2.0 * z)), 1e-9),
    (dv.SigmoidNormal(-5.0, 1.0), *of_normal(lambda z: logistic(-5.0 + z)), 1e-9),
    (dv.Normal(0.0, 1.0, relu=True), *rectified(0.0, 1.0), 1e-4),
    (dv.Normal(-2.0, 0.7, relu=True), *rectified(-2.0, 0.7), 1e-4),
    (dv.Normal(3.0, 1.5, relu=True), *rectified(3.0, 1.5), 1e-4),
]


@pytest.mark.parametrize(("source", "value", "probability", "near"), LAWS, ids=lambda one: repr(one)[:30])
def test_the_law_has_the_moments_of_its_values(source, value, probability, near):
    assert probability.sum() == pytest.approx(1.0, rel=1e-12)
    law, mean = law_of(source), float((probability * value).sum())
    size = math.sqrt((probability * value**2).sum())
    assert (law.size, law.mean * law.size) == (pytest.approx(size, rel=1e-9), pytest.approx(mean, rel=1e-9))
    apart = (value - mean) / size
    exact = np.array([(probability * apart**power).sum() for power in POWERS])
    terms = np.array([(probability * np.abs(apart) ** power).sum() for power in POWERS])
    assert (np.abs(law.central - exact) <= near * terms).all()
    np.testing.assert_allclose(law.central[:3], exact[:3], rtol=1e-9, atol=1e-12)
    assert not law.central.flags.writeable  # the cache hands out this very array


def test_a_symmetric_law_has_no_odd_moment():
    for source in (dv.Normal(1.0, 2.0), dv.Uniform(-1.0, 3.0)):
        assert (law_of(source).central[1::2] == 0.0).all()


def test_a_law_of_quantiles_alone_is_read_at_them():
    class Cube(dv.Constant):  # u³ of a uniform u, of which nothing but this is known
        exact_mean, exact_variance = 1 / 4, 1 / 7 - 1 / 16

        def quantile(self, probability):
            return np.asarray(probability) ** 3

    u, weight = leggauss(20)
    apart = (0.5 + 0.5 * u) ** 3 - 0.25
    exact = [(0.5 * weight * apart**power).sum() * 7 ** (0.5 * power) for power in POWERS]
    np.testing.assert_allclose(law_of(Cube(1.0)).central, exact, rtol=1e-4, atol=1e-12)


@pytest.mark.parametrize(
    "source",
    [
        *(dv.Normal(1.0, 2.0), dv.Normal(relu=True), dv.Normal(-2.0, 1.0, relu=True)),
        *(dv.Uniform(-1.0, 3.0), dv.Exponential(2.0), dv.SigmoidNormal(-1.0, 2.0)),
        *(dv.LogNormal(0.0, 0.3), dv.Sparse(0.8, 1.5), dv.digits(), dv.Constant(3.0)),
    ],
    ids=lambda source: repr(source)[:40],
)
def test_the_law_has_the_moments_of_its_draws(source):
    law, count = law_of(source), 100_000
    deviation = (source.sample(np.random.default_rng(5), count) - source.exact_mean) / law.size
    for power, exact in enumerate(law.central[:5]):
        drawn = deviation**power
        assert abs(drawn.mean() - exact) <= 5 * drawn.std() / math.sqrt(count) + 1e-3 * abs(exact) + 1e-12


def test_a_narrow_lognormal_has_its_skewness_and_kurtosis():
    central, w = law_of(dv.LogNormal(0.2, 0.05)).central, math.exp(0.05**2)
    assert central[3] / central[2] ** 1.5 == pytest.approx((w + 2.0) * math.sqrt(w - 1.0), rel=1e-4)
    assert central[4] / central[2] ** 2 == pytest.approx(w**4 + 2.0 * w**3 + 3.0 * w**2 - 3.0, rel=1e-4)


def test_a_law_of_which_next_to_nothing_is_above_0_has_its_variance():
    source = dv.Normal(-3.0, 0.1, relu=True)  # not a unit in 1e196
    law = law_of(source)
    assert law.central[2] * law.size**2 == pytest.approx(source.exact_variance, rel=1e-12)


def test_the_size_is_the_root_mean_square_unless_its_square_would_vanish():
    assert (size_of(3.0, 16.0), size_of(-1e-149, 0.0)) == (5.0, 1e-149)
    assert size_of(0.0, 0.0) == size_of(1e-150, 0.0) == size_of(1e-160, 0.0) == 1.0
