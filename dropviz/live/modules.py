"""What the browser gets: a stylesheet, and native ES modules, joined for a page that fetches none."""

import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

HERE = Path(__file__).parent
IMPORT = re.compile(r'^import \{[^}]+\} from "\./(\w+\.js)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?!default)", re.MULTILINE)


def inlined(entry: str) -> str:
    """Return the module ``entry`` and all that it imports as one script; only a default export is left.

    All modules then share one scope: a name at the top of one stands in no other.
    """
    sources: dict[str, str] = {}
    needs: dict[str, list[str]] = {}
    waiting = [entry]
    while waiting:
        name = waiting.pop()
        if name not in sources:
            sources[name] = (HERE / name).read_text(encoding="utf-8")
            needs[name] = IMPORT.findall(sources[name])
            waiting += needs[name]
    order = TopologicalSorter(needs).static_order()
    return "\n".join(EXPORT.sub("", IMPORT.sub("", sources[name])) for name in order)


def stylesheet(*names: str) -> str:
    """The style of the live figure, its bars and answers, and after it the sheets of that name."""
    return "\n".join(map(sheet, ("explorer.css", "bars.css", *names)))


@cache
def sheet(name: str) -> str:
    """One style sheet."""
    return (HERE / name).read_text(encoding="utf-8")
