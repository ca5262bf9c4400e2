"""The page of real networks under AppTest: one question at a time, the ends of every range, and lazy computing."""

from functools import partial

import pytest
import streamlit as st

from dropviz.settings.where import QUESTION, QUESTIONS, SEED, SETTINGS
from dropviz.ui.pages import where
from tests.ui.opening import open_page

run = partial(open_page, "where", ("where",))


def complaints(app):
    return [warning.value for warning in app.warning]


def test_every_question_is_asked_and_answered_and_named_in_a_word_or_two():
    assert set(QUESTIONS) == set(where.ANSWERS)
    assert all(question.asked.endswith("?") for question in QUESTIONS.values())
    assert max(map(len, QUESTION.options.values())) <= 20


def test_who_waits_is_told_for_what():
    spinners = {name: each._info.show_spinner for name, each in where.LIVE.items()}
    assert spinners == {name: question.awaited for name, question in QUESTIONS.items()}
    assert len(set(spinners.values())) == len(QUESTIONS)


@pytest.mark.parametrize("question", QUESTION.options)
@pytest.mark.parametrize("end", ["low", "high"])
def test_both_ends_of_every_range_are_shown_without_complaint(end, question):
    settings = QUESTIONS[question].settings.values()
    fields = [one for one in settings if hasattr(one, end)]
    ends = {one.key: one.spell(type(one.default)(getattr(one, end))) for one in fields}
    app = run(where=question, **ends)
    assert complaints(app) == []
    assert not app.exception
    shown = {widget.key: widget.value for widget in app.number_input}
    assert shown == {key: float(text) for key, text in ends.items()}
    assert {widget.key for widget in app.selectbox} == {one.key for one in settings} - set(ends)


def test_the_chosen_question_alone_is_computed(monkeypatch):
    computed = []
    made = {name: partial(lambda name, **_: computed.append(name), name) for name in where.ANSWERS}
    monkeypatch.setattr(where, "ANSWERS", made)
    monkeypatch.setattr(where, "ready", lambda live: live)
    monkeypatch.setattr(where, "live_figure", lambda *_: 0.3)
    st.cache_data.clear()
    last = list(QUESTION.options)[-1]
    run(where=last)
    assert computed == [last]
    st.cache_data.clear()


def test_a_new_draw_changes_the_seed_only():
    app = run(where="groups", where_channels="3")
    app.button[0].click().run()
    assert not app.exception
    assert app.number_input(key="where_seed").value != SEED.default
    assert app.number_input(key="where_channels").value == 3


def test_every_setting_belongs_to_a_question():
    asked = {one.key for question in QUESTIONS.values() for one in question.settings.values()}
    assert asked | {"rate", "where"} == {one.key for one in SETTINGS}
