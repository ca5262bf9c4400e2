"""What a person measured at one dropout layer: means, variances and the share of zeros, with their standard errors.

Errors come from the examples, an array's first axis, where there are enough: whatever its values share, as the pixels
of a channel share a mask, an example is one draw. Of fewer examples, or one axis, every value counts as one.
"""

import math
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import Floats, as_float64, check_number, readable
from dropviz.theory.standard_errors import sample_moments

LARGEST = 1e50
MOST = 1e20  # of a measured value: its fourth power stays in the range of float64
FEW = 30  # examples: fewer are no sample to take an error from
FAR = 4.0  # standard errors between a rate and the zeros that rule it out
OTHER_PASS = 0.05  # zeros of two passes compare no better: dropout before this layer moves them


@dataclass(frozen=True, slots=True)
class Observation:
    """What a person measured at ``rate``: means with standard errors, and, if known, variances and the clean mean.

    ``clean_mean`` is the mean of the same activations without any dropout or factor: it tells standard from inverted.
    Variances tell dropout in the same state in both phases from the rest. ``dropped`` is the rate that the zeros say;
    ``same_pass``, whether each output was compared with its own input. Each comes with its standard error, or not at
    all. A standard error of 0 is read as known to nine digits. ValueError if a number is missing, not finite or out of
    range: rate in [0, 1), dropped in [0, 1], errors and variances 0 or more.

    Examples
    --------
    >>> Observation(rate=0.3, train_mean=0.70, train_mean_se=0.01, test_mean=1.0, test_mean_se=0.01).dropped is None
    True
    """

    rate: float
    train_mean: float
    train_mean_se: float
    test_mean: float
    test_mean_se: float
    clean_mean: float | None = None
    clean_mean_se: float | None = None
    train_variance: float | None = None
    train_variance_se: float | None = None
    test_variance: float | None = None
    test_variance_se: float | None = None
    dropped: float | None = None
    dropped_se: float | None = None
    same_pass: bool = False

    def __post_init__(self) -> None:
        check_number("rate", self.rate, 0.0, 1.0)
        if not is_rate(self.rate):
            raise ValueError(f"rate must be below 1, and 0 or at least 1e-9; got {self.rate!r}")
        for item in fields(self)[1:-1]:
            value = getattr(self, item.name)
            if value is not None or item.default is not None:
                low = 0.0 if item.name.endswith("_se") or "variance" in item.name else -LARGEST
                low, high = (0.0, 1.0) if item.name == "dropped" else (low, LARGEST)
                check_number(item.name, value, low, high)
        self._check_together("clean_mean", "clean_mean_se")
        self._check_together("train_variance", "train_variance_se", "test_variance", "test_variance_se")
        self._check_together("dropped", "dropped_se")

    def _check_together(self, *names: str) -> None:
        given = [name for name in names if getattr(self, name) is not None]
        if given and len(given) < len(names):
            missing = [name for name in names if name not in given]
            raise ValueError(f"{', '.join(missing)} must be given together with {', '.join(given)}")

    @property
    def rate_of_zeros(self) -> float | None:
        """The rate that the zeros say, in the fewest decimals within two errors, where they rule ``rate`` out."""
        if self.dropped is None or self.dropped_se is None or self.dropped <= FAR * self.dropped_se:
            return None  # nothing fell: dropout is off, whatever its rate
        reach = FAR * self.dropped_se + (0.0 if self.same_pass else OTHER_PASS)
        if abs(self.dropped - self.rate) <= reach:
            return None
        near = max(2.0 * self.dropped_se, 1e-9)
        written = (round(self.dropped, digits) for digits in range(1, 9))
        found = next((one for one in written if abs(one - self.dropped) <= near), self.dropped)
        return found if is_rate(found) else None


def is_rate(rate: float) -> bool:
    """Whether a layer can have this rate: below 1, and 0 or at least 1e-9."""
    return rate == 0.0 or 1e-9 <= rate < 1.0


# ---- two passes -----------------------------------------------------------------------------------------------------


def observe(rate: float, train: ArrayLike, test: ArrayLike, clean: ArrayLike | None = None) -> Observation:
    """Means, variances and the share of zeros from arrays of outputs of any shape: passes that need not be the same.

    With z the share of zeros, the rate that they say is 1 − (1 − z_train)/(1 − z_test), with z_clean for z_test where
    it is known; there is none where dropout may as well be in the same state in both. Standard errors: √(variance/n),
    and √((fourth central moment − variance²·(n − 3)/(n − 1))/n), of examples if there are 30 or more. If another
    dropout layer stands before this one, its noise moves what the two passes bring: use `observe_passes`. ValueError if
    an array has fewer than two values, or values that are no finite numbers, or the rate is outside [0, 1).

    Examples
    --------
    >>> seen = observe(0.5, train=[0.0, 2.0, 0.0, 2.0], test=[1.0, 1.0, 1.0, 1.0])
    >>> seen.train_mean, seen.test_mean
    (1.0, 1.0)
    """
    samples = {"train": _examples("train", train), "test": _examples("test", test)}
    (train_mean, train_variance), (test_mean, test_variance) = map(_moments, samples.values())
    whole = samples["test"]
    clean_mean: tuple[float | None, float | None] = (None, None)
    if clean is not None:
        whole = _examples("clean", clean)
        clean_mean, _ = _moments(whole)
    return Observation(
        rate,
        *train_mean,
        *test_mean,
        *clean_mean,
        *train_variance,
        *test_variance,
        *_dropped_between(samples["train"], whole),
    )


