"""The answer's figure: each panel is the evidence of the reason above it, with its source and page."""

import numpy as np
import pytest

import dropviz as dv
from dropviz.figures.answer import LIMITS, REASONS, answer_live
from dropviz.live.words import Link, PageLink
from dropviz.settings.addresses import WITHOUT_RATE, page_link
from dropviz.simulation.answer import EvidenceConfig, evidence
from dropviz.training.config import same_path
from tests.figures.reading import assert_defined, exact, lines, strayed, titles
from tests.live.reading import asked, records, said, words_of

RATES = dv.rate_grid(0.0, 0.95, 0.05)
R = np.asarray(RATES)
K = 1.0 - R
EVIDENCE = evidence(EvidenceConfig(units=20_000, rates=RATES, steps=50))
LIVE = answer_live(EVIDENCE, same_path(RATES))
FORGOTTEN, ANNEALED, NOISE, SUMS, WRONG, SHIFT = LIVE.panels


def test_a_forgotten_factor_is_off_by_one_over_keep_and_the_right_ones_by_nothing():
    np.testing.assert_allclose(exact(FORGOTTEN, "forgotten"), 1.0 / K)
    np.testing.assert_allclose(exact(FORGOTTEN, "standard"), 1.0)
    np.testing.assert_allclose(exact(FORGOTTEN, "inverted"), 1.0)
    assert "off by 1/k" in FORGOTTEN.title


def test_each_panel_draws_its_part_of_the_evidence():
    def drawn(panel):
        return [exact(panel, name) for name in lines(panel)]

    np.testing.assert_array_equal(drawn(ANNEALED), EVIDENCE.worst_error)
    np.testing.assert_array_equal(drawn(NOISE), EVIDENCE.noise.exact)
    np.testing.assert_array_equal(drawn(SUMS), EVIDENCE.layer.exact_mean)
    ratio = [EVIDENCE.sweep.gap_estimate("variance_ratio", name).exact for name in lines(SHIFT)]
    np.testing.assert_array_equal(drawn(SHIFT), ratio)
    assert set(LIVE.texts["plain-z"]) == {LIVE.texts["plain-z"][0]}


def test_the_wrong_factor_is_right_only_at_one_half():
    wrong = exact(WRONG, "× rate, not keep")
    np.testing.assert_allclose(wrong[1:], R[1:] / K[1:])
    assert [rate for rate, ratio in zip(RATES, wrong, strict=True) if ratio == pytest.approx(1.0)] == [0.5]


@pytest.mark.parametrize("panel", LIVE.panels, ids=titles(LIVE))
def test_simulated_points_lie_within_five_standard_errors(panel):
    for line in lines(panel).values():
        if line.estimate.simulated is not None:
            assert not strayed(line).any()


def test_every_panel_but_the_schedules_is_simulated():
    without = [
        panel
        for panel in LIVE.panels
        if any(line.estimate.simulated is None for line in lines(panel).values())
    ]
    assert without == [ANNEALED]


def test_the_numbers_are_those_of_facts_at_rate_point_three():
    texts = {name: values[RATES.index(0.3)] for name, values in LIVE.texts.items()}
    assert texts["standard-line"] == "test = a * 0.7"
    assert texts["inverted-line"] == "test = a"
    assert (texts["forgotten-exact"], texts["wrong-exact"]) == ("1.429", "0.4286")
    assert [texts[f"error-{name}"] for name in ("first", "last", "never")] == ["30 %", "43 %", "0 %"]
    assert (texts["path-SGD"], texts["path-Adam"]) == ("2.041", "1.429")
    assert texts["unit-test"] == "0.8808"


def test_every_live_place_has_a_text_at_every_rate_and_none_says_nan():
    assert asked(LIVE) <= set(LIVE.texts)
    assert {len(values) for values in LIVE.texts.values()} == {len(RATES)}
    assert_defined(LIVE)


def test_five_reasons_and_three_limits_each_with_source_and_page():
    assert (len(REASONS), len(LIMITS)) == (5, 3)
    for panel, point in zip(LIVE.panels, (*REASONS, LIMITS[0]), strict=True):
        assert said(panel.above[0]) == point.heading
        assert said(panel.above[1]).startswith(point.sentence)
    shown = list(records(words_of(LIVE)))
    links = {link.address for link in shown if isinstance(link, Link)}
    pages = {(link.address, link.takes_rate) for link in shown if isinstance(link, PageLink)}
    for point in (*REASONS, *LIMITS):
        assert point.source[1].startswith("https://")
        assert point.source[1] in links
        assert (page_link(point.page[1]), point.page[1] not in WITHOUT_RATE) in pages
