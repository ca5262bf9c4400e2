"""A sweep, a sweep of noises and a study give the same bits with every executor, also if a worker dies."""

import multiprocessing
import os
import signal
import subprocess
import sys
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from itertools import pairwise

import numpy as np
import pytest

import dropviz as dv
from dropviz.simulation import executors, noise_sweep
from dropviz.simulation.executors import MOST_CHUNKS, PENDING, Lent, in_order, lent, pieces
from dropviz.simulation.sweep import CHUNK, SweepConfig, _chunk_sums
from dropviz.theory.strategies import strategies

MOMENTS = ("mean", "mean_se", "variance", "variance_se", "rms_gap")
SPAWN = multiprocessing.get_context("spawn")


def bits(result):
    return b"".join(getattr(result, name).tobytes() for name in MOMENTS)


def noise_bits(result):
    phases = (result.noise, result.train, result.test)
    return b"".join(values.tobytes() for phase in phases for values in (phase.mean, phase.variance))


@pytest.fixture(scope="module")
def processes():
    """Two processes that nobody kills."""
    with ProcessPoolExecutor(2, mp_context=SPAWN) as pool:
        yield pool


def test_the_same_config_gives_the_same_bits_with_every_executor(processes):
    # Enough chunks, rates and strategies that another order of summation would show in some last bit.
    config = SweepConfig(
        activations=dv.LogNormal(),
        units=8 * CHUNK + 11,
        rates=dv.rate_grid(0, 0.95, 0.01),
        strategies=tuple(strategies()),
        replicates=2,
    )
    noisy = dv.NoiseConfig(units=5000, rates=(0.1, 0.5))
    expected, expected_noise = bits(dv.sweep(config)), noise_bits(dv.noise_sweep(noisy))
    assert bits(dv.sweep(config)) == expected
    with ThreadPoolExecutor(3) as executor:
        assert bits(dv.sweep(config, executor=executor)) == expected
    assert bits(dv.sweep(config, processes)) == expected
    assert noise_bits(dv.noise_sweep(noisy, processes)) == expected_noise


