from dataclasses import replace

import numpy as np
import pytest

from dropviz import schedules
from dropviz.datasets.splits import Split, moons, wave
from dropviz.training import loop as training
from dropviz.training import network
from dropviz.training.config import TrainingConfig, as_standard, with_rate
from dropviz.training.dropout import Dropout, methods
from dropviz.training.loop import train
from dropviz.training.optimizers import SGD, Adam, AdamW

MOONS = moons(60, 0.2)
INVERTED = Dropout("inverted", 0.3)


def config_of(**changes):
    plain = TrainingConfig(
        hidden=(12, 9), dropout=(None, INVERTED, INVERTED), epochs=4, batch=16, dtype="float64"
    )
    return replace(plain, **changes)


def run(config, data=MOONS, state=None):
    return list(train(config, data, state))


def final(config, data=MOONS):
    return run(config, data)[-1].state.parameters


def assert_same_epoch(one, other):
    np.testing.assert_array_equal(one.state.parameters, other.state.parameters)
    for name in ("epoch", "step", "rates", "train_loss", "noisy_loss", "test_loss", "status"):
        assert getattr(one, name) == getattr(other, name)
    np.testing.assert_array_equal(one.train_variance, other.train_variance)


# the equivalence of facts.md, 3: V = k·W at the start


@pytest.mark.parametrize("rates", [(0.3, 0.6), (0.5, 0.1)])
@pytest.mark.parametrize("momentum", [0.0, 0.9])
def test_standard_at_the_scaled_rate_follows_inverted_with_sgd(rates, momentum):
    dropout = (Dropout("inverted", 0.2), *(Dropout("inverted", rate) for rate in rates))
    config = config_of(dropout=dropout, optimizer=SGD(0.05, momentum, weight_decay=0.01), epochs=8)
    keeps = (0.8, 1 - rates[0], 1 - rates[1])
    inverted, standard = run(config), run(as_standard(config))
    for one, other in zip(inverted, standard, strict=True):
        assert one.train_loss == pytest.approx(other.train_loss, rel=1e-12)
        assert one.noisy_loss == pytest.approx(other.noisy_loss, rel=1e-12)
        assert one.test_loss == pytest.approx(other.test_loss, rel=1e-12)
        v = one.state.parameters
        w = network.as_parameters((2, 12, 9, 2), other.state.parameters)
        np.testing.assert_allclose(network.scale_sites(w, keeps).flat, v, rtol=0, atol=1e-12)
    assert np.abs(v - inverted[0].state.parameters).max() > 0.1


def test_the_scales_are_those_of_the_formula():
    scales = as_standard(config_of(optimizer=SGD(0.1))).layer_scales
    assert (scales[0].start, scales[0].learning_rate, scales[0].weight_decay) == (1, 1, 1)
    assert scales[1].start == pytest.approx(1 / 0.7)
    assert scales[1].learning_rate == pytest.approx(1 / 0.7**2)
    assert scales[1].weight_decay == pytest.approx(0.7**2)
    assert as_standard(config_of(optimizer=Adam())).layer_scales[1].learning_rate == pytest.approx(1 / 0.7)


@pytest.mark.parametrize("method", [Adam, AdamW])
@pytest.mark.parametrize(("epsilon", "weight_decay"), [(1e-30, 0.0), (1e-8, 0.3), (0.01, 0.3)])
def test_standard_at_the_scaled_rate_follows_inverted_with_adam(epsilon, weight_decay, method):
    optimizer = method(0.01, epsilon=epsilon, weight_decay=weight_decay)
    config = config_of(optimizer=optimizer, epochs=8)
    inverted, standard = run(config), run(as_standard(config))
    for one, other in zip(inverted, standard, strict=True):
        assert one.train_loss == pytest.approx(other.train_loss, rel=1e-12)
    w = network.as_parameters((2, 12, 9, 2), standard[-1].state.parameters)
    np.testing.assert_allclose(
        network.scale_sites(w, (1, 0.7, 0.7)).flat, inverted[-1].state.parameters, rtol=0, atol=1e-11
    )


@pytest.mark.parametrize("optimizer", [SGD(0.05), Adam(0.01)])
def test_at_equal_rates_the_two_start_alike_and_part(optimizer):
    config = config_of(optimizer=optimizer)
    inverted, standard = run(config), run(as_standard(config, same_path=False))
    assert inverted[0].train_loss == pytest.approx(standard[0].train_loss, rel=1e-12)
    assert abs(inverted[1].train_loss - standard[1].train_loss) > 1e-3


@pytest.mark.parametrize(
    "site",
    [Dropout("standard", 0.3), Dropout("gaussian", 0.3), Dropout("inverted", schedules.annealed(0.5, 10))],
)
def test_only_inverted_at_a_constant_rate_has_an_equal(site):
    with pytest.raises(ValueError, match="dropout must be inverted, at a constant rate"):
        as_standard(config_of(dropout=(None, site, site)))


# seeds, stopping, going on


