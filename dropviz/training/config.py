"""What decides a training run, and what follows from it alone: sizes, rates, noise, factors at test."""

# axes: step, site (0 = features, 1 = first hidden layer, …, the last weight layer's input)

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from dropviz.datasets.splits import Split
from dropviz.numbers.checks import AnyFloats
from dropviz.schedules import Schedule
from dropviz.theory.steps import step_rule
from dropviz.training.dropout import Dropout
from dropviz.training.network import Affine, Init, as_parameters, parameter_count
from dropviz.training.optimizers import SGD, Adam, Optimizer


@dataclass(frozen=True, slots=True)
class LayerScale:
    """What multiplies one layer's weights at the start, their learning rate, their weight decay and Adam's ε."""

    start: float = 1.0
    learning_rate: float = 1.0
    weight_decay: float = 1.0
    epsilon: float = 1.0


@dataclass(frozen=True, slots=True)
class TrainingConfig:
    """All that decides a run, but for the data.

    Attributes
    ----------
    hidden : widths of the hidden layers
    dropout : one entry a site in front of a weight layer, the features first; None is a site without noise. Empty:
        no noise anywhere
    optimizer : `SGD`, `Adam` or `AdamW`
    epochs, batch, seed : as usual; the last batch of an epoch may be smaller
    dtype : "float32" or "float64"
    init : how the weights start, see `network.initialise`
    layer_scales : one a weight layer, or empty; biases are never scaled

    Raises
    ------
    ValueError
        If a value is outside its range, or a tuple has the wrong length.
    """

    hidden: tuple[int, ...] = (256, 256)
    dropout: tuple[Dropout | None, ...] = ()
    optimizer: Optimizer = field(default_factory=SGD)
    epochs: int = 20
    batch: int = 32
    seed: int = 0
    dtype: Literal["float32", "float64"] = "float32"
    init: Init = "he"
    layer_scales: tuple[LayerScale, ...] = ()

    def __post_init__(self) -> None:
        for name, low, high in (("epochs", 1, 10_000), ("batch", 1, 100_000), ("seed", 0, 2**63 - 1)):
            value = getattr(self, name)
            if not isinstance(value, int | np.integer) or not low <= value <= high:
                raise ValueError(f"{name} must be a whole number from {low} to {high}; got {value!r}")
        for name in ("dropout", "layer_scales"):
            count = len(getattr(self, name))
            if count not in (0, len(self.hidden) + 1):
                raise ValueError(f"{name} must have {len(self.hidden) + 1} entries or none; got {count}")

    @property
    def sites(self) -> tuple[Dropout | None, ...]:
        """Dropout in front of each weight layer."""
        return self.dropout or (None,) * (len(self.hidden) + 1)

    @property
    def is_standard(self) -> bool:
        """Whether some site has standard dropout, whose factor at test can be forgotten."""
        return any(site is not None and site.method == "standard" for site in self.sites)

    def sizes(self, data: Split) -> tuple[int, ...]:
        """Features, hidden widths, outputs."""
        return (data.train_features.shape[1], *self.hidden, data.outputs)

    def steps(self, data: Split) -> int:
        """Optimizer steps of an epoch."""
        return -(-len(data.train_targets) // self.batch)

    def rates(self, steps: NDArray[np.int64]) -> NDArray[np.float64]:
        """Rate of every site at each of ``steps``, shape (step, site); 0 without dropout."""
        rates = [np.zeros(len(steps)) if site is None else site.rates(steps) for site in self.sites]
        return np.stack(rates, axis=1)

    def noises(
        self, sizes: Sequence[int], rates: Sequence[float], examples: int, rng: np.random.Generator
    ) -> tuple[Affine | None, ...]:
        """One draw of every site's training noise for a batch of ``examples``."""
        return tuple(
            None if site is None else site.draw(rate, (examples, size), rng, self.dtype)
            for site, size, rate in zip(self.sites, sizes, rates, strict=False)
        )

    def test_factors(self, rates: Sequence[float]) -> tuple[float, ...]:
        """What multiplies each site at test: 1 without dropout, and the strategy's test factor with it."""
        sites = zip(self.sites, rates, strict=True)
        return tuple(1.0 if site is None else site.test_factor(rate) for site, rate in sites)


def with_rate(config: TrainingConfig, rate: float | Schedule) -> TrainingConfig:
    """The same run with ``rate``, a number or a schedule, at every site that has dropout."""
    return replace(config, dropout=tuple(site and replace(site, rate=rate) for site in config.dropout))


def as_standard(config: TrainingConfig, *, same_path: bool = True) -> TrainingConfig:
    """The standard-dropout run that starts as the same function as this inverted run.

    A layer behind inverted dropout computes (m·a/k)·V, behind standard dropout (m·a)·W: the same function if
    V = k·W. Its gradients obey ∂V = ∂W/k, and those of all other parameters, biases included, are equal. So
    with ``same_path`` the weights of that layer alone get the learning rate, the weight decay and Adam's ε of
    `theory.steps.step_rule`. Then both runs follow the same path to rounding. Without ``same_path`` only the start is
    scaled.

    Raises
    ------
    ValueError
        If a site uses something other than inverted dropout, or its rate follows a schedule: V = k·W then holds
        at one step only.
    """
    scales = []
    for site in config.sites:
        rate = 0.0 if site is None else site.rate
        if callable(rate) or (site is not None and site.method != "inverted"):
            raise ValueError(f"dropout must be inverted, at a constant rate; got {site!r}")
        rule = step_rule(config.optimizer.rule, rate)
        factors = [float(each) for each in (rule.learning_rate, rule.weight_decay, rule.epsilon)]
        scales.append(LayerScale(1 / (1.0 - rate), *factors) if same_path else LayerScale(1 / (1.0 - rate)))
    dropout = tuple(site and replace(site, method="standard") for site in config.dropout)
    return replace(config, dropout=dropout, layer_scales=tuple(scales))


def learning_rate_factors(rates: Sequence[float]) -> Mapping[str, NDArray[np.float64]]:
    """Optimizer → how many times inverted's learning rate standard needs behind the dropout, shape (rate,).

    1/k² for SGD, 1/k for Adam, dimensionless, with keep k = 1 − r: see `as_standard`.

    >>> {name: factors.tolist() for name, factors in learning_rate_factors([0.5]).items()}
    {'SGD': [4.0], 'Adam': [2.0]}
    """
    return {each.__name__: step_rule(each.rule, rates).learning_rate for each in (SGD, Adam)}


def per_parameter(
    config: TrainingConfig, sizes: Sequence[int]
) -> tuple[AnyFloats | float, AnyFloats | float | None, AnyFloats | float | None]:
    """Learning rate, weight decay and ε: numbers, or arrays of shape (parameter,) if layers differ; None if 0."""
    optimizer = config.optimizer
    epsilon = optimizer.epsilon if isinstance(optimizer, Adam) else 0.0
    if not config.layer_scales:
        return optimizer.learning_rate, optimizer.weight_decay or None, epsilon or None
    given = (optimizer.learning_rate, optimizer.weight_decay, epsilon)
    spread = [
        as_parameters(sizes, np.full(parameter_count(sizes), value, dtype=config.dtype)) for value in given
    ]
    for layer, scale in enumerate(config.layer_scales):
        factors = (scale.learning_rate, scale.weight_decay, scale.epsilon)
        for each, factor in zip(spread, factors, strict=True):
            each.weights[layer][:] *= factor
    rates, decays, epsilons = (each.flat for each in spread)
    return rates, decays if optimizer.weight_decay else None, epsilons if epsilon else None
