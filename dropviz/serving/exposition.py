"""Prometheus' text format, version 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
Labels = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Metric:
    """Samples of one name, each with its labels; those of a histogram are ``Bins``."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    meaning: str
    samples: "tuple[tuple[Labels, float | Bins], ...]"


@dataclass(frozen=True, slots=True)
class Bins:
    """How many values lie at or below each bound, of how many in all, and their sum."""

    at_most: Mapping[float, int]
    count: int
    total: float


def one_value(name: str, kind: Literal["counter", "gauge"], meaning: str, value: float) -> Metric:
    """Return a metric of a single sample, without labels."""
    return Metric(name, kind, meaning, (({}, value),))


def written(metrics: Iterable[Metric]) -> str:
    """Return the metrics as text."""
    return "".join(f"{line}\n" for metric in metrics for line in _lines(metric))


def _lines(metric: Metric) -> Iterable[str]:
    meaning = metric.meaning.replace("\\", r"\\").replace("\n", r"\n")
    yield f"# HELP {metric.name} {meaning}"
    yield f"# TYPE {metric.name} {metric.kind}"
    for labels, value in metric.samples:
        if isinstance(value, Bins):
            for bound, count in (*value.at_most.items(), (math.inf, value.count)):
                yield _sample(f"{metric.name}_bucket", {**labels, "le": _number(bound)}, count)
            yield _sample(f"{metric.name}_sum", labels, value.total)
            yield _sample(f"{metric.name}_count", labels, value.count)
        else:
            yield _sample(metric.name, labels, value)


def _sample(name: str, labels: Labels, value: float) -> str:
    inside = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels.items())
    return f"{name}{{{inside}}} {_number(value)}" if inside else f"{name} {_number(value)}"


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def _number(value: float) -> str:
    if math.isfinite(value):
        return repr(value)
    return "NaN" if math.isnan(value) else f"{'+' if value > 0 else '-'}Inf"
