"""Run the frameworks and hold every record that claims it against what comes out."""

import os
import re
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

os.environ.setdefault("KERAS_BACKEND", "jax")
os.environ.setdefault("DEV", "PYTHON")  # tinygrad: its other devices need a compiler

import equinox
import flax.linen
import flax.nnx
import haiku
import jax
import jax.example_libraries.stax
import keras
import mlx.core  # type: ignore[import-not-found]
import mlx.nn  # type: ignore[import-not-found]
import onnx.helper  # type: ignore[import-not-found]
import onnx.reference  # type: ignore[import-not-found]
import tinygrad  # type: ignore[import-not-found]
import torch
import transformers  # type: ignore[import-not-found]
from transformers.models.bert.modeling_bert import (  # type: ignore[import-not-found]
    BertSelfAttention,
    BertSelfOutput,
)
from transformers.models.llama.modeling_llama import LlamaAttention  # type: ignore[import-not-found]

from dropviz.frameworks.conventions import Framework, frameworks, line_of_code
from dropviz.frameworks.snippets import Target, snippet
from dropviz.simulation.layer import exact_z
from dropviz.theory.measured import Empirical
from dropviz.theory.moments import exact_moments
from dropviz.theory.strategies import strategies

pytestmark = pytest.mark.oracle

Array = NDArray[np.float32]
Run = Callable[[str, bool, Array], Array]
UNITS = 20_000
A: Array = np.random.default_rng(0).standard_normal(UNITS).astype(np.float32)
KEY = jax.random.key(0)
SLOW = {"tinygrad": 2_000}  # units of those that are slow
MODULES = {
    "torch": torch,
    "keras": keras,
    "flax": flax,
    "jax": jax,
    "equinox": equinox,
    "haiku": haiku,
    "mlx": mlx,
    "transformers": transformers,
}
PACKAGES = {  # of the records whose package is not the first word of their line
    "Haiku": "dm-haiku",
    "ONNX": "onnx",
    "tinygrad": "tinygrad",
}
RUN = {name: record for name, record in frameworks().items() if record.evidence == "run"}


# One function a framework: evaluate the line of code of its record and pass `a` through, in training or at test.


def made(line: str, **names: object) -> Any:
    return eval(line, {**MODULES, **names})


def run_torch(line: str, training: bool, a: Array) -> Array:
    torch.manual_seed(0)
    return np.asarray(made(line).train(training)(torch.from_numpy(a)))


def run_keras(line: str, training: bool, a: Array) -> Array:
    keras.utils.set_random_seed(0)
    return np.asarray(keras.ops.convert_to_numpy(made(line)(a, training=training)))


def run_linen(line: str, training: bool, a: Array) -> Array:
    return np.asarray(made(line).apply({}, a, deterministic=not training, rngs={"dropout": KEY}))


def run_nnx(line: str, training: bool, a: Array) -> Array:
    return np.asarray(made(line, rngs=flax.nnx.Rngs(0))(a, deterministic=not training))


def run_haiku(line: str, training: bool, a: Array) -> Array:
    if not training:  # there is no switch: at test the call is left out
        return a
    layer = haiku.transform(lambda x: made(line, x=x))
    return np.asarray(layer.apply({}, KEY, jax.numpy.asarray(a)))


def run_equinox(line: str, training: bool, a: Array) -> Array:
    return np.asarray(made(line)(jax.numpy.asarray(a), key=KEY, inference=not training))


def run_stax(line: str, training: bool, a: Array) -> Array:
    _, apply = made(line.removesuffix(")") + f", mode={'train' if training else 'test'!r})")
    return np.asarray(apply((), jax.numpy.asarray(a), rng=KEY))


def run_mlx(line: str, training: bool, a: Array) -> Array:
    mlx.core.random.seed(0)
    return np.asarray(made(line).train(training)(mlx.core.array(a)))


def run_tinygrad(line: str, training: bool, a: Array) -> Array:
    tinygrad.Tensor.manual_seed(0)
    with tinygrad.Tensor.train(training):
        return np.asarray(made(line, x=tinygrad.Tensor(a)).numpy())


# Attention to one key alone has the weight 1: what comes out is the value times its dropped and scaled weight.


def run_sdpa(line: str, training: bool, a: Array) -> Array:
    if not training:  # there is no switch: at test dropout_p is 0
        line = line_of_code(RUN["PyTorch, scaled_dot_product_attention"], 0.0)
    torch.manual_seed(0)
    one = torch.zeros(len(a), 1, 1, 1)
    value = torch.from_numpy(a).reshape(one.shape)
    return np.asarray(made(line, q=one, k=one, v=value).flatten())


