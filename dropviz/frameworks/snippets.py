"""The setting on the screen as code: NumPy, PyTorch, Keras and JAX.

Every line that scales is built from the factors of :mod:`dropviz.theory.strategies`, and every framework's layer
from its record in :mod:`dropviz.frameworks.conventions`, so the code shown cannot differ from what is simulated.
"""

import math
from typing import Literal, get_args

from dropviz.frameworks.conventions import frameworks, line_of_code
from dropviz.numbers.checks import check_choice
from dropviz.theory.diagnosis import LEFT_ON, cure
from dropviz.theory.moments import mean_ratio
from dropviz.theory.strategies import strategy

Target = Literal["numpy", "pytorch", "keras", "jax"]
TARGETS: tuple[Target, ...] = get_args(Target)

# Scripts up to `a` (the activations) and `mask` (true where a unit is kept).
_MASKED: dict[Target, str] = {
    "numpy": """import numpy as np

{numbers}
rng = np.random.default_rng(seed=0)
a = rng.standard_normal(8)  # your activations
mask = rng.random(a.shape) >= rate  # true: kept
""",
    "pytorch": """import torch

{numbers}
a = torch.randn(8)  # your activations
mask = torch.rand(a.shape) >= rate  # true: kept
""",
    "keras": """import keras

{numbers}
a = keras.random.normal((8,))  # your activations
kept = keras.random.uniform(a.shape) >= rate
mask = keras.ops.cast(kept, a.dtype)  # 1: kept
""",
    "jax": """import jax

{numbers}
key_a, key_mask = jax.random.split(jax.random.key(0))
a = jax.random.normal(key_a, (8,))  # your activations
mask = jax.random.bernoulli(key_mask, keep, a.shape)  # true: kept
""",
}
# Inverted dropout as a framework's own layer: the framework's record, and the script.
_LAYERS: dict[Target, tuple[str, str]] = {
    "pytorch": (
        "PyTorch",
        """import torch

a = torch.randn(8)  # your activations
dropout = {layer}  # P(drop)

dropout.train()
train = dropout(a)
dropout.eval()
test = dropout(a)
""",
    ),
    "keras": (
        "Keras 3 Dropout",
        """import keras

a = keras.random.normal((8,))  # your activations
dropout = {layer}  # P(drop)

train = dropout(a, training=True)
test = dropout(a, training=False)
""",
    ),
}


def numpy_lines(name: str, rate: float) -> tuple[str, str]:
    """Return the training line and the test line of strategy ``name`` in NumPy.

    They use ``a`` (activations), ``mask`` (true where a unit is kept), ``rate`` and ``keep`` = 1 − rate.

    >>> numpy_lines("inverted", 0.3)
    ('train = a * mask / keep', 'test = a')

    ValueError if there is no such strategy, or ``rate`` is not in [0, 1], or the strategy divides by zero there.
    """
    chosen = strategy(name)
    low, high = ("(0" if chosen.divides_by_rate else "[0"), ("1)" if chosen.divides_by_keep else "1]")
    divides_by_zero = (chosen.divides_by_rate and rate == 0.0) or (chosen.divides_by_keep and rate == 1.0)
    if divides_by_zero or not 0.0 <= rate <= 1.0:
        raise ValueError(f"rate must be in {low}, {high} for strategy {name!r}; got {rate!r}")
    return f"train = a * mask{chosen.train_scale.code}", f"test = a{chosen.test_scale.code}"


def changed_lines(name: str) -> tuple[str, str]:
    """The line of code that is wrong in the mistake ``name``, and the right one; in NumPy, as `numpy_lines` writes it.

    >>> changed_lines("none"), changed_lines("left_on")
    (('train = a * mask', 'train = a * mask / keep'), ('test = a * mask / keep', 'test = a'))
    """
    right = numpy_lines(cure(name).name, 0.3)
    if name == LEFT_ON:
        return right[0].replace("train", "test"), right[1]
    wrong = numpy_lines(name, 0.3)  # the lines are the same at every rate where they are defined
    (pair,) = [lines for lines in zip(wrong, right, strict=True) if lines[0] != lines[1]]
    return pair


def snippet(name: str, rate: float, target: Target) -> str:
    """Return a short script that ends with ``train`` and ``test``, the outputs of strategy ``name``.

    Inverted dropout is the framework's own layer in PyTorch and Keras, and two plain lines elsewhere;
    standard dropout is two plain lines everywhere. A mistake is shown in NumPy only, and says that it is one.

    ValueError as :func:`numpy_lines`; or if ``target`` is unknown, or is not "numpy" for a mistake.
    """
    lines = numpy_lines(name, rate)
    check_choice("target", target, TARGETS)
    if strategy(name).mistake and target != "numpy":
        raise ValueError(f"target must be numpy for the mistake {name!r}; got {target!r}")
    if name == "inverted" and target in _LAYERS:
        framework, script = _LAYERS[target]
        return script.format(layer=line_of_code(frameworks()[framework], rate))
    # JAX draws the mask from keep; elsewhere keep is defined only where a line reads it.
    reads_keep = target == "jax" or any("keep" in line for line in lines)
    numbers = f"rate = {round(float(rate), 12)!r}  # P(drop)" + "\nkeep = 1 - rate" * reads_keep
    warning = (_warning(name, rate),) if strategy(name).mistake else ()
    return "\n".join((_MASKED[target].format(numbers=numbers), *warning, *lines)) + "\n"


def _warning(name: str, rate: float) -> str:
    chosen = strategy(name)
    ratio = float(mean_ratio(chosen, rate))
    if math.isnan(ratio):
        return f"# WRONG: {chosen.label}"
    if math.isclose(ratio, 1.0):
        return f"# WRONG: {chosen.label} (at this rate it does not show)"
    return f"# WRONG: {chosen.label} (test mean / train mean = {ratio:.4g}, should be 1)"
