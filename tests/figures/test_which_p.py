"""The figure of the question: which part each number counts, which factor is right, and what to change."""

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.which_p import LETTERS, conventions_cells, which_p_live
from dropviz.frameworks.conventions import answer, frameworks, line_of_code, migration
from dropviz.live import words
from dropviz.live.panels import Path, Points
from dropviz.simulation.which_p import STRATEGIES, which_p
from tests.figures.reading import assert_defined, exact, lines, named, simulated, strayed
from tests.live.reading import asked, said

NAMED = frameworks()
CONFIG = dv.SweepConfig(units=20_000, strategies=STRATEGIES)
FOUND = which_p(CONFIG)
RATES = np.asarray(CONFIG.rates)


def live(source="PyTorch", target="CS231n, inverted"):
    return which_p_live(FOUND, NAMED[source], NAMED[target])


# ---- the picture ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", ["PyTorch", "CS231n, inverted", "TensorFlow 1", "ConvNetJS"])
def test_the_bars_are_as_long_as_the_numbers(target):
    panel = live("JAX stax", target).panels[0]
    for row in (NAMED["JAX stax"], NAMED[target]):
        bar = named(panel, Path, f"{row.said}: {row.number_name}")
        length = bar.x[:, 1] - bar.x[:, 0]
        np.testing.assert_allclose(length, RATES if row.written == "drop" else 1.0 - RATES)


def test_the_units_are_split_where_the_line_stands():
    panel = live().panels[0]
    assert panel.over
    dropped, kept = (named(panel, Path, name) for name in ("dropped", "kept"))
    np.testing.assert_array_equal(dropped.x, np.stack([np.zeros_like(RATES), RATES], axis=1))
    np.testing.assert_array_equal(kept.x, np.stack([RATES, np.ones_like(RATES)], axis=1))


def test_nothing_is_said_to_be_dropped_where_noise_is_drawn():
    panel = live("Keras 3 GaussianDropout").panels[0]
    assert {mark.name for mark in panel.marks} >= {"as if dropped", "as if kept"}
    assert (
        panel.title
        == "Keras 3 GaussianDropout counts what dropout would drop, CS231n (inverted) what is kept"
    )


def test_the_title_says_what_is_counted():
    assert live().panels[0].title == "PyTorch counts what is dropped, CS231n (inverted) what is kept"
    assert live("PyTorch", "Haiku").panels[0].title == "Both count what is dropped"
    assert live("Objax", "Objax").panels[0].title == "Objax counts what is kept"
    assert len(live("Objax", "Objax").panels[0].marks) == 3


@pytest.mark.parametrize("name", NAMED)
def test_a_label_stands_in_the_panel_and_fits_a_phone(name):
    panel = live(name, name).panels[0]
    for label in [*panel.labels.wide, *panel.labels.narrow]:
        assert 0.0 <= label.y <= 1.0
    assert all(len(label.lines[0]) <= LETTERS for label in panel.labels.narrow)


# ---- why ------------------------------------------------------------------------------------------------------------


def test_dividing_by_the_rate_and_by_keep_is_drawn_as_theory_says():
    _, factors, means = live().panels
    above = RATES > 0.0
    np.testing.assert_allclose(exact(means, "÷ rate")[above], (1.0 - RATES[above]) / RATES[above])
    np.testing.assert_allclose(exact(means, "÷ keep"), 1.0)
    np.testing.assert_allclose(exact(factors, "1/rate")[above], 1.0 / RATES[above])
    np.testing.assert_allclose(exact(factors, "1/keep"), 1.0 / (1.0 - RATES))


def test_the_simulated_points_lie_within_five_standard_errors_of_their_line():
    points = simulated(live())
    assert len(points) == 2
    assert not any(strayed(line).any() for line in points)


def test_the_ring_marks_where_the_curves_of_each_panel_cross():
    for panel in live().panels[1:]:
        ring = named(panel, Points, "the error hides")
        assert ring.open
        assert ring.x.tolist() == [0.5]
        at_half = [np.interp(0.5, RATES, exact(panel, name)) for name in lines(panel)]
        assert at_half == pytest.approx([ring.y[0]] * 2)


def test_the_table_has_the_numbers_of_the_question_once_each():
    row = live().rows[1]
    table = next(block for block in row.words if isinstance(block, words.Table))
    assert [(one[0], float(one[1]), float(one[3])) for one in table.rows] == [
        ("0.20", 5.0, 1.25),
        ("0.50", 2.0, 2.0),
        ("0.80", 1.25, 5.0),
    ]
    for cells in table.rows:
        for mean, right in ((cells[2], (1 - float(cells[0])) / float(cells[0])), (cells[4], 1.0)):
            value, error = map(float, mean.split(" ± "))
            assert abs(value - right) < 6 * error  # the error has one digit


def test_the_verdict_is_true_at_every_rate():
    for rate, text in zip(CONFIG.rates, live().texts["verdict"], strict=True):
        if rate in (0.0, 0.5):
            assert "times" not in text
        else:
            size = float(text.split("it is ")[1].split(" times")[0])
            assert size == pytest.approx((1.0 - rate) / rate, rel=5e-3)


# ---- what to write, and what else changes ---------------------------------------------------------------------------


@pytest.mark.parametrize("source", NAMED)
@pytest.mark.parametrize("target", ["PyTorch", "CNTK", "ConvNetJS"])
def test_every_pair_shows_its_lines_and_every_change_at_every_rate(source, target):
    figure = live(source, target)
    for at in (0, 30, 50, 95):
        rate = CONFIG.rates[at]
        assert figure.texts["source-line"][at] == line_of_code(NAMED[source], rate)
        assert figure.texts["finding"][at] == answer(NAMED[source], NAMED[target], rate)
        shown = [values[at] for name, values in figure.texts.items() if name.startswith("move-")]
        changes = migration(NAMED[source], NAMED[target], rate)[1:]  # the number is in the finding
        assert tuple(filter(None, shown)) == (changes or (() if source == target else ("Nothing.",)))
    assert asked(figure) <= set(figure.texts)
    assert {len(values) for values in figure.texts.values()} == {len(CONFIG.rates)}


def test_a_parameter_that_can_be_either_shows_both_spellings():
    texts = live("CNTK").texts
    assert texts["source-line"][30] == "cntk.layers.Dropout(dropout_rate=0.3)"
    assert texts["source-other"][30] == "cntk.layers.Dropout(keep_prob=0.7)"


def test_nothing_the_browser_gets_says_nan():
    assert_defined(live("ConvNetJS", "Lasagne, rescale=False"))


def test_the_course_and_the_notes_are_named():
    text = said(live().rows[1].words)
    assert "CS231n (Stanford)" in text
    assert "comment" not in text
    assert "slides" not in text


# ---- everyone's p ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMED)
def test_a_row_of_everyones_table_says_what_is_inferred_and_links_to_its_file(name):
    row, cells = NAMED[name], conventions_cells(NAMED[name])
    for end in (0, 1):
        assert ("inferred" in cells[5 + end]) == (f"at_drop_{end}" in row.inferred)
    evidence, link = cells[3:5]
    assert isinstance(link, words.Link)
    assert link.address == row.link
    assert evidence == [row.evidence, words.Styled(row.edition, "small")]


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
