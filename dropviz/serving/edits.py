"""What is changed in Streamlit's own files on their way out, so that a first visit gets what it shows and no more."""

import re
from pathlib import Path

# The rule of Streamlit's font of signs, 375 kB, which its script asks for at once, for the sake of a space. Confined to
# the letters, digits and lines that its signs are named by, it comes when the first of them is to be drawn.
SIGNS = re.compile(rb"@font-face\{font-family:Material Symbols [^}]*(?=\})")
NAMES = b";unicode-range:U+30-39,U+5F-7A"


def edited(file: Path, content: bytes, style: str) -> bytes:
    """Return a file's content as it is sent: with ``style`` in the head of a page, and without a font not yet shown."""
    if file.suffix == ".html" and style:
        return content.replace(b"</head>", f"<style>{style}</style></head>".encode(), 1)
    if file.suffix == ".css":
        return SIGNS.sub(lambda rule: rule[0] + NAMES, content)
    return content
