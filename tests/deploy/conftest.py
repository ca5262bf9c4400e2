"""nginx as ``deploy/`` has it, Redis and two apps below a base path, on free ports of this machine.

The apps may write nothing: a file of theirs cannot have a single byte.
"""

import re
import subprocess
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import pytest

from tools.running import ROOT, free_ports, running, status, wait_until
from tools.services import MISSING, environment, find

BASE = "/course/dropout"
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
        redis_server = stack.enter_context(running(in_memory, folder / "redis", environment()))
        stack.enter_context(running([programs["nginx"], "-c", settings], folder / "errors", environment()))
        for app in apps:
            app.start()
            stack.callback(app.end)
        for app in apps:
            app.wait_until_ready()
        yield SimpleNamespace(
            url=f"http://127.0.0.1:{front}{BASE}", strict=f"http://127.0.0.1:{strict}{BASE}",
            apps={app.name: app for app in apps}, redis=redis_server,
        )  # fmt: skip
