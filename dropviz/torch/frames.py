"""Which of the network's own code is running: the frames that are neither torch's nor ours."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch

TORCH, HERE = str(Path(torch.__file__).parent), str(Path(__file__).parent)
SKIPPED = (TORCH, HERE, "<frozen", "<__array")
START = (str(Path(HERE, "watching.py")), "run")
MODULES = str(Path(TORCH, "nn", "modules"))


def _frames() -> Iterator[Any]:
    """The frames from the innermost to where a pass is started."""
    frame: Any = sys._getframe(1)
    while frame is not None and (frame.f_code.co_filename, frame.f_code.co_name) != START:
        yield frame
        frame = frame.f_back


def line_of() -> str:
    """File and line of the network's own code that runs, "" where there is none."""
    for frame in _own():
        file = Path(frame.f_code.co_filename)
        file = file.relative_to(Path.cwd()) if file.is_relative_to(Path.cwd()) else Path(file.name)
        return f"{file}:{frame.f_lineno}"
    return ""


def spot_of() -> str:
    """Where in a line of the network's own code a call stands, for a line may hold a factor of each mode."""
    return next((f"{frame.f_code.co_filename}:{frame.f_lineno}:{frame.f_lasti}" for frame in _own()), "")


def _own() -> Iterator[Any]:
    """The frames of the network's own code."""
    return (frame for frame in _frames() if not frame.f_code.co_filename.startswith(SKIPPED))


def functions(paths: Sequence[str]) -> tuple[str, ...]:
    """The functions of the network's own code that run, each with the path of its module, the innermost first.

    ``paths``: of the modules that run, the innermost last.
    """
    found, left = [], list(paths)
    for frame in _frames():
        file, code = frame.f_code.co_filename, frame.f_code
        if not file.startswith(SKIPPED):
            found.append(f"{left[-1] if left else ''}|{file}:{code.co_firstlineno}")
        elif code.co_name == "_call_impl" and file.startswith(TORCH) and left:
            left.pop()  # a module was called
    return tuple(found)


def is_layers() -> bool:
    """Whether a layer of torch makes the call that runs."""
    files = (frame.f_code.co_filename for frame in _frames())
    callers = (file for file in files if file.startswith(MODULES) or not file.startswith(SKIPPED))
    return next(callers, "").startswith(MODULES)
