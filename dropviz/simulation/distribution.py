"""The distribution of the outputs of one strategy or noise, as it is drawn: bins and point masses at every rate."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from dropviz.numbers.checks import Floats


class PointMass(NamedTuple):
    """Units whose outputs are one value: their share in per cent, and that value; shape (rate,) each."""

    share: Floats
    at: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Distribution:
    """Shares of all units, in per cent.

    Attributes
    ----------
    edges
        Edges of the bins, shape (bin + 1,).
    top
        Where the axis of the shares ends; what is taller is cut, and said.
    train, test
        Of the outputs in each bin that are no point mass, shape (rate, bin); ``test`` has one row if it stands still.
    masses
        Name → point mass.
    outside
        Beyond the edges in training, shape (rate,).
    """

    edges: Floats
    top: float
    train: Floats
    test: Floats
    masses: Mapping[str, PointMass]
    outside: Floats
