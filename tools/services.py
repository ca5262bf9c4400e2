"""nginx and Redis for the tests of a deployment: find them, or get them with ``python -m tools.services``.

They are unpacked from Debian's packages into ``build/services``, not installed: no service starts, and nobody has to be
root.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

NAMES = {"nginx": "-v", "redis-server": "--version"}  # each with what makes it say its version
FOLDER = Path(__file__).parents[1] / "build" / "services"
PLACES = ("/usr/sbin", str(FOLDER / "usr" / "sbin"), str(FOLDER / "usr" / "bin"))
MISSING = "No {} that starts was found, and Debian's packages, or apt-get, are not to be had here."


def environment() -> dict[str, str]:
    """Return the environment that the programs need: libraries may have been unpacked beside them."""
    libraries = sorted({str(file.parent) for file in (FOLDER / "usr" / "lib").rglob("*.so*")})
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)} if libraries else dict(os.environ)


def find(name: str) -> str | None:
    """Return the path of one of ``NAMES`` that starts."""
    found = shutil.which(name, path=os.pathsep.join((os.environ.get("PATH", ""), *PLACES)))
    if found is None:
        return None
    run = subprocess.run(
        [found, NAMES[name]], env=environment(), capture_output=True, timeout=20, check=False
    )
    return found if run.returncode == 0 else None


def get(packages: list[str]) -> None:
    """Unpack packages of Debian, and all that they need and this machine does not have."""
    wanted = _run("apt-get", "--simulate", "--no-install-recommends", "install", *packages)
    if not wanted and os.geteuid() == 0:  # the lists of a fresh machine are empty
        _run("apt-get", "update", "--quiet")
        wanted = _run("apt-get", "--simulate", "--no-install-recommends", "install", *packages)
    names = [line.split()[1] for line in wanted.splitlines() if line.startswith("Inst ")]
    if names:
        FOLDER.mkdir(parents=True, exist_ok=True)
        _run("apt-get", "download", *names, folder=FOLDER)
        for package in FOLDER.glob("*.deb"):
            _run("dpkg-deb", "--extract", package.name, ".", folder=FOLDER)
            package.unlink()


def _run(*command: str, folder: Path | None = None) -> str:
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return run.stdout if run.returncode == 0 else ""


def main() -> int:
    """Say which programs the tests will use, getting those that are missing first."""
    missing = [name for name in NAMES if find(name) is None]
    if missing and shutil.which("apt-get"):
        get(missing)
    for name in NAMES:
        found = find(name)
        print(f"The tests of a deployment will use {found}." if found else MISSING.format(name))
    return 0 if all(map(find, NAMES)) else 1


if __name__ == "__main__":
    sys.exit(main())
