"""The one sentence that an experiment is run for, computed from its runs: judged by the differences of its pairs.

A sentence says that two things differ only where the 95 % interval of their paired difference leaves out 0.
"""

# axes: run, seed, epoch

import math
from collections.abc import Sequence

import numpy as np

from dropviz.numbers.checks import Floats
from dropviz.numbers.written import grouped
from dropviz.training.loop import Run
from dropviz.training.paired import difference, first_of

ROUNDING = 1e-9  # a relative difference of losses that float64 leaves after some hundred steps, with room


def ends(run: Run, name: str) -> Floats:
    """A number of the newest epoch of each seed, shape (seed,)."""
    return np.array([getattr(epoch, name) for epoch in run.last], dtype=np.float64)


def forgotten(run: Run) -> str:
    """What the missing test factor does to the loss of a run with standard dropout."""
    without, scaled = ends(run, "plain_test_loss"), ends(run, "test_loss")
    if not np.isfinite(without).all():
        return (
            "With the factor forgotten, the outputs grow past all numbers: the test loss has no value left."
        )
    apart = difference(without, scaled)
    both = f"{grouped(without.mean(), 2)} against {grouped(scaled.mean(), 2)}"
    trust = f"({apart.interval()})"
    if apart.told or apart.seeds == 1:
        times = grouped(without.mean() / scaled.mean(), 2)
        one = " With one seed, not to be relied on." if apart.seeds == 1 else ""
        return (
            f"With the factor forgotten, the test loss is {times} times as large: {both}."
            f"{one or f' Difference {grouped(apart.mean, 2)} {trust}.'}"
        )
    return f"Forgetting the factor makes no difference that these runs can show: test loss {both} {trust}."


def equal_rate(runs: Sequence[Run]) -> str:
    """Whether standard dropout follows inverted's path at the same learning rate, and at the scaled one."""
    inverted, same, scaled = runs
    parted, alike = apart_from(inverted, same), apart_from(inverted, scaled)
    first = f"the training losses part by up to {_percent(parted)}" if parted > ROUNDING else "nothing parts"
    second = "they are one to rounding" if alike < ROUNDING else f"they part by up to {_percent(alike)}"
    name = scaled.label.removeprefix("standard at ")
    return f"At equal learning rates {first}; with standard at {name} {second}."


def apart_from(first: Run, other: Run) -> float:
    """How far the training losses ever are apart, relative to those of the first, mean over seeds."""
    length = min(len(epochs) for epochs in (*first.epochs, *other.epochs))
    reference, losses = (
        np.array([[epoch.train_loss for epoch in epochs[:length]] for epochs in run.epochs])
        for run in (first, other)
    )
    return float((np.abs(losses - reference) / reference).mean(axis=0).max())


def lowest_test_loss(runs: Sequence[Run]) -> str:
    """Which run has the lowest test loss, if the pairs tell it apart from the others."""
    losses = [ends(run, "test_loss") for run in runs]
    at, alike = first_of(losses)
    best = f"{runs[at].label} ({grouped(losses[at].mean(), 3)})"
    seeds = len(losses[at])
    if len(runs) == 1:
        counted = f"mean of {seeds} seeds" if seeds > 1 else "one seed"
        return f"{_capital(runs[0].label)}: test loss {grouped(losses[0].mean())}, {counted}."
    if seeds == 1:
        return f"Lowest test loss: {best}, with one seed; more seeds say whether that is more than luck."
    if len(alike) == len(runs) - 1:
        return f"These {seeds} seeds tell no test loss apart from the lowest, {best}: no winner."
    if alike:
        names = _and([runs[place].label for place in alike])
        return f"Lowest test loss: {best}, but {seeds} paired seeds do not tell {names} apart from it."
    return f"Lowest test loss: {best}, lower than every other in {seeds} paired seeds (95 %)."


def one_factor(runs: Sequence[Run]) -> str:
    """What one factor for all steps, 1 − the last rate, costs standard dropout beside inverted."""
    parts = []
    for standard, inverted in zip(runs[::2], runs[1::2], strict=True):
        mine, theirs = ends(standard, "test_loss"), ends(inverted, "test_loss")
        apart = difference(mine, theirs)
        word = f"{grouped(mine.mean() / theirs.mean(), 3)} times inverted’s"
        if not apart.told:
            word = "one seed" if apart.seeds == 1 else "not told apart"
        name = standard.label.removeprefix("standard, ")
        parts.append(f"{name}: {grouped(mine.mean(), 3)} against {grouped(theirs.mean(), 3)}, {word}")
    return f"Standard has one factor at test, 1 − its last rate; inverted needs none. Test loss, {'; '.join(parts)}."


def narrower_gap(runs: Sequence[Run]) -> str:
    """Whether noise narrows the gap between training and test accuracy."""
    gaps = [ends(run, "train_accuracy") - ends(run, "test_accuracy") for run in runs]
    apart = [difference(gaps[0], gap, len(runs) - 1) for gap in gaps[1:]]
    ways = {np.sign(each.mean) for each in apart if each.told}
    words = {
        frozenset(): "makes no difference to the gap between training and test that these runs can show",
        frozenset({1.0}): "narrows the gap between training and test",
        frozenset({-1.0}): "widens the gap between training and test",
    }.get(frozenset(ways), "changes the gap between training and test")
    beside = [
        f"{100 * gap.mean():.1f} with {run.label}" + (" (not told apart)" if ways and not each.told else "")
        for run, gap, each in zip(runs[1:], gaps[1:], apart, strict=True)
    ]
    seeds = "one seed" if len(gaps[0]) == 1 else f"{len(gaps[0])} paired seeds, 95 %"
    return f"Noise {words}: {100 * gaps[0].mean():.1f} points without, {', '.join(beside)} ({seeds})."


def many_passes(label: str, single: Floats, many: Floats, passes: int) -> str:
    """Whether the mean of many noisy passes has a lower test loss than one pass without noise; shapes (seed,)."""
    apart = difference(many, single)
    both = f"{grouped(many.mean(), 3)} against {grouped(single.mean(), 3)} ({apart.interval()})"
    if not apart.told:
        return f"{_capital(label)}: {passes} noisy passes and one without noise are not told apart, test loss {both}."
    word = "lower" if apart.mean < 0.0 else "higher"
    return f"{_capital(label)}: {passes} noisy passes have a {word} test loss than one without noise, {both}."


def wider_band(label: str, near: Floats, beyond: Floats) -> str:
    """Whether noisy passes spread more beyond the examples than at them; shapes (seed,)."""
    apart = difference(beyond, near)
    both = f"{grouped(beyond.mean(), 2)} against {grouped(near.mean(), 2)} ({apart.interval()})"
    if not apart.told:
        return (
            f"{_capital(label)}: the spread beyond the examples is not told apart from that at them, {both}."
        )
    word = "more" if apart.mean > 0.0 else "less"
    return f"{_capital(label)}: the noisy passes spread {word} beyond the examples than at them, {both}."


def _percent(fraction: float) -> str:
    return f"{grouped(100 * fraction, 2)} %" if math.isfinite(fraction) else "more than can be counted"


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
