"""The folder of a study: what it holds, whole files or none, and how far a part has come.

``_study.json`` says what is in it. There is one part for each source and width, in folders named as hive does:
``source=…/width=…/part-0.parquet``. The sums of a part that is not finished stand beside it.
"""

import hashlib
import io
import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import fields
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from dropviz.extras import extra
from dropviz.numbers.checks import Floats
from dropviz.numbers.estimate import MomentEstimates
from dropviz.simulation.stack import StackConfig
from dropviz.theory.measured import Empirical
from dropviz.theory.moments import PHASES

MANIFEST = "_study.json"  # readers of Parquet pass over what begins with _
SUMS = "_sums.npz"  # of a part that is not finished
WRITING_SECONDS = 60.0  # that a file may be half written
VERSION = 1  # of what a part holds; another one gives other digests
QUANTITIES = ("mean", "mean_se", "exact_mean", "variance", "variance_se", "exact_variance")


def enter(folder: Path, parts: Mapping[str, StackConfig]) -> None:
    """Make ``folder`` that of this study, or find that it is."""
    described = {name: _said(part) for name, part in parts.items()}
    digest = hashlib.sha256(json.dumps([VERSION, described]).encode()).hexdigest()
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"folder must be a folder; {folder} is a file")
    manifest = folder / MANIFEST
    if manifest.exists():
        try:
            found = json.loads(manifest.read_text(encoding="utf-8"))["study"]
        except (ValueError, KeyError, TypeError):
            found = None
        if found != digest:
            raise ValueError(
                f"{folder} holds another study, which {MANIFEST} describes; choose an empty folder, or the same grid"
            )
        _tidy(folder)
        return
    if folder.exists() and any(not name.name.startswith(".") for name in folder.iterdir()):
        raise ValueError(f"{folder} holds something else than a study; choose an empty folder, or a new one")
    _write(manifest, json.dumps({"study": digest, "parts": described}, indent=1).encode())


def _tidy(folder: Path) -> None:
    """Remove what a run that was killed had half written, but nothing that another run is writing now."""
    for left in folder.rglob(".*.tmp"):
        with suppress(FileNotFoundError):
            if left.stat().st_mtime < time.time() - WRITING_SECONDS:
                left.unlink()


def _said(part: StackConfig) -> dict[str, object]:
    """Everything that decides a part."""
    values = {item.name: getattr(part, item.name) for item in fields(part) if item.name != "activations"}
    source = part.activations
    return {"source": source.digest if isinstance(source, Empirical) else repr(source), **values}


def keep(part: Path, tasks: int, sums: Floats) -> None:
    """Write the sums of the first ``tasks`` of a part."""
    file = io.BytesIO()
    np.savez(file, tasks=tasks, sums=sums)
    _write(part.with_name(SUMS), file.getvalue())


def begun(part: Path) -> tuple[int, Floats]:
    """How many tasks of a part are in its sums, and these; none, if there are no sums or they are damaged."""
    try:
        with part.with_name(SUMS).open("rb") as file, np.load(file, allow_pickle=False) as kept:
            return int(kept["tasks"]), kept["sums"]
    except (FileNotFoundError, ValueError, KeyError, EOFError, BadZipFile):
        return 0, np.zeros(())


def _write(path: Path, data: bytes) -> None:
    """Write a whole file, or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    half = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with half.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        half.replace(path)
    except BaseException:
        half.unlink(missing_ok=True)  # a full disk needs the room
        raise


def arrow() -> Any:
    """PyArrow; ModuleNotFoundError with what to do, if there is none."""
    with extra("a study, which writes Parquet,"):
        import pyarrow  # type: ignore[import-untyped]
        import pyarrow.parquet  # type: ignore[import-untyped]
    return pyarrow


def finish(path: Path, part: StackConfig, found: MomentEstimates) -> None:
    """Write a part, a row a depth, strategy, rate and phase, and remove its sums."""
    values = {name: getattr(found, name) for name in QUANTITIES}
    for moment in ("mean", "variance"):
        values[f"{moment}_se"] = found.estimates(moment).error
    shape = found.mean.swapaxes(2, 3).shape
    axes = np.meshgrid(*(np.arange(count) for count in shape), indexing="ij")
    named = {"depth": part.depths, "strategy": part.strategies, "rate": part.rates, "phase": PHASES}
    table = {
        name: np.array(labels)[axis.ravel()] for (name, labels), axis in zip(named.items(), axes, strict=True)
    }
    table |= {name: value.swapaxes(2, 3).ravel() for name, value in values.items()}
    file = io.BytesIO()
    library = arrow()
    library.parquet.write_table(library.table(table), file)
    _write(path, file.getvalue())
    path.with_name(SUMS).unlink(missing_ok=True)
