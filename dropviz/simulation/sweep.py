"""The simulation: one sample of activations, one nest of masks, every strategy and rate from the same sums.

A chunk of the sample is cut into the blocks of `dropviz.simulation.masks`, and only sums over blocks are kept, so the
cost does not grow with the number of rates.
"""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from inspect import getattr_static
from itertools import chain, islice, pairwise, product
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dropviz.extras import extra
from dropviz.live.shown import Shown
from dropviz.numbers.checks import (
    Bools,
    Checked,
    Floats,
    all_of,
    check_choice,
    check_count,
    check_names,
    checked,
    place_of,
)
from dropviz.numbers.estimate import Estimate, MomentEstimates
from dropviz.numbers.rates import GRID, check_rates, config_repr
from dropviz.simulation.executors import check_executor, in_order, lent, pieces
from dropviz.simulation.expected import errors_of_one, expected, kept_gap
from dropviz.simulation.masks import block_sizes, output_moments
from dropviz.simulation.progress import Progress, told
from dropviz.simulation.stored import Stored
from dropviz.theory.activations import RELU, Activations
from dropviz.theory.law import size_of
from dropviz.theory.moments import PHASES, Discrepancy, Moments
from dropviz.theory.standard_errors import GAPS
from dropviz.theory.strategies import strategy
from dropviz.theory.wasserstein import wasserstein

if TYPE_CHECKING:
    import pandas as pd

CHUNK = 1 << 17  # units in one draw: 1 MB, which stays in the processor's cache
SPANS = 16  # pieces of a replicate that are summed apart
MOST_UNITS, MOST_REPLICATES = 10_000_000_000, 1000


@dataclass(frozen=True, slots=True)
class SweepConfig(Checked):
    """Everything that decides a sweep; the same config gives the same bits.

    Parameters
    ----------
    activations
        The source; see `dropviz.theory.activations`.
    units
        Number of activations drawn, 1 to 10¹⁰.
    rates
        Strictly increasing, each 0 or from 1e-9 to 1; 1 only for strategies that do not divide by keep.
    strategies
        Names in `dropviz.strategies()`, each once.
    seed
        0 to 2⁶³ − 1.
    replicates
        Independent repeats of the whole experiment, 1 to 1000. With one, standard errors come from the law of the
        activations; with more, values are averages and their errors the spread of the repeats, itself uncertain by a
        factor of 1 ± 1/√(2·(replicates − 1)).

    Raises
    ------
    ValueError
        Naming the parameter, the value and the allowed range.

    Examples
    --------
    >>> SweepConfig(units=1000, rates=[0.1, 0.5], strategies="inverted").rates
    (0.1, 0.5)
    """

    activations: Activations = RELU
    units: int = checked(100_000, check_count, 1, MOST_UNITS)
    rates: tuple[float, ...] = GRID
    strategies: tuple[str, ...] = ("standard", "inverted")
    seed: int = checked(7, check_count, 0, 2**63 - 1)
    replicates: int = checked(1, check_count, 1, MOST_REPLICATES)

    if TYPE_CHECKING:  # what is taken is more than what is held

        def __init__(
            self,
            activations: Activations = ...,
            units: int = ...,
            rates: ArrayLike = ...,
            strategies: str | Iterable[str] = ...,
            seed: int = ...,
            replicates: int = ...,
        ) -> None: ...

    def __post_init__(self) -> None:
        parts = ("exact_mean", "exact_variance", "sample", "quantile")
        # Static: a mean that is computed when it is asked for is not computed here.
        whole = all(getattr_static(self.activations, part, None) is not None for part in parts)
        if isinstance(self.activations, type) or not whole:
            raise ValueError(
                "activations must be a source such as dropviz.Normal(); wrap an array in dropviz.Empirical(values); "
                f"got {type(self.activations).__name__}"
            )
        given = all_of("strategies", self.strategies)
        check_names("strategies", given, strategy)
        rates = check_rates(self.rates)
        for row in map(strategy, given):
            if row.divides_by_keep and rates[-1] == 1.0:
                raise ValueError(
                    f"rates must stay below 1 for strategy {row.name!r}, which divides by 1 − rate; got 1"
                )
        object.__setattr__(self, "strategies", tuple(str(name) for name in given))
        object.__setattr__(self, "rates", rates)
        Checked.__post_init__(self)
        for name in ("units", "seed", "replicates"):
            object.__setattr__(self, name, int(getattr(self, name)))

    def __repr__(self) -> str:
        return config_repr(self)


