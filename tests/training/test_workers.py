import gc
import threading
import time
import weakref

from dropviz.training.workers import Workers


def wait_for(event: threading.Event) -> None:
    assert event.wait(10.0), "nobody works"


def test_no_more_jobs_at_once_than_workers() -> None:
    workers = Workers(2)
    lock, ended = threading.Lock(), threading.Event()
    at_once, most, left = 0, 0, 5

    def job() -> bool:
        nonlocal at_once, most, left
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        with lock:
            at_once -= 1
            left -= 1
            if left == 0:
                ended.set()
        return False

    for _ in range(5):
        workers.begin(job)
    wait_for(ended)
    assert most == 2


def test_jobs_take_turns() -> None:
    workers = Workers(1)
    begun, ended = threading.Event(), threading.Event()
    order: list[str] = []

    def job(name: str) -> bool:
        wait_for(begun)
        order.append(name)
        if order.count(name) < 3:
            return True
        if name == "c":
            ended.set()
        return False

    for name in "abc":
        workers.begin(lambda name=name: job(name))  # type: ignore[misc]
    begun.set()
    wait_for(ended)
    assert order == list("abcabcabc")


def test_a_job_that_has_ended_is_forgotten() -> None:
    class Held:
        def __init__(self) -> None:
            self.ended = threading.Event()

        def work(self) -> bool:
            self.ended.set()
            return False

    workers = Workers(1)
    held = Held()
    workers.begin(held.work)
    wait_for(held.ended)
    gone = weakref.ref(held)
    del held
    for _ in range(1000):
        gc.collect()
        if gone() is None:
            return
        time.sleep(0.01)
    raise AssertionError("an idle worker keeps its last job")
