"""`record` runs a network over its data in evaluation and in training, and keeps numbers of every layer's output."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

import torch
from torch import nn

from dropviz.layers.recording import Recorder
from dropviz.numbers.checks import check_count
from dropviz.torch.calls import tensors_in, whole
from dropviz.torch.state import as_it_was, sow

MOST_BATCHES = 10**9
# What says on which axis of its output the units are; all else follows the last layer that had the same shape.
FIRST = (
    nn.modules.conv._ConvNd, nn.modules.batchnorm._NormBase, nn.GroupNorm, nn.modules.pooling._MaxPoolNd,
    nn.modules.pooling._AvgPoolNd, nn.modules.pooling._AdaptiveAvgPoolNd, nn.modules.pooling._AdaptiveMaxPoolNd,
)  # fmt: skip
LAST = (nn.Linear, nn.LayerNorm, nn.Embedding, nn.MultiheadAttention, nn.RNNBase)
WHOLE = (nn.MultiheadAttention,)  # whose parts are not called one by one


def record(
    model: nn.Module,
    loader: Iterable[Any],
    path: str | os.PathLike[str] | None = None,
    *,
    layers: Sequence[str] | None = None,
    sample: int = 1000,
    batches: int | None = None,
    seed: int = 0,
) -> Recorder:
    """Run ``model`` over ``loader`` in evaluation and in training, and keep moments, zeros and a sample of every layer.

    Every pass starts from the network as it is now, so that what batch norms learn in one does not reach the next. The
    units of a map are its channels; where a linear layer, a normalisation or an attention of sequences comes before,
    those of the last axis. A layer without parameters that is called more than once has a name for each call:
    "relu", "relu:2". What no module does, such as a call of ``F.relu``, is not seen. Afterwards the network is as it
    was: parameters, buffers, modes, hooks, and, but for what the loader draws, all generators.

    Parameters
    ----------
    model, loader
        A network, and what yields its inputs: a tensor, a mapping of named inputs, or a tuple or list whose first is
        one of these and whose rest, such as labels, is not used. They are taken to the network's device.
    path
        Of the .npz file to write, if any; `dropviz.report` reads it.
    layers
        Paths of modules; all that have no parts if not given.
    sample
        Rows that are kept of each layer and phase, 1 to 100,000.
    batches
        How many of the loader's are run; all if not given.
    seed
        Of the sample, and of the masks in training.

    Returns
    -------
    Recorder
        What was written: its ``layers`` and ``table``.

    Raises
    ------
    ValueError
        A parameter is out of range, no layer has that path, the loader is empty, or an output is not finite.

    Examples
    --------
    >>> net = nn.Sequential(nn.Linear(8, 4), nn.ReLU())
    >>> record(net, [torch.randn(16, 8)]).layers
    ('0', '1')
    """
    if not isinstance(model, nn.Module):
        raise ValueError(f"model must be a torch.nn.Module; got {type(model).__name__}")
    if batches is not None:
        check_count("batches", batches, 1, MOST_BATCHES)
    check_count("seed", seed, 0, 2**32 - 1)
    recorder = Recorder(sample=sample, seed=seed)
    watched = _watched(model, layers)
    number = -1
    for number, batch in enumerate(islice(loader, batches)):
        for phase in ("test", "train"):
            with as_it_was(model), torch.no_grad(), _one_by_one(), _hooked(watched, recorder, phase):
                model.train(phase == "train")
                sow((seed + number) % 2**32)
                _call(model, batch)
    if number < 0:
        raise ValueError("loader must yield at least one batch; it yields none")
    if path is not None:
        recorder.save(path)
    return recorder


@contextmanager
def _one_by_one() -> Iterator[None]:
    """Inside of it encoder layers call their parts in evaluation too, and not one fast function for all."""
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)


def _watched(model: nn.Module, layers: Sequence[str] | None) -> dict[str, nn.Module]:
    named = dict(model.named_modules())
    if layers is None:
        inside = tuple(f"{path}." for path, module in named.items() if isinstance(module, WHOLE))
        return {
            path or type(model).__name__: module
            for path, module in named.items()
            if isinstance(module, WHOLE) or not (any(module.children()) or path.startswith(inside))
        }
    if isinstance(layers, str) or not layers:
        raise ValueError(f"layers must be one or more paths of modules; got {layers!r}")
    for path in layers:
        if path not in named:
            raise ValueError(f"layers must be paths of modules, as named_modules() has them; got {path!r}")
    return {path or type(model).__name__: named[path] for path in layers}


def _call(model: nn.Module, batch: Any) -> None:
    """Run the network on a copy of a batch, which it may change, on the device of its first parameter."""
    device = next((each.device for each in model.parameters()), None)
    given = batch[0] if isinstance(batch, tuple | list) else batch

    def copied(leaf: Any) -> Any:
        return leaf.detach().to(device, copy=True) if isinstance(leaf, torch.Tensor) else leaf

    if isinstance(given, Mapping):
        model(**{name: copied(value) for name, value in given.items()})
    else:
        model(copied(given))


@contextmanager
def _hooked(watched: dict[str, nn.Module], recorder: Recorder, phase: str) -> Iterator[None]:
    """Watch the output of every layer in one pass."""
    calls: Counter[str] = Counter()
    axes: dict[tuple[int, ...], int] = {}

    def hook(path: str) -> Callable[..., None]:
        def see(module: nn.Module, _inputs: Any, output: Any) -> None:
            known = (each for each in tensors_in(output) if whole(each) is each)  # not inside of a `vmap`
            tensor = next((each for each in known if each.is_floating_point()), None)
            if tensor is None or tensor.ndim == 0 or not tensor.numel():
                return
            own = any(True for _ in module.parameters())  # the same weights are the same layer
            calls[path] += 1
            name = path if own or calls[path] == 1 else f"{path}:{calls[path]}"
            axis = axes[tuple(tensor.shape)] = _axis(module, tensor, axes)
            kind = torch.float32 if tensor.dtype == torch.bfloat16 else tensor.dtype  # NumPy has no bfloat16
            values = tensor.detach().to("cpu", kind).numpy()
            recorder.see(name, values, phase, axis, kind=type(module).__name__)

        return see

    handles = [module.register_forward_hook(hook(path)) for path, module in watched.items()]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _axis(module: nn.Module, tensor: torch.Tensor, axes: dict[tuple[int, ...], int]) -> int:
    """The axis of the units in the output of a module."""
    if tensor.ndim <= 2:
        return 1
    if isinstance(module, FIRST):
        return 1
    if isinstance(module, LAST):
        return -1
    return axes.get(tuple(tensor.shape), 1 if tensor.ndim > 3 else -1)
