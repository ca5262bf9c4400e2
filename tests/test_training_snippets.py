import sys
from importlib.machinery import ModuleSpec
from types import ModuleType

import numpy as np
import pytest

from dropviz.datasets import DIGITS
from dropviz.training_snippets import TARGETS, training_script


def digits(return_X_y):
    """The digits as scikit-learn gives them, from the file of the project."""
    assert return_X_y
    with np.load(DIGITS) as stored:
        return stored["images"].reshape(-1, 64).astype(float), stored["labels"].astype(np.int64)


@pytest.fixture
def with_digits(monkeypatch):
    """The scripts run where scikit-learn is not installed."""
    module = ModuleType("sklearn.datasets")
    module.load_digits = digits
    package = ModuleType("sklearn")
    package.__spec__ = ModuleSpec("sklearn", None)  # PyTorch asks for it
    monkeypatch.setitem(sys.modules, "sklearn", package)
    monkeypatch.setitem(sys.modules, "sklearn.datasets", module)


def run(target, rate, epochs):
    scope = {}
    exec(compile(training_script(target, rate, epochs), f"<{target}>", "exec"), scope)
    return scope["results"]


def test_the_numpy_script_shows_the_finding(with_digits, capsys):
    results = run("numpy", 0.6, 3)
    assert list(results) == ["no dropout", "inverted", "standard", "standard, weights scaled"]
    assert min(right for right, _ in results.values()) > 0.8
    assert results["standard"][1] > 1.3 * results["standard, weights scaled"][1]
    assert f"inverted: {100 * results['inverted'][0]:.1f} % right" in capsys.readouterr().out


def test_at_rate_zero_all_networks_are_one(with_digits):
    assert len(set(run("numpy", 0.0, 1).values())) == 1


@pytest.mark.parametrize("target", TARGETS)
def test_the_settings_are_in_the_script(target):
    code = training_script(target, 0.35, 7)
    assert "RATE, EPOCHS, LEARNING_RATE = 0.35, 7, 0.05" in code
    compile(code, target, "exec")
    assert max(map(len, code.splitlines())) <= 120


@pytest.mark.parametrize(
    ("target", "rate", "epochs"), [("jax", 0.5, 1), ("numpy", 1.0, 1), ("numpy", 0.5, 0)]
)
def test_bad_settings_are_refused(target, rate, epochs):
    with pytest.raises(ValueError, match=r"must be .*; got"):
        training_script(target, rate, epochs)
