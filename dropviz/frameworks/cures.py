"""What to change in the code for a finding of `check`: the line that is wrong, and what to write instead."""

import re

from dropviz.frameworks.cure_tables import TABLES, Cure
from dropviz.frameworks.findings import Finding


def cure(finding: Finding, framework: str = "PyTorch") -> Cure | None:
    """Return the change for a finding; None where its kind is not known, what was measured is nothing known, or a scale
    may be meant.

    >>> cure(Finding("no_effect", "error", "drop (Dropout)", "nothing uses what dropout returns", "…")).after
    'x = self.dropout(x)'
    """
    if (finding.kind, finding.severity) == ("wrong_scale", "warning"):
        return None
    for pattern, change in TABLES.get(framework, {}).get(finding.kind, {}).items():
        if re.search(pattern, f"{finding.where}: {finding.measured}. {finding.sentence}"):
            return change
    return None
