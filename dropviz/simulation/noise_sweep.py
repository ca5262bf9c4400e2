"""Every noise on the same activations at every rate, from sums whose cost does not grow with the number of rates.

Axes of results: noise, rate; of densities: noise, rate, bin.

Common random numbers: all mask noises share one nest of masks, all Gaussian noises one normal draw, and a draw serves
every rate. Two ways to the moments of the output at every rate:

- mask noises: power sums of the activations by the first rate that drops them, then a reversed cumulative sum;
- spread noises: with c the sample mean, d = a − c and g the noise at σ = 1, output − c = d + σ·g, whose square needs
  only the sums of d², d·g and g².

Standard errors come from the law of the activations and of the noise, see `dropviz.theory.standard_errors`.
"""

import math
from collections.abc import Iterable, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar

import numpy as np

from dropviz.live.shown import Shown
from dropviz.numbers.checks import Checked, Floats, check_count, check_names, checked
from dropviz.numbers.estimate import MomentEstimates
from dropviz.numbers.rates import GRID, check_rising, config_repr
from dropviz.simulation.executors import check_executor, in_order, lent
from dropviz.simulation.histogram import binned, even_edges
from dropviz.simulation.masks import block_sizes, from_block_on, moments_about
from dropviz.theory.activations import RELU, Activations
from dropviz.theory.law import Mixture, law_of
from dropviz.theory.moments import Moments
from dropviz.theory.noise import (
    MaskNoise,
    SpreadNoise,
    UnitNoise,
    noise,
    noise_ratio,
    noises,
    standard_normal,
    unit_uniform,
)
from dropviz.theory.standard_errors import Errors, moment_errors

MOST_UNITS = 10_000_000_000
PIECE = 2_000_000  # units that are drawn, and held in memory, at a time
PHASES = ("noise", "train", "test")
# one draw of each serves every noise and rate
SPREADS: tuple[UnitNoise, ...] = (standard_normal, unit_uniform)


@dataclass(frozen=True, slots=True)
class NoiseConfig(Checked):
    """Everything that decides a comparison of noises.

    ``units`` activations, 2 to 10¹⁰, are drawn for the moments, 2,000,000 at a time, and ``display_units``, 1 to
    20,000, for the densities in ``bins`` bins, 1 to 500; ``rates`` rise strictly in [0, 1); ``noises`` are names of
    the table, each once.

    Examples
    --------
    >>> NoiseConfig(units=1000, rates=(0.1, 0.5), noises=("inverted", "gaussian")).seed
    7
    """

    activations: Activations = RELU
    units: int = checked(100_000, check_count, 2, MOST_UNITS)
    rates: tuple[float, ...] = checked(GRID, check_rising)
    noises: tuple[str, ...] = checked(tuple(noises()), check_names, noise)
    seed: int = checked(7, check_count, 0, 2**63 - 1)
    display_units: int = checked(3000, check_count, 1, 20_000)
    bins: int = checked(60, check_count, 1, 500)

    def __repr__(self) -> str:
        return config_repr(self)


@dataclass(frozen=True, slots=True, eq=False)
class NoiseSweep(Shown):
    """Moments of the noise (output − a), of the training output and of the test output. Axes: noise, rate.

    Examples
    --------
    >>> result = noise_sweep(NoiseConfig(units=1000, rates=(0.1, 0.5)))
    >>> result.train.mean.shape == (len(result.config.noises), 2)
    True
    """

    config: NoiseConfig
    noise: MomentEstimates
    train: MomentEstimates
    test: MomentEstimates
    DRAWN_BY: ClassVar[str] = "dropviz.figures.results.noises_live"

    def __repr__(self) -> str:
        return f"<NoiseSweep of {self.config!r}>"

    def _repr_html_(self) -> str:
        return self.live()._repr_html_()


