"""A bounded number of threads in which jobs take turns, a slice each."""

import os
import queue
import threading
from collections.abc import Callable

Job = Callable[[], bool]


class Workers:
    """At most ``most`` threads, begun when there is a first job; they end with the process.

    A job is called again and again until it returns False; every other job that waits has its turn in between. Nothing
    but the queue holds a job, so what has ended can be forgotten. A job must not raise.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._threads = 0

    def begin(self, job: Job) -> None:
        """Put ``job`` behind the others."""
        self._waiting.put(job)
        with self._lock:
            if self._threads == self.most:
                return
            self._threads += 1
        threading.Thread(target=self._work, name="training", daemon=True).start()

    def _work(self) -> None:
        while True:
            job = self._waiting.get()
            if job():
                self._waiting.put(job)
            del job  # or an idle thread keeps it


# One core is left to those who only look.
WORKERS = Workers(max(1, (os.cpu_count() or 2) - 1))
