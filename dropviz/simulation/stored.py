"""A sweep as one file: its arrays, and its configuration as text. Nothing in it can run."""

import json
import os
import zipfile
from collections.abc import Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from dropviz.theory.activations import (
    Activations,
    Constant,
    Exponential,
    LogNormal,
    Normal,
    SigmoidNormal,
    Sparse,
    Uniform,
)
from dropviz.theory.measured import Empirical
from dropviz.theory.moments import PHASES
from dropviz.theory.standard_errors import GAPS

CONFIG, VALUES = "dropviz.sweep.1", "values"
SOURCES = {
    kind.__name__: kind
    for kind in (Constant, Exponential, LogNormal, Normal, SigmoidNormal, Sparse, Uniform, Empirical)
}
MOMENTS = ("mean", "mean_se", "variance", "variance_se", "exact_mean", "exact_variance")
FAIR = ("mean_fair", "variance_fair", "gap_fair")


class Stored:
    """A dataclass of read-only arrays and their ``config``, of the type ``MADE_OF``: to a file and back."""

    __slots__ = ()
    MADE_OF: ClassVar[type]

    def __post_init__(self) -> None:
        for item in fields(self):  # type: ignore[arg-type]
            value = getattr(self, item.name)
            if isinstance(value, np.ndarray):
                value.flags.writeable = False

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write all of it to one compressed .npz file, numbers and text alone, and return its path.

        ValueError if the name does not end in .npz, or the activations are of no source of dropviz.
        """
        file = Path(path)
        arrays: dict[str, Any] = {item.name: getattr(self, item.name) for item in fields(self)}  # type: ignore[arg-type]
        config = arrays.pop("config")
        source, given = type(config.activations).__name__, config.activations
        if file.suffix.lower() != ".npz":
            raise ValueError(f"path must end in .npz; got {file.name!r}")
        if SOURCES.get(source) is not type(given):
            raise ValueError(f"activations must be a source of dropviz to be saved; got {source}")
        law = {} if isinstance(given, Empirical) else asdict(given)
        arrays |= {VALUES: given.values} if isinstance(given, Empirical) else {}
        said = {
            name: getattr(config, name) for name in ("units", "rates", "strategies", "seed", "replicates")
        }
        words = np.array(json.dumps(said | {"source": source, "law": law}))
        with file.open("wb") as opened:
            np.savez_compressed(opened, **{CONFIG: words, **arrays})
        return file

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Self:
        """Read what `save` has written: the same bits.

        ValueError if it is no such file, or damaged; OSError if it cannot be opened.
        """
        try:
            with Path(path).open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
                arrays = {name: stored[name] for name in stored.files}
            said = json.loads(str(arrays.pop(CONFIG)))
            config = cls.MADE_OF(_activations(said.pop("source"), said.pop("law"), arrays), **said)
            return cls(config=config, **_checked(config, arrays))  # type: ignore[call-arg]
        except (KeyError, TypeError, ValueError, AttributeError, EOFError, zipfile.BadZipFile) as wrong:
            raise ValueError(
                f"path must be a file that {cls.__name__}.save has written; got {os.fspath(path)!r}"
            ) from wrong


def _activations(source: str, law: Mapping[str, Any], arrays: dict[str, NDArray[Any]]) -> Activations:
    given = {VALUES: arrays.pop(VALUES)} if VALUES in arrays else law
    made: Activations = SOURCES[source](**given)
    return made


def _checked(config: Any, arrays: dict[str, NDArray[Any]]) -> dict[str, Any]:
    """The arrays, if all are there with their shapes."""
    rows, rates = len(config.strategies), len(config.rates)
    shapes: dict[str, tuple[int, ...]] = dict.fromkeys(MOMENTS, (rows, len(PHASES), rates))
    shapes |= {"rms_gap": (rows, rates), "gap_se": (len(GAPS), rows, rates)}
    if arrays.keys() != {*shapes, *FAIR} or any(
        arrays[name].shape != shape or arrays[name].dtype != np.float64 for name, shape in shapes.items()
    ):
        raise ValueError("arrays are missing, or have other shapes")
    return {name: bool(array) if not array.ndim else array for name, array in arrays.items()}
