"""A hook of MkDocs: the notebooks as pages, each live figure a file beside them, and nothing computed anew."""

from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

from tools.notebooks import FRAME, Cell, as_html, cells, notebooks, source

ICON = Path(__file__).parents[1] / "dropviz" / "ui" / "icon.svg"
WIDE = "---\nhide: [toc]\n---\n\n"
FRAMED = '<iframe class="live" src="{name}" title="The live figure"></iframe>'


def on_files(files: Files, config: Any) -> Files:
    """Add a page for each notebook, and its live figures; and the app's icon."""
    files.append(File.generated(config, "icon.svg", content=ICON.read_text(encoding="utf-8")))
    for path in notebooks():
        figures: dict[str, str] = {}
        page = WIDE + "\n\n".join(part for cell in cells(path) for part in _shown(cell, path.stem, figures))
        for name, content in {f"{path.stem}.md": page, **figures}.items():
            files.append(File.generated(config, f"notebooks/{name}", content=content))
    return files


def on_page_content(html: str, **_: Any) -> str:
    """Take from a docstring the second colon before a block of code, which is of another markup."""
    return html.replace("::</p>", ":</p>")


def _shown(cell: Cell, stem: str, figures: dict[str, str]) -> Iterator[str]:
    """The parts of a cell in Markdown; ``figures`` gets the files of those that are live."""
    if cell["cell_type"] != "code":
        yield source(cell)
        return
    yield f"```python\n{source(cell)}\n```"
    for output in as_html(cell):

        def framed(found: Any) -> str:
            name = f"{stem}-{len(figures) + 1}.html"
            figures[name] = unescape(found[1])
            return FRAMED.format(name=name)

        # without blank lines, at which Markdown would take the rest for its own
        text = "\n".join(line for line in FRAME.sub(framed, output).splitlines() if line.strip())
        yield f'<div class="output">\n{text}\n</div>'
