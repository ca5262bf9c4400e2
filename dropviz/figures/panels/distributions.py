"""Distributions of the training and the test output, training filled and test dashed, with point masses as stems."""

from collections.abc import Mapping, Sequence

from dropviz.live.panels import Axis, Mark, Panel, Path, Stem
from dropviz.live.words import Block
from dropviz.simulation.histogram import Distribution


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
