"""``dropviz check``: find where dropout is wrong in a network."""

import argparse
import re
from collections.abc import Callable
from typing import Any

import numpy as np

from dropviz.cli.verdicts import add_format, target, told, trying
from dropviz.cli.words import add as add_command
from dropviz.cli.words import shape, whole
from dropviz.frameworks.findings import Report

FRAMEWORKS = "PyTorch, Keras, Flax, Equinox or Haiku"

CHECKED = f"""
package.module:factory is a network of {FRAMEWORKS},
or what returns one when called. Exit status: 0 if nothing is wrong, 1 if
something is, 2 if it cannot be told.
"""
NEEDS = "dropviz[torch], dropviz[keras] or dropviz[jax]"


def add(commands: Any) -> None:
    """Add the command."""
    summary = "find where dropout is wrong in a network"
    command = add_command(commands, "check", _check, summary, about=CHECKED, needs=NEEDS)
    command.add_argument(
        "network", type=target, metavar="package.module:factory", help="looked for in this folder first"
    )
    command.add_argument(
        "--input",
        action="append",
        required=True,
        metavar="SHAPE",
        help="4x12x32: normal values; 4x12:1000: whole numbers below 1000; once for each that forward takes",
    )
    command.add_argument("--passes", type=whole, default=4, help="in training, 3 to 200 (4)")
    add_format(command)


def _check(options: argparse.Namespace) -> int:
    arrays = [_array(text) for text in options.input]
    with trying(options.network, "checked"):
        found = options.network.loaded()
        check = _check_of(found)
        if check is None and callable(found):
            found = found()
            check = _check_of(found)
        if check is None:
            raise TypeError(
                f"it must be a network of {FRAMEWORKS}, or return one; got {type(found).__name__}"
            )
        report = check(found, *arrays, passes=options.passes)
    return told(report, report.to_json(), options.format)


def _check_of(found: Any) -> Callable[..., Report] | None:
    """What checks a network, by the framework that it is of; None if it is of none."""
    kinds = () if isinstance(found, type) else type(found).__mro__
    families = {base.__module__.partition(".")[0] for base in kinds}
    if "keras" in families:  # first, for with PyTorch behind it a Keras network is one of PyTorch as well
        from dropviz.keras import check
    elif "torch" in families:
        return _check_torch
    elif families & {"flax", "equinox", "haiku"}:
        from dropviz.jax import check
    else:
        return None
    return check


def _check_torch(network: Any, *arrays: Any, passes: int) -> Report:
    import torch

    from dropviz.torch import check

    torch.manual_seed(0)
    return check(network, *map(torch.from_numpy, arrays), passes=passes)


def _array(text: str) -> Any:
    """Normal values, or whole numbers below a number, of a shape such as 4x12x32."""
    lengths, colon, below = text.partition(":")
    try:
        sides = shape(lengths)
        if colon and not (re.fullmatch("[0-9]{1,9}", below) and int(below)):
            raise ValueError
    except (ValueError, argparse.ArgumentTypeError):
        raise ValueError(
            f"--input must be a shape such as 4x12x32, or 4x12:1000 for numbers below 1000; got {text!r}"
        ) from None
    rng = np.random.default_rng(0)
    return rng.integers(int(below), size=sides) if colon else rng.standard_normal(sides, dtype=np.float32)
