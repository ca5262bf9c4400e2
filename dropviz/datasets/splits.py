"""What a network is trained on: the digits, two toy problems in the plane, a line to regress, a person's own table.

Every data set is a `Split`: examples to train on and examples held back for testing. The same arguments give the same
split. The toys take 20 to 20,000 ``examples`` and a ``noise`` from 0 to 2, and raise ValueError for others.
"""

# axes: example, feature
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from dropviz.datasets.files import csv_rows
from dropviz.numbers.checks import LARGEST, AnyFloats, check_number
from dropviz.numbers.written import read_number

DIGITS = Path(__file__).parents[1] / "data" / "digits.npz"
MAX_BYTES = 20_000_000
MAX_CELLS = 2_000_000  # each is a Python string for a moment, some 60 bytes
MAX_EXAMPLES = 20_000
MAX_FEATURES = 1_000
MAX_CLASSES = 50
MAX_LABEL = 100  # characters
TEST_FRACTION = 0.25
TOY_TEST_EXAMPLES = 500


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Training and test examples. Targets are class numbers, shape (example,), or for a regression floats."""

    name: str  # what it is, for a title
    train_features: AnyFloats  # shape (example, feature)
    train_targets: NDArray[Any]  # of a regression: shape (example, output)
    test_features: AnyFloats
    test_targets: NDArray[Any]
    classes: tuple[str, ...]  # their names; empty for a regression
    picture: tuple[int, int] | None = None  # rows and columns, where the features are the pixels of a picture

    @property
    def outputs(self) -> int:
        """How many outputs a network for it has: one a class, or one a regressed value."""
        return len(self.classes) or self.train_targets.shape[1]

    def astype(self, dtype: str) -> "Split":
        """The same split with features, and a regression's targets, of this type; arrays that have it are shared."""
        names = ["train_features", "test_features"]
        if not self.classes:
            names += ["train_targets", "test_targets"]
        return replace(self, **{name: getattr(self, name).astype(dtype, copy=False) for name in names})


def digits_split(train_examples: int | None = None) -> Split:
    """The UCI digits, pixels divided by 16, in their fixed split: 1,437 to train on, 360 to test.

    ``train_examples``, 10 to 1,437, keeps only so many, the same number of each class but for rounding; ValueError if
    it is outside this range.

    Source: Alpaydin and Kaynak, *Optical Recognition of Handwritten Digits*, UCI Machine Learning Repository, 1998,
    CC BY 4.0.
    """
    with np.load(DIGITS, allow_pickle=False) as stored:
        features = stored["images"].astype(np.float32) / np.float32(16)
        labels = stored["labels"].astype(np.int64)
        test = np.zeros(len(labels), dtype=bool)
        test[stored["test_indices"]] = True
    train = np.flatnonzero(~test)
    if train_examples is not None:
        _check_whole("train_examples", train_examples, 10, len(train))
        train = np.sort(_balanced(labels[train], train_examples, train))
    classes = tuple("0123456789")
    return Split("digits", features[train], labels[train], features[test], labels[test], classes, (8, 8))


def digits_redrawn(train_examples: int | None = None) -> Split:
    """The digits of `digits_split`, each to be given back as it is: the targets are the pixels."""
    named = digits_split(train_examples)
    return replace(
        named,
        name="digits to redraw",
        train_targets=named.train_features,
        test_targets=named.test_features,
        classes=(),
    )


def moons(examples: int = 200, noise: float = 0.2, seed: int = 0) -> Split:
    """Two interleaved half circles of radius 1, blurred by N(0, noise²): ``examples`` to train on, 500 to test."""
    rng, label = _toy_start(examples, noise, seed)
    angle = rng.uniform(0.0, np.pi, len(label))
    upper = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    lower = np.stack([1.0 - np.cos(angle), 0.5 - np.sin(angle)], axis=1)
    points = np.where(label[:, None] == 0, upper, lower) - np.array([0.5, 0.25])
    return _toy_split("moons", points + noise * rng.standard_normal(points.shape), label, ("upper", "lower"))


