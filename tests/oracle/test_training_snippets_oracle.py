"""The scripts of all experiments run in PyTorch, and in Keras on each of its backends, and show what the page shows."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
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
KINDS = ("pytorch", "keras on tensorflow", "keras on torch", "keras on jax")
# Each with its scripts in a process of its own, for a backend and its floats are settings of a process.
RUN = """
import json, sys
results = {}
for name, code in json.load(sys.stdin).items():
    scope = {}
    exec(compile(code, name, "exec"), scope)
    results[name] = {str(key): values if isinstance(values, float) else [float(value) for value in values]
                     for key, values in scope["results"].items()}
print("results:", json.dumps(results))
"""


def script(target, name):
    code = training_script(target, name, 0.6 if name == "same_test_code" else 0.5)
    return code.replace("  # RATE = P(drop)", f"; EPOCHS = {EPOCHS}") if EPOCHS else code


def results_of(target, backend):
    """What the script of each experiment finds, one after another; last those that ask for float64 and keep it."""
    names = sorted(experiments(), key=lambda name: name.startswith("equal_rate"))
    run = subprocess.run(
        [sys.executable, "-c", RUN], input=json.dumps({name: script(target, name) for name in names}),
        capture_output=True, text=True, cwd=ROOT, check=False,
        env={**os.environ, "KERAS_BACKEND": backend, "TF_CPP_MIN_LOG_LEVEL": "3", "OMP_NUM_THREADS": "1",
             "JAX_ENABLE_X64": "1"},
    )  # fmt: skip
    assert run.returncode == 0, run.stderr[-3000:]
    return json.loads(run.stdout.rpartition("results:")[2])


@pytest.fixture(scope="module")
def running():
    """All kinds side by side: each is slow to begin."""
    with ThreadPoolExecutor(len(KINDS)) as pool:
        yield {kind: pool.submit(results_of, *kind.partition(" on ")[::2]) for kind in KINDS}


@pytest.fixture(scope="module", params=KINDS)
def found(running, request):
    """Results by experiment, of "same_test_code" at the rate 0.6 and of all others at 0.5."""
    return running[request.param].result()


def test_every_script_runs_and_every_number_is_finite(found):
    assert set(found) == set(experiments())
    for results in found.values():
        assert results
        assert np.isfinite(np.concatenate(list(map(np.ravel, results.values())))).all()


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
    inverted, forgotten, scaled = found["forgotten"].values()
    assert forgotten > 1.2 * scaled
    assert scaled == pytest.approx(inverted, rel=0.02)  # one path, in float32


def test_the_passes_spread_more_beyond_the_examples(found):
    assert all(beyond > at for at, _, beyond in found["uncertainty_band"].values())


def test_scikit_learn_makes_the_split_that_the_project_keeps():
    scope = {}
    exec(training_script("numpy", "same_test_code", 0.5).partition("\n\n\n")[0], scope)
    data = digits_split()
    np.testing.assert_array_equal(scope["train_y"], data.train_targets)
    np.testing.assert_allclose(scope["test_x"], data.test_features)
