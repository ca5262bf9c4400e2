"""The text of a story's file: that it is not too large to be parsed, and the line where something stands."""

import re

MOST_LINES, MOST_KEYS = 5_000, 2_000  # of the file; brackets count as keys do
MOST_COMPLAINT = 500  # characters
MOST_PARTS, MOST_DEPTH = 8, 12  # of a dotted key; of brackets in brackets
MOST_WORD = 100  # characters without a blank
_STRING_OR_COMMENT = re.compile(
    r"""
    \#[^\n]*
    | "{3} (?:[^"\\]|\\.?|"(?!""))*+ (?:"{3,5}|\Z)
    | '{3} (?:[^']|'(?!''))*+ (?:'{3,5}|\Z)
    | "(?:[^"\\\n]|\\[^\n])*+ "?
    | '[^'\n]*+ '?
    """,
    re.VERBOSE | re.DOTALL,
)
_HEADER = re.compile(r"\s*\[\[?\s*([\w.]+)\s*\]")
_KEY = re.compile(r"\s*([\w-]+)\s*=")


def check_size(text: str) -> None:
    """Check in one pass that a parser of TOML will be quick with ``text``.

    The parser's time grows with the square of the parts of a dotted key and of the number of digits, its stack with
    the depth of brackets. What is in strings and comments does not count. An unclosed string may swallow text that
    then goes unchecked, but there the parser stops too.

    Raises
    ------
    ValueError
        If there are too many lines or keys, or a key has too many parts, a word is too long, or brackets too deep.
    """
    bare = _STRING_OR_COMMENT.sub(lambda found: '""' + "\n" * found[0].count("\n"), text)
    lines = bare.split("\n")
    keys = bare.count("=") + bare.count("[")
    if len(lines) > MOST_LINES:
        raise ValueError(f"The file has {len(lines):,} lines; a story has at most {MOST_LINES:,}.")
    if keys > MOST_KEYS:
        raise ValueError(f"The file has {keys:,} keys, tables and lists; a story has at most {MOST_KEYS:,}.")
    depth = 0
    for number, line in enumerate(lines, start=1):
        if any(part.count(".") >= MOST_PARTS for part in re.split(r"[=,\[\]{}]", line)):
            raise ValueError(f"Line {number}: a key has at most {MOST_PARTS} parts between points.")
        if any(len(word) > MOST_WORD for word in re.split(r"[\s=,\[\]{}]", line)):
            raise ValueError(f"Line {number}: a key or a number has at most {MOST_WORD} characters.")
        for bracket in re.findall(r"[\[\]{}]", line):
            depth += 1 if bracket in "[{" else -1
            if depth > MOST_DEPTH:
                raise ValueError(f"Line {number}: at most {MOST_DEPTH} brackets may stand in one another.")


def cut(complaint: str) -> str:
    """A complaint of at most 500 characters: it may quote what a file is full of."""
    return complaint if len(complaint) <= MOST_COMPLAINT else complaint[: MOST_COMPLAINT - 1] + "…"


def syntax_error(message: str, text: str) -> str:
    """Put the line of TOML's own complaint first."""
    found = re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", message, re.S)
    if found:
        return cut(f"Line {found[2]}: {found[1]} (column {found[3]}).")
    line = text.count("\n") + 1
    return cut(f"Line {line}: {message.removesuffix(' (at end of document)')}, at the end of the file.")


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
