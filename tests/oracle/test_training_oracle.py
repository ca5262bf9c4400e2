"""Losses and updates agree with PyTorch step by step, with the masks handed over."""

import numpy as np
import pytest
import torch

from dropviz.datasets.splits import digits_split
from dropviz.training import network
from dropviz.training.dropout import Dropout
from dropviz.training.optimizers import SGD, Adam

pytestmark = pytest.mark.oracle
SIZES = (64, 32, 24, 10)
STEPS, BATCH = 60, 32
METHODS = ("standard", "inverted", "gaussian", "additive", "uniform", "alpha")


def torch_layers(parameters):
    """The same parameters as PyTorch leaves: weights are transposed there, here both are kept as (input, output)."""
    return [
        torch.tensor(np.array(array), requires_grad=True)
        for pair in zip(parameters.weights, parameters.biases, strict=True)
        for array in pair
    ]


def torch_loss(layers, features, labels, noises):
    x = torch.from_numpy(features)
    for index, noise in enumerate(noises):
        x = torch.relu(x) if index else x
        if noise is not None:
            x = x * torch.from_numpy(noise.gain)
            if noise.offset is not None:
                x = x + torch.from_numpy(noise.offset)
        x = x @ layers[2 * index] + layers[2 * index + 1]
    return torch.nn.functional.cross_entropy(x, torch.from_numpy(labels))


def torch_optimizer(ours, layers):
    if isinstance(ours, SGD):
        return torch.optim.SGD(layers, ours.learning_rate, ours.momentum, weight_decay=ours.weight_decay)
    return torch.optim.Adam(
        layers, ours.learning_rate, (ours.beta1, ours.beta2), ours.epsilon, weight_decay=ours.weight_decay
    )


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(0.05, momentum=0.0),
        SGD(0.05, momentum=0.9, weight_decay=1e-3),
        Adam(1e-3),
        Adam(1e-3, weight_decay=1e-3),
    ],
    ids=["sgd", "momentum-decay", "adam", "adam-decay"],
)
def test_losses_and_updates_agree(method, optimizer):
    data = digits_split().astype("float64")
    rng = np.random.default_rng(0)
    parameters = network.initialise(SIZES, rng, "he", "float64")
    gradient = network.as_parameters(SIZES, np.empty_like(parameters.flat))
    buffers = [np.zeros_like(parameters.flat) for _ in range(optimizer.buffer_count)]
    layers = torch_layers(parameters)
    theirs = torch_optimizer(optimizer, layers)
    site = Dropout(method, 0.4)
    for step in range(STEPS):
        rows = rng.integers(0, len(data.train_targets), BATCH)
        features, labels = data.train_features[rows], data.train_targets[rows]
        noises = [None, *(site.draw(0.4, (BATCH, size), rng, "float64") for size in SIZES[1:-1])]
        output, backward = network.forward(parameters, features, noises)
        loss, output_gradient = network.softmax_cross_entropy(output, labels)
        backward(output_gradient, gradient)
        theirs.zero_grad()
        their_loss = torch_loss(layers, features, labels, noises)
        their_loss.backward()
        assert loss == pytest.approx(their_loss.item(), abs=1e-10)
        their_gradient = np.concatenate([layer.grad.numpy().ravel() for layer in layers])
        np.testing.assert_allclose(gradient.flat, their_gradient, rtol=0, atol=1e-10)
        optimizer.update(
            parameters.flat,
            gradient.flat,
            buffers,
            step + 1,
            optimizer.learning_rate,
            optimizer.weight_decay or None,
        )
        theirs.step()
        their_parameters = np.concatenate([layer.detach().numpy().ravel() for layer in layers])
        np.testing.assert_allclose(parameters.flat, their_parameters, rtol=0, atol=1e-10)
    assert np.isfinite(loss)
    assert (
        np.abs(
            parameters.flat - network.initialise(SIZES, np.random.default_rng(0), "he", "float64").flat
        ).max()
        > 1e-2
    )


def test_inverted_is_the_dropout_of_pytorch():
    """With PyTorch's own mask recovered from its dropout, ours gives its output to the bit."""
    torch.manual_seed(0)
    activations = torch.rand(50, 40, dtype=torch.float64) + 0.1
    dropped = torch.nn.functional.dropout(activations, p=0.3, training=True).numpy()
    mask = (dropped != 0).astype(np.float64)
    np.testing.assert_allclose(activations.numpy() * (mask / 0.7), dropped, rtol=1e-15)
    assert abs(mask.mean() - 0.7) < 5 * np.sqrt(0.21 / 2000)
