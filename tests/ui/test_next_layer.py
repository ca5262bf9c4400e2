"""The next layer's page under AppTest: the ends of every range, and addresses that lie."""

from functools import partial

import pytest

from dropviz.settings.kinds import Number
from dropviz.settings.next_layer import NONLINEARITY, SEED, SETTINGS
from tests.ui.opening import open_page

NUMBERS = [one for one in SETTINGS if isinstance(one, Number) and one.control != "page"]


run = partial(open_page, "next-layer")


def complaints(app):
    return [warning.value for warning in app.warning]


def test_the_default_page_complains_of_nothing():
    app = run()
    assert not app.exception
    assert complaints(app) == []
    assert {widget.key for widget in app.number_input} == {one.key for one in NUMBERS}


@pytest.mark.parametrize("nonlinearity", NONLINEARITY.options)
def test_every_nonlinearity_is_shown(nonlinearity):
    app = run(layer_f=nonlinearity, layer_fan_in="8")
    assert not app.exception
    assert app.selectbox(key="layer_f").value == nonlinearity


@pytest.mark.parametrize("end", ["low", "high"])
def test_both_ends_of_every_range_are_shown_without_complaint(end):
    ends = {one.key: one.spell(type(one.default)(getattr(one, end))) for one in NUMBERS}
    app = run(**ends)
    assert complaints(app) == []
    assert {one.key: app.number_input(key=one.key).value for one in NUMBERS} == {
        key: float(text) for key, text in ends.items()
    }


def test_the_smallest_of_everything_is_shown():
    app = run(layer_fan_in="1", layer_inputs="1", layer_scale="0.0", layer_correlation="0.0", rate="0")
    assert not app.exception
    assert complaints(app) == []


def test_a_new_draw_changes_the_seed_only():
    app = run(layer_fan_in="8")
    app.button[0].click().run()
    assert not app.exception
    assert app.number_input(key="layer_seed").value != SEED.default
    assert app.number_input(key="layer_fan_in").value == 8
