import math

import numpy as np
import pytest

from dropviz.theory.diagnosis import LEFT_ON, Observation, diagnose, observe
from dropviz.theory.strategies import strategies

NAMES = (*strategies(), LEFT_ON)


def outputs(name, rate, count=200_000, seed=0, mean=1.0, std=1.5):
    """Training, test and clean outputs of independent activations by one convention or mistake."""
    rng = np.random.default_rng(seed)
    clean, second, third = (rng.normal(mean, std, count) for _ in range(3))
    if name == LEFT_ON:
        return (
            second * (rng.random(count) >= rate) / (1 - rate),
            third * (rng.random(count) >= rate) / (1 - rate),
            clean,
        )
    row = strategies()[name]
    return (
        float(row.train_scale(rate)) * second * (rng.random(count) >= rate),
        float(row.test_scale(rate)) * third,
        clean,
    )


def by_name(result):
    return {candidate.name: candidate for candidate in result.candidates}


@pytest.mark.parametrize("rate", [0.1, 0.3, 0.8])
@pytest.mark.parametrize("name", NAMES)
def test_everything_measured_names_the_culprit(name, rate):
    result = diagnose(observe(rate, *outputs(name, rate)))
    assert result.fitting == (name,)
    assert result.candidates[0].label in result.sentence
    assert by_name(result)[name].misfit < 4
    assert sum(candidate.likelihood for candidate in result.candidates) == pytest.approx(1.0)
    assert result.candidates[0].likelihood > 0.99


def test_expected_ratios_are_those_of_the_table():
    expected = {
        "standard": (1, 1, 1, 1),
        "inverted": (1, 1, 1, 1),
        "none": (1 / 0.9, 1 / 0.7, 2, 5),
        "both": (0.9, 0.7, 0.5, 0.2),
        "wrong_train": (1 / 9, 3 / 7, 1, 4),
        "wrong_test": (1 / 9, 3 / 7, 1, 4),
        LEFT_ON: (1, 1, 1, 1),
    }
    for column, rate in enumerate((0.1, 0.3, 0.5, 0.8)):
        rows = by_name(diagnose(Observation(rate, 1.0, 0.1, 1.0, 0.1)))
        for name, ratios in expected.items():
            assert rows[name].expected_ratio == pytest.approx(ratios[column], rel=1e-12)


@pytest.mark.parametrize(
    ("ratio", "fitting"),
    [
        (1.0, {"standard", "inverted", LEFT_ON}),
        (1 / 0.7, {"none"}),
        (0.7, {"both"}),
        (3 / 7, {"wrong_train", "wrong_test"}),
        (0.5, set()),
        (-1.0, set()),
        (0.0, set()),
    ],
)
def test_the_ratio_alone(ratio, fitting):
    result = diagnose(Observation(0.3, 2.0, 0.01, 2.0 * ratio, 0.01))
    assert set(result.fitting) == fitting
    assert result.ratio == pytest.approx(ratio)


def test_at_one_half_the_wrong_rate_is_invisible():
    result = diagnose(Observation(0.5, 1.0, 0.01, 1.0, 0.01))
    assert set(result.fitting) == {"standard", "inverted", "wrong_train", "wrong_test", LEFT_ON}
    shares = [candidate.likelihood for candidate in result.candidates[:5]]
    np.testing.assert_allclose(shares, 0.2, rtol=1e-6)
    everything = diagnose(observe(0.5, *outputs("inverted", 0.5)))
    assert set(everything.fitting) == {"inverted", "wrong_train"}
    assert everything.would_help == ("the same means at another rate, or from more data",)


def test_the_clean_mean_tells_standard_from_inverted():
    tie = diagnose(Observation(0.3, 0.7, 0.01, 0.7, 0.01))
    assert {"standard", "inverted"} <= set(tie.fitting)
    assert tie.would_help == ("the mean without dropout", "the variances")
    for clean, name in ((1.0, "standard"), (0.7, "inverted")):
        told = diagnose(Observation(0.3, 0.7, 0.01, 0.7, 0.01, clean, 0.01))
        assert name in told.fitting
        assert not {"standard", "inverted"} <= set(told.fitting)


def test_the_variances_tell_dropout_left_on():
    for name in ("inverted", LEFT_ON):
        train, test, _ = outputs(name, 0.3)
        result = diagnose(observe(0.3, train, test))
        assert (LEFT_ON in result.fitting) == (name == LEFT_ON)


