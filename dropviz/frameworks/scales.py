"""Is the mean of an activation the same in both modes? What noise leaves of it, times the factors around it."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from dropviz.frameworks.findings import CHANGES, Finding, Place, wrong_scale
from dropviz.frameworks.passes import OUTSIDE, Event, Meeting, Pass, Passes, branches, is_mask, meetings_of
from dropviz.numbers.written import plain, with_error

CLOSE = 0.01  # relative: factors nearer than this are one
SIGMAS = 6.0
ROUNDING = 1e-5  # of a mean in float32
SMALL = 0.05  # a mean nearer to 0 than this is that of noise which is added

Lines = Mapping[str, float]  # factors by file and line


class Mean(NamedTuple):
    """The mean of noise and its error; of a mask also its ``level``, what it leaves of a survivor, in ``draws``."""

    value: float
    error: float
    level: float = 0.0
    draws: int = 1

    def error_with(self, factor: float, test: float) -> float:
        """The error of mean · factor, at least that of a mask which keeps as much as is right there.

        Where few of few draws were dropped, their own error is too small.
        """
        level = self.level * factor
        keep = test / level if level else 1.0
        return max(self.error * factor, math.sqrt(max(0.0, keep * (1.0 - keep)) / self.draws) * level)


def of_scale(place: Place, first: Sequence[Event], seen: Passes) -> Iterator[Finding]:
    """Whether the mean in training, E[noise]·factors, is the factor in evaluation."""
    noise = [one for one in meetings_of(first) if one.multiplied]
    if noise and place.call == OUTSIDE and not is_mask(noise):
        return  # it may be an activation that torch did not see come
    if noise and not all(map(_mixes, first)) and not any(event.counted for event in first):
        yield from _of_noise(place, noise, seen)
    elif not noise and any(event.rate for event in first):  # a framework's own dropout divides by keep itself
        trained, evaluated = _lines(seen.training), _lines(seen.evaluated)
        paths = _of_paths(place, seen)
        behind = _after(place, seen.first)
        mean = _by_mode(behind, seen) * own(behind, {**evaluated, **paths})
        test = own(_after(place, seen.evaluated), {**trained, **paths})
        beside = [own(lines, trained) for lines in _around(first, seen.evaluated)]
        if not any(agree(mean, one) for one in (test, *beside)):
            rates = {part for event in first if event.rate for part in (event.rate, 1.0 - event.rate)}
            yield scaled_once_more(place, mean, test, rates)


def scaled_once_more(place: Place, mean: float, test: float | None, rates: Iterable[float]) -> Finding:
    """Return that a factor stands behind a framework's own dropout: wrong if it is one of its ``rates``.

    Without ``test``, ``mean`` is relative to evaluation.
    """
    shown, test = "" if test is None else plain(test), test or 1.0
    twice = any(agree(mean * part, test) or agree(mean, test * part) for part in rates)
    change = CHANGES["scaled_twice" if twice else "one_mode"]
    return wrong_scale(place, plain(mean), shown, change, "error" if twice else "warning")


def own(lines: Lines, others: Lines) -> float:
    """The product of the factors on lines that are not among the ``others``, as of the other mode."""
    return math.prod(value for line, value in lines.items() if line not in others)


def agree(mean: float, test: float, error: float = 0.0, share: float = 1.0) -> bool:
    """Whether means are the same in both modes; ``share``: of what survives, which alone may be as at test."""
    exact = abs(mean / share - test) <= CLOSE * abs(test)
    return abs(mean - test) <= max(CLOSE * abs(test), 0.0 if exact else SIGMAS * error)


def _mixes(event: Event) -> bool:
    """Whether noise goes to one activation and 1 − noise to another, as where a state is kept or renewed.

    Or to what the two are apart, added to the one: x + noise·(y − x).
    """
    noise = [one for one in event.meetings if one.multiplied]
    if not noise or any(one.mixes for one in noise):
        return True
    seen: set[tuple[int, int, float]] = set()
    for one in noise:  # not each with each: a loop may have thousands
        rest = round((1.0 - one.mean) / ROUNDING, 0)  # NaN and infinity stay
        if any((one.count, one.drawn, rest + step) in seen for step in (-1, 0, 1)):
            return True
        seen.add((one.count, one.drawn, round(one.mean / ROUNDING, 0)))
    return False


def _of_noise(place: Place, noise: Sequence[Meeting], seen: Passes) -> Iterator[Finding]:
    """Whether noise written by hand has the mean that it must have."""
    trained, evaluated = _lines(seen.training), _lines(seen.evaluated)
    stuck = len({one.digest for one in noise}) == 1
    # a mask that comes again in its pass tells nothing new, nor does a layer that was measured once for all passes
    noise = list({
        (one.digest, 0 if stuck else one.drawn) if one.functions else one.mean: one for one in noise
    }.values())  # fmt: skip
    count = sum(one.count for one in noise)
    taken = {**evaluated, **_of_paths(place, seen)}
    factors = [own(one.scales, taken) * _by_mode(one.scales, seen) for one in noise]
    mean = sum(one.mean * factor * one.count for one, factor in zip(noise, factors, strict=True)) / count
    share, masks = 1.0, is_mask(noise)
    if masks:
        share = sum((1.0 - one.zeros) * one.count for one in noise) / count
        error = math.sqrt(share * (1.0 - share) / count) * abs(mean / share)
    else:
        spread = math.sqrt(sum((one.mean - mean) ** 2 + one.spread**2 for one in noise) / len(noise))
        error = spread / math.sqrt(count)
        if abs(mean) <= max(SIGMAS * error, SMALL):
            return
    used = {line for one in noise for line in one.scales}
    behind = [own(lines, {**taken, **dict.fromkeys(used, 1.0)}) for lines in _around(noise, seen.training)]
    tests = [
        own({**lines, **_behind(place, seen.evaluated)}, trained) for lines in _around(noise, seen.evaluated)
    ]
    if any(one.added for one in noise):  # or at test a part of x, and of x with the path, as by zoneout
        lines = {line: value for each in _around(noise, seen.evaluated) for line, value in each.items()}
        tests += [value for line, value in lines.items() if line not in trained]
    level = mean / share
    found = Mean(mean, error, level if masks else 0.0, count)
    if any(
        agree(mean * more, test, found.error_with(more, test), share)
        for more in (1.0, *behind)
        for test in tests
    ):
        return
    if any(
        agree(
            mean * by.value * more,
            test,
            math.hypot(found.error_with(by.value * more, test), by.error_with(mean * more, test)),
            share,
        )
        for by in _nested(place, noise, seen)
        for more in (1.0, *behind)
        for test in tests
        if used or more != 1.0
    ):
        return
    unscaled = any(agree(level, test) for test in tests)
    left_out = unscaled and masks and all(map(_whole, noise))
    # As SpecAugment masks its input.
    meant = unscaled and any(one.bands or (one.assigned and place.call == OUTSIDE) for one in noise)
    yield wrong_scale(
        place,
        with_error(mean, error),
        plain(tests[0]) if noise[0].functions else "",  # else a layer was compared with itself
        CHANGES["masked" if meant else "left_out" if left_out else "wrong_scale"],
        "warning" if meant or left_out else "error",
    )


def _by_mode(lines: Lines, seen: Passes) -> float:
    """The product of factors that one line of the code has in training, relative to those it has in evaluation."""
    product = 1.0
    for line, value in lines.items():
        first, at_test = (
            set().union(*(each.factors.get(line, set()) for each in part))
            for part in (seen.training, seen.evaluated)
        )
        if first == {value} and len(at_test) == 1 and 0.0 not in at_test:
            product *= value / min(at_test)
    return product


def _nested(place: Place, noise: Sequence[Meeting], seen: Passes) -> Iterator[Mean]:
    """The mean of noise around this one, that skips the path of both, or inside: its factors may stand here too."""
    around = {one.within for one in noise}
    for other, events in _by_place(seen).items():
        found = [one for one in meetings_of(events) if one.multiplied]
        if other in around or any(one.within == place for one in found):
            mean = sum(one.mean for one in found) / len(found)
            error = math.sqrt(sum((one.mean - mean) ** 2 for one in found)) / len(found)
            alive = sum((1.0 - one.zeros) * one.count for one in found) if is_mask(found) else 0.0
            count = sum(one.count for one in found)
            yield Mean(mean, error, mean * count / alive if alive else 0.0, count)


def _by_place(seen: Passes) -> dict[Place, list[Event]]:
    """What happened at each place in training."""
    events: dict[Place, list[Event]] = {}
    for each in seen.training:
        for place, event in each.events.items():
            events.setdefault(place, []).append(event)
    return events


def _whole(noise: Meeting) -> bool:
    """Whether a mask leaves out an input of the network, which reaches the output along no other way."""
    return noise.given is not None and not noise.given.forked


# ---- the factors ----------------------------------------------------------------------------------------------------


def _lines(passes: Sequence[Pass]) -> dict[str, float]:
    """The factors by which code multiplies, by its line."""
    return {line: value for each in passes for lines in each.scales.values() for line, value in lines.items()}


def _after(place: Place, passes: Sequence[Pass]) -> Lines:
    """The factors by which the output of a framework's own dropout is multiplied."""
    return next((each.after[place] for each in passes if place in each.after), {})