def _examples(name: str, values: ArrayLike) -> Floats:
    """The values as float64, a row an example, or a row a value where there are few."""
    array = readable(name, values)
    if array is None:
        raise ValueError(f"{name} must be one array of numbers; its rows differ in length")
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be an array of real numbers; got dtype {array.dtype}")
    if array.size < 2:
        raise ValueError(f"{name} must have at least 2 values; got {array.size}")
    x = as_float64(array)
    if not np.isfinite(x).all() or np.abs(x).max() > MOST:
        raise ValueError(f"{name} must be finite and at most 1e20; it holds NaN, infinity or larger values")
    return x.reshape(len(x), -1) if x.ndim > 1 and len(x) >= FEW else x.reshape(-1, 1)


def _moments(x: Floats) -> tuple[tuple[float, float], tuple[float, float]]:
    """Mean and variance of all values, each with its standard error."""
    mean, mean_se, variance, variance_se = map(float, sample_moments(x.mean(axis=1)))
    if x.shape[1] > 1:
        square = np.square(x - x.mean())
        variance, variance_se = float(square.sum() / (x.size - 1)), _error_of_mean(square)
    return (mean, mean_se), (variance, variance_se)


def _error_of_mean(x: Floats) -> float:
    return float(sample_moments(x.mean(axis=1)).mean_se)


def _dropped_between(train: Floats, whole: Floats) -> tuple[float | None, float | None]:
    """The rate that the zeros of two passes say, and its standard error; none where they may say that it is 0."""
    (stay, stay_se), (all_on, all_on_se) = (
        (float((x != 0.0).mean()), _error_of_mean(x != 0.0) + 1.0 / x.size) for x in (train, whole)
    )
    if all_on == 0.0 or stay > all_on:
        return None, None
    rate = 1.0 - stay / all_on
    error = math.hypot(stay_se, (1.0 - rate) * all_on_se) / all_on
    return (rate, error) if rate > FAR * error else (None, None)


# ---- the same pass --------------------------------------------------------------------------------------------------


def observe_passes(
    rate: float, train_inputs: ArrayLike, train: ArrayLike, test_inputs: ArrayLike, test: ArrayLike
) -> Observation:
    """Observe each output beside its own input, of the same pass: no other noise comes in between.

    With inputs x and outputs y, a mean is here Σxy/Σx², the gain: t·k in training, s at test, 1 without dropout; a
    variance is Σ(y − gain·x)²/Σx², t²·k·r in training; and the rate is the share of outputs that are 0 though their
    input is not. No error is smaller than what one mask more or less would change. ValueError as `observe`, or if
    inputs and outputs differ in shape, or all inputs are 0.

    Examples
    --------
    >>> seen = observe_passes(0.5, [1.0, 2.0, 1.0, 2.0], [0.0, 4.0, 2.0, 0.0], [1.0, 2.0], [1.0, 2.0])
    >>> seen.train_mean, seen.test_mean, seen.dropped
    (1.0, 1.0, 0.5)
    """
    training, testing = _paired("train", train_inputs, train), _paired("test", test_inputs, test)
    gains = [value for pair in (training, testing) for value in _gain(*pair)]
    return Observation(
        rate,
        *(gains[0], gains[1], gains[4], gains[5]),
        *(1.0, 0.0),
        *(gains[2], gains[3], gains[6], gains[7]),
        *_share((training[1] == 0.0) & (training[0] != 0.0), training[0] != 0.0),
        same_pass=True,
    )


def _paired(name: str, inputs: ArrayLike, outputs: ArrayLike) -> tuple[Floats, Floats]:
    """Inputs and outputs, in units of the largest input."""
    x, y = _examples(f"{name}_inputs", inputs), _examples(name, outputs)
    if np.shape(inputs) != np.shape(outputs):
        shapes = f"{np.shape(inputs)} and {np.shape(outputs)}"
        raise ValueError(f"{name}_inputs and {name} must have the same shape; got {shapes}")
    unit = np.abs(x).max()
    if unit == 0.0:
        raise ValueError(f"{name}_inputs must hold a value that is not 0")
    if np.abs(y).max() > MOST * unit:
        raise ValueError(f"{name} must be at most 1e20 times the largest of {name}_inputs")
    return x / unit, y / unit


def _gain(x: Floats, y: Floats) -> tuple[float, float, float, float]:
    """Gain and scatter of the outputs, each with its standard error: of a sum over examples, from its parts."""
    square, product, on = x**2, x * y, y != 0.0
    weight = float(square.sum())
    gain = float(product.sum()) / weight
    rest = y - gain * x
    scatter = float(np.sum(rest**2)) / weight
    survivor = float(product.sum()) / (float(square[on].sum()) or 1.0)
    one_mask = 1.0 / float((x != 0.0).sum())
    gain_se = max(_error_of_sum(x * rest) / weight, abs(survivor) * one_mask)
    scatter_se = max(_error_of_sum(rest**2 - scatter * square) / weight, survivor**2 * one_mask)
    return gain, gain_se, scatter, scatter_se


def _share(fell: Floats, could: Floats) -> tuple[float, float]:
    """Share of what could fall that fell, with its standard error."""
    count = float(np.sum(could))
    share = float(np.sum(fell)) / count
    return share, max(_error_of_sum(fell - share * could) / count, 1.0 / count)


def _error_of_sum(parts: Floats) -> float:
    """Standard error of the sum of parts that are 0 on average: examples are independent, what is in one is not."""
    sums = parts.sum(axis=1)
    return math.sqrt(float(np.sum(sums**2)) * len(sums) / max(len(sums) - 1, 1))