def test_z_is_that_of_the_ratio_by_the_delta_method():
    seen = Observation(0.3, 1.0, 0.002, 1.002, 0.003)
    result = diagnose(seen)
    assert result.ratio_se == pytest.approx(math.hypot(0.003, 1.002 * 0.002))
    standard = by_name(result)["standard"]
    assert standard.z == pytest.approx((result.ratio - 1.0) / result.ratio_se, rel=0.01)
    assert standard.misfit == pytest.approx(abs(standard.z), rel=1e-9)
    assert standard.log_likelihood == pytest.approx(-0.5 * standard.z**2, rel=1e-9)
    mirrored = diagnose(Observation(0.3, -1.0, 0.002, -1.002, 0.003))
    assert by_name(mirrored)["standard"].z == pytest.approx(standard.z)


def test_z_of_the_truth_is_standard_normal():
    """Over many repeats the true row's z has mean 0 and variance 1, and χ² of three means has mean 2."""
    rng = np.random.default_rng(0)
    repeats, z, square = 2000, [], []
    for train, test, clean in rng.normal((0.7, 0.7, 1.0), (0.02, 0.03, 0.01), size=(repeats, 3)):
        row = by_name(diagnose(Observation(0.3, train, 0.02, test, 0.03, clean, 0.01)))["standard"]
        z.append(row.z)
        square.append(row.misfit**2)
    assert abs(np.mean(z)) < 5 / math.sqrt(repeats)
    assert abs(np.var(z) - 1) < 5 * math.sqrt(2 / repeats)
    assert abs(np.mean(square) - 2) < 5 * 2 / math.sqrt(repeats)


def test_the_variance_contrast_is_never_too_strict():
    """The true row's misfit from arrays of a skewed, shifted activation stays below the threshold."""
    for seed in range(30):
        rng = np.random.default_rng(seed)
        train = rng.exponential(2.0, 3000) * (rng.random(3000) >= 0.4) / 0.6
        test = rng.exponential(2.0, 3000)
        assert by_name(diagnose(observe(0.4, train, test)))["inverted"].misfit < 4


def test_dropout_that_was_never_on_is_the_row_of_equal_phases():
    values = np.random.default_rng(0).normal(1.0, 1.0, 10_000)
    result = diagnose(observe(0.3, values, values, values))
    assert result.fitting == (LEFT_ON,)
    assert "off in training too" in result.sentence


def test_means_of_zero_tell_nothing_and_say_so():
    result = diagnose(Observation(0.3, 0.0, 0.01, 0.0, 0.01))
    assert set(result.fitting) == set(NAMES)
    assert math.isnan(result.ratio)
    assert result.would_help[0] == "activations whose mean is not 0"
    exactly = diagnose(Observation(0.3, 0.0, 0.0, 0.0, 0.0))
    assert set(exactly.fitting) == set(NAMES)


def test_rate_zero_makes_every_defined_row_the_same():
    result = diagnose(Observation(0.0, 1.0, 0.01, 1.0, 0.01))
    assert set(result.fitting) == {"standard", "inverted", "none", "both", LEFT_ON}
    undefined = by_name(result)["wrong_train"]
    assert math.isnan(undefined.expected_ratio)
    assert undefined.likelihood == 0.0
    assert "another rate" in result.sentence


def test_nothing_fits_names_the_nearest():
    result = diagnose(Observation(0.3, 1.0, 0.001, 0.8, 0.001))
    assert result.sentence.startswith("None of these fits: the nearest, compensates twice, is ")
    assert result.would_help == ()


def test_where_nothing_fits_no_likelihood_is_claimed():
    result = diagnose(Observation(0.99, 1e6, 0.0, -1e6, 0.0))
    assert result.fitting == ()
    assert {candidate.likelihood for candidate in result.candidates} == {0.0}
    assert "is 3.94e+06 standard errors away" in diagnose(Observation(0.3, 1.0, 1e-7, 0.0, 1e-7)).sentence
    # A row that is ruled out has no share beside one that is not.
    shares = [c.likelihood for c in diagnose(Observation(0.3, 1.0, 0.1, 1.44, 0.01)).candidates]
    assert sum(shares) == pytest.approx(1.0)
    for ratio in np.linspace(-2.0, 2.0, 41):
        for candidate in diagnose(Observation(0.3, 1.0, 0.02, ratio, 0.02)).candidates:
            assert candidate.likelihood == 0.0 or candidate.misfit <= 4.0


@pytest.mark.parametrize("train", [[1e-300, 2e-300, 0.0], [1e-170, -1e-170], [5e-324, 0.0], [1e20, -1e20]])
@pytest.mark.parametrize(
    "test", [[1e-300, 2e-300, 0.0], [0.0, 0.0], [5e-324, 5e-324], [1e20, 1.0], [3.0, 4.0]]
)
def test_numbers_of_any_size_are_compared_without_overflow(train, test):
    for seen in (observe(0.3, train, test), observe(0.3, train, test, train)):
        result = diagnose(seen)
        assert "nan" not in result.sentence
        for candidate in result.candidates:
            assert all(map(math.isfinite, (candidate.z, candidate.misfit, candidate.log_likelihood)))


