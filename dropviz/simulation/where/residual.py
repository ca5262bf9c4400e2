"""A row of attention weights under dropout, and the mean of a sum of which dropout scales one branch.

Axes of results: rate; of the branches (`BRANCHES`), rate. The weights w of a row are a softmax, Σ w = 1; kept ones are
divided by keep, so over masks the row sums to Σ w·m/k, of mean 1 and variance (r/k)·Σ w².
"""

from dataclasses import dataclass

import numpy as np

from dropviz.numbers.checks import Floats, check_count, check_number, checked
from dropviz.simulation.masks import masked_sums
from dropviz.simulation.where.sums import (
    WIDE_RATE,
    MaskHistogram,
    SumEstimates,
    SumsConfig,
    estimates_of,
    mask_histogram,
    near,
)
from dropviz.theory.groups import group_covariance
from dropviz.theory.residual import factor_of_sum
from dropviz.theory.thinned import softmax

BRANCHES = (0.2, 0.5, 0.8)  # the share of the branch in the sum without dropout


@dataclass(frozen=True, slots=True)
class ResidualConfig(SumsConfig):
    """A row over ``keys`` keys, 1 to 256, the softmax of scores from N(0, ``spread``²), ``spread`` from 0 to 10."""

    keys: int = checked(32, check_count, 1, 256)
    spread: float = checked(1.0, check_number, 0.0, 10.0)

    @property
    def terms(self) -> int:
        """The weights of the row."""
        return self.keys


@dataclass(frozen=True, slots=True, eq=False)
class Attended(SumEstimates):
    """The sum of the row over masks, (rate,), and the branches, (branch, rate).

    ``branch`` is the mean of x + dropout(f) over masks, nothing divided, in units of x + f.
    """

    config: ResidualConfig
    weights: Floats  # of the row, shape (key,),
    square_sum: float  # and Σ w²
    even_deviation: Floats  # exact, of a row that looks at all keys alike,
    one_deviation: Floats  # and of one that looks at one key alone
    branch: Floats
    branch_se: Floats
    exact_branch: Floats
    histogram: MaskHistogram  # of the sum


def attended(config: ResidualConfig) -> Attended:
    """Draw the scores of a row, then its masks, and as many masks for a branch."""
    rng, rates, count = np.random.default_rng(config.seed), np.asarray(config.rates), config.masks
    scores = config.spread * rng.standard_normal(config.keys)
    weights = softmax(scores)
    sums = masked_sums(rng, weights, count, rates) / (1.0 - rates)
    kept = rng.binomial(count, 1.0 - rates) / count
    shares, seen = np.array(BRANCHES)[:, None], estimates_of(sums, weights, rates)
    row, wide = np.full(config.keys, 1.0 / config.keys), near(config.rates, WIDE_RATE)
    return Attended(
        config=config,
        weights=weights,
        square_sum=float(np.square(weights).sum()),
        exact_mean=np.ones_like(rates),
        even_deviation=np.sqrt(group_covariance(rates, row, row)),
        one_deviation=np.sqrt(group_covariance(rates, [1.0], [1.0])),
        branch=1.0 - shares + shares * kept,
        branch_se=shares * np.sqrt((1.0 - rates) * rates / count),
        exact_branch=factor_of_sum(rates, shares),
        histogram=mask_histogram([sums], config.rates, 0.0, 1.0 + 4.0 * float(seen["exact_deviation"][wide])),
        **seen,
    )
