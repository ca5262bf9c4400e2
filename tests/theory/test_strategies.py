"""The table of factor pairs: the laws of the two strategies, and what each mistake does to the mean."""

import pickle

import numpy as np
import pytest

from dropviz.theory.strategies import INVERSE_KEEP, KEEP, ONE, RATE, Strategy, strategies, strategy

RATES = np.array([0.1, 0.2, 0.3, 0.5, 0.8, 0.95])
MISTAKES = ("none", "both", "wrong_train", "wrong_test")


def mean_ratio(row, rate):
    """Test mean over train mean: s / (t·k)."""
    return row.test_scale(rate) / (row.train_scale(rate) * (1 - rate))


def test_table_lists_the_two_strategies_first_and_marks_the_mistakes():
    assert tuple(strategies()) == ("standard", "inverted", *MISTAKES)
    assert tuple(name for name, row in strategies().items() if row.mistake) == MISTAKES
    assert all(name == row.name for name, row in strategies().items())


def test_table_cannot_be_changed():
    with pytest.raises(TypeError):
        strategies()["standard"] = strategies()["none"]
    with pytest.raises(AttributeError):
        strategies()["standard"].name = "other"


def test_the_two_strategies_are_one_function_up_to_keep():
    keep = 1 - RATES
    standard, inverted = strategy("standard"), strategy("inverted")
    np.testing.assert_allclose(standard.train_scale(RATES), keep * inverted.train_scale(RATES), rtol=1e-15)
    np.testing.assert_allclose(standard.test_scale(RATES), keep * inverted.test_scale(RATES), rtol=1e-15)


@pytest.mark.parametrize("name", ["standard", "inverted"])
def test_a_correct_strategy_matches_the_mean_at_every_rate(name):
    rates = np.linspace(0, 0.99, 100)
    np.testing.assert_allclose(mean_ratio(strategy(name), rates), 1.0, rtol=1e-14)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("none", (1.11, 1.43, 2, 5)),
        ("both", (0.9, 0.7, 0.5, 0.2)),
        ("wrong_train", (0.11, 0.43, 1.00, 4.0)),
        ("wrong_test", (0.11, 0.43, 1.00, 4.0)),
    ],
)
def test_each_mistake_misses_the_mean_by_its_known_ratio(name, expected):
    ratios = mean_ratio(strategy(name), np.array([0.1, 0.3, 0.5, 0.8]))
    np.testing.assert_allclose(ratios, expected, atol=0.005)


def test_exactly_the_two_wrong_p_are_invisible_at_one_half():
    invisible = [name for name in MISTAKES if abs(mean_ratio(strategy(name), 0.5) - 1) < 1e-12]
    assert invisible == ["wrong_train", "wrong_test"]
    visible = [name for name in MISTAKES if abs(mean_ratio(strategy(name), 0.3) - 1) > 0.05]
    assert visible == list(MISTAKES)


def test_the_table_of_the_question():
    rates = np.array([0.2, 0.5, 0.8])
    np.testing.assert_allclose(strategy("wrong_train").train_scale(rates), [5, 2, 1.25])
    np.testing.assert_allclose(strategy("inverted").train_scale(rates), [1.25, 2, 5])


@pytest.mark.parametrize("row", strategies().values(), ids=strategies())
def test_factors_are_nan_exactly_where_the_strategy_says_it_divides_by_zero(row: Strategy):
    ends = np.array([0.0, 1.0])
    undefined = np.isnan(row.train_scale(ends)) | np.isnan(row.test_scale(ends))
    assert undefined.tolist() == [row.divides_by_rate, row.divides_by_keep]
    inside = np.linspace(0.001, 0.999, 999)
    assert np.isfinite(row.train_scale(inside)).all()
    assert np.isfinite(row.test_scale(inside)).all()


@pytest.mark.parametrize("row", strategies().values(), ids=strategies())
def test_the_code_and_the_words_of_a_factor_do_what_the_factor_does(row: Strategy):
    for factor in (row.train_scale, row.test_scale):
        rate = 0.3
        by_code = eval(f"a{factor.code}", {"a": 2.0, "rate": rate, "keep": 1 - rate})
        assert by_code == pytest.approx(2.0 * factor(rate), rel=1e-14)
        words = factor.words(rate)
        if words == "unchanged":
            assert factor(rate) == 1.0
        else:
            sign, operand = words.split()
            by_words = float(operand) if sign == "×" else 1 / float(operand)
            assert by_words == pytest.approx(float(factor(rate)), rel=1e-5)


def test_words_show_no_rounding_dust():
    assert strategy("inverted").train_scale.words(0.3) == "÷ 0.7"
    assert strategy("standard").test_scale.words(0.9) == "× 0.1"
    assert strategy("wrong_test").test_scale.words(0.1 + 0.2) == "× 0.3"
    assert strategy("wrong_test").test_scale.words(1.24e-5) == "× 1.2e-05"  # six decimals, no more


@pytest.mark.parametrize("name", ["", "Standard", "p", None, 0, ["standard"]])
def test_an_unknown_name_is_refused_with_the_list_of_names(name):
    with pytest.raises(ValueError, match="standard, inverted, none, both") as caught:
        strategy(name)
    assert repr(name) in str(caught.value)


@pytest.mark.parametrize("row", strategies().values(), ids=strategies())
def test_a_strategy_survives_pickling(row: Strategy):
    copy = pickle.loads(pickle.dumps(row))
    assert copy == row
    for factor, original in ((copy.train_scale, row.train_scale), (copy.test_scale, row.test_scale)):
        np.testing.assert_array_equal(factor(RATES), original(RATES))
        assert (factor.words(0.3), factor.of("a")) == (original.words(0.3), original.of("a"))
    assert (copy.divides_by_keep, copy.divides_by_rate) == (row.divides_by_keep, row.divides_by_rate)


def test_a_factor_is_written_where_it_stands():
    assert [factor.of("z") for factor in (ONE, KEEP, INVERSE_KEEP, RATE)] == ["z", "k·z", "z/k", "r·z"]
