"""The house as design.md draws it: who may import whom, and what the repository may not contain."""

import ast
import os
import re
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import dropviz as dv

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "dropviz"
# Every room and its floor; an import into another room leads to a lower floor.
FLOORS = {
    **dict.fromkeys(("app", "cli"), 7),
    **dict.fromkeys(("dropviz", "ui", "hall", "site"), 6),
    **dict.fromkeys(("figures", "serving", "torch", "keras", "jax"), 5),
    **dict.fromkeys(("frameworks", "story"), 4),
    **dict.fromkeys(("layers", "settings", "simulation", "training"), 3),
    **dict.fromkeys(("theory", "datasets", "schedules", "live"), 2),
    **dict.fromkeys(("numbers", "extras"), 1),
}
# Results that draw themselves when they are asked to, each by the function that it names (`live/shown.py`): the one way
# upwards.
SHOWS_ITSELF = {
    ("dropviz.frameworks.audits", "dropviz.figures.audits.audit_live"),
    ("dropviz.layers.reports", "dropviz.figures.layers.layers_live"),
    ("dropviz.simulation.noise_sweep", "dropviz.figures.results.noises_live"),
    ("dropviz.simulation.study", "dropviz.figures.results.study_live"),
    ("dropviz.simulation.sweep", "dropviz.figures.sweep_live"),
    ("dropviz.frameworks.findings", "dropviz.figures.audits.places_live"),
}
OPENS_BY_NAME = {
    "dropviz.live.shown",
    "dropviz.cli.verdicts",  # what a person names
    "dropviz.cli.words",
}
DRAWING = ("figures", "live")
MOST_IN_THE_ROOT = 6
NOT_OURS = {
    ".git",
    ".hypothesis",  # constants of the machine, which its tests write
    ".venv",
    ".bench-venv",
    ".docs-venv",
    ".oracle-venv",
    ".mutants-venv",
    ".pins-venv",
    "mutants",
    "build",
    "dist",
}


def _module_name(path):
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {_module_name(path): path for path in (ROOT / "app.py", *sorted(PACKAGE.rglob("*.py")))}


def _room(module):
    """Return the part of the house that a module belongs to: ``dropviz.ui.pages.explore`` is in ``ui``."""
    room = module.removeprefix("dropviz.").split(".")[0]
    return "cli" if room == "__main__" else room  # one terminal, two ways in


@cache
def _tree(module):
    return ast.parse(SOURCES[module].read_text(encoding="utf-8"))


@cache
def _imports(module):
    """Return the full names of all that a module imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} uses a relative import, which this test does not follow"
            source = str(node.module)
            submodules = {f"{source}.{alias.name}" for alias in node.names} & SOURCES.keys()
            names.update(submodules or {source})
    return names


@cache
def _files():
    """Return every file of the repository that is text."""
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [
            name for name in folders if name not in NOT_OURS and not name.endswith(("cache", "cache__"))
        ]
        found += [Path(folder, name) for name in names if name not in NOT_OURS]
    return [path for path in found if b"\0" not in path.read_bytes()[:8192]]


CORE = sorted(name for name in SOURCES if FLOORS.get(_room(name), 0) <= 4 and _room(name) not in DRAWING)


def test_importing_the_core_loads_no_screen():
    code = f"""
import importlib, sys
for module in {CORE}:
    importlib.import_module(module)
