import math

import numpy as np
import pytest

from dropviz.theory.observation import Observation, _error_of_sum, is_rate, observe, observe_passes


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


def test_an_array_is_refused_by_its_name():
    for name in ("train", "test", "clean"):
        arrays = {"train": [1.0, 2.0], "test": [1.0, 2.0], name: [1.0]}
        with pytest.raises(ValueError, match=f"^{name} must have at least 2 values; got 1"):
            observe(0.3, **arrays)

    class Tensor:
        def __array__(self, *_, **__):
            raise RuntimeError("requires grad")

    with pytest.raises(ValueError, match=r"^train must be an array that NumPy can read"):
        observe(0.3, Tensor(), [1.0, 2.0])


@pytest.mark.parametrize("rate", [-0.1, 1.0, 1.5, 1e-320, math.nan, "a", None])
def test_a_rate_out_of_range_is_refused(rate):
    with pytest.raises(ValueError, match="rate must be"):
        Observation(rate, 1.0, 0.1, 1.0, 0.1)


def test_a_rate_is_0_or_from_a_billionth_to_1():
    with pytest.raises(ValueError, match=r"^rate must be a number from 0 to 1; got 1\.5"):
        Observation(1.5, 1.0, 0.1, 1.0, 0.1)
    rates = (0.0, 1e-9, 0.5, 1.0 - 1e-16, -0.1, 9e-10, 1.0)
    assert [is_rate(rate) for rate in rates] == [True] * 4 + [False] * 3


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
        ({"train_variance": -1.0}, "train_variance must be a number from 0"),
        ({"dropped": 0.3}, "dropped_se must be given together with dropped"),
        ({"dropped": 1.5, "dropped_se": 0.1}, "dropped must be"),
        ({"dropped": 0.5, "dropped_se": -0.1}, "dropped_se must be"),
    ],
)
def test_an_observation_that_is_none_is_refused(changes, message):
    numbers = {"rate": 0.3, "train_mean": 1.0, "train_mean_se": 0.1, "test_mean": 1.0, "test_mean_se": 0.1}
    with pytest.raises(ValueError, match=message):
        Observation(**(numbers | changes))


def test_no_part_of_what_comes_together_may_be_missing():
    groups = [("clean_mean", "clean_mean_se"), ("dropped", "dropped_se")]
    groups.append(("train_variance", "train_variance_se", "test_variance", "test_variance_se"))
    for names in groups:
        for missing in names:
            given = dict.fromkeys((name for name in names if name != missing), 0.5)
            with pytest.raises(ValueError, match=f"^{missing} must be given together with "):
                Observation(0.3, 1.0, 0.1, 1.0, 0.1, **given)


# ---- the rate that the zeros say ------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0.05, 0.3, 0.5, 0.9])
def test_the_zeros_say_the_rate_within_their_error(rate):
    rng = np.random.default_rng(0)
    z, inside = [], 0
    for _ in range(200):
        a = np.maximum(rng.normal(size=(2, 2000)), 0.0)
        seen = observe(rate, a[0] * (rng.random(2000) >= rate), a[1])
        if seen.dropped is not None:
            z.append((seen.dropped - rate) / seen.dropped_se)
            inside += abs(z[-1]) <= 4
    assert inside == len(z)
    if rate > 0.2:
        assert len(z) == 200
        assert 0.6 < np.std(z) < 1.1


def test_the_pass_says_the_rate_whatever_zeros_its_inputs_hold():
    rng = np.random.default_rng(1)
    z = []
    for _ in range(300):
        x = np.maximum(rng.normal(size=(60, 40)), 0.0)
        seen = observe_passes(0.5, x, 3.0 * x * (rng.random(x.shape) >= 0.4), x, x)
        z.append((seen.dropped - 0.4) / seen.dropped_se)
    assert abs(np.mean(z)) < 5 / math.sqrt(300)
    assert np.std(z) == pytest.approx(1.0, abs=0.2)


def test_gains_and_scatter_are_those_of_the_factors():
    rng = np.random.default_rng(2)
    gains, scatters = [], []
    for _ in range(300):
        x = rng.normal(size=400)
        seen = observe_passes(0.3, x, x * (rng.random(400) >= 0.3) / 0.7, x, 0.5 * x)
        gains.append((seen.train_mean - 1.0) / seen.train_mean_se)
        scatters.append((seen.train_variance - 0.3 / 0.7) / seen.train_variance_se)
        assert seen.test_mean == pytest.approx(0.5)
        assert seen.test_variance == pytest.approx(0.0, abs=1e-12)
        assert seen.test_mean_se > 0.0  # one mask more might have fallen
    for found in (gains, scatters):
        assert abs(np.mean(found)) < 0.4
        assert 0.8 < np.std(found) < 1.25


def test_the_error_of_the_rate_is_that_of_both_shares_and_of_one_value_more():
    seen = observe(0.3, np.repeat([0.0, 5.0], [70, 30]), np.repeat([0.0, 1.0], [20, 80]))
    stay, on = math.sqrt(0.3 * 0.7 / 99) + 0.01, math.sqrt(0.8 * 0.2 / 99) + 0.01
    assert (seen.dropped, seen.dropped_se) == (
        pytest.approx(0.625),
        pytest.approx(math.hypot(stay, 0.375 * on) / 0.8),
    )


def test_no_rate_is_read_where_both_passes_may_be_alike():
    a = np.maximum(np.random.default_rng(0).normal(size=(2, 3000)), 0.0)
    assert observe(0.3, a[0], a[1]).dropped is None
    assert observe(0.3, np.zeros(5), np.zeros(5)).dropped is None
    assert Observation(0.3, 1.0, 0.1, 1.0, 0.1).rate_of_zeros is None


