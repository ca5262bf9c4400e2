import re

import numpy as np
import pytest

from dropviz.figures.schedule import schedule_live
from dropviz.live.words import Table
from dropviz.schedules import annealed, constant, curriculum, steps, table
from dropviz.settings.schedule import KINDS, handles
from dropviz.simulation.changing_rate import changing_rate
from tests.figures.reading import assert_defined, exact, labels, lines, titles, words
from tests.live.reading import asked, records, said


def live(schedule, total=1000):
    return schedule_live(changing_rate(schedule, total))


def test_annealing_shows_the_rate_the_moving_mean_and_the_ratio_of_every_factor():
    figure = live(annealed(0.5, duration=1000))
    rate, mean, ratio = figure.panels
    assert [(row.fold != "", len(row.panels)) for row in figure.rows] == [(False, 2), (True, 1)]
    keep = 1 - 0.5 * (1 - np.asarray(figure.rates) / 1000)
    np.testing.assert_allclose(exact(rate, "rate"), 1 - keep)
    np.testing.assert_allclose(exact(mean, "standard in training"), keep)
    assert list(lines(mean)) == [
        "standard in training",
        "standard at test",
        "inverted",
    ]  # other factors unfold
    assert labels(mean) == ["standard in training", "standard at test = inverted"]  # of lines that are one
    np.testing.assert_allclose(exact(mean, "standard at test"), 1.0)
    np.testing.assert_allclose(exact(ratio, "last rate"), 1 / keep)
    np.testing.assert_allclose(exact(ratio, "mean rate"), 0.75 / keep)
    np.testing.assert_allclose(exact(ratio, "first rate"), 0.5 / keep)
    np.testing.assert_array_equal(exact(ratio, "inverted"), 1.0)
    np.testing.assert_array_equal(exact(mean, "inverted"), 1.0)
    assert titles(figure) == [
        "The rate: 0.5 first, 0 last",
        "Standard dropout’s mean moves in training, not at test",
        "No one factor fits every step",
    ]


def test_the_numbers_at_a_step_are_those_of_the_factors():
    figure = live(annealed(0.5, duration=1000))
    at = figure.rates.index(400.0)
    texts = {name: values[at] for name, values in figure.texts.items()}
    assert texts["rate"] == "0.3"
    assert texts["last-rate-error"] == "+43 %"
    assert texts["mean-rate-error"] == "+7.1 %"
    assert texts["first-rate-error"] == "−29 %"
    assert texts["inverted-error"] == "none"
    assert figure.readouts[at] == ("400", "rate 0.30, keep 0.70")
    assert figure.texts["last-rate-error"][-1] == "none"  # at the last step the last rate is right


def test_the_cost_over_the_whole_training_is_in_the_table():
    found = changing_rate(annealed(0.5, duration=1000), 1000)
    (table,) = [each for each in records(schedule_live(found).foot) if isinstance(each, Table)]
    cells = {name: [said(cell) for cell in row] for name, *row in table.rows}
    assert cells["standard, the last rate"][3:5] == ["+100 %", "0"]
    assert cells["standard, the mean rate"][3:5] == ["+50 %", "0"]
    assert cells["standard, the first rate"][3:5] == ["−50 %", "1,000"]
    assert cells["inverted: no factor needed"][3:] == ["none", "–", "none"]
    assert cells["standard, the last rate"][5] == f"{100 * found.mean_error[0]:.0f} %"


