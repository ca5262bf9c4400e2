"""``dropviz report``: what a rate does to the layers and units of a network."""

import argparse
import json
import math
from typing import Any

from dropviz.cli.tables import csv_of
from dropviz.cli.words import STREAM, number, path, whole, write
from dropviz.cli.words import add as add_command
from dropviz.layers.reports import ActivationReport, report
from dropviz.theory.moments import BOUND


def add(commands: Any) -> None:
    """Add the command."""
    command = add_command(commands, "report", _report, "tell what a rate does to every layer of a network")
    command.add_argument(
        "file", type=path, help="a record, as dropviz.record writes it; or .npz, .npy or .safetensors"
    )
    command.add_argument("--rate", type=number, required=True, help="of dropping, from 0 and below 1")
    command.add_argument("--axis", type=whole, default=1, help="of the units in an array (1)")
    command.add_argument("--bound", type=number, default=BOUND, help=f"of the variance ratio ({BOUND:g})")
    command.add_argument(
        "--format", choices=("text", "csv", "json"), default="text", help="csv: a row a unit; json: a layer"
    )


def _report(options: argparse.Namespace) -> None:
    if options.file == STREAM:
        raise ValueError("report reads a file that has a name; - has none")
    found = report(options.file, options.rate, axis=options.axis, bound=options.bound)
    if options.format == "csv":
        write(STREAM, csv_of(found.columns()))
    elif options.format == "json":
        print(_json(found))
    else:
        print(found)


def _json(found: ActivationReport) -> str:
    """The layers, an object each; what is not defined is null."""
    layers = [
        {
            **{"layer": layer.name, "class": layer.kind, "units": layer.units, "always_zero": layer.dead},
            "variance_ratio": _or_null(layer.all_ratio),
            "largest_rate": _or_null(layer.all_largest_rate),
            "worst_units": layer.worst(),
            "in_words": layer.sentence,
        }
        for layer in found.layers.values()
    ]
    table = {"rate": found.rate, "bound": found.bound, "left_out": found.left_out, "layers": layers}
    return json.dumps(table, ensure_ascii=False)


def _or_null(value: float) -> float | None:
    return value if math.isfinite(value) else None
