"""Dropout in few bits: the mean after layers whose factor 1/k, or whose mask, is rounded.

Axes of results: format (`FORMATS`, of factors alone), rate. Errors of the mean are in per cent of the mean without
rounding. Simulated are the units of every layer that survive, ``units`` of activation 1: they are counted, not stored.
"""

from dataclasses import dataclass

import numpy as np

from dropviz.numbers.checks import Checked, Floats, check_count, checked
from dropviz.numbers.estimate import Estimates
from dropviz.numbers.rates import GRID, check_rising
from dropviz.theory.precision import FORMATS, byte_keep, factor_error, mask_error, rounded


@dataclass(frozen=True, slots=True)
class PrecisionConfig(Checked):
    """``layers`` of dropout one behind the other, 1 to 100, each with ``units`` units, at most 10¹²."""

    layers: int = checked(12, check_count, 1, 100)
    rates: tuple[float, ...] = checked(GRID, check_rising)
    units: int = checked(1_000_000_000, check_count, 1, 10**12)
    seed: int = checked(3, check_count, 0, 2**63 - 1)


@dataclass(frozen=True, slots=True, eq=False)
class LowPrecision(Estimates):
    """Errors of the mean after one layer, and after all; (format, rate), and of masks (rate,)."""

    config: PrecisionConfig
    factors: Floats  # 1/k in each format, shape (format, rate)
    byte_rate: Floats  # the rate of a mask of bytes, shape (rate,)
    one_factor: Floats
    one_factor_se: Floats
    exact_one_factor: Floats
    all_factor: Floats
    all_factor_se: Floats
    exact_all_factor: Floats
    one_mask: Floats
    one_mask_se: Floats
    exact_one_mask: Floats
    all_mask: Floats
    all_mask_se: Floats
    exact_all_mask: Floats


def low_precision(config: PrecisionConfig) -> LowPrecision:
    """Count the survivors of every layer, and compare their mean with the one without rounding."""
    rng, rates = np.random.default_rng(config.seed), np.asarray(config.rates)
    keep, byte, size = 1.0 - rates, byte_keep(rates), (config.layers, len(rates))
    factors = np.array([rounded(1.0 / keep, name) for name in FORMATS])
    kept, kept_by_byte = (rng.binomial(config.units, each, size) / config.units for each in (keep, byte))
    found = {}
    for count, name in ((1, "one"), (config.layers, "all")):
        found[f"{name}_factor"] = 100.0 * ((factors[:, None] * kept[:count]).prod(axis=1) - 1.0)
        found[f"{name}_mask"] = 100.0 * ((kept_by_byte[:count] / keep).prod(axis=0) - 1.0)
        exact = {
            f"{name}_factor": 100.0 * np.array([factor_error(rates, each, count) for each in FORMATS]),
            f"{name}_mask": 100.0 * mask_error(rates, count),
        }
        for each, chance in zip(exact, (keep, byte), strict=True):
            relative = np.sqrt(count * (1.0 - chance) / (chance * config.units))
            found |= {f"exact_{each}": exact[each], f"{each}_se": (100.0 + exact[each]) * relative}
    return LowPrecision(config=config, factors=factors, byte_rate=1.0 - byte, **found)