@pytest.mark.parametrize(
    ("rate", "mean_title"),
    [(0.3, "Standard: training and test stay at 0.7·E[a]"), (0.0, "No dropout: every mean is E[a]")],
)
def test_a_constant_rate_has_one_right_factor_and_the_titles_say_so(rate, mean_title):
    figure = live(constant(rate))
    assert titles(figure) == [
        f"The rate stays at {rate:g}",
        mean_title,
        "One rate: one factor fits every step",
    ]
    assert {text for name, texts in figure.texts.items() if name.endswith("-error") for text in texts} == {
        "none"
    }
    assert len(set(figure.texts["finding"])) == 1


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.3, 0.55, 0.7, 0.99])
@pytest.mark.parametrize("total", [10, 1000, 100_000])
def test_at_a_constant_rate_every_ratio_is_one_line_at_1_on_an_axis_from_0_to_2(rate, total):
    *_, ratio = live(constant(rate), total).panels
    assert (ratio.y.low, ratio.y.high, ratio.y.log) == (0.0, 2.0, False)
    for line in lines(ratio).values():
        np.testing.assert_array_equal(line.estimate.exact, 1.0)
    (label,) = labels(ratio)
    assert re.split(r"\s=\s", label) == ["last rate", "mean rate", "first rate", "inverted"]


# ---- the sentence ---------------------------------------------------------------------------------------------------


def test_the_sentence_says_how_far_off_the_last_rates_factor_is():
    figure = live(annealed(0.5, duration=1000))
    said = dict(zip(figure.rates, figure.texts["finding"], strict=True))
    assert said[400.0] == (
        "With the last factor, × 1, standard dropout’s test mean is 43 % above that of training at step 400; "
        "inverted’s is always right."
    )
    assert "test mean is equal to that of training at step 1,000;" in said[1000.0]
    assert (exact(figure.panels[2], "inverted") == 1.0).all()
    rising = live(curriculum(0.5, gamma=0.1)).texts["finding"]
    assert "50 % below that of training" in rising[0]


def test_without_dropout_nobody_needs_a_factor():
    assert set(live(constant(0.0)).texts["finding"]) == {
        "No step drops a unit: neither strategy needs a factor at test."
    }


# ---- what a hand moves ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", list(KINDS))
@pytest.mark.parametrize("total", [10, 1000, 99_999])
def test_the_knots_lie_on_the_rate_that_is_drawn_and_its_axis_holds_all_a_hand_can_set(name, total):
    values = [setting.default for setting in KINDS[name].settings]
    schedule = KINDS[name].call(total, *values)()
    panel, *others = schedule_live(changing_rate(schedule, total), handles(name, total, values)).panels
    np.testing.assert_allclose(panel.knots.y, schedule(panel.knots.x), atol=1e-4)
    assert panel.y.low < 0.0 < panel.knots.high < 1.0 < panel.y.high
    assert all(other.knots is None for other in others)


def test_every_line_that_follows_a_hand_is_what_it_says():
    found = changing_rate(annealed(0.5, duration=700), 1000)
    keep = 1.0 - found.rates
    wanted = {"rate": found.rates, "keep": keep, "last": keep[-1]}
    followed = [
        line for panel in schedule_live(found).panels for line in lines(panel).values() if line.follows
    ]
    assert {line.follows for line in followed} == set(wanted)
    for line in followed:
        np.testing.assert_allclose(line.estimate.exact, wanted[line.follows] * np.ones_like(keep))


def test_the_slider_has_the_places_of_the_curves():
    figure = live(annealed(0.5, duration=100_000), 100_000)
    assert figure.rates == changing_rate(annealed(0.5, duration=100_000), 100_000).steps.tolist()
    assert len(figure.readouts) == len(figure.rates) == 201


@pytest.mark.parametrize(
    "schedule",
    [
        constant(0.99),
        annealed(0.99, duration=1),
        curriculum(0.99, gamma=1.0),
        steps((0.0, 0.99), boundaries=(5,)),
        table([0], [0.999999]),
        table([3, 4], [0.0, 0.9999999999]),
    ],
)
@pytest.mark.parametrize("total", [10, 1000])
def test_extreme_schedules_give_words_and_no_nan(schedule, total):
    figure = live(schedule, total)
    assert_defined(figure)
    assert not re.search(r"\de[+-]?\d+ %", " ".join(words(figure)))
    assert asked(figure) <= set(figure.texts)
