"""A training that a visitor watches: it moves only when the page asks, and keeps numbers, not networks.

Nothing here runs on its own. Each call of `advance` trains for a fraction of a second; when the page is left or closed,
no call comes any more and the work has ended.
"""

# axes: job (a run with one seed; the seeds of a run follow one another), epoch

import os
import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np

from dropviz.datasets.splits import Split
from dropviz.schedules import steps
from dropviz.training.config import TrainingConfig, layer_sizes, rates_at, with_rate
from dropviz.training.decision import COARSE, FINE, Decision, decision, has_decision
from dropviz.training.experiments import MC_PASSES, Experiment, Run, diverged, findings
from dropviz.training.loop import Epoch, State, train
from dropviz.training.mc import Band, Comparison, compare, regression_band
from dropviz.training.network import parameter_count

MOST_WORK = 1.5e11  # examples · parameters · epochs, over all runs and seeds: about a minute of one core
MOST_STEP = 1.5e9  # the same for one epoch of one run: about half a second
LOOK = 0.9  # seconds between two pictures of the plane while it is learnt
After = Band | Comparison
# One core is left to those who only look.
_CORES = threading.BoundedSemaphore(max(1, (os.cpu_count() or 2) - 1))


class LiveTraining:
    """The runs of one experiment, trained in turn, a slice of time at a call.

    Parameters
    ----------
    experiment : what is trained
    data : on what
    seeds : every run is trained once with each

    Raises
    ------
    ValueError
        If network and data do not fit, a rate leaves its range on the way, or the work is more than one visitor may ask
        of the server.
    """

    def __init__(self, experiment: Experiment, data: Split, seeds: Sequence[int]) -> None:
        check_work(experiment, data, len(seeds))
        self.experiment, self.data, self.seeds = experiment, data, tuple(seeds)
        self.stopped = False
        self.sentences: list[str] = []
        self.plane: dict[str, Decision] = {}  # by a run's label: what its newest network decides in the plane
        self.after: list[
            tuple[str, After]
        ] = []  # a run's label, and what its finished network's noisy passes show
        self.by_hand: list[list[tuple[int, float]]] = [
            [] for _ in experiment.runs
        ]  # (epoch, rate from there)
        self._configs = [config for _, config in experiment.runs]
        self._histories: list[list[Epoch]] = [[] for _ in range(len(experiment.runs) * len(seeds))]
        # one copy of the data for all jobs
        self._typed = {config.dtype: data.astype(config.dtype) for config in self._configs}
        self._jobs: list[Generator[Epoch, None, None] | None] = [
            train(replace(config, seed=seed), self._typed[config.dtype])
            for config in self._configs
            for seed in seeds
        ]
        self._lock = threading.Lock()
        self._look_at = 0.0

    @property
    def running(self) -> bool:
        """Whether there is anything left to do."""
        return not self.stopped and any(job is not None for job in self._jobs)

    @property
    def epochs(self) -> int:
        """Epochs of the longest run."""
        return max(config.epochs for config in self._configs)

    @property
    def done(self) -> int:
        """Epochs that every run and seed still training has behind it; in the end, those of the longest run."""
        lengths = [len(history) - 1 for history in self._histories]
        waiting = [length for length, job in zip(lengths, self._jobs, strict=True) if job is not None]
        return max(0, min(waiting) if waiting and not self.stopped else max(lengths))

    @property
    def runs(self) -> tuple[Run, ...]:
        """What has been measured so far; empty until every run and seed has begun."""
        count = len(self.seeds)
        histories = [tuple(history) for history in self._histories]
        if not all(histories):
            return ()
        return tuple(
            Run(self._label(place), config, tuple(histories[place * count : (place + 1) * count]))
            for place, config in enumerate(self._configs)
        )

    def advance(self, seconds: float) -> None:
        """Train for about ``seconds``, at least one epoch of one run; nothing if no core is free.

        Two calls at once do no harm: the second returns without having done anything.
        """
        if not self._lock.acquire(blocking=False):
            return
        try:
            if not _CORES.acquire(timeout=seconds):
                return
            try:
                self._train_until(time.monotonic() + seconds)
                self._look()
            finally:
                _CORES.release()
        finally:
            self._lock.release()

    def stop(self) -> None:
        """End the training; what has been measured stays."""
        self.stopped = True

    def change_rates(self, experiment: Experiment) -> bool:
        """Take over the constant rates of ``experiment``, the same runs made with another rate, from the next epoch on.

        The change becomes a schedule of the run, so that configuration and seed still decide everything. Returns False,
        and changes nothing, if no rate can be changed on the way.
        """
        if any(config.layer_scales for config in self._configs):
            return False
        new = [_constant_rate(config) for _, config in experiment.runs]
        old = [_constant_rate(config) for _, config in self.experiment.runs]
        if all(rate is None for rate in old) or not self._lock.acquire(timeout=5.0):
            return False
        try:
            for place, (before, after) in enumerate(zip(old, new, strict=True)):
                changes = self.by_hand[place]
                if (
                    before is not None
                    and after is not None
                    and after != (changes[-1][1] if changes else before)
                ):
                    self._change_rate(place, before, after)
        finally:
            self._lock.release()
        return True

    def conclude(self) -> None:
        """Read what the runs show, then drop their weights: a finished training holds numbers only."""
        self.stopped = True
        runs = self.runs
        if runs and not self.sentences:
            self.sentences = findings(self.experiment, self.data, runs)
            self.plane = self._decisions(FINE)
            kept = [run for run in runs if not diverged([run])]
            self.after = [(run.label, each) for run in kept for each in self._noisy_passes(run)]
        self._jobs = [None] * len(self._jobs)
        for history in self._histories:
            if history:
                history[-1] = _without_state(history[-1])

    def _look(self) -> None:
        """See coarsely what the newest networks decide in the plane, for a tenth of the time at most."""
        begin = time.monotonic()
        if begin < self._look_at or not self.running or not self.runs or not has_decision(self.data):
            return
        self.plane = self._decisions(COARSE)
        end = time.monotonic()
        self._look_at = end + max(LOOK, 10 * (end - begin))

    def _decisions(self, points: int) -> dict[str, Decision]:
        if not has_decision(self.data):
            return {}
        return {run.label: decision(run, self.data, points) for run in self.runs if not diverged([run])}

    def _noisy_passes(self, run: Run) -> list[After]:
        """What the experiments about noisy passes show of ``run``, for its first seed."""
        rng = np.random.default_rng(self.seeds[0])
        if self.experiment.name == "uncertainty_band":
            return [regression_band(run.config, self.data, run.last[0], MC_PASSES, rng)]
        if self.experiment.name == "monte_carlo":
            return [compare(run.config, self.data, run.last[0], MC_PASSES, rng)]
        return []

    def _train_until(self, end: float) -> None:
        while self.running:
            _, index = min(
                (len(self._histories[i]), i) for i, job in enumerate(self._jobs) if job is not None
            )
            self._train_one(index)
            if time.monotonic() >= end:
                return

    def _train_one(self, index: int) -> None:
        job, history = self._jobs[index], self._histories[index]
        epoch = next(job, None) if job is not None else None
        if epoch is None:
            self._jobs[index] = None
            return
        history.append(epoch)
        if len(history) > 1:
            history[-2] = _without_state(history[-2])
        if epoch.status == "diverged":  # a mean over seeds ends with the first that is lost
            first = index - index % len(self.seeds)
            self._jobs[first : first + len(self.seeds)] = [None] * len(self.seeds)
        elif epoch.status == "finished":
            self._jobs[index] = None

    def _change_rate(self, place: int, first: float, rate: float) -> None:
        """From the epoch that no seed has begun yet, run ``place`` has ``rate``."""
        count = len(self.seeds)
        mine = range(place * count, (place + 1) * count)
        epoch = max(1, *(len(self._histories[index]) for index in mine)) - 1
        changes = [change for change in self.by_hand[place] if change[0] < epoch]
        self.by_hand[place] = changes = [*changes, (epoch, rate)]
        steps_per_epoch = -(-len(self.data.train_targets) // self._configs[place].batch)
        original = self.experiment.runs[place][1]
        if changes[0][0] == 0:  # changed before the first step
            rates, epochs = [each for _, each in changes], [each for each, _ in changes[1:]]
        else:
            rates, epochs = [first, *(each for _, each in changes)], [each for each, _ in changes]
        schedule = steps(rates, [each * steps_per_epoch for each in epochs]) if epochs else rates[0]
        self._configs[place] = with_rate(original, schedule)
        for index, seed in zip(mine, self.seeds, strict=True):
            if self._jobs[index] is not None:
                state = self._histories[index][-1].state if self._histories[index] else None
                config = replace(self._configs[place], seed=seed)
                self._jobs[index] = train(config, self._typed[config.dtype], state)

    def _label(self, place: int) -> str:
        label = self.experiment.runs[place][0]
        return f"{label}, then by hand" if self.by_hand[place] else label


def check_work(experiment: Experiment, data: Split, seeds: int) -> None:
    """Raise ValueError, in one sentence, if this training is more than the server does for one visitor.

    Also if a rate leaves its range on the way.
    """
    total = 0.0
    for label, config in experiment.runs:
        epoch = float(len(data.train_targets) * parameter_count(layer_sizes(config, data)))
        if epoch > MOST_STEP:
            raise ValueError(
                f"one epoch of {label} would take {epoch / MOST_STEP:.1f} times what the server does at a time; "
                "narrower layers, fewer features or fewer examples make it shorter"
            )
        total += epoch * config.epochs * seeds
        steps_per_epoch = -(-len(data.train_targets) // config.batch)
        rates_at(config, np.arange(config.epochs * steps_per_epoch))
    if total > MOST_WORK:
        raise ValueError(
            f"this would take {total / MOST_WORK:.1f} times what the server does for one visitor; fewer epochs, seeds "
            "or runs, or narrower layers, make it shorter"
        )


def _constant_rate(config: TrainingConfig) -> float | None:
    """The one rate of all sites with dropout; None without dropout, or with a schedule."""
    rates = {site.rate for site in config.sites if site is not None}
    if len(rates) != 1:
        return None
    (rate,) = rates
    return None if callable(rate) else rate


def _without_state(epoch: Epoch) -> Epoch:
    return replace(epoch, state=State(epoch.epoch, np.empty(0), ()))
