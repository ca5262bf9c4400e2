"""The scripts of all experiments run in PyTorch, and in Keras on each of its backends, and show what the page shows."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from dropviz.datasets.splits import digits_split
from dropviz.frameworks.scripts import training_script
from dropviz.training.experiments import experiments

pytestmark = pytest.mark.oracle
ROOT = Path(__file__).parents[2]
# Few epochs, or nothing for those of the experiment: DROPVIZ_SCRIPT_EPOCHS=0 make oracle
EPOCHS = int(os.environ.get("DROPVIZ_SCRIPT_EPOCHS", "3"))
BACKENDS = ("tensorflow", "torch", "jax")
# Each framework with its scripts, whose floats and backends are settings of a process, in one of its own.
RUN = """
import json, sys
results = {}
for name, code in json.load(sys.stdin).items():
    scope = {}
    exec(compile(code, name, "exec"), scope)
    results[name] = {str(key): [float(value) for value in values] if hasattr(values, "__len__") else [float(values)]
                     for key, values in scope["results"].items()}
print("results:", json.dumps(results))
"""


def script(target, name, rate):
    code = training_script(target, name, rate)
    return code.replace("  # RATE = P(drop)", f"; EPOCHS = {EPOCHS}") if EPOCHS else code


def results_of(codes, backend=""):
    """What each of the scripts finds, run one after another in a fresh process."""
    run = subprocess.run(
        [sys.executable, "-c", RUN], input=json.dumps(codes), capture_output=True, text=True, cwd=ROOT, check=False,
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "JAX_ENABLE_X64": "1"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout.rpartition("results:")[2])


@pytest.fixture(scope="module", params=["pytorch", *(f"keras on {backend}" for backend in BACKENDS)])
def found(request):
    """Results by experiment, of "same_test_code" at the rate 0.6 and of all others at 0.5."""
    target, _, backend = request.param.partition(" on ")
    codes = {
        name: script(target, name, 0.6 if name == "same_test_code" else 0.5)
        for name in experiments()
        if EPOCHS or name != "uncertainty_band"
    }
    return results_of(codes, backend)


def test_every_script_runs_and_every_number_is_finite(found):
    assert set(found) >= set(experiments()) - {"uncertainty_band"}
    for results in found.values():
        assert results
        assert np.isfinite(np.concatenate(list(results.values()))).all()


@pytest.mark.parametrize("name", ["equal_rate_sgd", "equal_rate_adam"])
def test_standard_walks_the_path_of_inverted_at_its_own_learning_rate_only(found, name):
    inverted, same_rate, scaled = map(np.array, found[name].values())
    assert np.abs(same_rate / inverted - 1).max() > 0.01
    np.testing.assert_allclose(scaled, inverted, rtol=1e-4)  # Keras keeps its learning rate in float32


def test_standard_fits_the_same_test_code_only_after_scaling(found):
    results = found["same_test_code"]
    assert list(results) == ["none", "inverted", "standard", "standard, weights scaled"]
    assert min(right for right, _ in results.values()) > 0.75
    assert results["standard"][1] > 1.2 * results["standard, weights scaled"][1]
    assert results["inverted"][1] < results["standard"][1]


def test_a_forgotten_factor_costs_and_the_two_right_networks_are_one(found):
    inverted, forgotten, scaled = (loss for (loss,) in found["forgotten"].values())
    assert forgotten > 1.2 * scaled
    assert scaled == pytest.approx(inverted, rel=0.02)  # one path, in float32


def test_the_passes_spread_more_beyond_the_examples(found):
    if "uncertainty_band" in found:
        assert all(beyond > at for at, _, beyond in found["uncertainty_band"].values())


def test_scikit_learn_makes_the_split_that_the_project_keeps():
    scope = {}
    exec(training_script("numpy", "same_test_code", 0.5).partition("\n\n\n")[0], scope)
    data = digits_split()
    np.testing.assert_array_equal(scope["train_y"], data.train_targets)
    np.testing.assert_allclose(scope["test_x"], data.test_features)
