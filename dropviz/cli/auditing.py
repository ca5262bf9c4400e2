"""``dropviz audit``: what a function does to activations in training and at test."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from dropviz.cli.verdicts import add_format, target, told, trying
from dropviz.cli.words import add as add_command
from dropviz.cli.words import number, shape, whole
from dropviz.frameworks.audits import FIRST_LOOK, Audit, audit

AUDITED = """
package.module:name is a function from array to array, looked for in this
folder first. Exit status: 0 if nothing is wrong, 1 if something is, 2 if it
cannot be told.
"""


def add(commands: Any) -> None:
    """Add the command."""
    summary = "find out what a function does to activations, and whether that is right"
    command = add_command(
        commands, "audit", _audit, summary, about=AUDITED, needs="NumPy, and what the functions need"
    )
    command.add_argument(
        "train", type=target, metavar="package.module:train", help="what is called in training"
    )
    command.add_argument("--test", type=target, metavar="package.module:test", help="what is called at test")
    command.add_argument("--rate", type=number, help="the number that the function was given as its p")
    usual = "x".join(map(str, FIRST_LOOK))
    command.add_argument("--shape", type=shape, default=FIRST_LOOK, help=f"of the arrays ({usual})")
    command.add_argument("--seed", type=whole, default=0, help="of the values that go in (0)")
    add_format(command)


def _audit(options: argparse.Namespace) -> int:
    with trying(options.train, "audited"):
        train = options.train.loaded()
        test = options.test.loaded() if options.test else None
        found = audit(train, test, rate=options.rate, shape=options.shape, seed=options.seed)
    return told(found, _json(found), options.format)


def _json(found: Audit) -> str:
    """What was found as one JSON object."""
    names = ("given", "rate", "rate_se", "means", "mask", "strategy", "conventions", "right")
    table = {name: getattr(found, name) for name in names}
    rows = {"found": dict(found.rows()), "findings": [asdict(one) for one in found.findings]}
    return json.dumps(table | rows, ensure_ascii=False)
