"""What every test shares: the order of the run, and the data of the training scripts."""

import gc
import json
import os
import subprocess
import sys
from collections import Counter
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from dropviz.datasets.splits import DIGITS
from tools.running import app, redis_server
from tools.services import MISSING, find

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
SOAK = TESTS / "soak"
# Few tests that walk far.
LONG = (
    "test_every_page.py",
    "test_training.py",
    "test_story_shown.py",
    "test_hall.py",
    "test_explorer.py",
    "test_accessibility.py",
    "test_serving.py",
    "test_phone.py",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers():
    """One more than there are cores: the soak takes two minutes and no core, and a browser test often waits."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_finish():
    gc.freeze()  # thousands of tests stay as they are: no collection need look through them again


def pytest_collection_modifyitems(items):
    lengths = Counter(item.path for item in items)

    # Files go to the workers in this order, the long ones first, so that all end together.
    # Playwright's event loop lives as long as its browser and would be in the way of AppTest: Chromium comes last.
    def turn(path):
        browser = TESTS / "browser" in path.parents
        return (
            browser,
            path.parent != SOAK,
            LONG.index(path.name) if browser and path.name in LONG else len(LONG),
            -lengths[path] if browser else 0,
        )

    turns = {path: turn(path) for path in lengths}
    for item in items:
        if turns[item.path][0]:
            item.add_marker(pytest.mark.browser)
    # Those that walk in the window of the test before come before those that leave it empty.
    items.sort(key=lambda item: (turns[item.path], turns[item.path][0] and "opened" not in item.fixturenames))


REFUSALS = """
import json, resource, time
resource.setrlimit(resource.RLIMIT_AS, (10**9, 10**9))
from {module} import {function} as call
said = []
for given in {inputs}:
    given = eval(given)
    began = time.process_time()
    try:
        call(*given)
    except ValueError as error:
        said.append(str(error))
    assert time.process_time() - began < 5, given
print(json.dumps(said))
"""


@pytest.fixture
def refusals():
    """What a function refuses each input with, in a process of its own that has 1 GB, and 5 seconds for each.

    The inputs are expressions for the tuple of arguments.
    """

    def refused(module: str, function: str, inputs: list[str]) -> list[str]:
        run = subprocess.run(
            [sys.executable, "-c", REFUSALS.format(module=module, function=function, inputs=inputs)],
            capture_output=True, text=True, cwd=ROOT, timeout=120, check=False,
            env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
        )  # fmt: skip
        assert run.returncode == 0, run.stderr[-2000:]
        said: list[str] = json.loads(run.stdout)
        return said

    return refused


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the pages that need no server, and these; *Which p?* has three frameworks, not all."""
    from dropviz.site.build import write_site  # which draws: not for every test
    from dropviz.site.pages import site_pages

    folder, pages = (
        tmp_path_factory.mktemp("site"),
        site_pages(("PyTorch", "CS231n, inverted", "DL4J Dropout")),
    )
    write_site(folder, pages)
    return folder, pages


@pytest.fixture
def with_sklearn(monkeypatch):
    """The data of the training scripts from the project, where scikit-learn is not installed."""

    def load_digits(return_X_y):
        assert return_X_y
        with np.load(DIGITS) as stored:
            return stored["images"].reshape(-1, 64).astype(float), stored["labels"].astype(np.int64)

    def train_test_split(rows, test_size, stratify, random_state):
        assert (test_size, random_state, len(rows), len(stratify)) == (360, 0, 1797, 1797)
        with np.load(DIGITS) as stored:
            test = stored["test_indices"].astype(np.int64)
        return np.setdiff1d(rows, test)[::-1], test[::-1]  # in no order

    package = ModuleType("sklearn")
    package.__spec__ = ModuleSpec("sklearn", None)  # PyTorch asks for it
    monkeypatch.setitem(sys.modules, "sklearn", package)
    for name, function in (("datasets", load_digits), ("model_selection", train_test_split)):
        module = ModuleType(f"sklearn.{name}")
        setattr(module, function.__name__, function)
        monkeypatch.setitem(sys.modules, f"sklearn.{name}", module)


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The app, served on a free port with the project's own settings."""
    with app(log=tmp_path_factory.mktemp("server") / "log.txt") as running:
        yield running


@pytest.fixture(scope="session")
def with_redis():
    """What serves a Redis at a folder, where the tests can have one."""
    if find("redis-server") is None:
        pytest.skip(MISSING.format("redis-server"))
    pytest.importorskip("redis")
    return redis_server


@pytest.fixture(scope="session")
def redis_url(with_redis, tmp_path_factory):
    """The address of a Redis that lives as long as the tests."""
    with with_redis(tmp_path_factory.mktemp("redis")) as url:
        yield url