def run_multihead(line: str, training: bool, a: Array) -> Array:
    layer = made(line, embed_dim=1, num_heads=1).train(training)
    one = torch.zeros(1, len(a), 1)
    with torch.no_grad():
        for name, weights in layer.named_parameters():
            weights.fill_("bias" not in name)
        torch.manual_seed(0)
        return np.asarray(
            layer(one, one, torch.from_numpy(a).reshape(one.shape), need_weights=False)[0].flatten()
        )


def run_bert(line: str, training: bool, a: Array) -> Array:
    layer = BertSelfOutput(made(line)).train(training)
    layer.dense = layer.LayerNorm = torch.nn.Identity()
    torch.manual_seed(0)
    return np.asarray(layer(torch.from_numpy(a), torch.zeros(len(a))))


def run_bert_attention(line: str, training: bool, a: Array) -> Array:
    config = made(line)
    config.hidden_size = config.num_attention_heads = 1
    config._attn_implementation = "eager"
    layer = BertSelfAttention(config).train(training)
    with torch.no_grad():
        for name, weights in layer.named_parameters():
            weights.fill_(name == "value.weight")
        torch.manual_seed(0)
        return np.asarray(layer(torch.from_numpy(a).reshape(len(a), 1, 1))[0].flatten())


def run_llama_attention(line: str, training: bool, a: Array) -> Array:
    config = made(line.removesuffix(")") + ", hidden_size=2, num_attention_heads=1, num_key_value_heads=1)")
    config._attn_implementation = "sdpa"
    layer = LlamaAttention(config, 0).train(training)
    pairs = torch.from_numpy(np.stack([a, a], axis=1)).unsqueeze(1)  # its positions turn pairs of numbers
    with torch.no_grad():
        for weights in layer.parameters():
            weights.copy_(torch.eye(2))
        torch.manual_seed(0)
        outputs, _ = layer(pairs, (torch.ones_like(pairs), torch.zeros_like(pairs)), None)
    return np.asarray(outputs[:, 0, 0])


def run_onnx(line: str, training: bool, a: Array) -> Array:
    # ONNX has no line of Python: the number is read from the record's line and given to the operator.
    ratio = np.float32(re.findall(r"[\d.]+", line)[0])
    return onnx_dropout(a, ratio, np.array(training))


def onnx_dropout(a: Array, ratio: np.float32, *training_mode: NDArray[np.bool_]) -> Array:
    kinds: list[tuple[str, int, list[int]]] = [
        ("a", onnx.TensorProto.FLOAT, [UNITS]),
        ("ratio", onnx.TensorProto.FLOAT, []),
        ("training_mode", onnx.TensorProto.BOOL, []),
    ]
    given = dict(zip((name for name, _, _ in kinds), (a, ratio, *training_mode), strict=False))
    node = onnx.helper.make_node("Dropout", list(given), ["outputs"], seed=0)
    inputs = [onnx.helper.make_tensor_value_info(*kind) for kind in kinds[: len(given)]]
    outputs = onnx.helper.make_tensor_value_info("outputs", onnx.TensorProto.FLOAT, [UNITS])
    model = onnx.helper.make_model(onnx.helper.make_graph([node], "dropout", inputs, [outputs]))
    with np.errstate(all="ignore"):
        return np.asarray(onnx.reference.ReferenceEvaluator(model).run(None, given)[0])


RUNNERS: dict[str, Run] = {
    "PyTorch": run_torch,
    "PyTorch, scaled_dot_product_attention": run_sdpa,
    "PyTorch, MultiheadAttention": run_multihead,
    "Hugging Face BERT, hidden": run_bert,
    "Hugging Face BERT, attention": run_bert_attention,
    "Hugging Face Llama, attention": run_llama_attention,
    "MLX": run_mlx,
    "tinygrad": run_tinygrad,
    "Keras 3 Dropout": run_keras,
    "Keras 3 GaussianDropout": run_keras,
    "Flax linen": run_linen,
    "Flax NNX": run_nnx,
    "Haiku": run_haiku,
    "Equinox": run_equinox,
    "JAX stax": run_stax,
    "ONNX": run_onnx,
}

