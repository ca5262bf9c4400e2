"""A multilayer perceptron in NumPy: forward gives the output and a closure for the gradient.

Site l stands in front of weight layer l: site 0 is the features, site 1 the first hidden layer, and so on::

    h_l = x_l · gain_l + offset_l        (dropout or other noise; training only)
    z_l = h_l W_l + b_l                  (the output, if l is the last layer)
    x_{l+1} = max(0, z_l)

Nothing here draws random numbers except `initialise`, from the generator that it is given: noise is drawn elsewhere
and handed in, so a prediction cannot be random. All values are dimensionless.
"""

# axes: example, unit

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray

from dropviz.numbers.checks import AnyFloats, check_choice

Init = Literal["he", "glorot", "zeros"]
LARGEST_NETWORK = 20_000_000  # parameters; 80 MB in float32; the optimizer keeps up to three times as much


class Affine(NamedTuple):
    """What multiplies and what is added to one site's activations, shape (example, unit) or scalar."""

    gain: AnyFloats | float
    offset: AnyFloats | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Parameters:
    """All parameters in one vector, and views of it: ``weights[l]`` (input, output) and ``biases[l]`` (output,)."""

    sizes: tuple[int, ...]
    flat: AnyFloats
    weights: tuple[AnyFloats, ...]
    biases: tuple[AnyFloats, ...]


Backward = Callable[[AnyFloats, Parameters], Parameters]


def as_parameters(sizes: Sequence[int], flat: AnyFloats) -> Parameters:
    """View the vector ``flat``, shape (parameter_count(sizes),), as layers: first W_0, then b_0, W_1, b_1 and so on.

    Raises
    ------
    ValueError
        If ``flat`` does not have the length that ``sizes`` need.
    """
    if flat.shape != (parameter_count(sizes),):
        raise ValueError(f"flat must have shape ({parameter_count(sizes)},); got {flat.shape}")
    weights, biases, start = [], [], 0
    for fan_in, fan_out in pairwise(sizes):
        middle, end = start + fan_in * fan_out, start + (fan_in + 1) * fan_out
        weights.append(flat[start:middle].reshape(fan_in, fan_out))
        biases.append(flat[middle:end])
        start = end
    return Parameters(tuple(sizes), flat, tuple(weights), tuple(biases))


def parameter_count(sizes: Sequence[int]) -> int:
    """Number of weights and biases of the network with these layer sizes.

    Raises
    ------
    ValueError
        If there are fewer than two layers, a size is below 1, or there are more than 20,000,000 parameters.

    >>> parameter_count((64, 256, 256, 10))
    85002
    """
    if len(sizes) < 2 or min(sizes) < 1:
        raise ValueError(f"sizes must be two or more whole numbers, each at least 1; got {tuple(sizes)}")
    count = sum((fan_in + 1) * fan_out for fan_in, fan_out in pairwise(sizes))
    if count > LARGEST_NETWORK:
        raise ValueError(
            f"sizes must give at most {LARGEST_NETWORK:,} parameters; {tuple(sizes)} give {count:,}"
        )
    return count


def initialise(
    sizes: Sequence[int], rng: np.random.Generator, init: Init = "he", dtype: str = "float32"
) -> Parameters:
    """Draw the weights; biases start at zero.

    ``"he"``: N(0, 2/inputs). ``"glorot"``: uniform on ±√(6/(inputs + outputs)). ``"zeros"``: all zero. Draws are
    made in float64, so float32 and float64 networks start alike.

    Raises
    ------
    ValueError
        If ``sizes``, ``init`` or ``dtype`` is not one of those allowed.

    Source
    ------
    He, Zhang, Ren, Sun, *Delving deep into rectifiers*, ICCV 2015, eq. 10; Glorot and Bengio, *Understanding the
    difficulty of training deep feedforward neural networks*, AISTATS 2010, eq. 16.
    """
    check_choice("init", init, get_args(Init))
    if dtype not in ("float32", "float64"):
        raise ValueError(f"dtype must be float32 or float64; got {dtype!r}")
    parameters = as_parameters(sizes, np.zeros(parameter_count(sizes), dtype=dtype))
    for weight in parameters.weights:
        fan_in, fan_out = weight.shape
        if init == "he":
            weight[:] = rng.standard_normal(weight.shape) * np.sqrt(2.0 / fan_in)
        elif init == "glorot":
            weight[:] = rng.uniform(-1.0, 1.0, weight.shape) * np.sqrt(6.0 / (fan_in + fan_out))
    return parameters


