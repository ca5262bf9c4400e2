import math

import numpy as np
import pytest

from dropviz.numbers.written import with_error
from dropviz.theory.diagnosis import LEFT_ON, OTHER_DROPOUT, cure, diagnose
from dropviz.theory.observation import Observation, observe, observe_passes
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


def test_four_errors_rule_nothing_out_and_a_20th_of_the_likelihood_does_not_fit():
    edge = diagnose(Observation(0.5, 0.0, 1.0, 0.0, 1.0, None, None, 4.0, 1.0, 0.0, 0.0))  # 4 ± 1 for 0
    assert by_name(edge)[LEFT_ON].misfit == 4.0
    assert by_name(edge)[LEFT_ON].likelihood > 0.0
    assert LEFT_ON in edge.fitting
    three = diagnose(Observation(0.3, 0.7, 0.01, 0.7, 0.01, 1.0, 0.1))  # a factor e^(3²/2) below the best
    assert by_name(three)["inverted"].misfit == pytest.approx(3.0, abs=0.01)
    assert three.fitting == ("standard",)


def test_variances_without_an_error_are_known_to_nine_digits():
    seen = Observation(0.5, 0.0, 1.0, 0.0, 1.0, None, None, 1.0 + 5e-9, 0.0, 1.0, 0.0)
    assert by_name(diagnose(seen))[LEFT_ON].misfit == pytest.approx(5.0 / math.sqrt(2.0), rel=1e-6)
    smallest = diagnose(Observation(0.3, 0.0, 0.0, 0.0, 0.0, None, None, 5e-324, 0.0, 5e-324, 0.0))
    assert LEFT_ON in smallest.fitting


def test_the_variances_are_compared_as_the_docstring_says():
    """Standard dropout, r = 0.3: s² = 0.49, t²·k = 0.7; test mean and variance are fully correlated."""
    seen = Observation(0.3, -1.4, 0.1, -1.4, 0.1, None, None, 5.0, 0.2, 1.0, 0.05)
    contrast = 0.49 * 5.0 - 0.7 * (1.0 + 0.3 * 1.4**2)
    error = math.hypot(0.49 * 0.2, 0.7 * (0.05 + 2.0 * 0.3 * 1.4 * 0.1))
    assert by_name(diagnose(seen))["standard"].misfit == pytest.approx(contrast / error, rel=1e-12)
    exact = Observation(0.3, 1.4, 0.0, 1.4, 0.0, None, None, 5.0, 0.0, 1.0, 0.0)
    error = 1e-9 * math.hypot(0.49 * 5.0, 0.7 * (1.0 + 2.0 * 0.3 * 1.4**2))
    assert by_name(diagnose(exact))["standard"].misfit == pytest.approx(contrast / error, rel=1e-12)


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
    assert (undefined.misfit, undefined.log_likelihood, undefined.likelihood) == (math.inf, -math.inf, 0.0)
    assert math.isnan(undefined.z)
    assert "another rate" in result.sentence


def test_nothing_fits_names_the_nearest():
    result = diagnose(Observation(0.3, 1.0, 0.001, 0.8, 0.001))
    assert result.sentence.startswith("Nothing fits: the nearest, compensates twice, is ")
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


@pytest.mark.parametrize(
    "values", [(1.0, 1.0), (0.0, 0.0), (0.0, 2.0), (-1.0, 1.0), (1e20, -1e20), (1e-200, 0.0)]
)
def test_no_error_that_is_written_is_unknown(values):
    """The page says "± ?" of nothing measured: an observation has no NaN, and a ratio without an error is undefined."""
    for seen in (
        observe(0.3, values, (1.0, 3.0), (1.0, 3.0)),
        observe(0.3, np.tile(values, 40), values),
        Observation(0.3, values[0], 0.0, values[1], 0.0, dropped=0.5, dropped_se=0.0),
        Observation(0.3, values[0], 1e50, values[1], 1e-300),
    ):
        result = diagnose(seen)
        assert "?" not in with_error(result.ratio, result.ratio_se) + result.sentence


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


@pytest.mark.parametrize("scale", [1e-120, 1e40])
def test_units_do_not_matter(scale):
    plain = diagnose(Observation(0.3, 0.7, 0.01, 1.0, 0.01))
    scaled = diagnose(Observation(0.3, 0.7 * scale, 0.01 * scale, scale, 0.01 * scale))
    assert scaled.fitting == plain.fitting
    assert scaled.candidates[0].z == pytest.approx(plain.candidates[0].z, rel=1e-9)


# ---- the rate that is not the one given -----------------------------------------------------------------------------


def test_a_measurement_is_not_called_wrong_because_the_rate_given_is_another():
    """Rate 0.5 without compensation, and 0.2 in the field, as its example left it."""
    rng = np.random.default_rng(1)
    a = np.maximum(rng.normal(size=(2, 512, 64)), 0.0)
    seen = observe(0.2, a[0] * (rng.random(a[0].shape) >= 0.5), a[1])
    result = diagnose(seen)
    assert (result.rate, result.fitting) == (0.5, ("none",))
    assert result.sentence.startswith("The zeros say that the rate is 0.5")
    assert "not 0.2. At 0.5: only this fits: no compensation." in result.sentence
    agreed = diagnose(observe(0.5, a[0] * (rng.random(a[0].shape) >= 0.5), a[1]))
    assert (agreed.rate, agreed.sentence) == (0.5, "Only this fits: no compensation.")


