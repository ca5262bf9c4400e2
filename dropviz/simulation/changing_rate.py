"""A rate that changes along the training: what each test factor does to the mean, at the places of a slider."""

from dataclasses import dataclass

import numpy as np

from dropviz.numbers.checks import Floats, drop_rounding
from dropviz.schedules import Schedule, compare_test_factors

PLACES = 200  # most places of the slider, and points of a curve, less one
ROUNDING = 1e-12  # of a ratio; a mean over 100,001 steps leaves less


@dataclass(frozen=True, slots=True, eq=False)
class ChangingRate:
    """A schedule, and test mean / training mean along it for each test factor, the last one inverted's."""

    steps: Floats  # the places of the slider: whole steps from the first to the last, shape (place,)
    rates: Floats  # at the places
    first: float  # the rate at the first step,
    last: float  # and at the last
    varies: bool  # whether it ever differs between two steps
    names: tuple[str, ...]  # what each factor is taken from
    factors: Floats  # shape (factor,)
    ratios: Floats  # test mean / training mean at the places, 1 is right; shape (factor, place)
    # over every step, not only the places; shape (factor,)
    worst_ratio: Floats  # the ratio furthest from 1,
    worst_step: Floats  # where it is reached first,
    mean_error: Floats  # and the mean of |ratio − 1|


def changing_rate(schedule: Schedule, total: int, most_places: int = PLACES) -> ChangingRate:
    """Compare the test factors at every step from 0 to ``total``; show them at ``most_places`` + 1 places at most."""
    compared = compare_test_factors(schedule, np.arange(total + 1))
    errors = drop_rounding(compared.mean_ratio - 1.0, 1.0, ROUNDING)
    ratios, errors = 1.0 + errors, np.abs(errors)
    worst = errors.argmax(axis=1)
    places = np.unique(np.linspace(0, total, min(total, most_places) + 1).round().astype(int))
    return ChangingRate(
        steps=compared.steps[places],
        rates=compared.rates[places],
        first=float(compared.rates[0]),
        last=float(compared.rates[-1]),
        varies=bool(np.ptp(compared.rates) > 1e-9),
        names=compared.names,
        factors=compared.factors,
        ratios=ratios[:, places],
        worst_ratio=ratios[np.arange(len(worst)), worst],
        worst_step=compared.steps[worst],
        mean_error=errors.mean(axis=1),
    )
