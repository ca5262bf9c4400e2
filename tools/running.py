"""What tests and benches start beside themselves, on free ports of this machine; it ends with its block."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from tools.services import environment, find

ROOT = Path(__file__).parents[1]
APP = ROOT / "app.py"
HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds until what is started answers


class App(NamedTuple):
    """A running app: its address without a slash at the end, and the file that its output goes to."""

    url: str
    port: int
    pid: int
    log: Path


def free_ports(count: int) -> list[int]:
    """Return as many ports that nobody listens at."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind((HOST, 0))
        return [one.getsockname()[1] for one in sockets]


def status(url: str) -> int:
    """Return the status that an address answers with; 0 where nobody does."""
    try:
        with urlopen(url, timeout=10) as answer:
            return int(answer.status)
    except HTTPError as error:
        return error.code
    except (URLError, OSError):
        return 0


def wait_until(true: Callable[[], object], otherwise: Callable[[], str] = lambda: "in vain") -> None:
    """Look again and again. AssertionError: it was not so for a minute."""
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.02)


@contextmanager
def running(
    command: Sequence[object], log: Path = Path(os.devnull), given: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program in the project's folder, what it says in a log."""
    with (
        log.open("wb") as said,
        subprocess.Popen(
            list(map(str, command)), cwd=ROOT, env=given, stdout=said, stderr=subprocess.STDOUT
        ) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()


@contextmanager
def app(
    script: Path = APP, port: int = 0, base: str = "", log: Path = Path(os.devnull), **settings: str
) -> Iterator[App]:
    """Serve a script below ``base``, with these settings of the environment; 0 is a free port."""
    (port,) = [port] if port else free_ports(1)
    url = f"http://{HOST}:{port}{base}"
    command = [sys.executable, "-m", "streamlit", "run", script, f"--server.address={HOST}"]
    command += [f"--server.port={port}", f"--server.baseUrlPath={base}", "--server.headless=true"]
    with running(command, log, os.environ | {"PYTHONPATH": str(ROOT)} | settings) as process:
        wait_until(lambda: process.poll() is not None or status(f"{url}/_stcore/health") == 200)
        if process.poll() is not None:
            raise RuntimeError(f"The app ended with {process.returncode}; its log:\n{log.read_text()}")
        yield App(url, port, process.pid, log)


@contextmanager
def redis_server(folder: Path) -> Iterator[str]:
    """Run a Redis that keeps nothing, its line in a folder; its address."""
    line = folder / "redis.sock"
    command = [find("redis-server"), "--port", 0, "--unixsocket", line, "--save", "", "--dir", folder]
    with running(command, given=environment()) as server:
        wait_until(lambda: line.exists() or server.poll() is not None)
        yield f"unix://{line}"
