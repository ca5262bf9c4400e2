from dataclasses import replace

from dropviz.datasets.splits import moons
from dropviz.training.config import TrainingConfig, with_rate
from dropviz.training.dropout import Dropout
from dropviz.training.experiments import comparison, experiments
from dropviz.training.in_turn import RunsInTurn, can_change_rates
from dropviz.training.loop import train
from dropviz.training.optimizers import SGD


def turns(epochs: int = 4, seeds: tuple[int, ...] = (0, 1)) -> RunsInTurn:
    config = TrainingConfig(hidden=(8,), epochs=epochs)
    runs = [("plain", config), ("noisy", replace(config, dropout=(None, Dropout("inverted", 0.5))))]
    return RunsInTurn(comparison(runs, moons), moons(), seeds)


def finish(mine: RunsInTurn) -> RunsInTurn:
    while mine.running:
        mine.train_one()
    return mine


def test_in_turn_it_is_the_same_training() -> None:
    for run in finish(turns()).runs:
        for seed, history in zip((0, 1), run.epochs, strict=True):
            straight = list(train(replace(run.config, seed=seed), moons()))
            assert [epoch.test_loss for epoch in history] == [epoch.test_loss for epoch in straight]


def test_none_is_more_than_an_epoch_ahead() -> None:
    mine = turns()
    while mine.running:
        mine.train_one()
        lengths = [len(history) for run in mine.runs for history in run.epochs]
        assert not lengths or max(lengths) - min(lengths) <= 1


def test_a_rate_by_hand_is_a_schedule_that_can_be_repeated() -> None:
    mine = turns(epochs=6)
    while mine.done < 2:
        mine.train_one()
    other = comparison([(label, with_rate(config, 0.2)) for label, config in mine.experiment.runs], moons)
    assert can_change_rates(mine.experiment)
    mine.change_rates(other)
    run = finish(mine).runs[1]
    assert [epoch.rates[1] for epoch in run.epochs[0]][-1] == 0.2
    assert run.epochs[0][1].rates[1] == 0.5
    again = list(train(run.config, moons()))  # seed 0
    assert [epoch.test_loss for epoch in again] == [epoch.test_loss for epoch in run.epochs[0]]
    # both seeds changed in the same epoch
    assert [e.rates for e in run.epochs[0]] == [e.rates for e in run.epochs[1]]


def test_equal_paths_cannot_change_their_rate() -> None:
    assert not can_change_rates(experiments(0.3)["equal_rate_sgd"])
    assert not can_change_rates(comparison([("plain", TrainingConfig())], moons))


def test_the_others_go_on_when_one_diverges() -> None:
    config = TrainingConfig(hidden=(8,), epochs=4)
    runs = [("wild", replace(config, optimizer=SGD(1e6))), ("tame", replace(config, epochs=6))]
    wild, tame = finish(RunsInTurn(comparison(runs, moons), moons(), (0, 1))).runs
    assert "diverged" in [epoch.status for epoch in wild.last]
    assert [epoch.status for epoch in tame.last] == ["finished", "finished"]
    assert [len(history) for history in tame.epochs] == [7, 7]


def test_only_numbers_are_kept() -> None:
    mine = finish(turns())
    held = [epoch.state.parameters.size for run in mine.runs for epochs in run.epochs for epoch in epochs]
    assert sum(size > 0 for size in held) == 4  # the newest of each run and seed
    mine.end()
    assert not any(epoch.state.parameters.size for run in mine.runs for epoch in run.last)
