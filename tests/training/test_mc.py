import numpy as np
import pytest

from dropviz.datasets.splits import moons, wave
from dropviz.training import mc
from dropviz.training.config import TrainingConfig
from dropviz.training.dropout import Dropout
from dropviz.training.loop import train
from dropviz.training.optimizers import Adam

CLASSES = moons(100, 0.3)
WAVE = wave(60, 0.05)


def trained(data, method="inverted", rate=0.3, epochs=10):
    config = TrainingConfig(
        hidden=(40, 40),
        dropout=(None, Dropout(method, rate), Dropout(method, rate)),
        optimizer=Adam(0.01),
        epochs=epochs,
        dtype="float64",
    )
    *_, last = train(config, data)
    return config, last


def rng():
    return np.random.default_rng(11)


def test_calibration_error_of_the_definition():
    # ten predictions at confidence 0.8, eight right: calibrated; ten at 0.6, all right: 0.4 off
    probabilities = np.repeat([[0.8, 0.2], [0.6, 0.4]], 10, axis=0)
    labels = np.array([0] * 8 + [1] * 2 + [0] * 10)
    quality = mc.quality(probabilities, labels)
    assert quality.accuracy == 0.9
    assert quality.calibration_error == pytest.approx(0.5 * 0.0 + 0.5 * 0.4)
    assert quality.loss == pytest.approx(-(8 * np.log(0.8) + 2 * np.log(0.2) + 10 * np.log(0.6)) / 20)


def test_certain_predictions_are_calibrated_only_if_right():
    certain = np.eye(3)[[0, 1, 2, 2]]
    assert mc.quality(certain, np.array([0, 1, 2, 2])).calibration_error == 0.0
    wrong = mc.quality(certain, np.array([0, 1, 2, 0]))
    assert wrong.calibration_error == 0.25
    assert np.isfinite(wrong.loss)


def test_opposite_errors_in_one_bin_cancel_and_in_two_do_not(monkeypatch):
    probabilities = np.array([[0.9, 0.1], [0.6, 0.4]])
    labels = np.array([1, 0])
    for bins, error in ((1, 0.25), (10, 0.65)):
        monkeypatch.setattr(mc, "BINS", bins)
        assert mc.quality(probabilities, labels).calibration_error == pytest.approx(error)


@pytest.mark.parametrize("method", ["inverted", "standard", "gaussian"])
def test_the_mean_of_many_passes_of_a_linear_network_is_the_single_pass(method):
    config = TrainingConfig(
        hidden=(), dropout=(Dropout(method, 0.4),), optimizer=Adam(0.01), epochs=3, dtype="float64"
    )
    *_, last = train(config, CLASSES)
    outputs = mc.noisy_passes(config, CLASSES, last, CLASSES.test_features, 4000, rng())
    error = outputs.std(axis=0, ddof=1) / np.sqrt(4000)
    single = mc.single_pass(config, CLASSES, last, CLASSES.test_features)
    assert np.abs((outputs.mean(axis=0) - single) / error).max() < 5
    assert error.min() > 0


def test_the_single_pass_is_what_training_reports():
    config, last = trained(CLASSES, "standard")
    comparison = mc.compare(config, CLASSES, last, 5, rng())
    assert comparison.single.accuracy == last.test_accuracy
    assert comparison.single.loss == pytest.approx(last.test_loss, rel=1e-12)


def test_comparison_is_seeded_and_its_first_passes_do_not_depend_on_the_last():
    config, last = trained(CLASSES)
    short = mc.compare(config, CLASSES, last, 4, rng())
    long = mc.compare(config, CLASSES, last, 20, rng())
    assert [quality.loss for quality in long.noisy[:4]] == [quality.loss for quality in short.noisy]
    assert long.passes.tolist() == list(range(1, 21))
    # −log of a mean is at most the mean of −log (Jensen)
    alone = [
        mc.compare(config, CLASSES, last, 1, np.random.default_rng(seed)).noisy[0].loss for seed in range(20)
    ]
    assert long.noisy[-1].loss < np.mean(alone)


def test_without_dropout_all_passes_agree():
    config = TrainingConfig(hidden=(20,), epochs=2, dtype="float64")
    *_, last = train(config, CLASSES)
    comparison = mc.compare(config, CLASSES, last, 3, rng())
    for quality in comparison.noisy:
        assert quality.loss == pytest.approx(comparison.single.loss, rel=1e-12)


def test_the_band_is_the_spread_of_the_passes():
    config, last = trained(WAVE)
    band = mc.regression_band(config, WAVE, last, 30, rng())
    outputs = mc.noisy_passes(config, WAVE, last, WAVE.test_features, 30, rng())[:, :, 0]
    np.testing.assert_allclose(band.mean, outputs.mean(axis=0))
    np.testing.assert_allclose(band.deviation, outputs.std(axis=0, ddof=1))
    np.testing.assert_array_equal(band.single, mc.single_pass(config, WAVE, last, WAVE.test_features)[:, 0])
    assert band.x.shape == (201,)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (
            lambda c, e: mc.compare(c, CLASSES, e, 0, rng()),
            "passes must be a whole number from 1 to 20,000; got 0",
        ),
        (lambda c, e: mc.compare(c, CLASSES, e, 10**6, rng()), "got 1000000"),
        (lambda c, e: mc.compare(c, WAVE, e, 5, rng()), "data must have classes"),
        (lambda c, e: mc.regression_band(c, CLASSES, e, 5, rng()), "a regression with one feature"),
        (lambda c, e: mc.regression_band(c, WAVE, e, 1, rng()), "passes must be at least 2"),
    ],
)
def test_bad_input_is_refused(call, words):
    config, last = trained(CLASSES, epochs=1)
    with pytest.raises(ValueError, match=words):
        call(config, last)
