"""How far a long computation is, as a line on stderr."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

Progress = Callable[[int, int], object]  # of how much is done, and of all
T = TypeVar("T")


def told(results: Iterable[T], total: int, progress: Progress | None) -> Iterator[T]:
    """Yield the results, each after ``progress`` has been told of it."""
    for done, result in enumerate(results, 1):
        if progress:
            progress(done, total)
        yield result


class ProgressLine:
    """One line that is rewritten in a terminal, else a line at each tenth; none in the first ``quiet`` seconds."""

    def __init__(self, what: str, quiet: float = 0.0) -> None:
        self.what, self.quiet, self.begin, self.before, self.tenth = what, quiet, time.monotonic(), -1, -1

    def __call__(self, done: int, total: int) -> None:
        """Say that so much of all is done."""
        if self.before < 0:
            self.before = done
        terminal, tenth = sys.stderr.isatty(), 10 * done // total
        if time.monotonic() < self.begin + self.quiet or (tenth == self.tenth and not terminal):
            return
        self.tenth, rest = tenth, ""
        if self.before < done < total:
            seconds = (time.monotonic() - self.begin) / (done - self.before) * (total - done)
            rest = f", about {seconds:.0f} s left"
        line = f"{self.what}: {done} of {total} ({100 * done // total} %){rest}"
        if terminal:
            print(f"\r{line:<60}", end="\n" if done == total else "", file=sys.stderr, flush=True)
        else:
            print(line, file=sys.stderr, flush=True)
