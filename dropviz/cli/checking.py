"""``dropviz check``: find where dropout is wrong in a network."""

import argparse
import re
from typing import Any

from dropviz.cli.verdicts import add_format, target, told, trying
from dropviz.cli.words import add as add_command
from dropviz.cli.words import shape, whole

CHECKED = """\
Find where dropout is wrong in a PyTorch network (pip install 'dropviz[torch]').

package.module:factory is a network, or what returns one when called. Exit status: 0 if nothing is wrong, 1 if
something is, 2 if it cannot be told.
"""


def add(commands: Any) -> None:
    """Add the command."""
    summary = "find where dropout is wrong in a PyTorch network"
    command = add_command(commands, "check", _check, summary, description=CHECKED)
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
    import torch

    from dropviz.torch.checking import check

    inputs = [_tensor(torch, text) for text in options.input]
    torch.manual_seed(0)
    with trying(f"{options.network} could not be checked"):
        found = options.network.loaded()
        report = check(
            found if isinstance(found, torch.nn.Module) else found(), *inputs, passes=options.passes
        )
    return told(report, report.to_json(), options.format)


def _tensor(torch: Any, text: str) -> Any:
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
    return torch.randint(int(below), sides) if colon else torch.randn(sides)
