"""The report of a check in words: every finding with its place, its sentence and the code, and text that stays text."""

from dropviz.figures.check_report import FIRST, report_words
from dropviz.frameworks.check_file import read_report
from dropviz.frameworks.findings import Finding, Report
from dropviz.live import words
from dropviz.ui.pages.my_network.check import EXAMPLE
from tests.live.reading import said

HOSTILE = "<img src=x onerror=alert(1)> {finding} $x$"


def groups(report):
    return [block for block in report_words(report) if isinstance(block, words.Group)]


def test_the_example_has_three_faults_each_with_its_code():
    report = read_report(EXAMPLE.read_bytes())
    assert not report.right
    found = groups(report)
    assert len(found) == len(report.findings) == 3
    for group, finding in zip(found, report.findings, strict=True):
        place, sentence, measured, code, *_ = group.blocks
        assert said(place.spans) == finding.where
        assert finding.sentence in said(sentence.spans)
        assert finding.measured in said(measured.spans)
        assert code.text.startswith("- ")
        assert "\n+ " in code.text
    assert said(report_words(report)[0].spans) == "3 errors in Network: 4 places where random numbers enter."


def test_nothing_wrong_is_said_and_the_places_unfold():
    place = {"where": "drop (Dropout)", "what": "dropout, rate 0.1", "acts": "acts in training"}
    first, fold = report_words(Report("Net", (place,), (), 4))
    assert said(first.spans) == "Nothing wrong found in Net: 1 place where random numbers enter."
    assert fold.blocks[0].rows == [list(place.values())]
    assert len(report_words(Report("Net", (), (), 4))) == 1


def test_many_findings_unfold_and_text_stays_text():
    finding = Finding(HOSTILE, "warning", HOSTILE, HOSTILE, HOSTILE)
    blocks = report_words(Report(HOSTILE, (), (finding,) * (FIRST + 2), 4))
    assert said(blocks[0].spans).startswith(f"{FIRST + 2} warnings in {HOSTILE}")
    assert len([block for block in blocks if isinstance(block, words.Group)]) == FIRST
    assert blocks[-1].title == "2 more"
    assert blocks[1].blocks[0].spans == HOSTILE
    assert not any(isinstance(block, words.Code) for block in blocks[1].blocks)
