"""Which convention or mistake fits the means that a person observed, and how well.

Of an activation with mean μ and variance v, a candidate predicts (rate r, k = 1 − r, train factor t, test factor s)::

    training mean t·k·μ       test mean s·μ       mean without dropout μ
    training variance t²·k·(v + r·μ²)             test variance s²·v

μ and v are unknown; what is left after they are eliminated is compared with its standard error.
"""

import math
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from dropviz.numbers.checks import check_number
from dropviz.numbers.written import plain
from dropviz.theory.moments import mean_ratio
from dropviz.theory.standard_errors import sample_moments
from dropviz.theory.strategies import INVERSE_KEEP, ONE, Strategy, strategies

# both phases alike: the same numbers come from dropout that was never on
LEFT_ON = "left_on"
_LEFT_ON = Strategy(
    LEFT_ON, "dropout left on at test, or off in training too", INVERSE_KEEP, ONE, mistake=True
)
THRESHOLD = 4.0  # a candidate this many standard errors away is ruled out
TIE = 20.0  # candidates whose likelihood is within this factor of the best are not told apart
KNOWN = 1e-9  # a standard error of 0 is read as "known to nine digits"
TINY = 1e-100  # of the largest number observed: no standard error is smaller, so that nothing overflows
LARGEST = 1e50


