"""Step 1, drawn: over masks z = W·a + b has the mean of the test pass."""

from dataclasses import replace

import numpy as np

from dropviz.figures.panels.curves import Curves, over
from dropviz.figures.panels.distributions import MEAN_DOT
from dropviz.live import words
from dropviz.live.figure import LiveFigure
from dropviz.live.panels import Axis, Line, Mark, Panel, Path, Points, Row
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import Estimate
from dropviz.numbers.written import each_plain, plain
from dropviz.simulation.next_layer import STRATEGIES, MaskedUnit

HEIGHT, LOW = 225, 165  # of the picture, and of what unfolds, pixels
MISTAKE = "none"
SUM = "W·a + b"
TITLES = {
    "inverted": f"Inverted: mean = test = {SUM}",
    "standard": f"Standard: mean = test = keep·{SUM}",
}
COURSE = "https://www.coursera.org/lecture/deep-neural-network/dropout-regularization-eM33A"
NG = words.Link(COURSE, "Andrew Ng’s course")
WANG = words.Link("https://proceedings.mlr.press/v28/wang13a.html", "Wang & Manning, ICML 2013")


def mean_live(found: MaskedUnit) -> LiveFigure:
    """Return the figure: z over masks by inverted dropout; standard, one mask, the moments and the numbers unfold."""
    rates, moments = np.asarray(found.layer.config.rates), moment_panels(found)
    inverted, standard = (_masks_panel(found, name) for name in ("inverted", "standard"))
    added = _added_panel(found)
    titles = [panel.title for panel in (inverted, standard, added)] + [curves.title for curves in moments]
    return LiveFigure(
        rows=[
            Row([inverted]),
            Row([standard], fold="With standard, and with nothing scaled"),
            Row([added], [words.live_paragraph("one-mask")], "One mask: what each input adds to z"),
            Row(over(rates, moments, LOW), fold="At every rate: mean and variance of z"),
        ],
        rates=found.layer.config.rates,
        texts=_texts(found),
        head=[words.live_paragraph("finding", "finding")],
        foot=[_numbers(found)],
        alt="Distributions of z over masks, divided by keep and not, beside the z of the test pass. "
        f"{'; '.join(titles)}.",
    )


# ---- panels ---------------------------------------------------------------------------------------------------------


def _masks_panel(found: MaskedUnit, name: str) -> Panel:
    """The distribution of z over masks by the strategy ``name`` with its mean, and the z of the test pass."""
    index = STRATEGIES.index(name)
    tested = {name: found.layer.test_z[index]}
    keys: list[words.Span] = [words.Key(MEAN_DOT, name), "\N{EN SPACE}"]
    keys += [words.Key("test", name, True)]
    if name == "standard":
        tested[MISTAKE] = found.layer.test_z[STRATEGIES.index("inverted")]
        keys += ["\N{EN SPACE}", words.Key("test, nothing scaled", MISTAKE, True)]
    upright = np.array([0.0, found.top])
    mean = found.layer.exact_mean[index][:, None]
    marks: list[Mark] = [
        Path("training", name, found.edges[:-1], found.shares[index], width=1.5, stepped=True, filled=True),
        *(
            Path("test", color, np.repeat(z[:, None], 2, axis=1), upright, "dashed")
            for color, z in tested.items()
        ),
        Points("mean over masks", name, mean, np.array([0.12 * found.top]), 11),
    ]
    x = Axis(f"z = {SUM}", float(found.edges[0]), float(found.edges[-1]))
    y = Axis("masks per bin", 0.0, float(found.top), unit=" %")
    above = [words.Paragraph([*keys, "\N{EN SPACE}", words.LiveText(f"{name}-note")])]
    return Panel(TITLES[name], x, y, marks, HEIGHT, above=above)


def _added_panel(found: MaskedUnit) -> Panel:
    """What the first inputs add to z, under one mask by inverted dropout and in the test pass."""
    total, shown = found.layer.config.fan_in, len(found.tested)
    title = "One mask: kept inputs add w·a/keep, others 0"
    edges = np.arange(0.5, shown + 1.0)
    marks = [
        Path("this mask", "inverted", edges, _closed(found.added), width=1.5, stepped=True, filled=True),
        Path("test", "ink", edges, _closed(found.tested), "dashed", width=1.5, stepped=True),
    ]
    x = Axis("input" if shown == total else f"input, the first {shown} of {total}", 0.5, shown + 0.5)
    y = Axis("added to z", *_added_ends(found))
    keys: list[words.Span] = [words.Key("training, inverted, under this mask", "inverted"), "\N{EN SPACE}"]
    above = [words.Paragraph([*keys, words.Key("test", "ink", True)])]
    return replace(Panel(title, x, y, marks, LOW), above=above)


def _added_ends(found: MaskedUnit) -> tuple[float, float]:
    """The ends of the axis of what inputs add to z."""
    low, high = found.added_range
    room = 0.08 * (high - low) or 1.0
    return low - room, high + room


