import json
import time
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
import pytest
import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetStates

from dropviz import schedules
from dropviz.settings.schedule import KINDS
from tests.ui.opening import arriving, codes, open_page

FOLDS = ("schedule_settings", "schedule_code", "schedule_why")
run = partial(open_page, "schedule", FOLDS)


@pytest.mark.parametrize("name", list(KINDS))
@pytest.mark.parametrize("total", [10, 99_999])
def test_the_code_makes_the_schedule_that_is_drawn(name: str, total: int) -> None:
    kind = KINDS[name]
    values = [setting.default for setting in kind.settings]
    steps = np.linspace(0.0, total, 50)
    made = eval(f"schedules.{kind.code(total, *values)}", {"schedules": schedules})
    np.testing.assert_allclose(made(steps), kind.call(total, *values)()(steps), rtol=1e-12)


def test_the_three_lines_run_at_every_step() -> None:
    lines = codes(run())[1]
    rng = np.random.default_rng(3)
    for step in (0, 400, 1000):
        scope: dict[str, Any] = {
            "schedule": schedules.annealed(0.5, 1000),
            "step": step,
            "rng": rng,
            "a": np.ones(50_000),
        }
        exec(lines, scope)
        assert np.mean(scope["a"]) == pytest.approx(1.0, abs=5 / 50_000**0.5)


@pytest.mark.parametrize(
    "address",
    [
        {"schedule": "annealed", "schedule_start": "0.99", "schedule_zero_at": "1"},
        {"schedule": "curriculum", "schedule_final": "0.99", "schedule_speed": "100"},
        {"schedule": "steps", "schedule_levels": "10", "schedule_steps": "10"},
        {"schedule": "constant", "schedule_constant": "0.0", "step": "100000"},
        {"schedule": "table", "schedule_table": "5:0.999999", "schedule_steps": "100000"},
        {"schedule": "table", "schedule_table": "0:0,1e9:0.5", "schedule_between": "step"},
    ],
)
def test_extreme_settings_are_shown(address: dict[str, str]) -> None:
    assert not run(**address).warning


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        (
            (["0", "5"], ["0.5", "**much**"]),
            "row 2: rate must be a number, at least 0 and below 1; got '**much**'.",
        ),
        ((["9", "5"], ["0.5", "0.1"]), "row 2: step must be above the step before it, 9; got '5'."),
        (([], []), "the table must have at least one row; it is empty."),
    ],
)
def test_a_wrong_table_gets_its_sentence_and_the_page_stays(
    monkeypatch: pytest.MonkeyPatch, cells: tuple[list[str], list[str]], sentence: str
) -> None:
    edited = pd.DataFrame({"step": cells[0], "rate": cells[1]}, dtype=str)
    monkeypatch.setattr(st, "data_editor", lambda *_, **__: edited)
    at = run(schedule="table")
    assert [text.value for text in at.text] == [sentence]
    assert "table([0, 500, 1000], [0.5, 0.3, 0], 'linear')" in codes(at)[0]


def test_an_edited_table_is_drawn_and_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    edited = pd.DataFrame({"step": ["0", "80"], "rate": ["0.2", "0.4"]})
    monkeypatch.setattr(st, "data_editor", lambda *_, **__: edited)
    at = run(schedule="table")
    assert not at.warning
    assert at.session_state["settings"]["schedule_table"] == ((0.0, 0.2), (80.0, 0.4))
    assert "table([0.0, 80.0], [0.2, 0.4], 'linear')" in codes(at)[0]


def test_a_step_beyond_the_training_becomes_its_last() -> None:
    at = run(step="5000", schedule_steps="100")
    assert at.session_state["settings"]["step"] == 100.0


@pytest.mark.parametrize("registered", [True, False], ids=["pasted", "forged at the first visit"])
def test_ten_thousand_rows_in_the_editor_are_refused_at_once(registered: bool) -> None:
    at = run(schedule="table")
    editor = at.dataframe[0].proto
    rows = [{"step": str(step), "rate": "0.1"} for step in range(10_000)]
    states = WidgetStates()
    states.widgets.add(id=editor.id, string_value=json.dumps({"added_rows": rows}))
    if not registered:
        at = arriving("schedule", FOLDS, schedule="table")
    began = time.process_time()
    at._run(states)
    assert time.process_time() - began < 5
    assert [text.value for text in at.text] == ["the table must have at most 40 rows; it has more."]
    assert not at.exception
