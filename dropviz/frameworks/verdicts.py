"""What the passes of a network say: where random numbers enter, and what is wrong there."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from dropviz.frameworks.findings import CHANGES, Finding, Place, said_of, wrong_scale
from dropviz.frameworks.passes import KEPT, OUTSIDE, Event, Meeting, Pass, Passes
from dropviz.numbers.checks import AnyFloats
from dropviz.numbers.written import plain, with_error

FEW = 400  # draws of a mask: with fewer, more passes are made
CLOSE = 0.01  # relative: factors nearer than this are one
SIGMAS = 6.0
LEVEL = 1e-3  # relative spread of what survives: below, it is a mask


def few_draws(passes: Sequence[Pass]) -> bool:
    """Whether a mask, or a branch that is skipped at random, was drawn too few times to tell its factor."""
    counts: dict[Place, int] = {}
    for each in passes:
        for place, event in each.events.items():
            for meeting in event.meetings:
                if meeting.multiplied and place.call != KEPT:
                    counts[place] = counts.get(place, 0) + meeting.count
    return any(count < FEW for count in counts.values()) or bool(branches(passes))


def places_of(seen: Passes) -> Iterator[Mapping[str, Any]]:
    """Every place where random numbers enter, and when."""
    for place, (first, evaluated, _) in events_of(seen).items():
        acts = [name for name, part in (("training", first), ("evaluation", evaluated)) if _acting(part)]
        rates = [event.rate for event in (*first, *evaluated) if event.rate is not None]
        yield said_of(place, place.call, rates, acts)


def findings_of(
    kinds: Mapping[str, str], seen: Passes, declared: Sequence[str] | None, hints: Mapping[str, str]
) -> Iterator[Finding]:
    """All that is wrong.

    ``kinds``: the class of each module, by its path. ``declared``: the paths where randomness in evaluation is meant,
    None for all. ``hints``: how a call is made to follow the mode, by its name, and under "" any other.
    """
    events = events_of(seen)
    pairs = zip(seen.evaluated[::2], seen.evaluated[1::2], strict=True)
    unequal = [pair for pair in pairs if not _same(pair[0].result, pair[1].result)]
    located = False
    for place, (first, evaluated, again) in events.items():
        is_meant = meant(place, declared)
        if _left_on(evaluated, bool(unequal)):
            located = True
            if not is_meant:
                yield _of_left_on(place, evaluated, hints)
        yield from _of_training(place, (first, again), seen, hints)
        if not is_meant and not _acting(evaluated):
            yield from _of_scale(place, first, seen)
    skipped = list(_of_branches(kinds, seen, declared, hints))
    yield from skipped
    located = located or any(finding.kind == "left_on" for finding in skipped)
    if unequal and not located and declared is not None:
        path = _innermost(kinds, unequal[0])
        if path not in declared:
            yield Finding(
                "left_on", "error", f"{path or 'the model'} ({kinds.get(path, '')})", "two passes in evaluation differ",
                f"Something is random in evaluation: {hints['']}.",
            )  # fmt: skip
    if any(np.isnan(each).any() for one in (*seen.training, *seen.evaluated) for each in one.result):
        yield Finding(
            "not_a_number", "warning", "the model", "an output holds NaN",
            "The network returns NaN: what dropout does to its outputs cannot be told.",
        )  # fmt: skip


def meant(place: Place, declared: Sequence[str] | None) -> bool:
    """Whether what is random at a place is declared to be so in evaluation as well."""
    return declared is None or any(
        place.path == path or place.path.startswith(f"{path}.") for path in declared
    )


# ---- events ---------------------------------------------------------------------------------------------------------

Three = tuple[list[Event], list[Event], list[Event]]


def events_of(seen: Passes) -> dict[Place, Three]:
    """What happened at each place, pass by pass, in the three parts; places whose numbers never change are left out."""
    found: dict[Place, Three] = {}
    for at, part in enumerate(seen):
        for each in part:
            for place, event in each.events.items():
                found.setdefault(place, ([], [], []))[at].append(event)
    return {
        place: three for place, three in found.items() if place.call not in (OUTSIDE, KEPT) or _tells(three)
    }


def _tells(three: Three) -> bool:
    """Whether numbers that were not seen drawn are noise: they change, or are a mask of training alone."""
    changes = len({tuple(event.states) for part in three for event in part if event.states}) > 1
    return changes or (_is_mask(_meetings(three[0])) and not three[1])


def _acting(events: Sequence[Event]) -> bool:
    return any(event.acting for event in events)


def _same(one: Sequence[AnyFloats], other: Sequence[AnyFloats]) -> bool:
    return len(one) == len(other) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-5, atol=1e-7, equal_nan=True)
        for a, b in zip(one, other, strict=True)
    )


def _meetings(events: Sequence[Event]) -> list[Meeting]:
    return [meeting for event in events for meeting in event.meetings]


def _is_mask(meetings: Sequence[Meeting]) -> bool:
    """Whether noise is a mask: zeros, and survivors of one size."""
    return (
        bool(meetings)
        and all(
            one.multiplied and one.level and one.spread <= LEVEL * abs(one.level)
            for one in meetings
            if one.zeros < 1.0
        )
        and any(0.0 < one.zeros < 1.0 for one in meetings)
    )


# ---- left on --------------------------------------------------------------------------------------------------------


def _left_on(evaluated: Sequence[Event], unequal: bool) -> bool:
    if not _acting(evaluated):
        return False
    own = any(event.rate for event in evaluated)  # torch's own dropout; what is drawn must reach the output
    return own or _is_mask(_meetings(evaluated)) or unequal


def _of_left_on(place: Place, evaluated: Sequence[Event], hints: Mapping[str, str]) -> Finding:
    rates = [event.rate for event in evaluated if event.rate]
    if rates:
        return Finding(
            "left_on", "error", str(place), f"{place.call} acts in evaluation at rate {max(rates):g}",
            f"Dropout stays on in evaluation: {hints.get(place.call, hints[''])}.",
        )  # fmt: skip
    noise = _meetings(evaluated)
    sure = any(
        one.selects or (one.multiplied and abs(one.mean) > SIGMAS * one.spread / math.sqrt(one.count))
        for one in noise
    )
    return Finding(
        "left_on", "error" if sure else "warning", str(place), f"{place.call} is drawn in evaluation",
        f"Noise stays on in evaluation: {hints['']}, unless this network is meant to draw at test.",
    )  # fmt: skip


def _innermost(kinds: Mapping[str, str], pair: tuple[Pass, Pass]) -> str:
    """The module, deepest and first, whose output differs between two passes in evaluation."""
    one, other = (each.outputs for each in pair)
    paths = [path for path in kinds if one.get(path) != other.get(path)]
    first = [
        path
        for path in paths
        if not any(longer.startswith(f"{path}.") or not path for longer in paths if longer != path)
    ]
    return first[0] if first else ""


# ---- in training ----------------------------------------------------------------------------------------------------


def _of_training(
    place: Place, events: tuple[list[Event], list[Event]], seen: Passes, hints: Mapping[str, str]
) -> Iterator[Finding]:
    first, again = events
    used = _acting(first)
    if used and _lost(first, again, len(seen.first)):
        yield Finding(
            "lost_after_eval", "error", str(place), f"{place.call} acts before an evaluation, and not after it",
            CHANGES["lost_after_eval"],
        )  # fmt: skip
    elif used and _stuck(first, seen):
        yield Finding(
            "stuck_mask", "error", str(place), "the same mask in every pass",
            CHANGES["stuck_mask"],
        )  # fmt: skip
    rates = [event.rate for event in first if event.rate]
    if rates and not used:
        yield Finding(
            "no_effect", "error", str(place), f"{place.call} at rate {max(rates):g} is off in training",
            f"Dropout is asked for, and off in training as well: {hints.get(place.call, hints[''])}.",
        )  # fmt: skip
    unused = [event for event in first if event.unused and event.unused == event.calls]
    if unused and len(unused) == len(first):
        still = _same(seen.first[0].result, seen.first[1].result)
        yield Finding(
            "no_effect", "error" if still else "warning", str(place), f"nothing uses what {place.call} returns",
            CHANGES["thrown"],
        )  # fmt: skip


def is_missing(first: Sequence[Pass], again: Sequence[Pass]) -> bool:
    """Whether a place that acts in each of the first passes is in none of those after the evaluation."""
    met = {place for each in again for place in each.events}
    always = set.intersection(
        *({place for place, event in each.events.items() if event.acting} for each in first)
    )
    return bool(always - met)


def _lost(first: Sequence[Event], again: Sequence[Event], passes: int) -> bool:
    """Whether what acted before an evaluation does not act after it; a mask that keeps all does not."""
    if not again:
        return len(first) == passes and not _cached(first)
    kept = _meetings(again)
    return not _acting(again) or (
        _is_mask(_meetings(first)) and bool(kept) and all(one.zeros == 0.0 for one in kept)
    )


def _cached(first: Sequence[Event]) -> bool:
    numbers = {meeting.drawn for meeting in _meetings(first)}
    return len(numbers) == 1 and len(first) > 1


def _stuck(first: Sequence[Event], seen: Passes) -> bool:
    """Whether all passes in training have one mask: drawn once, or from a generator that is always at one state."""
    if len(seen.first) < 2:
        return False
    noise = _meetings(first)
    if noise:
        passes = [tuple(one.digest for one in event.meetings) for event in first if event.meetings]
        varied = any(0.0 < one.zeros < 1.0 and one.count > 8 for one in noise)
        return varied and len(passes) > 1 and len(set(passes)) == 1
    states = [tuple(event.states) for event in first if event.rate]
    return len(states) > 1 and len(set(states)) == 1 and bool(states[0]) and all(states[0])


# ---- scale ----------------------------------------------------------------------------------------------------------


def _of_scale(place: Place, first: Sequence[Event], seen: Passes) -> Iterator[Finding]:
    """Whether the mean in training, E[noise]·factors, is the factor in evaluation."""
    trained, evaluated = _lines(seen.training), _lines(seen.evaluated)
    noise = [one for one in _meetings(first) if one.multiplied]
    if noise and place.call == OUTSIDE and not _is_mask(noise):
        return  # it may be an activation that torch did not see come
    if noise and not all(map(_mixes, first)):
        yield from _of_noise(place, noise, evaluated, _at_test(place, noise, seen, trained))
    elif not noise and any(event.rate for event in first):  # torch's own dropout divides by keep itself
        before, test = _after(place, seen.first), _after(place, seen.evaluated)
        yield from _judged(place, _own(before, evaluated), 0.0, _own(test, trained))


def _mixes(event: Event) -> bool:
    """Whether noise goes to one activation and 1 − noise to another, as where a state is kept or renewed."""
    means = {(one.count, one.drawn, round(one.mean, 6)) for one in event.meetings if one.multiplied}
    return not means or any((count, drawn, round(1.0 - mean, 6)) in means for count, drawn, mean in means)


def _of_noise(
    place: Place, noise: Sequence[Meeting], evaluated: Mapping[str, float], test: float
) -> Iterator[Finding]:
    """Whether noise written by hand has the mean that it must have, ``test``."""
    noise = list({one.digest: one for one in noise}.values())  # a mask that comes again tells nothing new
    count = sum(one.count for one in noise)
    factors = [_own(one.scales, evaluated) for one in noise]
    mean = sum(one.mean * factor * one.count for one, factor in zip(noise, factors, strict=True)) / count
    if _is_mask(noise):
        share = sum((1.0 - one.zeros) * one.count for one in noise) / count
        error = math.sqrt(share * (1.0 - share) / count) * abs(mean / share)
        # what survives is as at test, so all together are less
        as_at_test = abs(mean / share - test) <= CLOSE * abs(test)
        yield from _judged(place, mean, 0.0 if as_at_test else error, test)
        return
    spread = math.sqrt(sum((one.mean - mean) ** 2 + one.spread**2 for one in noise) / len(noise))
    error = spread / math.sqrt(count)
    if abs(mean) > SIGMAS * error and abs(mean) > 0.05:
        yield from _judged(place, mean, error, test)


def _lines(passes: Sequence[Pass]) -> dict[str, float]:
    """The factors by which code multiplies, by its line."""
    return {line: value for each in passes for lines in each.scales.values() for line, value in lines.items()}


def _after(place: Place, passes: Sequence[Pass]) -> Mapping[str, float]:
    """The factors by which the output of torch's own dropout is multiplied."""
    return next((each.after[place] for each in passes if place in each.after), {})


