"""Every noise on the same activations at every rate, from sums whose cost does not grow with the number of rates.

Axes of results: noise, rate; of densities: noise, rate, bin.

Common random numbers: all mask noises share one nest of masks, all Gaussian noises one normal draw, and a draw serves
every rate. Two ways to the moments of the output at every rate:

- mask noises: power sums of the activations by the first rate that drops them, then a reversed cumulative sum;
- spread noises: with c the sample mean, d = a − c and g the noise at σ = 1, output − c = d + σ·g, whose powers need
  only the sums of dⁱ·gʲ, i + j ≤ 4.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from dropviz.numbers.checks import Checked, Floats, check_count, check_names, checked
from dropviz.numbers.estimate import MomentEstimates
from dropviz.numbers.rates import GRID, check_rising
from dropviz.simulation.histogram import even_edges, shares
from dropviz.simulation.masks import block_sizes, from_block_on
from dropviz.theory.activations import RELU, Activations
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
from dropviz.theory.standard_errors import variance_error

MOST_UNITS = 2_000_000
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


@dataclass(frozen=True, slots=True, eq=False)
class NoiseSweep:
    """Moments of the noise (output − a), of the training output and of the test output. Axes: noise, rate."""

    config: NoiseConfig
    noise: MomentEstimates
    train: MomentEstimates
    test: MomentEstimates


class Central(NamedTuple):
    """A mean and the second to fourth central moments, each an array over rates."""

    mean: Floats
    second: Floats
    third: Floats
    fourth: Floats

    def affine(self, scale: Floats, shift: Floats | float) -> "Central":
        """Moments of scale·x + shift."""
        return Central(
            scale * self.mean + shift, scale**2 * self.second, scale**3 * self.third, scale**4 * self.fourth
        )


def noise_sweep(config: NoiseConfig) -> NoiseSweep:
    """Simulate every noise of ``config`` at every rate; the moments' cost does not depend on the number of rates."""
    rng = np.random.default_rng(config.seed)
    source, rates = config.activations, np.asarray(config.rates)
    mu, v = source.exact_mean, source.exact_variance
    drawn = source.sample(rng, config.units)
    # fourth powers of a person's largest values would leave float64, so everything is counted in this unit
    unit = max(1.0, float(np.abs(drawn).max()))
    a = drawn / unit
    mask_sums = _mask_sums(rng, a, rates)
    draws: dict[UnitNoise, Floats] = {draw: draw(rng, a.size) for draw in SPREADS}
    clean = _central(np.array([a.size, *_power_sums(a - a.mean())]), a.mean())
    curves: dict[str, list[tuple[Central, Moments]]] = {"noise": [], "train": [], "test": []}
    for name in config.noises:
        row = noise(name)
        if isinstance(row, MaskNoise):
            perturbed, output = _mask_moments(row, rates, mask_sums, a.mean(), unit)
        else:
            base = draws[row.unit_noise] * (math.sqrt(v + mu**2) / unit if row.additive else a)
            perturbed, output = _spread_moments(rates, a, base)
        curves["noise"].append((perturbed, row.noise_moments(rates, mu, v)))
        curves["train"].append((output, row.output_moments(rates, mu, v)))
        curves["test"].append((clean.affine(row.test_scale(rates), 0.0), row.test_moments(rates, mu, v)))
    return NoiseSweep(
        config, **{phase: _curves(pairs, config.units, unit) for phase, pairs in curves.items()}
    )


def _power_sums(d: Floats) -> list[float]:
    """Σd, Σd², Σd³, Σd⁴."""
    square = d * d
    return [float(d.sum()), float(square.sum()), float(square @ d), float(square @ square)]


def _mask_sums(rng: np.random.Generator, a: Floats, rates: Floats) -> Floats:
    """Count and Σdʲ, d = a − mean, of the units kept at each rate, then of all; shape (power 0–4, rate + 1).

    A block holds what one more rate drops, see `dropviz.simulation.masks`.
    """
    sizes = block_sizes(rng, a.size, rates)
    block = np.repeat(np.arange(sizes.size), sizes)
    d = a - a.mean()
    square = d * d
    powers = (None, d, square, square * d, square * square)
    by_block = np.array([np.bincount(block, weights, minlength=sizes.size) for weights in powers])
    return np.concatenate((from_block_on(by_block)[:, 1:], by_block.sum(axis=1, keepdims=True)), axis=1)