def rings(examples: int = 200, noise: float = 0.1, seed: int = 0) -> Split:
    """A circle of radius ½ inside one of radius 1, blurred by N(0, noise²): ``examples`` to train on, 500 to test."""
    rng, label = _toy_start(examples, noise, seed)
    angle = rng.uniform(0.0, 2 * np.pi, len(label))
    radius = np.where(label == 0, 0.5, 1.0)
    points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return _toy_split("rings", points + noise * rng.standard_normal(points.shape), label, ("inner", "outer"))


def wave(examples: int = 60, noise: float = 0.1, seed: int = 0) -> Split:
    """A regression in one dimension: y = sin(4x) + N(0, noise²), trained only where ½ < |x| < 1.

    The test examples lie on an even grid from −2 to 2, so most of them are between and beyond the training examples,
    where a network can only guess: what an uncertainty band is to show.
    """
    rng, side = _toy_start(examples, noise, seed)
    x = rng.uniform(0.5, 1.0, examples) * np.where(side[:examples] == 0, -1.0, 1.0)
    y = np.sin(4 * x) + noise * rng.standard_normal(examples)
    grid = np.linspace(-2.0, 2.0, 201)
    return Split("wave", x[:, None], y[:, None], grid[:, None], np.sin(4 * grid)[:, None], ())


def from_csv(content: bytes, label_column: str | None = None, seed: int = 0) -> Split:
    """A person's own table: numeric features and a column of labels, a quarter of each class held back for testing.

    Features are standardised with the mean and the standard deviation of the training examples; a constant column
    becomes 0. The table is read as `dropviz.datasets.files.csv_rows` does; lines whose cells are all empty do not
    count. The first line names the columns if any of its cells, but for the label, is not a number.

    ``label_column`` is the name of the column of labels, or its number counted from 1; the last column if not given.
    ``seed`` decides which examples are held back. ValueError if the file is too large (20 MB, 2,000,000 cells, 20,000
    examples, 1,000 features, 50 classes, labels of 100 characters), not UTF-8, ragged, has an empty, non-numeric or
    huge feature, has only one class, or one example of a class.
    """
    rows = _read_rows(content)
    label_index = _find_column(rows[0], label_column)
    header, rows = _split_header(rows, label_index)
    features = _numeric_features(rows, header, label_index)
    names = [row[label_index].strip() for row in rows]
    classes = _classes(names)
    number_of = {name: number for number, name in enumerate(classes)}
    labels = np.array([number_of[name] for name in names])
    test = np.sort(_held_back(labels, np.random.default_rng(seed)))
    train = np.setdiff1d(np.arange(len(rows)), test)
    mean, deviation = features[train].mean(axis=0), features[train].std(axis=0)
    features = (features - mean) / np.where(deviation > 0, deviation, 1.0)
    return Split("your table", features[train], labels[train], features[test], labels[test], classes)


def _read_rows(content: bytes) -> list[list[str]]:
    """The rows that are not blank, all of the same width."""
    if len(content) > MAX_BYTES:
        raise ValueError(f"the file must have at most {MAX_BYTES:,} bytes; it has {len(content):,}")
    rows: list[list[str]] = []
    cells = 0
    for line, row in csv_rows(content, MAX_FEATURES + 1, MAX_CELLS):
        cells += len(row)
        if cells > MAX_CELLS:
            raise ValueError(f"the table must have at most {MAX_CELLS:,} cells; it has more")
        if not any(map(str.strip, row)):
            continue
        rows.append(row)
        width = len(rows[0])
        if width < 2:
            raise ValueError(
                f"the table must have a label column and 1 to {MAX_FEATURES:,} features; it has 1 columns"
            )
        if len(row) != width:
            raise ValueError(f"row {line} must have {width} cells like the first; it has {len(row)}")
        if len(rows) > MAX_EXAMPLES + 1:
            raise ValueError(f"the table must have at most {MAX_EXAMPLES:,} rows; it has more")
    if not rows:
        raise ValueError("the file must contain a table; it is empty")
    return rows


def _find_column(first_row: list[str], label_column: str | None) -> int:
    """Index of the column of labels; a number counts columns from 1, before any name."""
    if label_column is None:
        return len(first_row) - 1
    if label_column.isascii() and label_column.isdecimal() and 1 <= int(label_column) <= len(first_row):
        return int(label_column) - 1
    names = [name.strip() for name in first_row]
    if label_column.strip() in names:
        return names.index(label_column.strip())
    raise ValueError(
        f"label_column must be one of the {len(names)} columns ({', '.join(name[:40] for name in names[:8])}"
        f"{', …' if len(names) > 8 else ''}) or its number, from 1; got {label_column[:40]!r}"
    )


