"""Execute the notebooks as Jupyter would: ``python -m tools.notebooks`` writes their outputs anew.

A cell's output is what it prints, and its last expression as text and, where it has one, as HTML.
"""

import ast
import contextlib
import io
import json
import re
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1] / "notebooks"
Cell = dict[str, Any]
FRAME = re.compile("<iframe srcdoc='([^']*)'[^>]*>.*?</iframe>", re.DOTALL)


def notebooks() -> list[Path]:
    """Every notebook of the project."""
    return sorted(FOLDER.glob("*.ipynb"))


def cells(path: Path) -> list[Cell]:
    """The cells of a notebook."""
    found: list[Cell] = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return found


def source(cell: Cell) -> str:
    """What stands in a cell."""
    return "".join(cell["source"])


def executed(given: list[Cell]) -> Iterator[Cell]:
    """The same cells, those of code with what they give, run one after the other."""
    known: dict[str, Any] = {"__name__": "__main__"}
    count = 0
    for cell in given:
        if cell["cell_type"] != "code":
            yield cell
            continue
        count += 1
        outputs = list(_outputs(source(cell), known, count))
        yield {**cell, "execution_count": count, "outputs": outputs}


def _outputs(code: str, known: dict[str, Any], count: int) -> Iterator[Cell]:
    tree, value = ast.parse(code), None
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(tree, "<cell>", "exec"), known)
        if last is not None:
            value = eval(compile(ast.Expression(last.value), "<cell>", "eval"), known)
    if printed.getvalue():
        yield {"output_type": "stream", "name": "stdout", "text": _lines(printed.getvalue())}
    if value is not None:
        data = {"text/plain": _lines(repr(value))}
        if hasattr(value, "_repr_html_"):
            data["text/html"] = _lines(value._repr_html_())
        yield {"output_type": "execute_result", "execution_count": count, "metadata": {}, "data": data}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)


def as_html(cell: Cell) -> Iterator[str]:
    """What a code cell gave, as HTML, one output after the other."""
    for output in cell["outputs"]:
        data = output.get("data", {})
        if "text/html" in data:
            yield "".join(data["text/html"])
        else:
            yield f"<pre>{escape(''.join(output.get('text') or data['text/plain']))}</pre>"


def write(path: Path) -> None:
    """Execute a notebook, and write it with what it gave."""
    whole = json.loads(path.read_text(encoding="utf-8"))
    whole["cells"] = list(executed(whole["cells"]))
    path.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for name in map(Path, sys.argv[1:] or notebooks()):
        write(name)
