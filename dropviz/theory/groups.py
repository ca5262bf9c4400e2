"""Inputs that share a mask: moments of z = Σ wᵢ·aᵢ·m_g/k, where all inputs i of a group g are dropped together.

With s_g = Σ wᵢaᵢ over the inputs of group g, rate r and keep k = 1 − r, over masks and inverted::

    E[z] = Σ s_g          Cov[z, z'] = (r/k)·Σ s_g·s'_g          so Var[z] = (r/k)·Σ s_g²

The mean does not depend on the groups. z and z' are two units behind the same masks; where each unit has masks of its
own, as with a mask per weight, their covariance is 0.

Source: one mask per element is Wang & Manning, *Fast dropout training*, ICML 2013; the groups are channels in Tompson
et al., CVPR 2015 (SpatialDropout), time steps in Gal & Ghahramani, NIPS 2016, paths in Huang et al., ECCV 2016
(stochastic depth) and Larsson et al., ICLR 2017 (drop-path), weights in Wan et al., ICML 2013 (DropConnect).
"""

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import Floats
from dropviz.numbers.rates import below_one


def group_covariance(rate: ArrayLike, sums: ArrayLike, others: ArrayLike) -> Floats:
    """Cov[z, z'] = (r/k)·Σ s_g·s'_g of two units with the group sums ``sums`` and ``others``, shape (group,).

    At each ``rate`` in [0, 1), shape (rate,); ValueError outside. With ``others`` = ``sums`` it is Var[z].

    >>> group_covariance([0.0, 0.5], [1.0, 2.0], [1.0, 2.0]).tolist()
    [0.0, 5.0]
    """
    r = np.atleast_1d(below_one(rate))
    return np.asarray(r / (1.0 - r) * float(np.dot(sums, others)))


def group_square_product(rate: ArrayLike, sums: ArrayLike, others: ArrayLike) -> Floats:
    """E[x²·y²] of x = z − E[z] and y = z' − E[z'] of two units behind the same masks; arguments as above.

    E[x²y²] = κ·Σ s_g²·s'_g² + Var[z]·Var[z'] + 2·Cov[z, z']², with the fourth cumulant κ = r·(1 − 6rk)/k³ of m/k. It is
    what the error of a simulated variance or covariance rests on; with ``others`` = ``sums``, the fourth moment.

    >>> group_square_product([0.5], [1.0], [1.0]).tolist()
    [1.0]
    """
    r = np.atleast_1d(below_one(rate))
    keep = 1.0 - r
    cumulant = r * (1.0 - 6.0 * r * keep) / keep**3
    both = float(np.dot(np.square(sums), np.square(others)))
    apart = group_covariance(r, sums, sums) * group_covariance(r, others, others)
    return np.asarray(cumulant * both + apart + 2.0 * group_covariance(r, sums, others) ** 2)


def covariance_error(product: Floats, covariance: Floats, variances: Floats, count: int) -> Floats:
    """Standard error of the covariance (divisor: count − 1) of ``count`` pairs, elementwise.

    √((E[x²y²] − Cov²·(n − 2)/(n − 1) + Var·Var'/(n − 1))/n), with E[x²y²] the ``product`` of centred squares and
    ``variances`` the product of both variances; 0 where rounding would make the root imaginary.
    """
    spread = product - covariance**2 * ((count - 2) / (count - 1)) + variances / (count - 1)
    return np.asarray(np.sqrt(np.maximum(spread, 0.0) / count))
