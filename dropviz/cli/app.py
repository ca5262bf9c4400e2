"""``dropviz app``: serve the app, from a checkout or from an installed package."""

import argparse
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from dropviz.cli.words import add as add_command
from dropviz.cli.words import need, whole

PACKAGE = Path(__file__).parents[1]
# A wheel has the entry inside of the package, with its settings beside it; a checkout has both at its top.
ENTRIES = (PACKAGE / "start" / "app.py", PACKAGE.parent / "app.py")


def add(commands: Any) -> None:
    """Add the command."""
    command = add_command(commands, "app", _serve, "start the app; it ends with Ctrl-C", needs="dropviz[app]")
    command.add_argument("--port", type=whole, default=8501, help="where it listens (8501)")
    command.add_argument(
        "--host",
        default="localhost",
        help="0.0.0.0: for other machines and phones too (localhost)",
    )


def _serve(options: argparse.Namespace) -> int:
    if not 1 <= options.port <= 65535:
        raise ValueError(f"--port must be a whole number from 1 to 65535; got {options.port}")
    need("streamlit", "segno", "plotly", "pandas")
    entry = next(path for path in ENTRIES if path.is_file())
    flags = [f"--server.port={options.port}", f"--server.address={options.host}"]
    command = [sys.executable, "-m", "streamlit", "run", str(entry), *flags]
    # NumPy reads it when it is loaded, as it has been here: hence a process of its own.
    environment = {"OPENBLAS_NUM_THREADS": "1"} | os.environ
    if os.name == "posix":
        os.execve(sys.executable, command, environment)  # signals go to the server itself
    return subprocess.call(command, env=environment)
