"""What a check found in a network, in words: a fault at a time, with the line of code to change."""

from collections import Counter

from dropviz.frameworks.cures import cure
from dropviz.frameworks.findings import Finding, Report
from dropviz.live import words

FIRST = 10  # findings that are seen at once
MARKS = {"error": "✗ Error", "warning": "Warning"}


def report_words(report: Report) -> list[words.Block]:
    """Return the words of a report: what it says in all, then every finding, then the places."""
    said: list[words.Block] = [words.Paragraph(_summary(report), "finding")]
    for finding in report.findings[:FIRST]:
        said += _finding(finding, report.framework)
    if rest := report.findings[FIRST:]:
        blocks = [block for finding in rest for block in _finding(finding, report.framework)]
        said.append(words.Fold(f"{len(rest):,} more", blocks))
    if report.places:
        rows = [[place["where"], place["what"], place["acts"]] for place in report.places]
        table = words.Table(["where", "what is called", "when"], rows)
        said.append(words.Fold("Where random numbers enter", [table]))
    return said


def _summary(report: Report) -> str:
    counts = Counter(finding.severity for finding in report.findings)
    found = [
        f"{count:,} {name}{'s' * (count > 1)}" for name in ("error", "warning") if (count := counts[name])
    ]
    places = f"{len(report.places):,} place{'s' * (len(report.places) != 1)} where random numbers enter"
    return f"{' and '.join(found) or 'Nothing wrong found'} in {report.model}: {places}."


def _finding(finding: Finding, framework: str) -> list[words.Block]:
    head: list[words.Span] = [
        words.Styled(MARKS[finding.severity], "strong"),
        f" ({finding.kind}): {finding.sentence}",
    ]
    blocks: list[words.Block] = [
        words.Heading(finding.where),
        words.Paragraph(head),
        words.Paragraph(f"Measured: {finding.measured}.", "muted"),
    ]
    change = cure(finding, framework)
    if change is not None:
        lines = [
            f"{sign} {line}" for sign, text in zip("-+", change, strict=False) for line in text.split("\n")
        ]
        blocks.append(words.Code("\n".join(lines)))
        blocks += [words.Paragraph(change.note, "muted")] if change.note else []
    return [words.Group("finding", blocks)]
