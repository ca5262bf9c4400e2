import json
import re
from dataclasses import replace

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.answer.figure import LAYERS, NOISES, STRATEGIES, Evidence, answer_live
from dropviz.figures.answer.points import LIMITS, REASONS
from dropviz.schedules import annealed, compare_test_factors
from dropviz.settings.addresses import page_link
from dropviz.simulation.layer import LayerConfig, layer_sweep
from dropviz.simulation.noise_sweep import NoiseConfig, noise_sweep
from dropviz.simulation.nonlinearity import logistic_unit
from dropviz.theory.moments import variance_ratio

RATES = dv.rate_grid(0.0, 0.95, 0.05)
R = np.asarray(RATES)
K = 1.0 - R
CONFIG = dv.SweepConfig(units=20_000, rates=RATES, strategies=STRATEGIES)
EVIDENCE = Evidence(
    sweep=dv.sweep(CONFIG),
    noise=noise_sweep(NoiseConfig(units=20_000, rates=RATES, noises=NOISES)),
    layer=layer_sweep(LayerConfig(rates=RATES, strategies=LAYERS, bias=1.0)),
    annealed=[compare_test_factors(annealed(rate, 50), range(51)) for rate in RATES],
    unit=logistic_unit([0.5] * 8, [1.0] * 8, -2.0, RATES),
    learning_rate={"SGD": K**-2.0, "Adam": K**-1.0},
)
LIVE = answer_live(EVIDENCE)
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


def test_along_an_annealed_rate_only_inverted_is_never_off():
    drawn = {name: np.asarray(trace["y"]) for name, trace in lines("y2").items()}
    np.testing.assert_allclose(drawn["last rate"], R / K)
    np.testing.assert_allclose(drawn["first rate"], R)
    assert (drawn["inverted"] == 0.0).all()
    assert all((drawn[name][1:] > 0.0).all() for name in drawn if name != "inverted")


def test_the_noise_of_inverted_has_mean_zero_and_that_of_standard_has_not():
    drawn, mu = lines("y3"), CONFIG.activations.exact_mean
    np.testing.assert_allclose(drawn["inverted"]["y"], 0.0, atol=1e-15)
    np.testing.assert_allclose(drawn["gaussian"]["y"], 0.0, atol=1e-15)
    np.testing.assert_allclose(drawn["standard"]["y"], -R * mu, atol=1e-15)


def test_z_keeps_its_mean_under_inverted_and_loses_weight_under_standard():
    drawn, layer = lines("y4"), EVIDENCE.layer
    total = float(layer.weights @ layer.inputs)
    np.testing.assert_allclose(drawn["inverted"]["y"], total + 1.0)
    np.testing.assert_allclose(drawn["standard"]["y"], K * total + 1.0)
    assert set(LIVE.texts["plain-z"]) == {LIVE.texts["plain-z"][0]}


def test_the_wrong_factor_is_right_only_at_one_half():
    wrong = np.asarray(lines("y5")["× rate, not keep"]["y"])
    np.testing.assert_allclose(wrong[1:], R[1:] / K[1:])
    assert [rate for rate, ratio in zip(RATES, wrong, strict=True) if ratio == pytest.approx(1.0)] == [0.5]


def test_the_variance_ratio_is_one_curve_for_both():
    drawn, source = lines("y6"), CONFIG.activations
    expected = variance_ratio(R, source.exact_mean, source.exact_variance)
    np.testing.assert_allclose(drawn["standard"]["y"], expected)
    np.testing.assert_allclose(drawn["inverted"]["y"], expected)


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


def test_one_pass_is_not_the_average_but_at_rate_0():
    average, one_pass = EVIDENCE.unit.arithmetic_mean, EVIDENCE.unit.weight_scaled
    assert average[0] == pytest.approx(one_pass[0])
    assert (np.abs(average - one_pass)[1:] > 1e-3).all()


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
        assert f'href="{page_link(point.page[1])}" data-takes-rate' in html


@pytest.mark.parametrize(
    ("part", "message"),
    [
        ({"sweep": dv.sweep(dv.SweepConfig(units=10, rates=RATES))}, "sweep"),
        ({"noise": noise_sweep(NoiseConfig(units=10, rates=(0.1,), noises=NOISES))}, "rates of noise"),
        ({"annealed": EVIDENCE.annealed[::-1]}, "annealed"),
        ({"unit": logistic_unit([1.0], [1.0], 0.0, [0.1])}, "rates of unit"),
    ],
)
def test_evidence_that_does_not_belong_together_is_refused(part, message):
    with pytest.raises(ValueError, match=message):
        answer_live(replace(EVIDENCE, **part))
