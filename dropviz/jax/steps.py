"""What a step of a JAX program does to noise, and what can be read of a value."""

from collections.abc import Callable, Sequence
from functools import lru_cache, partial
from typing import Any

import jax
import numpy as np

from dropviz.frameworks.passes import KEPT, OUTSIDE, Given
from dropviz.frameworks.tags import Tag
from dropviz.frameworks.watched import numbers
from dropviz.numbers.checks import AnyFloats

DRAWS = frozenset({"random_bits", "random_gamma", "rng_bit_generator", "rng_uniform"})
SMALL = 8  # values: what holds no more is not taken for a mask


@lru_cache
def compiled(primitive: Any, params: tuple[tuple[str, Any], ...]) -> Callable[..., Any]:
    """A primitive, compiled once for all passes."""
    found: Callable[..., Any] = jax.jit(partial(primitive.bind, **dict(params)))
    return found


def count_draws(program: Any) -> int:
    """How many steps of a program draw, inner ones included."""
    count = 0
    for step in program.eqns:
        count += step.primitive.name in DRAWS
        for one in step.params.values():
            inner = getattr(one, "jaxpr", one)
            count += count_draws(inner) if hasattr(inner, "eqns") else 0
    return count


def given_alone(data: Sequence[tuple[Any, Tag]]) -> Given | None:
    """The input of the network of which alone something is made, besides weights."""
    tags = [tag for _, tag in data if not tag.weight]
    return tags[0].given if len(tags) == 1 else None


def is_key(value: Any) -> bool:
    """Whether a value is a key, or several."""
    dtype = getattr(value, "dtype", None)
    if dtype is None:
        return False
    return bool(jax.dtypes.issubdtype(dtype, jax.dtypes.prng_key)) or (
        dtype == np.uint32 and np.shape(value)[-1:] == (2,)
    )


def one_number(value: Any) -> float | None:
    """The number that an array holds everywhere."""
    array = numbers(value)
    if array is None or array.size == 0 or not (array == array.flat[0]).all():
        return None
    return float(array.flat[0])


def is_mask(array: AnyFloats | None) -> bool:
    """Whether an array holds zeros and one other number, and enough of them to be a mask."""
    if array is None or array.size <= SMALL:
        return False
    other = array[array != 0.0]
    return 0 < other.size < array.size and bool((other == other.flat[0]).all())


def drawn_among(given: Sequence[tuple[Any, Tag]]) -> list[Tag]:
    """What is drawn of noise, besides masks that are kept."""
    return [tag for _, tag in given if tag.noise and tag.place and tag.place.call not in (KEPT, OUTSIDE)]


def where_live(again: Callable[..., Any], given: list[tuple[Any, Tag]]) -> Any:
    """Where noise that has met a fixed mask, as of what is padded, still says what comes out; None: everywhere."""
    drawn = drawn_among(given)
    masked = any(is_mask(numbers(one)) for one, tag in given if tag not in drawn and np.size(one) > SMALL)
    if not drawn or not (masked or any(tag.live is not None for tag in drawn)):
        return None

    def level(one: Any, tag: Tag, most: bool) -> Any:
        if tag not in drawn:
            return one
        where = most if tag.live is None else most & tag.live
        return jax.numpy.broadcast_to(where, np.shape(one)).astype(one.dtype)

    low, high = (numbers(again(*(level(*one, most) for one in given))) for most in (False, True))
    if low is None or high is None:
        return None
    found = np.nan_to_num(low) != np.nan_to_num(high)
    return found if found.any() and not found.all() else None


def kept_by(
    name: str, given: list[tuple[Any, Tag]], noise: tuple[Any, Tag], module: str | None
) -> AnyFloats | None:
    """What an activation is multiplied by where it meets ``noise``; None where it is not multiplied.

    ``module``: where they meet, if whole rows or all values do, so that it may be a path that is skipped, and no token.
    """
    values = numbers(noise[0])
    if values is None:
        return None
    if name == "mul":
        return values
    if name == "div" and given[1][0] is noise[0]:
        return 1.0 / values
    if name == "select_n" and given[0][0] is noise[0] and len(given) == 3:
        if_not, if_so = given[1:]
        if _is_lost(if_not, if_so, module):
            return values
        if _is_lost(if_so, if_not, module):
            return 1.0 - values
    return None


def _is_lost(one: tuple[Any, Tag], other: tuple[Any, Tag], module: str | None) -> bool:
    """Whether ``one`` is zeros, or is the ``other`` without the path that ``module`` adds to it."""
    path, *terms = other[1].added or (None,)
    return (one[1].fixed and one_number(one[0]) == 0.0) or (
        path == module and any(term is one[0] for term in terms)
    )
