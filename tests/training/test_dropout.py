from itertools import pairwise

import numpy as np
import pytest

from dropviz import schedules
from dropviz.theory.noise import noise
from dropviz.theory.strategies import strategies
from dropviz.training.dropout import Dropout, methods

SHAPE = (400, 300)


def drawn(method, rate=0.3, dtype="float64", seed=0):
    return Dropout(method, rate).draw(rate, SHAPE, np.random.default_rng(seed), dtype)


@pytest.mark.parametrize("method", strategies())
@pytest.mark.parametrize("rate", [0.1, 0.75])
def test_every_gain_is_zero_or_the_factor(method, rate):
    gain = np.asarray(drawn(method, rate).gain)
    factor = float(strategies()[method].train_scale(rate))
    assert set(np.unique(gain)) == {0.0, factor}
    error = np.sqrt(rate * (1 - rate) / gain.size)
    assert abs(np.mean(gain == 0) - rate) < 5 * error


def test_rate_zero_keeps_all_and_masks_are_nested_as_the_rate_rises():
    kept = [np.asarray(drawn("none", rate).gain) > 0 for rate in (0.0, 0.2, 0.5, 0.999999)]
    assert kept[0].all()
    assert all((low | ~high).all() for low, high in pairwise(kept))


def test_an_odd_number_of_units_is_drawn_too():
    assert np.asarray(
        Dropout("none", 0.5).draw(0.5, (3, 5), np.random.default_rng(0), "float32").gain
    ).shape == (3, 5)


@pytest.mark.parametrize("method", methods())
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_gain_and_offset_have_the_dtype_of_the_network(method, dtype):
    noise_drawn = drawn(method, dtype=dtype)
    assert np.asarray(noise_drawn.gain).dtype == dtype
    assert noise_drawn.offset is None or noise_drawn.offset.dtype == dtype


@pytest.mark.parametrize("method", ["inverted", "gaussian", "additive", "uniform"])
def test_noise_keeps_the_mean_and_has_the_variance_of_the_ratio(method):
    gain, offset = drawn(method, 0.4)
    output = np.asarray(gain) + (
        0.0 if offset is None else offset
    )  # of the activation 1, whose mean square is 1
    count, variance = output.size, 0.4 / 0.6
    assert abs(output.mean() - 1.0) < 5 * np.sqrt(variance / count)
    assert output.var() == pytest.approx(variance, rel=5 * np.sqrt(2 / count))


@pytest.mark.parametrize("method", methods())
def test_the_test_factor_is_that_of_the_tables(method):
    table = strategies()[method] if method in strategies() else noise(method)
    assert Dropout(method, 0.3).test_factor(0.3) == float(table.test_scale(np.float64(0.3)))


def test_a_schedule_is_asked_at_every_step():
    site = Dropout("inverted", schedules.annealed(0.5, 10))
    np.testing.assert_allclose(site.rates([0, 5, 10, 20]), [0.5, 0.25, 0.0, 0.0])
    np.testing.assert_array_equal(Dropout("inverted", 0.2).rates([0, 5]), [0.2, 0.2])


def test_strategies_with_one_seed_use_the_same_masks():
    draws = [
        np.asarray(Dropout(method, 0.3).draw(0.3, (50, 40), np.random.default_rng(5), dtype).gain) > 0
        for method in ("standard", "inverted", "both", "none")
        for dtype in ("float32", "float64")
    ]
    assert all((draw == draws[0]).all() for draw in draws)
    assert abs(draws[0].mean() - 0.7) < 5 * np.sqrt(0.21 / 2000)


@pytest.mark.parametrize(
    ("method", "rate", "words"),
    [
        ("inverse", 0.3, "method must be one of standard, inverted"),
        ("inverted", 1.0, "rate must be at least 0 and below 1; got 1.0"),
        ("inverted", float("nan"), "rate must be at least 0 and below 1; got nan"),
        ("wrong_train", 0.0, "rate must be above 0 and below 1; got 0.0"),
        ("inverted", "much", "rate must be a number, at least 0 and below 1; got 'much'"),
    ],
)
def test_a_bad_dropout_is_refused(method, rate, words):
    with pytest.raises(ValueError, match=words):
        Dropout(method, rate)
