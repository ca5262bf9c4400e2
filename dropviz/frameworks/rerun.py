"""What a layer's own noise does to its activations: it is run again and again on one input, with and without noise.

Where the noise is a mask, an activation is either lost or times one number, and elsewhere the mean is compared::

    mask      noisy is u or v, and still = t·u + (1 − t)·v with one t everywhere    E[u] = t, else E / still is not 1
    affine    still(−x) = 2·still(0) − still(x), and so on    E = ⟨noisy − still(0), d⟩ / |d|², d = still(x) − still(0)

Both see nothing but the layer's own noise: what it calls runs as in evaluation.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from dropviz.frameworks.passes import Meeting
from dropviz.numbers.checks import AnyFloats

TIMES, FEWER, LARGE = 64, 12, 1_000_000  # how often it runs; of large inputs, in values, fewer times
HIDDEN = 24  # runs after which what is not seen to draw is taken to draw nothing
EQUAL = 1e-3  # relative: numbers nearer than this are one
FEWEST = 8  # numbers of a result that are not 0
MIXED = 9.0  # times its variance: what a mean over passes may be off a factor
CHANCE = 0.05  # what a share of neighbours may be off by chance
EXACT = 1e-4  # relative error of an affine layer

# A layer: whether its noise is on, and its input → the arrays that it hands to its parts, in turn, and its output.
Layer = Callable[[bool, AnyFloats], Sequence[AnyFloats]]


def measured(layer: Layer, given: AnyFloats) -> Meeting | None:
    """What an activation is multiplied by where the noise of ``layer`` meets it; None where that cannot be told."""
    still = layer(False, given)
    again = layer(False, given)
    if not _alike(still, again) or not all(np.isfinite(one).all() for one in still):
        return None
    noisy = [layer(True, given) for _ in range(TIMES if given.size * len(still) < LARGE else FEWER)]
    skips = any(len(one) != len(still) for one in noisy)
    if skips:
        still, noisy = still[-1:], [one[-1:] for one in noisy]
    for at, base in enumerate(still):
        samples = [one[at] for one in noisy]
        if any(one.shape != base.shape or not np.isfinite(one).all() for one in samples):
            return None
        if any(not np.allclose(one, base, rtol=EQUAL, atol=1e-7) for one in samples):
            if all(np.array_equal(one, samples[0]) for one in samples):
                return _fixed(base, samples[0])
            found = _mask(base, np.stack(samples))
            if found is not None and _alike([base], [given]) and not _drops(samples):
                return None  # another input in place of what goes through, as a picture that is turned
            if found is not None:
                found.skips = skips
            return found or _affine(layer, given, base, samples, at)
    return None


def hidden_mask(layer: Layer, given: AnyFloats) -> tuple[Meeting | None, Meeting | None]:
    """What the mask does of a layer that is not seen to draw: one that it keeps, or one from a generator of its own."""
    still, first = layer(False, given)[-1], layer(True, given)[-1]
    if all(np.array_equal(layer(True, given)[-1], first) for _ in range(HIDDEN - 1)):
        return (None if still.shape != first.shape else _fixed(still, first)), None
    found = measured(layer, given)
    return None, found if found is not None and found.zeros else None  # else it may count its passes


def factor(layer: Layer, given: AnyFloats) -> float:
    """What the output of ``layer`` is multiplied by with its noise on, where that is one number; else 1."""
    still, other = layer(False, given)[-1], layer(True, given)[-1]
    there = np.abs(still) > EQUAL * np.abs(still).max(initial=0.0)
    if still.shape != other.shape or there.sum() < FEWEST:
        return 1.0
    ratio = other[there] / still[there]
    level = float(np.median(ratio))
    return level if np.allclose(other, level * still, rtol=EQUAL, atol=EQUAL * np.abs(still).max()) else 1.0


def differs(layer: Layer, given: AnyFloats, noises: tuple[bool, bool]) -> bool:
    """Whether ``layer`` returns two things for one input, its noise on or off as said for each."""
    one, other = (layer(noise, given) for noise in noises)
    return not _alike(one[-1:], other[-1:])


def vanishes(layer: Layer, given: AnyFloats) -> bool:
    """Whether the noise of ``layer`` is gone where its input is 0, so that it is multiplied and not added."""
    nothing = np.zeros_like(given)
    outputs = [layer(True, nothing)[-1] for _ in range(3)]
    return all(np.allclose(one, outputs[0], rtol=EQUAL, atol=1e-7) for one in outputs)


def _alike(one: Sequence[AnyFloats], other: Sequence[AnyFloats]) -> bool:
    return len(one) == len(other) and all(
        a.shape == b.shape and np.allclose(a, b, rtol=1e-5, atol=1e-7)
        for a, b in zip(one, other, strict=True)
    )


def _drops(samples: Sequence[AnyFloats]) -> bool:
    """Whether every value that changes from pass to pass is 0 in one."""
    passes = np.abs(np.stack(samples))
    low, high = passes.min(axis=0), passes.max(axis=0)
    return bool((low[high > low * (1.0 + EQUAL)] <= EQUAL * high.max(initial=0.0)).all())


def _spans(kept: NDArray[np.bool_], varied: NDArray[np.bool_]) -> bool:
    """Whether neighbours are lost together more often than by chance, and not always, as in bands.

    ``kept``: pass by pass, of those that ``varied``.
    """
    whole, share = np.zeros((len(kept), *varied.shape), bool), float(kept.mean())
    whole[:, varied] = kept
    for axis in range(1, varied.ndim):
        places = np.moveaxis(varied, axis, 0)
        there, passes = places[1:] & places[:-1], np.moveaxis(whole, axis + 1, 1)
        alike = (passes[:, 1:] == passes[:, :-1])[:, there].mean() if there.any() else 1.0
        if share**2 + (1.0 - share) ** 2 + CHANCE < alike < 1.0 - EQUAL:
            return True
    return False


def _mask(base: AnyFloats, samples: AnyFloats) -> Meeting | None:
    """A mask, of the activations themselves or of what is added to others, as by a path that is dropped."""
    low, high = samples.min(axis=0), samples.max(axis=0)
    apart = high - low
    varied = apart > EQUAL * np.maximum(np.abs(low), np.abs(high)).max(initial=0.0)
    if varied.sum() < FEWEST:
        return None
    base, samples, low, apart = base[varied], samples[:, varied], low[varied], apart[varied]
    at, where = (
        (samples - low) / apart,
        (base - low) / apart,
    )  # 0 at the lower, 1 at the higher of two numbers
    if not (np.minimum(np.abs(at), np.abs(at - 1.0)) <= EQUAL).all():
        return None
    near = np.maximum(
        where, 1.0 - where
    )  # where the still one is between the other number and the nearer one
    level = float(np.median(near))
    if not (np.abs(near - level) <= EQUAL * 10.0).all():
        return None
    is_near = (at > 0.5) == (where > 0.5)
    lost_is_near = (
        np.abs(np.where(where > 0.5, low + apart, low)).sum()
        < np.abs(np.where(where > 0.5, low, low + apart)).sum()
    )
    kept, part = (~is_near, 1.0 - level) if lost_is_near and level < 1.0 - EQUAL else (is_near, level)
    share = float(kept.mean())
    # masks that are shared have fewer draws than values: as many as the passes differ by
    spread = float(kept.mean(axis=1).std(ddof=1)) / math.sqrt(len(kept))
    draws = (
        kept[0].size if spread == 0.0 else min(kept.size, max(1, round(share * (1.0 - share) / spread**2)))
    )
    found = _meeting(share / part, 1.0 - share, 1.0 / part, 0.0, draws)
    found.bands = _spans(kept, varied)
    return found


def _fixed(base: AnyFloats, noisy: AnyFloats) -> Meeting | None:
    """One mask, the same in every pass."""
    there = np.abs(base) > EQUAL * np.abs(base).max(initial=0.0)
    ratio = noisy[there] / base[there]
    alive = ratio[ratio != 0.0]
    level = float(np.median(alive)) if alive.size else 0.0
    if not FEWEST <= alive.size < ratio.size or not (np.abs(alive - level) <= EQUAL * abs(level)).all():
        return None
    share = alive.size / ratio.size
    return _meeting(level * share, 1.0 - share, level, 0.0, ratio.size)


def _affine(
    layer: Layer, given: AnyFloats, base: AnyFloats, samples: Sequence[AnyFloats], at: int
) -> Meeting | None:
    rolled = np.roll(given.ravel(), 1).reshape(given.shape)
    zero, minus, other, both = (
        layer(False, one)[at] for one in (np.zeros_like(given), -given, rolled, given + rolled)
    )
    size = np.abs(base - zero).max(initial=0.0)
    errors = (minus + base - 2.0 * zero, both - base - other + zero)
    if base.size < FEWEST or not size or max(np.abs(one).max() for one in errors) > EXACT * size:
        return None
    part = (base - zero).ravel()
    noisy = np.stack([(one - zero).ravel() for one in samples])
    factors = noisy @ part / (part @ part)
    mean, spread = float(factors.mean()), float(factors.std(ddof=1))
    left = noisy.mean(axis=0) - mean * part
    if np.square(left).sum() > MIXED * noisy.var(axis=0, ddof=1).sum() / len(noisy):
        return None  # no factor: the noise mixes activations, as mixup does
    return _meeting(mean, 0.0, mean, spread, len(factors))


def _meeting(mean: float, zeros: float, level: float, spread: float, count: int) -> Meeting:
    return Meeting(mean, zeros, level, spread, count, "", 0, ())
