"""The configuration of a sweep and its grid of rates: a key that holds plain Python and refuses by name."""

import math
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest

import dropviz as dv
from dropviz.numbers.rates import MOST_RATES
from dropviz.simulation.sweep import MOST_UNITS
from dropviz.theory.strategies import strategies

SweepConfig: Any = dv.SweepConfig  # takes more than the types of the fields
NAMES = tuple(strategies())


def test_a_config_is_a_key_that_survives_pickling():
    config = SweepConfig(
        activations=dv.digits(), rates=[0.1, 0.2], strategies=["inverted"], units=np.int64(5)
    )
    copy = pickle.loads(pickle.dumps(config))
    assert copy == config
    assert hash(copy) == hash(config)
    assert (config.rates, config.strategies, config.units) == ((0.1, 0.2), ("inverted",), 5)
    assert type(config.units) is int
    assert config != SweepConfig(activations=dv.digits(), rates=[0.1, 0.2], strategies=["inverted"], units=6)


def test_a_config_holds_plain_python():
    config = SweepConfig(
        rates=np.array([-0.0, 0.5], np.float32), strategies=np.array(["none", "both"]), units=np.int32(5)
    )
    assert repr(config.rates) == "(0.0, 0.5)"
    assert [type(value) for value in (*config.rates, *config.strategies, config.units)] == [
        float,
        float,
        str,
        str,
        int,
    ]
    grid = dv.rate_grid(np.float32(0.0), np.float64(0.5), np.float32(0.25))
    assert repr(grid) == "(0.0, 0.25, 0.5)"


def test_what_is_no_config_and_no_executor_is_refused():
    for config in (None, dv.SweepConfig, {"units": 5}):
        with pytest.raises(ValueError, match=r"^config must be a dropviz.SweepConfig; got "):
            dv.sweep(config)
    with pytest.raises(ValueError, match=r"^executor must be a concurrent.futures.Executor or None; got str"):
        dv.sweep(SweepConfig(units=10), executor="x")


@pytest.mark.parametrize("name", NAMES)
def test_rate_one_is_refused_exactly_where_a_strategy_divides_by_keep(name):
    if name in ("inverted", "both"):
        with pytest.raises(ValueError, match=f"^rates must stay below 1 for strategy '{name}'.*; got 1"):
            SweepConfig(rates=(0.5, 1.0), strategies=("standard", name))
    else:
        result = dv.sweep(SweepConfig(units=10, rates=(0.5, 1.0), strategies=name))
        assert result.config.rates == (0.5, 1.0)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        *(("units", value, f"1 to {MOST_UNITS}") for value in (0, -1, 1.5, 10.0, True, "5", None, MOST_UNITS + 1)),
        *(("seed", value, f"0 to {2**63 - 1}") for value in (-1, 2**63, 0.5, None, "1", True)),
        *(("replicates", value, "1 to 1000") for value in (0, 1001, 2.0, None, "1", True)),
        *(("rates", value, "from 0 to 1") for value in ([-0.1], [1.1], [math.nan], [math.inf], "0.5", ["0.1"])),
        *(("rates", value, "from 0 to 1") for value in (None, [1j], np.array([1j]), {0.1}, [[0.1], [0.2, 0.3]])),
        *(("rates", value, "from 0 to 1") for value in ([np.ma.masked], np.ma.masked_array([0.1, 0.2], [False, True]))),
        *(("rates", value, "0 or from 1e-09 to 1") for value in ([0.0, 1e-200], [9e-10], [5e-324, 0.5])),
        ("rates", [0.2, 0.1], "increase strictly"),
        ("rates", [0.1, 0.1], "increase strictly"),
        ("rates", [], f"1 to {MOST_RATES} numbers"),
        ("rates", [[0.1]], f"1 to {MOST_RATES} numbers"),
        ("rates", np.linspace(0, 0.9, MOST_RATES + 1), f"1 to {MOST_RATES} numbers"),
        *(("strategies", value, "names, each once") for value in ((), None, 5, np.array("none"), ("none", "none"))),
        *(("strategy", value, "standard, inverted, none") for value in ("dropout", ["standard", 1], [["none"]])),
        *(("activations", value, "Empirical") for value in (None, [1.0], np.ones(3), dv.Normal, pd.Series([1.0]))),
    ],
)  # fmt: skip
def test_a_bad_field_is_named_with_its_range(field, value, said):
    argument = {"strategies" if field == "strategy" else field: value}
    with pytest.raises(ValueError, match=f"^{field} must .*{said}.*got "):
        SweepConfig(**argument)


# The grid


def test_rate_grid_is_exact_in_decimals_and_includes_its_end():
    assert dv.rate_grid(0.0, 0.3, 0.1) == (0.0, 0.1, 0.2, 0.3)
    assert dv.rate_grid(0.0, 0.95, 0.01) == tuple(index / 100 for index in range(96))
    assert dv.rate_grid(0.0, 1.0, 0.0001)[-1] == 1.0
    assert len(dv.rate_grid(0.0, 1.0, 0.0001)) == MOST_RATES
    assert dv.rate_grid(0.5, 0.5, 0.1) == (0.5,)
    assert dv.rate_grid(0.0, 0.25, 0.1) == (0.0, 0.1, 0.2)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("start", (-0.1, 0.5, 0.1)),
        ("start", (math.nan, 0.5, 0.1)),
        ("start", ("0", 0.5, 0.1)),
        ("stop", (0.0, 1.1, 0.1)),
        ("stop", (0.5, 0.2, 0.1)),
        ("stop", (0.0, None, 0.1)),
        ("step", (0.0, 0.5, 0.0)),
        ("step", (0.0, 0.5, -0.1)),
        ("step", (0.0, 0.5, math.nan)),
        ("step", (0.0, 0.5, math.inf)),
        ("step", (0.0, 1.0, 1e-5)),
        ("step", (0.0, 0.0, 1e-12)),
    ],
)
def test_rate_grid_refuses_by_name(name, arguments):
    with pytest.raises(ValueError, match=f"^{name} must be a number from .* to 1; got "):
        dv.rate_grid(*arguments)
