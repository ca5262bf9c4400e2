"""Distributions of the training and the test output, training filled and test dashed, with point masses as stems."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from dropviz.live.panels import Axis, Mark, Panel, Path, Stem
from dropviz.live.words import Block
from dropviz.simulation.histogram import Distribution

MEAN_DOT = "training; dot: its mean, read on the axis below"  # its height says nothing


def distribution(
    picture: Distribution,
    title: str,
    color: str,
    stems: Mapping[str, str],
    height: int,
    above: Sequence[Block] = (),
) -> Panel:
    """Shares of the units per bin, and stems called ``stems`` for the values that many units have."""
    edges = picture.edges
    width = edges[-1] - edges[0]
    masses = [
        Stem(stems[name], color, mass.at, mass.share, dashed=name == "test")
        for name, mass in picture.masses.items()
    ]
    marks: list[Mark] = [
        Path("training", color, edges[:-1], picture.train, width=1.5, stepped=True, filled=True),
        Path("test", color, edges[:-1], picture.test, "dashed", stepped=True),
        *masses,
    ]
    x = Axis("output of a unit", float(edges[0] - 0.03 * width), float(edges[-1]))
    return Panel(
        title, x, Axis("units per bin", 0.0, float(picture.top), unit=" %"), marks, height, above=above
    )


def on_one_axis(pictures: Mapping[str, Distribution]) -> Mapping[str, Distribution]:
    """Pictures on the same bins, all from the bin of 0 on if no output of any lies below it at any rate."""
    edges = next(iter(pictures.values())).edges
    first = max(0, int(np.searchsorted(edges[:-1], 0.0, "right")) - 1)
    if any(_below(picture, first) for picture in pictures.values()):
        return pictures
    return {
        name: replace(one, edges=edges[first:], train=one.train[:, first:], test=one.test[:, first:])
        for name, one in pictures.items()
    }


def _below(picture: Distribution, first: int) -> bool:
    masses = picture.masses.values()
    return bool(
        picture.train[:, :first].any()
        or picture.test[:, :first].any()
        or any((mass.at[mass.share > 0.0] < 0.0).any() for mass in masses)
    )
