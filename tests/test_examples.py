"""Every public name says how it is used, in an example that runs as a doctest under a heading of its own."""

import ast
import inspect
from pathlib import Path

import pytest

import dropviz as dv
from dropviz import figures, schedules

ROOT = Path(__file__).parents[1]
HEADING = "Examples\n--------\n"


def public(module):
    """The names of a module that are its own and documented, with their docstrings."""
    names = getattr(module, "__all__", None) or [
        name
        for name, value in vars(module).items()
        if getattr(value, "__module__", "") == module.__name__ and name[0] != "_"
    ]
    found = {name: getattr(module, name) for name in names}
    return {
        f"{module.__name__}.{name}": inspect.getdoc(value)
        for name, value in found.items()
        if not inspect.ismodule(value)
    }


def of(framework):
    """The same of dropviz.torch, say, which cannot be imported where there is no PyTorch."""
    room = ROOT / "dropviz" / framework
    top = ast.parse((room / "__init__.py").read_text(encoding="utf-8"))
    names = next(ast.literal_eval(node.value) for node in top.body if isinstance(node, ast.Assign))
    files = [*room.glob("*.py"), ROOT / "dropviz" / "frameworks" / "findings.py"]
    nodes = [node for file in files for node in ast.parse(file.read_text(encoding="utf-8")).body]
    made = {node.name: node for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    return {f"dropviz.{framework}.{name}": ast.get_docstring(made[name]) for name in names}


PUBLIC = {**public(dv), **public(figures), **public(schedules), **of("torch"), **of("keras"), **of("jax")}


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_has_an_example(name):
    text = PUBLIC[name]
    assert text.count(HEADING) == 1
    before, after = text.split(HEADING)
    assert ">>> " in after
    assert ">>> " not in before, (
        "an example without its heading: renderers take it for the end of another section"
    )
