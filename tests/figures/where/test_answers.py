"""Steps, penalty, exact means and survivors, drawn: every sentence has the numbers of the closed forms."""

import numpy as np
import pytest

from dropviz.figures.where.exact import exact_live
from dropviz.figures.where.penalty import penalty_live
from dropviz.figures.where.step import step_live
from dropviz.figures.where.survivors import survivors_live
from dropviz.live.panels import Path
from dropviz.numbers.written import plain
from dropviz.simulation.where.exact import ExactConfig, thinned
from dropviz.simulation.where.penalty import PenaltyConfig, penalty
from dropviz.simulation.where.survivors import SurvivorsConfig, survivors
from dropviz.theory.activations import Constant
from dropviz.training.step_pairs import StepPairsConfig, step_pairs
from tests.figures.reading import exact, labels, named

RATES = (0.0, 0.3, 0.5, 0.95)


@pytest.fixture(scope="module")
def pairs():
    return step_pairs(StepPairsConfig(rates=RATES, epochs=4))


def test_the_runs_by_the_rule_lie_on_inverted_and_the_sentence_says_how_far_the_others_part(pairs):
    live = step_live(pairs)
    for at, name in enumerate(("SGD", "AdamW")):
        panel = live.panels[at]
        rule, equal, inverted = (
            named(panel, Path, each).y
            for each in (
                f"standard, learning rate ÷ {'k²' if name == 'SGD' else 'k'}",
                "standard, same learning rate",
                "inverted",
            )
        )
        np.testing.assert_allclose(rule, inverted, rtol=1e-12)
        parted = np.abs(equal[2] / inverted[2] - 1.0).max()
        assert f"{100 * parted:.2g} % ({name})" in live.texts["finding"][2]
    assert "With 4.00 and 2.00 times the learning rate" in live.texts["finding"][2]
    assert live.texts["finding"][0].startswith("At rate 0 both strategies are the same")
    assert live.texts["rule-adamw"][2] == "2.00·η, 0.500·λ, 0.500·ε"
    assert live.texts["rule-sgd"][2] == "4.00·η, 0.250·λ"


def test_the_penalty_is_said_by_formula_and_by_all_masks():
    found = penalty(PenaltyConfig(rates=RATES, passes=20, chains=4, steps=20))
    said = penalty_live(found).texts["finding"]
    assert f"= {plain(float(found.linear.exact[1]), 3)}: ridge" in said[1]
    assert f"logistic regression {plain(float(found.logistic.exact[3]), 3)}" in said[3]
    assert f"the formula says {plain(float(found.quadratic[3]), 3)}" in said[3]
    assert said[0].startswith("At rate 0 nothing is added")


def test_both_exact_means_are_drawn_at_0_and_the_others_are_said():
    found = thinned(ExactConfig(rates=RATES, masks=10))
    live = exact_live(found)
    average, geometric = live.panels
    assert not exact(average, "linear network").any()
    assert not exact(geometric, "one softmax layer").any()
    for name in ("relu", "deep"):
        gap = abs(float(found.networks[name].geometric.exact[1]))
        assert f"by {plain(gap, 2)}" in live.texts["finding"][1]
    still = exact_live(thinned(ExactConfig(scale=0.0, rates=RATES, masks=10)))
    assert still.texts["finding"][1].startswith("Here every thinned network says the same")
    assert any("=" in label for label in labels(still.panels[0]))


@pytest.mark.parametrize("units", [1, 4])
def test_what_a_layer_of_survivors_loses_is_said(units):
    found = survivors(SurvivorsConfig(Constant(2.0), units=units, rates=RATES, masks=100))
    texts = survivors_live(found).texts
    assert texts["finding"][0].startswith("At rate 0 every unit survives")
    assert f"{plain(100 * 0.3**units, 2)} % of the masks" in texts["finding"][1]
    assert (", of 1 unit in 30 %" in texts["finding"][1]) == (units > 1)
    # equal units vary only where all are dropped
    lost = 0.95**units
    ratio = lost * (1 - lost) * units * 0.05 / 0.95
    assert f"{plain(ratio, 2)} times that of inverted" in texts["variance"][3]
    empty = survivors_live(survivors(SurvivorsConfig(Constant(0.0), units=units, rates=RATES, masks=100)))
    assert set(empty.texts["variance"]) == {texts["variance"][0]} == {"No sum varies."}
