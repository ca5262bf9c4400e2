"""Two minutes of a small crowd beside the other tests: nothing fails, and memory is flat; `make soak` is two hours."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
CROWD = ["--minutes=2", "--visitors=30", "--phones=30", "--slow=5"]  # the other tests have the cores


def test_visitors_and_phones_are_answered_and_leave_nothing_behind():
    run = subprocess.run(
        [sys.executable, "-m", "bench.soak", *CROWD],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
