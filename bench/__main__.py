"""Run benchmarks: ``python -m bench [sweep] [page] [options of one]``; without a name, all."""

import argparse
import importlib
import sys

NAMES = ("sweep", "scale", "training", "page", "visit", "visitors", "hall")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=f"among {', '.join(NAMES)}; default: all")
    chosen, options = parser.parse_known_args()
    unknown = set(chosen.names) - set(NAMES)
    if unknown:
        parser.error(f"no benchmark is called {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}")
    for name in chosen.names or NAMES:
        sys.argv = [f"python -m bench {name}", *options]
        importlib.import_module(f"bench.{name}").main()
        print(flush=True)


if __name__ == "__main__":
    main()
