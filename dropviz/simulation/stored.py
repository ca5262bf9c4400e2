"""A sweep as one file: its arrays, and its configuration as text. Nothing in it can run."""

import json
import os
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

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


def write(path: str | os.PathLike[str], config: Any, arrays: Mapping[str, Any]) -> Path:
    """Write a configuration and the arrays made of it to a compressed .npz file; return its path.

    ValueError if the name does not end in .npz, or the activations are of no source of dropviz.
    """
    file, source = Path(path), type(config.activations).__name__
    if file.suffix.lower() != ".npz":
        raise ValueError(f"path must end in .npz; got {file.name!r}")
    if SOURCES.get(source) is not type(config.activations):
        raise ValueError(f"activations must be a source of dropviz to be saved; got {source}")
    if isinstance(config.activations, Empirical):
        arrays, law = {**arrays, VALUES: config.activations.values}, {}
    else:
        law = asdict(config.activations)
    said = {name: getattr(config, name) for name in ("units", "rates", "strategies", "seed", "replicates")}
    words = np.array(json.dumps(said | {"source": source, "law": law}))
    with file.open("wb") as opened:
        np.savez_compressed(opened, **{CONFIG: words}, **arrays)  # type: ignore[arg-type]
    return file


def read(path: str | os.PathLike[str], configure: Callable[..., Any]) -> tuple[Any, dict[str, Any]]:
    """Read what `write` has written: the configuration, made by ``configure``, and the arrays.

    ValueError if it is no such file, or damaged; OSError if it cannot be opened.
    """
    try:
        with Path(path).open("rb") as opened, np.load(opened, allow_pickle=False) as stored:
            arrays = {name: stored[name] for name in stored.files}
        said = json.loads(str(arrays.pop(CONFIG)))
        config = configure(_activations(said.pop("source"), said.pop("law"), arrays), **said)
        return config, _checked(config, arrays)
    except (KeyError, TypeError, ValueError, AttributeError, EOFError, zipfile.BadZipFile) as wrong:
        raise ValueError(
            f"path must be a file that Sweep.save has written; got {os.fspath(path)!r}"
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
