import math

import numpy as np
import pytest

from dropviz.schedules import annealed, compare_test_factors, constant, cosine, curriculum, join, steps, table

STEPS = np.linspace(0.0, 50.0, 501)


@pytest.mark.parametrize(
    ("schedule", "expected"),
    [
        (constant(0.3), lambda t: 0.3),
        (annealed(0.6, duration=20), lambda t: max(0.0, 1 - t / 20) * 0.6),
        (curriculum(0.5, gamma=0.1), lambda t: 1 - ((1 - 0.5) * math.exp(-0.1 * t) + 0.5)),
        (cosine(0.8, 0.1, duration=20), lambda t: 0.1 + 0.7 * (1 + math.cos(math.pi * min(1, t / 20))) / 2),
        (steps((0.5, 0.3, 0.0), boundaries=(10, 20)), lambda t: 0.5 if t < 10 else 0.3 if t < 20 else 0.0),
        (table([5, 10, 30], [0.6, 0.2, 0.4]), lambda t: float(np.interp(t, [5, 10, 30], [0.6, 0.2, 0.4]))),
        (table([5, 10], [0.6, 0.2], "step"), lambda t: 0.6 if t < 10 else 0.2),
    ],
)
def test_closed_form_elementwise(schedule, expected):
    np.testing.assert_allclose(schedule(STEPS), [expected(t) for t in STEPS], rtol=0, atol=1e-15)
    assert [schedule(t).item() for t in STEPS[::50]] == schedule(STEPS)[::50].tolist()
    assert schedule(STEPS.reshape(3, -1)).shape == (3, 167)
    assert schedule(0).dtype == np.float64
    assert schedule([]).shape == (0,)


def test_directions_and_ends():
    down, up = annealed(0.5, 10)(STEPS), curriculum(0.5, 0.2)(STEPS)
    assert (np.diff(down) <= 0).all()
    assert down[-1] == 0.0
    assert (np.diff(up) > 0).all()
    assert up[0] == 0.0
    assert up[-1] < 0.5
    assert curriculum(0.5, 1e308)([0, 1e308]).tolist() == [0.0, 0.5]
    assert curriculum(0.5, 5e-324)([0, 1e308]).tolist()[0] == 0.0


def test_join_restarts_each_part_at_its_boundary():
    joined = join((constant(0.5), annealed(0.4, 10), constant(0.1)), boundaries=(5, 12))
    assert joined([0, 4.999, 5, 10, 11.5, 12, 100]).tolist() == pytest.approx(
        [0.5, 0.5, 0.4, 0.2, 0.14, 0.1, 0.1]
    )
    assert joined(7).item() == pytest.approx(annealed(0.4, 10)(2).item())


def test_joins_nest():
    inner = join((constant(0.1), constant(0.2)), boundaries=(5,))
    outer = join((inner, inner), boundaries=(10,))
    assert outer([0, 5, 10, 14, 15]).tolist() == [0.1, 0.2, 0.1, 0.1, 0.2]


@pytest.mark.parametrize("step", [-1, math.nan, math.inf, "now", [0, -0.5], None])
@pytest.mark.parametrize("schedule", [constant(0.3), annealed(0.5, 3), curriculum(0.5, 1), table([0], [0.2])])
def test_a_step_that_is_none_is_refused(schedule, step):
    with pytest.raises(ValueError, match="step must be"):
        schedule(step)


@pytest.mark.parametrize("rate", [-0.1, 1, 1.5, math.nan, math.inf, "high", None, True])
def test_a_rate_out_of_range_is_refused(rate):
    makers = (
        lambda: constant(rate),
        lambda: annealed(rate, 5),
        lambda: curriculum(rate, 1),
        lambda: cosine(rate, 0, 5),
        lambda: cosine(0, rate, 5),
        lambda: steps((0.2, rate), (3,)),
    )
    for make in makers:
        with pytest.raises(ValueError, match="at least 0 and below 1"):
            make()


@pytest.mark.parametrize("value", [0, -1, math.nan, math.inf, "long"])
def test_a_duration_that_is_none_is_refused(value):
    for make in (
        lambda: annealed(0.5, value),
        lambda: cosine(0.5, 0, value),
        lambda: curriculum(0.5, value),
        lambda: steps((0.1, 0.2), (value,)),
    ):
        with pytest.raises(ValueError, match="must be a finite number above 0"):
            make()


def test_parts_and_boundaries_must_match_and_rise():
    with pytest.raises(ValueError, match="2 parts need 1 boundaries; got 2"):
        join((constant(0.1), constant(0.2)), (1, 2))
    with pytest.raises(ValueError, match="number 2 is 3"):
        steps((0.1, 0.2, 0.3), (3, 3))
    with pytest.raises(ValueError, match="0 parts"):
        join((), ())


