"""Is dropout right in a function? `audit` calls it on inputs chosen to tell, and says what it is and what to change."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import ClassVar

import numpy as np

from dropviz.frameworks.conventions import Framework, frameworks
from dropviz.frameworks.findings import CHANGES, Finding, nothing_wrong, told
from dropviz.frameworks.probing import MOST_ELEMENTS, SIGMAS, Function, Seen, probe
from dropviz.frameworks.snippets import changed_lines
from dropviz.live.shown import LEFT, Shown
from dropviz.numbers.checks import check_count, check_number
from dropviz.numbers.written import plain, with_error
from dropviz.theory.diagnosis import LEFT_ON
from dropviz.theory.strategies import Factor, Strategy, strategies

FEWEST, MOST = 30, MOST_ELEMENTS  # values of an array
FIRST_LOOK = (64, 32, 16)  # examples, channels, places
CLOSE = 6e-3  # relative: factors nearer than this are one, in low precision too
MULTIPLIED = ("Gaussian", "uniform")  # noises whose variance is r/k of a rate
NAMED = 3  # rows of the conventions that are named


@dataclass(frozen=True, slots=True)
class Audit(Shown):
    """What `audit` found.

    ``train`` and ``test`` (None where no test function was given): what each function does. ``rate``: the probability
    of dropping, 1 − the share kept, the exact one where a number was given that fits; ``rate_se`` is 0 then.
    ``means``: what the number given is, "drop" or "keep", "" where that cannot be told. ``strategy``: the row of the
    table of strategies that fits, "" if none does. ``conventions``: the frameworks that do the same. ``findings``: what
    is wrong; none is as it should be.

    Examples
    --------
    >>> found = audit(lambda a: a / 0.7, lambda a: a, rate=0.3)
    >>> found
    <Audit: none, rate 0, no_effect, wrong_scale>
    >>> print(found.findings[0].sentence)
    Dropout does nothing in training: give the function its training mode, or its rate.
    """

    train: Seen
    test: Seen | None
    shape: tuple[int, ...]
    given: float | None
    rate: float
    rate_se: float
    means: str
    strategy: str
    conventions: tuple[str, ...]
    findings: tuple[Finding, ...]
    DRAWN_BY: ClassVar[str] = "dropviz.figures.audits.audit_live"

    @property
    def right(self) -> bool:
        """Whether nothing is wrong."""
        return nothing_wrong(self.findings)

    @property
    def mask(self) -> str:
        """What has a mask of its own: "element", "channel", "row", …; "" without noise."""
        return "" if self.train.shared is None else _own_mask(self.train.shared, self.shape)

    def rows(self) -> tuple[tuple[str, str], ...]:
        """What was found, a name and a value a row."""
        rows = [("noise in training", self.train.law), ("factor in training", _factor(self.train))]
        if self.train.random:
            rows.append(("mask per" if self.train.dropped else "noise per", self.mask))
        if self.train.dropped:
            rows.append(("dropped", with_error(self.train.dropped, self.train.dropped_se)))
        if self.means:
            rows.append((f"{self.given:g} is the probability to", self.means))
        if self.test is not None:
            rows.append(("factor at test", _factor(self.test)))
        elif self.train.random:
            plainly = self.train.law != "other" and not self.train.offset  # else one factor does not say it
            needed = f"; it must be {with_error(self.train.mean, self.train.mean_se)}" if plainly else ""
            rows.append(("factor at test", f"not looked at, for no test function was given{needed}"))
        if self.strategy:
            rows.append(("strategy", strategies()[self.strategy].label))
        if self.conventions:
            more = len(self.conventions) - NAMED
            rest = f" and {more} more" if more > 0 else ""
            rows.append(("as in", ", ".join(self.conventions[:NAMED]) + rest))
        return tuple(rows)

    def __str__(self) -> str:
        return told((f"{name}: {value}" for name, value in self.rows()), self.findings)

    def __repr__(self) -> str:
        kinds = ", ".join(finding.kind for finding in self.findings) or "nothing wrong"
        return f"<Audit: {self.train.law}, rate {with_error(self.rate, self.rate_se)}, {kinds}>"

    def _repr_html_(self) -> str:
        rows = [*self.rows(), *((finding.kind, finding.sentence) for finding in self.findings)]
        cells = "".join(
            f"<tr><th {LEFT}>{escape(name)}</th><td {LEFT}>{escape(value)}</td></tr>" for name, value in rows
        )
        return f"<table>{cells}</table>"


def audit(
    train: Function,
    test: Function | None = None,
    *,
    rate: float | None = None,
    shape: tuple[int, ...] = FIRST_LOOK,
    seed: int = 0,
) -> Audit:
    """Find out what ``train`` does to activations in training and ``test`` at test, and whether they belong together.

    Each is called four to 64 times, on float64 arrays of ``shape`` that hold 0, 1 and 3 at random places; more often
    than four times only while all calls hold at most 10 million values together. It must return what NumPy can read, of
    that shape. Dropout is right if the mean output of an activation is the same in both::

        (1 − dropped)·(training factor) = test factor

    Parameters
    ----------
    train, test
        Functions from array to array; without ``test``, only training is looked at.
    rate
        The number that the function was given as its p, in [0, 1]; it shows whether that is to drop or to keep.
    shape
        Of the arrays: (examples, channels, …), 30 to 10 million values.
    seed
        Of the places of 0, 1 and 3. The noise is the function's own.

    Raises
    ------
    ValueError
        A parameter is out of range, or a function returns what is no array of finite numbers of that shape.

    Examples
    --------
    >>> rng = np.random.default_rng(7)
    >>> found = audit(lambda a: a * (rng.random(a.shape) >= 0.3) / 0.7, lambda a: a, rate=0.3)
    >>> found.strategy, found.means, found.mask, found.right
    ('inverted', 'drop', 'element', True)
    >>> [finding.kind for finding in audit(lambda a: a * (rng.random(a.shape) >= 0.3), lambda a: a).findings]
    ['wrong_scale']
    """
    if rate is not None:
        check_number("rate", rate, 0.0, 1.0)
    check_count("seed", seed, 0, 2**32 - 1)
    if not isinstance(shape, tuple | list):
        raise ValueError(f"shape must be a tuple of whole numbers; got {shape!r}")
    for length in shape:
        check_count("every length of shape", length, 1, MOST)
    if not FEWEST <= math.prod(shape) <= MOST:
        raise ValueError(f"shape must hold {FEWEST} to {MOST} values; got {shape!r}")
    for name, given in (("train", train), ("test", train if test is None else test)):
        if not callable(given):
            raise ValueError(f"{name} must be a function from array to array; got {type(given).__name__}")
    # Both of the same activations.
    seen = probe("train", train, tuple(shape), np.random.default_rng(seed))
    seen_test = None if test is None else probe("test", test, tuple(shape), np.random.default_rng(seed))
    found, error, means = _rate(seen, rate)
    row = _strategy(seen, seen_test, found, error)
    findings = tuple(_findings(seen, seen_test, rate, found, row))
    # Gaussian noise that is right has the means of inverted dropout
    name = row.name if row else "inverted" if seen.law == "Gaussian" and not findings else ""
    alike = tuple(_alike(seen, name, means))
    return Audit(
        seen, seen_test, tuple(shape), rate, found, error, means, row.name if row else "", alike, findings
    )


# ---- the rate -------------------------------------------------------------------------------------------------------


def _rate(seen: Seen, given: float | None) -> tuple[float, float, str]:
    """The probability of dropping, its error, and what the number given means."""
    if seen.law in MULTIPLIED:
        rate = seen.variance / (1.0 + seen.variance)  # the variance of a·N(1, r/k) at a = 1 is r/k
        error = 0.05 * rate
    else:
        rate, error = seen.dropped, seen.dropped_se
    if given is None or not seen.random:
        return rate, error, ""
    reach = SIGMAS * error + 1e-9
    drop, keep = abs(rate - given) <= reach, abs(rate - (1.0 - given)) <= reach
    if drop == keep:
        return (given, 0.0, "") if drop else (rate, error, "")
    return (given, 0.0, "drop") if drop else (1.0 - given, 0.0, "keep")


# ---- strategy and convention ----------------------------------------------------------------------------------------


def _strategy(seen: Seen, test: Seen | None, rate: float, error: float) -> Strategy | None:
    """The row whose factors these are: the first, as the right ones stand first."""
    if seen.law != "Bernoulli" or (test is not None and test.random):
        return None
    near: list[tuple[float, Strategy]] = []
    for row in strategies().values():
        factors = [(row.train_scale, seen.factor, seen.factor_se)]
        if test is not None:
            factors.append((row.test_scale, test.factor, test.factor_se))
        if all(_fits(scale, rate, error, value, se) for scale, value, se in factors):
            apart = sum(abs(float(scale(np.float64(rate))) - value) for scale, value, _ in factors)
            near.append(
                (0.0 if error else apart, row)
            )  # a rate that is measured does not tell near ones apart
    return min(near, key=lambda one: one[0], default=(0.0, None))[1]


def _fits(scale: Factor, rate: float, error: float, value: float, se: float) -> bool:
    rates = np.clip([rate - SIGMAS * error, rate, rate + SIGMAS * error], 0.0, 1.0)
    predicted = scale(rates)
    near = CLOSE * abs(value) + SIGMAS * se
    return bool(np.isfinite(predicted).all() and predicted.min() - near <= value <= predicted.max() + near)


def _alike(seen: Seen, strategy: str, means: str) -> Iterator[str]:
    """The frameworks that do what the function does."""
    rows = seen.shared and 0 not in seen.shared and len(seen.shared) > 1
    unit = "sample" if rows else "" if seen.shared else "element"
    for one in frameworks().values():
        if one.strategy == strategy and one.unit == unit and one.noise == seen.law and _meant(one, means):
            yield one.name


def _meant(framework: Framework, means: str) -> bool:
    return not means or framework.meaning in (means, "both")


# ---- what is wrong --------------------------------------------------------------------------------------------------


def _findings(
    seen: Seen, test: Seen | None, given: float | None, rate: float, row: Strategy | None
) -> Iterator[Finding]:
    if seen.dropped == 1.0:
        if given not in (0.0, 1.0):
            yield Finding(
                "wrong_rate", "error", "train", "the same output whatever goes in",
                CHANGES["all_dropped"],
            )  # fmt: skip
        return
    if (not seen.random or seen.mixes) and given not in (None, 0.0, 1.0):
        yield Finding(
            "no_effect", "error", "train", f"nothing is dropped at rate {given:g}",
            "Dropout does nothing in training: give the function its training mode, or its rate.",
        )  # fmt: skip
    if seen.same_mask and not seen.mixes:
        yield Finding(
            "stuck_mask", "error", "train", "the same noise in every call",
            "Draw a new mask in every pass; seed the generator once, not in the function.",
        )  # fmt: skip
    if given is not None and seen.dropped and rate not in (given, 1.0 - given):
        yield Finding(
            "wrong_rate", "warning", "train",
            f"{with_error(rate, seen.dropped_se)} dropped, asked for {given:g}",
            f"Another share is dropped than {given:g} says, or {1.0 - given:g}.",
        )  # fmt: skip
    if test is None:
        return
    if test.random and not test.mixes:
        calls = "the same in every call" if test.same_mask else "other outputs in every call"
        yield Finding(
            LEFT_ON, "error", "test", f"{test.law} noise, {calls}",
            "Dropout is left on at test: pass the training mode on, and return the activations as they are.",
        )  # fmt: skip
        return
    ratio = test.mean / seen.mean if seen.mean else math.nan
    error = abs(ratio) * seen.mean_se / abs(seen.mean) if seen.mean else math.nan
    off = abs(test.mean - seen.mean) > max(CLOSE * abs(test.mean), SIGMAS * seen.mean_se)
    if seen.law == "alpha":  # keeps the mean of standardised activations, and of no others
        off = not math.isclose(test.factor, 1.0, rel_tol=CLOSE) or test.offset != 0.0
    if off and test.bent and row is None:
        yield Finding(
            "wrong_scale", "warning", "train and test",
            f"test mean / training mean {with_error(ratio, error)}",
            "What comes behind the noise is not linear, so that means differ behind it: audit dropout alone.",
        )  # fmt: skip
    elif row.mistake if row else off:
        change = "Scale at test by the share kept, or divide by it in training."
        if row is not None:
            wrong, right = changed_lines(row.name)
            change = f"{row.label.capitalize()}: write {right} for {wrong}."
        yield Finding(
            "wrong_scale", "error", "train and test",
            f"test mean / training mean {with_error(ratio, error)}, should be 1", change,
        )  # fmt: skip


# ---- words ----------------------------------------------------------------------------------------------------------


def _factor(seen: Seen) -> str:
    factor = with_error(seen.factor, seen.factor_se)
    return f"{factor}, and {plain(seen.offset)} is added" if seen.offset else factor


def _own_mask(shared: tuple[int, ...], shape: tuple[int, ...]) -> str:
    """What has a mask of its own, where all along the axes ``shared`` have one mask.

    >>> [_own_mask(shared, (8, 4, 5)) for shared in ((), (2,), (1,), (1, 2), (0,), (0, 1, 2))]
    ['element', 'channel', 'channel (last axis)', 'row', 'element, the same in all rows', 'pass']
    """
    own = [axis for axis, length in enumerate(shape) if length > 1 and axis not in shared]
    last = len(shape) - 1
    if not shared:
        return "element"
    names = {(): "pass", (0,): "row", (0, 1): "channel", (0, last): "channel (last axis)"}
    if shared == (0,):
        return "element, the same in all rows"
    return names.get(tuple(own), f"place along axes {', '.join(map(str, own))}")
