"""Sources of activations: closed forms against quadrature and against samples, and what is refused."""

import math
import pickle
from typing import Any

import numpy as np
import pytest

import dropviz as dv

Empirical: Any = dv.Empirical  # takes whatever NumPy can read; its field is float64

SOURCES = [
    dv.Normal(),
    dv.Normal(0.5, 2.0),
    dv.Normal(relu=True),
    dv.Normal(-1.0, 2.0, relu=True),
    dv.Uniform(-1.0, 3.0),
    dv.Exponential(2.0),
    dv.SigmoidNormal(),
    dv.SigmoidNormal(-2.0, 3.0),
    dv.LogNormal(),
    dv.LogNormal(-1.0, 0.3),
    dv.Sparse(0.8, 1.5),
    dv.Sparse(0.0, 1.0),
    dv.Constant(-2.5),
    Empirical([[0.0, 0.0, 1.0], [2.0, -3.0, 7.5]]),
    dv.digits(),
]
by_source = pytest.mark.parametrize("source", SOURCES, ids=lambda source: repr(source)[:40])


@by_source
def test_exact_moments_agree_with_the_integral_of_the_quantile_function(source):
    # E[g(a)] = ∫ g(Q(u)) du; u = x³(10 − 15x + 6x²) puts nodes far into both tails.
    x = (np.arange(200_000) + 0.5) / 200_000
    value = source.quantile(x**3 * (10 - 15 * x + 6 * x**2))
    weight = 30 * x**2 * (1 - x) ** 2 / x.size
    mean = weight @ value
    assert mean == pytest.approx(source.exact_mean, rel=1e-4, abs=1e-12)
    assert weight @ (value - mean) ** 2 == pytest.approx(source.exact_variance, rel=2e-4, abs=1e-12)


@by_source
def test_samples_have_the_exact_moments_within_five_standard_errors(source):
    sample = source.sample(np.random.default_rng(11), 200_000)
    assert sample.shape == (200_000,)
    assert sample.dtype == np.float64
    squares = (sample - source.exact_mean) ** 2
    assert abs(sample.mean() - source.exact_mean) <= 5 * sample.std() / math.sqrt(sample.size)
    assert abs(squares.mean() - source.exact_variance) <= 5 * squares.std() / math.sqrt(sample.size)


@by_source
def test_quantile_is_the_inverse_distribution_function_of_the_sample(source):
    # Q(p) is the smallest a with P(activation ≤ a) ≥ p, so P(< Q) ≤ p ≤ P(≤ Q), atoms included.
    sample = source.sample(np.random.default_rng(12), 50_000)
    probability = np.array([0.001, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.999])
    quantile = source.quantile(probability)
    assert (np.diff(quantile) >= 0).all()
    slack = 5 * np.sqrt(probability * (1 - probability) / sample.size)
    # Rounding may put Q(u) and the sampler's value for the same atom one bit apart.
    dust = 1e-12 * np.abs(quantile)
    assert ((sample[:, None] < quantile - dust).mean(axis=0) <= probability + slack).all()
    assert ((sample[:, None] <= quantile + dust).mean(axis=0) >= probability - slack).all()


@by_source
def test_sampling_depends_on_the_generator_alone(source):
    before = np.random.get_state(legacy=False)["state"]["key"].copy()  # noqa: NPY002 (to show that it is left alone)
    first = source.sample(np.random.default_rng(3), 1000)
    second = source.sample(np.random.default_rng(3), 1000)
    assert first.tobytes() == second.tobytes()
    assert (np.random.get_state(legacy=False)["state"]["key"] == before).all()  # noqa: NPY002


@by_source
def test_a_source_survives_pickling_as_an_equal_key(source):
    copy = pickle.loads(pickle.dumps(source))
    assert copy == source
    assert hash(copy) == hash(source)
    if isinstance(source, dv.Empirical):
        with pytest.raises(ValueError, match="read-only"):
            copy.values[0] = 5.0


