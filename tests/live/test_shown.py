"""Results as a notebook meets them: a short line, a picture that needs nobody, and nothing loaded before."""

import html
import json
import pickle
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

import dropviz as dv
from dropviz import figures, schedules
from dropviz.figures.audits import places_live
from dropviz.frameworks.findings import Finding
from dropviz.simulation.noise_sweep import NoiseConfig, noise_sweep

ROOT = Path(__file__).parents[2]
RATES = dv.rate_grid(0.0, 0.9, 0.1)
SWEEP = dv.sweep(dv.SweepConfig(units=200, rates=RATES))
REPORT = dv.report({"a <b>": [[1.0, 2.0], [3.0, 0.5]]}, rate=0.4)
RNG = np.random.default_rng(7)


def noisy(values):
    return values * (RNG.random(values.shape) >= 0.4)


AUDIT = dv.audit(noisy, lambda values: values, rate=0.4)
MET = [
    SWEEP, SWEEP.config, REPORT, *REPORT.layers.values(), AUDIT, dv.digits(), dv.Recorder(), SWEEP.live(),
    NoiseConfig(), noise_sweep(NoiseConfig(units=50, rates=RATES)), *dv.strategies().values(),
    dv.strategies()["both"].train_scale, schedules.annealed(0.5, duration=10),
    schedules.table(list(range(40)), [0.1] * 40), schedules.compare_test_factors(schedules.constant(0.2), [0, 1]),
]  # fmt: skip


@pytest.mark.parametrize("met", MET, ids=lambda met: type(met).__name__)
def test_a_result_is_written_in_a_line(met):
    said = repr(met)
    assert len(said) < 300
    assert not re.search(r"0x[0-9a-f]{4}|lambda|array\(|\n", said)


@pytest.mark.parametrize(
    "rates",
    [
        RATES,
        (0.3,),
        (0.0, 0.1, 0.2),
        (*RATES, 0.95),
        dv.rate_grid(0.05, 0.5, 0.05),
        dv.rate_grid(0, 1, 1 / 3),
    ],
)
def test_a_config_is_written_as_it_is_made(rates):
    config = dv.SweepConfig(dv.Normal(0.1, 0.30000000000000004), 10, rates, "none", seed=3)
    if "..." not in repr(config):
        assert eval(repr(config), vars(dv) | {"Normal": dv.Normal}) == config
    else:
        assert rates == (*RATES, 0.95)  # the one that no grid makes


def test_a_schedule_is_written_as_it_is_made_and_survives_a_pickle():
    made = schedules.join(
        (schedules.constant(0.5), schedules.cosine(0.5, final_rate=0.1, duration=9)), boundaries=(4,)
    )
    assert repr(made) == "join((constant(0.5), cosine(0.5, final_rate=0.1, duration=9)), boundaries=(4,))"
    steps = [0, 3, 4, 8, 20]
    for again in (eval(repr(made), vars(schedules)), pickle.loads(pickle.dumps(made))):
        assert again(steps).tolist() == made(steps).tolist()


def payload_of(shown):
    inside = html.unescape(re.search("<iframe srcdoc='([^']*)'", shown)[1])
    return json.loads(re.search(r'id="payload">(.*?)</script>', inside, re.S)[1]), inside


@pytest.mark.parametrize(
    ("result", "start"), [(SWEEP, 0.3), (REPORT, 0.4), (AUDIT.live(), 0.4)], ids=["sweep", "report", "audit"]
)
def test_the_frame_holds_the_whole_live_figure_and_asks_nobody(result, start):
    live = result if result is not SWEEP and result is not REPORT else result.live()
    payload, inside = payload_of(result._repr_html_())
    assert payload == json.loads(json.dumps(live.payload()))
    assert payload["rates"][payload["start"]] == start
    assert not re.search(r"<\w[^>]*\s(?:src|href)\s*=|@import|url\((?!#)|fetch\(|XMLHttpRequest", inside)


def test_a_figure_of_plotly_is_the_one_it_was():
    mine, its = SWEEP.figure(0.6, measure="rms_gap"), figures.explorer(SWEEP, "rms_gap", 0.6)
    assert mine.to_json() == its.to_json()
    assert REPORT.figure().layout.sliders[0].active == payload_of(REPORT._repr_html_())[0]["start"]
    with pytest.raises(ValueError, match="measure must be one of"):
        SWEEP.figure(measure="mean")


@pytest.mark.parametrize(
    "pair",
    [(noisy, None), (noisy, noisy), (lambda a: 0 * a, lambda a: a), (lambda a: -a, lambda a: 2 * a),
     (lambda a: a * RNG.normal(1, 0.5, a.shape), lambda a: a)],
)  # fmt: skip
def test_what_an_audit_measured_stands_on_its_axis(pair):
    found = dv.audit(*pair)
    live = found.live()
    panel, seen = live.panels[0], [one for one in (found.train, found.test) if one]
    measured = panel.marks[-len(seen) :]
    assert [mark.y.item() for mark in measured] == [one.mean for one in seen]
    assert all(panel.y.low < one.mean <= panel.y.high or one.mean == panel.y.low == 0.0 for one in seen)
    assert live.rates[live.nearest(found.rate)] == found.rate
    assert live.to_figure().layout.sliders


@pytest.mark.parametrize("count", [0, 1, 25])
def test_places_are_counted_and_shown_where_they_act(count):
    acts = [
        "acts in training",
        "acts in evaluation",
        "acts in training and evaluation",
        "acts in neither mode",
    ]
    places = tuple({"where": f"drop{at}", "what": "dropout", "acts": acts[at % 4]} for at in range(count))
    wrong = Finding("left_on", "error", "drop1", "two passes differ", "Pass the mode on.")
    live = places_live(SimpleNamespace(places=places, findings=(wrong,) * (count > 0)))
    training, evaluation = live.panels[0].marks
    assert training.x.tolist() == [at + 1 for at in range(count) if at % 4 in (0, 2)]
    assert evaluation.x.tolist() == [at + 1 for at in range(count) if at % 4 in (1, 2)]
    assert len(live.texts["place"]) == len(live.rates) == max(count, 1)
    assert str(count) in live.alt
    assert ("left_on" in live._repr_html_()) == (count > 0)


def test_neither_plotly_nor_pandas_is_loaded_before_somebody_asks():
    code = """
import sys
sys.modules |= dict.fromkeys(("plotly", "pandas", "streamlit"))
import dropviz as dv
result = dv.sweep(dv.SweepConfig(units=10, rates=(0.1, 0.3)))
assert "dropviz.live.page" not in sys.modules
assert "<iframe" in result._repr_html_() and "<table" in dv.report([[1.0, 2.0]], rate=0.3)._repr_html_()
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


def test_the_rows_of_one_rate():
    table = SWEEP.to_frame()
    for rate in (0.0, 0.30000000000000004):
        rows = SWEEP.at(rate)
        assert rows.equals(table[np.isclose(table["rate"], rate)].reset_index(drop=True))
        assert rows["strategy"].tolist() == ["standard", "standard", "inverted", "inverted"]
    with pytest.raises(ValueError, match=r"rate must be one of .*rate_grid\(0.0, 0.9, 0.1\).*; got 0.31"):
        SWEEP.at(0.31)
