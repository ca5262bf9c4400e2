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
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from dropviz.numbers.checks import Checked, Floats, check_count, check_names, checked
from dropviz.numbers.estimate import MomentEstimates
from dropviz.numbers.rates import GRID, check_rising, config_repr
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

MOST_UNITS = 2_000_000
PHASES = ("noise", "train", "test")
# one draw of each serves every noise and rate
SPREADS: tuple[UnitNoise, ...] = (standard_normal, unit_uniform)


@dataclass(frozen=True, slots=True)
class NoiseConfig(Checked):
    """Everything that decides a comparison of noises.

    ``units`` activations, 2 to 2,000,000, are drawn for the moments and ``display_units``, 1 to 20,000, for the
    densities in ``bins`` bins, 1 to 500; ``rates`` rise strictly in [0, 1); ``noises`` are names of the table, each
    once.
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
class NoiseSweep:
    """Moments of the noise (output − a), of the training output and of the test output. Axes: noise, rate."""

    config: NoiseConfig
    noise: MomentEstimates
    train: MomentEstimates
    test: MomentEstimates

    def __repr__(self) -> str:
        return f"<NoiseSweep of {self.config!r}>"


def noise_sweep(config: NoiseConfig) -> NoiseSweep:
    """Simulate every noise of ``config`` at every rate; the moments' cost does not depend on the number of rates."""
    rng = np.random.default_rng(config.seed)
    source, rates = config.activations, np.asarray(config.rates)
    mu, v = source.exact_mean, source.exact_variance
    a = source.sample(rng, config.units)
    mask_sums = _mask_sums(rng, a, rates)
    draws: dict[UnitNoise, Floats] = {draw: draw(rng, a.size) for draw in SPREADS}
    clean = moments_about(a.mean(), mask_sums[:, -1])
    phases: dict[str, list[tuple[Moments, Moments]]] = {name: [] for name in PHASES}
    for name in config.noises:
        row = noise(name)
        if isinstance(row, MaskNoise):
            added, output = _mask_moments(row, rates, mask_sums, a.mean())
        else:
            base = draws[row.unit_noise] * (math.sqrt(v + mu**2) if row.additive else a)
            added, output = _spread_moments(rates, a, base)
        phases["noise"].append((added, row.noise_moments(rates, mu, v)))
        phases["train"].append((output, row.output_moments(rates, mu, v)))
        phases["test"].append((_affine(clean, row.test_scale(rates), 0.0), row.test_moments(rates, mu, v)))
    errors = _errors(source, config.noises, config.rates, config.units)
    return NoiseSweep(
        config, **{name: _estimates(phases[name], errors[name], config.units) for name in PHASES}
    )


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


def _estimates(rows: list[tuple[Moments, Moments]], errors: Errors, units: int) -> MomentEstimates:
    """Moments with their standard errors, beside the exact ones; from a pair a noise, simulated and exact."""
    mean, variance = np.array([simulated for simulated, _ in rows]).swapaxes(0, 1)
    exact_mean, exact_variance = np.array([exact for _, exact in rows]).swapaxes(0, 1)
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
    g1, g2, dg = base.mean(), base @ base / a.size, d @ base / a.size
    output = moments_about(
        origin, np.array([one, d.mean() + sigma * g1, d @ d / a.size + 2.0 * sigma * dg + sigma**2 * g2])
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
