import math
import re

import pytest

from dropviz.serving.exposition import Bins, Metric, written

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\["\\n])*"'
NUMBER = r"[+-]?(?:Inf|\d+(?:\.\d+)?(?:e[+-]?\d+)?)|NaN"
SAMPLE = re.compile(rf"({NAME})(?:{{({LABEL}(?:,{LABEL})*)}})? ({NUMBER})")
COMMENT = re.compile(rf"# (HELP|TYPE) ({NAME}) ((?:[^\\\n]|\\[\\n])*)")
ENDINGS = {"counter": ("",), "gauge": ("",), "histogram": ("_bucket", "_sum", "_count")}
UNESCAPED = {r"\\": "\\", r"\"": '"', r"\n": "\n"}


def read(text):
    """The samples by name and labels, after a reading that refuses all that the format does not allow."""
    assert text.endswith("\n")
    samples, kinds, helped, current = {}, {}, set(), None
    for line in text[:-1].split("\n"):
        if comment := COMMENT.fullmatch(line):
            what, current, rest = comment.groups()
            if what == "HELP":
                assert current not in helped | kinds.keys()
                helped.add(current)
            else:
                assert current not in kinds
                kinds[current] = rest
            continue
        sample = SAMPLE.fullmatch(line)
        assert sample, f"no sample, and no comment: {line!r}"
        name, labels, value = sample.groups()
        assert name in {current + ending for ending in ENDINGS[kinds[current]]}, (
            "the samples of a name stand together"
        )
        pairs = re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or "")
        found = {label: re.sub(r"\\.", lambda one: UNESCAPED[one[0]], inside) for label, inside in pairs}
        assert len(found) == len(pairs), f"a label stands twice: {line}"
        key = (name, frozenset(found.items()))
        assert key not in samples, f"a sample stands twice: {line}"
        samples[key] = float(value)
    for name, kind in kinds.items():
        if kind == "histogram":
            check_histogram(name, samples)
        if kind == "counter":
            assert name.endswith("_total")
    return samples


def check_histogram(name, samples):
    series = {}
    for (sample, labels), value in samples.items():
        if sample == f"{name}_bucket":
            bound = float(dict(labels)["le"])
            rest = frozenset(pair for pair in labels if pair[0] != "le")
            series.setdefault(rest, {})[bound] = value
    assert series
    for labels, counts in series.items():
        ordered = [counts[bound] for bound in sorted(counts)]
        assert ordered == sorted(ordered)
        assert counts[math.inf] == samples[f"{name}_count", labels]
        assert (f"{name}_sum", labels) in samples


def test_text_holds_what_was_measured():
    metrics = [
        Metric("a_total", "counter", "Calls.", (({"status": "200"}, 7), ({"status": "404"}, 0))),
        Metric("b", "gauge", "Memory.", (({}, 1.5e-7),)),
        Metric("c_seconds", "histogram", "Waits.", (({"kind": "page"}, Bins({0.1: 2, 1.0: 2}, 3, 9.25)),)),
    ]
    assert read(written(metrics)) == {
        ("a_total", frozenset({("status", "200")})): 7,
        ("a_total", frozenset({("status", "404")})): 0,
        ("b", frozenset()): 1.5e-7,
        ("c_seconds_bucket", frozenset({("kind", "page"), ("le", "0.1")})): 2,
        ("c_seconds_bucket", frozenset({("kind", "page"), ("le", "1.0")})): 2,
        ("c_seconds_bucket", frozenset({("kind", "page"), ("le", "+Inf")})): 3,
        ("c_seconds_sum", frozenset({("kind", "page")})): 9.25,
        ("c_seconds_count", frozenset({("kind", "page")})): 3,
    }


@pytest.mark.parametrize("text", ['a"b', "a\\", "a\\n", "two\nlines", 'x"} 1\nfake 2', "ü"])
def test_a_label_comes_back_as_it_was(text):
    metric = Metric("a", "gauge", f"Says {text}", (({"said": text}, 1),))
    assert read(written([metric])) == {("a", frozenset({("said", text)})): 1}


@pytest.mark.parametrize(
    ("value", "text"), [(math.inf, "+Inf"), (-math.inf, "-Inf"), (math.nan, "NaN"), (1e22, "1e+22")]
)
def test_every_number_can_be_written(value, text):
    said = written([Metric("a", "gauge", "Any.", (({}, value),))])
    assert said.splitlines()[-1] == f"a {text}"
    read(said)


@pytest.mark.parametrize(
    "wrong", ["a 1", "# TYPE a gauge\na{b=c} 1\n", "# TYPE a gauge\nb 1\n", '# TYPE a gauge\na{b="\\x"} 1\n']
)
def test_the_reader_refuses_what_the_format_does_not_allow(wrong):
    with pytest.raises((AssertionError, KeyError)):
        read(wrong)
