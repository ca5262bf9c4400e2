"""What a person is told who lacks the package of an extra."""

import importlib
import re
import sys
import tomllib
from functools import partial
from pathlib import Path

import pytest

import dropviz as dv
from dropviz.extras import EXTRAS, extra

SWEEP = dv.sweep(dv.SweepConfig(units=10, rates=0.5))
ASKED = {
    "pandas": (SWEEP.to_frame, SWEEP.discrepancy, dv.report([[1.0], [2.0]], 0.5).to_frame),
    "plotly": (SWEEP.figure, dv.audit(lambda a: a, shape=(8, 8)).figure),
    **{name: (partial(importlib.import_module, f"dropviz.{name}"),) for name in ("torch", "keras", "jax")},
}


def test_every_extra_is_one_of_the_package():
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    for package, name in EXTRAS.items():
        needed = {re.match("[a-z]+", line)[0] for line in project["optional-dependencies"][name]}
        assert package in needed


@pytest.mark.parametrize("package", ASKED)
def test_a_sentence_says_how_to_get_what_is_missing(package, monkeypatch):
    forgotten = (package, f"dropviz.{package}", "dropviz.live.plotly_figure")
    for name in [
        name for name in sys.modules if f"{name}.".startswith(tuple(f"{each}." for each in forgotten))
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, package, None)
    for asked in ASKED[package]:
        with pytest.raises(ModuleNotFoundError) as raised:
            asked()
        assert str(raised.value).endswith(f' needs {package}: pip install "dropviz[{EXTRAS[package]}]"')
        assert str(raised.value.name).partition(".")[0] == package


def test_what_is_no_extra_is_left_as_it_is():
    with pytest.raises(ModuleNotFoundError, match="No module named 'absent_one'"), extra("this"):
        importlib.import_module("absent_one")
