"""The options that say where activations come from and how they are drawn, and what these options mean."""

import argparse
from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from numpy.typing import NDArray

from dropviz.cli.words import STREAM, number, opened, option, path, whole
from dropviz.datasets.files import in_range
from dropviz.datasets.streams import largest_array
from dropviz.numbers.rates import rate_grid
from dropviz.numbers.written import read_number
from dropviz.settings.sources import SOURCES
from dropviz.simulation.sweep import SweepConfig
from dropviz.theory.activations import Activations
from dropviz.theory.measured import Empirical
from dropviz.theory.strategies import strategies

PARAMETERS = {name for source in SOURCES.values() for name in source.parameters}
MOST_VALUES = 50_000_000  # of an array; each takes 8 bytes, and some more while they are counted
BEGINNINGS = {b"\x93NUMPY": ".npy", b"PK\x03\x04": ".npz", b"PAR1": ".parquet"}


def add_source(command: argparse.ArgumentParser) -> None:
    """Add the options of the activations, of their number and of their seed."""
    source = command.add_mutually_exclusive_group()
    names = f"{', '.join(SOURCES)} (relu)"
    source.add_argument(
        "--activations", choices=SOURCES, metavar="SOURCE", help=f"where they come from: {names}"
    )
    source.add_argument(
        "--file",
        type=path,
        help="your own: .npy, .npz or .safetensors (the largest array), .csv or .parquet; without an ending, and of - "
        f"(standard input), the first bytes tell which, or it is csv; at most {MOST_VALUES:,} values",
    )
    for name in sorted(PARAMETERS):
        having = ", ".join(key for key, row in SOURCES.items() if name in row.parameters)
        command.add_argument(option(name), type=number, metavar="NUMBER", help=f"of {having}")
    command.add_argument("--units", type=whole, help="how many activations are drawn (100000)")
    command.add_argument("--seed", type=whole, help="the same seed gives the same numbers (7)")


def add_rates(command: argparse.ArgumentParser, usual: str) -> None:
    """Add the options of what is done to the activations; without any, the rates are ``usual``."""
    command.add_argument("--rates", help=f"first:last:step, or a list with commas ({usual})")
    command.add_argument(
        "--strategies", help=f"with commas; of {', '.join(strategies())} (standard,inverted)"
    )
    command.add_argument("--replicates", type=whole, help="independent repeats of the experiment (1)")


def config_of(given: Mapping[str, Any], usual: tuple[float, ...]) -> SweepConfig:
    """Return the configuration that the options given are; the rest, but for the ``usual`` rates, as in the library."""
    names = {item.name for item in fields(SweepConfig)}
    choices = {name: given[name] for name in names & given.keys() - {"activations", "rates", "strategies"}}
    if "strategies" in given:
        choices["strategies"] = tuple(given["strategies"].split(","))
    rates = _rates(given["rates"]) if "rates" in given else usual
    return SweepConfig(activations=_activations(given), rates=rates, **choices)


def label_of(given: Mapping[str, Any]) -> str:
    """Return what the activations are, in words."""
    if "file" in given:
        return "standard input" if given["file"] == STREAM else str(given["file"].name)
    parameters = [f"{name} {given[name]:g}" for name in sorted(PARAMETERS & given.keys())]
    return ", ".join([given.get("activations", "relu"), *parameters])


def _activations(given: Mapping[str, Any]) -> Activations:
    name = given.get("activations", "relu")
    allowed = set() if "file" in given else set(SOURCES[name].parameters)
    for parameter in sorted((PARAMETERS & given.keys()) - allowed):
        owner = "--file" if "file" in given else f"--activations {name}"
        options = ", ".join(map(option, sorted(allowed))) or "no parameters"
        raise ValueError(f"{option(parameter)} does not belong to {owner}, which has {options}")
    if "file" in given:
        with opened(given["file"]) as file:
            name = _named(given["file"].name, file.peek(8))
            return Empirical(in_range(_table(largest_array(name, file, MOST_VALUES))))
    return SOURCES[name].kind(**{key: given[key] for key in allowed & given.keys()})


def _table(values: NDArray[Any]) -> NDArray[Any]:
    """The values, of a table with a single column as a list."""
    return values.ravel() if values.ndim == 2 and values.shape[1] == 1 else values


def _named(name: str, data: bytes) -> str:
    """A file's name, with the ending that its first bytes tell where it has none.

    >>> _named("-", b"1\\n2\\n"), _named("a.npy", b"1\\n2\\n")
    ('-.csv', 'a.npy')
    """
    if "." in name:
        return name
    return name + next((end for start, end in BEGINNINGS.items() if data.startswith(start)), ".csv")


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
    if not 0.0 <= numbers[0] <= numbers[1] <= 1.0:
        raise ValueError(
            f"--rates first:last:step must rise from first to last, both from 0 to 1; got {text!r}"
        )
    return rate_grid(*numbers)
