"""A study: stacks of layers for every source, rate, width, depth and strategy of a grid, kept on disk as they come.

A part is one source and width. Its sums are added in one order, whoever computes them, and written now and then; so a
study that was killed goes on where it stopped, to the same bits.
"""

import hashlib
import io
import os
import time
from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import ExitStack
from dataclasses import dataclass, fields, is_dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from dropviz.extras import extra
from dropviz.live.shown import Shown
from dropviz.numbers.checks import Checked, all_of, check_count, check_names, check_number, checked
from dropviz.numbers.rates import check_rising, config_repr, rate_grid
from dropviz.simulation.executors import Task, check_executor, in_order, lent, pieces
from dropviz.simulation.progress import Progress, ProgressLine
from dropviz.simulation.stack import (
    DEEPEST,
    MOST_SAMPLES,
    WIDEST,
    StackConfig,
    check_rising_counts,
    exact_stack,
    stack_estimates,
    stack_sums,
)
from dropviz.simulation.study_folder import arrow, begun, enter, finish, keep
from dropviz.theory.activations import RELU, Activations
from dropviz.theory.measured import Empirical
from dropviz.theory.stack import StackMoments
from dropviz.theory.strategies import strategy

if TYPE_CHECKING:
    import pandas as pd

KEEP_SECONDS = 5.0  # between two times that the sums of a part are written


@dataclass(frozen=True, slots=True)
class StudyConfig(Checked):
    """A grid: every source × width × depth × strategy × rate.

    Parameters
    ----------
    sources
        One or more, each once; see `dropviz.theory.activations`.
    rates
        Rising, in [0, 1).
    widths, depths
        Units of a layer, 1 to 512, and layers, 1 to 8; each rising.
    strategies
        Names in `dropviz.strategies()`, each once.
    samples
        Activations and masks drawn for each source and width, 2 to 10⁸, the same for all that is compared.
    weight_mean, weight_scale
        Weights are N(weight_mean/width, weight_scale²/width), drawn once for each width; −10 to 10, and 0 to 10.
    seed
        0 to 2⁶³ − 1.

    Raises
    ------
    ValueError
        Naming the parameter, the value and the allowed range.

    Examples
    --------
    >>> len(StudyConfig(widths=(8, 32)).parts)  # one for each source and width
    2
    """

    sources: tuple[Activations, ...] = (RELU,)
    rates: tuple[float, ...] = checked(rate_grid(0.0, 0.9, 0.1), check_rising)
    widths: tuple[int, ...] = checked((16, 64), check_rising_counts, WIDEST)
    depths: tuple[int, ...] = checked((1, 2, 4), check_rising_counts, DEEPEST)
    strategies: tuple[str, ...] = checked(("standard", "inverted"), check_names, strategy)
    samples: int = checked(10_000, check_count, 2, MOST_SAMPLES)
    weight_mean: float = checked(1.0, check_number, -10, 10)
    weight_scale: float = checked(1.0, check_number, 0, 10)
    seed: int = checked(7, check_count, 0, 2**63 - 1)

    def __post_init__(self) -> None:
        for name in ("sources", "rates", "widths", "depths", "strategies"):
            given = getattr(self, name)
            one = isinstance(given, int | float) or hasattr(given, "sample")
            what = "names" if name == "strategies" else "values"
            object.__setattr__(self, name, (given,) if one else all_of(name, given, what))
        Checked.__post_init__(self)
        if not self.sources or not all(hasattr(each, "sample") for each in self.sources):
            raise ValueError(f"sources must be one or more such as dropviz.Normal(); got {self.sources!r}")
        check_names("sources", [source_name(each) for each in self.sources], str)

    def __repr__(self) -> str:
        return config_repr(self)

    @property
    def parts(self) -> dict[str, StackConfig]:
        """Where each part stands in the folder, and what decides it."""
        common = {
            item.name: getattr(self, item.name)
            for item in fields(self)
            if item.name not in ("sources", "widths")
        }
        return {
            f"source={source_name(source)}/width={width}/part-0.parquet": StackConfig(source, width, **common)
            for source in self.sources
            for width in self.widths
        }


def source_name(source: Activations) -> str:
    """Name of a source, which is part of a path.

    >>> source_name(RELU), source_name(Empirical([1.0, 2.0]))
    ('normal_0.0_1.0_relu', 'empirical_2_f2942cc692d1')
    """
    kind = type(source).__name__.lower()
    if isinstance(source, Empirical):
        return f"{kind}_{'x'.join(map(str, source.values.shape))}_{source.digest[:12]}"
    if not is_dataclass(source):
        return f"{kind}_{hashlib.sha256(repr(source).encode()).hexdigest()[:12]}"
    values = {item.name: getattr(source, item.name) for item in fields(source)}
    words = [name if value is True else str(value) for name, value in values.items() if value is not False]
    return "_".join([kind, *words])


