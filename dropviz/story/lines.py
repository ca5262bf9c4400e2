"""Where in a story's file something stands, so that an error can name its line."""

import re

_HEADER = re.compile(r"\s*\[\[?\s*([\w.]+)\s*\]")
_KEY = re.compile(r"\s*([\w-]+)\s*=")


def syntax_error(message: str, text: str) -> str:
    """Put the line of TOML's own complaint first."""
    found = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message, re.S)
    if found:
        return f"Line {found[2]}: {found[1]} (column {found[3]})."
    return f"Line {text.count(chr(10)) + 1}: {message.removesuffix(' (at end of document)')}, at the end of the file."


def line_of(text: str, scene: int, path: str) -> int:
    """The line (from 1) where the field at ``path`` of a scene stands (-1: of the story), else its table or scene."""
    best, depth, count, table, quoted = 1, -1, -1, "", ""
    parts = path.split(".") if path else []
    for number, line in enumerate(text.split("\n"), start=1):
        inside = bool(quoted)
        for mark in ('"""', "'''"):
            if line.count(mark) % 2 and quoted in ("", mark):
                quoted = "" if quoted else mark
        if inside:
            continue
        header = _HEADER.match(line)
        if header:
            names = header[1].split(".")
            count += line.lstrip().startswith("[[") and names == ["scene"]
            table = ".".join(names[1:]) if names[0] == "scene" else header[1]
        key = _KEY.match(line)
        here = (table.split(".") if table else []) + ([key[1]] if key and not header else [])
        matched = len(here) if here == parts[: len(here)] and (header or key) else -1
        if count == scene and matched > depth:
            best, depth = number, matched
    return best
