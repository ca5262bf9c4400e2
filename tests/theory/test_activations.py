"""Sources of activations: closed forms against quadrature and against samples, and what is refused."""

import math
import pickle
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import dropviz as dv
from dropviz.numbers.checks import LARGEST

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


REAL = [
    "bool",
    "int8",
    "uint8",
    "int16",
    "uint32",
    "int64",
    "uint64",
    "float16",
    "float32",
    "float64",
    "longdouble",
]


@pytest.mark.parametrize("dtype", REAL)
def test_empirical_takes_every_real_dtype(dtype):
    source = Empirical(np.array([[0, 1, 1], [1, 0, 1]], dtype=dtype))
    assert source.values.dtype == np.float64
    assert source.values.shape == (2, 3)
    assert source.exact_mean == pytest.approx(2 / 3, rel=1e-15)
    assert source.exact_variance == pytest.approx(2 / 9, rel=1e-15)
    assert set(source.sample(np.random.default_rng(0), 100)) == {0.0, 1.0}


def test_empirical_moments_are_exact_given_the_array():
    values = np.random.default_rng(5).lognormal(size=300).astype(np.float32)
    exact = [Fraction(float(value)) for value in values]
    mean = sum(exact) / len(exact)
    variance = sum((value - mean) ** 2 for value in exact) / len(exact)
    source = Empirical(values)
    assert source.exact_mean == pytest.approx(float(mean), rel=1e-14)
    assert source.exact_variance == pytest.approx(float(variance), rel=1e-14)


def test_empirical_moments_that_are_only_rounding_are_zero():
    for values in ([0.1, 0.2, -0.3], np.linspace(-1.0, 1.0, 1000), [1e99, -1e99, 3.0]):
        assert Empirical(values).exact_mean == 0.0
        assert Empirical(values).exact_variance > 0.0
    for value in (0.1, -1 / 3, 1e-90, 1e99, 0.0):
        source = Empirical([value] * 7)
        assert (source.exact_mean, source.exact_variance) == (value, 0.0)
    assert np.isnan(dv.exact_discrepancy("none", 0.3, Empirical([0.1, 0.2, -0.3])).relative_gap[0])
    # What is small but no rounding stays.
    small = Empirical([1.0, -1.0, 1e-12])
    assert small.exact_mean == pytest.approx(1e-12 / 3, rel=1e-3)
    assert Empirical([1e6, 1e6 + 1e-6]).exact_variance == pytest.approx(2.5e-13, rel=1e-3)


def test_empirical_reads_any_memory_layout():
    plain = np.arange(12.0).reshape(3, 4)
    padded = np.zeros((6, 8))
    padded[::2, ::2] = plain
    for layout in (np.asfortranarray(plain), padded[::2, ::2], plain.astype(">f8"), plain.tolist()):
        assert Empirical(layout) == Empirical(plain)
    assert Empirical(plain) != Empirical(plain.ravel())
    assert Empirical(plain) != Empirical(plain + 1e-9)


def test_empirical_is_a_frozen_copy():
    mine = np.array([1.0, 2.0, 3.0])
    source = Empirical(mine)
    mine[0] = 99.0
    assert source.exact_mean == 2.0
    with pytest.raises(ValueError, match="read-only"):
        source.values[0] = 5.0


def test_empirical_draws_every_value_equally_often():
    count = 70_000
    sample = Empirical(np.arange(7)).sample(np.random.default_rng(8), count)
    observed = np.bincount(sample.astype(int), minlength=7)
    chi_square = ((observed - count / 7) ** 2 / (count / 7)).sum()
    assert chi_square < 6 + 5 * math.sqrt(2 * 6)


def test_empirical_quantiles_are_the_sorted_values():
    source = Empirical([3.0, 1.0, 2.0, 2.0])
    assert source.quantile([0.1, 0.25, 0.26, 0.5, 0.75, 0.76, 0.99]).tolist() == [1, 1, 2, 2, 2, 3, 3]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1.0, np.nan], "NaN"),
        ([1.0, np.inf], "infinity"),
        ([-np.inf], "infinity"),
        (np.array([np.nan], dtype=np.float16), "NaN"),
        ([], "empty"),
        (np.zeros((0, 5)), "empty"),
        ([1 + 2j], "complex"),
        ([None, 1.0], "objects"),
        ([{}], "objects"),
        (None, "objects"),
        (["1.0"], "text"),
        ("1.0", "text"),
        (np.array([b"1"]), "text"),
        (np.array(["2020-01-01"], dtype="M8[D]"), "dates"),
        (np.zeros(2, dtype=[("a", float)]), "records"),
        ([[1.0, 2.0], [3.0]], "rows differ in length"),
        (np.zeros((2, 2, 2)), "3 axes"),
        (1.5, "0 axes"),
        (np.ma.masked_array([1.0, 2.0], [False, True]), "masked"),
        ([np.ma.masked_array([1.0, 2.0], [False, True])], "masked"),
        (([1.0], [np.ma.masked]), "masked"),
        ([1e200], "1e\\+200"),
        ([1.0, -1e200], "1e\\+200"),
    ],
)
def test_empirical_refuses_and_says_why(values, said):
    with pytest.raises(ValueError, match=f"^values must .*{said}"):
        Empirical(values)


def test_empirical_refuses_a_long_double_beyond_float64():
    huge = np.array(["1e4000"], dtype=np.longdouble)
    if not np.isfinite(huge).all():
        pytest.skip("long double is float64 on this machine")
    with pytest.raises(ValueError, match=f"at most {LARGEST:g}".replace("+", "\\+")):
        Empirical(huge)


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


def test_digits_are_the_hidden_layer_of_a_network_that_reads_digits():
    source = dv.digits()
    assert source is dv.digits()
    assert source.values.shape == (360, 64)
    assert (source.values >= 0).all()
    assert 0.2 < (source.values == 0).mean() < 0.9
    with np.load(Path(dv.__file__).parent / "data" / "digits.npz", allow_pickle=False) as data:
        scores = source.values @ data["w2"] + data["b2"]
        labels = data["labels"][data["test_indices"]]
    assert (scores.argmax(axis=1) == labels).mean() > 0.95


@pytest.mark.parametrize("kind", sorted({type(source) for source in SOURCES}, key=repr))
def test_a_docstring_gives_the_law_its_parameters_and_what_is_refused(kind):
    assert "E[a]" in kind.__doc__ or "quadrature" in kind.__doc__
    assert "Var[a]" in kind.__doc__ or "quadrature" in kind.__doc__
    for part in ("Parameters\n", "Raises\n", ">>> ", *(name for name in kind.__match_args__)):
        assert part in kind.__doc__
