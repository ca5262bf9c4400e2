"""Rows of neurons: a few units, and what every strategy makes of them at each rate."""

import math
from collections.abc import Sequence
from typing import Any

from dropviz.figures.panels.style import COLORS
from dropviz.live.figure import UnitRow
from dropviz.numbers.checks import Floats
from dropviz.simulation.histogram import Units
from dropviz.theory.strategies import Strategy


def neurons(units: Units, strategies: Sequence[Strategy], rates: Floats) -> dict[str, Any]:
    """Return the ``units`` and ``unit_rows`` of a live figure: a row a strategy, which `html.neurons` gives a place."""
    return {
        "units": list(zip(units.activation.tolist(), units.dropped_at.tolist(), strict=True)),
        "unit_rows": [
            UnitRow(shown.name, COLORS[shown.name], *_factors(shown, rates)) for shown in strategies
        ],
    }


def _factors(shown: Strategy, rates: Floats) -> tuple[list[float | None], list[float | None]]:
    train, test = (
        [value if math.isfinite(value) else None for value in factor(rates).tolist()]
        for factor in (shown.train_scale, shown.test_scale)
    )
    return train, test
