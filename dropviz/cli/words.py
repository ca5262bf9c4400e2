"""The words of a command line: numbers, shapes and paths as they are written there, and what - stands for."""

import argparse
import math
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from io import BufferedReader
from pathlib import Path
from typing import Any, NoReturn, cast

from dropviz.numbers.written import read_number

LINES = argparse.RawDescriptionHelpFormatter  # keeps them
STREAM = Path("-")  # standard input, or output
MOST_VALUES = 100_000_000  # of one array
ALONE = "NumPy alone"  # all that a command needs, if nothing else is said


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line, without the usage above it."""

    def error(self, message: str) -> NoReturn:
        """End with status 2 after the message."""
        said = re.sub("^argument (.*?): (?=must|not)", r"\1 ", " ".join(message.split()))
        self.exit(2, f"dropviz: {said.removeprefix('argument ')}\n")


def number(text: str) -> float:
    """Return the number that ``text`` is, or raise what argparse reports."""
    try:
        return read_number(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number such as 0.25; got {text!r}") from None


def whole(text: str) -> int:
    """Return the whole number that ``text`` is, or raise what argparse reports."""
    if not re.fullmatch("[+-]?[0-9]{1,30}", text):
        raise argparse.ArgumentTypeError(f"must be a whole number such as 7; got {text!r}")
    return int(text)


def path(text: str) -> Path:
    """Return a path, or raise what argparse reports if it is empty."""
    if not text.strip():
        raise argparse.ArgumentTypeError("must be the path of a file; got an empty one")
    return Path(text)


def shape(text: str) -> tuple[int, ...]:
    """Return a shape such as 4x12x32, or raise what argparse reports.

    >>> shape("4x12x32")
    (4, 12, 32)
    """
    lengths = tuple(map(int, text.split("x"))) if re.fullmatch(r"[0-9]{1,20}(x[0-9]{1,20})*", text) else (0,)
    if not 0 < math.prod(lengths) <= MOST_VALUES:
        wanted = f"a shape such as 4x12x32, of 1 to {MOST_VALUES:,} values"
        raise argparse.ArgumentTypeError(f"must be {wanted}; got {text!r}")
    return lengths


def option(name: str) -> str:
    """Return the option of the parameter ``name``.

    >>> option("zero_probability")
    '--zero-probability'
    """
    return "--" + name.replace("_", "-")


@contextmanager
def opened(source: Path) -> Iterator[BufferedReader]:
    """A file, or standard input where it is -, to be read as it comes."""
    if source != STREAM:
        with source.open("rb") as file:
            yield file
    elif sys.stdin is None:
        raise ValueError("standard input is closed")
    else:
        yield cast("BufferedReader", sys.stdin.buffer)


def read(source: Path, most: int) -> bytes:
    """Return the first ``most`` bytes of a file, or of standard input where it is -."""
    with opened(source) as file:
        return file.read(most)


def write(target: Path, content: bytes) -> None:
    """Write a file, or to standard output where it is -."""
    if target != STREAM:
        target.write_bytes(content)
    elif sys.stdout is not None:
        sys.stdout.buffer.write(content)


def need(*packages: str) -> None:
    """Raise ModuleNotFoundError if one of these is not installed, before long work that ends with it."""
    for package in packages:
        import_module(package)


def add(
    commands: Any, name: str, run: Any, summary: str, *, about: str = "", needs: str = ALONE, **more: Any
) -> argparse.ArgumentParser:
    """Add a command that ``run`` runs; return its parser. Its help says more ``about`` it, and what it ``needs``."""
    more["description"] = f"{summary[0].upper()}{summary[1:]}.\n{about}\nNeeds {needs}."
    command: argparse.ArgumentParser = commands.add_parser(
        name, help=summary, formatter_class=LINES, allow_abbrev=False, **more
    )
    command.set_defaults(run=run)
    return command