def _split_header(rows: list[list[str]], label_index: int) -> tuple[list[str], list[list[str]]]:
    """Column names (or "column 1", …) and the examples."""
    features = [cell for index, cell in enumerate(rows[0]) if index != label_index]
    if all(abs(_number(cell, float)) <= LARGEST for cell in features):  # 1_000 is no name, but refused
        return [f"column {number}" for number in range(1, len(rows[0]) + 1)], rows
    if len(rows) == 1:
        raise ValueError("the file must contain examples; it has only column names")
    return [name.strip() for name in rows[0]], rows[1:]


def _classes(names: list[str]) -> tuple[str, ...]:
    """The different labels in order, checked to be few and short before any array is made of them."""
    counts = Counter(names)
    if "" in counts:
        raise ValueError("every row must have a label; some are empty")
    longest = max(map(len, counts))
    if longest > MAX_LABEL:
        raise ValueError(f"a label must have 1 to {MAX_LABEL} characters; one has {longest:,}")
    if not 2 <= len(counts) <= MAX_CLASSES:
        raise ValueError(
            f"the label column must have 2 to {MAX_CLASSES} different values; it has {len(counts):,}"
        )
    rarest = min(sorted(counts), key=counts.__getitem__)
    if counts[rarest] < 2:
        raise ValueError(f"every class must have at least 2 examples; {rarest!r} has 1")
    return tuple(sorted(counts))


def _numeric_features(rows: list[list[str]], header: list[str], label_index: int) -> NDArray[np.float64]:
    columns = [index for index in range(len(header)) if index != label_index]
    features = np.array([[_number(row[index]) for index in columns] for row in rows])
    wrong = np.argwhere(~(np.abs(features) <= LARGEST))
    if wrong.size:
        number, index = wrong[0][0], columns[wrong[0][1]]
        raise ValueError(
            f"feature {header[index][:40]!r} must be a number up to ±{LARGEST:g} in every row; "
            f"example {number + 1} has {rows[number][index][:40]!r}"
        )
    return features


def _number(cell: str, read: Callable[[str], float] = read_number) -> float:
    """The number in a cell; NaN where there is none."""
    try:
        return read(cell)
    except ValueError:
        return float("nan")


def _held_back(labels: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """A quarter of every class, rounded, at least one and never all."""
    held = []
    for label in range(labels.max() + 1):
        members = rng.permutation(np.flatnonzero(labels == label))
        count = min(max(1, round(TEST_FRACTION * len(members))), len(members) - 1)
        held.append(members[:count])
    return np.concatenate(held)


def _balanced(labels: NDArray[np.int64], count: int, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The first ``count`` of ``rows`` when the classes take turns."""
    turn = np.empty(len(labels), dtype=np.int64)
    for label in range(labels.max() + 1):
        members = np.flatnonzero(labels == label)
        turn[members] = np.arange(len(members))
    return rows[np.lexsort((labels, turn))[:count]]


def _toy_start(examples: int, noise: float, seed: int) -> tuple[np.random.Generator, NDArray[np.int64]]:
    """Check the arguments; a generator, and the classes of the training and then the test examples, taking turns."""
    _check_whole("examples", examples, 20, MAX_EXAMPLES)
    check_number("noise", noise, 0.0, 2.0)
    return np.random.default_rng(seed), np.arange(examples + TOY_TEST_EXAMPLES) % 2


def _toy_split(
    name: str, points: NDArray[np.float64], label: NDArray[np.int64], classes: tuple[str, str]
) -> Split:
    train, test = slice(None, -TOY_TEST_EXAMPLES), slice(-TOY_TEST_EXAMPLES, None)
    return Split(name, points[train], label[train], points[test], label[test], classes)


def _check_whole(name: str, value: int, low: int, high: int) -> None:
    if not isinstance(value, int | np.integer) or not low <= value <= high:
        raise ValueError(f"{name} must be a whole number from {low:,} to {high:,}; got {value!r}")
