"""Standard errors of the train/test discrepancy, from the same sums of powers as the moments.

Training and test output of a unit share its activation, so their errors must not be added as if they were independent.
Each measure is a smooth function of means over n units; its standard error is √(E[φ²]/(n − 1)), with φ the first-order
change of the measure that one unit makes (the delta method).
"""

# axes: p (power of d), rate; of factors and results: strategy, rate

from typing import NamedTuple

import numpy as np

from dropviz.activations import Floats

# What a sweep simulates of the discrepancy: `theory.Discrepancy` without wasserstein, and test/train mean.
GAPS = ("mean_gap", "relative_gap", "variance_ratio", "rms_gap", "mean_ratio")


class Sums(NamedTuple):
    """Means over all units of dᵖ for p = 0…4, of those that survive each rate and of all, d = (a − μ)/size.

    ``center`` is μ/size. Axes: p, rate; of ``everyone`` the second has length 1.
    """

    survivors: Floats
    everyone: Floats
    center: float

    def about(self, value: Floats | float) -> tuple[Floats, Floats]:
        """Sums of (d − value)ᵖ of the survivors and of the dropped."""
        kept = _shifted(self.survivors, value)
        return kept, _shifted(self.everyone, value) - kept


def _shifted(sums: Floats, by: Floats | float) -> Floats:
    """Sums of (d − by)ᵖ from sums of dᵖ, by the binomial theorem."""
    s0, s1, s2, s3, s4 = sums
    return np.array(
        [
            s0 + 0.0 * by,
            s1 - by * s0,
            s2 - 2 * by * s1 + by**2 * s0,
            s3 - 3 * by * s2 + 3 * by**2 * s1 - by**3 * s0,
            s4 - 4 * by * s3 + 6 * by**2 * s2 - 4 * by**3 * s1 + by**4 * s0,
        ]
    )


def gap_deviations(
    sums: Sums, train: Floats, test: Floats, gaps: Floats, size: float, exact_train_mean: Floats
) -> Floats:
    """√E[φ²] of every measure in ``GAPS``: its standard error times √(n − 1). Axes: measure, strategy, rate.

    ``train`` and ``test`` are the factors, ``gaps`` the measures themselves, ``size`` the unit of ``sums``.
    """
    of_gap, of_square = _deviation_of_gap(sums, train, test), _deviation_of_square(sums, train, test)
    rms = gaps[GAPS.index("rms_gap")] / size
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.array(
            [
                size * of_gap,
                size * of_gap / np.where(exact_train_mean, np.abs(exact_train_mean), np.nan),
                gaps[GAPS.index("variance_ratio")] * _relative_of_variance_ratio(sums),
                size * np.where(rms > 0.0, of_square / (2.0 * rms), 0.0),
                np.abs(gaps[GAPS.index("mean_ratio")]) * _relative_of_mean_ratio(sums),
            ]
        )


def _relative_of_mean_ratio(sums: Sums) -> Floats:
    """√E[φ²] of ln(test mean / train mean): φ = a/A − m·a/M, with A and M the means of a and of m·a; shape (rate,)."""
    kept, dropped = sums.about(-sums.center)
    whole, masked = kept[1] + dropped[1], kept[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(
            np.sqrt(kept[2] * (1 / whole - 1 / masked) ** 2 + np.maximum(dropped[2], 0.0) / whole**2)
        )


def _relative_of_variance_ratio(sums: Sums) -> Floats:
    """√E[φ²] of ln(train / test variance): φ = (m·a − M)²/V_m − (a − A)²/V; shape (rate,).

    With x = a − A and δ = A − M, a survivor's φ is (x + δ)²/V_m − x²/V and a dropped unit's M²/V_m − x²/V.
    """
    mean = sums.everyone[1]
    kept, dropped = sums.about(mean)
    whole, masked = sums.center + mean, sums.center * sums.survivors[0] + sums.survivors[1]
    delta = whole - masked
    v = kept[2] + dropped[2]
    v_m = np.maximum(kept[2] + 2 * delta * kept[1] + delta**2 * kept[0] + masked**2 * dropped[0], 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        p2, p1, p0 = 1 / v_m - 1 / v, 2 * delta / v_m, delta**2 / v_m
        survivors = (
            p2**2 * kept[4]
            + 2 * p2 * p1 * kept[3]
            + (p1**2 + 2 * p2 * p0) * kept[2]
            + 2 * p1 * p0 * kept[1]
            + p0**2 * kept[0]
        )
        level = masked**2 / v_m
        others = level**2 * dropped[0] - 2 * level * dropped[2] / v + dropped[4] / v**2
        return np.asarray(np.sqrt(np.maximum(survivors + others, 0.0)))


def _deviation_of_gap(sums: Sums, train: Floats, test: Floats) -> Floats:
    """Standard deviation over units of D = test − train output = a·(s − m·t), in units of size.

    ``train`` and ``test`` are the factors t and s; axes: strategy, rate. A survivor's D is (s − t)·a, a dropped
    unit's s·a: the variance within both groups, and between them.
    """
    within, share, average = [], [], []
    for group in sums.about(-sums.center):
        with np.errstate(divide="ignore", invalid="ignore"):
            center = np.where(group[0] > 0.0, group[1] / group[0], 0.0)
        central = _shifted(group, center)[2]
        within.append(np.maximum(central, 0.0))
        share.append(group[0])
        average.append(center)
    survivor, dropped = test - train, test
    between = share[0] * share[1] * (survivor * average[0] - dropped * average[1]) ** 2
    return np.asarray(np.sqrt(survivor**2 * within[0] + dropped**2 * within[1] + between))


def _deviation_of_square(sums: Sums, train: Floats, test: Floats) -> Floats:
    """Standard deviation over units of D², in units of size²; see `_deviation_of_gap`."""
    kept, dropped = sums.about(-sums.center)
    survivor, other = test - train, test
    square = survivor**2 * kept[2] + other**2 * dropped[2]
    fourth = survivor**4 * kept[4] + other**4 * dropped[4]
    return np.asarray(np.sqrt(np.maximum(fourth - square**2, 0.0)))
