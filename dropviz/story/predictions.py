"""Named computations: what a scene of the story may ask to predict, and what it may quote.

Each takes plain numbers and names, and returns a value with the line of arithmetic that leads to it, so that a
verdict is never typed in. Notation: rate r, keep k = 1 − r, activation mean μ and variance v, train factor t, test
factor s.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from dropviz.numbers.checks import check_choice, check_number
from dropviz.numbers.written import short
from dropviz.schedules import annealed, compare_test_factors
from dropviz.simulation.layer import exact_z, layer_sweep
from dropviz.simulation.masks import MOST_ENUMERATED, enumerate_masks, mask_probabilities
from dropviz.simulation.next_layer import NextLayerConfig
from dropviz.simulation.nonlinearity import nonlinearity, unit_output
from dropviz.theory.activations import RELU, Activations
from dropviz.theory.moments import exact_moments
from dropviz.theory.moments import mean_ratio as exact_mean_ratio
from dropviz.theory.moments import variance_ratio as exact_variance_ratio
from dropviz.theory.steps import POWERS, step_rule
from dropviz.theory.strategies import Strategy, strategy

MU, V = RELU.exact_mean, RELU.exact_variance  # of the activations of the pictures, where nothing else is said


class Worked(NamedTuple):
    """A value, dimensionless, and the line that leads to it, such as "training factor × k = 1 × 0.2"."""

    value: float
    line: str


def _worked(value: Any, line: str, **numbers: float) -> Worked:
    return Worked(float(value), line.format_map({name: short(number) for name, number in numbers.items()}))


def _keep(rate: float) -> float:
    check_number("rate", rate, 0.0, 0.99)
    return 1.0 - rate


def _at(name: str, rate: float) -> tuple[Strategy, dict[str, float]]:
    """A strategy, and its r, k, t and s at a rate."""
    row, keep = strategy(name), _keep(rate)
    if row.divides_by_rate and rate == 0.0:
        raise ValueError(f"rate must be above 0 for strategy {name!r}, which divides by it; got 0")
    return row, {"r": rate, "k": keep, "t": float(row.train_scale(rate)), "s": float(row.test_scale(rate))}


# ---- of one strategy ------------------------------------------------------------------------------------------------


def _factor(train: bool) -> Callable[..., Worked]:
    """What the strategy multiplies a surviving unit by in training, or every unit at test."""

    def computation(strategy: str, rate: float) -> Worked:
        row, numbers = _at(strategy, rate)
        factor, value = (row.train_scale, numbers["t"]) if train else (row.test_scale, numbers["s"])
        if factor.symbol == "1":
            return Worked(value, "the factor")
        # The value of k or r follows by itself, that of a quotient does not: "1/k = 1/0.75".
        divisor = short(rate if "r" in factor.symbol else 1.0 - rate)
        return Worked(value, f"{factor.symbol} = 1/{divisor}" if "/" in factor.symbol else factor.symbol)

    return computation


def _moment(phase: str, moment: str, line: str) -> Callable[..., Worked]:
    """A moment of the output in one phase."""

    def computation(strategy: str, rate: float, mean: float = MU, variance: float = V) -> Worked:
        _, numbers = _at(strategy, rate)
        moments = exact_moments(strategy, phase, rate, mean, variance)
        return _worked(getattr(moments, moment), line, **numbers, mean=mean, variance=variance)

    return computation


def mean_change(strategy: str, rate: float) -> Worked:
    """Training mean at ``rate`` over the training mean without dropout, t·k."""
    _, numbers = _at(strategy, rate)
    return _worked(numbers["t"] * numbers["k"], "training factor × k = {t} × {k}", **numbers)


def mean_ratio(strategy: str, rate: float) -> Worked:
    """Test mean over training mean, s/(t·k)."""
    row, numbers = _at(strategy, rate)
    line = "test factor / (training factor × k) = {s} / ({t} × {k})"
    return _worked(exact_mean_ratio(row, rate), line, **numbers)


# ---- of both, and of the rest ---------------------------------------------------------------------------------------


def variance_ratio(rate: float, mean: float = MU, variance: float = V) -> Worked:
    """Training variance over test variance of both correct strategies, 1/k + (r/k)·μ²/v."""
    keep = _keep(rate)
    if not variance > 0.0:
        raise ValueError(f"variance must be above 0; got {variance!r}")
    line = "1/k + (r/k)·μ²/v = 1/{k} + ({r}/{k}) × {mean}²/{variance}"
    value = exact_variance_ratio(rate, mean, variance)
    return _worked(value, line, k=keep, r=rate, mean=mean, variance=variance)


def units_dropped(units: float, rate: float) -> Worked:
    """Expected number of dropped units, r·n."""
    _keep(rate)
    check_number("units", units, 1, 1e10)
    return _worked(rate * units, "r·n = {r} × {n}", r=rate, n=units)


def average_minus_test_pass(
    weights: Sequence[float], inputs: Sequence[float], rate: float, bias: float = 0.0, f: str = "relu"
) -> Worked:
    """E[f(z)] − f(E[z]) of one unit behind inverted dropout, over all of its masks; at most 12 inputs."""
    keep = _keep(rate)
    if len(weights) != len(inputs):
        raise ValueError(f"inputs must be as many as the weights; got {len(inputs)} and {len(weights)}")
    masks = enumerate_masks(len(weights))
    z = masks @ np.multiply(weights, inputs) / keep + bias
    average = float(mask_probabilities(masks, rate)[:, 0] @ nonlinearity(f)(z))
    mean = float(exact_z("inverted", rate, weights, inputs, bias).mean)
    at_mean = float(nonlinearity(f)(np.array([mean]))[0])
    return _worked(average - at_mean, "E[f(z)] − f(E[z]) = {a} − {b}", a=average, b=at_mean)


def unit_average_minus_test_pass(
    inputs: float,
    seed: float,
    rate: float,
    f: str = "relu",
    scale: float = 1.5,
    bias: float = 0.0,
    *,
    activations: Activations = RELU,
) -> Worked:
    """E[f(z)] − f(E[z]) of the small unit of the next layer's page, as the picture ``next_layer`` draws it."""
    _keep(rate)
    for name, value in {"inputs": inputs, "seed": seed}.items():
        if not float(value).is_integer():
            raise ValueError(f"{name} must be a whole number; got {value!r}")
    check_number("inputs", inputs, 1, MOST_ENUMERATED)  # of more, the masks cannot be listed
    config = NextLayerConfig(
        nonlinearity=f,
        weight_scale=scale,
        bias=bias,
        rates=(rate,),
        unit_inputs=int(inputs),
        seed=int(seed),
        activations=activations,
    )
    unit = unit_output(layer_sweep(config.unit), f)
    place = unit.strategies.index("inverted"), 0
    average, at_mean = float(unit.output.exact[place]), float(unit.at_mean[place])
    return _worked(float(unit.gap[place]), "E[f(z)] − f(E[z]) = {a} − {b}", a=average, b=at_mean)


