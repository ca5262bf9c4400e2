"""The runs of an experiment, trained in turn, an epoch at a time; their rates may be changed by hand on the way.

Which run is trained next is decided by the epochs behind each, never by time: the same calls give the same bits.
"""

# axes: job (a run with one seed; the seeds of a run follow one another), epoch

from collections.abc import Generator, Sequence
from dataclasses import replace

import numpy as np

from dropviz.datasets.splits import Split
from dropviz.schedules import steps
from dropviz.training.config import TrainingConfig, with_rate
from dropviz.training.experiments import Experiment
from dropviz.training.loop import Epoch, State, train
from dropviz.training.runs import Run


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
        self._histories: list[list[Epoch]] = [[] for _ in range(len(experiment.runs) * len(seeds))]
        # one copy of the data for all jobs
        self._typed = {config.dtype: data.astype(config.dtype) for config in self._configs}
        self._jobs: list[Generator[Epoch, None, None] | None] = [
            train(replace(config, seed=seed), self._typed[config.dtype])
            for config in self._configs
            for seed in seeds
        ]

    @property
    def running(self) -> bool:
        """Whether there is anything left to do."""
        return any(job is not None for job in self._jobs)

    @property
    def done(self) -> int:
        """Epochs that every run and seed still training has behind it; in the end, those of the longest run."""
        lengths = [len(history) - 1 for history in self._histories]
        waiting = [length for length, job in zip(lengths, self._jobs, strict=True) if job is not None]
        return max(0, min(waiting) if waiting else max(lengths))

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

    def train_one(self) -> None:
        """Train the job with the fewest epochs behind it for one more."""
        _, index = min((len(self._histories[i]), i) for i, job in enumerate(self._jobs) if job is not None)
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
        self._jobs = [None] * len(self._jobs)
        for history in self._histories:
            if history:
                history[-1] = _without_state(history[-1])

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
