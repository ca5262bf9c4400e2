"""The report of a check from its JSON, and the code to change."""

import ast
import json

import pytest

from dropviz.frameworks.check_file import KINDS, LONGEST, MOST_ROWS, read_report
from dropviz.frameworks.cures import CURES, cure
from dropviz.frameworks.findings import Finding, Report

FINDING = Finding(
    "left_on", "error", "attend (Attention), net.py:3", "dropout acts in evaluation at rate 0.1", "Off."
)
PLACE = {"where": "drop (Dropout)", "what": "dropout, rate 0.1", "acts": "acts in training"}
REPORT = Report("Net", (PLACE,), (FINDING,), 4)


def text(**changes):
    return json.dumps(json.loads(REPORT.to_json()) | changes).encode()


def test_a_report_comes_back_whole():
    assert read_report(REPORT.to_json().encode()) == REPORT
    assert read_report(text(passes="many", new="key")) == Report("Net", (PLACE,), (FINDING,), 0)
    assert read_report(Report("Net", (), (), 4).to_json().encode()).right


ROW = json.loads(REPORT.to_json())["findings"][0]
REFUSED = [
    (b"", "1 to 2,000,000 bytes"),
    (b"x" * 2_000_001, "1 to 2,000,000 bytes"),
    (b"no", "no JSON"),
    (b"\xff", "no JSON"),
    (b"[" * 100_000, "no JSON"),
    (b"[]", "lacks"),
    (b"{}", "lacks"),
    (text(findings={}), "no list"),
    (text(places=[1]), "no list"),
    (text(findings=[ROW] * (MOST_ROWS + 1)), "at most 1,000 findings"),
    (text(findings=[ROW | {"severity": "fatal"}]), "error or warning"),
    (text(findings=[ROW | {"where": None}]), "where must be a text"),
    (text(findings=[ROW | {"sentence": "x" * (LONGEST + 1)}]), "sentence must be a text"),
    (text(findings=[ROW | {"measured": "a\nb"}]), "measured must be a text"),
    (text(model="\u202e"), "model must be a text"),
    (text(places=[{"where": "x"}]), "what must be a text"),
]


@pytest.mark.parametrize(("data", "words"), REFUSED)
def test_what_is_no_report_gets_one_sentence(data, words):
    with pytest.raises(ValueError, match=words) as refused:
        read_report(data)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 200


# ---- cures ----------------------------------------------------------------------------------------------------------


def test_every_kind_has_a_change_and_every_change_is_python():
    assert set(CURES) == set(KINDS)
    for changes in CURES.values():
        for change in changes.values():
            assert change.before != change.after
            for code in (change.before, change.after):
                ast.parse(code)


@pytest.mark.parametrize(
    ("kind", "measured", "after"),
    [
        ("left_on", "scaled_dot_product_attention acts in evaluation at rate 0.1", "self.p if self.training else 0.0"),
        ("left_on", "dropout acts in evaluation at rate 0.5", "training=self.training"),
        ("left_on", "feature_alpha_dropout acts in evaluation at rate 0.5", "training=self.training"),
        ("left_on", "rand_like is drawn in evaluation", "if self.training"),
        ("left_on", "two passes in evaluation differ", "if self.training"),
        ("wrong_scale", "an activation is × 0.7 on average in training, × 1.000 in evaluation", "/ keep"),
        ("lost_after_eval", "dropout acts before an evaluation, and not after it", "model.eval()"),
        ("stuck_mask", "the same mask in every pass", "in forward"),
        ("no_effect", "dropout=0.3, one layer", "nn.Dropout(p)"),
        ("no_effect", "nothing uses what dropout returns", "x = self.dropout(x)"),
        ("no_effect", "never called in training", "self.dropout(self.layer(x))"),
        ("no_effect", "dropout at rate 0.3 is off in training", "training=self.training"),
    ],
)  # fmt: skip
def test_what_was_measured_finds_its_change(kind, measured, after):
    found = cure(Finding(kind, "error", "x", measured, "y"))
    assert found is not None
    assert after in found.after


def test_an_unknown_kind_has_no_change():
    assert cure(Finding("new_kind", "warning", "x", "y", "z")) is None
    assert cure(Finding("no_effect", "warning", "x", "y", "z")) is None
