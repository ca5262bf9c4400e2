"""The wheel in ``dist`` (make dist): what is in it, and the app that it starts from an empty folder."""

import os
import signal
import subprocess
import sys
import zipfile

import pytest

from tools.running import ROOT, free_ports, status, wait_until

pytestmark = pytest.mark.image


@pytest.fixture
def wheel(tmp_path):
    """The folder that holds what the wheel installs."""
    (found,) = (ROOT / "dist").glob("dropviz-*.whl")
    with zipfile.ZipFile(found) as archive:
        archive.extractall(tmp_path / "installed")
    return tmp_path / "installed"


def test_it_has_every_file_of_the_package_and_the_entry_of_the_app(wheel):
    for name in ("dropviz", "app.py", ".streamlit/config.toml"):
        listed = subprocess.run(
            ["git", "ls-files", name], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout.split()
        assert listed
        for path in listed:
            inside = path if name == "dropviz" else f"dropviz/start/{path}"
            assert (wheel / inside).read_bytes() == (ROOT / path).read_bytes()


def test_it_starts_the_app_from_an_empty_folder(wheel, tmp_path):
    (tmp_path / "empty").mkdir()
    (port,) = free_ports(1)
    server = subprocess.Popen(
        [sys.executable, "-m", "dropviz", "app", f"--port={port}"],
        cwd=tmp_path / "empty",
        env={**os.environ, "PYTHONPATH": str(wheel), "HOME": str(tmp_path / "empty")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        wait_until(lambda: status(f"http://localhost:{port}/healthz") == 200)
        assert status(f"http://localhost:{port}/") == 200
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) in (0, -signal.SIGTERM)
    finally:
        server.kill()
        said = server.communicate()[0]
    assert "Traceback" not in said
    assert "usage statistics" not in said
    assert list((tmp_path / "empty").iterdir()) == []
