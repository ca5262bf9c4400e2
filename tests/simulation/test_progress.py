"""The line that says how far a long computation is."""

import io
import sys

import dropviz as dv
from dropviz.simulation import progress
from dropviz.simulation.progress import ProgressLine
from dropviz.simulation.sweep import CHUNK


class Terminal(io.StringIO):
    def isatty(self):
        return True


def test_a_sweep_tells_of_each_of_its_chunks_with_and_without_an_executor():
    config, seen = dv.SweepConfig(dv.Constant(), 2 * CHUNK + 1, (0.5,), replicates=2), []
    told = dv.sweep(config, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(done, 6) for done in range(1, 7)]
    assert told.mean.tobytes() == dv.sweep(config).mean.tobytes()


def test_what_is_short_says_nothing_and_what_is_long_says_how_long_it_still_takes(monkeypatch):
    monkeypatch.setattr(sys, "stderr", Terminal())
    now = 10.0
    monkeypatch.setattr(progress.time, "monotonic", lambda: now)
    line = ProgressLine("sweep", quiet=0.5)
    line(1, 4)
    assert sys.stderr.getvalue() == ""
    now = 11.0
    line(3, 4)
    assert sys.stderr.getvalue().rstrip() == "\rsweep: 3 of 4 (75 %), about 0 s left"
    now = 14.0
    line(4, 4)
    assert sys.stderr.getvalue().endswith("\n")