@dataclass(frozen=True, slots=True, eq=False)
class Sweep(MomentEstimates, Stored, Shown):
    """Result of a sweep: moments over units of every training and test output, with standard errors.

    Arrays are read-only float64 in the order of the config. Means, their errors and the rms gap are in the unit of the
    activations, variances and their errors in its square. NaN where a factor divides by zero; variances and their
    errors also where there is but one unit.

    Attributes
    ----------
    config
        What was simulated.
    mean, mean_se, exact_mean
        Mean output, its standard error, and the closed form t·k·μ or s·μ; shape (strategy, phase, rate), phases train,
        test.
    variance, variance_se, exact_variance
        Variance of the output (divisor: units − 1), its standard error, and the closed form t²·k·(v + r·μ²) or s²·v;
        the same shape.
    rms_gap
        √(Σ (training output − test output)²/units); shape (strategy, rate).
    gap_se
        Standard errors of `gap`, each in the unit of its measure; shape (measure, strategy, rate), measures as in
        `dropviz.theory.standard_errors.GAPS`.
    mean_fair, variance_fair, gap_fair
        Whether each error says how far a draw lies from the exact value, see `dropviz.theory.standard_errors`; shape
        (phase, rate), of gaps as `gap_se`. `estimate` and `gap_estimate` give no other error. True with replicates.

    Examples
    --------
    >>> result = sweep(SweepConfig(units=1000, rates=(0.1, 0.5)))
    >>> (result.exact_variance[:, 0] / result.exact_variance[:, 1]).round(3).tolist()  # training / test
    [[1.163, 2.467], [1.163, 2.467]]
    """

    config: SweepConfig
    rms_gap: Floats
    gap_se: Floats
    gap_fair: Bools | bool = True
    DRAWN_BY: ClassVar[str] = "dropviz.figures.sweep_live"
    MADE_OF: ClassVar[type] = SweepConfig

    def __setstate__(self, state: Sequence[Any]) -> None:
        for item, value in zip(fields(self), state, strict=True):
            object.__setattr__(self, item.name, value)
        self.__post_init__()  # pickle forgets what is read-only

    def __repr__(self) -> str:
        return f"<Sweep of {self.config!r}>"

    def _repr_html_(self) -> str:
        return self.live()._repr_html_()

    def at(self, rate: float) -> "pd.DataFrame":
        """The rows of `to_frame` at one rate. ValueError if it is none of the config's."""
        places = np.flatnonzero(np.isclose(self.config.rates, rate, rtol=1e-9, atol=0.0))
        if not places.size:
            raise ValueError(f"rate must be one of {config_repr(self.config)}'s; got {rate!r}")
        table = self.to_frame()
        return table[table["rate"] == self.config.rates[places[0]]].reset_index(drop=True)

    def to_frame(self) -> "pd.DataFrame":
        """Table of moments, a row a strategy, rate and phase.

        Columns: strategy, rate, phase, mean, mean_se, variance, variance_se, exact_mean, exact_variance. Errors are
        given where they are not fair, too.
        """
        with extra("to_frame()"):
            import pandas as pd

        return pd.DataFrame(self.columns())

    def columns(self) -> dict[str, list[Any]]:
        """The columns of `to_frame`, without pandas."""
        rows = product(self.config.strategies, self.config.rates, PHASES)
        table = dict(zip(("strategy", "rate", "phase"), map(list, zip(*rows, strict=True)), strict=True))
        names = ("mean", "mean_se", "variance", "variance_se", "exact_mean", "exact_variance")
        return table | {name: getattr(self, name).swapaxes(1, 2).ravel().tolist() for name in names}

    def discrepancy(self) -> "pd.DataFrame":
        """Table of the train/test discrepancy, a row a strategy and rate.

        Columns: strategy, rate, mean_gap = test − train mean, relative_gap = mean_gap/|exact train mean| (NaN where
        that is 0), variance_ratio = train/test, rms_gap = √E[(train − test)²] over units: these are simulated;
        wasserstein = W₁ between the two output distributions, from the law of the activations.
        """
        with extra("discrepancy()"):
            import pandas as pd
        names = ("strategy", "rate")
        index = pd.MultiIndex.from_product((self.config.strategies, self.config.rates), names=names)
        columns = {measure: self.gap(measure).ravel() for measure in Discrepancy._fields}
        return pd.DataFrame(columns, index=index).reset_index()

    def gap(self, measure: str) -> Floats:
        """One column of `discrepancy` as an array, or "mean_ratio", test/train mean; axes: strategy, rate.

        ValueError if there is no such measure.
        """
        config = self.config
        if measure == "wasserstein":
            return np.array(
                [wasserstein(name, config.rates, config.activations) for name in config.strategies]
            )
        gaps = _gaps(self.mean, self.variance, self.rms_gap, self.exact_mean)
        return np.asarray(gaps[place_of("measure", measure, GAPS)])

    def gap_error(self, measure: str) -> Floats:
        """Standard error of `gap`, for every measure but wasserstein, which is not simulated; axes: strategy, rate.

        ValueError if there is no such measure, or it is wasserstein.
        """
        return np.asarray(self.gap_se[place_of("measure", measure, GAPS)])

    def estimate(self, moment: str, name: str, phase: str) -> Estimate:
        """Mean or variance of the output of the strategy ``name`` in the phase "train" or "test", over the rates.

        The error is NaN where it is not fair. ValueError if the moment, phase or strategy is not in the result.
        """
        check_choice("moment", moment, Moments._fields)
        row, column = place_of("strategy", name, self.config.strategies), place_of("phase", phase, PHASES)
        return self.estimates(moment)[row, column]

    def gap_estimate(self, measure: str, name: str) -> Estimate:
        """One measure of the strategy ``name`` over the rates: exact, and but for wasserstein `gap` and `gap_error`.

        The error is NaN where it is not fair. ValueError if the measure is unknown, or the strategy not in the config.
        """
        row = place_of("strategy", name, self.config.strategies)
        exact = kept_gap(measure, name, self.config.rates, self.config.activations)
        if measure not in GAPS:
            return Estimate(exact)
        fair = np.broadcast_to(self.gap_fair, self.gap_se.shape)[GAPS.index(measure), row]
        return Estimate(exact, self.gap(measure)[row], np.where(fair, self.gap_error(measure)[row], np.nan))


