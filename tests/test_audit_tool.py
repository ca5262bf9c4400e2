import json

import pytest

from tools.audit import AWAY, verdict

GOOD = {"name": "numpy", "version": "2.4.6", "vulns": []}
BAD = {
    "name": "pillow",
    "version": "1.0",
    "vulns": [{"id": "CVE-1", "fix_versions": ["1.1"]}, {"id": "CVE-2", "fix_versions": []}],
}
SKIPPED = {"name": "segno", "skip_reason": "Dependency not found"}


def said(*packages):
    return verdict(json.dumps({"dependencies": packages, "fixes": []}), "")


def test_a_known_vulnerability_fails_and_says_what_mends_it():
    assert said(GOOD, BAD, SKIPPED) == (
        "pillow 1.0: CVE-1, mended in 1.1\npillow 1.0: CVE-2, mended in no version",
        1,
    )


def test_packages_that_nobody_knows_are_no_good_news():
    assert said(SKIPPED) == (AWAY, 0)
    assert said(GOOD, SKIPPED) == ("No vulnerability is known in 1 packages; not listed there: segno.", 0)


def test_a_source_that_cannot_be_reached_is_a_sentence_and_any_other_failure_is_one():
    assert verdict("", "…requests.exceptions.ConnectionError: no route") == (AWAY, 0)
    with pytest.raises(ValueError, match="unknown option"):
        verdict("", "unknown option")
