"""A network comes back as it was: parameters, buffers, modes, attributes, and the states of all random numbers."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import torch
from torch import nn

from dropviz.frameworks.generators import generators_kept

TABLES = ("_parameters", "_buffers", "_modules")


@contextmanager
def as_it_was(model: nn.Module) -> Iterator[None]:
    """Whatever happens inside, leave ``model`` and the generators of torch, NumPy and Python as they were."""
    modules = list(model.modules())
    attributes = [dict(module.__dict__) for module in modules]
    tables = [{name: dict(module.__dict__[name]) for name in TABLES} for module in modules]
    tensors = [*model.parameters(), *model.buffers()]
    values = [tensor.detach().clone() for tensor in tensors]
    devices = list(range(torch.cuda.device_count())) if torch.cuda.is_available() else []
    python, numpy = random.getstate(), np.random.get_state()  # noqa: NPY002 (that of the network's own code)
    held = [one for kept in attributes for one in kept.values()]
    own = [(one, one.get_state()) for one in held if isinstance(one, torch.Generator)]
    try:
        with torch.random.fork_rng(devices), generators_kept(held):
            yield
    finally:
        random.setstate(python)
        np.random.set_state(numpy)  # noqa: NPY002
        for generator, state in own:
            generator.set_state(state)
        for module, kept, rows in zip(modules, attributes, tables, strict=True):
            module.__dict__.clear()
            module.__dict__.update(kept)
            for name, row in rows.items():
                table = module.__dict__[name]
                table.clear()
                table.update(row)
        with torch.no_grad():
            for tensor, value in zip(tensors, values, strict=True):
                if not torch.equal(tensor, value):
                    tensor.copy_(value)


def sow(seed: int) -> None:
    """Start all generators anew."""
    torch.manual_seed(seed)
    np.random.seed(seed)  # noqa: NPY002
    random.seed(seed)
