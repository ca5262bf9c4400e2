"""``python -m dropviz``: see `dropviz.cli`."""

import sys

from dropviz.cli import main

if __name__ == "__main__":
    sys.exit(main())