@pytest.mark.parametrize(
    ("given", "dropped", "error", "same_pass", "expected"),
    [
        (0.2, 0.4987, 0.002, True, 0.5),
        (0.2, 0.2534, 0.002, True, 0.25),
        (0.25, 0.2534, 0.002, True, None),
        (0.3, 0.34, 0.001, False, None),
        (0.3, 0.34, 0.001, True, 0.34),
        (0.3, 0.0, 0.001, True, None),
        (0.3, 1.0, 0.001, True, None),
    ],
)
def test_the_rate_of_zeros_is_round_and_only_where_the_given_one_is_ruled_out(
    given, dropped, error, same_pass, expected
):
    seen = Observation(given, 1.0, 0.1, 1.0, 0.1, dropped=dropped, dropped_se=error, same_pass=same_pass)
    assert seen.rate_of_zeros == expected


def test_examples_that_share_a_mask_are_one_draw_each():
    rng = np.random.default_rng(5)
    ones = np.ones((400, 50))
    means, errors = [], []
    for _ in range(200):
        seen = observe(0.3, ones * (rng.random((400, 1)) >= 0.3), ones)
        means.append(seen.train_mean)
        errors.append(seen.train_mean_se)
    assert np.mean(errors) == pytest.approx(np.std(means), rel=0.2)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        (
            (np.ones(4), np.ones(5), np.ones(4), np.ones(4)),
            r"train_inputs and train must have the same shape; got \(4,\) and \(5,\)",
        ),
        ((np.ones(4), np.ones(1), np.ones(4), np.ones(4)), "^train must have at least 2 values"),
        ((np.ones(4), np.ones(4), np.zeros(4), np.ones(4)), "test_inputs must hold a value that is not 0"),
        ((np.full(4, 1e-300), np.ones(4), np.ones(4), np.ones(4)), "train must be at most 1e20 times"),
        ((np.ones(1), np.ones(1), np.ones(4), np.ones(4)), "train_inputs must have at least 2 values"),
    ],
)
def test_passes_that_do_not_belong_together_are_refused(arrays, message):
    with pytest.raises(ValueError, match=message):
        observe_passes(0.3, *arrays)


def test_a_pass_is_described_by_sums_over_its_values():
    x = np.tile([1.0, -2.0, 3.0, 4.0, 0.5, 0.0], 8)
    y = np.tile([0.0, -5.0, 0.0, 9.0, 1.0, 0.0], 8)
    seen = observe_passes(0.3, x, y, x, 0.5 * x)
    square = (x**2).sum()
    gain = (x * y).sum() / square
    rest = y - gain * x
    scatter = (rest**2).sum() / square
    assert (seen.train_mean, seen.train_variance) == (pytest.approx(gain), pytest.approx(scatter))
    gain_error = math.sqrt(((x * rest) ** 2).sum() * 48 / 47) / square
    scatter_error = math.sqrt(((rest**2 - scatter * x**2) ** 2).sum() * 48 / 47) / square
    assert seen.train_mean_se == pytest.approx(gain_error)
    assert seen.train_variance_se == pytest.approx(scatter_error)
    assert (seen.clean_mean, seen.clean_mean_se, seen.same_pass) == (1.0, 0.0, True)
    # of 40 that could have fallen 16 fell
    assert (seen.dropped, seen.dropped_se) == (0.4, pytest.approx(math.sqrt(9.6 * 48 / 47) / 40))
    three = observe_passes(0.3, np.ones(3), np.array([1.0, 1.0, 0.0]), np.ones(3), np.full(3, 1e20))
    assert three.train_variance_se == pytest.approx(1 / 3)  # one mask more or less
    assert three.test_mean == pytest.approx(1e20)  # the largest there may be


def test_few_values_are_no_proof():
    """Two units that both stayed say next to nothing about the factor: one of them might have fallen."""
    seen = observe_passes(0.3, np.ones(2), np.full(2, 1 / 0.7), np.ones(2), np.ones(2))
    assert seen.train_mean_se == pytest.approx(1 / 0.7 / 2)  # the gain of a unit that stays, of two
    assert seen.train_variance_se == pytest.approx((1 / 0.7) ** 2 / 2)
    assert seen.dropped_se == 0.5


def test_thirty_examples_are_a_draw_each_of_fewer_every_value_is():
    column = np.random.default_rng(0).normal(size=(30, 1))
    for table in (np.tile(column, 2), np.tile(column[..., None], (2, 2))):
        assert observe(0.3, table, table).test_mean_se == pytest.approx(column.std(ddof=1) / math.sqrt(30))
        few = table[1:]
        assert observe(0.3, few, few).test_mean_se == pytest.approx(few.std(ddof=1) / math.sqrt(few.size))


def test_the_error_of_a_sum_takes_examples_for_independent():
    parts = np.array([[1.0, 2.0], [-3.0, 1.0], [0.5, -1.5]])  # of sums 3, −2 and −1
    assert _error_of_sum(parts) == pytest.approx(np.sqrt((9.0 + 4.0 + 1.0) * 3 / 2))
    assert _error_of_sum(np.array([[1.0], [-1.0]])) == 2.0
    assert _error_of_sum(np.array([[3.0]])) == 3.0


def test_a_variance_is_divided_by_one_less():
    seen = observe(0.5, [1.0, 2.0, 4.0], [1.0, 3.0, 8.0])
    assert seen.test_variance == pytest.approx(np.var([1.0, 3.0, 8.0], ddof=1))
    assert seen.test_variance_se == pytest.approx(math.sqrt((3.0**4 + 1.0**4 + 4.0**4) / 3 / 3))
    table = np.random.default_rng(1).normal(size=(30, 2))  # as many examples as have an error of their own
    assert observe(0.5, table, table).test_variance == pytest.approx(np.var(table, ddof=1))
