"""The same from a terminal: ``dropviz``, or ``python -m dropviz``; a command or two a module."""

import argparse
import os
import sys
from collections.abc import Sequence

from dropviz import __version__
from dropviz.cli import app, auditing, checking, drawing, reporting, sweeping
from dropviz.cli.words import LINES, Parser
from dropviz.extras import INSTALLED_BY, how_to_get, package_of

SUBJECT = "What dropout does to activations, and whether it is right in a network."
EXAMPLES = """\
extras, added as by pip install "dropviz[app]"; all else needs NumPy alone:
  app                dropviz[app]
  check              dropviz[torch], dropviz[keras] or dropviz[jax]
  Parquet            dropviz[frames]
  sweep --scheduler  dropviz[dask]

examples:
  dropviz app
  dropviz sweep --activations normal --mean 1 --units 1000 --rates 0:0.9:0.1
  dropviz sweep --file values.npy --strategies inverted,none --csv out.csv
  dropviz audit package.module:train --test package.module:test
  dropviz check package.module:factory --input 4x12x32
  dropviz report layers.npz --rate 0.3
  dropviz story talk.html
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return the exit status: 0, 1 where something is wrong with dropout, 2 after a line on stderr.

    Parameters
    ----------
    arguments
        The words of the command line; those of this process if not given.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None:
        parser.print_help(sys.stderr)
        return 2
    status = 0
    try:
        status = options.run(options) or 0
        if sys.stdout is not None:  # closed by the shell: >&-
            sys.stdout.flush()
    except BrokenPipeError:
        # The reader, say `head`, has seen enough; Python would complain again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except ModuleNotFoundError as missing:
        package = package_of(missing)
        known = package in INSTALLED_BY
        parser.error(how_to_get(package, options.command) if known else str(missing))
    except (ValueError, ImportError, MemoryError) as error:
        parser.error(str(error) or "not enough memory")
    except OSError as error:
        parser.error(f"cannot open {error.filename}: {error.strerror}" if error.filename else str(error))
    except KeyboardInterrupt:
        return 130  # what a shell expects after Ctrl-C
    return status


def _parser() -> argparse.ArgumentParser:
    parser = Parser("dropviz", description=SUBJECT, epilog=EXAMPLES, formatter_class=LINES)
    parser.add_argument("--version", action="version", version=f"dropviz {__version__}")
    commands = parser.add_subparsers(metavar="command", dest="command")
    for module in (app, sweeping, auditing, checking, reporting, drawing):
        module.add(commands)
    return parser