@pytest.mark.parametrize(
    ("table_steps", "table_rates", "message"),
    [
        ([0, "soon"], [0.1, 0.2], "row 2: step must be a number, 0 or more; got 'soon'"),
        ([0, 1], [0.1, "abc"], "row 2: rate must be a number, at least 0 and below 1; got 'abc'"),
        ([0, 1], [None, 0.2], "row 1: rate .* got None"),
        ([0, 1, 2], [0.1, 0.2, math.nan], "row 3: rate .* got nan"),
        ([0, math.inf], [0.1, 0.2], "row 2: step"),
        ([-1], [0.1], "row 1: step"),
        ([0, 1], [0.1, 1.0], "row 2: rate"),
        ([0, 1], [-0.1, 0.5], "row 1: rate"),
        ([0, 5, 3], [0.1, 0.2, 0.3], "row 3: step must be above the step before it, 5; got 3"),
        ([0, 5, 5], [0.1, 0.2, 0.3], "row 3: step must be above"),
        ([0, True], [0.1, 0.2], "row 2: step"),
        ([0], [False], "row 1: rate"),
        ([0], [0.1, 0.2], "1 steps but 2 rates"),
        ([], [], "at least one row"),
        ([0], [10**400], "row 1: rate"),
        ([0], [1j], "row 1: rate"),
    ],
)
def test_a_wrong_table_names_its_row(table_steps, table_rates, message):
    with pytest.raises(ValueError, match=message):
        table(table_steps, table_rates)


def test_table_reads_numbers_written_as_text():
    assert table(["0", " 10 "], ["0.5", np.float32(0.25)])([0, 10]).tolist() == [0.5, 0.25]


def test_table_refuses_an_unknown_interpolation():
    with pytest.raises(ValueError, match="interpolation must be 'linear' or 'step'; got 'cubic'"):
        table([0], [0.1], "cubic")


@pytest.mark.parametrize(
    "schedule", [annealed(0.5, 50), curriculum(0.5, 0.1), cosine(0.6, 0.1, 30), constant(0.3)]
)
def test_only_inverted_is_right_at_every_step_of_a_changing_rate(schedule):
    result = compare_test_factors(schedule, STEPS)
    keep = 1.0 - schedule(STEPS)
    assert result.names == ("last rate", "mean rate", "first rate", "inverted")
    np.testing.assert_allclose(result.factors, [keep[-1], keep.mean(), keep[0], 1.0])
    np.testing.assert_array_equal(result.mean_ratio[:3], result.factors[:3, None] / keep)
    assert (result.mean_ratio[3] == 1.0).all()
    assert result.mean_ratio[0, -1] == 1.0
    assert result.mean_ratio[2, 0] == 1.0
    changes = bool(np.ptp(keep) > 0)
    assert (result.worst_error[:3] > 1e-3).tolist() == [changes] * 3
    assert result.worst_error[3] == 0.0


@pytest.mark.parametrize("at_steps", [[], 3, [[1, 2]], [0, -1], ["x"]])
def test_comparison_refuses_steps_that_are_none(at_steps):
    with pytest.raises(ValueError, match="step"):
        compare_test_factors(constant(0.3), at_steps)


def test_all_public_schedules_stay_inside_the_range():
    for schedule in (annealed(0.999, 1e-9), curriculum(0.999, 1e9), cosine(0.999, 0.0, 1e-3), constant(0.0)):
        rates = schedule([0.0, 1e-12, 1.0, 1e300])
        assert ((rates >= 0.0) & (rates < 1.0)).all()


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda: constant(2.0), "rate"),
        (lambda: annealed(2.0, 3), "start_rate"),
        (lambda: annealed(0.5, 0), "duration"),
        (lambda: curriculum(2.0, 1), "final_rate"),
        (lambda: curriculum(0.5, 0), "gamma"),
        (lambda: cosine(2.0, 0.1, 3), "start_rate"),
        (lambda: cosine(0.1, 2.0, 3), "final_rate"),
        (lambda: cosine(0.1, 0.2, 0), "duration"),
        (lambda: steps((0.1, 2.0), (3,)), "rates, number 2,"),
        (lambda: join((constant(0.1), constant(0.2)), (0,)), "boundaries, number 1,"),
    ],
)
def test_a_wrong_parameter_is_named(make, name):
    with pytest.raises(ValueError, match=f"^{name} must be"):
        make()


def test_a_table_of_steps_changes_at_its_steps_and_takes_text_and_rate_0():
    assert table(["5", "10"], ["0", "0.2"], "step")([4, 5, 9.9, 10]).tolist() == [0.0, 0.0, 0.0, 0.2]
    with pytest.raises(ValueError, match="row 1: rate"):
        table([0], ["1_0e-2"])  # a number to Python


def test_join_without_restart_gives_each_part_the_step_of_the_whole():
    going_on = join((constant(0.5), annealed(0.4, 10)), boundaries=(0.5,), restart=False)
    assert going_on(7).item() == pytest.approx(annealed(0.4, 10)(7).item())


def test_a_comparison_holds_its_steps_and_rates():
    found = compare_test_factors(annealed(0.4, 10), [0, 5])
    assert (found.steps.tolist(), found.rates.tolist()) == ([0.0, 5.0], [0.4, 0.2])
