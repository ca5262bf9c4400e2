"""A Keras network comes back as it was: variables, seeds, attributes, and the states of all random numbers."""

import random
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np
from keras.src.random.seed_generator import global_seed_generator  # there is no public way to its state

from dropviz.frameworks.generators import generators_kept


@contextmanager
def as_it_was(model: keras.Model, layers: Sequence[keras.Layer]) -> Iterator[None]:
    """Whatever happens inside, leave the built ``model`` and all generators as they were."""
    variables = {id(one): one for layer in (model, *layers) for one in layer.variables}
    seeds = global_seed_generator().state
    values = [(one, np.array(keras.ops.convert_to_numpy(one))) for one in (*variables.values(), seeds)]
    held = [one for layer in layers for one in layer.__dict__.values()]
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 (that of the network's own code)
    of_backend = _backend_state()
    try:
        with attributes_kept(layers), generators_kept(held):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        _put_back(of_backend)
        for variable, value in values:
            variable.assign(value)


@contextmanager
def attributes_kept(layers: Iterable[keras.Layer]) -> Iterator[None]:
    """Whatever happens inside, leave the attributes of these layers as they were."""
    attributes = [(layer, dict(layer.__dict__)) for layer in layers]
    try:
        yield
    finally:
        for layer, kept in attributes:
            layer.__dict__.clear()
            layer.__dict__.update(kept)


def _backend_state() -> Any:
    """Of the backends that hold a state of their own, which code beside Keras draws from."""
    torch, tensorflow = sys.modules.get("torch"), sys.modules.get("tensorflow")
    eager = None
    if tensorflow is not None:
        from tensorflow.python.eager import context  # which alone knows the state behind tf.random

        eager = getattr(context.context(), "_rng", None)
    return (
        None if torch is None else torch.get_rng_state(),
        None if eager is None else (eager, eager.getstate()),
    )


def _put_back(state: Any) -> None:
    of_torch, of_tensorflow = state
    if of_torch is not None:
        sys.modules["torch"].set_rng_state(of_torch)
    if of_tensorflow is not None:
        eager, kept = of_tensorflow
        eager.setstate(kept)
