"""Several files as one network: every array with the axis on which its units stand, each under a name of its own."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from types import MappingProxyType

from dropviz.layers.reading import Found
from dropviz.layers.recording import Recorded
from dropviz.layers.reducing import Reduced
from dropviz.layers.rows import LONGEST_NAME

NO_OWN: Mapping[str, int] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The layers of several files, and the names of arrays that have no such axis or no real numbers."""

    layers: tuple[Recorded, ...]
    without: tuple[str, ...]


def together(files: Sequence[tuple[str, Found]], axis: int, own: Mapping[str, int] = NO_OWN) -> Network:
    """Return the layers of files, name and content of each, whose units stand on ``axis``, or of some on their ``own``.

    What two arrays are called is said with the file of each; two files of one name are numbered.
    """
    layers, without = [], [name for _, found in files for name in found.left_out]
    for name, one in named_apart(files).items():
        layer = one.layer(own.get(name, axis))
        if layer is None:
            without.append(name)
        else:
            layers.append(replace(layer, name=name))
    return Network(tuple(layers), tuple(without))


def named_apart(files: Sequence[tuple[str, Found]]) -> dict[str, Reduced]:
    """The arrays of files, each under a name of its own."""
    given = [(file, one) for file, found in files for one in found.arrays]
    often = Counter(one.name for _, one in given)
    seen: Counter[str] = Counter()
    named = {}
    for file, one in given:
        stem = PurePosixPath(file).stem
        apart = file if one.name == stem else f"{stem}: {one.name}"  # a table is called as its file
        name = one.name if often[one.name] == 1 else apart
        seen[name] += 1
        name = f"{name[: LONGEST_NAME - 8]} ({seen[name]})" if seen[name] > 1 else name[:LONGEST_NAME]
        named[name] = one
    return named
