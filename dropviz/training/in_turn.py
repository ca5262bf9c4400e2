"""The runs of an experiment, trained in turn, an epoch at a time; their rates may be changed by hand on the way.

Which run is trained next is decided by the epochs behind each, never by time: the same calls give the same bits.
"""

# axes: run, seed, epoch; a job is a run with one seed

from collections.abc import Generator, Sequence
from dataclasses import replace
from itertools import chain

import numpy as np

from dropviz.datasets.splits import Split
from dropviz.schedules import steps
from dropviz.training.config import TrainingConfig, with_rate
from dropviz.training.experiments import Experiment
from dropviz.training.loop import Epoch, Run, State, train

Job = Generator[Epoch, None, None]


class RunsInTurn:
    """The runs of one experiment, each with every seed.

    Parameters
    ----------
    experiment : what is trained
    data : on what
    seeds : every run is trained once with each

    Raises
    ------
    ValueError
        If network and data do not fit.
    """

    def __init__(self, experiment: Experiment, data: Split, seeds: Sequence[int]) -> None:
        self.experiment, self.data, self.seeds = experiment, data, tuple(seeds)
        # by run, (epoch, rate from there)
        self.by_hand: list[list[tuple[int, float]]] = [[] for _ in experiment.runs]
        self._configs = [config for _, config in experiment.runs]
        # one copy of the data for all jobs
        self._typed = {config.dtype: data.astype(config.dtype) for config in self._configs}
        # both by run and seed; None has ended
        self._histories: list[list[list[Epoch]]] = [[[] for _ in seeds] for _ in experiment.runs]
        self._jobs: list[list[Job | None]] = [
            [self._job(place, seed) for seed in seeds] for place in range(len(experiment.runs))
        ]

    @property
    def running(self) -> bool:
        """Whether there is anything left to do."""
        return any(chain.from_iterable(self._jobs))

    @property
    def done(self) -> int:
        """Epochs that every run and seed still training has behind it; in the end, those of the longest run."""
        jobs, histories = chain.from_iterable(self._jobs), chain.from_iterable(self._histories)
        lengths = [len(history) - 1 for history in histories]
        waiting = [length for length, job in zip(lengths, jobs, strict=True) if job is not None]
        return max(0, min(waiting) if waiting else max(lengths))

    @property
    def runs(self) -> tuple[Run, ...]:
        """What has been measured so far; empty until every run and seed has begun."""
        if not all(chain.from_iterable(self._histories)):
            return ()
        labels = [
            f"{label}, then by hand" if changes else label
            for (label, _), changes in zip(self.experiment.runs, self.by_hand, strict=True)
        ]
        histories = [tuple(map(tuple, each)) for each in self._histories]
        return tuple(map(Run, labels, self._configs, histories))

    def train_one(self) -> None:
        """Train the job with the fewest epochs behind it for one more."""
        _, place, index = min(
            (len(self._histories[place][index]), place, index)
            for place, jobs in enumerate(self._jobs)
            for index, job in enumerate(jobs)
            if job is not None
        )
        jobs, history = self._jobs[place], self._histories[place][index]
        job = jobs[index]
        epoch = next(job, None) if job is not None else None
        if epoch is None:
            jobs[index] = None
            return
        history.append(epoch)
        if len(history) > 1:
            history[-2] = _without_state(history[-2])
        if epoch.status == "diverged":  # a mean over seeds ends with the first that is lost
            jobs[:] = [None] * len(jobs)
        elif epoch.status == "finished":
            jobs[index] = None

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
        self._jobs = [[None] * len(self.seeds) for _ in self._jobs]
        for histories in self._histories:
            for history in histories:
                history[-1:] = map(_without_state, history[-1:])

    def _change_rate(self, place: int, first: float, rate: float) -> None:
        """From the epoch that no seed has begun yet, run ``place`` has ``rate``."""
        histories, jobs = self._histories[place], self._jobs[place]
        epoch = max(1, *map(len, histories)) - 1
        changes = [change for change in self.by_hand[place] if change[0] < epoch]
        self.by_hand[place] = changes = [*changes, (epoch, rate)]
        original = self.experiment.runs[place][1]
        steps_per_epoch = -(-len(self.data.train_targets) // original.batch)
        if changes[0][0] > 0:  # else changed before the first step
            changes = [(0, first), *changes]
        boundaries = [each * steps_per_epoch for each, _ in changes[1:]]
        schedule = steps([each for _, each in changes], boundaries) if boundaries else rate
        self._configs[place] = with_rate(original, schedule)
        for index, seed in enumerate(self.seeds):
            if jobs[index] is not None:
                state = histories[index][-1].state if histories[index] else None
                jobs[index] = self._job(place, seed, state)

    def _job(self, place: int, seed: int, state: State | None = None) -> Job:
        config = replace(self._configs[place], seed=seed)
        return train(config, self._typed[config.dtype], state)


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