@pytest.mark.parametrize("optimizer", [SGD(0.05), SGD(0.05, momentum=0.0), Adam(0.01)])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_run_taken_up_again_is_the_same_to_the_bit(optimizer, dtype):
    config = config_of(optimizer=optimizer, dtype=dtype, epochs=6)
    whole = run(config)
    resumed = run(config, state=run(replace(config, epochs=3))[-1].state)
    assert [epoch.epoch for epoch in resumed] == [4, 5, 6]
    for one, other in zip(whole[4:], resumed, strict=True):
        assert_same_epoch(one, other)


def test_abandoning_a_run_at_any_epoch_leaves_its_state_usable():
    config = config_of(epochs=5)
    runs = train(config, MOONS)
    state = [next(runs) for _ in range(3)][-1].state
    runs.close()
    assert_same_epoch(run(config, state=state)[-1], run(config)[-1])
    with pytest.raises(ValueError, match="read-only"):
        state.parameters[0] = 0.0


def test_the_seed_decides_everything():
    assert_same_epoch(run(config_of())[-1], run(config_of())[-1])
    first, second = final(config_of(seed=0)), final(config_of(seed=1))
    assert np.abs(first - second).max() > 0.1


def test_the_steps_of_an_epoch_do_not_depend_on_how_long_the_run_is():
    assert_same_epoch(run(config_of(epochs=1))[0], run(config_of(epochs=3))[0])
    np.testing.assert_array_equal(final(config_of(epochs=2)), run(config_of(epochs=3))[2].state.parameters)


def test_without_dropout_runs_with_the_same_seed_see_the_same_order():
    # rate 0 draws masks that keep everything, None draws nothing: neither may touch the order
    zero = Dropout("inverted", 0.0)
    np.testing.assert_array_equal(final(config_of(dropout=())), final(config_of(dropout=(zero, zero, zero))))


def test_every_step_and_every_measurement_has_noise_of_its_own(monkeypatch):
    gains = []
    draw = Dropout.draw

    def recorded(*args):
        drawn = draw(*args)
        gains.append(np.asarray(drawn.gain)[:12].tobytes())
        return drawn

    monkeypatch.setattr(Dropout, "draw", recorded)
    run(config_of(epochs=3))
    # two sites; 60 examples in batches of 16 are 4 steps in each of 3 epochs; 4 measurements
    assert len(gains) == 2 * (4 * 3 + 4)
    assert len(set(gains)) == len(gains)


def test_the_optimizer_counts_its_steps_from_one_through_all_epochs(monkeypatch):
    counted = []
    update = Adam.update

    def recorded(self, parameters, gradient, buffers, step, *rates):
        counted.append(step)
        update(self, parameters, gradient, buffers, step, *rates)

    monkeypatch.setattr(Adam, "update", recorded)
    run(config_of(optimizer=Adam(0.01), epochs=3))
    assert counted == list(range(1, 13))


# what is measured


def test_prediction_draws_no_randomness(monkeypatch):
    state = run(config_of())[-1].state
    parameters = network.as_parameters((2, 12, 9, 2), state.parameters)

    def forbidden(*args, **kwargs):
        raise AssertionError("prediction drew random numbers")

    monkeypatch.setattr(np.random, "default_rng", forbidden)
    monkeypatch.setattr(Dropout, "draw", forbidden)
    features = MOONS.test_features
    first, second = network.predict(parameters, features), network.predict(parameters, features)
    np.testing.assert_array_equal(first, second)
    with pytest.raises(AssertionError, match="prediction drew"):
        run(config_of())


def test_measuring_does_not_touch_the_training(monkeypatch):
    expected = final(config_of())
    calls = []
    measure = training.measure

    def twice(*args):
        calls.append(args)
        measure(*args)
        return measure(*args)

    monkeypatch.setattr(training, "measure", twice)
    np.testing.assert_array_equal(final(config_of()), expected)
    assert len(calls) == 5


@pytest.mark.parametrize("method", methods())
def test_every_method_trains_and_reports_its_gap(method):
    site = Dropout(method, 0.4)
    epoch = run(config_of(dropout=(None, site, site), epochs=2))[-1]
    assert epoch.status == "finished"
    assert epoch.mean_gap.shape == epoch.variance_ratio.shape == (4,)
    assert epoch.mean_gap[0] == 0.0  # no noise on the features
    assert epoch.variance_ratio[0] == 1.0


@pytest.mark.parametrize(
    ("method", "ratio"), [("standard", 1), ("inverted", 1), ("gaussian", 1), ("none", 1 / 0.6), ("both", 0.6)]
)
def test_measured_means_meet_the_strategy(method, ratio):
    site = Dropout(method, 0.4)
    data = moons(2000, 0.2)
    epoch = run(config_of(hidden=(60, 60), dropout=(None, site, site), epochs=1, optimizer=SGD(0.0)), data)[0]
    # 2,000 × 60 units: the mean of the noise has a relative error of some √(r/k / 120,000)
    assert epoch.test_mean[1] / epoch.train_mean[1] == pytest.approx(ratio, rel=5 * np.sqrt(2 / 120_000) * 2)