@pytest.mark.parametrize("z", [-30.0, -10.0, -3.0, 0.0, 3.0, 10.0, 30.0])
def test_rectified_normal_keeps_its_digits_far_from_the_kink(z):
    # Σ over a fine grid of a·φ(a − z), with φ(z) taken out of the sum when z < 0 so that nothing underflows.
    a = np.linspace(0, z + 12 if z > 0 else 12, 400_001)
    log_density = -0.5 * (a - z) ** 2 + (0.5 * z * z if z < 0 else 0.0)
    density = np.exp(log_density) * (a[1] - a[0]) / math.sqrt(2 * math.pi)
    outside = math.exp(-0.5 * z * z) if z < 0 else 1.0
    mean = (a @ density) * outside
    source = dv.Normal(z, 1.0, relu=True)
    assert source.exact_mean == pytest.approx(mean, rel=1e-8)
    zero_mass = 0.5 * math.erfc(z / math.sqrt(2))
    variance = ((a - mean) ** 2 @ density - 0.5 * mean**2 * density[0]) * outside + zero_mass * mean**2
    assert source.exact_variance == pytest.approx(variance, rel=1e-4)


def test_known_values_of_the_rectified_standard_normal():
    source = dv.Normal(relu=True)
    assert source.exact_mean == pytest.approx(1 / math.sqrt(2 * math.pi), rel=1e-15)
    assert source.exact_variance == pytest.approx(0.5 - 1 / (2 * math.pi), rel=1e-14)


def test_sigmoid_of_a_normal_is_symmetric_and_keeps_its_left_tail():
    left, right = dv.SigmoidNormal(-2.0, 1.5), dv.SigmoidNormal(2.0, 1.5)
    assert left.exact_mean == pytest.approx(1 - right.exact_mean, rel=1e-13)
    assert left.exact_variance == pytest.approx(right.exact_variance, rel=1e-12)
    # Far to the left 1/(1 + e^−x) is e^x, and the activation lognormal.
    far, limit = dv.SigmoidNormal(-45.0, 1.0), dv.LogNormal(-45.0, 1.0)
    assert far.exact_mean == pytest.approx(limit.exact_mean, rel=1e-12)
    assert far.exact_variance == pytest.approx(limit.exact_variance, rel=1e-12)
    assert far.quantile(0.5) == pytest.approx(math.exp(-45), rel=1e-12)


NOT_NUMBERS = (None, "1", b"1", 1j, [1.0], np.array([1.0]), math.nan, math.inf, -math.inf, 10**400)


@pytest.mark.parametrize(
    ("kind", "name", "outside", "span"),
    [
        (dv.Normal, "mean", (1.1e6, -1.1e6), "-1e+06 to 1e+06"),
        (dv.Normal, "std", (0.0, -1.0, 1e-7, 1.1e6), "1e-06 to 1e+06"),
        (dv.Uniform, "low", (1.1e6, -1.1e6), "-1e+06 to 1e+06"),
        (dv.Uniform, "high", (1.1e6, -1.1e6), "-1e+06 to 1e+06"),
        (dv.Exponential, "scale", (0.0, -1.0, 1.1e6), "1e-06 to 1e+06"),
        (dv.SigmoidNormal, "mean", (51, -51), "-50 to 50"),
        (dv.SigmoidNormal, "std", (0.0, 51), "1e-06 to 50"),
        (dv.LogNormal, "mean", (51, -51), "-50 to 50"),
        (dv.LogNormal, "std", (0.0, 5.1), "1e-06 to 5"),
        (dv.Sparse, "zero_probability", (-0.1, 1.0), "0 to 0.9999"),
        (dv.Sparse, "scale", (0.0, 1.1e6), "1e-06 to 1e+06"),
        (dv.Constant, "value", (1.1e6, -1.1e6), "-1e+06 to 1e+06"),
    ],
)
def test_a_parameter_outside_its_range_is_named_with_value_and_range(kind, name, outside, span):
    for value in (*outside, *NOT_NUMBERS):
        with pytest.raises(ValueError, match=f"^{name} must be a number from ") as caught:
            kind(**{name: value})
        assert span in str(caught.value)
        assert repr(value) in str(caught.value)


@pytest.mark.parametrize(("low", "high"), [(1.0, 1.0), (2.0, 1.0)])
def test_uniform_needs_low_below_high(low, high):
    with pytest.raises(ValueError, match=f"low must be smaller than high; got low={low}, high={high}"):
        dv.Uniform(low, high)


@pytest.mark.parametrize("kind", sorted({type(source) for source in SOURCES}, key=repr))
def test_a_docstring_gives_the_law_its_parameters_and_what_is_refused(kind):
    assert "E[a]" in kind.__doc__ or "quadrature" in kind.__doc__
    assert "Var[a]" in kind.__doc__ or "quadrature" in kind.__doc__
    for part in ("Parameters\n", "Raises\n", ">>> ", *(name for name in kind.__match_args__)):
        assert part in kind.__doc__
