"""Several files as one network: every array with the axis on which its units stand, each under a name of its own."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from dropviz.layers.reading import Found
from dropviz.layers.recording import Recorded
from dropviz.layers.rows import LONGEST_NAME


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """The layers of several files, and the names of arrays that have no such axis or no real numbers."""

    layers: tuple[Recorded, ...]
    without: tuple[str, ...]


def together(files: Sequence[tuple[str, Found]], axis: int) -> Network:
    """Return the layers of files, name and content of each, whose units stand on ``axis``.

    What two arrays are called is said with the file of each; two files of one name are numbered.
    """
    named = [(file, one) for file, found in files for one in found.arrays]
    often = Counter(one.name for _, one in named)
    seen: Counter[str] = Counter()
    layers, without = [], [name for _, found in files for name in found.left_out]
    for file, one in named:
        name = one.name if often[one.name] == 1 else f"{PurePosixPath(file).stem}: {one.name}"
        seen[name] += 1
        name = f"{name[: LONGEST_NAME - 8]} ({seen[name]})" if seen[name] > 1 else name[:LONGEST_NAME]
        layer = one.layer(axis)
        if layer is None:
            without.append(name)
        else:
            layers.append(replace(layer, name=name))
    return Network(tuple(layers), tuple(without))
