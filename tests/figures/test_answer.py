"""The answer's figure: each panel is the evidence of the reason above it, with its source and page."""

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.answer import LIMITS, REASONS, answer_live
from dropviz.live.words import Cells, Link, PageLink
from dropviz.settings.addresses import WITHOUT_RATE, page_link
from dropviz.simulation.answer import EvidenceConfig, evidence
from dropviz.training.config import learning_rate_factors
from tests.figures.reading import assert_defined, exact, lines, simulated, strayed
from tests.live.reading import asked, records, said, words_of

RATES = dv.rate_grid(0.0, 0.95, 0.05)
R = np.asarray(RATES)
K = 1.0 - R
EVIDENCE = evidence(EvidenceConfig(units=20_000, rates=RATES, steps=50))
LIVE = answer_live(EVIDENCE, learning_rate_factors(RATES))
FORGOTTEN, ANNEALED, NOISE, SUMS, WRONG, SHIFT, PATHS, UNIT = LIVE.panels


def test_a_forgotten_factor_is_off_by_one_over_keep_and_the_right_ones_by_nothing():
    np.testing.assert_allclose(exact(FORGOTTEN, "forgotten"), 1.0 / K)
    np.testing.assert_allclose(exact(FORGOTTEN, "standard"), 1.0)
    np.testing.assert_allclose(exact(FORGOTTEN, "inverted"), 1.0)
    assert "off by 1/k" in FORGOTTEN.title


def test_each_panel_draws_its_part_of_the_evidence():
    def drawn(panel):
        return [exact(panel, name) for name in lines(panel)]

    np.testing.assert_array_equal(drawn(ANNEALED), [*EVIDENCE.worst_error, EVIDENCE.least_error])
    np.testing.assert_array_equal(drawn(NOISE), EVIDENCE.noise.exact)
    np.testing.assert_array_equal(drawn(SUMS), EVIDENCE.layer.exact_mean)
    ratio = [EVIDENCE.sweep.gap_estimate("variance_ratio", name).exact for name in lines(SHIFT)]
    np.testing.assert_array_equal(drawn(SHIFT), ratio)
    np.testing.assert_allclose(drawn(PATHS), [1.0 / K**2, 1.0 / K])
    np.testing.assert_array_equal(drawn(UNIT), [EVIDENCE.unit.arithmetic_mean, EVIDENCE.unit.weight_scaled])
    assert set(LIVE.texts["plain-z"]) == {LIVE.texts["plain-z"][0]}


def test_the_wrong_factor_is_right_only_at_one_half():
    wrong = exact(WRONG, "× rate, not keep")
    np.testing.assert_allclose(wrong[1:], R[1:] / K[1:])
    assert [rate for rate, ratio in zip(RATES, wrong, strict=True) if ratio == pytest.approx(1.0)] == [0.5]


@pytest.mark.parametrize("line", simulated(LIVE), ids=lambda line: line.name)
def test_simulated_points_lie_within_five_standard_errors(line):
    assert not strayed(line).any()


def test_what_a_sample_can_show_is_simulated():
    shown = {line.name for line in simulated(LIVE)}
    assert shown == {"forgotten", "× rate, not keep", "standard", "inverted", "gaussian"}
    for panel in (FORGOTTEN, NOISE, SUMS, WRONG, SHIFT):
        assert all(line.estimate.simulated is not None for line in lines(panel).values())


def test_the_numbers_are_those_of_facts_at_rate_point_three():
    texts = {name: values[RATES.index(0.3)] for name, values in LIVE.texts.items()}
    assert texts["standard-line"] == "test = a * 0.7"
    assert texts["inverted-line"] == "test = a"
    assert (texts["forgotten-exact"], texts["wrong-exact"]) == ("1.429", "0.4286")
    assert [texts[f"error-{name}"] for name in ("first", "last")] == ["30 %", "42.9 %"]
    assert (texts["path-SGD"], texts["path-Adam"]) == ("2.041", "1.429")
    cells = [texts[f"cell-{at}"] for at in range(5)]
    assert cells == [
        "× 0.70; forgotten: mean × 1.43",
        "best single factor off by 17.6 %",
        "average loss 0.30·a",
        "W·a shrinks to 0.70·W·a",
        "× 0.30 instead of × 0.70: mean × 0.43",
    ]
    assert texts["unit-test"] == "0.8808"


def test_every_live_place_has_a_text_at_every_rate_and_none_says_nan():
    assert asked(LIVE) <= set(LIVE.texts)
    assert {len(values) for values in LIVE.texts.values()} == {len(RATES)}
    assert_defined(LIVE)


def test_five_reasons_and_three_limits_each_with_source_and_page():
    assert (len(REASONS), len(LIMITS)) == (5, 3)
    *rows, apart = LIVE.rows
    for at, (row, point) in enumerate(zip(rows, REASONS, strict=True)):
        assert isinstance(row.fold, Cells)
        assert said(row.fold.cells[:2]) == f"{point.label}{{cell-{at}}}"
        blocks = row.words[0].blocks if row.open else row.words
        assert said(blocks[0]).startswith(point.sentence)
        assert row.open == (at == 0)
        assert len(row.panels) == 1
    for panel, point in zip(apart.panels, LIMITS, strict=True):
        assert said(panel.above[0]) == point.label
        assert said(panel.above[1]).startswith(point.sentence)
    shown = list(records(words_of(LIVE)))
    links = {link.address for link in shown if isinstance(link, Link)}
    pages = {(link.address, link.takes_rate) for link in shown if isinstance(link, PageLink)}
    for point in (*REASONS, *LIMITS):
        assert point.source[1].startswith("https://")
        assert point.source[1] in links
        assert (page_link(point.page[1]), point.page[1] not in WITHOUT_RATE) in pages


def test_at_rate_0_no_row_speaks_of_a_mistake_in_numbers():
    first = [LIVE.texts[f"cell-{at}"][0] for at in range(5)]
    assert all(cell.endswith("at rate 0") for cell in first)
    assert not any("1.00" in cell or "−0.00" in cell for cell in first)


@pytest.mark.parametrize("values", [[0.0], [2.5], [-1.0, 1.0], [0.0, 0.0, 3.0], [-2.0, 0.5]], ids=str)
def test_own_activations_make_no_sentence_false(values):
    held = evidence(EvidenceConfig(dv.Empirical(np.array(values)), 2000, RATES, 10))
    live = answer_live(held, learning_rate_factors(RATES))
    assert_defined(live)
    mean, variance = np.mean(values), np.var(values)
    forgotten, *_, shift, _, _ = live.panels
    assert ("no ratio" in shift.title) == (variance == 0.0)
    assert any("no ratio" in text or "same" in text for text in live.texts["shift"]) == (variance == 0.0)
    # where every mean is 0, none that is drawn can stand for the ratio
    assert all((line.estimate.simulated is None) == (mean == 0.0) for line in lines(forgotten).values())
    assert [live.texts[f"cell-{at}"] for at in range(5)] == [LIVE.texts[f"cell-{at}"] for at in range(5)]
