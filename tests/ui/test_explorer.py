"""The first page under AppTest: every source, the ends of every range, and addresses that lie."""

from functools import partial

import pytest

from dropviz.settings.first_screen import SETTINGS, STRATEGIES, UNITS
from dropviz.settings.kinds import Number
from dropviz.settings.sources import SOURCE, SOURCES
from tests.ui.opening import open_page

run = partial(open_page, "explore")


def complaints(app):
    return [warning.value for warning in app.warning]


def test_the_default_page_complains_of_nothing():
    app = run()
    assert complaints(app) == []
    assert app.number_input(key="units").value == UNITS.default


@pytest.mark.parametrize("source", SOURCE.options)
def test_every_source_shows_its_own_parameters(source):
    app = run(source=source, units="100")
    assert complaints(app) == []
    keys = {widget.key for widget in app.number_input}
    assert keys == {"units", "seed"} | {
        setting.key for setting in (SOURCES[source].settings if source in SOURCES else ())
    }


@pytest.mark.parametrize(
    "setting",
    [one for one in SETTINGS if isinstance(one, Number) and one.control != "page"],
    ids=lambda one: one.key,
)
@pytest.mark.parametrize("end", ["low", "high"])
def test_both_ends_of_every_range_are_shown_without_complaint(setting, end):
    value = setting.spell(type(setting.default)(getattr(setting, end)))
    source = setting.key.split("_")[0] if "_" in setting.key else "relu"
    app = run(**({"source": source} if source != "relu" else {}), **{setting.key: value})
    assert complaints(app) == []
    assert app.number_input(key=setting.key).value == float(value)


def test_a_repeated_name_is_refused():
    app = run(units=["5", "6"])
    assert complaints(app) == ["The address names units more than once; 100000 is used."]


def test_an_unknown_name_is_told_without_its_markup():
    (sentence,) = complaints(run(**{"<b>x": "1"}))
    assert sentence.endswith("bx.")


def test_one_unit_gets_a_sentence_instead_of_a_variance():
    app = run(units="1")
    assert not app.exception
    assert any("One unit" in info.value for info in app.info)


def test_without_strategies_the_two_correct_ones_are_shown():
    app = run()
    app.button_group(key="strategies").set_value([]).run()
    assert not app.exception


def test_a_fifth_strategy_is_left_out_with_a_sentence():
    app = run(units="100")
    app.button_group(key="strategies").set_value(list(STRATEGIES.options)).run()
    assert not app.exception
    assert [info.value for info in app.info] == [
        "At most 4 are shown at a time; left out: wrong p in training, wrong p at test."
    ]


def test_a_change_of_source_and_back_keeps_what_was_chosen():
    app = run(relu_mean="0.5")
    app.selectbox(key="source").set_value("uniform").run()
    app.selectbox(key="source").set_value("relu").run()
    assert app.number_input(key="relu_mean").value == 0.5


def test_a_new_draw_changes_the_seed_only():
    app = run(units="100")
    app.button[0].click().run()
    assert not app.exception
    assert app.number_input(key="seed").value != 7
    assert app.number_input(key="units").value == 100
