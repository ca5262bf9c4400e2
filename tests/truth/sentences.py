"""Sentences with a word for everything, such as "every" or "never", each bound to what it says of the curves.

One that has no row in the table is taken for false: whoever writes it says here what makes it true.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import numpy as np

from dropviz.figures.mistakes.exhibits import EXHIBITS, RELATIVES
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Line, Path
from dropviz.numbers.checks import Floats
from dropviz.theory.activations import Activations
from dropviz.theory.diagnosis import THRESHOLD
from tests.truth.claims import same, value

STRONG = re.compile(
    r"\b(every|never|no (\w+ )?gap|match(es|ed)?|stays?|nothing|always|alike|equals?|not one)\b",
    re.IGNORECASE,
)
CLAUSES = re.compile(r"(?<=[.:;!?])\s|\s\|\s|[.:;]$")


class Read(NamedTuple):
    """A sentence where it is read: the figure, the place of the slider or None, and the source of the activations."""

    live: LiveFigure
    at: int | None
    law: Activations | None

    @property
    def rate(self) -> float:
        assert self.at is not None
        return float(self.live.rates[self.at])

    @property
    def zero(self) -> bool:
        """Whether every activation is 0."""
        return self.law is not None and self.law.exact_mean == self.law.exact_variance == 0.0

    def curves(self, quantity: str, name: str = "") -> list[Floats]:
        """The exact curves of that name in the panels of that quantity; both are patterns."""
        return [
            mark.estimate.exact
            for panel in self.live.panels
            if re.search(quantity, panel.y.title)
            for mark in panel.marks
            if isinstance(mark, Line) and re.search(name, mark.name)
        ]

    def pairs(self, quantity: str) -> list[tuple[Floats, Floats]]:
        """The curves in training and at test of each strategy."""
        return list(
            zip(*(self.curves(quantity, f"{phase}$") for phase in ("train(ing)?", "test")), strict=True)
        )


Truth = Callable[..., bool]


def everywhere(quantity: str, level: float, name: str = "") -> Truth:
    """There are such curves, and all have this value wherever they have one."""
    return lambda read, *_: (
        bool(read.curves(quantity, name))
        and all(same(curve[np.isfinite(curve)], level) for curve in read.curves(quantity, name))
    )


def here(quantity: str, level: float, name: str = "") -> Truth:
    """The same at this place of the slider; NaN is where they have no value."""
    return lambda read, *_: (
        bool(read.curves(quantity, name))
        and all(
            np.isclose(curve[read.at], level, rtol=1e-9, atol=1e-15, equal_nan=True)
            for curve in read.curves(quantity, name)
        )
    )


def flat(quantity: str, name: str = "") -> Truth:
    """Such curves keep the value that they begin with."""
    return lambda read, *_: all(same(curve, float(curve[0])) for curve in read.curves(quantity, name))


def one_curve(quantity: str, name: str = "") -> Truth:
    """All such curves are one."""
    return lambda read, *_: all(
        same(each, read.curves(quantity, name)[0]) for each in read.curves(quantity, name)
    )


def matching(quantity: str) -> Truth:
    """Every strategy has the same curve in training and at test."""
    return lambda read, *_: bool(read.pairs(quantity)) and all(same(*pair) for pair in read.pairs(quantity))


def either(*truths: Truth) -> Truth:
    return lambda *given: any(truth(*given) for truth in truths)


def wrong(truth: Truth) -> Truth:
    return lambda *given: not truth(*given)


def at(rate: float) -> Truth:
    return lambda read, *_: read.rate == rate


def written(read: Read, number: str) -> bool:
    """The number is the rate, or the keep, to its last digit."""
    found, near = value(number)
    return min(abs(found - read.rate), abs(found - 1.0 + read.rate)) <= near


def never(sign: float) -> Truth:
    """The average over masks is nowhere on the other side of the test pass."""

    def truth(read: Read, *_: str) -> bool:
        average, test = (read.curves(r"^f\(z\)", name)[0] for name in ("^average", "^test pass"))
        return bool((sign * (average - test) >= -1e-9 * np.abs(test).max()).all())

    return truth


def shows(read: Read, *_: str) -> bool:
    """The mistake in front changes the mean at every rate but 0, and there is an output that shows it."""
    ratio = read.curves("÷ training mean|/ training mean|training average")[-1]
    return not read.zero and not np.isclose(ratio[1:], 1.0).any() and not abs(ratio[0] - 1.0) > 1e-9


def standardised(read: Read, *_: str) -> bool:
    assert read.law is not None
    return abs(read.law.exact_mean) <= 1e-6 and abs(read.law.exact_variance - 1.0) <= 1e-6


def means_in_pictures(read: Read) -> bool:
    """Each picture that says so has one mean in training and at test."""
    pictures = [panel for panel in read.live.panels if panel.title.endswith("the means match")]
    means = [
        [
            np.asarray(mark.x)
            for mark in panel.marks
            if isinstance(mark, Path) and mark.name.startswith("mean ")
        ]
        for panel in pictures
    ]
    return all(same(train, test) for train, test in means)


def lowest(read: Read, loss: str) -> bool:
    """No run that is drawn has a lower test loss at its end."""
    drawn = [mark for panel in read.live.panels if panel.y.title == "test loss" for mark in panel.marks]
    found, near = value(loss)
    return all(found <= float(mark.y[-1]) + near for mark in drawn if isinstance(mark, Path))


def theorem(*_: object) -> bool:
    """Of dropout, code or a framework, not of these activations: true at any setting, or no more than a heading."""
    return True


# a pattern of pages → that of a whole clause → whether it is true; what is in parentheses is given to it
CLAIMS: Mapping[str, Mapping[str, Truth]] = {
    ".": {
        "(?:.* )?[Aa]t rate 0 (?:nothing is dropped|there is no (?:gap|noise)).*": at(0.0),
        "nothing is dropped, .*": at(0.0),
        "(?:.* )?[Aa]t every rate": theorem,
        "(?:Rate [0-9.]+)": theorem,
    },
    "first|everything|mistake|story": {
        "[Ee]very mean is 0(?: all the same)?": everywhere("^mean", 0.0),
        "[Ee]very variance is 0": everywhere("^variance", 0.0),
        "(?:The m|M)eans match": matching("^mean$"),
        "both stay|the mean stays": flat("^mean$"),
        "[Nn]o (?:mean )?gap": either(everywhere("gap|Wasserstein", 0.0), everywhere("test ÷ training", 1.0)),
        "no relative gap": everywhere("^relative mean gap", np.nan),  # 0/0
        "Nothing is scaled(?:, and no mean shows it)?": lambda read: read.live.chosen == "none",
        "Every (?:activation|output) is 0(?:, and (?:stays|so is) .*)?": lambda read: read.zero,
        "(?:The v|V)ariances do not(?: match)?": wrong(matching("^variance")),
        "training is never below test": lambda read: all(
            (train >= test * (1.0 - 1e-12)).all() for train, test in read.pairs("^variance")
        ),
        "At test every output is multiplied by ([0-9.]+)": written,
        "Watch what each strategy makes of those that stay, and whether the two means match": theorem,
        ".*“.*” shows at every rate but 0": shows,
        "Nothing makes up for the dropped units(?:, here by 0)?": theorem,
        "(?:.* )?1 at every rate": everywhere("test factor", 1.0, "inverted"),
        "(?:one|One) factor cannot fit every step": wrong(flat("training mean", "standard")),
        "The average is never above the test pass": never(-1.0),
        "The average is never below the test pass": never(1.0),
    },
    "answer": {
        "Here every test output is the same": lambda read: read.law.exact_variance == 0.0,
        "× 1, nothing to forget at rate 0|W·a stays at rate 0": at(0.0),
        "W·a stays": flat("^mean of z", "inverted"),
        "always right|inverted is (?:never off|right at every step)": everywhere(
            "^worst error", 0.0, "inverted"
        ),
        "Both strategies match the mean and differ by .*": everywhere(
            "test ÷ training mean", 1.0, "standard|inverted"
        ),
        "only inverted leaves nothing to do at test": lambda read: read.rate > 0.0,
        "Nothing to do at test|nothing|nothing to do at test|What stays": theorem,
        "(?:At equal learning|Once the rate|Then their|To stay one|Where nothing|a network is tested) .*": theorem,
    },
    "left on": {
        "Every input is 0, and so is every answer": here("^standard deviation", 0.0),
        "Nothing scatters|every input is 0": everywhere("^standard deviation", 0.0),
        "Not one of [0-9,]+ masks flips the sign": everywhere("^masks", 0.0),
        "never": theorem,  # flips the sign of one and the same answer
    },
    "next layer": {
        "Every mask gives z = .*, and so does the test pass": here("^variance of z", 0.0),
        "The means match": matching("^mean of z"),
        "At this rate there is no gap": here("^average − test pass", 0.0, "inverted"),
        "No gap at any rate": everywhere("^average − test pass", 0.0),
        "The average is never above the test pass": never(-1.0),
        "The average is never below the test pass": never(1.0),
        "Over all rates the last two are equal": one_curve("^σ", "geometric mean|test pass"),
        "Here all three are equal": one_curve("^σ"),
        "Every pass gives the same|there is no gap": here("^gap, %", np.nan),
        "there is no gap after any layer": at(0.0),
        "[Tt]here is no relative gap(?: to mend)?": here("^gap, %", np.nan),
        "batch norm has nothing to divide by": here("^variance behind", np.nan, "test"),
        "its mean.* test, nothing scaled.*|With standard, and with nothing scaled": theorem,
        "z is the same for every mask": everywhere("^variance of z", 0.0),
    },
    "noise": {
        "Every noise here has mean 0": everywhere("^mean of the noise", 0.0),
        "Every noise has variance 0": everywhere("^variance of the noise", 0.0),
        ".* is matched to inverted": one_curve("^variance of the noise", "inverted|×|\\+|alpha"),
        "No gap in the variance": everywhere("^train/test variance", 1.0),
        ".*, nothing at test": theorem,  # what is drawn there
        "the means match": means_in_pictures,
        "Nothing to do at test(?: with activation [×+] (?:Gaussian|uniform) noise)?": lambda read: (
            read.live.chosen != "alpha" or standardised(read)
        ),
        "every unit keeps its mean": theorem,
        "in training the mean of every unit is ([0-9.]+)·a": written,
        "Alpha dropout needs nothing at test for activations of mean 0 and variance 1": theorem,
        "These activations are standardised, so it keeps both, at every rate": standardised,
    },
    "schedule": {
        "No one factor fits every step": wrong(flat("^dropout rate")),
        "one factor fits every step|The rate never moves|(?:The rate|training and test) stays? at .*": flat(
            "^dropout rate"
        ),
        "for standard one factor, × ([0-9.e-]+), is right at every step": lambda read, factor: (
            everywhere("^test mean / training mean", 1.0)(read)
            and np.isclose(float(factor), 1.0 - read.curves("^dropout rate")[0], rtol=5e-3).all()
        ),
        "every mean is E.a.": everywhere("^mean output ÷", 1.0),
        "With the last factor, .* is equal to that of training at step .*": here(
            "^test mean / training mean", 1.0, "last"
        ),
        "inverted’s is always right": everywhere("^test mean / training mean", 1.0, "inverted"),
    },
    "where": {
        "every normalisation gives what it gave in training": here("^standard deviations in training", 0.0),
        "Here every thinned network says the same, and so does the test pass": here("^gap", 0.0),
        "Every mask gives the same z, .*": here("^standard deviation", 0.0),
        "the same for every kind": one_curve("^mean of z"),
        "Every input is 0, and so is every z": lambda read: read.zero,
        "Here every activation drawn is 0, and so is every sum": here("^variance over masks", 0.0),
        "BatchNorm has nothing to divide by": here("^standard deviations in training", np.nan, "BatchNorm"),
        "Nothing is dropped|At rate 0 (?:nothing is added|every unit survives).*": at(0.0),
        "both means are the test pass in every network|dividing by the survivors changes nothing": at(0.0),
        "(?:At equal settings|With [0-9.]+ and [0-9.]+ times the learning rate).*": theorem,
        "(?:the factor of every|the sum with the loss|at small rates).*": theorem,
        "(?:points are|Inverted dropout of the inputs and of every|of equal units it does not vary).*": theorem,
        "(?:BatchNorm stores|It is a function|a factor that|a network that).*": theorem,
    },
    "training": {
        ".* has learnt next to nothing": theorem,  # because
        "it is right on ([0-9.]+) % of the training examples, and naming .* always would be right on ([0-9.]+) %": (
            lambda _, right, guess: float(right) < float(guess) + 1.1
        ),
        ".* \\(([0-9.e+,]+)\\), lower than every other in .*": lowest,
        "(?:At equal learning rates|Always answering the average picture|their training losses are never).*": theorem,
    },
    "my network": {
        "([0-9,]+) of ([0-9,]+) units? (?:is|are) always 0": lambda read, some, all_: int(some) <= int(all_),
        "none above × ([0-9.e+]+)": lambda read, bound: (
            np.nanmax([curve[read.at] for curve in read.curves("variance", "all values")])
            <= float(bound) * (1.0 + 1e-9)
        ),
    },
    "diagnosis": {
        "Nothing fits": lambda read: (
            float(re.findall(r"is ([0-9.e+]+) standard errors", read.live.alt)[0]) > THRESHOLD
        )
    },
    "which p": {
        "Only ÷ keep gives 1 at every rate|.*, which is 1 at every rate for 1/keep .*": everywhere(
            "^training ÷ test mean", 1.0, "÷ keep"
        ),
        "([0-9.]+) % of the .* are dropped, .*": lambda read, share: (
            abs(float(share) - 100.0 * read.rate) < 1e-6
        ),
        "At rate [0-9.]+ the training mean equals the test mean if divided by keep = .*": here(
            "^training ÷ test mean", 1.0, "÷ keep"
        ),
        "nothing shows which p was meant": at(0.5),
        "÷ keep changes nothing, and ÷ rate would divide by 0|.* asks to drop every unit, .*": at(0.0),
        ".*(?:does not match the means|[Nn]othing is scaled|drops at test too|it does nothing).*": theorem,
        "Nothing(?: changes)?": theorem,
    },
}


# what others' code did, or what is always wrong with a mistake, as it is written: cited where it stands
_MARKS = re.compile(r"\[([^]]+)\]\([^)]+\)|[`*]")
CITED = _MARKS.sub(r"\1", " ".join([*RELATIVES, *(text for one in EXHIBITS.values() for text in one)]))


def untrue(page: str, text: str, read: Read) -> Iterator[str]:
    """The clauses of a text with a word for everything that no row makes true."""
    for clause in CLAUSES.split(text) if STRONG.search(text) else ():
        if not STRONG.search(clause) or clause.strip() in CITED:
            continue
        rows = [row for pages, rows in CLAIMS.items() if re.search(pages, page) for row in rows.items()]
        bound = [
            (truth, found)
            for pattern, truth in rows
            if (found := re.fullmatch(pattern, clause.strip(" .:;!?")))
        ]
        if not bound:
            yield f"nothing says what makes this true: {clause}"
        elif not any(truth(read, *found.groups()) for truth, found in bound):
            yield f"not so: {clause}"
