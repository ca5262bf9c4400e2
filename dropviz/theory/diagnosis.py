"""Which convention or mistake fits what a person observed, how well, and what would cure it.

Of an activation with mean μ and variance v, a candidate predicts (rate r, k = 1 − r, train factor t, test factor s)::

    training mean t·k·μ       test mean s·μ       mean without dropout μ
    training variance t²·k·(v + r·μ²)             test variance s²·v

μ and v are unknown; what is left after they are eliminated is compared with its standard error.
"""

import math
from dataclasses import dataclass, fields, replace
from typing import NamedTuple

import numpy as np

from dropviz.numbers.written import plain, with_error
from dropviz.theory.moments import mean_ratio
from dropviz.theory.observation import Observation, is_rate
from dropviz.theory.strategies import INVERSE_KEEP, ONE, Strategy, strategies, strategy

# both phases alike: the same numbers come from dropout that was never on
LEFT_ON = "left_on"
_LEFT_ON = Strategy(
    LEFT_ON, "dropout left on at test, or off in training too", INVERSE_KEEP, ONE, mistake=True
)
THRESHOLD = 4.0  # a candidate this many standard errors away is ruled out
TIE = 20.0  # candidates whose likelihood is within this factor of the best are not told apart
KNOWN = 1e-9  # a standard error of 0 is read as "known to nine digits"
TINY = 1e-100  # of the largest number observed: no standard error is smaller, so that nothing overflows
OTHER_DROPOUT = (
    " If another dropout layer stands before this one, its noise moves these means: compare outputs with the inputs of "
    "the same passes."
)


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
    misfit: float  # √χ² of the means, clean mean included, or of the variances if that is larger; |z| of two means
    log_likelihood: float  # Gaussian, at the best μ, without its constant: −χ²/2
    likelihood: float  # share among those that are not ruled out (misfit at most 4); 0 where ruled out


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Verdict on an observation: the candidates, the best first.

    ``rate`` is what they were compared at: the observation's, unless its zeros rule that out, or nothing fits there and
    something does at 1 − rate, as where the number given means keep. ``ratio`` is the observed test mean / training
    mean with its standard error by the delta method; both are NaN where the training mean is at most one standard
    error away from 0. ``fitting`` names the candidates that fit and cannot be told apart: one is an answer, several are
    a tie, none means that no convention or mistake of the table gives such numbers.

    Examples
    --------
    >>> found = diagnose(Observation(rate=0.3, train_mean=0.70, train_mean_se=0.01, test_mean=1.0, test_mean_se=0.01))
    >>> found.fitting, round(found.ratio, 3)
    (('none',), 1.429)
    """

    observation: Observation
    rate: float
    ratio: float
    ratio_se: float
    candidates: tuple[Candidate, ...]
    fitting: tuple[str, ...]

    def __repr__(self) -> str:
        return f"<Diagnosis at rate {self.rate:g}: {' or '.join(self._labels()) or 'nothing fits'}>"

    @property
    def would_help(self) -> tuple[str, ...]:
        """What else to measure to break a tie."""
        rows = [_row(name, self.rate) for name in self.fitting]
        if len(rows) < 2:
            return ()
        seen, needed = self.observation, []
        means = ((seen.train_mean, seen.train_mean_se), (seen.test_mean, seen.test_mean_se))
        if all(abs(mean) <= THRESHOLD * error for mean, error in means):
            needed.append("activations whose mean is not 0")
        elif seen.clean_mean is None and len({round(row.train_mean, 9) for row in rows}) > 1:
            needed.append("the mean without dropout")
        if seen.train_variance is None and LEFT_ON in self.fitting and self.rate > 0.0:
            needed.append("the variances")
        return tuple(needed) or ("the same means at another rate, or from more data",)

    @property
    def sentence(self) -> str:
        """The verdict in words."""
        verdict, about_rate = self._verdict(), self._about_rate()
        return f"{about_rate}{verdict[0].lower()}{verdict[1:]}" if about_rate else verdict

    def _labels(self) -> list[str]:
        return [candidate.label for candidate in self.candidates if candidate.name in self.fitting]

    def _verdict(self) -> str:
        """What fits."""
        best = self.candidates[0]
        labels = self._labels()
        if not labels:
            nearest = f"{best.label}, is {plain(best.misfit, 3)} standard errors away."
            return (
                f"Nothing fits: the nearest, {nearest}{'' if self.observation.same_pass else OTHER_DROPOUT}"
            )
        if len(labels) == 1:
            return f"Only this fits: {labels[0]}."
        listed = f"{', '.join(labels[:-1])} and {labels[-1]}"
        return f"These fit about equally well: {listed}. To tell: {' or '.join(self.would_help)}."

    def _about_rate(self) -> str:
        """Why the rate is not the one given; empty where it is."""
        seen = self.observation
        given, used = f"{seen.rate:g}", f"{self.rate:g}"
        if self.rate == seen.rate:
            return ""
        kept = math.isclose(self.rate, 1.0 - seen.rate)
        keep = f": {given} may be the probability to keep" if kept else ""
        if seen.dropped is None or seen.dropped_se is None:
            return f"At rate {given} nothing fits, at {used} it does{keep}. At {used}: "
        read = with_error(seen.dropped, seen.dropped_se)
        return f"The zeros say that the rate is {read}, not {given}{keep}. At {used}: "


def diagnose(observation: Observation) -> Diagnosis:
    """Compare an observation with every strategy of the table and with dropout left on at test.

    Means: χ² = min over μ of Σ (observed − factor·μ)²/se². With two means it is z² of the contrast
    t·k·test − s·train, which to first order is the delta method's z of the ratio and never divides by a mean near 0.
    Variances give the square of s²·V_train − t²·k·(V_test + r·test²) over its standard error, in which the test
    mean and variance are taken as fully correlated. The larger of the two squares counts: means and variances come from
    the same masks, and nothing is to be ruled out for want of their covariance. ValueError if it is no `Observation`.

    Examples
    --------
    >>> diagnose(Observation(0.3, 0.70, 0.01, 1.0, 0.01)).fitting
    ('none',)
    """
    if not isinstance(observation, Observation):
        raise ValueError(f"observation must be a dropviz.Observation; got {type(observation).__name__}")
    by_zeros = observation.rate_of_zeros
    if by_zeros is not None:
        return _diagnosed(observation, by_zeros)
    result, other = _diagnosed(observation, observation.rate), round(1.0 - observation.rate, 12)
    if result.fitting or observation.dropped is not None or not is_rate(other):
        return result
    swapped = _diagnosed(observation, other)
    return swapped if swapped.fitting else result


def _diagnosed(observation: Observation, rate: float) -> Diagnosis:
    """The verdict at a rate."""
    seen = _in_its_own_unit(observation)
    compared = [_compare(_row(name, rate), seen) for name in (*strategies(), LEFT_ON)]
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
    return Diagnosis(observation, rate, ratio, ratio_se, tuple(candidates), fitting)


def cure(name: str) -> Strategy:
    """The correct strategy that needs one line of a mistake's code changed; inverted, where both would do.

    >>> [cure(name).name for name in ("none", "both", "wrong_train", "wrong_test", LEFT_ON)]
    ['inverted', 'inverted', 'inverted', 'standard', 'inverted']
    """
    wrong = _LEFT_ON if name == LEFT_ON else strategy(name)
    right = [strategy("inverted"), strategy("standard")]
    shared = [
        row for row in right if (row.train_scale == wrong.train_scale) or (row.test_scale == wrong.test_scale)
    ]
    return shared[0]


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
    names = [item.name for item in fields(seen) if "mean" in item.name or "variance" in item.name]
    given = {name: value for name in names if (value := getattr(seen, name)) is not None}
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
    chi_square = max(chi_square, _variance_z(row, seen) ** 2)
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
