"""The recipes of docs/recipes.md, run as they stand there: a record holds what the frameworks computed."""

import os

os.environ.setdefault("KERAS_BACKEND", "jax")

import re
from pathlib import Path

import flax.linen
import jax
import keras
import numpy as np
import pytest
import torch

import dropviz as dv

pytestmark = pytest.mark.oracle
RECIPES = (Path(__file__).parents[2] / "docs" / "recipes.md").read_text(encoding="utf-8")
RATE = 0.5
BATCHES = np.random.default_rng(4).normal(size=(40, 64, 6)).astype(np.float32)


def recipe(name):
    """The function of this name in the recipes."""
    code = next(
        code for code in re.findall(r"```python\n(.*?)```", RECIPES, re.DOTALL) if f"def {name}" in code
    )
    found = {}
    exec(code, found)
    return found[name]


def check(path, relu, dropped, expected):
    """The report of a record foretells what the framework's own dropout did, of outputs that are ``expected``."""
    layers = dv.report(path, RATE).layers
    np.testing.assert_allclose(layers[relu].mean, expected.mean(0), rtol=1e-4)
    np.testing.assert_allclose(layers[relu].variance, expected.var(0), rtol=1e-4)
    np.testing.assert_allclose(layers[relu].measured, 1.0)
    # 2560 rows: a ratio is off by a few per cent
    np.testing.assert_allclose(layers[dropped].measured, layers[dropped].ratio, rtol=0.25)


def test_torch(tmp_path):
    torch.manual_seed(1)
    net = torch.nn.Sequential(torch.nn.Linear(6, 5), torch.nn.ReLU(), torch.nn.Dropout(RATE))
    recipe("record_torch")(net, list(map(torch.from_numpy, BATCHES)), tmp_path / "a.npz")
    with torch.no_grad():
        outputs = net.eval()(torch.from_numpy(BATCHES.reshape(-1, 6))).double().numpy()
    check(tmp_path / "a.npz", "1", "2", outputs)


@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")  # of Keras itself
def test_keras(tmp_path):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([
        keras.layers.Input((6,)), keras.layers.Dense(5, activation="relu", name="fc"),
        keras.layers.Dropout(RATE, name="drop"), keras.layers.BatchNormalization(name="norm"),
    ])  # fmt: skip
    before = model.get_weights()
    recipe("record_keras")(model, BATCHES, tmp_path / "a.npz")
    assert all(np.array_equal(one, other) for one, other in zip(before, model.get_weights(), strict=True))
    outputs = keras.Model(model.inputs, model.get_layer("fc").output)([BATCHES.reshape(-1, 6)])
    check(tmp_path / "a.npz", "fc", "drop", keras.ops.convert_to_numpy(outputs).astype(float))


class Flax(flax.linen.Module):
    @flax.linen.compact
    def __call__(self, x, train):
        x = flax.linen.relu(flax.linen.Dense(5, name="fc")(x)) + 0.1
        x = flax.linen.Dropout(RATE, deterministic=not train, name="drop")(x)
        return flax.linen.BatchNorm(use_running_average=not train, name="norm")(x)


def test_flax(tmp_path):
    model = Flax()
    variables = model.init(jax.random.key(1), BATCHES[0], train=False)
    recipe("record_flax")(model, variables, BATCHES, tmp_path / "a.npz", jax.random.key(2))
    fc = variables["params"]["fc"]
    outputs = BATCHES.reshape(-1, 6) @ np.asarray(fc["kernel"]) + np.asarray(fc["bias"])
    check(tmp_path / "a.npz", "['fc']['__call__'][0]", "['drop']['__call__'][0]", outputs.astype(float))
