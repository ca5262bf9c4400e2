"""The experiment "the same test code" as a short script of its own: NumPy, PyTorch and Keras.

Each script trains three networks on the digits, puts all of them through the very same prediction, and then the one
with standard dropout again after its weights are multiplied by the keep probability. It needs scikit-learn for the
digits.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Target = Literal["numpy", "pytorch", "keras"]
TARGETS: tuple[Target, ...] = get_args(Target)

_NUMPY = """import numpy as np
from sklearn.datasets import load_digits

RATE, EPOCHS, LEARNING_RATE = {rate}, {epochs}, 0.05  # RATE = P(drop)
KEEP = 1 - RATE
RUNS = {"no dropout": (1, 1), "inverted": (KEEP, 1 / KEEP), "standard": (KEEP, 1)}  # keep, factor in training

x, y = load_digits(return_X_y=True)
x, test = x / 16, np.arange(len(y)) % 5 == 0


def predict(layers, a):  # the same test code for every network: no mask, no factor
    for weight, bias in layers[:-1]:
        a = np.maximum(a @ weight + bias, 0)
    return a @ layers[-1][0] + layers[-1][1]


def train(keep, factor):
    rng = np.random.default_rng(0)
    sizes = (64, 256, 256, 10)
    layers = [[rng.normal(0, (2 / n) ** 0.5, (n, m)), np.zeros(m)] for n, m in zip(sizes, sizes[1:])]
    velocity = [[np.zeros_like(value) for value in layer] for layer in layers]
    for _ in range(EPOCHS):
        order = rng.permutation(np.flatnonzero(~test))
        for batch in np.split(order, range(32, len(order), 32)):
            a, inputs, gains = x[batch], [], []
            for weight, bias in layers:
                inputs.append(a)
                z = a @ weight + bias
                gains.append((z > 0) * (rng.random(z.shape) < keep) * factor)  # ReLU, mask, factor
                a = z * gains[-1]
            delta = np.exp(z - z.max(axis=1, keepdims=True))  # softmax of the last layer, without dropout
            delta /= delta.sum(axis=1, keepdims=True)
            delta[np.arange(len(batch)), y[batch]] -= 1
            delta /= len(batch)
            for i in reversed(range(len(layers))):
                gradient = inputs[i].T @ delta, delta.sum(axis=0)
                if i > 0:
                    delta = delta @ layers[i][0].T * gains[i - 1]
                for value, v, g in zip(layers[i], velocity[i], gradient):
                    v *= 0.9
                    v += g
                    value -= LEARNING_RATE * v
    return layers


def report(name, layers):
    scores = predict(layers, x[test])
    scores -= scores.max(axis=1, keepdims=True)
    chances = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    right = (scores.argmax(axis=1) == y[test]).mean()
    loss = -np.log(chances[np.arange(test.sum()), y[test]] + 1e-300).mean()
    results[name] = right, loss
    print(f"{name}: {100 * right:.1f} % right, loss {loss:.3f}")


results = {}
for name, (keep, factor) in RUNS.items():
    layers = train(keep, factor)
    report(name, layers)
for layer in layers[1:]:  # the last one trained is standard; its first layer has no dropout in front
    layer[0] *= KEEP
report("standard, weights scaled", layers)
"""

_PYTORCH = """import numpy as np
import torch
from sklearn.datasets import load_digits
from torch import nn

RATE, EPOCHS, LEARNING_RATE = {rate}, {epochs}, 0.05  # RATE = P(drop)
KEEP = 1 - RATE

x, y = load_digits(return_X_y=True)
x, y = torch.tensor(x / 16, dtype=torch.float32), torch.tensor(y)
test = torch.arange(len(y)) % 5 == 0


class StandardDropout(nn.Module):
    def forward(self, a):  # in training no factor; at test nothing: the weights have to be scaled
        return a * (torch.rand_like(a) >= RATE) if self.training else a


RUNS = {"no dropout": nn.Identity, "inverted": lambda: nn.Dropout(p=RATE), "standard": StandardDropout}


