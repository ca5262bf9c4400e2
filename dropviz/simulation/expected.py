"""What the law decides of a sweep before anything is drawn, the same for every seed: factors, exact values, errors.

Few are kept: an array in a key stays in memory.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np

from dropviz.numbers.checks import Bools, Floats
from dropviz.theory.activations import Activations
from dropviz.theory.law import Mixture, law_of
from dropviz.theory.moments import PHASES, exact_gap, exact_moments, mean_ratio
from dropviz.theory.standard_errors import gap_errors, moment_errors
from dropviz.theory.strategies import strategy

Names: TypeAlias = tuple[str, ...]
Rates: TypeAlias = tuple[float, ...]


class Expected(NamedTuple):
    """The factors of some strategies and the exact moments of their outputs; axes: strategy, phase, rate."""

    scales: Floats
    mean: Floats
    variance: Floats


@lru_cache(maxsize=4)
def expected(activations: Activations, rates: Rates, strategies: Names) -> Expected:
    """Return the factors and exact moments, read-only."""
    r, rows = np.asarray(rates), [strategy(name) for name in strategies]
    mu, v = activations.exact_mean, activations.exact_variance
    moments = [[exact_moments(row, phase, r, mu, v) for phase in PHASES] for row in rows]
    arrays = Expected(
        np.array([[row.train_scale(r), row.test_scale(r)] for row in rows]),
        np.array([[one.mean for one in phases] for phases in moments]),
        np.array([[one.variance for one in phases] for phases in moments]),
    )
    for array in arrays:
        array.flags.writeable = False
    return arrays


@lru_cache(maxsize=4)
def errors_of_one(
    activations: Activations, rates: Rates, strategies: Names, units: int
) -> Mapping[str, Floats | Bools]:
    """Standard errors of the moments and gaps of one replicate, and whether they are fair; fields of a `Sweep`."""
    law, r = law_of(activations), np.asarray(rates)
    scales = expected(activations, rates, strategies).scales
    everyone, nobody = np.ones_like(r), np.zeros_like(r)
    masked = Mixture(np.array([[1.0 - r, everyone], [r, nobody]]), np.array([[everyone] * 2, [nobody] * 2]))
    before = moment_errors(law, masked, units)  # of m·a and a, which the factors multiply
    gap_se, gap_fair = gap_errors(law, r, scales, units)
    return {
        "mean_se": scales * before.mean,
        "variance_se": scales**2 * before.variance,
        "gap_se": gap_se,
        "mean_fair": before.mean_fair,
        "variance_fair": before.variance_fair,
        "gap_fair": gap_fair,
    }


@lru_cache(maxsize=16)
def kept_gap(measure: str, name: str, rates: Rates, activations: Activations) -> Floats:
    """`exact_gap`, or "mean_ratio", of a strategy, read-only: a figure asks for it more than once."""
    ratio = measure == "mean_ratio"
    gap = mean_ratio(strategy(name), rates) if ratio else exact_gap(measure, name, rates, activations)
    gap.flags.writeable = False
    return gap
