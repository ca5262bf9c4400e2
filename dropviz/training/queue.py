"""Whose turn it is: trainings share a few threads, and each has a slice after all that asked before it."""

from threading import Lock


class Queue:
    """Trainings in the order of their turns, the one at work among them; any thread may ask."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._order: dict[object, None] = {}

    def join(self, training: object) -> None:
        """Come last, after all others."""
        with self._lock:
            self._order.pop(training, None)
            self._order[training] = None

    def leave(self, training: object) -> None:
        """Want no turn any more."""
        with self._lock:
            self._order.pop(training, None)

    def before(self, training: object) -> int:
        """How many others have their turn first; 0 for one that wants none."""
        with self._lock:
            return list(self._order).index(training) if training in self._order else 0

    def others(self, training: object) -> int:
        """How many others want turns."""
        with self._lock:
            return len(self._order) - (training in self._order)