def _behind(place: Place, passes: Sequence[Pass]) -> Lines:
    """The factors by which the output of the module of a place is multiplied."""
    return {
        line: value
        for each in passes
        if place.path
        for line, value in each.branch.get(place.path, {}).items()
    }


def _of_paths(place: Place, seen: Passes) -> Lines:
    """The factors of paths that are skipped at random around a place: they are for the path, not for the place."""
    return {
        line: value
        for path in branches(seen.training)
        if place.path == path or place.path.startswith(f"{path}.")
        for each in (*seen.training, *seen.evaluated)
        for line, value in each.branch.get(path, {}).items()
    }


def _around(noise: Sequence[Meeting | Event], passes: Sequence[Pass]) -> list[Lines]:
    """The factors in the functions where noise meets activations; then in those that call them, and in their modules.

    The mask may be drawn in a function of its own, and the factor stand where that is called, or beside.
    """
    chains = [one.functions for one in noise]
    inside = {name.partition("|")[0] for functions in chains for name in functions[:1]}
    modules = {name for each in passes for name in each.scales if name.partition("|")[0] in inside}
    callers = [
        {name for functions in chains for name in functions[: depth + 1]}
        for depth in range(max(1, *map(len, chains)))
    ]
    return [
        {line: value for each in passes for name in some for line, value in each.scales.get(name, {}).items()}
        for some in (*callers, modules | callers[-1])
    ]
