"""nginx as ``deploy/`` has it, Redis and two apps below a base path, on free ports of this machine.

The apps may write nothing: a file of theirs cannot have a single byte.
"""

import re
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

import pytest

from tools.services import MISSING, environment, find

ROOT = Path(__file__).parents[2]
BASE = "/course/dropout"
PATIENCE = 60.0
# A host that passes only what every Streamlit app has.
STRICT = (
    "location ~ /(static/dropviz|hall|healthz) {{ return 404; }} location / {{ proxy_pass http://$app; }}"
)


def pytest_collection_modifyitems(items):
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.deploy)


@dataclass
class App:
    """One of the two processes: its port, and what it has said."""

    name: str
    port: int
    environment: dict[str, str]
    said: list[str] = field(default_factory=list)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}{BASE}"

    def start(self):
        command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.address=127.0.0.1"]
        command += [f"--server.port={self.port}", f"--server.baseUrlPath={BASE}"]
        self.process = subprocess.Popen(
            ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *command],
            cwd=ROOT, env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        self.reader = threading.Thread(target=self.said.extend, args=(self.process.stdout,), daemon=True)
        self.reader.start()

    def end(self):
        self.process.kill()
        self.process.wait(20)
        self.reader.join()
        self.process.stdout.close()

    def wait_until_ready(self):
        def ready():
            return self.process.poll() is not None or status(f"{self.url}/healthz") == 200

        wait_until(ready, lambda: "".join(self.said))
        assert self.process.poll() is None, "".join(self.said)


def status(url):
    """The status that an address answers with; 0 where nobody does."""
    try:
        with urlopen(url, timeout=10) as answer:
            return answer.status
    except HTTPError as error:
        return error.code
    except (URLError, OSError):
        return 0


def wait_until(true, otherwise=lambda: "in vain"):
    deadline = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < deadline, otherwise()
        time.sleep(0.05)


def free_ports(count):
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]


@contextmanager
def running(command, log):
    """A program that says nothing, or into a log."""
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=errors) as process,
    ):
        try:
            yield process
        finally:
            process.terminate()
            process.wait(20)


def nginx_settings(folder, front, strict, apps):
    """deploy/nginx.conf with other addresses, and a second door that passes only Streamlit's own paths."""
    text = (ROOT / "deploy" / "nginx.conf").read_text(encoding="utf-8")
    for inside, port in zip(("172.31.77.11", "172.31.77.12"), apps, strict=True):
        escaped = inside.replace(".", r"\.")
        text = text.replace(f"{inside}:8501", f"127.0.0.1:{port}")
        text = text.replace(f"{escaped}:8501", rf"127\.0\.0\.1:{port}")
    door = f"server {{ listen 127.0.0.1:{strict}; {STRICT.format()} }}"
    text = text.replace("listen 8080;", f"listen 127.0.0.1:{front};").replace("/tmp/", f"{folder}/")
    text = re.sub(r"\}\s*\Z", f"{door} }}\n", text)
    return f"daemon off; {text}".replace("worker_processes auto;", "worker_processes 2;")


@pytest.fixture(scope="session")
def fleet(tmp_path_factory):
    """The running whole: addresses of the two doors of nginx, and the apps ``one`` and ``two``."""
    programs = {name: find(name) for name in ("nginx", "redis-server")}
    for name, path in programs.items():
        if path is None:
            pytest.skip(MISSING.format(name))
    folder = tmp_path_factory.mktemp("fleet")
    redis, front, strict, *ports = free_ports(5)
    settings = folder / "nginx.conf"
    settings.write_text(nginx_settings(folder, front, strict, ports), encoding="utf-8")
    shared = environment() | {
        "DROPVIZ_REDIS_URL": f"redis://127.0.0.1:{redis}/0", "DROPVIZ_HALL_PROXIES": "1", "OPENBLAS_NUM_THREADS": "1",
    }  # fmt: skip
    apps = [App(name, port, shared) for name, port in zip(("one", "two"), ports, strict=True)]
    in_memory = [programs["redis-server"], "--port", str(redis), "--save", "", "--dir", str(folder)]
    with ExitStack() as stack:
        redis_server = stack.enter_context(running(in_memory, folder / "redis"))
        stack.enter_context(running([programs["nginx"], "-c", settings], folder / "errors"))
        for app in apps:
            app.start()
            stack.callback(app.end)
        for app in apps:
            app.wait_until_ready()
        yield SimpleNamespace(
            url=f"http://127.0.0.1:{front}{BASE}", strict=f"http://127.0.0.1:{strict}{BASE}",
            apps={app.name: app for app in apps}, redis=redis_server,
        )  # fmt: skip
