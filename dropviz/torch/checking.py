"""`check` watches passes of a network in training and in evaluation, and says where its dropout is wrong."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import nn
from torch.utils._pytree import tree_map

from dropviz.frameworks.findings import Report
from dropviz.numbers.checks import check_count
from dropviz.torch.state import as_it_was, sow
from dropviz.torch.verdicts import Passes, few_draws, findings_of, places_of
from dropviz.torch.watching import Watch

FEWEST, MOST = 3, 200
ADDED, ENOUGH = 8, 64  # passes at a time, and in all, where few values have noise of their own
PATIENCE = 10.0  # seconds after which no more are added
SEED = 20_261_127


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
    by hand, which are followed to where they meet an activation. There the mean must be the same in both modes::

        E[noise]·(factors in training only) = (factors in evaluation only)

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
        Its ``findings`` have the kinds `left_on`, `wrong_scale`, `lost_after_eval`, `stuck_mask`, `no_effect`.

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
    for module in model.modules():
        if isinstance(module, torch.jit.ScriptModule) or hasattr(
            module, "_orig_mod"
        ):  # which torch.compile wraps
            raise ValueError(
                "model must be a network that Python runs; check it before torch.jit or torch.compile; "
                f"got {type(module).__name__}"
            )
    check_count("passes", passes, FEWEST, MOST)
    watch = Watch(model)
    with as_it_was(model), watch.hooked():
        seen = _passed(model, watch, passes, inputs, named)
    declared = _declared(model, random_at_test)
    return Report(
        type(model).__name__,
        tuple(places_of(seen)),
        tuple(findings_of(model, seen, declared)),
        len(seen.first),
    )


def assert_dropout_is_right(model: nn.Module, *inputs: Any, **options: Any) -> None:
    """Raise AssertionError, with every finding, unless `check` finds no error in ``model``; for test suites."""
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
    evaluated = run(2)
    model.train()
    return Passes(first, evaluated, run(2))


def _copied(leaf: Any) -> Any:
    return leaf.detach().clone() if isinstance(leaf, torch.Tensor) else leaf


def _declared(model: nn.Module, random_at_test: bool | Sequence[str]) -> tuple[str, ...] | None:
    """The paths of the modules that may be random in evaluation; None: all."""
    if random_at_test is True:
        return None
    own = [path for path, module in model.named_modules() if getattr(module, "mc_dropout", False) is True]
    return (*own, *(random_at_test or ()))
