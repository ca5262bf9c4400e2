"""A process of its own for a file of somebody else's: with limited memory and time, and the one that may end."""

import os
import sys
from contextlib import suppress
from pathlib import Path

MEMORY = 2_000_000_000  # bytes of address space


def command(module: str, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """Return the command that runs a module of ours, and its environment."""
    root = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    # Arrow's own allocator, and OpenBLAS with many threads, reserve more memory than the process may have.
    frugal = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OPENBLAS_NUM_THREADS": "1"}
    return [sys.executable, "-P", "-m", module, *arguments], {**os.environ, "PYTHONPATH": path, **frugal}


def limit_this_process(seconds: int) -> None:
    """Let this process have no more memory, and so many seconds of the processor; others go first."""
    if sys.platform != "linux":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    with suppress(OSError):
        os.nice(5)
        Path("/proc/self/oom_score_adj").write_text("1000", "ascii")  # where memory ends, this one ends first