def _central(sums: Floats, origin: float) -> Central:
    """Central moments from count and Σdʲ, d measured from ``origin``; zeros where the count is zero."""
    count = np.maximum(sums[0], 1.0)
    d1, d2, d3, d4 = sums[1:] / count
    second = np.maximum(d2 - d1**2, 0.0)
    third = d3 - 3.0 * d1 * d2 + 2.0 * d1**3
    fourth = np.maximum(d4 - 4.0 * d1 * d3 + 6.0 * d1**2 * d2 - 3.0 * d1**4, 0.0)
    return Central(np.where(sums[0] > 0.0, origin + d1, 0.0), second, third, fourth)


def _mixture(share: Floats, kept: Central, dropped: Central) -> Central:
    """Moments of a mixture that is ``kept`` with probability ``share``, else ``dropped``."""
    mean = share * kept.mean + (1.0 - share) * dropped.mean
    second, third, fourth = np.zeros_like(mean), np.zeros_like(mean), np.zeros_like(mean)
    for weight, part in ((share, kept), (1.0 - share, dropped)):
        off = part.mean - mean
        second += weight * (part.second + off**2)
        third += weight * (part.third + 3.0 * part.second * off + off**3)
        fourth += weight * (part.fourth + 4.0 * part.third * off + 6.0 * part.second * off**2 + off**4)
    return Central(mean, second, third, fourth)


def _mask_moments(
    row: MaskNoise, rates: Floats, sums: Floats, origin: float, unit: float
) -> tuple[Central, Central]:
    """Moments of noise and output, in units of ``unit``."""
    kept_sums, all_sums = sums[:, :-1], sums[:, -1:]
    share = kept_sums[0] / all_sums[0]
    kept = _central(kept_sums, origin)
    dropped = _central(all_sums - kept_sums, origin)
    scale, shift = row.scale(rates), row.shift(rates) / unit
    fallen = scale * row.fill / unit + shift
    nothing = np.zeros_like(rates)
    output = _mixture(share, kept.affine(scale, shift), Central(fallen, nothing, nothing, nothing))
    noise_part = _mixture(
        share, kept.affine(scale - 1.0, shift), dropped.affine(-np.ones_like(rates), fallen)
    )
    return noise_part, output


def _spread_moments(rates: Floats, a: Floats, base: Floats) -> tuple[Central, Central]:
    """Moments of σ·g and of a + σ·g at every σ = √(r/k), where ``base`` is g."""
    origin = float(a.mean())
    d = a - origin
    d_powers = [np.ones_like(d), d, d * d]
    g_powers = [np.ones_like(base), base, base * base]

    def cross(i: int, j: int) -> float:
        """Mean of dⁱ·gʲ for i + j ≤ 4."""
        left = d_powers[i] if i <= 2 else d_powers[2] * d_powers[i - 2]
        right = g_powers[j] if j <= 2 else g_powers[2] * g_powers[j - 2]
        return float(left @ right) / a.size

    sigma = noise_ratio(rates)
    about_origin = [
        sum(
            (math.comb(power, j) * cross(power - j, j) * sigma**j for j in range(power + 1)),
            np.zeros_like(sigma),
        )
        for power in range(1, 5)
    ]
    output = _central(np.array([np.ones_like(sigma), *about_origin]), origin)
    unit_noise = _central(np.array([1.0, *(cross(0, j) for j in range(1, 5))]), 0.0)
    return unit_noise.affine(sigma, 0.0), output


def _curves(pairs: list[tuple[Central, Moments]], units: int, unit: float) -> MomentEstimates:
    """Moments with their standard errors, back in the activations' own unit, beside the exact ones."""
    mean, second, _, fourth = np.array([simulated for simulated, _ in pairs]).swapaxes(0, 1)
    exact_mean, exact_variance = np.array([exact for _, exact in pairs]).swapaxes(0, 1)
    variance = second * (units / (units - 1))
    return MomentEstimates(
        mean=mean * unit,
        mean_se=np.sqrt(variance / units) * unit,
        variance=variance * unit**2,
        variance_se=variance_error(second, fourth, units) * unit**2,
        exact_mean=exact_mean,
        exact_variance=exact_variance,
    )


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
    share, outside = shares(output, edges, spread)
    return share / (edges[1] - edges[0]), dropped_value, dropped_mass, zero_value, zero_mass, outside
