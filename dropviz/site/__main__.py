"""``python -m dropviz.site FOLDER``: write the pages that need no server."""

import argparse
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from dropviz.site.build import write_site
from dropviz.site.pages import site_pages


def publish(folder: Path) -> None:
    """Write the folder, in as many processes as there are processors, and say how large it is."""
    folder.mkdir(parents=True, exist_ok=True)  # or say at once that it cannot be
    with ProcessPoolExecutor() as pool:
        size = write_site(folder, site_pages(), pool.map)
    print(f"{folder}/index.html: the pages, {size / 1e6:.1f} MB in all.")


def main() -> int:
    """Publish what the command line says."""
    parser = argparse.ArgumentParser("python -m dropviz.site", description=__doc__)
    parser.add_argument("folder", type=Path, help="where the files go; it is made if it is not there")
    publish(parser.parse_args().folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
