"""The Wasserstein distance between the training and the test output of a strategy, from the law of the activations."""

from collections.abc import Callable
from functools import lru_cache

import numpy as np

from dropviz.numbers.checks import Floats
from dropviz.theory.activations import Activations
from dropviz.theory.measured import Empirical
from dropviz.theory.strategies import strategy as find_strategy

QUANTILE_NODES, TAIL_NODES = 1024, 256  # of the activations above 0, and as many of those below
MOST_ATOMS, LARGEST_ATOMS = 1 << 15, 512
TINY = 1e-15  # a probability that may be rounding


@lru_cache(maxsize=8)  # an array in a key stays in memory
def wasserstein(name: str, rates: tuple[float, ...], activations: Activations) -> Floats:
    """W₁ = ∫ |F_train(x) − F_test(x)| dx between the training and test outputs, at each rate; NaN where undefined.

    Factors are never negative, so what is above 0 stays above and the mass at 0 never matters: with S(x) = P(a > x)
    and F(x) = P(a ≤ x), W₁ = ∫₀^∞ |k·S(x/t) − S(x/s)| dx + ∫₋∞⁰ |k·F(x/t) − F(x/s)| dx.

    An array of at most 2¹⁵ distinct values other than 0 is summed as it stands, exact to rounding. Else 1280 quantiles
    of what is above 0, and of what is below, are joined by straight lines. Relative error, measured against fine
    integration at rates from 0.01 to 0.95: 1e-5 for the sources of the app, 2e-5 for the sigmoid of a normal of std 5,
    5e-5 for the lognormal of std 1.5; 3e-4 at std 3, 3e-3 at std 5. A larger array against its own sum: 1e-4 from
    rate 0.05 and 1e-3 at 0.01, where the gaps between single values begin to count; 1e-2 at 0.01 if its values are a
    lognormal of std 1.5.
    """
    row = find_strategy(name)
    parts = _distances(activations)
    distances = np.zeros(len(rates))
    for index, rate in enumerate(rates):
        factors = float(row.train_scale(rate)), float(row.test_scale(rate))
        distances[index] = sum(distance(1.0 - rate, *factors) for distance in parts)
    distances.flags.writeable = False  # the cache hands out this very array
    return distances


Distance = Callable[[float, float, float], float]  # of keep, train factor and test factor: a part of W₁


@lru_cache(maxsize=1)  # for the strategies of one sweep
def _distances(activations: Activations) -> tuple[Distance, ...]:
    """The parts of W₁: of a small array one, exact; else those of the activations above 0 and of those below."""
    if isinstance(activations, Empirical):
        values = np.sort(activations.values, axis=None)
        begins = np.concatenate(([True], values[1:] != values[:-1]))
        if np.count_nonzero(begins & (values != 0.0)) <= MOST_ATOMS:
            first = np.flatnonzero(begins)
            return (_between_atoms(values[first], np.diff(first, append=values.size) / values.size),)
        sides = values[np.searchsorted(values, 0.0, "right") :], -values[: np.searchsorted(values, 0.0)][::-1]
        return tuple(_between_sorted(sizes, values.size) for sizes in sides if sizes.size)
    shares, parts = _shares(), []
    mass = 1.0 - _probability_where(lambda value: value > 0.0, activations)
    if mass > TINY:
        probability = np.minimum(1.0 - mass * shares, 1.0 - 2.0**-53)
        parts.append(_between_quantiles(mass, 1.0 - probability, activations.quantile(probability)))
    mass = _probability_where(lambda value: value >= 0.0, activations)
    if mass > TINY:
        parts.append(_between_quantiles(mass, mass * shares, -activations.quantile(mass * shares)))
    return tuple(parts)


def _probability_where(reached: Callable[[float], bool], activations: Activations) -> float:
    """Smallest probability whose quantile satisfies ``reached``, to 2⁻⁵²; 1 if none does."""
    low, high = 0.0, 1.0
    for _ in range(52):
        middle = 0.5 * (low + high)
        low, high = (low, middle) if reached(float(activations.quantile(middle))) else (middle, high)
    return high


@lru_cache(maxsize=1)
def _shares() -> Floats:
    """Where the quantiles of one side are taken, rising inside (0, 1), as shares of its probability.

    u = x⁴·(35 − 84x + 70x² − 20x³) of even x crowds towards both ends. Where the share is small and the sizes grow
    without bound stand more, in equal ratios.
    """
    x = (np.arange(QUANTILE_NODES // 2) + 0.5) / QUANTILE_NODES
    low = x**4 * (35.0 + x * (-84.0 + x * (70.0 - 20.0 * x)))
    return np.sort(np.concatenate([low, 1.0 - low, np.geomspace(1e-15, 1e-2, TAIL_NODES)]))


def _between_quantiles(mass: float, rank: Floats, size: Floats) -> Distance:
    """One side of a law without atoms: its probability, and sizes at ranks inside (0, mass)."""
    ranks, sizes = np.concatenate([[0.0], rank, [mass]]), np.concatenate([size[:1], size, size[-1:]])
    return _between_sizes(ranks, sizes)


def _between_atoms(values: Floats, probability: Floats) -> Distance:
    """Training puts k·wⱼ at t·aⱼ and r at 0, test puts wⱼ at s·aⱼ; ``values`` rise."""

    def distance(keep: float, t: float, s: float) -> float:
        points = np.concatenate([t * values, [0.0], s * values])
        order = np.argsort(points, kind="stable")  # merges sorted runs instead of sorting afresh
        steps = np.concatenate([keep * probability, [1.0 - keep], -probability])
        gap = np.cumsum(steps[order])[:-1]
        return float((np.abs(gap) * np.diff(points[order])).sum())  # not @, whose threads cost more

    return distance


def _between_sorted(sizes: Floats, everyone: int) -> Distance:
    """One side of a large array of ``everyone``'s values: sizes, rising.

    The largest sizes, far apart, and some of the others are taken as what they are, steps; the rest is joined.
    """
    largest: list[float] = []
    end = sizes.size
    while end and len(largest) < LARGEST_ATOMS:
        largest.append(sizes[end - 1])
        end = int(np.searchsorted(sizes, largest[-1]))
    place = sizes.size - np.ceil(sizes.size * _shares()).astype(np.intp)
    chosen = np.unique(np.concatenate([largest, sizes[place]]))[::-1]
    rank = [sizes.size - np.searchsorted(sizes, chosen, side) for side in ("right", "left")]
    return _between_sizes(np.column_stack(rank).ravel() / everyone, np.repeat(chosen, 2))


def _between_sizes(rank: Floats, size: Floats) -> Distance:
    """One side of 0: sizes |a|, joined by straight lines; P(|a| > ``size[i]``) = ``rank[i]``, on this side, rising.

    The area between two survival functions is that between their inverses: at rank τ the training output has size
    t·size(τ/k), or 0 above the last k·rank, and the test output s·size(τ). Midpoint rule between all their corners.
    """
    size = np.maximum(size, 0.0)

    def distance(keep: float, t: float, s: float) -> float:
        kept = keep * rank
        corners = np.sort(np.concatenate([kept, rank]), kind="stable")  # merges two sorted runs
        middle = 0.5 * (corners[1:] + corners[:-1])
        apart = np.abs(t * np.interp(middle, kept, size, right=0.0) - s * np.interp(middle, rank, size))
        return float((apart * np.diff(corners)).sum())

    return distance
