"""The folder, file by file."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from dropviz.live.modules import inlined, stylesheet
from dropviz.settings.addresses import page_link
from dropviz.site.html import page_html
from dropviz.site.links import relinked
from dropviz.site.packing import packed, script
from dropviz.site.pages import SitePage

MARK = "[0-9a-f]" * 16  # of what is called after its content
Job = tuple[SitePage, str, dict[str, str]]


def site_files(
    pages: Sequence[SitePage], run: Callable[..., Iterable[tuple[str, bytes]]] = map
) -> Iterator[tuple[str, bytes]]:
    """Yield the path and the content of every file; ``run`` maps as `map` does, it may do so in other processes.

    A file but a page is called after its content: whatever a browser has kept, a page gets what belongs to it.
    """
    ways = {page_link(page.name.address): page.file for page in pages}
    jobs = [(page, option, ways) for page in pages for option in page.options]
    data = dict(zip([(page.file, option) for page, option, _ in jobs], run(_data, jobs), strict=True))
    style = _named("css", stylesheet("glossary.css", "story.css", "site.css").encode())
    code = _named("js", f"(() => {{\n{inlined('site.js')}\nopenPage();\n}})();\n".encode())
    yield style
    yield code
    yield "icon.svg", files("dropviz").joinpath("ui/icon.svg").read_bytes()
    yield from data.values()
    for page in pages:
        names = {option: data[page.file, option][0] for option in page.options}
        yield page.file, page_html(page, pages, names, style[0], code[0])


def _data(job: Job) -> tuple[str, bytes]:
    """The file of one option of a page's first choice."""
    page, option, ways = job
    figures = relinked(page.figures(option), ways)
    sent: Any = figures[""] if page.is_story else packed(figures)
    mark = _mark(script("", sent))
    return f"data/{mark}.js", script(mark, sent)


def _named(kind: str, content: bytes) -> tuple[str, bytes]:
    return f"dropviz.{_mark(content)}.{kind}", content


def _mark(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def write_site(
    folder: Path, pages: Sequence[SitePage], run: Callable[..., Iterable[tuple[str, bytes]]] = map
) -> int:
    """Write all files into ``folder``, which need not be there, and take earlier ones away; return their bytes."""
    contents = dict(site_files(pages, run))
    for path, content in contents.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
    for pattern in (f"data/{MARK}.js", f"dropviz.{MARK}.*"):
        for file in set(folder.glob(pattern)) - {folder / path for path in contents}:
            file.unlink()
    return sum(map(len, contents.values()))