def test_losses_and_accuracies_are_those_of_the_scaled_network():
    site = Dropout("standard", 0.4)
    config = config_of(dropout=(None, site, site))
    epoch = run(config)[-1]
    parameters = network.as_parameters((2, 12, 9, 2), epoch.state.parameters)
    assert config.test_factors(epoch.rates) == (1.0, 0.6, 0.6)
    scores = network.predict(network.scale_sites(parameters, (1.0, 0.6, 0.6)), MOONS.test_features)
    assert epoch.test_loss == pytest.approx(
        network.softmax_cross_entropy(scores, MOONS.test_targets)[0], rel=1e-12
    )
    assert epoch.test_accuracy == np.mean(scores.argmax(axis=1) == MOONS.test_targets)
    assert epoch.noisy_loss != epoch.train_loss


def test_training_learns():
    epochs = run(config_of(epochs=40))
    assert epochs[0].epoch == 0
    assert epochs[-1].test_accuracy > 0.9
    assert epochs[-1].train_loss < 0.5 * epochs[0].train_loss


# the rate while training


def test_a_schedule_gives_each_step_its_rate():
    annealed = schedules.annealed(0.5, 16)
    epochs = run(config_of(dropout=(None, Dropout("inverted", annealed), None), epochs=5))
    # 60 examples in batches of 16 are 4 steps an epoch; the last step of epoch e is 4e − 1
    assert [epoch.step for epoch in epochs] == [0, 4, 8, 12, 16, 20]
    expected = [0.5, *(float(annealed(4 * e - 1)) for e in range(1, 6))]
    assert [epoch.rates[1] for epoch in epochs] == expected
    assert epochs[-1].rates == (0.0, 0.0, 0.0)


def test_a_constant_schedule_is_a_constant():
    site = Dropout("inverted", schedules.constant(0.3))
    np.testing.assert_array_equal(final(config_of(dropout=(None, site, site))), final(config_of()))


def test_the_rate_may_be_changed_by_hand():
    config = config_of(epochs=5)
    state = run(replace(config, epochs=2))[-1].state
    by_hand = run(with_rate(config, 0.8), state=state)
    four_a_epoch = schedules.steps((0.3, 0.8), boundaries=(8,))
    scheduled = run(with_rate(config, four_a_epoch))
    assert_same_epoch(by_hand[-1], scheduled[-1])
    assert by_hand[-1].rates == (0.0, 0.8, 0.8)


def test_a_schedule_that_leaves_its_range_is_refused():
    site = Dropout("inverted", lambda step: np.asarray(step) * 0.3)
    with pytest.raises(ValueError, match=r"rate must be at least 0 and below 1; got 1\.2"):
        run(config_of(dropout=(None, site, site)))


# divergence and other bad input


def test_a_run_that_diverges_says_so_and_keeps_its_curves():
    epochs = run(config_of(optimizer=SGD(1e6), dtype="float32", epochs=30))
    assert epochs[-1].status == "diverged"
    assert len(epochs) < 31
    assert all(epoch.status == "running" for epoch in epochs[:-1])
    assert np.isfinite(epochs[0].train_loss)
    with pytest.raises(ValueError, match="comes from a run that diverged"):
        train(config_of(optimizer=SGD(1e6), dtype="float32"), MOONS, epochs[-1].state)


def test_a_regression_trains_with_the_squared_error():
    epochs = run(config_of(hidden=(30, 30), dropout=(), epochs=60, optimizer=Adam(0.01)), wave(60))
    assert np.isnan(epochs[-1].test_accuracy)
    assert epochs[-1].train_loss < 0.1 * epochs[0].train_loss


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"epochs": 0}, "epochs must be a whole number from 1 to 10000; got 0"),
        ({"batch": 2.5}, "batch must be a whole number"),
        ({"seed": -1}, "seed must be a whole number"),
        ({"dropout": (INVERTED,)}, "dropout must have 3 entries or none; got 1"),
    ],
)
def test_a_bad_configuration_is_refused(changes, words):
    with pytest.raises(ValueError, match=words):
        config_of(**changes)


@pytest.mark.parametrize("optimizer", [SGD, Adam])
@pytest.mark.parametrize("rate", [-1.0, float("nan"), float("inf"), "fast"])
def test_a_bad_learning_rate_is_refused(optimizer, rate):
    with pytest.raises(ValueError, match="learning_rate must be a number from 0 to 1e\\+06"):
        optimizer(rate)


def test_bad_data_and_states_are_refused_before_the_first_epoch():
    wide = Split(
        "wide", np.zeros((4, 30_000)), np.zeros(4, int), np.zeros((4, 30_000)), np.zeros(4, int), ("a", "b")
    )
    with pytest.raises(ValueError, match="at most 20,000,000 parameters"):
        train(config_of(hidden=(1000,), dropout=()), wide)
    state = run(config_of(epochs=1))[-1].state
    with pytest.raises(ValueError, match="same layers, dtype and optimizer"):
        train(config_of(optimizer=Adam()), MOONS, state)
    with pytest.raises(ValueError, match="same layers, dtype and optimizer"):
        train(config_of(dtype="float32"), MOONS, state)