def _closed(steps: Floats) -> Floats:
    """Steps with their last value once more, where the last one ends."""
    return np.concatenate([steps, steps[..., -1:]], axis=-1)


def moment_panels(found: MaskedUnit) -> list[Curves]:
    """Mean and variance of z over the rate, simulated on the exact lines."""
    layer, means, variances = found.layer, [], []
    for index, name in enumerate(STRATEGIES):
        means.append(Line(f"{name} train", name, layer.estimate("mean", name)))
        means.append(Line(f"{name} test", name, Estimate(layer.test_z[index]), dashed=True))
        variances.append(Line(name, name, layer.estimate("variance", name)))
    title, limits = "No variance: z is the same for every mask", (0.0, 1.0)
    varies = found.square_sum > 0.0
    if varies:
        title = "Variance: r/k·Σw²a², undivided r·k·Σw²a²"
        limits = (3e-3 * found.square_sum, 30.0 * found.square_sum)
    return [
        Curves("The means match: training = test", "mean of z", means),
        Curves(title, "variance of z", variances, log=varies, limits=limits),
    ]


# ---- words ----------------------------------------------------------------------------------------------------------


def _numbers(found: MaskedUnit) -> words.Fold:
    config = found.layer.config
    inputs = f"{config.fan_in:,} fixed input{'' if config.fan_in == 1 else 's'}"
    titles = {"mean": "mean of z", "variance": "variance of z", "test": "z at test"}
    columns: list[list[words.Block]] = [
        [
            words.Heading(heading, name),
            words.Quantities([words.quantity(title, f"{name}-{part}") for part, title in titles.items()]),
        ]
        for name, heading in (
            ("inverted", "Inverted: divided by keep"),
            ("standard", "Standard: scaled at test"),
        )
    ]
    source = words.sentence(
        "{ng} (2017): after {divide}, {z4} keeps its expected size. Exact moments: {wang}. "
        f"Here: one unit with {inputs} and random, untrained weights; {config.masks:,} masks. Lines, dots and test "
        "values are exact; points and distributions are simulated, with bars and ± of one standard error.",
        ng=NG,
        divide=words.Styled("a3 /= keep_prob", "code"),
        z4=words.Styled("z4 = W4·a3 + b4", "code"),
        wang=WANG,
    )
    return words.Fold("The numbers and their source", [words.columns(*columns), words.Paragraph(source)])


def _texts(found: MaskedUnit) -> dict[str, list[str]]:
    layer, rates = found.layer, found.layer.config.rates
    inverted = each_plain(layer.test_z[STRATEGIES.index("inverted")])
    spread = np.sqrt(layer.exact_variance[STRATEGIES.index("inverted")]).tolist()
    findings = [_finding(*each) for each in zip(inverted, spread, strict=True)]
    texts = {
        "finding": findings,
        "summary": [f"Rate {rate:.2f}. {said}" for rate, said in zip(rates, findings, strict=True)],
        "one-mask": [
            f"Under this mask z is {plain(z)}; in the test pass {tested}. A mask is drawn anew for each example."
            + " Bars that leave the picture are cut." * is_cut
            for z, tested, is_cut in zip(found.one_z.tolist(), inverted, _cut(found), strict=True)
        ],
    }
    unscaled = {"inverted": "not random", "standard": f"unscaled {inverted[0]}"}
    for at, name in enumerate(STRATEGIES):
        for moment in ("mean", "variance"):
            texts |= words.quantity_texts(f"{name}-{moment}", layer.estimate(moment, name))
        texts[f"{name}-test"] = each_plain(layer.test_z[at])
        texts[f"{name}-test-exact"] = [unscaled[name]] * len(rates)
        seen = zip(found.shares[at].max(axis=1).tolist(), found.outside[at].tolist(), strict=True)
        texts[f"{name}-note"] = [_note(*each, found.top) for each in seen]
    return texts


def _cut(found: MaskedUnit) -> list[bool]:
    """Whether a bar of the one mask leaves its axis, at each rate."""
    low, high = _added_ends(found)
    ends = zip(found.added.min(axis=1).tolist(), found.added.max(axis=1).tolist(), strict=True)
    return [least < low or most > high for least, most in ends]


def _finding(z: str, spread: float) -> str:
    if spread == 0.0:
        return f"Every mask gives z = {z}, and so does the test pass."
    return (
        f"Over masks z, weights × activations + bias, averages {z}, as at test; "
        f"one mask is off by about {plain(spread, 2)}."
    )


def _note(tallest: float, outside: float, top: float) -> str:
    """What the picture of a distribution cuts."""
    said = [f"Bars up to {tallest:.0f} %."] * (tallest > top)
    return " ".join(said + [f"{100 * outside:.0f} % beyond the axis."] * (outside > 0.005))
