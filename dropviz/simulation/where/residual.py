"""A row of attention weights under dropout, and the mean of a sum of which dropout scales one branch.

Axes of results: rate; of the branches (`BRANCHES`), rate. The weights w of a row are a softmax, Σ w = 1; kept ones are
divided by keep, so over masks the row sums to Σ w·m/k, of mean 1 and variance (r/k)·Σ w².
"""

from dataclasses import dataclass

import numpy as np

from dropviz.numbers.checks import Checked, Floats, check_count, check_number, checked, quotient
from dropviz.numbers.estimate import Estimates
from dropviz.numbers.rates import GRID, check_rising
from dropviz.simulation.masks import check_masked, masked_sums
from dropviz.simulation.where.spread import WIDE_RATE, Spread, near, spread
from dropviz.theory.groups import group_covariance, group_square_product
from dropviz.theory.residual import factor_of_sum
from dropviz.theory.standard_errors import variance_error
from dropviz.theory.thinned import softmax

BRANCHES = (0.2, 0.5, 0.8)  # the share of the branch in the sum without dropout


@dataclass(frozen=True, slots=True)
class ResidualConfig(Checked):
    """A row over ``keys`` keys, 1 to 256, the softmax of scores from N(0, ``spread``²), ``spread`` from 0 to 10."""

    keys: int = checked(32, check_count, 1, 256)
    spread: float = checked(1.0, check_number, 0.0, 10.0)
    rates: tuple[float, ...] = checked(GRID, check_rising)
    masks: int = checked(4000, check_count, 2, 100_000)
    seed: int = checked(3, check_count, 0, 2**63 - 1)

    def __post_init__(self) -> None:
        Checked.__post_init__(self)
        check_masked("masks", self.masks, self.keys)


@dataclass(frozen=True, slots=True, eq=False)
class Attended(Estimates):
    """The sum of the row over masks, its mean and standard deviation, (rate,), and the branches, (branch, rate).

    ``branch`` is the mean of x + dropout(f) over masks, nothing divided, in units of x + f.
    """

    config: ResidualConfig
    weights: Floats  # of the row, shape (key,),
    square_sum: float  # and Σ w²
    mean: Floats
    mean_se: Floats
    exact_mean: Floats
    deviation: Floats
    deviation_se: Floats
    exact_deviation: Floats
    even_deviation: Floats  # exact, of a row that looks at all keys alike,
    one_deviation: Floats  # and of one that looks at one key alone
    branch: Floats
    branch_se: Floats
    exact_branch: Floats
    spread: Spread


def attended(config: ResidualConfig) -> Attended:
    """Draw the scores of a row, then its masks, and as many masks for a branch."""
    rng, rates, count = np.random.default_rng(config.seed), np.asarray(config.rates), config.masks
    scores = config.spread * rng.standard_normal(config.keys)
    weights = softmax(scores)
    sums = masked_sums(rng, weights, count, rates) / (1.0 - rates)
    kept = rng.binomial(count, 1.0 - rates) / count
    shares, variance = np.array(BRANCHES)[:, None], group_covariance(rates, weights, weights)
    moved = sums - sums[0]  # a sum that does not vary has a deviation of 0 to the bit
    exact = np.sqrt(variance)
    error = variance_error(variance, group_square_product(rates, weights, weights), count)
    row = np.full(config.keys, 1.0 / config.keys)
    wide = near(config.rates, WIDE_RATE)
    return Attended(
        config=config,
        weights=weights,
        square_sum=float(np.square(weights).sum()),
        mean=sums.mean(axis=0),
        mean_se=exact / np.sqrt(count),
        exact_mean=np.ones_like(rates),
        deviation=moved.std(axis=0, ddof=1),
        deviation_se=np.nan_to_num(quotient(error, 2.0 * exact)),
        exact_deviation=exact,
        even_deviation=np.sqrt(group_covariance(rates, row, row)),
        one_deviation=np.sqrt(group_covariance(rates, [1.0], [1.0])),
        branch=1.0 - shares + shares * kept,
        branch_se=shares * np.sqrt((1.0 - rates) * rates / count),
        exact_branch=factor_of_sum(rates, shares),
        spread=spread([sums], config.rates, 0.0, 1.0 + 4.0 * float(exact[wide])),
    )
