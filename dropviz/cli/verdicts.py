"""A function or network of a person's own by name, and what was found in it: text, JSON or GitHub's annotations."""

import argparse
import importlib
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from traceback import walk_tb
from typing import Any, NamedTuple, Protocol

from dropviz.frameworks.findings import Finding

OURS = Path(__file__).parents[1]
FRAMEWORKS = ("torch", "keras", "jax", "tensorflow")


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
    words = [*module.split("."), name]
    if not colon or module.endswith(".py") or not all(map(str.isidentifier, words)):
        raise argparse.ArgumentTypeError(f"must be package.module:name, and no file; got {text!r}")
    return Target(module, name)


@contextmanager
def trying(code: Target, done: str) -> Iterator[None]:
    """Run code of a person's own: what it prints is no part of the answer, what it raises becomes a sentence."""
    try:
        with redirect_stdout(sys.stderr):
            yield
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and error.name in FRAMEWORKS:
            raise  # what is missing is an extra of ours
        kind = "" if type(error) is ValueError and str(error) else type(error).__name__
        said = ": ".join(part for part in (kind, str(error)) if part)
        raise ValueError(f"{code} could not be {done}: {said}{_raised_at(error, code)}") from error


def _raised_at(error: BaseException, code: Target) -> str:
    """The innermost line of a person's own code that led to an error, " (net.py:12)"; "" where none did.

    Their own is what stands below this folder, or beside the code that they named.
    """
    if isinstance(error, SyntaxError):
        return ""  # it says so itself
    named = getattr(sys.modules.get(code.module), "__file__", None)
    lines = [(Path(frame.f_code.co_filename), line) for frame, line in walk_tb(error.__traceback__)]
    for folder in (Path.cwd(), Path(named or __file__).parent):
        for file, line in reversed(lines):
            inside = file.relative_to(folder) if file.is_relative_to(folder) else None
            if inside and "site-packages" not in inside.parts and not file.is_relative_to(OURS):
                return f" ({inside}:{line})"
    return ""


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
