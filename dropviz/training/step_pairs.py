"""Pairs of runs that start as the same function: what equal settings do to them, and what the rule of the step does.

Axes: optimizer, run, rate, point (a measured step), gradient.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from dropviz.datasets.splits import Split, moons
from dropviz.numbers.checks import AnyFloats, Checked, Floats, check_count, checked
from dropviz.numbers.rates import check_rising, rate_grid
from dropviz.theory.steps import (
    POWERS,
    StepRule,
    gradient_moments,
    gradient_ratios,
    signal_to_noise,
    step_rule,
)
from dropviz.training import network
from dropviz.training.config import TrainingConfig, as_standard
from dropviz.training.dropout import Dropout
from dropviz.training.loop import score, start, train_epoch
from dropviz.training.network import Parameters, as_parameters
from dropviz.training.optimizers import SGD, AdamW, Optimizer

OPTIMIZERS: tuple[Optimizer, ...] = (
    SGD(0.1, momentum=0.9, weight_decay=1e-3),
    AdamW(0.02, weight_decay=0.01),
)
# a linear unit, for signal and noise
INPUTS, WEIGHTS, TARGET = (1.5, 0.5, 2.0, 0.7), (0.3, 1.1, -0.4, 0.5), 0.0


@dataclass(frozen=True, slots=True)
class StepPairsConfig(Checked):
    """A network with one hidden layer of ``hidden`` units (1 to 512), dropout behind it, learns two moons.

    ``epochs`` (1 to 200) of two steps each, from ``seed``, at every one of ``rates``.
    """

    rates: tuple[float, ...] = checked(rate_grid(0.0, 0.9, 0.1), check_rising)
    hidden: int = checked(16, check_count, 1, 512)
    epochs: int = checked(10, check_count, 1, 200)
    seed: int = checked(3, check_count, 0, 2**63 - 1)


@dataclass(frozen=True, slots=True, eq=False)
class StepPairs:
    """The training losses of all runs, in the test phase, and the gradients that they start with."""

    config: StepPairsConfig
    steps: Floats  # optimizer steps done, shape (point,)
    # shape (optimizer, run, rate, point); runs: inverted, standard with equal settings, standard with those of the rule
    loss: Floats
    # the largest |L/L(inverted) − 1| over the steps, of the runs behind the first; shape (optimizer, run − 1, rate)
    apart: Floats
    rules: Mapping[str, StepRule]  # by the names of `theory.steps`
    ratios: Mapping[str, Floats]  # exact: `gradient_ratios`
    # the same, of the network's norms at the start, for one batch and one mask
    measured: Mapping[str, Floats]
    # signal to noise of a linear unit's first weight: standard, inverted as its equal
    signal: Mapping[str, Floats]


def step_pairs(config: StepPairsConfig) -> StepPairs:
    """Train inverted dropout and standard dropout from the same function, with the same examples, order and masks."""
    data = moons(48, 0.2, seed=0).astype("float64")
    loss = np.array(
        [
            np.stack([_losses(config, optimizer, rate, data) for rate in config.rates], axis=1)
            for optimizer in OPTIMIZERS
        ]
    )
    first = loss[:, :1]
    return StepPairs(
        config=config,
        steps=2.0 * np.arange(config.epochs + 1, dtype=np.float64),
        loss=loss,
        apart=np.abs(loss[:, 1:] / first - 1.0).max(axis=-1),
        rules={name: step_rule(name, config.rates) for name in POWERS},
        ratios=gradient_ratios(config.rates),
        measured=_measured(config, data),
        signal=_signal(np.asarray(config.rates)),
    )


def _run(config: StepPairsConfig, optimizer: Optimizer, rate: float) -> TrainingConfig:
    return TrainingConfig(
        hidden=(config.hidden,),
        dropout=(None, Dropout("inverted", rate)),
        optimizer=optimizer,
        epochs=config.epochs,
        batch=24,
        seed=config.seed,
        dtype="float64",
    )


def _losses(config: StepPairsConfig, optimizer: Optimizer, rate: float, data: Split) -> Floats:
    """The training loss of the three runs, shape (run, point)."""
    inverted = _run(config, optimizer, rate)
    runs = (inverted, as_standard(inverted, same_path=False), as_standard(inverted))
    return np.array([_course(run, rate, data) for run in runs])


def _course(run: TrainingConfig, rate: float, data: Split) -> list[float]:
    state, sizes, losses = start(run, data), run.sizes(data), []
    factors = run.test_factors((0.0, rate))
    for epoch in range(run.epochs + 1):
        state = train_epoch(run, data, state) if epoch else state
        tested = network.scale_sites(as_parameters(sizes, state.parameters), factors)
        losses.append(score(network.predict(tested, data.train_features), data.train_targets)[0])
    return losses


# ---- the gradients --------------------------------------------------------------------------------------------------


def _measured(config: StepPairsConfig, data: Split) -> Mapping[str, Floats]:
    """Norms of inverted's gradients over those of standard, for the same mask and the same gradient at the output."""
    by_rate = [_measured_at(config, rate, data) for rate in config.rates]
    return MappingProxyType({name: np.array([each[name] for each in by_rate]) for name in by_rate[0]})


def _measured_at(config: StepPairsConfig, rate: float, data: Split) -> Mapping[str, float]:
    inverted = _run(config, SGD(), rate)
    standard = as_standard(inverted, same_path=False)
    equal, plain = (
        as_parameters(run.sizes(data), start(run, data).parameters) for run in (standard, inverted)
    )
    # of all examples at once: at the highest rates the mask of one may drop every unit, and leave no gradient
    given = np.random.default_rng(config.seed).normal(size=(len(data.train_features), data.outputs))
    of_equal, of_plain = (_norms(standard, weights, rate, data, given) for weights in (equal, plain))
    of_inverted = _norms(inverted, plain, rate, data, given)
    return {
        f"same {what}, {place}": over / under
        for what, norms in (("function", of_equal), ("weights", of_plain))
        for place, over, under in zip(("before", "behind"), of_inverted, norms, strict=True)
    }


def _norms(
    run: TrainingConfig, weights: Parameters, rate: float, data: Split, given: AnyFloats
) -> Sequence[float]:
    """Norms of the gradients of the weights before and behind the dropout."""
    rng = np.random.default_rng(run.seed)
    noises = run.noises(run.sizes(data), (0.0, rate), len(data.train_features), rng)
    _, backward = network.forward(weights, data.train_features, noises)
    gradient = backward(given, as_parameters(weights.sizes, np.empty_like(weights.flat)))
    return [float(np.linalg.norm(weight)) for weight in gradient.weights]


def _signal(rates: Floats) -> Mapping[str, Floats]:
    """Signal to noise over masks of the gradient of a linear unit's first weight, for both, as the same function."""
    standard = gradient_moments("standard", INPUTS, WEIGHTS, TARGET, rates)
    inverted = [
        gradient_moments("inverted", INPUTS, (1.0 - rate) * np.array(WEIGHTS), TARGET, rate) for rate in rates
    ]
    mean, variance = (np.array([each[part][0, 0] for each in inverted]) for part in (0, 1))
    return MappingProxyType(
        {
            "standard": signal_to_noise(standard[0][0], standard[1][0]),
            "inverted": signal_to_noise(mean, variance),
        }
    )