def test_the_bits_do_not_depend_on_the_threads_of_blas():
    code = """
import hashlib
import dropviz as dv
found = dv.noise_sweep(dv.NoiseConfig(units=300_000, rates=(0.1, 0.5)))
print(hashlib.sha256(found.train.variance.tobytes() + found.test.variance.tobytes()).hexdigest())
"""
    told = [
        subprocess.run(
            [sys.executable, "-c", code],
            env=os.environ | {"OPENBLAS_NUM_THREADS": threads},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for threads in ("1", "2")
    ]
    assert told[0] == told[1]


class Noting(Executor):
    """Runs at once, and notes what it was given."""

    def __init__(self):
        self.given = []

    def submit(self, function, /, *arguments):
        self.given.append(arguments)
        future = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as failure:
            future.set_exception(failure)
        return future


@pytest.mark.parametrize(("units", "replicates"), [(5, 1), (5, 3), (3 * CHUNK - 5, 1), (2 * CHUNK, 45)])
def test_an_executor_gets_every_chunk_of_every_replicate_once(units, replicates):
    executor = Noting()
    dv.sweep(SweepConfig(dv.Constant(1.0), units, (0.5,), replicates=replicates), executor)
    spans = [arguments[-2:] for arguments in executor.given]
    assert (spans[0][0], spans[-1][1]) == (0, -(-units // CHUNK) * replicates)
    assert all(start < stop for start, stop in spans)
    assert all(one[1] == other[0] for one, other in pairwise(spans))


class Holding(Noting):
    """Starts nothing before somebody asks for a result, and notes how much it held at most."""

    def __init__(self):
        super().__init__()
        self.held = self.most = 0

    def submit(self, function, /, *arguments):
        executor = self
        executor.held += 1
        executor.most = max(executor.most, executor.held)

        class Later(Future):
            def result(self, timeout=None):
                executor.held -= 1
                return function(*arguments)

        return Later()


def test_small_replicates_fill_an_executor_and_no_number_of_them_floods_it():
    executor = Holding()
    dv.sweep(SweepConfig(units=100, rates=(0.5,), replicates=200), executor)
    assert executor.most >= 50
    many = ((number,) for number in range(3 * PENDING))
    assert list(in_order(executor, abs, many)) == list(range(3 * PENDING))
    assert executor.most == PENDING
    assert max(stop - start for start, stop in pieces(10**5)) == MOST_CHUNKS


def test_a_piece_is_its_chunks():
    config = SweepConfig(dv.Exponential(), 3 * CHUNK - 5, (0.3, 0.7), replicates=2)
    whole = _chunk_sums(config, 1.0, 1.0, 1, 5)
    for index, chunk in enumerate(whole):
        np.testing.assert_array_equal(chunk, _chunk_sums(config, 1.0, 1.0, index + 1, index + 2)[0])
    assert whole[:2, 0].sum() == 2 * CHUNK - 5


def test_pieces_of_noise_are_one_sample(monkeypatch):
    config = dv.NoiseConfig(dv.Exponential(), units=41_003, rates=(0.1, 0.5, 0.9))
    monkeypatch.setattr(noise_sweep, "PIECE", 10_000)
    result, samples = dv.noise_sweep(config), []
    for piece, count in enumerate([10_000] * 4 + [1003]):
        seed = np.random.SeedSequence(config.seed, spawn_key=(piece,)) if piece else config.seed
        samples.append(config.activations.sample(np.random.default_rng(seed), count))
    everyone, clean = np.concatenate(samples), config.noises.index("inverted")
    np.testing.assert_allclose(result.test.mean[clean], everyone.mean(), rtol=1e-12)
    np.testing.assert_allclose(result.test.variance[clean], everyone.var(ddof=1), rtol=1e-12)
    for phase in (result.noise, result.train, result.test):
        assert (abs(phase.mean - phase.exact_mean) <= 5.0 * phase.mean_se + 1e-12).all()
        assert (abs(phase.variance - phase.exact_variance) <= 5.0 * phase.variance_se + 1e-12).all()


# ---- a worker dies ---------------------------------------------------------------------------------------------------


def killed_at_three(number, parent):
    if number == 3 and os.getpid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)
    return number


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no SIGKILL here")
def test_what_a_killed_worker_took_with_it_is_computed_here():
    with (
        ProcessPoolExecutor(2, mp_context=SPAWN) as executor,
        pytest.warns(RuntimeWarning, match="ProcessPoolExecutor failed .*in this process"),
    ):
        assert list(in_order(executor, killed_at_three, ((n, os.getpid()) for n in range(40)))) == list(
            range(40)
        )


class Failing(Noting):
    """Fails at every other task, as one whose workers die."""

    def submit(self, function, /, *arguments):
        if len(self.given) % 2:
            self.given.append(arguments)
            raise RuntimeError("no worker")
        return super().submit(function, *arguments)


def test_one_warning_and_the_same_bits_if_an_executor_fails_again_and_again():
    config = SweepConfig(units=1000, rates=(0.1, 0.5), replicates=5)
    with pytest.warns(RuntimeWarning, match="Failing failed \\(RuntimeError: no worker\\)") as warned:
        assert bits(dv.sweep(config, Failing())) == bits(dv.sweep(config))
    assert len(warned) == 1


def test_a_fault_of_the_task_itself_is_raised():
    with pytest.warns(RuntimeWarning, match="ZeroDivisionError"), pytest.raises(ZeroDivisionError):
        list(in_order(Noting(), divmod, [(1, 0)]))


# ---- an array of a person's own --------------------------------------------------------------------------------------

LARGE = dv.Empirical(np.random.default_rng(0).standard_normal(200_000))


def test_workers_read_a_large_array_from_one_file(processes):
    config = SweepConfig(LARGE, 3000, (0.1, 0.5), replicates=3)
    executor, expected = Noting(), bits(dv.sweep(config))
    assert bits(dv.sweep(config, executor)) == expected
    sent = executor.given[0][0].activations
    assert isinstance(sent, Lent)
    assert len(multiprocessing.reduction.ForkingPickler.dumps(sent)) < 1000
    with ThreadPoolExecutor(2) as threads, lent(threads, LARGE) as same:
        assert same is LARGE
    assert bits(dv.sweep(config, processes)) == expected


def test_a_lent_array_is_that_array():
    with lent(Noting(), LARGE) as given:
        other = Lent(given.path, given.digest)  # what a worker has
        assert (other.exact_mean, other.exact_variance) == (LARGE.exact_mean, LARGE.exact_variance)
        assert other.quantile(0.3) == LARGE.quantile(0.3)
        drawn = (each.sample(np.random.default_rng(1), 50).tobytes() for each in (other, LARGE))
        assert len(set(drawn)) == 1
        executors._mapped.cache_clear()


class Elsewhere(Noting):
    """Workers of another machine, which do not see the file."""

    def submit(self, function, /, config, *arguments):
        if isinstance(config.activations, Lent):
            return super().submit(open, config.activations.path + " elsewhere")
        return super().submit(function, config, *arguments)


def test_workers_that_do_not_see_the_file_are_sent_the_array():
    config, executor = SweepConfig(LARGE, 3000, (0.1, 0.5), replicates=3), Elsewhere()
    with pytest.warns(RuntimeWarning, match="TMPDIR") as warned:
        assert bits(dv.sweep(config, executor)) == bits(dv.sweep(config))
    assert len(warned) == 1
    assert executor.given[-1][0].activations is LARGE
