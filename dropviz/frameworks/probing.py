"""What a function does to activations, as its outputs tell: its factor, its noise, and what shares a mask.

It is called on activations of three sizes at random places of an array: 0, 1 and 3. For noise that is affine in the
activation, output = G·a + O, each kind looks different there::

    mask        every size has at most two outputs: kept, A·a + B, and dropped, D: the same of every size
    multiplied  the variance at 3 is nine times that at 1, and 0 at 0
    added       the variance is the same at every size
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from dropviz.numbers.checks import Bools, Floats, readable
from dropviz.theory.noise import ALPHA_FILL

Function = Callable[[Floats], ArrayLike]
Law = Literal["none", "Bernoulli", "alpha", "Gaussian", "Gaussian added", "uniform", "uniform added", "other"]

SIZES = (0.0, 1.0, 3.0)
FEWEST_CALLS, MOST_CALLS = 4, 64
ENOUGH = 1_000_000  # draws of the noise: a factor that is wrong by 1 % shows
MOST_ELEMENTS = 10_000_000  # of an array; more calls than the fewest hold no more together
LOOKED_AT = 250_000  # values of each call
EQUAL = 2e-3  # relative: outputs this near are one; float16 has three digits
SIGMAS = 5.0
SMALLEST = 1e-6  # of the largest output: what is smaller is taken for 0


@dataclass(frozen=True, slots=True)
class Seen:
    """What one function was seen to do; every ``_se`` is a standard error.

    ``factor``: what an activation is multiplied by where it is kept, or on average where no mask drops it.
    ``offset``: what is added to it. ``dropped``: the share of dropped values. ``variance``: that of the output at size
    1. ``mean``: the average output at size 1. ``shared``: the axes along which the noise is the same. ``same_mask``:
    all calls gave the same noise. ``draws``: how many values of the noise one call shows. ``bent``: what is kept does
    not lie on a line over the activation. Dimensionless.
    """

    law: Law
    factor: float
    factor_se: float
    offset: float
    dropped: float
    dropped_se: float
    mean: float
    mean_se: float
    variance: float
    shared: tuple[int, ...] | None
    same_mask: bool
    draws: int
    bent: bool = False

    @property
    def random(self) -> bool:
        """Whether there is any noise."""
        return self.law != "none"

    @property
    def mixes(self) -> bool:
        """Whether this moves or mixes activations, in every call alike, as a layer does: that is no noise."""
        return self.same_mask and self.law == "other"


def probe(name: str, function: Function, shape: tuple[int, ...], rng: np.random.Generator) -> Seen:
    """Call ``function`` on arrays of ``shape`` and tell what it does.

    Raises
    ------
    ValueError
        It returns another shape, no real numbers or none that are finite; ``name`` says which function.
    """
    sizes = _sizes(shape, rng)
    inputs = np.asarray(SIZES)[sizes]
    most = max(FEWEST_CALLS, min(MOST_CALLS, MOST_ELEMENTS // inputs.size))
    part = _part(shape)
    sizes = sizes[part]
    outputs = [_called(name, function, inputs, part) for _ in range(FEWEST_CALLS)]
    seen = _told(sizes, np.stack(outputs))
    wanted = MOST_CALLS if not seen.random else 0 if seen.same_mask else math.ceil(ENOUGH / seen.draws)
    more = [_called(name, function, inputs, part) for _ in range(min(most, wanted) - FEWEST_CALLS)]
    if all((one == outputs[0]).all() for one in more):
        return seen
    return _told(sizes, np.stack(outputs + more))


def _sizes(shape: tuple[int, ...], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Which of the ``SIZES`` stands where: each as often, or in large arrays, where that is quicker, nearly."""
    count = math.prod(shape)
    if count > LOOKED_AT:
        return rng.integers(0, len(SIZES), shape, dtype=np.uint8)
    return rng.permutation((np.arange(count) % len(SIZES)).astype(np.uint8)).reshape(shape)


def _part(shape: tuple[int, ...]) -> tuple[slice, ...]:
    """Every so many places along the longest axes: as many as are looked at of one call."""
    steps = [1] * len(shape)
    while math.prod(map(_places, shape, steps)) > LOOKED_AT:
        longest = max(range(len(shape)), key=lambda axis: _places(shape[axis], steps[axis]))
        steps[longest] += 1
    return tuple(slice(None, None, step) for step in steps)


