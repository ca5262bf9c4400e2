"""A training that a visitor watches: it goes on while its page looks, and keeps numbers, not networks.

The work is done by a few threads, a slice at a time; who looks gets a `Snapshot` at once, and only draws it. Two
seconds after the last look, when the page is left or closed, the training rests, and nothing but its page holds it.
"""

import logging
import math
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Literal

import numpy as np

from dropviz.datasets.splits import Split
from dropviz.training.decision import COARSE, FINE, Decision, decision, has_decision
from dropviz.training.drawn import Redrawn, redrawn
from dropviz.training.experiments import Experiment, shown
from dropviz.training.findings import MC_PASSES, diverged
from dropviz.training.in_turn import RunsInTurn, can_change_rates
from dropviz.training.loop import Run
from dropviz.training.mc import Band, Comparison
from dropviz.training.network import parameter_count
from dropviz.training.queue import Queue

MOST_WORK = 1.5e11  # examples · parameters · epochs, over all runs and seeds: about a minute of one core
MOST_STEP = 1.5e9  # the same for one epoch of one run: about half a second
SLICE = 0.1  # seconds of training between two snapshots, at least one epoch of one run
PAUSE = 0.03  # seconds after a slice, for those who only look
GRACE = 2.0  # seconds that a training goes on after its page last looked
# One core is left to those who only look. Every slice is a job of its own: between two of a training all others that
# wait have their turn, and nothing but the waiting job holds a training.
THREADS = max(1, (os.cpu_count() or 2) - 1)
WORKERS = ThreadPoolExecutor(THREADS, "training")
QUEUE = Queue()
PLANE = 0.9  # seconds between two pictures of the plane while it is learnt
After = Band | Comparison
# "ending": nothing is trained any more, but what the runs show is not read yet
Stage = Literal["running", "ending", "ended"]


@dataclass(frozen=True, slots=True, eq=False)
class Snapshot:
    """What a training has measured so far.

    Attributes
    ----------
    stage : "running", "ending" or "ended"; after that nothing changes any more
    epochs : of the longest run
    done : epochs that every run and seed still training has behind it; in the end, those of the longest run
    runs : what has been measured; empty until every run and seed has begun
    plane : by a run's label, what its newest networks decide in the plane
    redrawn : what the newest network makes of some pictures, where it gives back pictures
    sentences : what the runs show, the verdict first; while they train, only what cannot wait
    after : a run's label, and what its finished network's noisy passes show
    problem : why the training broke off, a sentence; empty if it did not
    """

    stage: Stage
    epochs: int
    done: int = 0
    runs: tuple[Run, ...] = ()
    plane: Mapping[str, Decision] = field(default_factory=lambda: MappingProxyType({}))
    redrawn: Redrawn | None = None
    sentences: tuple[str, ...] = ()
    after: tuple[tuple[str, After], ...] = ()
    problem: str = ""


