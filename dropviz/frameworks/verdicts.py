"""What the passes of a network say: where random numbers enter, and what is wrong there."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from dropviz.frameworks.branches import of_branches
from dropviz.frameworks.findings import CHANGES, Finding, Place, said_of
from dropviz.frameworks.passes import (
    CHOICES,
    KEPT,
    NORMAL,
    OUTSIDE,
    Event,
    Meeting,
    Pass,
    Passes,
    is_mask,
    meetings_of,
    perhaps_skipped,
)
from dropviz.frameworks.scales import of_scale
from dropviz.numbers.checks import AnyFloats

FEW = 400  # draws of a mask: with fewer, more passes are made
SIGMAS = 6.0
AROUND_ONE = 0.25  # a mean so near to 1 is that of noise in place of dropout
CERTAIN = 20.0  # −log of the probability that all survive by chance: above, the mask is gone


def few_draws(passes: Sequence[Pass]) -> bool:
    """Whether a mask, or a branch that is skipped at random, was drawn too few times to tell its factor."""
    counts: dict[Place, int] = {}
    for each in passes:
        for place, event in each.events.items():
            for meeting in {one.digest: one for one in event.meetings}.values():
                if meeting.multiplied and place.call != KEPT:
                    counts[place] = counts.get(place, 0) + meeting.count
    return any(count < FEW for count in counts.values()) or bool(perhaps_skipped(passes))


def draws_alike(evaluated: Sequence[Pass]) -> bool:
    """Whether something is drawn in evaluation and two passes are the same all the same, as by few draws."""
    drawn = any(event.acting and event.rate is None for event in evaluated[0].events.values())
    return len(evaluated) == 2 and drawn and _same(evaluated[0].result, evaluated[1].result)


def factors_differ(seen: Passes) -> bool:
    """Whether a place has other factors in training than in evaluation."""
    return any(
        list(of_scale(place, first, seen))
        for place, (first, evaluated, _) in events_of(seen).items()
        if not _is_used(evaluated)
    )


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
        is_meant = place.among(declared)
        if _left_on(evaluated, bool(unequal)):
            located = True
            if not is_meant:
                yield _of_left_on(place, evaluated, hints)
        yield from _of_training(place, (first, again), seen, hints)
        if not is_meant and not _is_used(evaluated):
            yield from of_scale(place, first, seen)
    skipped = list(of_branches(kinds, seen, declared, hints))
    yield from skipped
    located = located or any(finding.kind == "left_on" for finding in skipped)
    if unequal and not located and declared is not None:
        path = _innermost(kinds, unequal[0])
        place = Place(path, kinds.get(path, ""), "", "")
        if not place.among(declared):
            yield Finding(
                "left_on", "error", str(place), "two passes in evaluation differ",
                f"Something is random in evaluation: {hints['']}.",
            )  # fmt: skip
    if any(np.isnan(each).any() for one in (*seen.training, *seen.evaluated) for each in one.result):
        yield Finding(
            "not_a_number", "warning", "the model", "an output holds NaN",
            "The network returns NaN: what dropout does to its outputs cannot be told.",
        )  # fmt: skip


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
    changes = len({frozenset(event.states) for part in three for event in part if event.states}) > 1
    return changes or (is_mask(meetings_of(three[0])) and not three[1])


def _acting(events: Sequence[Event]) -> bool:
    return any(event.acting for event in events)


def _is_used(events: Sequence[Event]) -> bool:
    """Whether a framework's own dropout acts, or what is drawn meets anything."""
    return any(event.acting and (event.rate is not None or event.meetings) for event in events)


def _same(one: Sequence[AnyFloats], other: Sequence[AnyFloats]) -> bool:
    return len(one) == len(other) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-5, atol=1e-7, equal_nan=True)
        for a, b in zip(one, other, strict=True)
    )


# ---- left on --------------------------------------------------------------------------------------------------------


def _left_on(evaluated: Sequence[Event], unequal: bool) -> bool:
    if not _acting(evaluated):
        return False
    own = any(event.rate for event in evaluated)  # torch's own dropout; what is drawn must reach the output
    return own or is_mask(meetings_of(evaluated)) or unequal


def _of_left_on(place: Place, evaluated: Sequence[Event], hints: Mapping[str, str]) -> Finding:
    rates = [event.rate for event in evaluated if event.rate]
    if rates:
        layer = any(event.own_layer for event in evaluated)
        whose = "a layer’s " if layer else ""
        return Finding(
            "left_on", "error", str(place), f"{whose}{place.call} acts in evaluation at rate {max(rates):g}",
            f"Dropout stays on in evaluation: {hints.get('layer' if layer else place.call, hints[''])}.",
        )  # fmt: skip
    noise = meetings_of(evaluated)
    sure = not any(event.counted for event in evaluated) and any(
        (one.selects and place.call not in NORMAL)
        or (one.multiplied and (one.zeros or _is_in_place_of_dropout(one)))
        for one in noise
        if place.call not in CHOICES or one.selects or is_mask(noise)
    )
    return Finding(
        "left_on", "error" if sure else "warning", str(place), f"{place.call} is drawn in evaluation",
        f"Noise stays on in evaluation: {hints['']}, unless this network is meant to draw at test.",
    )  # fmt: skip


