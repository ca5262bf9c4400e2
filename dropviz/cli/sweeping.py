"""``dropviz sweep`` and ``dropviz strategies``: every strategy at every rate, and the table of factors."""

import argparse
import io
import sys
from typing import Any

from dropviz.cli.cluster import address, workers_of
from dropviz.cli.sources import add_rates, add_source, config_of, label_of
from dropviz.cli.tables import csv_of, text_of
from dropviz.cli.words import add as add_command
from dropviz.cli.words import need, path, write
from dropviz.numbers.rates import rate_grid
from dropviz.simulation.progress import ProgressLine
from dropviz.simulation.sweep import Sweep, sweep
from dropviz.theory.strategies import strategies

OUTPUTS = {"csv": "the table", "parquet": "the table", "html": "the live figure"}
EXAMPLES = """\
examples:
  dropviz sweep --activations normal --mean 1 --units 1000 --rates 0:0.9:0.1
  dropviz sweep --file values.npy --strategies inverted,none --csv out.csv
  dropviz sweep --csv - | head -3
  dropviz sweep --units 1000000000 --scheduler tcp://127.0.0.1:8786
"""


def add(commands: Any) -> None:
    """Add both commands."""
    command = add_command(
        commands,
        "sweep",
        _sweep,
        "simulate every strategy at every rate",
        needs="NumPy alone; Parquet dropviz[frames], --scheduler dropviz[dask]",
        epilog=EXAMPLES,
        argument_default=argparse.SUPPRESS,
    )
    add_source(command)
    add_rates(command, "0:0.95:0.05")
    command.add_argument(
        "--scheduler",
        type=address,
        metavar="ADDRESS",
        help="of a Dask cluster that does the work, such as tcp://127.0.0.1:8786; the same bits",
    )
    output = command.add_mutually_exclusive_group()
    for kind, what in OUTPUTS.items():
        output.add_argument(
            f"--{kind}", type=path, metavar="PATH", help=f"write {what} here (-: standard output)"
        )
    add_command(commands, "strategies", _print_strategies, "print the table of factors")


def _print_strategies(options: argparse.Namespace) -> None:  # noqa: ARG001 (there are none)
    print(f"{'strategy':12} {'train':6} {'test':6} {'':8} r = rate = P(drop), k = 1 - r")
    for row in strategies().values():
        kind = "mistake" if row.mistake else ""
        print(f"{row.name:12} {row.train_scale.symbol:6} {row.test_scale.symbol:6} {kind:8} {row.label}")


def _sweep(options: argparse.Namespace) -> None:
    given = vars(options)
    if "parquet" in given:
        need("pandas", "pyarrow")
    config = config_of(given, rate_grid(0.0, 0.95, 0.05))
    line = ProgressLine("sweep", quiet=0.5) if sys.stderr.isatty() else None
    with workers_of(given.get("scheduler")) as executor:
        result = sweep(config, executor, progress=line)
    for kind in OUTPUTS:
        if kind in given:
            write(given[kind], _exported(result, kind, label_of(given)))
            return
    print(text_of(result.columns()))


def _exported(result: Sweep, kind: str, label: str) -> bytes:
    if kind == "csv":
        return csv_of(result.columns())
    if kind == "parquet":
        content = io.BytesIO()
        result.to_frame().to_parquet(content, index=False)
        return content.getvalue()
    from dropviz.cli.pictures import everything

    return everything(result, label)