class LiveTraining:
    """The runs of one experiment, trained in turn by ``workers`` while somebody looks.

    ``clock`` gives the seconds that the time since the last look is measured with; ``queue`` knows whose turn it is.

    Raises
    ------
    ValueError
        If network and data do not fit, a rate leaves its range on the way, or the work is more than one visitor may ask
        of the server.
    """

    def __init__(
        self,
        experiment: Experiment,
        data: Split,
        seeds: Sequence[int],
        workers: Executor = WORKERS,
        clock: Callable[[], float] = time.monotonic,
        queue: Queue = QUEUE,
    ) -> None:
        check_work(experiment, data, len(seeds))
        self.experiment, self.data, self.seeds = experiment, data, tuple(seeds)
        self._workers, self._clock, self._queue = workers, clock, queue
        self._turns = RunsInTurn(experiment, data, seeds)
        self._plane: Mapping[str, Decision] = MappingProxyType({})
        self._plane_at = 0.0
        self._redrawn: Redrawn | None = None
        # What follows is shared by the page's thread and the worker's; what stands above is the worker's alone.
        self._lock = threading.Lock()
        self._snapshot = Snapshot("running", max(config.epochs for _, config in experiment.runs))
        self._looked = clock()
        self._at_work = False
        self._wanted: Experiment | None = None  # with the rates to go on with

    def look(self) -> Snapshot:
        """Return what has been measured so far; for two seconds from now the training goes on."""
        with self._lock:
            self._looked = self._clock()
            if not self._at_work and self._snapshot.stage != "ended":
                self._at_work = True
                self._ask_for_a_turn()
            return self._snapshot

    def before(self) -> int:
        """How many other trainings have their turn before this one."""
        return self._queue.before(self)

    def others(self) -> int:
        """How many other trainings want turns."""
        return self._queue.others(self)

    def _ask_for_a_turn(self) -> None:
        self._queue.join(self)
        self._workers.submit(self._slice)

    def stop(self) -> None:
        """End the training; what has been measured stays."""
        with self._lock:
            if self._snapshot.stage == "running":
                self._snapshot = replace(self._snapshot, stage="ending")

    def leave(self) -> None:
        """Rest at once; nobody is going to look any more."""
        with self._lock:
            self._looked = -math.inf

    def change_rates(self, experiment: Experiment) -> bool:
        """See `RunsInTurn.change_rates`; returns False, and changes nothing, if no rate can be changed on the way."""
        if not can_change_rates(self.experiment):
            return False
        with self._lock:
            self._wanted = experiment
        return True

    def _slice(self) -> None:
        """Train for a slice, or read what a training that has ended shows; then wait for the next turn."""
        with self._lock:
            self._at_work = self._clock() - self._looked <= GRACE
            if not self._at_work:
                self._queue.leave(self)
                return
            ending = self._snapshot.stage == "ending"
            wanted, self._wanted = self._wanted, None
        try:
            newest = self._conclude() if ending else self._advance(wanted)
        except Exception as error:
            logging.getLogger(__name__).exception("a training broke off")
            problem = f"The training broke off with an error of the program: {type(error).__name__}, {error}."
            newest = replace(self._snapshot, stage="ended", problem=problem)
        time.sleep(PAUSE)
        with self._lock:
            if newest.stage == "running":  # else a stop during the slice would be forgotten
                newest = replace(newest, stage=self._snapshot.stage)
            self._snapshot = newest
            self._at_work = newest.stage != "ended"
            if self._at_work:
                self._ask_for_a_turn()
            else:
                self._queue.leave(self)

    def _advance(self, wanted: Experiment | None) -> Snapshot:
        """Train for about `SLICE`, at least one epoch of one run."""
        turns = self._turns
        if wanted is not None:
            turns.change_rates(wanted)
        end = time.monotonic() + SLICE
        while turns.running:
            turns.train_one()
            if time.monotonic() >= end:
                break
        if not turns.running:
            return self._conclude()
        self._see_plane(turns.runs)
        self._redrawn = redrawn(turns.runs, self.data)
        return self._seen("running", diverged(turns.runs))

    def _conclude(self) -> Snapshot:
        """Read what the runs show, then drop their weights."""
        turns = self._turns
        runs = turns.runs
        sentences = shown(self.experiment, self.data, runs) if runs else []
        self._plane = self._decisions(runs, FINE)
        self._redrawn = redrawn(runs, self.data)
        noisy, after = self.experiment.noisy, []
        if noisy is not None:  # of the first seed
            for run in (run for run in runs if not diverged([run])):
                rng = np.random.default_rng(self.seeds[0])
                after.append((run.label, noisy(run.config, self.data, run.last[0], MC_PASSES, rng)))
        turns.end()
        return self._seen("ended", sentences, tuple(after))

    def _seen(
        self, stage: Stage, sentences: Sequence[str], after: tuple[tuple[str, After], ...] = ()
    ) -> Snapshot:
        """What has been measured so far, with these sentences and those on rates that were changed by hand."""
        changed = [
            f"Rate changed by hand, {label}: "
            + ", ".join(f"{rate:g} from epoch {epoch + 1} on" for epoch, rate in changes)
            + "."
            for (label, _), changes in zip(self.experiment.runs, self._turns.by_hand, strict=True)
            if changes
        ]
        said = (*sentences, *changed)
        turns, epochs = self._turns, self._snapshot.epochs
        return Snapshot(stage, epochs, turns.done, turns.runs, self._plane, self._redrawn, said, after)

    def _see_plane(self, runs: Sequence[Run]) -> None:
        """See coarsely what the newest networks decide in the plane, for a tenth of the time at most."""
        begin = time.monotonic()
        if begin >= self._plane_at and runs:
            self._plane = self._decisions(runs, COARSE)
            end = time.monotonic()
            self._plane_at = end + max(PLANE, 10 * (end - begin))

    def _decisions(self, runs: Sequence[Run], points: int) -> Mapping[str, Decision]:
        if not has_decision(self.data):
            return {}
        return {run.label: decision(run, self.data, points) for run in runs if not diverged([run])}


def check_work(experiment: Experiment, data: Split, seeds: int) -> None:
    """Raise ValueError, in one sentence, if this training is more than the server does for one visitor.

    Also if a rate leaves its range on the way.
    """
    total = 0.0
    for label, config in experiment.runs:
        epoch = float(len(data.train_targets) * parameter_count(config.sizes(data)))
        if epoch > MOST_STEP:
            raise ValueError(
                f"one epoch of {label} would take {epoch / MOST_STEP:.1f} times what the server does at a time; "
                "narrower layers, fewer features or fewer examples make it shorter"
            )
        total += epoch * config.epochs * seeds
        config.rates(np.arange(config.epochs * config.steps(data)))
    if total > MOST_WORK:
        raise ValueError(
            f"this would take {total / MOST_WORK:.1f} times what the server does for one visitor; fewer epochs, seeds "
            "or runs, or narrower layers, make it shorter"
        )
