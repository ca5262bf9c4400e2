"""The same from a terminal: ``python -m dropviz sweep``, ``check`` and ``strategies``."""

import argparse
import importlib
import math
import os
import re
import sys
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, NoReturn

from dropviz.datasets.files import MOST_BYTES, read_activations
from dropviz.numbers.rates import rate_grid
from dropviz.numbers.written import read_number
from dropviz.settings.sources import SOURCES
from dropviz.simulation.sweep import Sweep, SweepConfig, sweep
from dropviz.theory.activations import Activations
from dropviz.theory.measured import Empirical
from dropviz.theory.strategies import strategies

PARAMETERS = {name for source in SOURCES.values() for name in source.parameters}
OUTPUTS = {"csv": "the table", "parquet": "the table", "html": "the live figure"}
MOST_VALUES = 100_000_000  # of one input of a network
SUBJECT = "What standard and inverted dropout do to the same activations under the same mask."
EXAMPLES = """\
examples:
  python -m dropviz sweep --activations relu --mean 0 --std 1 --units 100000 --rates 0:0.95:0.05 --seed 7
  python -m dropviz sweep --file values.npy --strategies standard,inverted,none --csv out.csv
  python -m dropviz check package.module:factory --input 4x12x32
  python -m dropviz strategies
"""
CHECKED = """\
Find where dropout is wrong in a PyTorch network (pip install torch).

package.module:factory is a network, or what returns one when called. Exit status: 0 if nothing is wrong, 1 if
something is, 2 if it cannot be told.
"""


class _Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, without the usage above it."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"dropviz: {' '.join(message.split())}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status: 0, 1 where `check` finds an error, 2 after a line on stderr.

    Parameters
    ----------
    arguments
        The words of the command line; those of this process if not given.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    status = 0
    try:
        status = options.run(options) or 0
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader, say `head`, has seen enough; Python would complain again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (ValueError, ImportError, MemoryError) as error:
        parser.error(str(error) or "not enough memory")
    except OSError as error:
        parser.error(f"cannot open {error.filename}: {error.strerror}" if error.filename else str(error))
    except KeyboardInterrupt:
        return 130  # what a shell expects after Ctrl-C
    return status


def _parser() -> argparse.ArgumentParser:
    keep_lines = argparse.RawDescriptionHelpFormatter
    parser = _Parser("python -m dropviz", description=SUBJECT, epilog=EXAMPLES, formatter_class=keep_lines)
    commands = parser.add_subparsers(required=True, metavar="sweep | check | strategies")
    table = commands.add_parser("strategies", help="print the table of factors", allow_abbrev=False)
    table.set_defaults(run=_print_strategies)
    _add_check(commands)
    command = commands.add_parser(
        "sweep",
        help="simulate every strategy at every rate",
        description=SUBJECT,
        epilog=EXAMPLES,
        formatter_class=keep_lines,
        allow_abbrev=False,
        argument_default=argparse.SUPPRESS,
    )
    command.set_defaults(run=_sweep)
    source = command.add_mutually_exclusive_group()
    source.add_argument("--activations", choices=SOURCES, help="where they come from (relu if not given)")
    source.add_argument("--file", type=_path, help="your own: .npy, .npz, .csv or .parquet")
    for name in sorted(PARAMETERS):
        having = ", ".join(key for key, row in SOURCES.items() if name in row.parameters)
        command.add_argument(_option(name), type=_number, metavar="NUMBER", help=f"of {having}")
    command.add_argument("--units", type=_whole, help="how many activations are drawn (100000)")
    command.add_argument("--rates", help="first:last:step, or a list with commas (0:0.95:0.05)")
    command.add_argument(
        "--strategies", help=f"with commas; of {', '.join(strategies())} (standard,inverted)"
    )
    command.add_argument("--seed", type=_whole, help="the same seed gives the same numbers (7)")
    command.add_argument("--replicates", type=_whole, help="independent repeats of the experiment (1)")
    output = command.add_mutually_exclusive_group()
    for kind, what in OUTPUTS.items():
        output.add_argument(
            f"--{kind}", type=_path, metavar="PATH", help=f"write {what} here instead of printing"
        )
    return parser