def forward(
    parameters: Parameters, features: AnyFloats, noises: Sequence[Affine | None] = ()
) -> tuple[AnyFloats, Backward]:
    """Run the network once: the output, shape (example, output), and a closure for the gradient.

    ``features``, shape (example, feature), have the parameters' dtype. ``noises`` are one a weight layer, None for a
    site without; empty for a network without noise. ``backward(output_gradient, into)`` takes ∂loss/∂output, writes
    ∂loss/∂parameters over ``into`` (of the same sizes) and returns it.
    """
    noises = noises or (None,) * len(parameters.weights)
    inputs, active, output = _run(parameters, features, noises)

    def backward(output_gradient: AnyFloats, into: Parameters) -> Parameters:
        delta = output_gradient
        for layer in reversed(range(len(inputs))):
            np.matmul(inputs[layer].T, delta, out=into.weights[layer])
            np.sum(delta, axis=0, out=into.biases[layer])
            if layer:
                delta = delta @ parameters.weights[layer].T
                noise = noises[layer]
                if noise is not None:
                    delta *= noise.gain
                delta *= active[layer - 1] > 0
        return into

    return output, backward


def site_activations(
    parameters: Parameters, features: AnyFloats, noises: Sequence[Affine | None] = ()
) -> list[AnyFloats]:
    """What every weight layer receives, h_0 … h_L, and last the output; each of shape (example, unit)."""
    inputs, _, output = _run(parameters, features, noises or (None,) * len(parameters.weights))
    return [*inputs, output]


def predict(parameters: Parameters, features: AnyFloats) -> AnyFloats:
    """The plain test network, the same for every way of training: scores of shape (example, output)."""
    return forward(parameters, features)[0]


def scale_sites(parameters: Parameters, factors: Sequence[float]) -> Parameters:
    """A copy whose weight layer l is multiplied by ``factors[l]``: scaling site l at test, done once in the weights."""
    scaled = as_parameters(parameters.sizes, parameters.flat.copy())
    for weight, factor in zip(scaled.weights, factors, strict=True):
        np.multiply(weight, factor, out=weight)
    return scaled


def softmax(scores: AnyFloats) -> AnyFloats:
    """exp(s_i) / Σ exp(s_j) along the last axis, safe for large scores."""
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def softmax_cross_entropy(scores: AnyFloats, labels: NDArray[np.integer[Any]]) -> tuple[float, AnyFloats]:
    """Mean over examples of −log softmax(scores)[label], and its gradient for the scores, shape (example, class)."""
    rows = np.arange(len(labels))
    gradient = scores - scores.max(axis=1, keepdims=True)
    picked = gradient[rows, labels]
    np.exp(gradient, out=gradient)
    total = gradient.sum(axis=1, keepdims=True)
    loss = float(np.log(total).sum() - picked.sum()) / len(labels)
    gradient /= total
    gradient[rows, labels] -= 1
    gradient /= len(labels)
    return loss, gradient


def squared_error(output: AnyFloats, targets: AnyFloats) -> tuple[float, AnyFloats]:
    """Mean over examples of ½ Σ (output − target)², and its gradient for the output, shape (example, output)."""
    difference = output - targets
    return 0.5 * float(np.mean(np.sum(difference**2, axis=1))), difference / len(targets)


def _run(
    parameters: Parameters, features: AnyFloats, noises: Sequence[Affine | None]
) -> tuple[list[AnyFloats], list[AnyFloats], AnyFloats]:
    """Every h_l (with noise), every hidden x_l (before its noise), and the output."""
    inputs: list[AnyFloats] = []
    active: list[AnyFloats] = []
    x = features
    for layer, (weight, bias) in enumerate(zip(parameters.weights, parameters.biases, strict=True)):
        if layer:
            np.maximum(x, 0, out=x)
            active.append(x)
        noise = noises[layer]
        if noise is not None:
            x = x * noise.gain
            if noise.offset is not None:
                x += noise.offset
        inputs.append(x)
        x = x @ weight
        x += bias
    return inputs, active, x