print(sorted({{"streamlit", "plotly", "pandas", "scipy", "sklearn", "torch"}} & sys.modules.keys()))
"""
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (run.stdout.strip(), run.stderr) == ("[]", "")


@pytest.mark.parametrize(("library", "rooms"), [("streamlit", ("ui", "serving", "app")), ("plotly", DRAWING)])
def test_only_its_rooms_import_a_library(library, rooms):
    users = {module for module in SOURCES if any(name.split(".")[0] == library for name in _imports(module))}
    assert {module for module in users if _room(module) not in rooms} == set()


def _own(module):
    return {name for name in _imports(module) if name.split(".")[0] == "dropviz"}


def test_every_module_stands_in_a_room_with_a_floor():
    assert {_room(module) for module in SOURCES} == set(FLOORS)
    assert max(FLOORS.values()) <= 7
    assert len(list(PACKAGE.glob("*.py"))) <= MOST_IN_THE_ROOT


def test_imports_lead_downwards():
    for module in SOURCES:
        room = _room(module)
        others = {name for name in _own(module) if _room(name) != room and name != "dropviz"}
        assert {name for name in others if FLOORS[_room(name)] >= FLOORS[room]} == set(), module


def test_what_is_opened_by_name_is_known():
    texts = {module: path.read_text("utf-8") for module, path in SOURCES.items()}
    assert {
        module for module, text in texts.items() if re.search("import_module|__import__", text)
    } == OPENS_BY_NAME
    drawn_by = re.compile(r'DRAWN_BY: ClassVar\[str\] = "([\w.]+)"')
    found = {(module, name) for module, text in texts.items() for name in drawn_by.findall(text)}
    assert found == SHOWS_ITSELF
    assert {name.rpartition(".")[0] for _, name in found} <= {
        name for name in SOURCES if _room(name) == "figures"
    }
    for _, name in found:
        room, _, function = name.rpartition(".")
        assert function in _functions(room)


# ---- compute, hold, draw --------------------------------------------------------------------------------------------

COMPUTING = ("simulation", "training")
# The notebook's way in has only a sweep; it makes the rest, so that nothing below it has to.
MAKES_WHAT_IT_SHOWS = {("dropviz.figures", "first_look")}
# What a page may call: one function a result, and what reads a person's own experiment; beside these, what answers a
# question about real networks, a public function of a configuration in each module of `QUESTIONS`.
QUESTIONS = "dropviz.simulation.where."
PAGES_CALL = {
    "answers_left_on",
    "beside_inverted",
    "changing_rate",
    "depth_gap",
    "diagnose",
    "evidence",
    "example",
    "first_look",
    "masked_unit",
    "nonlinear_unit",
    "normalized_shift",
    "noise_pair",
    "observe",
    "observe_passes",
    "which_p",
}


@cache
def _functions(module):
    return {node.name for node in _tree(module).body if isinstance(node, ast.FunctionDef)}


@cache
def _called_from(module, rooms):
    """Return the functions, and the whole modules, that ``module`` imports from these rooms."""
    found = set()
    for node in ast.walk(_tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if _room(alias.name) in rooms}
        elif isinstance(node, ast.ImportFrom) and _room(str(node.module)) in rooms:
            source = str(node.module)
            whole = {alias.name for alias in node.names if f"{source}.{alias.name}" in SOURCES}
            found |= whole | ({alias.name for alias in node.names} & _functions(source))
    return found


@pytest.mark.parametrize("module", [name for name in SOURCES if _room(name) == "figures"])
def test_a_figure_only_draws_what_a_result_holds(module):
    called = {(module, name) for name in _called_from(module, COMPUTING)}
    assert called - MAKES_WHAT_IT_SHOWS == set()
    names = {
        node.id if isinstance(node, ast.Name) else node.attr
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.Name | ast.Attribute)
    } | {
        alias.name
        for node in ast.walk(_tree(module))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert {name for name in names if name in ("default_rng", "random") or name.endswith("Config")} == set()


def test_pages_compute_nothing_and_call_one_function_a_result():
    pages = [name for name in SOURCES if name.startswith("dropviz.ui.pages")]
    assert {page for page in pages if any(name.split(".")[0] == "numpy" for name in _imports(page))} == set()
    called = set().union(*(_called_from(page, ("theory", "simulation")) for page in pages))
    assert called == PAGES_CALL | set().union(*map(_answers, SOURCES))


def _answers(module):
    """Return the public functions of a question's module that take nothing but a configuration."""
    functions = [node for node in _tree(module).body if isinstance(node, ast.FunctionDef)]
    return {
        node.name
        for node in functions
        if module.startswith(QUESTIONS)
        if [arg.arg for arg in node.args.args] == ["config"] and not node.name.startswith("_")
    }


def test_no_package_hides_a_module_of_its_own():
    # Else ``import dropviz.sweep as module`` would give the function.
    for module, path in SOURCES.items():
        if path.name == "__init__.py":
            bound = {
                name.asname or name.name
                for node in ast.walk(_tree(module))
                if isinstance(node, ast.ImportFrom) and node.module != module
                for name in node.names
            } | {node.name for node in _tree(module).body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
            assert {name for name in bound if f"{module}.{name}" in SOURCES} == set()


def test_what_the_package_offers_is_there_and_explained():
    offered = {name: getattr(dv, name) for name in dv.__all__}
    assert [name for name, each in offered.items() if not each.__doc__] == []
    assert len(set(dv.__all__)) == len(dv.__all__)
    with pytest.raises(AttributeError, match="no attribute 'absent'"):
        dv.absent  # noqa: B018


def test_imports_have_no_circle():
    modules = {module: _own(module) - {module, "dropviz"} for module in SOURCES if module != "dropviz"}
    assert set(TopologicalSorter(modules).static_order()) >= modules.keys()


def test_no_file_names_a_place_outside_the_repository():
    # Put together here, so that this file does not name them.
    places = ["../" + "shared", *(f"/{folder}/" for folder in ("work", "root", "Users", "mnt"))]
    named = {
        (str(path.relative_to(ROOT)), place)
        for path in _files()
        for place in places
        if place in path.read_text(encoding="utf-8")
    }
    assert named == set()


def test_no_array_file_is_unpickled():
    texts = {path: path.read_text(encoding="utf-8") for path in _files() if path.suffix == ".py"}
    for path, text in texts.items():
        for node in ast.walk(ast.parse(text)) if "allow_pickle" in text else ():
            if isinstance(node, ast.keyword) and node.arg == "allow_pickle":
                is_false = isinstance(node.value, ast.Constant) and node.value.value is False
                assert is_false, f"{path}:{node.value.lineno} lets a file run code"
