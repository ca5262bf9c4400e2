"""The scripts of all experiments run in PyTorch and Keras, and show what the page shows."""

import os

import numpy as np
import pytest

os.environ.setdefault("KERAS_BACKEND", "jax")

from dropviz.frameworks.scripts import training_script
from dropviz.training.experiments import experiments

pytestmark = pytest.mark.oracle
# Few epochs, or nothing for those of the experiment: DROPVIZ_SCRIPT_EPOCHS=0 make oracle
EPOCHS = int(os.environ.get("DROPVIZ_SCRIPT_EPOCHS", "4"))


@pytest.fixture
def usual_precision():
    """The scripts of equal learning rates compute in float64; the others after them must not."""
    import jax
    import keras
    import torch

    yield
    torch.set_default_dtype(torch.float32)
    keras.config.set_floatx("float32")
    jax.config.update("jax_enable_x64", False)


def results_of(target, name, rate):
    if target == "keras" and name.startswith("equal_rate"):
        import jax

        jax.config.update("jax_enable_x64", True)  # what the script asks of a fresh interpreter
    scope = {}
    code = training_script(target, name, rate)
    if EPOCHS:
        code = code.replace("  # RATE = P(drop)", f"; EPOCHS = {EPOCHS}")
    exec(compile(code, f"{name} in {target}", "exec"), scope)
    return scope["results"]


def all_finite(results):
    return np.isfinite(np.concatenate([np.ravel(values) for values in results.values()])).all()


@pytest.mark.parametrize("target", ["pytorch", "keras"])
@pytest.mark.parametrize("name", experiments())
def test_the_script_runs(with_sklearn, usual_precision, target, name):
    results = results_of(target, name, 0.5)
    assert all_finite(results)
    if name.startswith("equal_rate"):
        inverted, same_rate, scaled = results.values()
        assert np.abs(same_rate / inverted - 1).max() > 0.01
        # Keras keeps its learning rate in float32
        np.testing.assert_allclose(scaled, inverted, rtol=1e-4 if target == "keras" else 1e-10)
    if name == "uncertainty_band":
        assert all(beyond > at for at, _, beyond in results.values())


@pytest.mark.parametrize("target", ["numpy", "pytorch", "keras"])
def test_standard_fits_the_same_test_code_only_after_scaling(with_sklearn, target):
    results = results_of(target, "same_test_code", 0.6)
    assert list(results) == ["none", "inverted", "standard", "standard, weights scaled"]
    assert min(right for right, _ in results.values()) > 0.75
    assert results["standard"][1] > 1.2 * results["standard, weights scaled"][1]
    assert results["inverted"][1] < results["standard"][1]
