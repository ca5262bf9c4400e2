"""The Chromium that drives the browser tests: find it, or get one with ``python -m tools.browser``."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator

from playwright.sync_api import sync_playwright

ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = (
    "No Chromium that starts was found: install Chromium or Google Chrome, "
    "or name its executable in the environment variable DROPVIZ_BROWSER."
)


def find(downloaded: str) -> str | None:
    """Return the first browser that starts: the named one, one on the PATH, or Playwright's own.

    Parameters
    ----------
    downloaded
        Where Playwright keeps the Chromium that it downloads (``playwright.chromium.executable_path``).

    Raises
    ------
    ValueError
        If DROPVIZ_BROWSER is set to something that does not start: a person's choice is not overruled.
    """
    if named := os.environ.get("DROPVIZ_BROWSER"):
        if not _starts(named):
            raise ValueError(f"DROPVIZ_BROWSER must name a Chromium that starts; got {named!r}")
        return named
    on_path = (path for name in ON_PATH if (path := shutil.which(name)))
    return next((path for path in (*on_path, downloaded) if _starts(path)), None)


def install(downloaded: str) -> str | None:
    """Get a browser, from Playwright or else from Debian, and return its path; None if neither had one."""
    for command in _attempts(downloaded):
        print("$", *command, flush=True)
        subprocess.run(command, check=False)
        if found := find(downloaded):
            return found
    return None


def _attempts(downloaded: str) -> Iterator[list[str]]:
    yield [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
    if os.path.exists(downloaded):  # it is there and does not start: its libraries are missing
        yield [sys.executable, "-m", "playwright", "install-deps", "chromium"]
    if shutil.which("apt-get") and (os.geteuid() == 0 or shutil.which("sudo")):
        as_root = [] if os.geteuid() == 0 else ["sudo"]
        yield [*as_root, "apt-get", "update", "-qq"]
        yield [*as_root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"]


def _starts(executable: str) -> bool:
    # Ubuntu's chromium-browser is a script that only says how to install the snap: ask, do not believe the name.
    try:
        answer = subprocess.run([executable, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0


def main() -> int:
    """Say which browser the tests will use, getting one first if there is none."""
    with sync_playwright() as playwright:
        downloaded = playwright.chromium.executable_path
    try:
        found = find(downloaded) or install(downloaded)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    print(f"Browser tests will use {found}." if found else MISSING, file=sys.stdout if found else sys.stderr)
    return 0 if found else 1


if __name__ == "__main__":
    sys.exit(main())
