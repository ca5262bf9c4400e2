from dataclasses import replace

import numpy as np
import pytest

from dropviz.datasets.splits import digits_redrawn, digits_split, moons
from dropviz.training.config import TrainingConfig
from dropviz.training.drawn import MOST_PICTURES, MOST_UNITS, network, redrawn, redraws
from dropviz.training.dropout import Dropout, methods
from dropviz.training.experiments import comparison, experiments
from dropviz.training.loop import Run, train
from dropviz.training.mc import single_pass
from dropviz.training.network import as_parameters, predict


@pytest.mark.parametrize("name", experiments())
def test_every_experiment_has_a_network_to_draw(name: str) -> None:
    experiment = experiments(0.4)[name]
    data = experiment.data()
    drawn = network(experiment, data)
    assert drawn.sizes == experiment.runs[0][1].sizes(data)
    assert [len(kept) for kept in drawn.kept] == [min(size, MOST_UNITS) for size in drawn.sizes]
    assert drawn.kept[0].all()  # no dropout on what goes in, none on what comes out
    assert drawn.kept[-1].all()
    assert len(drawn.pictures) == (MOST_PICTURES if data.picture else 0)
    assert drawn.redraws == (name == "forgotten")


def test_the_mask_is_one_of_training() -> None:
    experiment = experiments(0.9)["same_test_code"]
    data = experiment.data()
    off = np.mean([~kept for seed in range(50) for kept in network(experiment, data, seed).kept[1:-1]])
    assert abs(off - 0.9) < 5 * np.sqrt(0.9 * 0.1 / (50 * 16))
    one, same = network(experiment, data), network(experiment, data)
    assert all(np.array_equal(a, b) for a, b in zip(one.kept, same.kept, strict=True))


def test_without_dropout_all_units_stay() -> None:
    plain = comparison([("plain", TrainingConfig(hidden=(5,)))], moons)
    assert all(kept.all() for kept in network(plain, moons()).kept)
    noisy = TrainingConfig(hidden=(5,), dropout=(None, Dropout("gaussian", 0.5)))
    assert all(kept.all() for kept in network(comparison([("noisy", noisy)], moons), moons()).kept)


@pytest.mark.parametrize("method", methods())
def test_every_noise_has_a_mask_or_none(method: str) -> None:
    config = TrainingConfig(hidden=(5,), dropout=(None, Dropout(method, 0.5)))
    kept = network(comparison([("noisy", config)], moons), moons()).kept
    assert [len(each) for each in kept] == [2, 5, 2]


def test_only_pictures_are_redrawn() -> None:
    assert redraws(digits_redrawn(20))
    assert not redraws(digits_split(20))
    assert not redraws(moons())


def test_what_is_redrawn_is_what_the_network_gives() -> None:
    data = digits_redrawn(100)
    config = TrainingConfig(hidden=(9,), dropout=(None, Dropout("standard", 0.4)), epochs=1)
    run = Run("standard", config, (tuple(train(config, data)),))
    other = replace(config, dropout=(None, Dropout("inverted", 0.4)))
    seen = redrawn([Run("inverted", other, (tuple(train(other, data)),)), run], data)
    assert seen is not None
    given = data.test_features[:MOST_PICTURES]
    epoch = run.last[0]
    np.testing.assert_array_equal(seen.shown.reshape(-1, 64), given)
    np.testing.assert_allclose(
        seen.scaled.reshape(-1, 64), single_pass(config, data, epoch, given), rtol=1e-5, atol=1e-6
    )
    parameters = as_parameters(config.sizes(data), epoch.state.parameters)
    np.testing.assert_array_equal(seen.forgotten.reshape(-1, 64), predict(parameters, given))
    assert redrawn([run], replace(data, picture=None)) is None
    assert redrawn([], data) is None
