import json
import re

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.answer import LIMITS, REASONS, answer_live
from dropviz.settings.addresses import WITHOUT_RATE, page_link
from dropviz.simulation.answer import EvidenceConfig, evidence
from dropviz.training.config import same_path

RATES = dv.rate_grid(0.0, 0.95, 0.05)
R = np.asarray(RATES)
K = 1.0 - R
EVIDENCE = evidence(EvidenceConfig(units=20_000, rates=RATES, steps=50))
LIVE = answer_live(EVIDENCE, same_path(RATES))
PANELS = ("y", "y2", "y3", "y4", "y5", "y6")


def lines(panel, kind="exact"):
    """Name of a line → its values, in one panel."""
    return {
        trace["name"].removesuffix(f", {kind}"): trace
        for trace in LIVE.figure["data"]
        if trace["yaxis"] == panel and trace["name"].endswith(f", {kind}")
    }


def title(number):
    found = [note["text"] for note in LIVE.figure["layout"]["annotations"] if note["text"].startswith("<b>")]
    return found[number]


def test_a_forgotten_factor_is_off_by_one_over_keep_and_the_right_ones_by_nothing():
    drawn = lines("y")
    np.testing.assert_allclose(drawn["forgotten"]["y"], 1.0 / K)
    np.testing.assert_allclose(drawn["standard"]["y"], 1.0)
    np.testing.assert_allclose(drawn["inverted"]["y"], 1.0)
    assert "off by 1/k" in title(0)


def test_each_panel_draws_its_part_of_the_evidence():
    def drawn(panel):
        return [trace["y"] for trace in lines(panel).values()]

    np.testing.assert_array_equal(drawn("y2"), EVIDENCE.worst_error)
    np.testing.assert_array_equal(drawn("y3"), EVIDENCE.noise.exact)
    np.testing.assert_array_equal(drawn("y4"), EVIDENCE.layer.exact_mean)
    ratio = [EVIDENCE.sweep.gap_estimate("variance_ratio", name).exact for name in lines("y6")]
    np.testing.assert_array_equal(drawn("y6"), ratio)
    assert set(LIVE.texts["plain-z"]) == {LIVE.texts["plain-z"][0]}


def test_the_wrong_factor_is_right_only_at_one_half():
    wrong = np.asarray(lines("y5")["× rate, not keep"]["y"])
    np.testing.assert_allclose(wrong[1:], R[1:] / K[1:])
    assert [rate for rate, ratio in zip(RATES, wrong, strict=True) if ratio == pytest.approx(1.0)] == [0.5]


@pytest.mark.parametrize("panel", PANELS)
def test_simulated_points_lie_within_five_standard_errors(panel):
    exact = lines(panel)
    for name, points in lines(panel, "simulated").items():
        expected = np.interp(points["x"], exact[name]["x"], exact[name]["y"])
        assert (np.abs(np.asarray(points["y"]) - expected) <= 5.0 * points["error_y"]["array"] + 1e-12).all()


def test_every_panel_but_the_schedules_is_simulated():
    assert [panel for panel in PANELS if not lines(panel, "simulated")] == ["y2"]


def test_the_numbers_are_those_of_facts_at_rate_point_three():
    texts = {name: values[RATES.index(0.3)] for name, values in LIVE.texts.items()}
    assert texts["standard-line"] == "test = a * 0.7"
    assert texts["inverted-line"] == "test = a"
    assert (texts["forgotten-exact"], texts["wrong-exact"]) == ("1.429", "0.4286")
    assert [texts[f"error-{name}"] for name in ("first", "last", "never")] == ["30 %", "43 %", "0 %"]
    assert (texts["path-SGD"], texts["path-Adam"]) == ("2.041", "1.429")
    assert texts["unit-test"] == "0.8808"


def test_every_live_place_has_a_text_at_every_rate_and_none_says_nan():
    for name in re.findall(r'data-text="([^"]+)"', LIVE.head + LIVE.foot):
        assert len(LIVE.texts[name]) == len(RATES)
    words = json.dumps([LIVE.payload()["texts"], LIVE.alt], allow_nan=False)
    assert not re.search(r"\bnan\b|\binf\b|undefined", words, flags=re.IGNORECASE)


def test_five_reasons_and_three_limits_each_with_source_and_page():
    assert (len(REASONS), len(LIMITS)) == (5, 3)
    html = LIVE.head + LIVE.foot
    for point in (*REASONS, *LIMITS):
        assert point.source[1].startswith("https://")
        assert f'href="{point.source[1]}"' in html
        link = f'href="{page_link(point.page[1])}"'
        assert link in html
        assert (f"{link} data-takes-rate" in html) == (point.page[1] not in WITHOUT_RATE)
