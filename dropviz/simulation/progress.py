"""How far a long computation is, as a line on stderr."""

import sys
import time
from collections.abc import Callable

Progress = Callable[[int, int], object]  # of the tasks that are done, and of all


class ProgressLine:
    """One line that is rewritten in a terminal, else a line at each tenth."""

    def __init__(self, what: str) -> None:
        self.what, self.begin, self.before, self.tenth = what, time.monotonic(), -1, -1

    def __call__(self, done: int, total: int) -> None:
        """Say that so many of all tasks are done."""
        if self.before < 0:
            self.before = done
        terminal, tenth = sys.stderr.isatty(), 10 * done // total
        if tenth == self.tenth and not terminal:
            return
        self.tenth, rest = tenth, ""
        if self.before < done < total:
            seconds = (time.monotonic() - self.begin) / (done - self.before) * (total - done)
            rest = f", about {seconds:.0f} s left"
        line = f"{self.what}: {done} of {total} tasks ({100 * done // total} %){rest}"
        if terminal:
            print(f"\r{line:<60}", end="\n" if done == total else "", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)