every_record = pytest.mark.parametrize("name", RUNNERS)
every_dropping_record = pytest.mark.parametrize(
    "name", [name for name in RUNNERS if frameworks()[name].noise == "Bernoulli"]
)


def check_dropout(outputs: Array, a: Array, factor: float, rate: float) -> None:
    """Every output is 0 or a·factor, and the dropped share is the rate within five standard errors."""
    dropped = outputs == 0
    np.testing.assert_allclose(outputs, np.where(dropped, 0, a * factor), rtol=1e-6)
    assert abs(dropped.mean() - rate) < 5 * np.sqrt(rate * (1 - rate) / dropped.size)


def given(name: str) -> Array:
    return A[: SLOW.get(name, UNITS)]


def outcome(run: Callable[[Array], Array], a: Array) -> str:
    try:
        outputs = run(a)
    except (ArithmeticError, ValueError) as error:
        return f"an error ({type(error).__name__})"
    if np.isnan(outputs).all():
        return "NaN"
    if np.array_equal(outputs, a):
        return "identity"
    return "zeros" if not outputs.any() else "something else"


def test_exactly_the_records_that_say_run_are_run() -> None:
    assert set(RUN) == set(RUNNERS)


@every_dropping_record
@pytest.mark.parametrize("rate", [0.2, 0.3, 0.8])
def test_in_training_every_output_is_zero_or_scaled(name: str, rate: float) -> None:
    record = RUN[name]
    factor = float(strategies()[record.strategy].train_scale(rate))
    check_dropout(RUNNERS[name](line_of_code(record, rate), True, given(name)), given(name), factor, rate)


@every_record
def test_at_test_every_output_has_the_test_factor_of_the_record(name: str) -> None:
    record = RUN[name]
    outputs = RUNNERS[name](line_of_code(record, 0.3), False, given(name))
    np.testing.assert_allclose(outputs, given(name) * record.test_mean(0.3), rtol=1e-6)


def with_a_bare_number(record: Framework, rate: float) -> str:
    line = line_of_code(record, rate)
    before, named, after = line.partition(f"{record.number_name}=")
    if not named:
        return line
    places = before.partition("(")[2].count(",")
    return before + "None, " * (record.slot - 1 - places) + after


@pytest.mark.parametrize(
    "name", [name for name in RUN if RUN[name].noise == "Bernoulli" and RUN[name].unnamed]
)
def test_a_bare_number_means_what_the_record_says(name: str) -> None:
    record = RUN[name]
    assert record.unnamed == record.meaning == record.written
    outputs = RUNNERS[name](with_a_bare_number(record, 0.2), True, given(name))
    check_dropout(outputs, given(name), record.train_mean(0.2) / 0.8, 0.2)


@every_record
def test_the_ends_are_as_recorded(name: str) -> None:
    record, run = RUN[name], RUNNERS[name]
    for rate, expected in ((0.0, record.at_drop_0), (1.0, record.at_drop_1)):
        line = line_of_code(record, rate)
        assert outcome(partial(run, line, True), given(name)) == expected


@every_record
def test_the_version_of_the_record_is_the_one_that_runs(name: str) -> None:
    record = RUN[name]
    package = PACKAGES.get(name, record.line.partition(".")[0])
    assert version(package).partition("+")[0] == record.version


@pytest.mark.parametrize("rate", [0.2, 0.8])
def test_gaussian_dropout_has_mean_one_and_the_variance_of_the_rate(rate: float) -> None:
    noise = RUNNERS["Keras 3 GaussianDropout"](
        line_of_code(RUN["Keras 3 GaussianDropout"], rate), True, np.ones_like(A)
    )
    variance = rate / (1 - rate)
    assert abs(noise.mean() - 1) < 5 * np.sqrt(variance / UNITS)
    assert abs(noise.var() - variance) < 5 * variance * np.sqrt(2 / UNITS)
    assert np.all(noise != 0)


@pytest.mark.parametrize(("layer", "dimensions"), [("Dropout1d", 1), ("Dropout2d", 2), ("Dropout3d", 3)])
def test_torch_drops_whole_channels_with_the_same_number(layer: str, dimensions: int) -> None:
    rate, shape = 0.2, (50, 40, *(3,) * dimensions)
    a = np.random.default_rng(1).standard_normal(shape).astype(np.float32)
    line = line_of_code(RUN["PyTorch"], rate).replace("Dropout", layer)
    outputs = run_torch(line, True, a)
    by_channel = (outputs == 0).reshape(50, 40, -1)
    assert np.array_equal(by_channel.all(axis=-1), by_channel.any(axis=-1))
    np.testing.assert_allclose(outputs, np.where(outputs == 0, 0, a / (1 - rate)), rtol=1e-6)
    dropped = by_channel[..., 0]
    assert abs(dropped.mean() - rate) < 5 * np.sqrt(rate * (1 - rate) / dropped.size)
    assert np.array_equal(run_torch(line, False, a), a)