def noise_sweep(config: NoiseConfig, executor: Executor | None = None) -> NoiseSweep:
    """Simulate every noise of ``config`` at every rate; the moments' cost does not depend on the number of rates.

    Parameters
    ----------
    config
        What to simulate.
    executor
        Any `concurrent.futures.Executor`, which gets a task for every 2,000,000 units; the result does not depend on
        it, not in the last bit.

    Raises
    ------
    ValueError
        If ``config`` is no `NoiseConfig`, or ``executor`` neither an executor nor None.

    Examples
    --------
    >>> result = noise_sweep(NoiseConfig(units=1000, rates=(0.5,), noises=("standard", "inverted")))
    >>> result.noise.exact_mean.round(3).tolist()
    [[-0.199], [0.0]]
    """
    if not isinstance(config, NoiseConfig):
        raise ValueError(f"config must be a dropviz.NoiseConfig; got {type(config).__name__}")
    check_executor(executor)
    source, rates = config.activations, np.asarray(config.rates)
    mu, v = source.exact_mean, source.exact_variance
    with lent(executor, source) as activations:
        drawn = replace(config, activations=activations)
        tasks = ((drawn, mu, v, piece) for piece in range(-(-config.units // PIECE)))
        simulated = _together(in_order(executor, _piece_moments, tasks))
    rows = [noise(name) for name in config.noises]
    exact = np.array(
        [
            [row.noise_moments(rates, mu, v) for row in rows],
            [row.output_moments(rates, mu, v) for row in rows],
            [row.test_moments(rates, mu, v) for row in rows],
        ]
    )
    errors = _errors(source, config.noises, config.rates, config.units)
    both = zip(PHASES, simulated, exact, strict=True)
    return NoiseSweep(
        config, **{name: _estimates(seen, known, errors[name], config.units) for name, seen, known in both}
    )


def _piece_moments(config: NoiseConfig, mu: float, v: float, piece: int) -> tuple[int, Floats]:
    """Number of the units of one piece, and their moments; axes: phase, noise, moment, rate."""
    rng = np.random.default_rng(
        np.random.SeedSequence(config.seed, spawn_key=(piece,)) if piece else config.seed
    )
    rates, count = np.asarray(config.rates), min(PIECE, config.units - piece * PIECE)
    a = config.activations.sample(rng, count)
    mask_sums = _mask_sums(rng, a, rates)
    draws: dict[UnitNoise, Floats] = {draw: draw(rng, a.size) for draw in SPREADS}
    clean = moments_about(a.mean(), mask_sums[:, -1])
    moments = []
    for row in map(noise, config.noises):
        if isinstance(row, MaskNoise):
            added, output = _mask_moments(row, rates, mask_sums, a.mean())
        else:
            base = draws[row.unit_noise] * (math.sqrt(v + mu**2) if row.additive else a)
            added, output = _spread_moments(rates, a, base)
        moments.append((added, output, _affine(clean, row.test_scale(rates), 0.0)))
    return count, np.array(moments).swapaxes(0, 1)


def _together(pieces: Iterable[tuple[int, Floats]]) -> Floats:
    """Moments of all units from those of the pieces, one after the other; variances by Chan's formula."""
    units, together = 0, np.zeros(())
    for count, moments in pieces:
        if not units:
            units, together = count, moments
            continue
        share, apart = count / (units + count), moments[:, :, 0] - together[:, :, 0]
        together = together + share * (moments - together)
        together[:, :, 1] += share * (1.0 - share) * apart**2
        units += count
    return together


@lru_cache(maxsize=4)  # they are the same for every draw; an array in a key stays in memory
def _errors(
    source: Activations, names: tuple[str, ...], rates: tuple[float, ...], units: int
) -> dict[str, Errors]:
    """Standard errors in each phase, from the laws of the activations and of the noises."""
    square = source.exact_variance + source.exact_mean**2
    mixtures: dict[str, list[Mixture]] = {name: [] for name in PHASES}
    for name in names:
        output, scale = noise(name).mixture(np.asarray(rates), square), noise(name).test_scale(rates)
        mixtures["noise"].append(output._replace(gain=output.gain - 1.0))
        mixtures["train"].append(output)
        mixtures["test"].append(Mixture(np.ones((1, len(rates))), scale[None]))
    law = law_of(source)
    return {
        phase: Errors(*map(np.array, zip(*(moment_errors(law, row, units) for row in rows), strict=True)))
        for phase, rows in mixtures.items()
    }


def _estimates(simulated: Floats, exact: Floats, errors: Errors, units: int) -> MomentEstimates:
    """Moments with their standard errors, beside the exact ones; axes: noise, moment, rate."""
    mean, variance = simulated.swapaxes(0, 1)
    exact_mean, exact_variance = exact.swapaxes(0, 1)
    return MomentEstimates(
        mean=mean,
        mean_se=errors.mean,
        variance=variance * (units / (units - 1)),
        variance_se=errors.variance,
        exact_mean=exact_mean,
        exact_variance=exact_variance,
        mean_fair=errors.mean_fair,
        variance_fair=errors.variance_fair,
    )


def _mask_sums(rng: np.random.Generator, a: Floats, rates: Floats) -> Floats:
    """Count and Σdʲ, d = a − mean, of the units kept at each rate, then of all; shape (power 0–2, rate + 1).

    A block holds what one more rate drops, see `dropviz.simulation.masks`.
    """
    sizes = block_sizes(rng, a.size, rates)
    block = np.repeat(np.arange(sizes.size), sizes)
    d = a - a.mean()
    by_block = np.array([np.bincount(block, weights, minlength=sizes.size) for weights in (None, d, d * d)])
    return np.concatenate((from_block_on(by_block)[:, 1:], by_block.sum(axis=1, keepdims=True)), axis=1)


def _affine(moments: Moments, scale: Floats, shift: Floats | float) -> Moments:
    """Moments of scale·x + shift."""
    return Moments(scale * moments.mean + shift, scale**2 * moments.variance)


def _mixed(share: Floats, kept: Moments, dropped: Moments) -> Moments:
    """Moments of a mixture that is ``kept`` with probability ``share``, else ``dropped``."""
    apart, rest = kept.mean - dropped.mean, 1.0 - share
    return Moments(
        share * kept.mean + rest * dropped.mean,
        share * kept.variance + rest * dropped.variance + share * rest * apart**2,
    )


def _mask_moments(row: MaskNoise, rates: Floats, sums: Floats, origin: float) -> tuple[Moments, Moments]:
    """Moments of noise and output."""
    kept_sums, all_sums = sums[:, :-1], sums[:, -1:]
    share = kept_sums[0] / all_sums[0]
    kept, dropped = moments_about(origin, kept_sums), moments_about(origin, all_sums - kept_sums)
    scale, shift = row.scale(rates), row.shift(rates)
    fallen = scale * row.fill + shift
    output = _mixed(share, _affine(kept, scale, shift), Moments(fallen, np.zeros_like(rates)))
    added = _mixed(share, _affine(kept, scale - 1.0, shift), _affine(dropped, -np.ones_like(rates), fallen))
    return added, output


def _spread_moments(rates: Floats, a: Floats, base: Floats) -> tuple[Moments, Moments]:
    """Moments of σ·g and of a + σ·g at every σ = √(r/k), where ``base`` is g."""
    origin, one = float(a.mean()), np.ones_like(rates)
    d, sigma = a - origin, noise_ratio(rates)
    # einsum, for BLAS may round by the number of its threads
    d2, dg, g2 = (np.einsum("i,i", *pair) / a.size for pair in ((d, d), (d, base), (base, base)))
    g1 = base.mean()
    output = moments_about(
        origin, np.array([one, d.mean() + sigma * g1, d2 + 2.0 * sigma * dg + sigma**2 * g2])
    )
    return _affine(moments_about(0.0, np.array([1.0, g1, g2])), sigma, 0.0), output


@dataclass(frozen=True, slots=True, eq=False)
class NoiseDensities:
    """Training outputs of a bounded sample as densities on common bins, point masses kept apart.

    Axes: noise, rate. At each: Σ density·width + ``dropped_mass`` + ``zero_mass`` + ``outside_mass`` = 1.
    """

    config: NoiseConfig
    edges: Floats  # of the bins, shape (bin + 1,); the same at every noise and rate
    density: Floats  # of outputs that are no point mass, shape (noise, rate, bin), in 1/activation
    dropped_value: Floats  # where dropped units lie,
    dropped_mass: Floats  # and their share; 0 for spread noises
    zero_value: Floats  # where units lie that are kept and were exactly 0 before,
    zero_mass: Floats  # and their share; 0 for additive noise, which moves them apart
    outside_mass: Floats  # beyond the edges


def noise_densities(config: NoiseConfig) -> NoiseDensities:
    """Densities of the training output for a display; cost display_units × rates × noises."""
    rng = np.random.default_rng([config.seed, 1])
    a = config.activations.sample(rng, config.display_units)
    uniform = rng.random(a.size)
    draws: dict[UnitNoise, Floats] = {draw: draw(rng, a.size) for draw in SPREADS}
    edges = _display_edges(config)
    columns = [_density(noise(name), config, a, uniform, draws, edges) for name in config.noises]
    return NoiseDensities(config, edges, *(np.array(column) for column in zip(*columns, strict=True)))


def _display_edges(config: NoiseConfig) -> Floats:
    """Bins over ±3 exact standard deviations of every noise's output, at the rate of the grid nearest to 0.6."""
    mu, v = config.activations.exact_mean, config.activations.exact_variance
    middle = min(config.rates, key=lambda rate: abs(rate - 0.6))
    moments = [noise(name).output_moments(middle, mu, v) for name in config.noises]
    low = min(float(m.mean) - 3.0 * math.sqrt(m.variance) for m in moments)
    high = max(float(m.mean) + 3.0 * math.sqrt(m.variance) for m in moments)
    return even_edges(low, high, config.bins)


def _density(
    row: MaskNoise | SpreadNoise,
    config: NoiseConfig,
    a: Floats,
    uniform: Floats,
    draws: Mapping[UnitNoise, Floats],
    edges: Floats,
) -> tuple[Floats, ...]:
    """Density, dropped value and mass, zero value and mass, outside mass of one noise."""
    rates = np.asarray(config.rates)
    nothing = np.zeros_like(rates)
    if isinstance(row, MaskNoise):
        kept = uniform >= rates[:, None]
        scale, shift = row.scale(rates), row.shift(rates)
        output = scale[:, None] * a + shift[:, None]
        dropped_value, zero_value = scale * row.fill + shift, shift
        zero = kept & (a == 0.0)
        spread = kept & ~zero
        dropped_mass, zero_mass = 1.0 - kept.mean(axis=1), zero.mean(axis=1)
    else:
        mu, v = config.activations.exact_mean, config.activations.exact_variance
        base = draws[row.unit_noise] * (math.sqrt(v + mu**2) if row.additive else a)
        sigma = noise_ratio(rates)
        output = a + sigma[:, None] * base
        zero = output == 0.0
        spread = ~zero
        dropped_value, dropped_mass, zero_value, zero_mass = nothing, nothing, nothing, zero.mean(axis=1)
    share, outside = binned(output, edges, spread)
    return share / (edges[1] - edges[0]), dropped_value, dropped_mass, zero_value, zero_mass, outside
