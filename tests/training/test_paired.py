import math

import numpy as np
import pytest

from dropviz.training import paired
from dropviz.training.paired import difference, first_of

QUARTERS = 200_000


def distribution(t: float, degrees: int) -> float:
    """Student's t, P(T < t), by Simpson's rule."""
    x = np.linspace(0.0, t, 2 * QUARTERS + 1)
    weights = np.ones(len(x))
    weights[1:-1:2], weights[2:-1:2] = 4.0, 2.0
    scale = math.gamma((degrees + 1) / 2) / (math.sqrt(degrees * math.pi) * math.gamma(degrees / 2))
    density = scale * (1 + x**2 / degrees) ** (-(degrees + 1) / 2)
    return 0.5 + float((weights * density).sum()) * t / (6 * QUARTERS)


@pytest.mark.parametrize("degrees", [1, 2, 3, 4])
def test_the_quantiles_are_those_of_student(degrees: int) -> None:
    for comparisons, quantile in enumerate(paired._T[degrees], start=1):
        assert distribution(quantile, degrees) == pytest.approx(1 - 0.025 / comparisons, abs=3e-6)


def test_the_interval_is_that_of_the_differences_not_of_the_seeds() -> None:
    seeds = np.array([1.0, 5.0, 9.0])
    found = difference(seeds + np.array([0.1, 0.2, 0.3]), seeds)
    assert found.mean == pytest.approx(0.2)
    assert found.high - found.mean == pytest.approx(4.3027 * 0.1 / math.sqrt(3))
    assert not found.told
    assert difference(seeds + 0.2, seeds).told  # the spread of the seeds is in both
    assert difference(seeds, seeds + 0.2).told
    assert not difference(seeds, seeds).told


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(0)
    draws = rng.standard_normal((4000, 3))
    missed = [difference(draw, np.zeros(3)).told for draw in draws]
    assert abs(np.mean(missed) - 0.05) < 5 * math.sqrt(0.05 * 0.95 / 4000)
    three = [difference(draw, np.zeros(3), 3).told for draw in draws]
    assert np.mean(three) < 0.05 / 2


def test_one_seed_tells_nothing_apart() -> None:
    alone = difference(np.array([3.0]), np.array([1.0]))
    assert (alone.mean, alone.told) == (2.0, False)
    assert alone.interval() == "one seed: no interval"
    assert first_of([np.array([3.0]), np.array([1.0])]) == (1, [0])


def test_the_first_is_named_with_those_that_are_not_told_apart() -> None:
    base = np.array([1.0, 2.0, 3.0])
    near, far = base + np.array([0.01, -0.02, 0.015]), base + 1.0
    assert first_of([far, base, near]) == (1, [2])
    assert first_of([far, base, near], lowest=False) == (0, [])


def test_the_interval_is_written_with_few_digits() -> None:
    found = difference(np.array([100.0, 130.0, 121.0]), np.zeros(3))
    assert found.interval() == "95 % interval 79 to 160, 3 paired seeds"


@pytest.mark.parametrize(("seeds", "comparisons"), [(0, 1), (6, 1), (3, 0), (3, 4)])
def test_what_has_no_quantile_is_refused(seeds: int, comparisons: int) -> None:
    with pytest.raises(ValueError, match="values must have 1 to 5 seeds"):
        difference(np.zeros(seeds), np.zeros(seeds), comparisons)
