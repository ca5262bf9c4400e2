import re

import numpy as np
import pytest

from dropviz.frameworks.scripts import TARGETS, training_script
from dropviz.settings.training import FRAMEWORK
from dropviz.training.experiments import experiments
from dropviz.training.optimizers import Adam


def run(name, rate=0.3, epochs=1):
    scope = {}
    code = training_script("numpy", name, rate).replace("  # RATE = P(drop)", f"; EPOCHS = {epochs}")
    exec(compile(code, f"<{name}>", "exec"), scope)
    return scope["results"]


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", experiments())
def test_every_experiment_has_its_script_in_every_framework(target, name):
    code = training_script(target, name, 0.35)
    compile(code, f"{name} in {target}", "exec")
    config = experiments()[name].runs[0][1]
    assert (
        f"LEARNING_RATE = 0.35, {config.epochs}, {config.batch}, {config.optimizer.learning_rate:g}" in code
    )
    assert max(map(len, code.splitlines())) <= 120
    assert len(code.splitlines()) <= 105
    assert "#?" not in code
    assert "{inputs}" not in code
    imported = {"numpy": "import numpy", "pytorch": "import torch", "keras": "import keras"}
    assert {other for other in TARGETS if imported[other] in code} == {"numpy", target}


@pytest.mark.parametrize("target", TARGETS)
@pytest.mark.parametrize("name", experiments())
def test_the_script_learns_the_same_examples_with_the_same_settings(with_sklearn, target, name):
    code, experiment = training_script(target, name, 0.4), experiments(0.4)[name]
    scope, data = {"np": np}, experiment.data()
    before, settings, after = code.partition("RATE, EPOCHS")
    lines = [*before.splitlines(), *f"{settings}{after}".split("\n\n\n")[0].splitlines()]
    exec(
        "\n".join(line for line in lines if not re.match("(import|from|torch|keras|os)[ .](?!sk)", line)),
        scope,
    )
    for part in ("train_x", "train_y", "test_x", *(["test_y"] if "test_y" in code else [])):
        wanted = getattr(data, part.replace("_x", "_features").replace("_y", "_targets"))
        np.testing.assert_allclose(scope[part], wanted, rtol=1e-6, atol=1e-7)
    config = experiment.runs[0][1]
    assert {"he": "kaiming_normal_", "glorot": "xavier_uniform_"}[config.init] in code or target != "pytorch"
    assert f'"{config.init}_' in code or target != "keras"
    if isinstance(config.optimizer, Adam):
        assert f"{config.optimizer.epsilon:g}" in code
    else:
        assert config.optimizer.momentum == 0.9
        assert "0.9" in code
    if not data.classes:  # the loss is half the squared error, summed over the outputs
        halved = {
            "numpy": "half the squared error",
            "pytorch": "sum(dim=1).mean() / 2",
            "keras": "axis=1) / 2",
        }
        assert halved[target] in code
    scaled = any(config.layer_scales for _, config in experiment.runs)
    assert ("1 / KEEP" in code) == scaled


def test_the_same_test_code_needs_the_weights_scaled(with_sklearn, capsys):
    results = run("same_test_code", 0.6, 3)
    assert list(results) == ["none", "inverted", "standard", "standard, weights scaled"]
    assert min(right for right, _ in results.values()) > 0.8
    assert results["standard"][1] > 1.3 * results["standard, weights scaled"][1]
    assert f"inverted: {100 * results['inverted'][0]:.1f} % right" in capsys.readouterr().out


def test_at_rate_zero_all_networks_are_one(with_sklearn):
    results = run("same_test_code", 0.0)
    assert results["inverted"] == results["standard"] == results["standard, weights scaled"]


@pytest.mark.parametrize("name", ["equal_rate_sgd", "equal_rate_adam"])
def test_scaled_learning_rates_give_the_same_losses(with_sklearn, name):
    inverted, same_rate, scaled = run(name, 0.4, 4).values()
    assert np.abs(same_rate / inverted - 1).max() > 0.01
    np.testing.assert_allclose(scaled, inverted, rtol=1e-12)


def test_a_changing_rate_has_three_factors_at_test(with_sklearn):
    assert list(run("annealing")) == ["constant", "annealed", "curriculum", "no dropout"]
    results = run("annealing_at_test", 0.5)
    assert len(results) == 8
    by_last, by_first = (
        results[f"standard, curriculum, times 1 - {which} rate"] for which in ("last", "first")
    )
    assert by_last != by_first


@pytest.mark.parametrize("name", ["regularize", "regularize_digits"])
def test_the_gap_is_that_of_the_accuracies(with_sklearn, capsys, name):
    results = run(name, epochs=3)
    assert list(results) == ["none", "inverted", "gaussian"]
    trained, right = results["none"]
    assert f"a gap of {100 * (trained - right):.1f} points" in capsys.readouterr().out


def test_many_passes_are_judged_beside_one(with_sklearn):
    results = run("monte_carlo", epochs=2)
    assert len(results) == 4
    for right, loss, error in results.values():
        assert 0.5 < right < 1.0
        assert 0.0 < loss < 2.0
        assert 0.0 <= error < 0.5


def test_the_band_is_wider_beyond_the_examples():
    low, high = run("uncertainty_band", 0.5, 10).values()
    assert low[0] < high[0]
    assert high[2] > high[0] > 0.0


@pytest.mark.parametrize(
    ("target", "name", "rate"),
    [("jax", "annealing", 0.5), ("numpy", "own", 0.5), ("numpy", "annealing", 1.0)],
)
def test_bad_settings_are_refused(target, name, rate):
    with pytest.raises(ValueError, match=r"must be .*; got"):
        training_script(target, name, rate)


def test_every_framework_of_the_setting_has_scripts():
    assert tuple(FRAMEWORK.options) == TARGETS