def _gaps(mean: Floats, variance: Floats, rms_gap: Floats, exact_mean: Floats) -> Floats:
    """Every measure in ``GAPS`` from moments, NaN or infinite where undefined; axes: measure, strategy, rate."""
    difference, train = mean[:, 1] - mean[:, 0], exact_mean[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        relative = difference / np.where(train, np.abs(train), np.nan)
        return np.array(
            [difference, relative, variance[:, 0] / variance[:, 1], rms_gap, mean[:, 1] / mean[:, 0]]
        )


def sweep(
    config: SweepConfig, executor: Executor | None = None, *, progress: Progress | None = None
) -> Sweep:
    """Simulate every strategy of ``config`` at every rate, on the same activations and the same masks.

    Training output m·a·t, test output a·s, with the activation a and the mask m ∈ {0, 1}, P(m = 0) = rate, the same
    for every strategy, and its factors t and s at that rate. A unit dropped at one rate is dropped at every higher one.

    Time and memory: one pass over ``units`` in chunks of 1 MB; the number of rates hardly matters.

    Parameters
    ----------
    config
        What to simulate.
    executor
        Any `concurrent.futures.Executor`; the result does not depend on it, not in the last bit. What it loses,
        because a worker dies, is computed in this process, with a warning.
    progress
        Called with the number of chunks that are done and of all.

    Returns
    -------
    Sweep
        Simulated and exact moments; `Sweep.to_frame` and `Sweep.discrepancy` give them as tables.

    Raises
    ------
    ValueError
        If ``config`` is no `SweepConfig`, or ``executor`` neither an executor nor None.

    Examples
    --------
    >>> result = sweep(SweepConfig(units=1000, rates=(0.1, 0.5)))
    >>> result.mean.shape
    (2, 2, 2)
    """
    if not isinstance(config, SweepConfig):
        raise ValueError(f"config must be a dropviz.SweepConfig; got {type(config).__name__}")
    check_executor(executor)
    law = expected(config.activations, config.rates, config.strategies)
    mu, v = config.activations.exact_mean, config.activations.exact_variance
    sums = _power_sums(config, executor, progress)
    repeats = [output_moments(powers, config.units, law.scales, mu, v) for powers in sums]
    mean, variance, rms_gap = (np.mean(values, axis=0) for values in zip(*repeats, strict=True))
    return Sweep(
        config=config,
        mean=mean,
        variance=variance,
        exact_mean=law.mean,
        exact_variance=law.variance,
        rms_gap=rms_gap,
        **_errors(config, repeats, law.mean),
    )


def _errors(
    config: SweepConfig, repeats: Sequence[tuple[Floats, Floats, Floats]], exact_mean: Floats
) -> Mapping[str, Any]:
    """Standard errors of the moments and gaps, and whether they are fair: from the law, or from several repeats."""
    if len(repeats) == 1:
        return errors_of_one(config.activations, config.rates, config.strategies, config.units)
    mean_se, variance_se, _ = (_spread(values) for values in zip(*repeats, strict=True))
    gap_se = _spread([_gaps(mean, variance, rms, exact_mean) for mean, variance, rms in repeats])
    return {"mean_se": mean_se, "variance_se": variance_se, "gap_se": gap_se}


def _spread(repeats: Sequence[Floats]) -> Floats:
    """Standard error of the mean of independent repeats."""
    with np.errstate(invalid="ignore"):  # a ratio may be infinite
        return np.asarray(np.std(repeats, axis=0, ddof=1) / np.sqrt(len(repeats)))


def draw_chunk(config: SweepConfig, replicate: int, chunk: int) -> tuple[Floats, NDArray[np.int64]]:
    """Draw the activations of one chunk and the sizes of its blocks; the values come block by block."""
    rng = np.random.default_rng(np.random.SeedSequence(config.seed, spawn_key=(replicate, chunk)))
    count = min(CHUNK, config.units - chunk * CHUNK)
    values = config.activations.sample(rng, count)
    return values, block_sizes(rng, count, config.rates)


@lru_cache(maxsize=1)
def first_chunk(config: SweepConfig) -> tuple[Floats, NDArray[np.int64]]:
    """What `draw_chunk` draws first, read-only: of the same figure the histogram and the units are asked for next."""
    values, sizes = draw_chunk(config, 0, 0)
    values.flags.writeable = sizes.flags.writeable = False
    return values, sizes


def _power_sums(
    config: SweepConfig, executor: Executor | None, progress: Progress | None
) -> Iterable[Floats]:
    """Yield, a replicate at a time, Σ dᵖ over each block, p = 0, 1, 2 and d = (a − μ)/size. Axes: p, block."""
    mu, v = config.activations.exact_mean, config.activations.exact_variance
    chunks = -(-config.units // CHUNK)
    edges = np.linspace(0, chunks, min(SPANS, chunks) + 1).astype(int).tolist()
    zeros = np.zeros((3, len(config.rates) + 1))
    with lent(executor, config.activations) as activations:
        drawn = replace(config, activations=activations)
        tasks = ((drawn, mu, v, *piece) for piece in pieces(chunks * config.replicates))
        found = chain.from_iterable(in_order(executor, _chunk_sums, tasks))
        sums = told(found, chunks * config.replicates, progress)
        for _ in range(config.replicates):
            # The order of summation decides the last bits: chunks to spans, spans to replicates, whoever computed them.
            spans = (sum(islice(sums, stop - start), start=zeros) for start, stop in pairwise(edges))
            yield sum(spans, start=zeros)


def _chunk_sums(config: SweepConfig, mu: float, v: float, start: int, stop: int) -> Floats:
    """Sums of each of these chunks, counted through all replicates. Axes: chunk, p, block."""
    sums, scale = np.zeros((stop - start, 3, len(config.rates) + 1)), 1.0 / size_of(mu, v)
    for index, place in zip(range(start, stop), sums, strict=True):
        chunk = divmod(index, -(-config.units // CHUNK))
        values, sizes = first_chunk(config) if index == 0 else draw_chunk(config, *chunk)
        deviation = np.subtract(values, mu, out=None if index == 0 else values)
        deviation *= scale
        filled = np.flatnonzero(sizes)  # reduceat would give an empty block its neighbour's value
        first = (np.cumsum(sizes) - sizes)[filled]
        place[0] = sizes
        place[1, filled] = np.add.reduceat(deviation, first)
        np.multiply(deviation, deviation, out=deviation)  # in place, as it stands in the processor's cache
        place[2, filled] = np.add.reduceat(deviation, first)
        del values, deviation  # so the next draw takes their memory, which is still in the processor's cache
    return sums
