"""The Dockerfile's steps, in order, in a clean folder: what is copied, run, started and asked for its health."""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from fnmatch import fnmatch
from pathlib import Path

import pytest

from tools.running import ROOT, free_ports, status, wait_until

LOCKS = ("requirements.lock", "requirements-redis.lock")


def instructions():
    """The Dockerfile's instructions, each with its argument."""
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    text = "\n".join(line for line in lines if not line.startswith("#")).replace("\\\n", " ")
    return [tuple(line.strip().split(maxsplit=1)) for line in text.splitlines() if line.strip()]


def ignored(path):
    """Whether .dockerignore keeps a file of the repository out: the last pattern that fits decides."""
    verdict = False
    for pattern in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if pattern and not pattern.startswith("#"):
            name = pattern.removeprefix("!").removeprefix("**/")
            parts = [path, *path.parents]
            if any(
                fnmatch(part.as_posix(), name) or (pattern.startswith("**/") and part.name == name)
                for part in parts
            ):
                verdict = not pattern.startswith("!")
    return verdict


def test_only_what_is_copied_enters_the_image():
    copied = {
        source.rstrip("/")
        for name, argument in instructions()
        if name == "COPY" and not argument.startswith("--from")
        for source in argument.split()[:-1]
    }
    assert copied == {*LOCKS, "app.py", ".streamlit/config.toml", "dropviz"}
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    kept = {Path(line) for line in listed.splitlines() if not ignored(Path(line))}
    assert {path.parts[0] for path in kept} == {name.split("/")[0] for name in copied}
    assert ignored(Path("dropviz/__pycache__/a.pyc"))


def test_images_are_of_one_exact_digest_and_ours_of_a_user_without_rights():
    found = instructions()
    version = dict(argument.split("=", 1) for name, argument in found if name == "ARG")["PYTHON"]
    assert re.fullmatch(r"3\.\d+\.\d+-slim-\w+@sha256:[0-9a-f]{64}", version)
    assert {argument.split()[0] for name, argument in found if name == "FROM"} == {"python:${PYTHON}"}
    texts = [file.read_text(encoding="utf-8") for file in (ROOT / "deploy").rglob("*.yaml")]
    images = {each for text in texts for each in re.findall(r"image: (\S+)", text)}
    digests = [re.fullmatch(r"(\S+):[\w.-]+@sha256:[0-9a-f]{64}", each) for each in images - {"dropviz"}]
    assert {each and each[1] for each in digests} == {"redis", "nginxinc/nginx-unprivileged"}
    user = next(argument for name, argument in found if name == "USER")
    assert int(user) > 0
    assert f"--uid {user} " in next(argument for name, argument in found if argument.startswith("useradd"))
    assert all("--require-hashes" in argument for name, argument in found if "pip install" in argument)


def environment_of(found):
    pairs = [pair for name, argument in found if name == "ENV" for pair in shlex.split(argument)]
    return dict(pair.split("=", 1) for pair in pairs)


@pytest.mark.image
def test_its_steps_make_an_app_that_is_healthy_and_writes_nothing(tmp_path):
    found = instructions()
    assert [name for name, _ in found].index("USER") > max(
        at for at, (name, _) in enumerate(found) if name == "RUN"
    )
    app, commands = tmp_path / "app", tmp_path / "bin"
    commands.mkdir()
    (commands / "python").symlink_to(sys.executable)
    (commands / "useradd").write_text("#!/bin/sh\n")  # the machine gets no user
    (commands / "useradd").chmod(0o755)

    def placed(text):
        return re.sub(r"(?<![\w/.])/(app|venv)\b", lambda one: str(tmp_path / one[1]), text)

    given = {name: os.environ[name] for name in os.environ if name.startswith(("PIP_", "LANG", "LC_"))}
    given |= {"PATH": f"{commands}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    app.mkdir()
    for name, argument in found:
        if name == "COPY" and not argument.startswith("--from"):
            *sources, target = argument.split()
            for source in sources:
                to = app / target / Path(source).name if target == "./" else app / target
                to.parent.mkdir(parents=True, exist_ok=True)
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, to, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    shutil.copy(ROOT / source, to)
        if name == "RUN":
            subprocess.run(["sh", "-c", placed(argument)], cwd=app, env=given, check=True, timeout=900)
    (port,) = free_ports(1)
    given |= environment_of(found)
    given |= {"PORT": str(port), "STREAMLIT_SERVER_BASE_URL_PATH": "/course/"}
    given["PATH"] = given["PATH"].replace("/venv/bin:$PATH", f"{tmp_path}/venv/bin:/usr/bin:/bin")
    *_, start = (json.loads(argument) for name, argument in found if name == "CMD")
    health = json.loads(
        next(argument for name, argument in found if name == "HEALTHCHECK").partition(" CMD ")[2]
    )
    before = set(tmp_path.rglob("*"))
    server = subprocess.Popen(
        ["sh", "-c", 'ulimit -f 0; exec "$@"', "sh", *start],
        cwd=app, env=given, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        wait_until(lambda: status(f"http://127.0.0.1:{port}/course/healthz") in (200, 503))
        began = time.monotonic()
        while subprocess.run(health, cwd=app, env=given, capture_output=True, check=False).returncode:
            assert time.monotonic() - began < 60
        server.send_signal(signal.SIGTERM)
        assert server.wait(20) in (0, -signal.SIGTERM)
    finally:
        server.kill()
        said = server.communicate()[0]
    assert "Traceback" not in said
    assert set(tmp_path.rglob("*")) == before
