"""Train the network of `network` epoch by epoch, and measure what dropout does on the way.

A run is decided by its configuration alone: the weights come from the seed, the order and the noise of every step from
(seed, step). Measuring uses random numbers of its own, and only for the noisy pass. A run can therefore be stopped at
any epoch, changed (`with_rate`) and taken up again from ``epoch.state``, to the bit::

    for epoch in train(config, data): ...
    for epoch in train(with_rate(config, 0.2), data, state=epoch.state): ...
"""

# axes: site (0 = features, 1 = first hidden layer, …, last = output), example, unit

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from dropviz.datasets.splits import Split
from dropviz.numbers.checks import AnyFloats, quotient
from dropviz.training import network
from dropviz.training.config import TrainingConfig, per_parameter
from dropviz.training.network import Affine, as_parameters, site_activations

Status = Literal["running", "finished", "diverged"]
_START, _ORDER, _NOISE, _MEASURE = range(4)  # which random numbers: each purpose has its own stream


@dataclass(frozen=True, slots=True, eq=False)
class State:
    """Where a run stands: epochs done, parameters and the optimizer's memory, each of shape (parameter,), read-only."""

    epoch: int
    parameters: AnyFloats
    buffers: tuple[AnyFloats, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Epoch:
    """One point of every curve. Losses are means over examples; accuracies are fractions, NaN in a regression.

    Attributes
    ----------
    epoch, step : epochs and optimizer steps done
    rates : the rate at each site in front of a weight layer, at the last step (0: no dropout)
    train_loss, train_accuracy : on the training examples in the test phase (no noise)
    noisy_loss, noisy_accuracy : on the training examples with fresh noise
    test_loss, test_accuracy : on the test examples in the test phase
    plain_test_loss, plain_test_accuracy : on the test examples with the weights as they are, no factor at any site
    train_mean, train_variance : of each site's activations over training examples and units, with noise, shape (site,)
    test_mean, test_variance : the same examples and units in the test phase, shape (site,)
    plain_mean : the same examples and units with the weights as they are, shape (site,)
    status : "diverged" when a loss or a parameter is no longer finite, "finished" at the last epoch, else "running"
    state : from where to go on
    """

    epoch: int
    step: int
    rates: tuple[float, ...]
    train_loss: float
    train_accuracy: float
    noisy_loss: float
    noisy_accuracy: float
    test_loss: float
    test_accuracy: float
    plain_test_loss: float
    plain_test_accuracy: float
    train_mean: NDArray[np.float64]
    train_variance: NDArray[np.float64]
    test_mean: NDArray[np.float64]
    test_variance: NDArray[np.float64]
    plain_mean: NDArray[np.float64]
    status: Status
    state: State

    @property
    def mean_gap(self) -> NDArray[np.float64]:
        """Test mean − train mean of each site, shape (site,)."""
        return np.asarray(self.test_mean - self.train_mean)

    @property
    def variance_ratio(self) -> NDArray[np.float64]:
        """Train variance / test variance of each site, NaN where the latter is 0, shape (site,)."""
        return quotient(self.train_variance, self.test_variance)


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """One configuration, trained with one or more seeds: ``epochs[seed][epoch]``."""

    label: str
    config: TrainingConfig
    epochs: tuple[tuple[Epoch, ...], ...]

    @property
    def last(self) -> tuple[Epoch, ...]:
        """The newest epoch of each seed."""
        return tuple(epochs[-1] for epochs in self.epochs)

    def final(self, name: str) -> float:
        """Mean over seeds at the newest epoch."""
        return float(np.mean([getattr(epoch, name) for epoch in self.last]))


def train(config: TrainingConfig, data: Split, state: State | None = None) -> Generator[Epoch, None, None]:
    """Train, yielding an `Epoch` after each epoch; a new run (no ``state``) first yields the untrained network.

    The run ends after ``config.epochs`` epochs in all, or with status "diverged".

    Raises
    ------
    ValueError
        Before the first epoch, if network and data or network and ``state`` do not fit.
    """
    count = network.parameter_count(config.sizes(data))
    if state is not None and (
        state.parameters.shape != (count,)
        or state.parameters.dtype != config.dtype
        or len(state.buffers) != config.optimizer.buffer_count
    ):
        raise ValueError("state must come from a run with the same layers, dtype and optimizer")
    if state is not None and not np.isfinite(state.parameters).all():
        raise ValueError("state must be finite; it comes from a run that diverged")
    return _epochs(config, data.astype(config.dtype), state)


def start(config: TrainingConfig, data: Split) -> State:
    """The untrained network."""
    sizes = config.sizes(data)
    rng = np.random.default_rng([config.seed, _START])
    parameters = network.initialise(sizes, rng, config.init, config.dtype)
    for weight, scale in zip(parameters.weights, config.layer_scales, strict=False):
        np.multiply(weight, scale.start, out=weight)
    buffers = tuple(np.zeros_like(parameters.flat) for _ in range(config.optimizer.buffer_count))
    return _freeze(0, parameters.flat, buffers)


def train_epoch(config: TrainingConfig, data: Split, state: State) -> State:
    """One epoch further: every training example once, in an order and with noise that seed and epoch decide.

    ``data`` must have the dtype of ``config``.
    """
    sizes = config.sizes(data)
    parameters = as_parameters(sizes, state.parameters.copy())
    gradient = as_parameters(sizes, np.empty_like(parameters.flat))
    buffers = tuple(buffer.copy() for buffer in state.buffers)
    learning_rate, weight_decay, epsilon = per_parameter(config, sizes)
    order = np.random.default_rng([config.seed, _ORDER, state.epoch]).permutation(len(data.train_targets))
    features, targets = data.train_features[order], data.train_targets[order]
    rng = np.random.default_rng([config.seed, _NOISE, state.epoch])
    begins = range(0, len(order), config.batch)
    first_step = state.epoch * len(begins)
    rates = config.rates(np.arange(first_step, first_step + len(begins)))
    # a diverging run overflows on its way; `measure` looks at what came of it
    with np.errstate(all="ignore"):
        for index, begin in enumerate(begins):
            batch = features[begin : begin + config.batch]
            noises = config.noises(sizes, rates[index], len(batch), rng)
            output, backward = network.forward(parameters, batch, noises)
            _, output_gradient = _loss(output, targets[begin : begin + config.batch])
            backward(output_gradient, gradient)
            step = first_step + index + 1
            config.optimizer.update(
                parameters.flat, gradient.flat, buffers, step, learning_rate, weight_decay, epsilon
            )
    return _freeze(state.epoch + 1, parameters.flat, buffers)


def measure(config: TrainingConfig, data: Split, state: State) -> Epoch:
    """All that an `Epoch` holds, at ``state``; ``data`` must have the dtype of ``config``."""
    sizes = config.sizes(data)
    parameters = as_parameters(sizes, state.parameters)
    step = state.epoch * config.steps(data)
    rates = config.rates(np.array([max(step - 1, 0)]))[0]
    rng = np.random.default_rng([config.seed, _MEASURE, state.epoch])
    noisy = config.noises(sizes, rates, len(data.train_targets), rng)
    scaled = tuple(None if factor == 1.0 else Affine(factor) for factor in config.test_factors(rates))
    with np.errstate(all="ignore"):
        noisy_sites = site_activations(parameters, data.train_features, noisy)
        train_sites = site_activations(parameters, data.train_features, scaled)
        test_output = site_activations(parameters, data.test_features, scaled)[-1]
        noisy_loss, noisy_accuracy = score(noisy_sites[-1], data.train_targets)
        train_loss, train_accuracy = score(train_sites[-1], data.train_targets)
        test_loss, test_accuracy = score(test_output, data.test_targets)
        train_mean, train_variance = _moments(noisy_sites)
        test_mean, test_variance = _moments(train_sites)
        plain_mean, plain_loss, plain_accuracy = test_mean, test_loss, test_accuracy
        if any(scaled):
            plain_mean, _ = _moments(site_activations(parameters, data.train_features))
            plain_loss, plain_accuracy = score(
                network.predict(parameters, data.test_features), data.test_targets
            )
    finite = np.isfinite([noisy_loss, train_loss, test_loss]).all() and np.isfinite(state.parameters).all()
    status: Status = "running" if state.epoch < config.epochs else "finished"
    return Epoch(
        state.epoch, step, tuple(map(float, rates)),
        train_loss, train_accuracy, noisy_loss, noisy_accuracy, test_loss, test_accuracy,
        plain_loss, plain_accuracy, train_mean, train_variance, test_mean, test_variance, plain_mean,
        status if finite else "diverged", state,
    )  # fmt: skip


def score(output: AnyFloats, targets: NDArray[Any]) -> tuple[float, float]:
    """Loss and accuracy; a regression has no accuracy, NaN."""
    loss, _ = _loss(output, targets)
    if targets.dtype.kind == "f":
        return loss, float("nan")
    return loss, float(np.mean(output.argmax(axis=1) == targets))


def _epochs(config: TrainingConfig, data: Split, state: State | None) -> Generator[Epoch, None, None]:
    if state is None:
        state = start(config, data)
        yield measure(config, data, state)
    while state.epoch < config.epochs:
        state = train_epoch(config, data, state)
        epoch = measure(config, data, state)
        yield epoch
        if epoch.status == "diverged":
            return


def _loss(output: AnyFloats, targets: NDArray[Any]) -> tuple[float, AnyFloats]:
    if targets.dtype.kind == "f":
        return network.squared_error(output, targets)
    return network.softmax_cross_entropy(output, targets)


def _moments(sites: Sequence[AnyFloats]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    mean = np.array([site.mean() for site in sites], dtype=np.float64)
    return mean, np.array([site.var() for site in sites], dtype=np.float64)


def _freeze(epoch: int, parameters: AnyFloats, buffers: tuple[AnyFloats, ...]) -> State:
    for array in (parameters, *buffers):
        array.flags.writeable = False
    return State(epoch, parameters, buffers)
