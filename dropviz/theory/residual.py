"""A residual branch, y = x + dropout(f): the factor that its sum needs at test, if nothing was divided in training.

With rate r and keep k = 1 − r, a branch that is the share q = f/(x + f) of the sum has, over masks::

    training   E[y] = x + k·f = (1 − r·q)·(x + f)          test, nothing scaled   y = x + f

so the sum would have to be multiplied by 1 − r·q, another number for every unit; × k belongs on the branch alone.

Source: He et al., CVPR 2016, eq. 1 (y = F(x) + x); with dropout on the branch before it is added: Vaswani et al., NIPS
2017, section 5.4.
"""

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import Floats
from dropviz.numbers.rates import below_one


def factor_of_sum(rate: ArrayLike, share: ArrayLike) -> Floats:
    """1 − r·q at each ``rate`` in [0, 1) for each ``share`` q of the branch in the sum; shapes broadcast.

    >>> factor_of_sum([0.0, 0.5], 0.2).tolist()
    [1.0, 0.9]
    """
    return np.asarray(1.0 - below_one(rate) * np.asarray(share, dtype=np.float64))