@dataclass(frozen=True, slots=True)
class Observation:
    """What a person measured at ``rate``: means with standard errors, and, if known, variances and the clean mean.

    ``clean_mean`` is the mean of the same activations without any dropout or factor: it tells standard from inverted.
    Variances tell dropout in the same state in both phases from the rest. Each comes with its standard error, or not
    at all. A standard error of 0 is read as known to nine digits. ValueError if a number is missing, not finite or
    out of range: rate in [0, 1), errors and variances 0 or more.
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

    def __post_init__(self) -> None:
        check_number("rate", self.rate, 0.0, 1.0)
        if self.rate == 1.0 or 0.0 < self.rate < 1e-9:
            raise ValueError(f"rate must be below 1, and 0 or at least 1e-9; got {self.rate!r}")
        for item in fields(self)[1:]:
            value = getattr(self, item.name)
            if value is not None or item.default is not None:
                low = 0.0 if item.name.endswith("_se") or "variance" in item.name else -LARGEST
                check_number(item.name, value, low, LARGEST)
        _check_together(self, "clean_mean", "clean_mean_se")
        _check_together(self, "train_variance", "train_variance_se", "test_variance", "test_variance_se")


def _check_together(observation: Observation, *names: str) -> None:
    given = [name for name in names if getattr(observation, name) is not None]
    if given and len(given) < len(names):
        missing = [name for name in names if name not in given]
        raise ValueError(f"{', '.join(missing)} must be given together with {', '.join(given)}")


def observe(rate: float, train: ArrayLike, test: ArrayLike, clean: ArrayLike | None = None) -> Observation:
    """Means, variances and their standard errors from arrays of outputs of any shape, taken as independent values.

    Standard errors: √(variance/n), and √((fourth central moment − variance²·(n − 3)/(n − 1))/n). ValueError if an array
    has fewer than two values, or values that are no finite numbers, or the rate is outside [0, 1).
    """
    train_mean, train_variance = _moments("train", train)
    test_mean, test_variance = _moments("test", test)
    clean_mean, clean_mean_se = (None, None) if clean is None else _moments("clean", clean)[0]
    return Observation(
        rate, *train_mean, *test_mean, clean_mean, clean_mean_se, *train_variance, *test_variance
    )


def _moments(name: str, values: ArrayLike) -> tuple[tuple[float, float], tuple[float, float]]:
    """Mean and variance of an array, each with its standard error."""
    try:
        array = np.asarray(values)
    except ValueError:
        raise ValueError(f"{name} must be one array of numbers; its rows differ in length") from None
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be an array of real numbers; got dtype {array.dtype}")
    x = array.astype(np.float64).ravel()
    count = x.size
    if count < 2:
        raise ValueError(f"{name} must have at least 2 values; got {count}")
    if not np.isfinite(x).all() or np.abs(x).max() > 1e20:
        raise ValueError(f"{name} must be finite and at most 1e20; it holds NaN, infinity or larger values")
    mean, mean_se, variance, variance_se = map(float, sample_moments(x))
    return (mean, mean_se), (variance, variance_se)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One convention or mistake against the observation.

    ``name``, ``label`` and ``mistake`` are as in the table of strategies; "left_on" is inverted dropout in the same
    state in both phases: left on at test, or never on.
    """

    name: str
    label: str
    mistake: bool
    expected_ratio: float  # test mean / training mean, s/(t·k); NaN where a factor divides by zero
    z: float  # standard errors by which the observed ratio lies above (+) or below (−) the expected one
    misfit: float  # √χ² of everything observed: means, clean mean, variances; |z| of the two means alone
    log_likelihood: float  # Gaussian, at the best μ, without its constant: −χ²/2
    likelihood: float  # share among those that are not ruled out (misfit at most 4); 0 where ruled out


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Verdict on an observation: the candidates, the best first.

    ``ratio`` is the observed test mean / training mean with its standard error by the delta method; both are NaN where
    the training mean is at most one standard error away from 0. ``fitting`` names the candidates that fit and cannot
    be told apart: one is an answer, several are a tie, none means that no convention or mistake of the table gives
    such numbers.
    """

    observation: Observation
    ratio: float
    ratio_se: float
    candidates: tuple[Candidate, ...]
    fitting: tuple[str, ...]

    @property
    def would_help(self) -> tuple[str, ...]:
        """What else to measure to break a tie."""
        rows = [_row(name, self.observation.rate) for name in self.fitting]
        if len(rows) < 2:
            return ()
        seen, needed = self.observation, []
        means = ((seen.train_mean, seen.train_mean_se), (seen.test_mean, seen.test_mean_se))
        if all(abs(mean) <= THRESHOLD * error for mean, error in means):
            needed.append("activations whose mean is not 0")
        elif seen.clean_mean is None and len({round(row.train_mean, 9) for row in rows}) > 1:
            needed.append("the mean without dropout")
        if seen.train_variance is None and LEFT_ON in self.fitting and seen.rate > 0.0:
            needed.append("the variances")
        return tuple(needed) or ("the same means at another rate, or from more data",)

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        best = self.candidates[0]
        if not self.fitting:
            away = plain(best.misfit, 3)
            return f"None of these fits: the nearest, {best.label}, is {away} standard errors away."
        labels = [candidate.label for candidate in self.candidates if candidate.name in self.fitting]
        if len(labels) == 1:
            return f"These numbers fit one row only: {labels[0]}."
        listed = f"{', '.join(labels[:-1])} and {labels[-1]}"
        return f"These numbers fit {listed} about equally well. To tell: {' or '.join(self.would_help)}."


def diagnose(observation: Observation) -> Diagnosis:
    """Compare an observation with every strategy of the table and with dropout left on at test.

    Means: χ² = min over μ of Σ (observed − factor·μ)²/se². With two means it is z² of the contrast
    t·k·test − s·train, which to first order is the delta method's z of the ratio and never divides by a mean near 0.
    Variances add the square of s²·V_train − t²·k·(V_test + r·test²) over its standard error, in which the test
    mean and variance are taken as fully correlated, so that nothing is ruled out for want of their covariance.

    >>> diagnose(Observation(0.3, 0.70, 0.01, 1.0, 0.01)).fitting
    ('none',)
    """
    seen = _in_its_own_unit(observation)
    compared = [_compare(_row(name, seen.rate), seen) for name in (*strategies(), LEFT_ON)]
    logs = np.array([candidate.log_likelihood for candidate in compared])
    fits = [candidate.misfit <= THRESHOLD for candidate in compared]
    shares = np.where(fits, np.exp(logs - logs.max()), 0.0)
    shares /= shares.sum() or 1.0
    candidates = [
        replace(one, likelihood=share) for one, share in zip(compared, shares.tolist(), strict=True)
    ]
    candidates.sort(key=lambda candidate: -candidate.log_likelihood)
    best = candidates[0].log_likelihood
    fitting = tuple(
        candidate.name
        for candidate in candidates
        if candidate.misfit <= THRESHOLD and candidate.log_likelihood >= best - math.log(TIE)
    )
    ratio, ratio_se = _observed_ratio(seen)
    return Diagnosis(observation, ratio, ratio_se, tuple(candidates), fitting)


class _Row(NamedTuple):
    """A candidate and its factors at one rate; means in units of μ."""

    strategy: Strategy
    keep: float
    train_scale: float
    test_scale: float
    train_mean: float
    ratio: float


def _row(name: str, rate: float) -> _Row:
    row, keep = _LEFT_ON if name == LEFT_ON else strategies()[name], 1.0 - rate
    train, test = float(row.train_scale(rate)), float(row.test_scale(rate))
    return _Row(row, keep, train, test, train * keep, float(mean_ratio(row, rate)))


def _in_its_own_unit(seen: Observation) -> Observation:
    """The observation in units of its largest mean, deviation or error, so that no square over- or underflows."""
    given = {item.name: getattr(seen, item.name) for item in fields(seen)[1:]}
    given = {name: value for name, value in given.items() if value is not None}
    squares = {name for name in given if "variance" in name}
    unit = max(math.sqrt(value) if name in squares else abs(value) for name, value in given.items()) or 1.0
    scaled = {name: value / unit / (unit if name in squares else 1.0) for name, value in given.items()}
    return replace(seen, **scaled)


def _compare(row: _Row, seen: Observation) -> Candidate:
    """The row as a candidate, likelihood 0 as yet; z, misfit and log-likelihood NaN and ±∞ where it is undefined."""
    named = row.strategy.name, row.strategy.label, row.strategy.mistake, row.ratio
    if math.isnan(row.ratio):
        return Candidate(*named, math.nan, math.inf, -math.inf, 0.0)
    observed = [(seen.train_mean, seen.train_mean_se), (seen.test_mean, seen.test_mean_se)]
    factors = [row.train_mean, row.test_scale]
    if seen.clean_mean is not None and seen.clean_mean_se is not None:
        observed.append((seen.clean_mean, seen.clean_mean_se))
        factors.append(1.0)
    values = np.array([value for value, _ in observed])
    errors = np.maximum([error for _, error in observed], max(KNOWN * np.abs(values).max(), TINY))
    # in units of the errors: the distance of a point from the line along ``direction``
    direction, point = np.array(factors) / errors, values / errors
    direction /= np.linalg.norm(direction)
    chi_square = float(np.sum((point - direction * (direction @ point)) ** 2))
    contrast = row.train_mean * values[1] - row.test_scale * values[0]
    z = float(contrast / math.hypot(row.train_mean * errors[1], row.test_scale * errors[0]))
    chi_square += _variance_z(row, seen) ** 2
    z = math.copysign(1.0, seen.train_mean) * z
    return Candidate(*named, z, math.sqrt(chi_square), -0.5 * chi_square, 0.0)


def _variance_z(row: _Row, seen: Observation) -> float:
    """Standard errors between the two variances and what the row predicts; 0 where they were not observed."""
    train, train_se = seen.train_variance, seen.train_variance_se
    test, test_se = seen.test_variance, seen.test_variance_se
    if train is None or train_se is None or test is None or test_se is None:
        return 0.0
    train_se, test_se = max(train_se, KNOWN * train, TINY), max(test_se, KNOWN * test, TINY)
    if row.strategy is _LEFT_ON:
        contrast, error = train - test, math.hypot(train_se, test_se)
    else:
        rate, square = 1.0 - row.keep, row.test_scale**2
        weight = row.train_scale**2 * row.keep
        contrast = square * train - weight * (test + rate * seen.test_mean**2)
        mean_se = max(seen.test_mean_se, KNOWN * abs(seen.test_mean))
        error = math.hypot(square * train_se, weight * (test_se + 2.0 * rate * abs(seen.test_mean) * mean_se))
    return contrast / error


def _observed_ratio(seen: Observation) -> tuple[float, float]:
    """Test/training mean and its standard error by the delta method, NaN where the training mean may as well be 0."""
    train_se = max(seen.train_mean_se, KNOWN * abs(seen.test_mean))
    if abs(seen.train_mean) <= train_se:
        return math.nan, math.nan
    ratio = seen.test_mean / seen.train_mean
    return ratio, math.hypot(seen.test_mean_se, ratio * seen.train_mean_se) / abs(seen.train_mean)
