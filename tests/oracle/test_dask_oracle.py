"""The work on real clusters: their executors are those of the standard library, and the bits stay the same.

One of two workers is killed in the middle, by the first task that comes to it after the others have begun.
"""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from distributed import Client, LocalCluster  # type: ignore[import-not-found]

import dropviz as dv

pytestmark = [pytest.mark.oracle, pytest.mark.filterwarnings("default")]  # a cluster's own warnings

SWEEP = dv.SweepConfig(units=1_500_000, rates=(0.0, 0.1, 0.5), replicates=40, seed=3)
MANY = dv.SweepConfig(units=2_000, rates=(0.0, 0.1, 0.5), replicates=200, seed=3)
NOISE = dv.NoiseConfig(units=24_000_000, rates=(0.1, 0.5), noises=("inverted", "gaussian"))
GRID = dv.StudyConfig(
    sources=(dv.Normal(relu=True), dv.Sparse()), widths=(16, 64), depths=(1, 3), samples=12_000
)
OWN = dv.SweepConfig(dv.Empirical(np.random.default_rng(0).random(300_000)), 400_000, (0.1, 0.5))

Bits = list[bytes]


def sweep_bits(executor: Executor | None, folder: Path, config: dv.SweepConfig = SWEEP) -> Bits:
    result = dv.sweep(config, executor)
    names = ("mean", "mean_se", "variance", "variance_se", "rms_gap", "gap_se")
    return [getattr(result, name).tobytes() for name in names]


def own_bits(executor: Executor | None, folder: Path) -> Bits:
    return sweep_bits(executor, folder, OWN)


def many_bits(executor: Executor | None, folder: Path) -> Bits:
    return sweep_bits(executor, folder, MANY)


def noise_bits(executor: Executor | None, folder: Path) -> Bits:
    result = dv.noise_sweep(NOISE, executor)
    phases = (result.noise, result.train, result.test)
    return [values.tobytes() for phase in phases for values in (phase.mean, phase.variance)]


def study_bits(executor: Executor | None, folder: Path) -> Bits:
    dv.study(GRID, folder, executor=executor, progress=False)
    return [path.read_bytes() for path in sorted(folder.rglob("*.parquet"))]


WORK = (sweep_bits, many_bits, own_bits, noise_bits, study_bits)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> dict[Any, Bits]:
    return {work: work(None, tmp_path_factory.mktemp("alone") / "s") for work in WORK}


@pytest.fixture
def client() -> Iterator[Any]:
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as connected,
    ):
        assert len(connected.scheduler_info()["workers"]) == 2
        yield connected


def kill_one(client: Any, seconds: float) -> threading.Thread:
    """Kill one of the workers in so many seconds, if it is at work."""
    victim = min(client.run(os.getpid).values())

    def kill() -> None:
        time.sleep(seconds)
        os.kill(victim, signal.SIGKILL)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


@pytest.mark.parametrize("work", WORK)
def test_two_workers_of_dask_give_the_bits_of_none(
    work: Callable[..., Bits], client: Any, alone: dict[Any, Bits], tmp_path: Path
) -> None:
    assert work(client.get_executor(), tmp_path / "s") == alone[work]


@pytest.mark.parametrize("work", [sweep_bits, noise_bits, study_bits])
def test_one_of_two_workers_is_killed_in_the_middle(
    work: Callable[..., Bits], client: Any, alone: dict[Any, Bits], tmp_path: Path
) -> None:
    before = set(client.run(os.getpid).values())
    thread = kill_one(client, 0.4)
    found = work(client.get_executor(), tmp_path / "s")
    assert not thread.is_alive(), "the work was done before the worker was killed"
    thread.join()
    assert found == alone[work]
    assert set(client.run(os.getpid).values()) != before


def test_a_pool_of_loky_gives_the_same_bits(alone: dict[Any, Bits], tmp_path: Path) -> None:
    loky = pytest.importorskip("joblib.externals.loky")
    executor = loky.get_reusable_executor(max_workers=2)
    for work in (many_bits, study_bits):
        assert work(executor, tmp_path / work.__name__) == alone[work]
    executor.shutdown(wait=True)


def test_a_killed_worker_of_loky_changes_no_bit(alone: dict[Any, Bits], tmp_path: Path) -> None:
    loky = pytest.importorskip("joblib.externals.loky")
    executor = loky.get_reusable_executor(max_workers=2)
    victim = executor.submit(os.getpid).result()
    threading.Timer(0.4, os.kill, (victim, signal.SIGKILL)).start()
    with pytest.warns(RuntimeWarning, match="computed in this process, to the same bits"):
        assert sweep_bits(executor, tmp_path) == alone[sweep_bits]


def test_an_executor_over_ray_gives_the_same_bits(alone: dict[Any, Bits], tmp_path: Path) -> None:
    ray = pytest.importorskip("ray")

    class RayExecutor(Executor):
        def submit(self, function: Any, /, *arguments: Any) -> Any:  # type: ignore[override]
            return ray.remote(function).remote(*arguments).future()

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False)
    try:
        assert many_bits(RayExecutor(), tmp_path) == alone[many_bits]
        assert study_bits(RayExecutor(), tmp_path / "s") == alone[study_bits]
    finally:
        ray.shutdown()


def test_the_terminal_uses_a_cluster(client: Any) -> None:
    command = [sys.executable, "-m", "dropviz", "sweep", "--units", "200000", "--csv", "-"]
    scheduler = client.scheduler.address
    runs = [
        subprocess.run([*command, *more], capture_output=True, check=True, timeout=120)
        for more in ([], ["--scheduler", scheduler])
    ]
    assert runs[0].stdout == runs[1].stdout != b""


def test_no_scheduler_or_no_worker_is_a_sentence_in_seconds() -> None:
    command = [sys.executable, "-m", "dropviz", "sweep", "--scheduler"]
    with LocalCluster(n_workers=0, dashboard_address=None) as cluster:
        for address, said in (
            ("tcp://127.0.0.1:1", b"no Dask scheduler answers at tcp://127.0.0.1:1"),
            (cluster.scheduler_address, b"has no workers; start some: dask worker"),
        ):
            run = subprocess.run([*command, address], capture_output=True, check=False, timeout=60)
            assert run.returncode == 2
            assert said in run.stderr
            assert run.stderr.count(b"\n") == 1
