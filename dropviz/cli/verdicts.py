"""A function or network of a person's own by name, and what was found in it: text, JSON or GitHub's annotations."""

import argparse
import importlib
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from dropviz.frameworks.findings import Finding

FRAMEWORKS = ("torch", "keras", "jax")


class Verdict(Protocol):
    """What an audit or a check returns."""

    @property
    def findings(self) -> Sequence[Finding]:
        """What is wrong."""

    @property
    def right(self) -> bool:
        """Whether nothing is wrong."""


class Target(NamedTuple):
    """Where a function or network stands."""

    module: str
    name: str

    def loaded(self) -> Any:
        """Return what stands there; this folder is looked into first."""
        if sys.path[0] != str(Path.cwd()):
            sys.path.insert(0, str(Path.cwd()))
        return getattr(importlib.import_module(self.module), self.name)

    def __str__(self) -> str:
        return f"{self.module}:{self.name}"


def target(text: str) -> Target:
    """Return the target that ``package.module:name`` is, or raise what argparse reports."""
    module, colon, name = text.partition(":")
    if not (module and colon and name.isidentifier()):
        raise argparse.ArgumentTypeError(f"must be package.module:name; got {text!r}")
    return Target(module, name)


@contextmanager
def trying(doing: str) -> Iterator[None]:
    """Run code of a person's own: what it prints is no part of the answer, what it raises becomes a sentence."""
    try:
        with redirect_stdout(sys.stderr):
            yield
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and error.name in FRAMEWORKS:
            raise  # what is missing is an extra of ours
        kind = "" if type(error) is ValueError else f"{type(error).__name__}: "
        raise ValueError(f"{doing}: {kind}{error}") from error


def add_format(command: argparse.ArgumentParser) -> None:
    """Add the option that says how a verdict is printed."""
    command.add_argument(
        "--format", choices=("text", "json", "github"), default="text", help="of what is printed"
    )


def told(verdict: Verdict, json: str, form: str) -> int:
    """Print a verdict in a form, ``json`` if it is that; return the exit status."""
    if form == "json":
        print(json)
    elif form == "github":
        print("\n".join(map(_annotation, verdict.findings)))
    else:
        print(verdict)
    return 0 if verdict.right else 1


def _annotation(one: Finding) -> str:
    text = f"{one.sentence} ({one.measured})".replace("%", "%25")  # as GitHub reads its commands
    return f"::{one.severity} {_file(one.where)}title=dropout {one.kind}::{text}"


def _file(where: str) -> str:
    """File and line as GitHub annotates them.

    >>> _file("head (Dropout), net.py:12"), _file("head (LSTM)")
    ('file=net.py,line=12,', '')
    """
    found = re.search(r"\), (.+\.py):(\d+)$", where)
    return f"file={found[1]},line={found[2]}," if found and not set(found[1]) & set("%:,") else ""
