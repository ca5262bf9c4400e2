"""Generators that a network holds, of NumPy and of Python, come back as they were."""

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import numpy as np


@contextmanager
def generators_kept(held: Iterable[Any]) -> Iterator[None]:
    """Whatever happens inside, leave the generators among what is ``held`` as they were.

    Examples
    --------
    >>> draws = np.random.default_rng(0)
    >>> with generators_kept([draws, "no generator"]):
    ...     inside = draws.random()
    >>> draws.random() == inside
    True
    """
    found = [put_back for one in held if (put_back := _state_of(one)) is not None]
    try:
        yield
    finally:
        for put_back in found:
            put_back()


def _state_of(one: Any) -> Callable[[], None] | None:
    """What puts the state of a generator back; None for anything else."""
    if isinstance(one, np.random.Generator):
        return partial(setattr, one.bit_generator, "state", one.bit_generator.state)
    if isinstance(one, np.random.RandomState):
        return partial(one.set_state, one.get_state())
    if isinstance(one, random.Random):
        return partial(one.setstate, one.getstate())
    return None