@pytest.mark.parametrize("name", ["standard", "none", "both"])
def test_a_number_that_means_keep_is_told(name):
    """The layer drops 70 % and scales by that; the number given for it is 0.3."""
    row, mu = strategies()[name], 2.0
    train, test = mu * 0.3 * float(row.train_scale(0.7)), mu * float(row.test_scale(0.7))
    result = diagnose(Observation(0.3, train, 0.002, test, 0.002, mu, 0.002))
    assert (result.rate, result.fitting) == (0.7, (name,))
    assert result.sentence.startswith(
        "At rate 0.3 nothing fits, at 0.7 it does: 0.3 may be the probability to keep."
    )
    by_zeros = diagnose(observe(0.3, *outputs(name, 0.7, mean=1.0)))
    assert (by_zeros.rate, by_zeros.fitting) == (0.7, (name,))
    assert "0.3 may be the probability to keep" in by_zeros.sentence


def test_what_fits_nowhere_stays_at_the_rate_given():
    result = diagnose(Observation(0.3, 1.0, 0.001, 0.8, 0.001))
    assert (result.rate, result.fitting) == (0.3, ())
    assert OTHER_DROPOUT in result.sentence


def test_zeros_that_confirm_the_rate_leave_no_other():
    """Without compensation at 0.7 the means are as here, but the zeros say 0.3; and no layer has rate 1."""
    result = diagnose(Observation(0.3, 0.3, 0.001, 1.0, 0.001, dropped=0.3, dropped_se=0.001))
    assert (result.rate, result.fitting) == (0.3, ())
    result = diagnose(Observation(0.0, 1.0, 0.001, 5.0, 0.001))
    assert (result.rate, result.fitting) == (0.0, ())


# ---- the same pass --------------------------------------------------------------------------------------------------


def deep(rng, name, rate, examples=540):
    """Two passes through a first dropout layer, ReLU and a second one of the given kind: its inputs and outputs."""
    digits = rng.exponential(size=(examples, 64))
    weights = rng.normal(size=(64, 128)) / 8.0
    row = strategies()["inverted" if name == LEFT_ON else name]
    passes = []
    for phase in ("train", "test"):
        noisy = phase == "train" or name == LEFT_ON
        first = digits * (rng.random(digits.shape) >= 0.3) / 0.7 if phase == "train" else digits
        inputs = np.maximum(first @ weights, 0.0)
        mask = rng.random(inputs.shape) >= rate if noisy else 1.0
        scale = row.train_scale(rate) if noisy else row.test_scale(rate)
        passes += [inputs, inputs * mask * scale]
    return passes


@pytest.mark.parametrize("name", NAMES)
def test_a_deep_layer_is_known_by_the_inputs_of_its_passes(name):
    for seed in range(20):
        result = diagnose(observe_passes(0.3, *deep(np.random.default_rng(seed), name, 0.3)))
        assert result.fitting == (name,)


def test_without_its_inputs_a_deep_layer_is_not_called_wrong_alone():
    """Noise of the layer before moves the mean of the outputs: the verdict says so."""
    for seed in range(20):
        _, train, _, test = deep(np.random.default_rng(seed), "inverted", 0.3, 4000)
        result = diagnose(observe(0.3, train, test))
        assert "inverted" in result.fitting or "another dropout layer" in result.sentence


@pytest.mark.parametrize("rate", [0.1, 0.5])
@pytest.mark.parametrize("channels", [False, True])
def test_masks_of_whole_channels_raise_no_alarm(channels, rate):
    """60 layers, whose true row is ruled out no more often than Gaussian errors would: the pixels share a mask."""
    alarms = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        x = np.maximum(rng.normal(0.3, 1.0, (2, 256, 8, 4, 4)), 0.0)
        mask = rng.random((256, 8, 1, 1) if channels else (256, 8, 4, 4)) >= rate
        train = x[0] * mask / (1.0 - rate)
        apart = by_name(diagnose(observe(rate, train, x[1])))["inverted"].misfit
        paired = by_name(diagnose(observe_passes(rate, x[0], train, x[1], x[1])))["inverted"].misfit
        alarms += (apart > 4) + (paired > 4)
    assert alarms == 0


def test_a_wrong_rate_is_read_off_the_pass():
    rng = np.random.default_rng(2)
    x = np.maximum(rng.normal(size=(200, 32)), 0.0)
    train = x * (rng.random(x.shape) >= 0.7) / 0.3
    result = diagnose(observe_passes(0.3, x, train, x, x))
    assert (result.rate, result.fitting) == (0.7, ("inverted",))
    never_on = diagnose(observe_passes(0.3, x, x, x, x))
    assert (never_on.rate, never_on.fitting) == (0.3, (LEFT_ON,))


def test_a_mean_of_zero_hides_nothing_from_the_pass():
    rng = np.random.default_rng(3)
    x = rng.normal(size=5000)
    x -= x.mean()
    assert diagnose(observe_passes(0.3, x, x * (rng.random(5000) >= 0.3), x, x)).fitting == ("none",)


@pytest.mark.parametrize("name", [*(n for n, row in strategies().items() if row.mistake), LEFT_ON])
def test_a_cure_changes_one_line(name):
    right = cure(name)
    assert not right.mistake
    if name != LEFT_ON:
        wrong = strategies()[name]
        assert (wrong.train_scale == right.train_scale) != (wrong.test_scale == right.test_scale)


def test_all_that_fits_is_listed_and_what_is_nearest_ends_its_sentence():
    everything = diagnose(Observation(0.5, 0.0, 1.0, 0.0, 1.0))
    first, *middle, last = [one.label for one in everything.candidates]
    listed = "".join(f", {label}" for label in middle)
    assert f" equally well: {first}{listed} and {last}. To tell: " in everything.sentence
    assert everything.sentence.endswith(f" To tell: {' or '.join(everything.would_help)}.")
    nothing = diagnose(Observation(0.3, 5.0, 0.01, 1.0, 0.01, same_pass=True))
    assert nothing.sentence.endswith(" standard errors away.")