def _places(length: int, step: int) -> int:
    return -(-length // step)


def _called(name: str, function: Function, inputs: Floats, part: tuple[slice, ...]) -> Floats:
    """The ``part`` that is looked at of what the function returns, all of which must be finite."""
    found = readable(name, function(inputs.copy()))
    if found is None or found.dtype.kind not in "biuf" or found.shape != inputs.shape:
        shape = "rows of several lengths" if found is None else f"shape {found.shape}, dtype {found.dtype}"
        raise ValueError(f"{name} must return real numbers of its input's shape, {inputs.shape}; got {shape}")
    low, high = float(found.min()), float(found.max())
    largest = max(abs(low), abs(high))
    if not math.isfinite(low) or not math.isfinite(high):  # NaN is the least, and the largest
        raise ValueError(f"{name} must return finite numbers; got NaN or infinity")
    if largest and not SMALLEST <= largest <= 1.0 / SMALLEST:
        raise ValueError(
            f"{name} must return numbers of {SMALLEST:g} to {1.0 / SMALLEST:g} in size; got {largest:g}"
        )
    return found[part].astype(np.float64)


def _told(sizes: np.ndarray, outputs: Floats) -> Seen:
    """What the ``outputs``, shape (call, …), of activations of these ``sizes`` tell."""
    small, one, three = (outputs[:, sizes == at] for at in range(len(SIZES)))
    lost = _dropped(small, one, three)
    if lost is not None:
        return _of_mask(sizes, outputs, lost)
    return _of_spread(sizes, outputs, (small, one, three))


# ---- masks ----------------------------------------------------------------------------------------------------------


def _dropped(small: Floats, one: Floats, three: Floats) -> float | None:
    """The output of what is dropped; NaN where nothing is, None where this is no mask.

    At size 3 it is the one of at most two outputs that size 1 has as well; kept outputs of both sizes differ.
    """
    found = [_distinct(part) for part in (small, one, three)]
    if max(map(len, found)) > 2:
        zeros = [float((part == 0.0).mean()) for part in (one, three)]
        # survivors of several sizes: a factor of its own for each example
        several = min(zeros) > 0.0 and (small == 0.0).all() and _spread_of_kept(one) < 0.5
        return 0.0 if several else None
    common = [value for value in found[1] if any(_near(value, other) for other in found[2])]
    if len(found[1]) == len(found[2]) == 1:
        return common[0] if common and not _near(one.mean(), 0.0) else (0.0 if common else math.nan)
    return common[0] if common else None


def _distinct(values: Floats) -> list[float]:
    """The values that are not one, at most three of them."""
    found: list[float] = []
    left = values.ravel()
    while left.size and len(found) < 3:
        found.append(float(left[0]))
        left = left[np.abs(left - left[0]) > EQUAL * max(abs(left[0]), 1e-12)]
    return found


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= EQUAL * max(abs(one), abs(other), 1e-12)


def _spread_of_kept(one: Floats) -> float:
    kept = one[one != 0.0]
    return float(kept.std() / abs(kept.mean())) if kept.size and kept.mean() else math.inf


def _of_mask(sizes: np.ndarray, outputs: Floats, lost: float) -> Seen:
    """A function with a mask, or without noise: its survivors and its share of dropped values."""
    is_lost = np.zeros(outputs.shape, dtype=bool)
    if math.isfinite(lost):
        is_lost = np.abs(outputs - lost) <= EQUAL * max(abs(lost), 1e-12)
    there = np.asarray(SIZES)[sizes] > 0.0
    if lost == 0.0:
        is_lost &= there  # a kept 0 looks like a dropped one
    pattern = is_lost[:, there]
    one, three = (outputs[:, sizes == at][~is_lost[:, sizes == at]] for at in (1, 2))
    factor = (three.mean() - one.mean()) / 2.0 if one.size and three.size else 0.0
    offset = one.mean() - factor if one.size and three.size else lost
    shared = _shared(is_lost, there)
    a_call = _draws(there, shared)
    draws = a_call * (1 if _same(pattern) else len(outputs))
    share = float(pattern.mean())
    error = math.sqrt(share * (1.0 - share) / draws)
    mean = float(outputs[:, sizes == 1].mean())
    between = 0.0 if _same(pattern) else _between_calls(outputs[:, sizes == 1])
    level = abs(factor + offset - (lost if math.isfinite(lost) else 0.0))
    random = 0.0 < share < 1.0
    law: Law = "none"
    if random:
        alpha = factor and math.isclose((lost - offset) / factor, ALPHA_FILL, rel_tol=0.01)
        law = "alpha" if alpha else "Bernoulli" if _near(lost, 0.0) and abs(offset) <= EQUAL else "other"
    several = (
        one.std() / math.sqrt(np.unique(one.round(9)).size)
        if one.size and lost == 0.0 and one.std() > EQUAL * abs(one.mean())
        else 0.0
    )
    same = random and _same(pattern)
    small = outputs[:, sizes == 0]
    return Seen(
        law, float(factor), float(several), _rounded(offset), share if random or share == 1.0 else 0.0, error, mean,
        max(level * error, between), level**2 * share * (1.0 - share), shared if random else None, same, a_call,
        not random and abs(float(small.mean()) - offset) > EQUAL * max(abs(factor), abs(offset)),
    )  # fmt: skip


def _rounded(offset: float) -> float:
    return 0.0 if abs(offset) <= EQUAL else float(offset)


# ---- noise that spreads ---------------------------------------------------------------------------------------------


def _of_spread(sizes: np.ndarray, outputs: Floats, parts: tuple[Floats, Floats, Floats]) -> Seen:
    """A function whose outputs spread: its mean factor, and the law of its noise."""
    _, one, three = parts
    variances = [float(part.var()) for part in parts]
    center = np.array([part.mean() for part in parts])[sizes]
    there = np.asarray(SIZES)[sizes] > 0.0
    noise = (outputs - center)[:, there]
    unit = noise / np.sqrt(np.array(variances)[sizes][there]).clip(1e-300)
    same = _same(noise)
    calls = 1 if same else len(outputs)
    both = [_shared(outputs, sizes == at) for at in (1, 2)]
    shared = tuple(axis for axis in both[0] if axis in both[1])
    a_call = _draws(there, shared)
    draws = a_call * calls
    count = calls * np.array([_draws(sizes == at, shared) for at in (1, 2)])
    errors = np.sqrt(np.array(variances[1:]) / count)
    mean_error = float(errors[0]) if same else max(float(errors[0]), _between_calls(one))
    factor = float((three.mean() - one.mean()) / 2.0)
    kurtosis = float((unit**4).mean())
    law: Law = "other"
    kinds: dict[Law, float] = {"Gaussian": 3.0, "uniform": 1.8}
    shape = [name for name, level in kinds.items() if abs(kurtosis - level) < 0.3 + 10.0 / math.sqrt(draws)]
    growth = variances[2] / variances[1] if variances[1] else math.inf
    places = outputs.mean(axis=0)[sizes == 1]
    alike = same or float(places.var()) * calls <= 2.0 * variances[1]  # else it mixes its input
    tells = abs(factor) > SIGMAS * float(np.hypot(*errors))  # else it shuffles, or forgets its input
    if len(shape) == 1 and alike and tells:
        if variances[0] <= 1e-12 * variances[1] and 7.0 < growth < 11.0:
            law = shape[0]
        elif 0.8 < growth < 1.25 and 0.8 < variances[0] / variances[1] < 1.25:
            law = "Gaussian added" if shape[0] == "Gaussian" else "uniform added"
    offset = float(one.mean()) - factor
    apart = float(np.hypot(1.5 * errors[0], 0.5 * errors[1]))
    return Seen(
        law, factor, float(np.hypot(*errors) / 2.0), 0.0 if abs(offset) <= SIGMAS * apart else offset, 0.0, 0.0,
        float(one.mean()), mean_error, variances[1], shared, same, a_call,
    )  # fmt: skip


def _between_calls(values: Floats) -> float:
    """The standard error of the mean of ``values``, shape (call, value), whatever depends on what in a call."""
    return float(values.mean(axis=1).std(ddof=1)) / math.sqrt(len(values))


# ---- what shares its noise ------------------------------------------------------------------------------------------


def _shared(noise: Bools | Floats, there: Bools) -> tuple[int, ...]:
    """The axes of an array along which its noise, shape (call, …), is the same ``there``."""
    found = []
    values = noise.astype(np.float64)
    near = EQUAL * float(np.abs(values[:, there]).max(initial=0.0))
    for axis in range(there.ndim):
        if there.shape[axis] < 2:
            continue
        low = np.where(there, values, np.inf).min(axis=axis + 1)
        high = np.where(there, values, -np.inf).max(axis=axis + 1)
        if (high - low <= near)[np.isfinite(high - low)].all():
            found.append(axis)
    return tuple(found)


def _draws(there: Bools, shared: tuple[int, ...]) -> int:
    """How many of the draws of one call are seen where an activation is not 0."""
    return int(there.any(axis=shared).sum()) if shared else int(there.sum())


def _same(noise: Bools | Floats) -> bool:
    return bool((noise == noise[:1]).all())
