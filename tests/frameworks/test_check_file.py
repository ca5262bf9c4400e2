"""The report of a check from its JSON, and the code to change."""

import ast
import json

import pytest

from dropviz.frameworks.check_file import LONGEST, MOST_ROWS, read_report
from dropviz.frameworks.cure_tables import TABLES
from dropviz.frameworks.cures import cure
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


KINDS = {"left_on", "wrong_scale", "wrong_rate", "lost_after_eval", "stuck_mask", "no_effect"}


def test_every_kind_has_a_change_and_every_change_is_python():
    assert {name: set(kinds) - {"reused_key"} for name, kinds in TABLES.items()} == dict.fromkeys(
        TABLES, KINDS
    )
    for change in (
        change for kinds in TABLES.values() for changes in kinds.values() for change in changes.values()
    ):
        assert change.before != change.after
        for code in (change.before, change.after):
            ast.parse(code)


@pytest.mark.parametrize(
    ("framework", "kind", "where", "measured", "after"),
    [
        (
            "Keras",
            "left_on",
            "drop (Dropout)",
            "dropout acts in evaluation at rate 0.3",
            "(x, training=training)",
        ),
        ("Keras", "left_on", "own (Own), net.py:7", "uniform is drawn in evaluation", "if training:"),
        ("Keras", "stuck_mask", "own (Own), net.py:7", "the same mask in every pass", "SeedGenerator"),
        ("Keras", "no_effect", "drop", "nothing is drawn in training at rate 0.3", "(x, training=training)"),
        ("Keras", "no_effect", "drop", "never called in training", "self.dropout(self.layer(x))"),
        (
            "JAX",
            "left_on",
            "Dropout_0 (Dropout)",
            "random_bits is drawn in evaluation",
            "deterministic=not train",
        ),
        (
            "JAX",
            "left_on",
            "the model (function), net.py:7",
            "random_bits is drawn in evaluation",
            "if train:",
        ),
        ("JAX", "reused_key", "a (A)", "the same key as at b (B)", "jax.random.split"),
        ("JAX", "stuck_mask", "a (A)", "the same mask in every pass", "jax.random.split"),
    ],
)
def test_a_change_is_one_of_the_framework(framework, kind, where, measured, after):
    report = Report("Net", (), (Finding(kind, "error", where, measured, "y"),), 4, framework)
    read = read_report(report.to_json().encode())
    assert read == report
    found = cure(read.findings[0], read.framework)
    assert found is not None
    assert after in found.after
    assert "torch" not in found.before + found.after


def test_a_report_without_its_framework_is_of_pytorch():
    row = json.loads(REPORT.to_json())
    del row["framework"]
    assert read_report(json.dumps(row).encode()).framework == "PyTorch"
    assert cure(FINDING, "Theano") is None


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