# What the notes of the records claim.


def test_notes_on_who_drops_without_being_told() -> None:
    x = torch.ones(1000)
    assert (torch.nn.functional.dropout(x, 0.5) == 0).any()
    assert (flax.nnx.Dropout(0.5, rngs=flax.nnx.Rngs(0))(jax.numpy.ones(1000)) == 0).any()
    assert (equinox.nn.Dropout(0.5)(jax.numpy.ones(1000), key=KEY) == 0).any()
    layer = keras.layers.Dropout(0.5)
    assert np.array_equal(keras.ops.convert_to_numpy(layer(A)), A)
    assert np.array_equal(onnx_dropout(A, np.float32(0.5)), A)
    with pytest.raises(ValueError, match="deterministic"):
        flax.linen.Dropout(0.5).apply({}, A, rngs={"dropout": KEY})


def test_notes_on_attention_and_on_tinygrad() -> None:
    attention = torch.nn.functional.scaled_dot_product_attention
    one = torch.ones(1, 1, 1000, 1)
    module = torch.nn.Module().eval()  # no module is asked
    assert not module.training
    torch.manual_seed(0)
    assert not torch.allclose(attention(one, one, one, dropout_p=0.5), one)
    assert (attention(one, one, one, dropout_p=0.5).mean() - 1).abs() < 5 / 1000
    assert not tinygrad.Tensor.training
    assert np.array_equal(tinygrad.Tensor(A[:1000]).dropout(0.5).numpy(), A[:1000])


def test_a_tensor_is_read_or_refused_with_what_to_do() -> None:
    a = torch.rand(40, 3)
    for needs in (a.clone().requires_grad_(), a.bfloat16(), jax.numpy.asarray(a, dtype="bfloat16")):
        with pytest.raises(
            ValueError, match=r"must be an array that NumPy can read; of a PyTorch tensor pass"
        ):
            Empirical(needs)
    read = a.clone().requires_grad_().detach().cpu().float()
    assert Empirical(read) == Empirical(a)
    assert exact_moments("inverted", "train", 0.5, a.half(), a).mean.dtype == np.float64


def test_exact_z_is_what_dropout_before_a_linear_layer_does() -> None:
    """Each example and each unit of the next layer, within five standard errors of 4,000 masks."""
    torch.manual_seed(0)
    layer, a, masks = torch.nn.Linear(8, 3).requires_grad_(False), torch.rand(5, 8), 4_000
    z = layer(torch.nn.functional.dropout(a.expand(masks, 5, 8), 0.3))
    exact = exact_z("inverted", 0.3, layer.weight.T, a, layer.bias)
    assert (np.abs(z.mean(dim=0).numpy() - exact.mean) < 5 * np.sqrt(exact.variance / masks)).all()
    np.testing.assert_allclose(z.var(dim=0).numpy(), exact.variance, rtol=0.2)


def test_note_on_gaussian_dropout_at_one() -> None:
    layer = keras.layers.GaussianDropout(1.0)
    with pytest.raises(ZeroDivisionError):
        layer(A, training=True)


@pytest.mark.parametrize("target", ["pytorch", "keras", "jax"])
@pytest.mark.parametrize("name", ["standard", "inverted"])
@pytest.mark.parametrize("rate", [0.2, 0.8])
def test_the_snippets_do_what_the_strategy_says(name: str, target: Target, rate: float) -> None:
    code = snippet(name, rate, target)
    larger = code.replace("(8)", f"({UNITS})").replace("(8,)", f"({UNITS},)")
    assert larger != code
    torch.manual_seed(1)
    keras.utils.set_random_seed(1)
    result: dict[str, Any] = {}
    exec(larger, result)
    a, train, test = (np.asarray(result[key]) for key in ("a", "train", "test"))
    chosen = strategies()[name]
    check_dropout(train, a, float(chosen.train_scale(rate)), rate)
    np.testing.assert_allclose(test, a * float(chosen.test_scale(rate)), rtol=1e-6)
