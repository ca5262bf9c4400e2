"""Spread pure work over any executor of `concurrent.futures`, and take the results in order.

What a task gives depends on its arguments alone. So what a worker took with it when it died is computed again, and the
result is the same to the bit.
"""

import tempfile
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from itertools import starmap
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import Floats
from dropviz.theory.activations import Activations
from dropviz.theory.measured import Empirical

PENDING = (
    256  # tasks that an executor holds at once: enough for a hundred workers, with results that fit in memory
)
SMALL = 1 << 20  # bytes of an array that may go along with every task

TASKS, MOST_CHUNKS = 64, 16  # a task holds one chunk, or more where there are more than 64, but at most 16

Task = tuple[Any, ...]  # the configuration, then what else the function takes


def check_executor(executor: Executor | None) -> None:
    """Raise ValueError unless ``executor`` is an executor or None."""
    if not isinstance(executor, Executor | None):
        raise ValueError(
            f"executor must be a concurrent.futures.Executor or None; got {type(executor).__name__}"
        )


def pieces(chunks: int) -> Iterator[tuple[int, int]]:
    """First and last + 1 of the chunks of each task.

    >>> list(pieces(3)), list(pieces(130))[-1]
    ([(0, 1), (1, 2), (2, 3)], (129, 130))
    """
    size = min(MOST_CHUNKS, -(-chunks // TASKS))
    return ((start, min(start + size, chunks)) for start in range(0, chunks, size))


def in_order(executor: Executor | None, function: Callable[..., Any], tasks: Iterable[Task]) -> Iterator[Any]:
    """Yield ``function(*task)`` of every task, in their order, while the executor holds at most 256 of them.

    What the executor fails to compute, say because a worker was killed, is computed in this process, with a warning.
    """
    if executor is None:
        yield from starmap(function, tasks)
        return
    work = _Work(executor, function)
    try:
        for task in tasks:
            work.put(task)
            if len(work.waiting) == PENDING:
                yield work.take()
        while work.waiting:
            yield work.take()
    finally:
        for _, future in work.waiting:
            future.cancel()


class _Work:
    """Tasks on their way through an executor."""

    def __init__(self, executor: Executor, function: Callable[..., Any]) -> None:
        self.executor, self.function = executor, function
        self.waiting: deque[tuple[Task, Future[Any]]] = deque()
        self.lends, self.failed = True, False

    def put(self, task: Task) -> None:
        sent = task if self.lends else _whole(task)
        try:
            future = self.executor.submit(self.function, *sent)
        except Exception as failure:  # a pool that a worker's death has broken takes no more
            future = Future()
            future.set_exception(failure)
        self.waiting.append((task, future))

    def take(self) -> Any:
        """The result of the first task."""
        task, future = self.waiting.popleft()
        try:
            return future.result()
        except Exception as failure:
            if isinstance(failure, FileNotFoundError) and self.lends and _is_lent(task[0]):
                return self._without_lending(task)
            # Whatever it was: if it is the task's own fault, that shows here again.
            if not self.failed:
                self.failed = True
                warnings.warn(
                    f"{type(self.executor).__name__} failed ({type(failure).__name__}: {failure}); what it lost is "
                    "computed in this process, to the same bits",
                    RuntimeWarning,
                    stacklevel=2,
                )
            return self.function(*task)

    def _without_lending(self, task: Task) -> Any:
        """Send everything anew, whole."""
        warnings.warn(
            "workers do not see the temporary file that holds your array, so it is sent with every task; set TMPDIR "
            "to a folder that they share with this process",
            RuntimeWarning,
            stacklevel=3,
        )
        self.lends = False
        again = [task, *(later for later, _ in self.waiting)]
        self.waiting.clear()
        for one in again:
            self.put(one)
        return self.take()


def _is_lent(config: Any) -> bool:
    return isinstance(getattr(config, "activations", None), Lent)


def _whole(task: Task) -> Task:
    config, *others = task
    return replace(config, activations=config.activations.source) if _is_lent(config) else config, *others


class Lent:
    """An array of a person's own in a file, from which workers map it instead of each task bringing a copy."""

    def __init__(self, path: str, digest: str, source: Empirical | None = None) -> None:
        self.path, self.digest, self._source = path, digest, source

    def __reduce__(self) -> tuple[Any, ...]:
        return Lent, (self.path, self.digest)

    @property
    def source(self) -> Empirical:
        """The array itself."""
        return self._source or _mapped(self.path, self.digest)

    @property
    def exact_mean(self) -> float:
        """That of the array."""
        return self.source.exact_mean

    @property
    def exact_variance(self) -> float:
        """That of the array."""
        return self.source.exact_variance

    def sample(self, rng: np.random.Generator, count: int) -> Floats:
        """Draw as the array does."""
        return self.source.sample(rng, count)

    def quantile(self, probability: ArrayLike) -> Floats:
        """That of the array."""
        return self.source.quantile(probability)


@lru_cache(maxsize=1)
def _mapped(path: str, digest: str) -> Empirical:
    found = object.__new__(Empirical)
    found.__setstate__((np.asarray(np.load(path, mmap_mode="r")), digest))
    return found


@contextmanager
def lent(executor: Executor | None, activations: Activations) -> Iterator[Activations]:
    """Inside of it, an array of more than 1 MB stands in a temporary file, if workers are other processes."""
    shared = executor is None or isinstance(executor, ThreadPoolExecutor)
    if shared or not isinstance(activations, Empirical) or activations.values.nbytes <= SMALL:
        yield activations
        return
    with tempfile.TemporaryDirectory(prefix="dropviz-", ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "values.npy"
        np.save(path, activations.values, allow_pickle=False)
        yield Lent(str(path), activations.digest, activations)