def train(dropout):
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Linear(64, 256), nn.ReLU(), dropout(), nn.Linear(256, 256), nn.ReLU(), dropout(), nn.Linear(256, 10)
    )
    for layer in model[::3]:
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
        nn.init.zeros_(layer.bias)
    optimizer = torch.optim.SGD(model.parameters(), lr=LEARNING_RATE, momentum=0.9)
    rows = torch.nonzero(~test)[:, 0]
    for _ in range(EPOCHS):
        for batch in rows[torch.randperm(len(rows))].split(32):
            optimizer.zero_grad()
            nn.functional.cross_entropy(model(x[batch]), y[batch]).backward()
            optimizer.step()
    return model.eval()


@torch.no_grad()
def report(name, model):
    scores = model(x[test])  # the same test code for every network
    right = (scores.argmax(dim=1) == y[test]).float().mean().item()
    loss = nn.functional.cross_entropy(scores, y[test]).item()
    results[name] = right, loss
    print(f"{name}: {100 * right:.1f} % right, loss {loss:.3f}")


results = {}
for name, dropout in RUNS.items():
    model = train(dropout)
    report(name, model)
with torch.no_grad():  # the last one trained is standard; its first layer has no dropout in front
    for layer in (model[3], model[6]):
        layer.weight *= KEEP
report("standard, weights scaled", model)
"""

_KERAS = """import keras
import numpy as np
from sklearn.datasets import load_digits

RATE, EPOCHS, LEARNING_RATE = {rate}, {epochs}, 0.05  # RATE = P(drop)
KEEP = 1 - RATE

x, y = load_digits(return_X_y=True)
x, test = (x / 16).astype("float32"), np.arange(len(y)) % 5 == 0


class StandardDropout(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.seed = keras.random.SeedGenerator(0)

    def call(self, a, training=False):  # in training no factor; at test nothing: the weights have to be scaled
        if not training:
            return a
        kept = keras.random.uniform(keras.ops.shape(a), seed=self.seed) >= RATE
        return a * keras.ops.cast(kept, a.dtype)


RUNS = {
    "no dropout": keras.layers.Identity,
    "inverted": lambda: keras.layers.Dropout(rate=RATE),
    "standard": StandardDropout,
}


def train(dropout):
    keras.utils.set_random_seed(0)
    dense = keras.layers.Dense
    start = {"kernel_initializer": "he_normal", "activation": "relu"}
    model = keras.Sequential([dense(256, **start), dropout(), dense(256, **start), dropout(), dense(10)])
    model.compile(
        keras.optimizers.SGD(LEARNING_RATE, momentum=0.9),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(x[~test], y[~test], batch_size=32, epochs=EPOCHS, verbose=0)
    return model


def report(name, model):
    loss, right = model.evaluate(x[test], y[test], verbose=0)  # the same test code for every network
    results[name] = right, loss
    print(f"{name}: {100 * right:.1f} % right, loss {loss:.3f}")


results = {}
for name, dropout in RUNS.items():
    model = train(dropout)
    report(name, model)
for layer in (model.layers[2], model.layers[4]):  # standard; its first layer has no dropout in front
    layer.kernel.assign(layer.kernel * KEEP)
report("standard, weights scaled", model)
"""

_SCRIPTS: Mapping[Target, str] = MappingProxyType({"numpy": _NUMPY, "pytorch": _PYTORCH, "keras": _KERAS})


def training_script(target: Target, rate: float, epochs: int = 12) -> str:
    """Return the script for ``target`` at a dropout rate, with ``epochs`` passes over the training examples.

    Raises
    ------
    ValueError
        If ``target`` is unknown, ``rate`` not in [0, 1) or ``epochs`` not a whole number of 1 or more.
    """
    if target not in TARGETS:
        raise ValueError(f"target must be one of {', '.join(TARGETS)}; got {target!r}")
    if not 0.0 <= rate < 1.0:
        raise ValueError(f"rate must be at least 0 and below 1; got {rate!r}")
    if not isinstance(epochs, int) or epochs < 1:
        raise ValueError(f"epochs must be a whole number, 1 or more; got {epochs!r}")
    return _SCRIPTS[target].replace("{rate}", f"{float(rate):g}").replace("{epochs}", str(epochs))
