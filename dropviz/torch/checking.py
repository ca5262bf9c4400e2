"""`check` watches passes of a network in training and in evaluation, and says where its dropout is wrong."""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any

import torch
from torch import nn
from torch.utils._pytree import tree_map

from dropviz.frameworks.findings import Report
from dropviz.frameworks.passes import Passes, branches
from dropviz.frameworks.verdicts import (
    draws_alike,
    factors_differ,
    few_draws,
    findings_of,
    is_missing,
    places_of,
)
from dropviz.numbers.checks import check_count
from dropviz.torch.calls import DROPOUTS
from dropviz.torch.layers import findings_of_layers, findings_of_weights
from dropviz.torch.state import as_it_was, sow
from dropviz.torch.watching import Watch

FEWEST, MOST = 3, 200
ADDED, ENOUGH = 8, 64  # passes at a time, and in all, where few values have noise of their own
PATIENCE = 10.0  # seconds after which no more are added
SEVERAL = 16  # passes in evaluation where paths are skipped
AGAIN, MORE = 2, 14  # passes of training after evaluation; more where a place is not met again
SEED = 20_261_127
HINTS = {
    **dict.fromkeys((*DROPOUTS, "multi_head_attention_forward"), "pass training=self.training"),
    "scaled_dot_product_attention": "pass dropout_p=self.p if self.training else 0.0",
    "layer": "model.eval() does not reach this layer, or is undone: make it a part of its module in __init__",
    "": "let it follow self.training",
}


def check(
    model: nn.Module,
    *inputs: Any,
    passes: int = 4,
    random_at_test: bool | Sequence[str] = False,
    **named: Any,
) -> Report:
    """Find every place where random numbers enter ``model``, and what is wrong with dropout there.

    The network is run on ``inputs`` in training, in evaluation, and in training again, each from another seed. The
    calls of torch are watched: dropout of modules and functions, fused attention, recurrent layers, and masks written
    by hand, which are followed to where they meet an activation, inside of `vmap` too; what `torch.compile` or
    `torch.jit.script` have made of functions runs in Python. There the mean must be the same in both modes::

        E[noise]·(factors in training only) = (factors in evaluation only)

    Noise that mixes two activations, x + noise·(y − x), needs no factor, and none is asked for.

    Afterwards the network is as it was: parameters, buffers, modes, attributes, hooks, and all generators.

    Parameters
    ----------
    model
        The network. It is set to training and to evaluation by its own ``train()`` and ``eval()``.
    inputs, named
        What it is called with, as ``model(*inputs, **named)``.
    passes
        In training, from 3 to 200; more are made, up to 64 in all, where few values have noise of their own.
    random_at_test
        Where randomness in evaluation is meant, as in Monte Carlo dropout: True, or paths of modules. A module with an
        attribute ``mc_dropout`` that is true is such a one.

    Returns
    -------
    Report
        Its ``findings`` have the kinds `left_on`, `wrong_scale`, `wrong_rate`, `lost_after_eval`, `stuck_mask`,
        `no_effect`, `not_a_number`. A warning is what may be meant: a sampler's noise at test, a layer left out
        whole in training, a factor of one mode alone.

    Raises
    ------
    ValueError
        ``model`` is no module, or a compiled one, or ``passes`` is out of range. What the network itself raises
        passes through.

    Examples
    --------
    >>> net = nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.3))
    >>> check(net, torch.ones(4, 8)).findings
    ()
    """
    if not isinstance(model, nn.Module):
        raise ValueError(f"model must be a torch.nn.Module; got {type(model).__name__}")
    _refuse(model)
    check_count("passes", passes, FEWEST, MOST)
    watch = Watch(model)
    with as_it_was(model), watch.hooked(), _eager():
        seen = _passed(model, watch, passes, inputs, named)
    declared = _declared(model, random_at_test)
    kinds = {path: type(module).__name__ for path, module in model.named_modules()}
    return Report(
        type(model).__name__,
        tuple(places_of(seen)),
        (
            *findings_of(kinds, seen, declared, HINTS),
            *findings_of_layers(model, seen),
            *findings_of_weights(seen),
        ),
        len(seen.first),
    )


@contextmanager
def _eager() -> Iterator[None]:
    """Let Python run functions that `torch.compile` has compiled, where torch can say so, or `torch.jit.script`."""
    scripted, stance = torch.jit.ScriptFunction, getattr(torch.compiler, "set_stance", None)
    call = scripted.__call__

    def called(function: Any, *args: Any, **kwargs: Any) -> Any:
        source = getattr(function, "_torchdynamo_inline", None)
        # one that was traced has another one, which may ask for the mode that the trace has forgotten
        if source is None or torch.jit._state._try_get_jit_cached_function(source) is None:
            source = partial(call, function)
        return source(*args, **kwargs)

    scripted.__call__ = called
    try:
        with nullcontext() if stance is None else stance("force_eager"):
            yield
    finally:
        scripted.__call__ = call


def _refuse(model: nn.Module) -> None:
    for module in model.modules():
        wrapped = hasattr(module, "_orig_mod")  # by torch.compile
        if isinstance(module, torch.jit.ScriptModule) or wrapped:
            raise ValueError(
                "model must be a network that Python runs; check it before torch.jit or torch.compile; "
                f"got {type(module).__name__}"
            )
        if isinstance(module, nn.modules.lazy.LazyModuleMixin) and module.has_uninitialized_params():
            raise ValueError(
                f"model must know its shapes: run it on its inputs once; got {type(module).__name__}"
            )


def assert_dropout_is_right(model: nn.Module, *inputs: Any, **options: Any) -> None:
    """Raise AssertionError, with every finding, unless `check` finds no error in ``model``; for test suites.

    Examples
    --------
    >>> assert_dropout_is_right(nn.Sequential(nn.Linear(8, 8), nn.Dropout(0.3)), torch.ones(4, 8))
    """
    check(model, *inputs, **options).assert_right()


def _passed(
    model: nn.Module, watch: Watch, passes: int, inputs: tuple[Any, ...], named: Mapping[str, Any]
) -> Passes:
    """The passes: training, evaluation, training; and more of training where few values have noise of their own."""
    number = 0

    def run(count: int) -> list[Any]:
        nonlocal number
        done = []
        for _ in range(count):
            number += 1
            sow(SEED + number)
            done.append(watch.run(number, tree_map(_copied, inputs), tree_map(_copied, dict(named))))
        return done

    model.train()
    first = run(passes)
    began = time.monotonic()
    while len(first) < ENOUGH and few_draws(first) and time.monotonic() - began < PATIENCE:
        first += run(ADDED)
    model.eval()
    evaluated = run(SEVERAL if branches(first) else 2)  # a path may be skipped in evaluation too
    if draws_alike(evaluated):
        evaluated += run(SEVERAL - 2)
    model.train()
    again = run(AGAIN)
    if is_missing(first, again):  # or by chance
        again += run(MORE)
    seen = Passes(first, evaluated, again)
    while len(seen.training) < ENOUGH and factors_differ(seen) and time.monotonic() - began < PATIENCE:
        again += run(ADDED)  # a path that no pass has skipped yet may have a factor of its own
    return seen


def _copied(leaf: Any) -> Any:
    return leaf.detach().clone() if isinstance(leaf, torch.Tensor) else leaf


def _declared(model: nn.Module, random_at_test: bool | Sequence[str]) -> tuple[str, ...] | None:
    """The paths of the modules that may be random in evaluation; None: all."""
    if random_at_test is True:
        return None
    own = [path for path, module in model.named_modules() if getattr(module, "mc_dropout", False) is True]
    return (*own, *(random_at_test or ()))
