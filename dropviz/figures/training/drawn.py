"""The network itself, with one mask, and the pictures that it learns from and redraws: drawings, without axes."""

# axes: picture, row, column; layer

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from dropviz.live.panels import Axis, Label, Labels, Mark, Panel, Path, Pixels, Points
from dropviz.numbers.checks import AnyFloats, Floats
from dropviz.training.drawn import Network, Redrawn

HEIGHT = 252  # pixels
WIDE, TALL = 15.0, 10.0  # of the drawing of a network, in distances between its units
FOOT = 1.2  # below the units, for the number of them
PICTURE, BESIDE = 2.2, 0.9  # side of a picture in it, and from there to the units
GAP, NAME = 2, 5  # pixels between pictures, and the height of a name above a row of them


def network_panel(network: Network, seen: Redrawn | None) -> tuple[Panel, str]:
    """Return the first units of each layer under one mask, with what goes in and comes out, and its description."""
    places = _places(network)
    kept = np.concatenate(network.kept)
    x, y = np.concatenate(places).T
    marks: list[Mark] = [
        Path("links of units that stay", "ink", *_links(network, places), width=0.4),
        Points("stays", "title", x[kept], y[kept], size=9),
        Points("dropped under this mask", "ink", x[~kept], y[~kept], size=9, open=True),
        *_beside(network, seen),
    ]
    labels = [
        Label((f"{size:,}",), "ink", each[0, 0] / WIDE, 0.4 / TALL)
        for size, each in zip(network.sizes, places, strict=True)
    ]
    labels += [
        Label(("⋮",), "ink", each[0, 0] / WIDE, (each[:, 1].min() - 0.7) / TALL)
        for size, each in zip(network.sizes, places, strict=True)
        if size > len(each)
    ]
    off, hidden = int((~kept).sum()), sum(map(len, network.kept[1:-1]))
    title = "The network, no unit dropped"
    if off:
        title = f"One mask drops {off} of the {hidden} hidden units shown"
    drawn = Panel(title, *_axes(WIDE, TALL), marks, HEIGHT, Labels(labels, labels), equal=True)
    return drawn, f"{title}. Its layers have {', '.join(map(str, network.sizes))} units."


def pictures_panel(network: Network, seen: Redrawn | None) -> tuple[Panel, str]:
    """Return the pictures, below them what the network makes of them with its factor and without, and a description."""
    rows = [("shown to the network; never in training", network.pictures)]
    title = "Digits to redraw" if network.redraws else "Digits to name"
    if seen is not None:
        rows += [("redrawn, factor at test", seen.scaled), ("redrawn, factor forgotten", seen.forgotten)]
        title = "What it redraws; orange: more than full ink"
    side = network.pictures.shape[1]
    step = NAME + side
    wide, tall = float(len(network.pictures) * (side + GAP) - GAP), float(max(3, len(rows)) * step)
    marks: list[Mark] = []
    labels = []
    for at, (name, pictures) in enumerate(rows):
        top = tall - at * step
        marks.append(Pixels(name, "none", (0.0, wide), (top - step, top - NAME), _side_by_side(pictures)))
        labels.append(Label((name,), "title", 0.0, (top - 0.5 * NAME) / tall, anchor="start"))
    panel = Panel(title, *_axes(wide, tall), marks, HEIGHT, Labels(labels, labels), equal=True)
    return panel, f"{title}: {len(network.pictures)} pictures."


def _axes(wide: float, tall: float) -> tuple[Axis, Axis]:
    return Axis("", 0.0, wide, ticks=()), Axis("", 0.0, tall, ticks=())


def _places(network: Network) -> list[Floats]:
    """Where the units of each layer stand, shape (unit, 2)."""
    edge = PICTURE + BESIDE if len(network.pictures) else 0.5
    end = WIDE - (PICTURE + BESIDE if network.redraws else 0.5)
    across = np.linspace(edge, end, len(network.sizes))
    middle = FOOT + (TALL - FOOT) / 2
    return [
        np.column_stack([np.full(len(kept), x), middle + (len(kept) - 1) / 2 - np.arange(len(kept))])
        for x, kept in zip(across, network.kept, strict=True)
    ]


def _links(network: Network, places: Sequence[Floats]) -> tuple[Floats, Floats]:
    """Lines between all units that stay of one layer and the next, with gaps between them."""
    on = [place[kept] for place, kept in zip(places, network.kept, strict=True)]
    gap = np.array([np.nan, np.nan])
    ends = [point for left, right in pairwise(on) for a in left for b in right for point in (a, b, gap)]
    x, y = np.array([gap, *ends]).T
    return x, y


def _beside(network: Network, seen: Redrawn | None) -> list[Mark]:
    """The first picture on the left, and on the right what the network, with its factor, gives back."""
    low = FOOT + (TALL - FOOT - PICTURE) / 2
    up = (low, low + PICTURE)
    marks: list[Mark] = []
    if len(network.pictures):
        marks.append(Pixels("shown", "none", (0.0, PICTURE), up, network.pictures[0]))
    if seen is not None:
        marks.append(Pixels("redrawn, factor at test", "none", (WIDE - PICTURE, WIDE), up, seen.scaled[0]))
    return marks


def _side_by_side(pictures: AnyFloats) -> Floats:
    """Pictures in one row, with gaps between them; shape (row, column)."""
    count, side, _ = pictures.shape
    between = np.full((side, GAP), np.nan)
    parts = [part for picture in pictures for part in (picture, between)]
    return np.concatenate(parts[:-1], axis=1) if count else np.empty((side, 0))
