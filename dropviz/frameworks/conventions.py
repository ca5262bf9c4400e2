"""Who means what by the number given to dropout, and what to change when code moves.

In some frameworks the number is the probability of dropping (``rate``), in others that of keeping
(``keep`` = 1 − rate); some scale in training, some at test. The facts are the records of
``data/conventions.toml``; everything here is derived from them and from the factors of
:mod:`dropviz.theory.strategies`.
"""

import math
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal
from urllib.parse import quote

from dropviz.numbers.rates import check_below_one
from dropviz.theory.strategies import strategy

Probability = Literal["drop", "keep"]
Scales = Literal["train", "test", "neither", "always", "none-needed"]
Unit = Literal["element", "sample", "attention weight"]

VERBS: Mapping[str, str] = {"drop": "dropping", "keep": "keeping"}
WHERE: Mapping[Scales, str] = {
    "train": "scales in training",
    "test": "scales at test",
    "neither": "scales neither in training nor at test",
    "always": "scales whenever it is called, so call it in training only",
    "none-needed": "needs no scaling, because its noise has mean one",
}
QUESTION_RATES = (0.2, 0.5, 0.8)  # the rows of the table of both factors
DROPPED: Mapping[Unit, str] = {
    "element": "units",
    "sample": "samples",
    "attention weight": "attention weights",
}
DROPS: Mapping[Unit, str] = {
    "element": "single elements", "sample": "whole samples of the batch", "attention weight": "attention weights",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Framework:
    """One record of ``data/conventions.toml``; the head of that file says what each field means.

    Examples
    --------
    >>> stax = frameworks()["JAX stax"]
    >>> stax.parameter, stax.meaning, stax.scales
    ('rate', 'keep', 'train')
    """

    name: str
    call: str
    parameter: str
    meaning: Literal["drop", "keep", "both"]
    unnamed: Literal["drop", "keep", ""]
    slot: int
    scales: Scales
    strategy: str
    at_drop_0: str
    at_drop_1: str
    switch: str
    line: str
    repository: str
    source: str
    commit: str
    evidence: Literal["run", "read", "documented"]
    version: str = ""
    other_line: str = ""
    noise: Literal["Bernoulli", "Gaussian"] = "Bernoulli"
    unit: Unit = "element"
    inferred: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"<Framework {self.name}: {self.call}>"

    @property
    def said(self) -> str:
        """Its name in a sentence: "CS231n (inverted)"."""
        name, which = self.parts
        return f"{name} ({which})" if which else name

    @property
    def parts(self) -> tuple[str, str]:
        """Its name as it is read, and which of several it is: ("CS231n", "inverted"); "" where it is the only one."""
        name, _, which = self.name.replace("'", "’").partition(", ")
        return name, which

    @property
    def link(self) -> str:
        """Address of the file that says so, as it was read."""
        return f"https://github.com/{self.repository}/blob/{self.commit}/{quote(self.source)}"

    @property
    def edition(self) -> str:
        """What was run or read: a release, or else the commit."""
        return self.version or f"commit {self.commit[:7]}"

    @property
    def number_name(self) -> str:
        """What the number in ``line`` is called."""
        return _name(self, self.line)

    @property
    def written(self) -> Probability:
        """The probability that stands in ``line``; one of the two where the parameter can be both."""
        return _probability(self.line)

    def factors(self, rate: float) -> tuple[float, float]:
        """What survivors are multiplied by in training, and all at test, dimensionless."""
        return _factors(self.strategy, rate)

    def train_mean(self, rate: float) -> float:
        """Mean of the training output divided by the mean of the activations, dimensionless."""
        return (1.0 - rate) * self.factors(rate)[0]

    def test_mean(self, rate: float) -> float:
        """Mean of the test output divided by the mean of the activations, dimensionless."""
        return self.factors(rate)[1]


@lru_cache(maxsize=2**11)  # every sentence about two frameworks asks
def _factors(name: str, rate: float) -> tuple[float, float]:
    chosen = strategy(name)
    return float(chosen.train_scale(rate)), float(chosen.test_scale(rate))


@cache
def frameworks() -> Mapping[str, Framework]:
    """Return every framework by name, in the order of the data file.

    Examples
    --------
    >>> frameworks()["JAX stax"].meaning
    'keep'
    """
    text = files("dropviz").joinpath("data/conventions.toml").read_text(encoding="utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["framework"]
    for row in rows:
        row |= {key: tuple(value) for key, value in row.items() if isinstance(value, list)}
    return MappingProxyType({row["name"]: Framework(**row) for row in rows})


def line_of_code(framework: Framework, rate: float, *, other: bool = False) -> str:
    """Return the framework's line of code for dropping with probability ``rate``.

    The number in it is ``rate`` or 1 − ``rate``, as the framework wants it. ``other`` asks for the second
    spelling of a parameter that can be either; it is empty where there is none.

    >>> line_of_code(frameworks()["JAX stax"], 0.3)
    'jax.example_libraries.stax.Dropout(rate=0.7)'

    ValueError if ``rate`` is not in [0, 1].
    """
    if not 0.0 <= rate <= 1.0:
        raise ValueError(f"rate must be in [0, 1]; got {rate!r}")
    template = framework.other_line if other else framework.line
    return template.replace("{drop}", _number("drop", rate)).replace("{keep}", _number("keep", rate))


def _number(probability: str, rate: float) -> str:
    # Twelve digits: 1 − 0.7 must read 0.3, not 0.30000000000000004.
    return repr(round(float(rate if probability == "drop" else 1.0 - rate), 12))


# ---- the answer -----------------------------------------------------------------------------------------------------


def answer(source: Framework, target: Framework, rate: float) -> str:
    """Say what code written for ``source`` does at ``rate``, and what to write for ``target``, in a few sentences.

    ValueError if ``rate`` is not in [0, 1).
    """
    check_below_one("rate", rate)
    have = f"You have {source.said} {_spelled(source, rate)}: {_effect(source, rate)}."
    if source == target:
        return f"{have} Nothing changes."
    write = f"{have} In {target.said} write {_spelled(target, rate)}."
    return f"{write} More changes than the number." if _does_other(source, target, rate) else write


def _spelled(framework: Framework, rate: float) -> str:
    """The number with its name, "p = 0.3"; both spellings where there are two."""
    templates = [framework.line, *filter(None, [framework.other_line])]
    texts = [f"{_name(framework, line)} = {_number(_probability(line), rate)}" for line in templates]
    refused = f", {framework.at_drop_0}" if rate == 0.0 and framework.at_drop_0.startswith("an error") else ""
    return " or ".join(texts) + refused


def _name(framework: Framework, line: str) -> str:
    """What the number is called in ``line``, or else in the definition."""
    found = re.search(r"(\w+) ?[=:] ?\{", line)
    return found[1] if found else framework.parameter.split(", ")[0]


def _probability(line: str) -> Probability:
    return "keep" if "{keep}" in line else "drop"


def _effect(framework: Framework, rate: float) -> str:
    """What becomes of the units, in training and at test."""
    train, test = framework.factors(rate)
    if framework.noise == "Gaussian":
        return (
            f"nothing is dropped, each unit is multiplied by noise of mean 1 and variance {rate * train:.3g}"
        )
    keep = f"{1.0 - rate:.4g}"
    share = f"{100.0 * rate:.4g} % of the {DROPPED[framework.unit]} are"
    meant = "" if math.isclose(test, 1.0 - rate) else f", where × {keep} is meant"
    scaled = {
        "train": f"survivors ÷ {keep}",
        "always": f"survivors ÷ {keep} whenever it is called",
        "test": f"at test all are × {test:.4g}{meant}",
    }
    return f"{share if rate else 'nothing is'} dropped, {scaled.get(framework.scales, 'nothing is scaled')}"


def _does_other(source: Framework, target: Framework, rate: float) -> bool:
    """Whether more than the number changes in what is computed at ``rate``."""
    factors = zip(source.factors(rate), target.factors(rate), strict=True)
    return any(_mask_change(source, target)) or not all(math.isclose(*pair) for pair in factors)


# ---- what else changes ----------------------------------------------------------------------------------------------


def migration(source: Framework, target: Framework, rate: float) -> tuple[str, ...]:
    """Return what must change when code moves from ``source`` to ``target``, one sentence each.

    Weights that read an output of mean c·μ in training keep their function in a framework that gives
    d·μ when they are multiplied by ρ = c/d; plain SGD then follows the same path with its learning rate
    times ρ² (substitute V = ρ·W in the update). ValueError if ``rate`` is not in [0, 1): at 1 nothing
    is left to rescale.

    Examples
    --------
    >>> rows = frameworks()
    >>> len(migration(rows["JAX stax"], rows["PyTorch"], rate=0.3)) > 0
    True
    """
    check_below_one("rate", rate)
    if source == target:
        return ("Nothing changes.",)
    return (
        *_number_change(source, target, rate),
        *_unnamed_change(source, target, rate),
        *_mask_change(source, target),
        *_scaling_change(source, target, rate),
        *_use_change(source, target),
        *(f"{side.said}: {note}" for side in (source, target) for note in side.notes),
    )


def _number_change(source: Framework, target: Framework, rate: float) -> Iterator[str]:
    old, new = _number(source.written, rate), _number(target.written, rate)
    verbs = VERBS[source.written], VERBS[target.written]
    if source.written == target.written:
        yield f"The number stays {new}: in both lines it is the probability of {verbs[0]}."
        return
    turned = f"it is the probability of {verbs[0]} in {source.said} and of {verbs[1]} in {target.said}"
    if old == new:
        yield f"The number happens to stay {new}, but its meaning turns round: {turned}."
    else:
        yield f"Write {new} where {old} stood: {turned}."


def _unnamed_change(source: Framework, target: Framework, rate: float) -> Iterator[str]:
    if not source.unnamed or not target.unnamed or source.unnamed == target.unnamed:
        return
    number = _number(source.unnamed, rate)
    yield (
        f"Name the argument where that is possible: a bare {number} is the probability of "
        f"{VERBS[source.unnamed]} in {source.said} and of {VERBS[target.unnamed]} in {target.said}."
    )
    if (source.call, source.slot) == (target.call, target.slot):
        dropped = _number("keep", rate)
        if dropped == "1.0":
            then = f"asks to drop every unit, which gives {target.at_drop_1}"
        elif dropped == _number("drop", rate):
            then = "still runs, and at this one rate does the same"
        else:
            then = f"still runs, and drops {dropped} of the units instead of {_number('drop', rate)}"
        yield f"Both read it in place {target.slot} of {target.call}: an old call with a bare number {then}."


def _mask_change(source: Framework, target: Framework) -> Iterator[str]:
    if source.noise != target.noise:
        names = {
            "Bernoulli": "sets units to zero at random",
            "Gaussian": "multiplies units by Gaussian noise",
        }
        yield f"{source.said} {names[source.noise]}; {target.said} {names[target.noise]}."
        if source.strategy == target.strategy:
            yield "Mean and variance of the training output are the same, its distribution is not."
    if source.unit != target.unit:
        yield f"{source.said} drops {DROPS[source.unit]}; {target.said} drops {DROPS[target.unit]}."


def _scaling_change(source: Framework, target: Framework, rate: float) -> Iterator[str]:
    if source.scales != target.scales:
        yield f"{source.said} {WHERE[source.scales]}; {target.said} {WHERE[target.scales]}."
    old_mean, new_mean = source.train_mean(rate), target.train_mean(rate)
    ratio = old_mean / new_mean
    if not math.isclose(ratio, 1.0):
        yield (
            f"In training the mean activation is {old_mean:.4g} times the undropped one in {source.said} and "
            f"{new_mean:.4g} times in {target.said}: multiply the trained weights that read it by {ratio:.4g}."
        )
        if (source.noise, source.unit) == (target.noise, target.unit):
            yield (
                "To train on along the same path with plain SGD, multiply the learning rate of those weights "
                f"by {ratio**2:.4g}."
            )
    for side in (source, target):
        if strategy(side.strategy).mistake:
            shown = side.test_mean(rate) / side.train_mean(rate)
            seen = f": at this rate the test mean is {shown:.4g} times the training mean."
            if math.isclose(shown, 1.0):
                seen = "; at this rate it does not show."
            yield f"{side.said} does not match the means of training and test{seen}"


def _use_change(source: Framework, target: Framework) -> Iterator[str]:
    if source.switch != target.switch:
        yield (
            f"Training is told from test in {source.said} by {source.switch}; "
            f"in {target.said} by {target.switch}."
        )
    ends = ((source.at_drop_0, target.at_drop_0), (source.at_drop_1, target.at_drop_1))
    for end, (old, new) in enumerate(ends):
        if old != new and "not stated" not in (old, new):
            yield f"Drop probability {end} gives {old} in {source.said} and {new} in {target.said}."