def test_a_ratio_to_a_mean_that_may_be_zero_is_undefined():
    for train_mean, train_mean_se in ((1.85e-17, 0.1), (1.85e-17, 0.0), (-0.1, 0.1)):
        result = diagnose(Observation(0.3, train_mean, train_mean_se, 2.6, 0.1))
        assert math.isnan(result.ratio)
        assert math.isnan(result.ratio_se)
    assert diagnose(Observation(0.3, 0.2, 0.1, 2.6, 0.1)).ratio == pytest.approx(13.0)


def test_constant_activations_have_standard_error_zero():
    rng = np.random.default_rng(1)
    train = np.where(rng.random(10_000) < 0.3, 0.0, 1 / 0.7)
    result = diagnose(observe(0.3, train, np.ones(500), np.ones(500)))
    assert result.fitting == ("inverted",)
    exact = diagnose(Observation(0.3, 0.7, 0.0, 0.7, 0.0, 1.0, 0.0))
    assert exact.fitting == ("standard",)
    assert all(math.isfinite(c.likelihood) for c in exact.candidates)
    silent = diagnose(observe(0.3, np.zeros(5), np.zeros(5)))
    assert set(silent.fitting) == set(NAMES)


def test_observe_takes_arrays_of_any_real_kind():
    values = np.array([[1, 2], [3, 5]])
    for kind in (np.int8, np.float16, np.float32, bool):
        seen = observe(0.3, values.astype(kind), values)
        assert seen.train_mean == pytest.approx(values.astype(kind).astype(float).mean())
        assert seen.train_variance == pytest.approx(values.astype(kind).astype(float).var(ddof=1))
    assert seen.clean_mean is None
    assert seen.test_mean_se == pytest.approx(values.std(ddof=1) / 2)


def test_observed_standard_errors_are_those_of_repeats():
    rng = np.random.default_rng(0)
    samples = rng.exponential(size=(4000, 50))
    errors = np.array(
        [[o.train_mean_se, o.train_variance_se] for o in (observe(0.3, s, s) for s in samples[:400])]
    )
    assert errors[:, 0].mean() == pytest.approx(samples.mean(axis=1).std(), rel=0.05)
    assert np.sqrt(np.mean(errors[:, 1] ** 2)) == pytest.approx(samples.var(axis=1, ddof=1).std(), rel=0.25)


@pytest.mark.parametrize(
    ("train", "message"),
    [
        ([1.0], "train must have at least 2 values; got 1"),
        ([], "at least 2 values"),
        ([1.0, math.nan], "NaN"),
        ([1.0, math.inf], "infinity"),
        ([1.0, 1e30], "at most 1e20"),
        (["a", "b"], "real numbers"),
        ([1j, 2.0], "real numbers"),
        ([None, 1.0], "real numbers"),
        ([[1.0], [1.0, 2.0]], "rows differ in length"),
    ],
)
def test_an_array_that_is_none_is_refused(train, message):
    with pytest.raises(ValueError, match=message):
        observe(0.3, train, [1.0, 2.0])


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5, 1e-320, math.nan, "a", None])
def test_a_rate_out_of_range_is_refused(rate):
    with pytest.raises(ValueError, match="rate must be"):
        Observation(rate, 1.0, 0.1, 1.0, 0.1)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train_mean": math.nan}, "train_mean"),
        ({"test_mean": "one"}, "test_mean"),
        ({"test_mean": None}, "test_mean"),
        ({"train_mean_se": -0.1}, "train_mean_se"),
        ({"test_mean_se": math.inf}, "test_mean_se"),
        ({"clean_mean": 1.0}, "clean_mean_se must be given together with clean_mean"),
        ({"train_variance": 1.0}, "must be given together with train_variance"),
        ({"train_variance": -1.0}, "train_variance"),
    ],
)
def test_an_observation_that_is_none_is_refused(changes, message):
    numbers = {"rate": 0.3, "train_mean": 1.0, "train_mean_se": 0.1, "test_mean": 1.0, "test_mean_se": 0.1}
    with pytest.raises(ValueError, match=message):
        Observation(**(numbers | changes))


@pytest.mark.parametrize("scale", [1e-40, 1e40])
def test_units_do_not_matter(scale):
    plain = diagnose(Observation(0.3, 0.7, 0.01, 1.0, 0.01))
    scaled = diagnose(Observation(0.3, 0.7 * scale, 0.01 * scale, scale, 0.01 * scale))
    assert scaled.fitting == plain.fitting
    assert scaled.candidates[0].z == pytest.approx(plain.candidates[0].z, rel=1e-9)