def _add_check(commands: Any) -> None:
    command = commands.add_parser(
        "check",
        help="find where dropout is wrong in a PyTorch network",
        description=CHECKED,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    command.set_defaults(run=_check)
    command.add_argument("network", metavar="package.module:factory", help="looked for in this folder first")
    command.add_argument(
        "--input",
        action="append",
        required=True,
        metavar="SHAPE",
        help="4x12x32: normal values; 4x12:1000: whole numbers below 1000; once for each that forward takes",
    )
    command.add_argument("--passes", type=_whole, default=4, help="in training, 3 to 200 (4)")
    command.add_argument(
        "--format", choices=("text", "json", "github"), default="text", help="of what is printed"
    )


def _number(text: str) -> float:
    try:
        return read_number(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number such as 0.25; got {text!r}") from None


def _whole(text: str) -> int:
    if not re.fullmatch("[+-]?[0-9]{1,30}", text):
        raise argparse.ArgumentTypeError(f"must be a whole number such as 7; got {text!r}")
    return int(text)


def _path(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("must be the path of a file; got an empty one")
    return Path(text)


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _print_strategies(options: argparse.Namespace) -> None:  # noqa: ARG001 (there are none)
    print(f"{'strategy':12} {'train':6} {'test':6} {'':8} r = rate = P(drop), k = 1 - r")
    for row in strategies().values():
        kind = "mistake" if row.mistake else ""
        print(f"{row.name:12} {row.train_scale.symbol:6} {row.test_scale.symbol:6} {kind:8} {row.label}")


def _check(options: argparse.Namespace) -> int:
    module, colon, name = options.network.partition(":")
    if not colon or not name.isidentifier():
        raise ValueError(f"network must be package.module:factory; got {options.network!r}")
    try:
        import torch

        from dropviz.torch.checking import check
    except ModuleNotFoundError as missing:
        raise ValueError(f"check needs PyTorch: pip install torch ({missing})") from missing
    inputs = [_tensor(torch, text) for text in options.input]
    sys.path.insert(0, str(Path.cwd()))
    torch.manual_seed(0)
    try:
        with redirect_stdout(sys.stderr):  # what the network prints is no part of the report
            found = getattr(importlib.import_module(module), name)
            report = check(
                found if isinstance(found, torch.nn.Module) else found(), *inputs, passes=options.passes
            )
    except (Exception, SystemExit) as error:  # whatever the network's own code does wrong
        raise ValueError(
            f"{options.network} could not be checked: {type(error).__name__}: {error}"
        ) from error
    if options.format == "json":
        print(report.to_json())
    elif options.format == "github":
        print(
            "\n".join(
                f"::{one.severity} {_file(one.where)}title=dropout {one.kind}::{one.sentence} ({one.measured})"
                for one in report.findings
            )
        )
    else:
        print(report)
    return 0 if report.right else 1


def _tensor(torch: Any, text: str) -> Any:
    """Normal values, or whole numbers below a number, of a shape such as 4x12x32."""
    shaped = re.fullmatch(r"(\d{1,9}(?:x\d{1,9})*)(?::(\d{1,9}))?", text)
    shape = [int(part) for part in shaped[1].split("x")] if shaped else [0]
    if not 0 < math.prod(shape) <= MOST_VALUES or (shaped and int(shaped[2] or 1) == 0):
        raise ValueError(
            f"--input must be a shape such as 4x12x32, or 4x12:1000 for numbers below 1000; got {text!r}"
        )
    assert shaped is not None
    return torch.randint(int(shaped[2]), shape) if shaped[2] else torch.randn(shape)


def _file(where: str) -> str:
    """File and line as GitHub annotates them.

    >>> _file("head (Dropout), net.py:12"), _file("head (LSTM)")
    ('file=net.py,line=12,', '')
    """
    found = re.search(r"(\S+\.py):(\d+)$", where)
    return f"file={found[1]},line={found[2]}," if found else ""


def _sweep(options: argparse.Namespace) -> None:
    given = vars(options)
    choices: dict[str, Any] = {name: given[name] for name in ("units", "seed", "replicates") if name in given}
    if "strategies" in given:
        choices["strategies"] = tuple(given["strategies"].split(","))
    rates = _rates(given.get("rates", "0:0.95:0.05"))
    result = sweep(SweepConfig(activations=_activations(given), rates=rates, **choices))
    for kind in OUTPUTS:
        if kind in given:
            given[kind].write_bytes(_exported(result, kind, _label(given)))
            return
    print(result.to_frame().to_string(index=False))


def _activations(given: dict[str, Any]) -> Activations:
    name = given.get("activations", "relu")
    allowed = set() if "file" in given else set(SOURCES[name].parameters)
    for parameter in sorted((PARAMETERS & given.keys()) - allowed):
        owner = "--file" if "file" in given else f"--activations {name}"
        options = ", ".join(map(_option, sorted(allowed))) or "no parameters"
        raise ValueError(f"{_option(parameter)} does not belong to {owner}, which has {options}")
    if "file" in given:
        with given["file"].open("rb") as file:
            return Empirical(read_activations(given["file"].name, file.read(MOST_BYTES + 1)))
    return SOURCES[name].kind(**{key: given[key] for key in allowed & given.keys()})


def _rates(text: str) -> tuple[float, ...]:
    wrong = ValueError(f"--rates must be first:last:step or numbers with commas; got {text!r}")
    try:
        numbers = tuple(read_number(part) for part in text.replace(":", ",").split(","))
    except ValueError:
        raise wrong from None
    if ":" not in text:
        return numbers
    if len(numbers) != 3:
        raise wrong
    return rate_grid(*numbers)


def _label(given: dict[str, Any]) -> str:
    if "file" in given:
        return str(given["file"].name)
    parameters = [f"{name} {given[name]:g}" for name in sorted(PARAMETERS & given.keys())]
    return ", ".join([given.get("activations", "relu"), *parameters])


def _exported(result: Sweep, kind: str, label: str) -> bytes:
    from dropviz.figures.everything import explorer_live
    from dropviz.live.page import standalone_html
    from dropviz.simulation.first_screen import first_look

    if kind == "csv":
        return str(result.to_frame().to_csv(index=False)).encode()
    if kind == "parquet":
        return bytes(result.to_frame().to_parquet(index=False))
    caption = f"Activations: {label}; {result.config.units:,} units, seed {result.config.seed}."
    title = "Dropout: scale at test time, or invert in training?"
    return standalone_html(explorer_live(first_look(result)), title, caption).encode()
