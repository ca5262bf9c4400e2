"""The report of a check from its JSON; nothing that the file claims is believed, and text in it stays text."""

import json
from collections.abc import Mapping
from typing import Any, Literal, cast

from dropviz.frameworks.findings import Finding, Report

MOST_BYTES = 2_000_000
MOST_ROWS = 1_000  # findings, and places
LONGEST = 500  # characters of a text
SEVERITIES = ("error", "warning")
_NONE = "the file must be the JSON of a check, as dropviz check … --format json prints it"


def read_report(data: bytes) -> Report:
    """Read what `Report.to_json` writes; keys that it does not know are passed over.

    ValueError, with one sentence, if it is larger than 2 MB, no such JSON, or has more than 1,000 findings or places, a
    text of more than 500 characters or one that cannot be printed, or a severity that is none.
    """
    if not 1 <= len(data) <= MOST_BYTES:
        raise ValueError(f"the file must have 1 to {MOST_BYTES:,} bytes; it has {len(data):,}")
    try:
        found = json.loads(data)
    except (ValueError, RecursionError) as error:  # also what is no UTF-8
        raise ValueError(f"{_NONE}; this is no JSON") from error
    if not isinstance(found, dict) or not {"model", "places", "findings"} <= found.keys():
        raise ValueError(f"{_NONE}: with model, places and findings; this one lacks some")
    findings = tuple(_finding(row) for row in _rows("findings", found))
    places = tuple(
        {name: _text(name, row) for name in ("where", "what", "acts")} for row in _rows("places", found)
    )
    passes = found.get("passes", 0)
    framework = (
        _text("framework", found) if "framework" in found else "PyTorch"
    )  # older reports do not say it
    return Report(_text("model", found), places, findings, passes if type(passes) is int else 0, framework)


def _rows(name: str, found: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = found[name]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"{_NONE}; its {name} are no list of objects")
    if len(rows) > MOST_ROWS:
        raise ValueError(f"a report must have at most {MOST_ROWS:,} {name}; it has {len(rows):,}")
    return rows


def _finding(row: Mapping[str, Any]) -> Finding:
    kind, severity, *rest = (
        _text(name, row) for name in ("kind", "severity", "where", "measured", "sentence")
    )
    if severity not in SEVERITIES:
        raise ValueError(f"severity must be error or warning; got {severity[:40]!r}")
    return Finding(kind, cast(Literal["error", "warning"], severity), *rest)


def _text(name: str, row: Mapping[str, Any]) -> str:
    text = row.get(name)
    if not isinstance(text, str) or len(text) > LONGEST or not text.isprintable():
        raise ValueError(f"{name} must be a text of at most {LONGEST} printable characters")
    return text
