"""The next layer's page under AppTest: one step at a time, the ends of every range, and addresses that lie."""

from functools import partial

import numpy as np
import pytest
import streamlit as st

import dropviz as dv
from dropviz.settings.kinds import Number
from dropviz.settings.next_layer import BESIDE, NONLINEARITY, SCALE, SEED, SETTINGS, STEP
from dropviz.ui.pages import next_layer
from tests.ui.opening import open_page

NUMBERS = [one for one in SETTINGS if isinstance(one, Number) and one.control != "page"]


run = partial(open_page, "next-layer", ("weights",))


def complaints(app):
    return [warning.value for warning in app.warning]


@pytest.mark.parametrize("step", STEP.options)
def test_a_step_has_its_own_settings_and_no_others(step):
    app = run(next_step=step)
    assert complaints(app) == []
    shown = {widget.key for kind in (app.number_input, app.selectbox) for widget in kind}
    assert shown == {one.key for one in (*BESIDE[step], SCALE, SEED)}
    assert len(BESIDE[step]) <= 4
    assert not app.sidebar


def test_every_setting_stands_beside_some_step():
    beside = {one.key for settings in BESIDE.values() for one in settings} | {SCALE.key, SEED.key}
    assert beside == {one.key for one in SETTINGS if one.control != "page"} - {STEP.key}


def test_the_chosen_step_alone_is_computed(monkeypatch):
    computed = []
    made = {name: partial(lambda name, _: computed.append(name), name) for name in next_layer.STEPS}
    monkeypatch.setattr(next_layer, "STEPS", made)
    monkeypatch.setattr(next_layer, "ready", lambda live: live)
    monkeypatch.setattr(next_layer, "live_figure", lambda *_: 0.3)
    st.cache_data.clear()
    run(next_step="depth")
    assert computed == ["depth"]
    st.cache_data.clear()


@pytest.mark.parametrize("nonlinearity", NONLINEARITY.options)
def test_every_nonlinearity_is_shown(nonlinearity):
    app = run(layer_f=nonlinearity, next_step="nonlinearity")
    assert app.selectbox(key="layer_f").value == nonlinearity


@pytest.mark.parametrize("step", STEP.options)
@pytest.mark.parametrize("end", ["low", "high"])
def test_both_ends_of_every_range_are_shown_without_complaint(end, step):
    ends = {one.key: one.spell(type(one.default)(getattr(one, end))) for one in NUMBERS}
    app = run(next_step=step, **ends)
    assert complaints(app) == []
    for widget in app.number_input:
        assert widget.value == float(ends[widget.key])


def test_what_was_chosen_in_one_step_is_kept_through_another():
    app = run(next_step="nonlinearity", layer_inputs="3")
    app.segmented_control(key="next_step").set_value("batch_norm").run()
    assert "layer_inputs" not in {widget.key for widget in app.number_input}
    assert app.query_params["layer_inputs"] in ("3", ["3"])
    app.segmented_control(key="next_step").set_value("nonlinearity").run()
    assert app.number_input(key="layer_inputs").value == 3


def test_a_new_draw_changes_the_seed_only():
    app = run(layer_fan_in="8")
    app.button[0].click().run()
    assert not app.exception
    assert app.number_input(key="layer_seed").value != SEED.default
    assert app.number_input(key="layer_fan_in").value == 8


@pytest.mark.parametrize("step", STEP.options)
def test_own_activations_are_drawn_from_and_their_mean_is_asked_of_nobody(monkeypatch, step):
    own, drawn = dv.Empirical(np.arange(12.0)), []
    monkeypatch.setattr(next_layer, "drawn_from", lambda *_: own)
    monkeypatch.setattr(next_layer, "STEPS", {step: drawn.append})
    monkeypatch.setattr(next_layer, "ready", lambda live: live)
    monkeypatch.setattr(next_layer, "live_figure", lambda *_: 0.3)
    st.cache_data.clear()
    app = run(next_step=step, layer_input_mean="2")
    st.cache_data.clear()
    (config,) = drawn
    assert (config.activations, config.input_mean) == (own, None)
    assert "layer_input_mean" not in {widget.key for widget in app.number_input}
    assert app.query_params["layer_input_mean"] in ("2.0", ["2.0"])
