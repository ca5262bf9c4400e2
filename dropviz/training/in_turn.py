"""The runs of an experiment, trained in turn, an epoch at a time; their rates may be changed by hand on the way.

Which run is trained next is decided by the epochs behind each, never by time: the same calls give the same bits.
"""

# axes: run, seed, epoch; a job is a run with one seed

from collections.abc import Generator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np

from dropviz.datasets.splits import Split
from dropviz.schedules import steps
from dropviz.training.config import TrainingConfig, with_rate
from dropviz.training.experiments import Experiment
from dropviz.training.loop import Epoch, Run, State, train


@dataclass(slots=True)
class _Job:
    """A run with one seed: what has been measured, and what trains on; None has ended."""

    seed: int
    history: list[Epoch] = field(default_factory=list)
    training: Generator[Epoch, None, None] | None = None


class RunsInTurn:
    """The runs of one experiment, each trained once with every seed.

    Raises
    ------
    ValueError
        If network and data do not fit.
    """

    def __init__(self, experiment: Experiment, data: Split, seeds: Sequence[int]) -> None:
        self.experiment, self.data = experiment, data
        # by run, (epoch, rate from there)
        self.by_hand: list[list[tuple[int, float]]] = [[] for _ in experiment.runs]
        self._configs = [config for _, config in experiment.runs]
        # one copy of the data for all jobs
        self._typed = {config.dtype: data.astype(config.dtype) for config in self._configs}
        self._jobs = [[_Job(seed) for seed in seeds] for _ in experiment.runs]
        for place, jobs in enumerate(self._jobs):
            self._train_on(place, jobs)

    @property
    def running(self) -> bool:
        """Whether there is anything left to do."""
        return any(job.training for job in chain.from_iterable(self._jobs))

    @property
    def done(self) -> int:
        """Epochs that every run and seed still training has behind it; in the end, those of the longest run."""
        jobs = list(chain.from_iterable(self._jobs))
        waiting = [len(job.history) - 1 for job in jobs if job.training]
        return max(0, min(waiting, default=max(len(job.history) - 1 for job in jobs)))

    @property
    def runs(self) -> tuple[Run, ...]:
        """What has been measured so far; empty until every run and seed has begun."""
        if not all(job.history for job in chain.from_iterable(self._jobs)):
            return ()
        labels = [
            f"{label}, then by hand" if changes else label
            for (label, _), changes in zip(self.experiment.runs, self.by_hand, strict=True)
        ]
        histories = [tuple(tuple(job.history) for job in jobs) for jobs in self._jobs]
        return tuple(map(Run, labels, self._configs, histories))

    def train_one(self) -> None:
        """Train the job with the fewest epochs behind it for one more."""
        waiting = [(training, job, jobs) for jobs in self._jobs for job in jobs if (training := job.training)]
        training, job, jobs = min(waiting, key=lambda one: len(one[1].history))
        job.history[-1:] = [*map(_without_state, job.history[-1:]), next(training)]
        status = job.history[-1].status
        if status != "running":  # a mean over seeds ends with the first that is lost
            for each in jobs if status == "diverged" else [job]:
                each.training = None

    def change_rates(self, experiment: Experiment) -> None:
        """Take over the constant rates of ``experiment``, the same runs made with another rate, from the next epoch on.

        The change becomes a schedule of the run, so that configuration and seed still decide everything.
        """
        for place, ((_, old), (_, new)) in enumerate(zip(self.experiment.runs, experiment.runs, strict=True)):
            before, after = _constant_rate(old), _constant_rate(new)
            changes = self.by_hand[place]
            if before is not None and after is not None and after != (changes[-1][1] if changes else before):
                self._change_rate(place, before, after)

    def end(self) -> None:
        """Train no further, and drop the weights: what has ended holds numbers only."""
        for job in chain.from_iterable(self._jobs):
            job.training = None
            job.history[-1:] = map(_without_state, job.history[-1:])

    def _change_rate(self, place: int, first: float, rate: float) -> None:
        """From the epoch that no seed has begun yet, run ``place`` has ``rate``."""
        epoch = max(1, *(len(job.history) for job in self._jobs[place])) - 1
        changes = [change for change in self.by_hand[place] if change[0] < epoch]
        self.by_hand[place] = changes = [*changes, (epoch, rate)]
        original = self.experiment.runs[place][1]
        if changes[0][0] > 0:  # else changed before the first step
            changes = [(0, first), *changes]
        boundaries = [each * original.steps(self.data) for each, _ in changes[1:]]
        schedule = steps([each for _, each in changes], boundaries) if boundaries else rate
        self._configs[place] = with_rate(original, schedule)
        self._train_on(place, [job for job in self._jobs[place] if job.training])

    def _train_on(self, place: int, jobs: Sequence[_Job]) -> None:
        """Let these jobs of run ``place`` go on, from where they stand, as it is configured now."""
        for job in jobs:
            config = replace(self._configs[place], seed=job.seed)
            state = job.history[-1].state if job.history else None
            job.training = train(config, self._typed[config.dtype], state)


def can_change_rates(experiment: Experiment) -> bool:
    """Whether any rate can be changed on the way: one must be constant, and the layers must not be scaled by it."""
    configs = [config for _, config in experiment.runs]
    scaled = any(config.layer_scales for config in configs)
    return not scaled and any(_constant_rate(config) is not None for config in configs)


def _constant_rate(config: TrainingConfig) -> float | None:
    """The one rate of all sites with dropout; None without dropout, or with a schedule."""
    rates = {site.rate for site in config.sites if site is not None}
    if len(rates) != 1:
        return None
    (rate,) = rates
    return None if callable(rate) else rate


def _without_state(epoch: Epoch) -> Epoch:
    return replace(epoch, state=State(epoch.epoch, np.empty(0), ()))
