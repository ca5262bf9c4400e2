"""Monte Carlo dropout: T noisy passes at test instead of one pass without noise.

The mean of the passes predicts; their spread is read as how unsure the network is.

Source: Gal and Ghahramani, *Dropout as a Bayesian approximation: representing model uncertainty in deep learning*,
ICML 2016.
"""

# axes: pass, example, output

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from dropviz.datasets.splits import Split
from dropviz.numbers.checks import AnyFloats
from dropviz.training.config import TrainingConfig
from dropviz.training.loop import Epoch
from dropviz.training.network import Affine, as_parameters, forward, softmax

MAX_VALUES = 20_000_000  # passes · examples · outputs held at once
BINS = 15  # of the confidence


class Quality(NamedTuple):
    """How good predicted probabilities are: accuracy, −log likelihood a example, and expected calibration error."""

    accuracy: float
    loss: float
    calibration_error: float


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """One pass without noise against the mean of the first 1, 2, …, T noisy passes, on the test examples."""

    single: Quality
    passes: NDArray[np.int64]
    noisy: tuple[Quality, ...]

    @property
    def better_from(self) -> int | None:
        """The smallest number of passes whose mean has a lower loss than the single pass; None if there is none."""
        better = [each.loss < self.single.loss for each in self.noisy]
        return int(self.passes[better.index(True)]) if any(better) else None


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A regression in one dimension: mean and standard deviation of T noisy passes, and the one without noise.

    Of shape (example,), the test examples, with their true values; ``examples`` are those of the training, (x, y). The
    deviation is that of the network's output over masks; the targets' own noise is not in it.
    """

    x: AnyFloats
    mean: AnyFloats
    deviation: AnyFloats
    single: AnyFloats
    truth: AnyFloats
    examples: tuple[AnyFloats, AnyFloats]

    @property
    def places(self) -> Mapping[str, NDArray[np.bool_]]:
        """Which x are near training examples, in the gap between them, and beyond them."""
        distance, (trained, _) = np.abs(self.x), self.examples
        low, high = np.abs(trained).min(), np.abs(trained).max()
        return {
            "near": (distance >= low) & (distance <= high),
            "between": distance < low,
            "beyond": distance > high,
        }

    def spread(self, place: str) -> float:
        """Mean deviation at one of `places`."""
        return float(self.deviation[self.places[place]].mean())


def noisy_passes(
    config: TrainingConfig,
    data: Split,
    epoch: Epoch,
    features: AnyFloats,
    passes: int,
    rng: np.random.Generator,
) -> AnyFloats:
    """Outputs of ``passes`` passes with fresh training noise each, shape (pass, example, output).

    Raises
    ------
    ValueError
        If ``passes`` is below 1, or passes · examples · outputs exceeds 20,000,000.
    """
    if passes < 1 or passes * len(features) * data.outputs > MAX_VALUES:
        limit = max(1, MAX_VALUES // (len(features) * data.outputs))
        raise ValueError(f"passes must be a whole number from 1 to {limit:,}; got {passes!r}")
    sizes = config.sizes(data)
    parameters = as_parameters(sizes, epoch.state.parameters)
    inputs = features.astype(config.dtype)
    return np.stack(
        [
            forward(parameters, inputs, config.noises(sizes, epoch.rates, len(inputs), rng))[0]
            for _ in range(passes)
        ]
    )


def single_pass(config: TrainingConfig, data: Split, epoch: Epoch, features: AnyFloats) -> AnyFloats:
    """Output of the test phase, shape (example, output): no noise, each site times its test factor."""
    parameters = as_parameters(config.sizes(data), epoch.state.parameters)
    sites = tuple(Affine(factor) for factor in config.test_factors(epoch.rates))
    return forward(parameters, features.astype(config.dtype), sites)[0]


def compare(
    config: TrainingConfig, data: Split, epoch: Epoch, passes: int, rng: np.random.Generator
) -> Comparison:
    """Judge the single pass, and the mean probability of the first t noisy passes for t = 1 … ``passes``.

    Raises
    ------
    ValueError
        If the data are not classes, or ``passes`` is outside its range.
    """
    if not data.classes:
        raise ValueError("data must have classes; a regression has no accuracy")
    outputs = noisy_passes(config, data, epoch, data.test_features, passes, rng)
    counts = np.arange(1, passes + 1)
    means = np.cumsum(softmax(outputs), axis=0, dtype=np.float64) / counts[:, None, None]
    single = softmax(single_pass(config, data, epoch, data.test_features).astype(np.float64))
    return Comparison(
        quality(single, data.test_targets),
        counts,
        tuple(quality(mean, data.test_targets) for mean in means),
    )


def regression_band(
    config: TrainingConfig, data: Split, epoch: Epoch, passes: int, rng: np.random.Generator
) -> Band:
    """Mean and standard deviation over ``passes`` noisy passes at the test examples.

    Raises
    ------
    ValueError
        If the data are not a regression with one feature, or ``passes`` is below 2 or too large.
    """
    if data.classes or data.train_features.shape[1] != 1 or data.outputs != 1:
        raise ValueError("data must be a regression with one feature and one output")
    if passes < 2:
        raise ValueError(f"passes must be at least 2 for a standard deviation; got {passes!r}")
    outputs = noisy_passes(config, data, epoch, data.test_features, passes, rng)[:, :, 0]
    return Band(
        data.test_features[:, 0],
        outputs.mean(axis=0),
        outputs.std(axis=0, ddof=1),
        single_pass(config, data, epoch, data.test_features)[:, 0],
        data.test_targets[:, 0],
        (data.train_features[:, 0], data.train_targets[:, 0]),
    )


def quality(probabilities: AnyFloats, labels: NDArray[np.integer[Any]]) -> Quality:
    """Accuracy, mean −log probability of the label, and expected calibration error of ``probabilities``.

    ECE = Σ_b |B_b|/n · |accuracy(B_b) − confidence(B_b)| over `BINS` equal intervals of the confidence, the largest
    probability: 0 if, of all predictions made with confidence c, a fraction c is right. ``probabilities`` have shape
    (example, class), ``labels`` (example,).

    Source
    ------
    Guo, Pleiss, Sun, Weinberger, *On calibration of modern neural networks*, ICML 2017, eq. 3.
    """
    confidence = probabilities.max(axis=1)
    right = probabilities.argmax(axis=1) == labels
    # intervals (0, 1/BINS], (1/BINS, 2/BINS], …
    place = np.clip(np.ceil(confidence * BINS).astype(np.int64) - 1, 0, BINS - 1)
    gap = np.bincount(place, weights=right - confidence, minlength=BINS)
    picked = probabilities[np.arange(len(labels)), labels]
    smallest = np.finfo(np.float64).tiny
    return Quality(
        float(right.mean()),
        float(-np.log(np.maximum(picked, smallest)).mean()),
        float(np.abs(gap).sum() / len(labels)),
    )