@dataclass(frozen=True, slots=True)
class Study(Shown):
    """A finished study: what was simulated, and the folder that holds it; `study` returns it.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     table = study(StudyConfig(rates=0.5, widths=8, samples=500), folder, progress=False).to_frame()
    >>> sorted(set(table["depth"]))
    [1, 2, 4]
    """

    config: StudyConfig
    folder: Path
    DRAWN_BY: ClassVar[str] = "dropviz.figures.results.study_live"

    def __repr__(self) -> str:
        return f"<Study in {str(self.folder)!r} of {self.config!r}>"

    def _repr_html_(self) -> str:
        return f"{self.to_frame()._repr_html_()}{self.live()._repr_html_()}"

    def to_frame(self) -> "pd.DataFrame":
        """Table of all parts, a row a source, width, depth, strategy, rate and phase.

        Columns besides: mean, mean_se, exact_mean, variance, variance_se, exact_variance, over activations and masks
        and averaged over the units of the layer; errors are NaN where too few samples decide the value.
        """
        with extra("to_frame()"):
            import pandas as pd

        frames = []
        for name, part in self.config.parts.items():
            frame = pd.read_parquet(io.BytesIO((self.folder / name).read_bytes()))
            frame.insert(0, "source", source_name(part.activations))
            frame.insert(1, "width", part.width)
            frames.append(frame)
        return pd.concat(frames, ignore_index=True)


def study(
    config: StudyConfig,
    folder: str | os.PathLike[str],
    *,
    executor: Executor | None = None,
    progress: Progress | bool = True,
) -> Study:
    """Simulate every part of ``config`` that ``folder`` does not hold yet, and write each as soon as it is whole.

    z = Wₗ·(mₗ∘…W₁·(m₁∘a)·t…)·t behind each number of layers, at test with s in place of masks and t: mean and variance
    over activations a and masks m, averaged over units, with standard errors and beside the exact ones of
    `dropviz.theory.stack`.

    Parameters
    ----------
    config
        The grid.
    folder
        Of its own; a second call with the same grid computes what is missing, to the same bits.
    executor
        Any `concurrent.futures.Executor`; the result does not depend on it, not in the last bit.
    progress
        Called with the tasks that are done and their number; True writes a line to stderr, False nothing.

    Raises
    ------
    ValueError
        If ``config`` is no `StudyConfig`, or ``folder`` holds another study or something else.
    ImportError
        If pyarrow is missing.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     grid = StudyConfig(rates=0.5, widths=8, depths=(1, 2), samples=500)
    ...     study(grid, folder, progress=False).to_frame().shape
    (8, 12)
    """
    if not isinstance(config, StudyConfig):
        raise ValueError(f"config must be a dropviz.StudyConfig; got {type(config).__name__}")
    check_executor(executor)
    arrow()  # before anything is computed
    place, parts = Path(folder), config.parts
    enter(place, parts)
    whole = {name: len(list(pieces(part.chunks))) for name, part in parts.items()}
    missing = {name: begun(place / name) for name in whole if not (place / name).exists()}
    total = sum(whole.values())
    done = total - sum(whole[name] - count for name, (count, _) in missing.items())
    tell = ProgressLine("study") if progress is True else progress or max  # max says nothing
    tell(done, total)
    with ExitStack() as files:
        exact: dict[str, StackMoments] = {}
        left = [(name, parts[name], count) for name, (count, _) in missing.items()]
        results = in_order(executor, stack_sums, _tasks(left, executor, files, exact))
        for name, (count, sums) in missing.items():
            kept = time.monotonic()
            for task in range(count, whole[name]):
                sums = sum(next(results), start=sums)  # noqa: PLW2901
                done += 1
                tell(done, total)
                if time.monotonic() > kept + KEEP_SECONDS:
                    keep(place / name, task + 1, sums)
                    kept = time.monotonic()
            moments = exact.pop(name) if name in exact else exact_stack(parts[name])
            finish(place / name, parts[name], stack_estimates(parts[name], moments, sums))
    return Study(config, place)


def _tasks(
    parts: list[tuple[str, StackConfig, int]],
    executor: Executor | None,
    files: ExitStack,
    exact: dict[str, StackMoments],
) -> Iterator[Task]:
    """Tasks of one part after the other, so that small parts fill an executor together; without those already done."""
    sources: dict[Activations, Activations] = {}
    for name, part, count in parts:
        if part.activations not in sources:
            sources[part.activations] = files.enter_context(lent(executor, part.activations))
        exact[name] = moments = exact_stack(part)
        sent = replace(part, activations=sources[part.activations])
        yield from ((sent, moments, *piece) for piece in islice(pieces(part.chunks), count, None))
