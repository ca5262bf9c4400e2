"""What stands above the picture of a strategy: its factors, and a few units as it makes them at each rate."""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from dropviz.live import words
from dropviz.live.figure import UnitRow
from dropviz.numbers.checks import Floats
from dropviz.simulation.histogram import Units
from dropviz.theory.strategies import Factor, Strategy

KEY = (
    "Area is the size of an output, cut off where its place ends; a short line is an output of 0, a dashed ring a "
    "dropped unit, a solid ring a negative output."
)


def neurons(units: Units, strategies: Sequence[Strategy], rates: Floats) -> dict[str, Any]:
    """Return the ``units`` and ``unit_rows`` of a live figure: a row a strategy, which `Neurons` give a place."""
    return {
        "units": list(zip(units.activation.tolist(), units.dropped_at.tolist(), strict=True)),
        "unit_rows": [
            UnitRow(row.name, row.name, _drawn(row.train_scale, rates), _drawn(row.test_scale, rates))
            for row in strategies
        ],
    }


def _drawn(factor: Factor, rates: Floats) -> list[float | None]:
    return [value if math.isfinite(value) else None for value in factor(rates).tolist()]


def strategy_head(shown: Strategy, below: words.Block) -> list[words.Block]:
    """What stands above the picture: title, factors, neurons, and ``below`` them."""
    name = shown.name
    title = words.Styled(shown.label, "mistake") if shown.mistake else shown.label
    scales = words.factors(name, f"{name}-train-factor", f"{name}-test-factor")
    return [words.Heading(title, name), scales, words.Neurons(name), below]


@lru_cache(maxsize=16)  # the same for every draw
def factor_texts(shown: Strategy, rates: tuple[float, ...]) -> Mapping[str, list[str]]:
    """The factors that `strategy_head` gives a place."""
    return {
        f"{shown.name}-{phase}-factor": [factor.words(rate) for rate in rates]
        for phase, factor in (("train", shown.train_scale), ("test", shown.test_scale))
    }
