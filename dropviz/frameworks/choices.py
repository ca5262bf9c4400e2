"""The two frameworks that a person chooses on *Which p?*: theirs, and the one they write for."""

from dropviz.frameworks.conventions import frameworks
from dropviz.settings.kinds import Choice

NAMES = {name: row.said for name, row in frameworks().items()}
SOURCE = Choice("code_from", "I have code for", NAMES, "PyTorch", help="Whose convention its number follows.")
TARGET = Choice(
    "code_to", "and write it for", NAMES, "CS231n, inverted", help="Whose convention to write in."
)
