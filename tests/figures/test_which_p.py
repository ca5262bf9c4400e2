"""The figure of the question: which factor is right, where the wrong one hides, and what to change."""

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.which_p import EVIDENCE, conventions_table, which_p_live
from dropviz.frameworks.conventions import frameworks, line_of_code, migration
from dropviz.live.panels import Points
from dropviz.simulation.which_p import STRATEGIES, which_p
from tests.figures.reading import assert_defined, exact, lines, named, simulated, strayed
from tests.live.reading import asked

NAMED = frameworks()
CONFIG = dv.SweepConfig(units=20_000, strategies=STRATEGIES)
SWEEP = dv.sweep(CONFIG)
RATES = np.asarray(CONFIG.rates)


def live(source="PyTorch", target="JAX stax"):
    return which_p_live(which_p(CONFIG), NAMED[source], NAMED[target])


def test_dividing_by_the_rate_and_by_keep_is_drawn_as_theory_says():
    factors, drop, keep = live().panels
    above = RATES > 0.0
    for panel, by_rate, by_keep in ((drop, "1/p", "1/(1−p)"), (keep, "1/(1−p)", "1/p")):
        np.testing.assert_allclose(exact(panel, by_rate)[above], (1.0 - RATES[above]) / RATES[above])
        np.testing.assert_allclose(exact(panel, by_keep), 1.0)
    np.testing.assert_allclose(exact(factors, "1/rate")[above], 1.0 / RATES[above])
    np.testing.assert_allclose(exact(factors, "1/keep"), 1.0 / (1.0 - RATES))


def test_the_simulated_points_lie_within_five_standard_errors_of_their_line():
    points = simulated(live())
    assert len(points) == 4
    assert not any(strayed(line).any() for line in points)


def test_the_ring_marks_where_the_curves_of_each_panel_cross():
    for panel in live().panels:
        ring = named(panel, Points, "the error hides")
        assert ring.open
        assert ring.x.tolist() == [0.5]
        at_half = [np.interp(0.5, RATES, exact(panel, name)) for name in lines(panel)]
        assert at_half == pytest.approx([ring.y[0]] * 2)


@pytest.mark.parametrize(("rate", "slot"), [(0.0, 0), (0.2, 0), (0.3, 1), (0.5, 1), (0.6, 2), (0.95, 3)])
def test_this_rates_row_stands_at_its_place_among_the_rows_of_the_question(rate, slot):
    texts = live().texts
    at = int(np.abs(RATES - rate).argmin())
    bold = [texts[f"this-{row}-rate"][at] for row in range(4)]
    plain = [texts[f"other-{row}-rate"][at] for row in range(4)]
    assert bold == [f"{rate:.2f}" if row == slot else "" for row in range(4)]
    assert [text for text in plain if text] == ["0.20", "0.50", "0.80"]
    shown = [float(one or other) for one, other in zip(bold, plain, strict=True)]
    assert shown == sorted(shown)


def test_the_rows_of_the_question_are_its_numbers():
    texts, at = live().texts, int(np.abs(RATES - 0.95).argmin())
    rows = [(texts[f"other-{row}-by-rate"][at], texts[f"other-{row}-by-keep"][at]) for row in range(3)]
    assert [(float(one), float(other)) for one, other in rows] == [(5.0, 1.25), (2.0, 2.0), (1.25, 5.0)]


def test_the_verdict_is_true_at_every_rate():
    for rate, text in zip(CONFIG.rates, live().texts["verdict"], strict=True):
        if rate in (0.0, 0.5):
            assert "times" not in text
        else:
            size = float(text.split("it is ")[1].split(" times")[0])
            assert size == pytest.approx((1.0 - rate) / rate, rel=5e-3)


@pytest.mark.parametrize("source", NAMED)
@pytest.mark.parametrize("target", ["PyTorch", "CNTK", "ConvNetJS"])
def test_every_pair_shows_its_lines_and_every_change_at_every_rate(source, target):
    figure = live(source, target)
    for at in (0, 30, 50, 95):
        rate = CONFIG.rates[at]
        assert figure.texts["source-line"][at] == line_of_code(NAMED[source], rate)
        said = [values[at] for name, values in figure.texts.items() if name.startswith("move-")]
        assert tuple(text for text in said if text) == migration(NAMED[source], NAMED[target], rate)
    assert asked(figure) <= set(figure.texts)
    assert {len(values) for values in figure.texts.values()} == {len(CONFIG.rates)}


def test_a_parameter_that_can_be_either_shows_both_spellings():
    texts = live("CNTK").texts
    assert texts["source-line"][30] == "cntk.layers.Dropout(dropout_rate=0.3)"
    assert texts["source-other"][30] == "cntk.layers.Dropout(keep_prob=0.7)"


def test_nothing_the_browser_gets_says_nan():
    assert_defined(live("ConvNetJS", "Lasagne, rescale=False"))


def test_the_table_has_a_row_for_every_framework_and_marks_what_is_inferred():
    table = conventions_table(0.3).set_index("framework")
    assert list(table.index) == list(NAMED)
    assert table.loc["DL4J Dropout", "line at rate 0.3"] == "new Dropout(0.7)"
    for name, row in NAMED.items():
        assert table.loc[name, "evidence"] == EVIDENCE[row.evidence]
        for end in (0, 1):
            assert ("inferred" in table.loc[name, f"at drop {end}"]) == (f"at_drop_{end}" in row.inferred)


@pytest.mark.parametrize(
    ("config", "message"),
    [
        (dv.SweepConfig(units=10), "strategies"),
        (dv.SweepConfig(activations=dv.Normal(), units=10, strategies=STRATEGIES), "mean"),
    ],
)
def test_a_sweep_that_cannot_answer_is_refused(config, message):
    with pytest.raises(ValueError, match=message):
        which_p(config)