def _is_in_place_of_dropout(noise: Meeting) -> bool:
    """Whether it changes what comes on average; a time or a share is one number an example, drawn from 0 on."""
    if noise.each:
        return abs(noise.mean) > SIGMAS * noise.spread / math.sqrt(noise.count)
    return abs(noise.mean - 1.0) < AROUND_ONE


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
    elif used and _stuck(place, first, seen):
        yield Finding(
            "stuck_mask", "error", str(place), "the same mask in every pass",
            CHANGES["stuck_mask"],
        )  # fmt: skip
    rates = [event.rate for event in first if event.rate]
    learns = _off(place, seen.first[0])
    if rates and not used and learns is not None:
        if learns:
            yield Finding(
                "no_effect", "warning", str(place), f"{place.call} at rate {max(rates):g} does not act in training",
                CHANGES["part_off"],
            )  # fmt: skip
    elif rates and not used:
        yield Finding(
            "no_effect", "error", str(place), f"{place.call} at rate {max(rates):g} is off in training",
            f"Dropout is asked for, and off in training as well: {hints.get(place.call, hints[''])}.",
        )  # fmt: skip
    if used and rates and min(rates) >= 1.0:
        yield Finding(
            "wrong_rate", "warning", str(place), f"{place.call} at rate 1",
            CHANGES["all_dropped"],
        )  # fmt: skip
    unused = [event for event in first if event.unused and event.unused == event.calls]
    if unused and len(unused) == len(first):
        still = _same(seen.first[0].result, seen.first[1].result)
        yield Finding(
            "no_effect", "error" if still else "warning", str(place), f"nothing uses what {place.call} returns",
            CHANGES["thrown"],
        )  # fmt: skip


def _off(place: Place, trained: Pass) -> bool | None:
    """Whether the weights learn of the part around a place that stays in evaluation; None where there is no such."""
    around = [learns for path, learns in trained.off.items() if path and place.among([path])]
    return any(around) if around else None


def is_missing(first: Sequence[Pass], again: Sequence[Pass]) -> bool:
    """Whether a place that acts in each of the first passes is in none of those after the evaluation, or keeps all."""
    always = set.intersection(
        *({place for place, event in each.events.items() if event.acting} for each in first)
    )
    return any(
        not found or _keeps_all([each.events[place] for each in first], found)
        for place in always
        for found in [[each.events[place] for each in again if place in each.events]]
    )


def _lost(first: Sequence[Event], again: Sequence[Event], passes: int) -> bool:
    """Whether what acted before an evaluation does not after it; a mask that keeps all does not, unless by chance."""
    if not again:
        return len(first) == passes and not _cached(first)
    if not _acting(again):
        return True
    if not _keeps_all(first, again):
        return False
    noise = meetings_of(first)
    lost = sum(one.zeros * one.count for one in noise) / sum(one.count for one in noise)
    draws = sum(one.count for one in meetings_of(again))
    return -draws * math.log1p(-lost) > CERTAIN


def _keeps_all(first: Sequence[Event], again: Sequence[Event]) -> bool:
    """Whether a mask drops something in the ``first`` passes and nothing in those after the evaluation."""
    kept = meetings_of(again)
    return bool(kept) and is_mask(meetings_of(first)) and all(one.zeros == 0.0 for one in kept)


def _cached(first: Sequence[Event]) -> bool:
    numbers = {meeting.drawn for meeting in meetings_of(first)}
    return len(numbers) == 1 and len(first) > 1


def _stuck(place: Place, first: Sequence[Event], seen: Passes) -> bool:
    """Whether all passes in training have one mask: drawn once, or from a generator that is always at one state."""
    if len(seen.first) < 2:
        return False
    noise = meetings_of(first)
    if noise:
        passes = [tuple(one.digest for one in event.meetings) for event in first if event.meetings]
        varied = any(0.0 < one.zeros < 1.0 and one.count > 8 for one in noise)
        varied = varied and (place.call not in (OUTSIDE, KEPT) or is_mask(noise))
        return varied and len(passes) > 1 and len(set(passes)) == 1
    states = [tuple(event.states) for event in first if event.rate]
    return len(states) > 1 and len(set(states)) == 1 and bool(states[0]) and all(states[0])
