import gc
import os
import threading
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import replace

import pytest

from dropviz.datasets.splits import moons
from dropviz.training import session as training_session
from dropviz.training.config import TrainingConfig, with_rate
from dropviz.training.decision import COARSE, FINE
from dropviz.training.dropout import Dropout
from dropviz.training.experiments import Experiment, comparison, experiments, shown
from dropviz.training.in_turn import RunsInTurn
from dropviz.training.loop import train
from dropviz.training.queue import Queue
from dropviz.training.session import GRACE, LiveTraining, Snapshot, check_work


class ByHand(Executor):
    """Nobody works but the test itself."""

    def __init__(self) -> None:
        self.jobs: list[Callable[[], object]] = []

    def submit(self, job, /, *_, **__):
        self.jobs.append(job)

    def work(self) -> None:
        """A slice of every job."""
        waiting, self.jobs = self.jobs, []
        for job in waiting:
            job()


class Clock:
    """A time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def experiment(epochs: int = 4) -> Experiment:
    config = TrainingConfig(hidden=(8,), epochs=epochs)
    return comparison(
        [("plain", config), ("noisy", replace(config, dropout=(None, Dropout("inverted", 0.5))))], moons
    )


@pytest.fixture
def workers(monkeypatch: pytest.MonkeyPatch) -> ByHand:
    """Workers by hand, whose slices are an epoch of one run."""
    monkeypatch.setattr(training_session, "SLICE", 0.0)
    return ByHand()


def started(workers: Executor, epochs: int = 4, clock: Callable[[], float] = time.monotonic) -> LiveTraining:
    return LiveTraining(experiment(epochs), moons(), (0, 1), workers, clock)


def ended(live: LiveTraining, workers: ByHand) -> Snapshot:
    while live.look().stage != "ended":
        workers.work()
    return live.look()


def wait_for(holds: Callable[[], bool]) -> None:
    for _ in range(3000):
        if holds():
            return
        time.sleep(0.01)
    raise AssertionError("nobody works")


def straight(seen: Snapshot) -> None:
    """What was seen is what `train` gives, to the bit."""
    for run in seen.runs:
        for seed, history in zip((0, 1), run.epochs, strict=True):
            alone = list(train(replace(run.config, seed=seed), moons()))[: len(history)]
            assert [epoch.test_loss for epoch in history] == [epoch.test_loss for epoch in alone]
            assert [epoch.noisy_loss for epoch in history] == [epoch.noisy_loss for epoch in alone]


def test_no_work_is_done_by_those_who_look(workers: ByHand) -> None:
    live = started(workers)
    for _ in range(20):
        assert live.look().runs == ()
    assert len(workers.jobs) == 1  # however often one looks


def test_in_slices_it_is_the_same_training(workers: ByHand) -> None:
    seen = ended(started(workers), workers)
    assert seen.done == seen.epochs == 4
    straight(seen)


def test_beside_others_it_is_the_same_training() -> None:
    pool = ThreadPoolExecutor(3)
    lives = [started(pool, epochs=6) for _ in range(5)]
    wait_for(lambda: all(live.look().stage == "ended" for live in lives))
    for live in lives:
        seen = live.look()
        assert (seen.stage, seen.done, seen.problem) == ("ended", 6, "")
        straight(seen)


def test_it_rests_two_seconds_after_the_last_look_and_goes_on_with_the_next(workers: ByHand) -> None:
    clock = Clock()
    live = started(workers, epochs=50, clock=clock)
    live.look()
    for _ in range(8):
        clock.now += 0.2
        workers.work()
    assert workers.jobs, "it rests too early"
    clock.now = 100.0 + GRACE + 0.01
    workers.work()
    assert not workers.jobs, "it goes on although nobody looks"
    clock.now += 1000.0
    done = live.look().done
    assert done >= 1
    while live.look().done < done + 2:
        workers.work()
    assert len(workers.jobs) == 1
    straight(live.look())


def test_what_nobody_looks_at_is_forgotten(workers: ByHand) -> None:
    clock = Clock()
    live = started(workers, epochs=50, clock=clock)
    live.look()
    workers.work()
    gone = weakref.ref(live)
    del live
    gc.collect()
    assert gone() is not None  # it waits for its next slice
    clock.now += GRACE + 0.01
    workers.work()
    gc.collect()
    assert gone() is None


def test_it_rests_at_once_when_its_page_leaves(workers: ByHand) -> None:
    live = started(workers)
    live.look()
    live.leave()
    workers.work()
    assert not workers.jobs
    assert live._snapshot.runs == ()


def test_stop_keeps_what_was_measured(workers: ByHand) -> None:
    live = started(workers, epochs=50)
    while live.look().done < 2:
        workers.work()
    live.stop()
    assert live.look().stage == "ending"
    workers.work()
    seen = live.look()
    assert seen.stage == "ended"
    assert 2 <= seen.done < 50
    assert any("accuracy" in sentence for sentence in seen.sentences)
    assert not workers.jobs
    live.look()
    assert not workers.jobs
    assert not any(epoch.state.parameters.size for run in seen.runs for epoch in run.last)


def test_a_stop_during_a_slice_is_not_forgotten(workers: ByHand, monkeypatch: pytest.MonkeyPatch) -> None:
    live = started(workers, epochs=50)
    live.look()
    monkeypatch.setattr(live, "_see_plane", lambda _: live.stop())
    workers.work()
    assert live.look().stage == "ending"


def test_a_training_stopped_before_it_began_has_nothing_to_say(workers: ByHand) -> None:
    live = started(workers)
    live.stop()
    seen = ended(live, workers)
    assert (seen.done, seen.runs, seen.sentences, seen.problem) == (0, (), (), "")


def test_what_the_runs_show_is_read_from_their_last_weights(workers: ByHand) -> None:
    mine = experiments(0.3)["annealing_at_test"]
    runs = [
        (label, replace(config, hidden=(8,), dropout=config.dropout[:2], epochs=1))
        for label, config in mine.runs
    ]
    mine = replace(mine, runs=tuple(runs))
    data = mine.data()
    live = LiveTraining(mine, data, (0,), workers)
    seen = ended(live, workers)
    full = [replace(run, epochs=(tuple(train(replace(run.config, seed=0), data)),)) for run in seen.runs]
    assert list(seen.sentences) == shown(mine, data, full)


def test_a_changed_rate_is_taken_from_the_next_epoch_on(workers: ByHand) -> None:
    live = started(workers, epochs=6)
    while live.look().done < 2:
        workers.work()
    other = comparison([(label, with_rate(config, 0.2)) for label, config in live.experiment.runs], moons)
    assert live.change_rates(other)
    seen = ended(live, workers)
    assert seen.runs[1].label == "noisy, then by hand"
    assert seen.runs[1].last[0].rates[1] == 0.2
    assert "Rate changed by hand, noisy: 0.2 from epoch" in seen.sentences[-1]
    straight(seen)


def test_equal_paths_cannot_change_their_rate(workers: ByHand) -> None:
    equal = experiments(0.3)["equal_rate_sgd"]
    live = LiveTraining(equal, equal.data(), (0,), workers)
    assert not live.change_rates(experiments(0.4)["equal_rate_sgd"])


def test_what_breaks_it_off_is_told_in_a_sentence(
    workers: ByHand, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    live = started(workers)
    while not live.look().runs:
        workers.work()
    monkeypatch.setattr(live._turns, "train_one", lambda: 1 / 0)
    seen = ended(live, workers)
    assert seen.problem == (
        "The training broke off with an error of the program: ZeroDivisionError, division by zero."
    )
    assert seen.runs  # what was measured stays
    assert "Traceback" in caplog.text
    assert not workers.jobs


def test_a_broken_training_takes_no_worker_along() -> None:
    pool = ThreadPoolExecutor(1)
    broken, whole = started(pool), started(pool)
    broken._turns.train_one = lambda: 1 / 0  # type: ignore[method-assign, assignment]
    wait_for(lambda: {broken.look().stage, whole.look().stage} == {"ended"})
    assert broken.look().problem
    straight(whole.look())
    assert whole.look().done == 4


def test_trainings_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_session, "SLICE", 0.0)
    order: list[int] = []
    with ThreadPoolExecutor(1) as pool:
        lives = [started(pool) for _ in range(3)]
        train_one = RunsInTurn.train_one

        def noted(turns: RunsInTurn) -> None:
            order.append([live._turns for live in lives].index(turns))
            train_one(turns)

        monkeypatch.setattr(RunsInTurn, "train_one", noted)
        pool.submit(lambda: [live.look() for live in lives]).result(10.0)
        # all are looked at each time, or one would rest
        wait_for(lambda: {live.look().stage for live in lives} == {"ended"})
    assert order == [0, 1, 2] * (len(order) // 3)
    assert len(order) > 30


def test_an_idle_worker_forgets_what_has_ended() -> None:
    live = started(ThreadPoolExecutor(1), epochs=1)
    for _ in range(3000):
        if live.look().stage == "ended":
            break
        time.sleep(0.01)
    gone = weakref.ref(live)
    del live
    wait_for(lambda: gc.collect() is not None and gone() is None)


def test_fewer_trainings_at_once_than_cores() -> None:
    assert training_session.WORKERS._max_workers == max(1, (os.cpu_count() or 2) - 1)


def test_looks_of_many_threads_do_no_harm() -> None:
    live = started(ThreadPoolExecutor(2), epochs=30)

    def look() -> None:
        while live.look().stage != "ended":
            time.sleep(0.001)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60.0)
    for run in live.look().runs:
        for history in run.epochs:
            assert [epoch.epoch for epoch in history] == list(range(31))


def test_the_plane_is_seen_while_it_is_learnt(workers: ByHand) -> None:
    live = started(workers, epochs=60)
    workers.work()
    assert not live.look().plane
    while not live.look().runs:  # every run has to begin first
        workers.work()
    seen = live.look().plane["noisy"]
    assert seen.probability.shape == (COARSE, COARSE)
    workers.work()
    assert live.look().plane["noisy"] is seen  # not at every slice
    assert ended(live, workers).plane["noisy"].probability.shape == (FINE, FINE)


def test_a_snapshot_stays_as_it_was(workers: ByHand) -> None:
    live = started(workers)
    while not live.look().runs:
        workers.work()
    seen = live.look()
    lengths = [len(history) for run in seen.runs for history in run.epochs]
    ended(live, workers)
    assert seen.stage == "running"
    assert [len(history) for run in seen.runs for history in run.epochs] == lengths


def test_work_is_bounded() -> None:
    config = TrainingConfig(hidden=(8,), epochs=4)
    check_work(comparison([("small", config)], moons), moons(), 1)
    with pytest.raises(ValueError, match="times what the server does for one visitor"):
        check_work(comparison([("long", TrainingConfig(epochs=10_000))], moons), moons(20_000), 5)
    with pytest.raises(ValueError, match="times what the server does at a time"):
        check_work(comparison([("wide", TrainingConfig(hidden=(2000, 2000)))], moons), moons(2000), 1)


def test_a_training_knows_how_many_have_their_turn_before_it(workers):
    queue, clock = Queue(), Clock()
    first, second, third = all_of_them = [
        LiveTraining(experiment(), moons(), (0,), workers, clock, queue) for _ in range(3)
    ]
    for live in all_of_them:
        assert (live.before(), live.others()) == (0, all_of_them.index(live))  # it has not asked yet
        live.look()
    assert [live.before() for live in all_of_them] == [0, 1, 2]
    workers.jobs.pop(0)()  # a slice of the first, which comes last again
    assert [live.before() for live in all_of_them] == [2, 0, 1]
    clock.now += GRACE + 1.0
    second.look()
    workers.work()  # nobody looks at the other two: they rest
    assert [(live.before(), live.others()) for live in all_of_them] == [(0, 1), (0, 0), (0, 1)]
    ended(second, workers)
    assert {live.others() for live in (first, second, third)} == {0}
