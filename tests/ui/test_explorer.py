"""The first page under AppTest: every source, the ends of every range, and addresses that lie."""

from functools import partial
from pathlib import Path

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from dropviz.settings.first_screen import SEED, STRATEGIES, UNITS
from dropviz.settings.sources import SOURCE, SOURCES
from tests.ui.opening import open_page

ROOT = Path(__file__).parents[2]
run = partial(open_page, "explore")


def complaints(app):
    return [warning.value for warning in app.warning]


@pytest.mark.parametrize("source", SOURCE.options)
@pytest.mark.parametrize("end", ["low", "high"])
def test_every_source_shows_both_ends_of_the_ranges_of_its_own_parameters(source, end):
    settings = SOURCES[source].settings if source in SOURCES else ()
    app = run(source=source, units="100", **{one.key: repr(getattr(one, end)) for one in settings})
    assert complaints(app) == []
    shown = {widget.key: widget.value for widget in app.number_input}
    assert shown == {"units": 100, "seed": SEED.default} | {one.key: getattr(one, end) for one in settings}


@pytest.mark.parametrize("end", ["low", "high"])
def test_both_ends_of_units_and_seed_are_shown_without_complaint(end):
    app = run(units=str(getattr(UNITS, end)), seed=str(getattr(SEED, end)))
    assert complaints(app) == []
    assert app.number_input(key="units").value == getattr(UNITS, end)
    assert app.number_input(key="seed").value == getattr(SEED, end)


def test_without_strategies_the_two_correct_ones_are_shown():
    app = run(view="full")
    app.button_group(key="strategies").set_value([]).run()
    assert not app.exception
    assert app.button_group(key="strategies").value == list(STRATEGIES.default)


def test_a_fifth_strategy_is_left_out_with_a_sentence():
    app = run(units="100")
    app.button_group(key="strategies").set_value(list(STRATEGIES.options)).run()
    assert not app.exception
    assert [info.value for info in app.info] == [
        "At most 4 are shown at a time; left out: wrong p in training, wrong p at test."
    ]
    assert app.button_group(key="strategies").value == list(STRATEGIES.options)[:4]
    assert not app.run().info


def test_a_change_of_source_and_back_keeps_what_was_chosen():
    app = run(relu_mean="0.5")
    app.selectbox(key="source").set_value("uniform").run()
    app.selectbox(key="source").set_value("relu").run()
    assert app.number_input(key="relu_mean").value == 0.5


def test_a_new_draw_changes_the_seed_only():
    app = run(units="100")
    next(one for one in app.button if one.label == "new draw").click().run()
    assert not app.exception
    assert app.number_input(key="seed").value != 7
    assert app.number_input(key="units").value == 100


@pytest.mark.parametrize(
    ("address", "kept", "view", "remembered"),
    [
        ({}, "", "simple", {}),
        ({}, "full", "full", {}),
        ({}, "<b>", "simple", {}),
        ({"view": "simple", "rate": "0.5"}, "full", "simple", {}),
        ({"rate": "0.5"}, "full", "full", {}),  # as it is to everybody: it is older than the simple view
        ({"rate": "0.5"}, "", "full", {}),
        ({"view": "full"}, "", "full", {"dropviz_view": "full"}),
        ({"view": "simple"}, "full", "simple", {"dropviz_view": ""}),
        ({"view": "x"}, "full", "simple", {}),
    ],
)
def test_a_browser_remembers_the_view_and_every_address_wins(monkeypatch, address, kept, view, remembered):
    monkeypatch.setattr(ContextProxy, "cookies", {"dropviz_view": kept})
    app = run(**address)
    assert app.session_state["settings"]["view"] == view
    chosen = app.session_state["to_remember"] if "to_remember" in app.session_state else {}  # noqa: SIM401
    assert chosen == remembered
    if not address:  # what is shared from here opens the same for everybody
        assert app.query_params.get("view", "simple") == view


def test_the_way_back_to_the_one_idea_is_remembered_too(monkeypatch):
    monkeypatch.setattr(ContextProxy, "cookies", {"dropviz_view": "full"})
    app = run()
    next(one for one in app.button if one.label == "one idea").click().run()
    assert app.session_state["to_remember"] == {"dropviz_view": ""}
    assert "view" not in app.query_params


def test_run_as_a_script_the_entry_shows_the_page():
    at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run()
    assert [str(one.value) for one in at.exception] == []
    assert at.title[0].value.startswith("Dropout:")