def annealed_ratio(start_rate: float, progress: float) -> Worked:
    """Test mean over training mean of standard dropout, tested with the factor of the last rate of an annealed one.

    The rate falls in a straight line from ``start_rate`` to 0; ``progress`` in [0, 1] says how far it has come.
    """
    _keep(start_rate)
    check_number("progress", progress, 0.0, 1.0)
    comparison = compare_test_factors(annealed(start_rate, 1.0), [progress, 1.0])
    keep = 1.0 - float(comparison.rates[0])
    return _worked(comparison.mean_ratio[0, 0], "last keep / keep at this step = 1 / {k}", k=keep)


def learning_rate_factor(optimizer: str, rate: float) -> Worked:
    """How many times inverted's learning rate standard needs to follow the same path: 1/k² (SGD), 1/k (others)."""
    keep, factor = _keep(rate), step_rule(optimizer, rate).learning_rate
    power = {-1: "", -2: "²"}[POWERS[optimizer][0]]
    return _worked(factor, f"1/k{power} = 1/{{k}}{power}", k=keep)


COMPUTATIONS: Mapping[str, Callable[..., Worked]] = {
    "factor_in_training": _factor(train=True),
    "factor_at_test": _factor(train=False),
    "mean_in_training": _moment("train", "mean", "training factor × k·μ = {t} × {k} × {mean}"),
    "mean_at_test": _moment("test", "mean", "test factor × μ = {s} × {mean}"),
    "variance_in_training": _moment(
        "train",
        "variance",
        "training factor² × (k·v + k·r·μ²) = {t}² × ({k} × {variance} + {k} × {r} × {mean}²)",
    ),
    "variance_at_test": _moment("test", "variance", "test factor² × v = {s}² × {variance}"),
    "mean_change": mean_change,
    "mean_ratio": mean_ratio,
    "variance_ratio": variance_ratio,
    "units_dropped": units_dropped,
    "average_minus_test_pass": average_minus_test_pass,
    "unit_average_minus_test_pass": unit_average_minus_test_pass,
    "annealed_ratio": annealed_ratio,
    "learning_rate_factor": learning_rate_factor,
}


def compute(name: object, given: Mapping[str, Any], activations: Activations = RELU) -> Worked:
    """Run the computation called ``name`` with the parameters ``given``, of these ``activations`` where it needs some.

    Raises
    ------
    ValueError
        If there is no such computation, a parameter is missing, unknown or of the wrong kind, or out of its range.

    >>> compute("mean_ratio", {"strategy": "none", "rate": 0.8}).value
    5.000000000000001
    """
    function = COMPUTATIONS[check_choice("compute", name, COMPUTATIONS)]
    signature = inspect.signature(function).parameters
    parameters = {
        key: one for key, one in signature.items() if one.kind is not inspect.Parameter.KEYWORD_ONLY
    }
    drawn = {
        "mean": activations.exact_mean,
        "variance": activations.exact_variance,
        "activations": activations,
    }
    unknown = [key for key in given if key not in parameters]
    missing = [
        key for key, one in parameters.items() if one.default is inspect.Parameter.empty and key not in given
    ]
    if unknown or missing:
        what = f"does not know {', '.join(unknown)}" if unknown else f"needs {', '.join(missing)}"
        raise ValueError(f"{name} {what}; its parameters are {', '.join(parameters)}")
    for key, value in given.items():
        _check_kind(key, value, parameters[key].annotation)
    with np.errstate(over="ignore", invalid="ignore"):  # said below
        worked = function(**{key: drawn[key] for key in drawn if key in signature} | dict(given))
    if not np.isfinite(worked.value):
        raise ValueError(f"{name} has no value for these parameters")
    return worked


def _check_kind(key: str, value: object, kind: object) -> None:
    if kind is str:
        right, wanted = isinstance(value, str), "text"
    elif kind is float:
        right, wanted = _is_number(value), "a number"
    else:
        right, wanted = isinstance(value, list) and all(map(_is_number, value)), "a list of numbers"
    if not right:
        raise ValueError(f"{key} must be {wanted}; got {value!r}")


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
