"""Random numbers seen as they are drawn: the functions that draw are watched, and the code that calls them is named.

What is drawn is found by name and place; what it does to activations is measured, in `dropviz.frameworks.rerun`.
"""

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from dropviz.frameworks.findings import Place
from dropviz.frameworks.passes import Event, Pass, digest
from dropviz.numbers.checks import AnyFloats

FEWEST = 16  # values of a mask that tells itself from another
OURS = str(Path(__file__).parents[1])


@dataclass(slots=True)
class Running:
    """A layer that runs: its path, its class, the places where it itself drew, and what it was given, as letters."""

    path: str
    kind: str
    drew: list[Place] = field(default_factory=list)
    given: str = ""


class Draws:
    """What is drawn in the passes of a network, and by which of its layers.

    ``rates`` says of the functions that are dropout themselves where their rate stands: its name and position.
    """

    def __init__(self, skipped: Sequence[str], rates: Mapping[str, tuple[str, int]]) -> None:
        self.skipped = (OURS, "<frozen", *skipped)
        self.rates = rates
        self.stack: list[Running] = []
        self.now = Pass(0)
        self.quiet = 0

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Note nothing that is drawn inside."""
        self.quiet += 1
        try:
            yield
        finally:
            self.quiet -= 1

    @contextmanager
    def watching(self, functions: Sequence[tuple[ModuleType, str]]) -> Iterator[None]:
        """Note every call of these functions, which are put back afterwards."""
        kept = [(home, name, getattr(home, name)) for home, name in functions if hasattr(home, name)]
        try:
            for home, name, function in kept:
                setattr(home, name, self._noted(name, function))
            yield
        finally:
            for home, name, function in kept:
                setattr(home, name, function)

    def _noted(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(function)
        def draw(*args: Any, **kwargs: Any) -> Any:
            if self.quiet or not self.stack:
                return function(*args, **kwargs)
            with self.silent():  # what it calls is a part of it
                found = function(*args, **kwargs)
            self._note(name, args, kwargs, found)
            return found

        return draw

    def _note(self, name: str, args: Sequence[Any], kwargs: Mapping[str, Any], found: Any) -> None:
        running = self.stack[-1]
        place = Place(running.path, running.kind, self.line(), name)
        event = self.now.events.setdefault(place, Event())
        event.calls += 1
        if name in self.rates:
            word, at = self.rates[name]
            rate = kwargs.get(word, args[at] if len(args) > at else 0.0)
            event.rate = max(event.rate or 0.0, float(rate))
        event.acting = event.acting or event.rate is None or event.rate > 0.0
        event.states.append(_state(numbers(found), numbers(args[0]) if name in self.rates and args else None))
        if place not in running.drew:
            running.drew.append(place)

    def line(self) -> str:
        """File and line of the network's own code that is running, "" where there is none."""
        frame: Any = sys._getframe(1)
        while frame is not None:
            file = frame.f_code.co_filename
            if file.startswith(OURS) and frame.f_code.co_name == "run":
                return ""
            if not file.startswith(self.skipped):
                path = Path(file)
                inside = path.is_relative_to(Path.cwd())
                return f"{path.relative_to(Path.cwd()) if inside else path.name}:{frame.f_lineno}"
            frame = frame.f_back
        return ""


def _state(drawn: AnyFloats | None, given: AnyFloats | None) -> str:
    """A few letters for what was drawn, of dropout for which values it dropped; "" where that tells nothing."""
    if drawn is None or given is None or drawn.shape != given.shape:
        return digest(drawn)
    lost = (drawn == 0.0) & (given != 0.0)
    return digest(lost) if lost.any() and lost.size >= FEWEST else ""


def numbers(value: Any) -> AnyFloats | None:
    """What an array of any framework holds; None where it holds nothing yet, as while it is traced, or no numbers."""
    try:
        found = np.asarray(value.detach().cpu() if hasattr(value, "detach") else value)
        return found.astype(np.float64) if found.dtype.kind in "biufV" else None
    except Exception:  # every framework has its own way to say that there is nothing to read
        return None
