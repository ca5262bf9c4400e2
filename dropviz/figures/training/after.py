"""What a finished training shows beside its curves: decisions in the plane, noisy passes, an uncertainty band."""

import numpy as np

from dropviz.live.panels import Axis, Band, Field, Label, Labels, Mark, Panel, Path, Points
from dropviz.numbers.checks import AnyFloats, Floats
from dropviz.numbers.written import plain, short
from dropviz.training.decision import Decision, Plane
from dropviz.training.mc import Band as Spread
from dropviz.training.mc import Comparison

HEIGHT = 236  # pixels
PLANE = 214  # of a picture of the plane
CLASSES = ("standard", "inverted")  # the colours of the two
CURVE, BAND = (-2.0, 2.0), (-2.2, 2.2)  # of the regression's axes
MOST = 300  # examples of a class that are drawn


def decision_figure(label: str, seen: Decision | None, plane: Plane) -> tuple[Panel, str]:
    """Return where a network says which class, with the training examples, and its description.

    The colour is the mean probability over seeds; the line is where it is one half. Without a decision only the
    examples are drawn, in the place that the picture is going to have.
    """
    count = sum(map(len, plane.examples))
    title = f"{label}: {count} points"
    if seen is not None:
        average = " on average" if seen.networks > 1 else ""
        title = f"{label}: {short(seen.misplaced)} of {count} misplaced{average}"
    marks: list[Mark] = []
    if seen is not None:
        marks.append(Field(f"probability of “{plane.classes[1]}”", CLASSES, seen.x, seen.y, seen.probability))
    for at, (mine, name) in enumerate(zip(plane.examples, plane.classes, strict=True)):
        shown = mine[:: max(1, len(mine) // MOST)]
        marks.append(Points(name, CLASSES[at], shown[:, 0], shown[:, 1], open=at == 1))
    axes = Axis("first feature", *plane.x), Axis("second feature", *plane.y)
    said = "The examples alone, without a decision."
    if seen is not None:
        said = f"The line divides “{plane.classes[0]}” from the other class."
    return Panel(title, *axes, marks, PLANE, equal=True), f"{title}. {said}"


def examples_figure(x: AnyFloats, y: AnyFloats) -> tuple[Panel, str]:
    """Return the examples of a curve that is to be learnt, shape (example,), and its description."""
    title = f"{len(x)} examples of a curve to learn"
    panel = Panel(title, Axis("x", *CURVE), Axis("y", *BAND), [Points("examples", "title", x, y)], HEIGHT)
    return panel, f"{title}."


def band_figure(label: str, band: Spread) -> tuple[Panel, str]:
    """Return the mean of the noisy passes ± two standard deviations, and its description."""
    x, mean, spread = band.x, band.mean, 2 * band.deviation
    at, out = band.spread("near"), band.spread("beyond")
    title = f"{label}, first seed: spread {plain(at, 2)} at the examples, {plain(out, 2)} beyond"
    marks: list[Mark] = [
        Band("mean ± 2 standard deviations", "inverted", x, mean - spread, mean + spread),
        Path("mean of the noisy passes", "inverted", x, mean),
        Path("one pass without noise", "none", x, band.single, "dashed"),
        Path("the true curve", "ink", x, band.truth, "dotted"),
        Points("training examples", "ink", *band.examples),
    ]
    names = [
        Label(("mean ± 2 standard deviations",), "inverted", 0.5, 0.95),
        Label(("- - one pass without noise",), "none", 0.5, 0.12),
        Label(("··· true curve, ● examples",), "ink", 0.5, 0.04),
    ]
    panel = Panel(title, Axis("x", *CURVE), Axis("y", *BAND), marks, HEIGHT, Labels(names, names))
    return panel, f"{title}. The band is the mean of the noisy passes ± two of their spreads."


def passes_figure(label: str, compared: Comparison) -> tuple[Panel, str]:
    """Return the test loss of the mean of 1, 2, …, T noisy passes beside that of one pass without noise."""
    losses: Floats = np.array([quality.loss for quality in compared.noisy])
    single, count = compared.single.loss, int(compared.passes[-1])
    last = plain(float(losses[-1]), 3)
    title = f"{label}, first seed: loss {last} of {count} passes, {plain(single, 3)} of one without noise"
    y = Axis("test loss", 0.9 * min(float(losses.min()), single), 1.05 * max(float(losses.max()), single))
    every = np.asarray(compared.passes, dtype=float)
    marks: list[Mark] = [
        Path("mean of so many noisy passes", "inverted", every, losses),
        Path("one pass without noise", "none", every, np.full(len(every), single), "dashed"),
    ]
    names = [
        Label(("mean of noisy passes",), "inverted", 0.98, 0.96, anchor="end"),
        Label(("- - one pass without noise",), "none", 0.98, 0.88, anchor="end"),
    ]
    since = "never below it"
    if compared.better_from is not None:
        since = f"below it from {compared.better_from} passes on at the earliest"
    panel = Panel(title, Axis("noisy passes", 0.0, float(count)), y, marks, HEIGHT, Labels(names, names))
    return panel, f"{title}: {since}."
