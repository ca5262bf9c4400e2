"""The scripts for PyTorch and Keras run, and show what the page shows."""

import os
import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import numpy as np
import pytest

os.environ.setdefault("KERAS_BACKEND", "jax")

from dropviz.datasets import DIGITS
from dropviz.training_snippets import training_script

pytestmark = pytest.mark.oracle


@pytest.fixture
def with_digits(monkeypatch):
    """The digits of the project in the place of scikit-learn's, which are the same."""
    with np.load(DIGITS) as stored:
        values = stored["images"].reshape(-1, 64).astype(float), stored["labels"].astype(np.int64)
    module = ModuleType("sklearn.datasets")
    module.load_digits = lambda return_X_y: values
    package = ModuleType("sklearn")
    package.__spec__ = ModuleSpec("sklearn", None)  # PyTorch asks for it
    monkeypatch.setitem(sys.modules, "sklearn", package)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", module)


@pytest.mark.parametrize("target", ["numpy", "pytorch", "keras"])
def test_standard_fits_the_same_test_code_only_after_scaling(with_digits, target):
    scope = {}
    exec(compile(training_script(target, 0.6, 4), target, "exec"), scope)
    results = scope["results"]
    assert list(results) == ["no dropout", "inverted", "standard", "standard, weights scaled"]
    assert min(right for right, _ in results.values()) > 0.75
    assert results["standard"][1] > 1.2 * results["standard, weights scaled"][1]
    assert results["inverted"][1] < results["standard"][1]