def _own(lines: Mapping[str, float], others: Mapping[str, float]) -> float:
    """The product of the factors on lines that the other mode does not run."""
    return math.prod(value for line, value in lines.items() if line not in others)


def _at_test(place: Place, noise: Sequence[Meeting], seen: Passes, trained: Mapping[str, float]) -> float:
    """The factors that only code in evaluation has: in the function of the mask, or applied to its module's output."""
    functions = {one.function for one in noise}
    found: dict[str, float] = {}
    for each in seen.evaluated:
        for function, lines in each.scales.items():
            if function in functions:
                found |= lines
        found |= each.branch.get(place.path, {}) if place.path else {}
    return _own(found, trained)


def _judged(place: Place, mean: float, error: float, test: float) -> Iterator[Finding]:
    if abs(mean - test) <= max(CLOSE * abs(test), SIGMAS * error):
        return
    yield wrong_scale(place, with_error(mean, error), plain(test))


# ---- branches that are skipped at random ----------------------------------------------------------------------------


def branches(passes: Sequence[Pass]) -> dict[str, float]:
    """Modules that some passes call and others do not, the outermost ones, and the share of passes that call them.

    One whose inputs change their shape is chosen by its inputs, as an expert is, and no path that is dropped; no more
    is one of several of which every pass takes as many, as of heads that take turns.
    """
    paths = {path for each in passes for path in each.called}
    shares = {path: sum(path in each.called for each in passes) / len(passes) for path in paths}
    some = {path: share for path, share in shares.items() if share < 1.0}
    routed = {path for path in some if len(set().union(*(each.shapes.get(path, ()) for each in passes))) > 1}
    beside: dict[str, list[str]] = {}
    for path in some:
        beside.setdefault(path.rpartition(".")[0], []).append(path)
    for parts in beside.values():
        taken = {sum(path in each.called for path in parts) for each in passes}
        routed |= set(parts) if len(taken) == 1 else set()
    return {
        path: share
        for path, share in some.items()
        if path not in routed
        if not any(path.startswith(f"{outer}.") for outer in some if outer and outer != path)
    }


def _of_branches(
    kinds: Mapping[str, str], seen: Passes, declared: Sequence[str] | None, hints: Mapping[str, str]
) -> Iterator[Finding]:
    """Paths that are dropped whole, by an if: their mean output must be the same in both modes."""
    passes = len(seen.training)
    for path, share in branches(seen.training).items():
        place = Place(path, kinds.get(path, ""), "", "a path that is skipped at random")
        at_test = [path in each.called for each in seen.evaluated]
        if any(at_test) and not all(at_test) and not meant(place, declared):
            yield Finding(
                "left_on", "error", str(place), f"{at_test.count(False)} of {len(at_test)} passes in evaluation",
                f"Paths are skipped in evaluation too: {hints['']}.",
            )  # fmt: skip
        if not all(at_test):
            continue
        lines = [each.branch.get(path, {}) for each in seen.training if path in each.called]
        behind = seen.evaluated[0].branch.get(path, {})
        train, test = _own(lines[0], behind), _own(behind, lines[0])
        error = math.sqrt(share * (1.0 - share) / passes) * train
        exact = abs(train - test) <= CLOSE * abs(test)
        yield from _judged(place, share * train, 0.0 if exact else error, test)
