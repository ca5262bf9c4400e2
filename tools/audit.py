"""Look the pinned packages up in the list of known vulnerabilities: ``make audit``.

pip-audit says "no known vulnerabilities" of packages that its source did not know or that it could not ask about; here
that is no good news.
"""

import json
import subprocess
import sys
from typing import Any

AWAY = "Not audited: the list of known vulnerabilities cannot be reached from here."


def main(locks: list[str]) -> int:
    """Ask pip-audit about the files; 1 if a vulnerability is known."""
    command = [sys.executable, "-m", "pip_audit", "--format=json", "--progress-spinner=off", "--disable-pip"]
    command += ["--require-hashes", *(part for lock in locks for part in ("-r", lock))]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    sentence, status = verdict(run.stdout, run.stderr)
    print(sentence)
    return status


def verdict(report: str, complaint: str) -> tuple[str, int]:
    """Return what pip-audit's report comes to, and 1 if there is something to do.

    Raises
    ------
    ValueError
        There is no report, for another reason than a source that cannot be reached.
    """
    if not report.strip():
        if "ConnectionError" in complaint or "Timeout" in complaint:
            return AWAY, 0
        raise ValueError(f"pip-audit gave no report: {complaint[-2000:]}")
    packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    found = [
        f"{one['name']} {one['version']}: {flaw['id']}, mended in {', '.join(flaw['fix_versions']) or 'no version'}"
        for one in packages
        for flaw in one.get("vulns", ())
    ]
    if found:
        return "\n".join(found), 1
    if len(skipped) == len(packages):
        return AWAY, 0
    unknown = f"; not listed there: {', '.join(skipped)}" if skipped else ""
    return f"No vulnerability is known in {len(packages) - len(skipped)} packages{unknown}.", 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
