"""The notebooks hold what their cells give: they are run here as Jupyter runs them, and compared with that."""

import json

import pytest

from tools.notebooks import FRAME, cells, executed, notebooks, source


def test_there_are_notebooks_and_they_are_small():
    names = [path.stem for path in notebooks()]
    assert {"question", "my_network"} <= set(names)
    assert all(path.stat().st_size < 1_000_000 for path in notebooks())


def plain_outputs(cell):
    """What a cell gave, without what a live figure holds: its scripts go on, and the one that was written stays."""
    found = []
    for output in cell["outputs"]:
        data = output.get("data", {"text/plain": output.get("text")})
        found += [FRAME.sub("FRAME", "".join(text)) for text in data.values()]
    return found


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_notebook_holds_what_its_cells_give(path):
    written = cells(path)
    for cell, anew in zip(written, executed(written), strict=True):
        assert source(cell) == source(anew)
        if cell["cell_type"] == "code":
            assert cell["execution_count"] == anew["execution_count"]
            assert plain_outputs(cell) == plain_outputs(anew)


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_a_notebook_is_one(path):
    whole = json.loads(path.read_text(encoding="utf-8"))
    assert (whole["nbformat"], whole["nbformat_minor"]) == (4, 5)
    names = [cell["id"] for cell in whole["cells"]]
    assert len(set(names)) == len(names)
    outputs = [text for cell in whole["cells"] if "outputs" in cell for text in plain_outputs(cell)]
    assert sum(text.count("FRAME") for text in outputs) == 1
